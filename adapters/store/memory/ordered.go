package memory

import (
	"cmp"
	"slices"
	"sort"
)

// ordered is a set of rows by (at, id), kept in blocks of sorted spots so that
// an insertion moves a block at most.
type ordered struct {
	blocks [][]spot
	count  int

	// Most sets hold one row; it stands here.
	block [1][]spot
	alone [1]spot
}

// spot is where a row stands in an order, and its id.
type spot struct {
	at int64
	id string
}

// maxBlock is the size at which a block is split.
const maxBlock = 128

func (s spot) compare(o spot) int {
	if s.at != o.at {
		return cmp.Compare(s.at, o.at)
	}
	return cmp.Compare(s.id, o.id)
}

// find returns the block and the place in it where s stands or would stand.
func (o *ordered) find(s spot) (block, i int, found bool) {
	last := len(o.blocks) - 1
	if last < 0 {
		return 0, 0, false
	}
	if b := o.blocks[last]; b[len(b)-1].compare(s) < 0 { // newer than all, as most are
		return last, len(b), false
	}
	block = sort.Search(last, func(i int) bool {
		b := o.blocks[i]
		return b[len(b)-1].compare(s) >= 0
	})
	i, found = slices.BinarySearchFunc(o.blocks[block], s, spot.compare)
	return block, i, found
}

// insert adds s unless it is there.
func (o *ordered) insert(s spot) {
	block, i, found := o.find(s)
	switch {
	case found:
		return
	case len(o.blocks) == 0:
		o.alone[0] = s
		o.block[0] = o.alone[:]
		o.blocks = o.block[:]
	case i == maxBlock: // beyond the newest: the full block stays full
		o.blocks = slices.Insert(o.blocks, block+1, append(make([]spot, 0, maxBlock), s))
	default:
		b := slices.Insert(o.blocks[block], i, s)
		o.blocks[block] = b
		if len(b) > maxBlock {
			half := slices.Clone(b[maxBlock/2:])
			clear(b[maxBlock/2:])
			o.blocks[block] = b[:maxBlock/2]
			o.blocks = slices.Insert(o.blocks, block+1, half)
		}
	}
	o.count++
}

// remove takes s out if it is there.
func (o *ordered) remove(s spot) {
	block, i, found := o.find(s)
	if !found {
		return
	}
	o.blocks[block] = slices.Delete(o.blocks[block], i, i+1)
	if len(o.blocks[block]) == 0 {
		o.blocks = slices.Delete(o.blocks, block, block+1)
	}
	o.count--
}

// ascend yields the spots after from, which is nil for all of them.
func (o *ordered) ascend(from *spot, yield func(spot) bool) {
	block, i := 0, 0
	if from != nil {
		var found bool
		if block, i, found = o.find(*from); found {
			i++
		}
	}
	for ; block < len(o.blocks); block, i = block+1, 0 {
		for _, s := range o.blocks[block][i:] {
			if !yield(s) {
				return
			}
		}
	}
}

// descend yields the spots before from, which is nil for all of them, backwards.
func (o *ordered) descend(from *spot, yield func(spot) bool) {
	block := len(o.blocks) - 1
	if block < 0 {
		return
	}
	i := len(o.blocks[block])
	if from != nil {
		block, i, _ = o.find(*from)
	}
	for {
		for j := i - 1; j >= 0; j-- {
			if !yield(o.blocks[block][j]) {
				return
			}
		}
		block--
		if block < 0 {
			return
		}
		i = len(o.blocks[block])
	}
}
