package memory

import "slices"

// ordered is a set of rows by (at, id), kept in blocks of sorted spots so that
// an insertion moves a block at most.
type ordered[R any] struct {
	blocks [][]spot[R]
	count  int

	oneBlock [1][]spot[R] // most sets stay small: their blocks
	twoSpots [2]spot[R]   // and spots stand here
}

// spot is where a row stands in an order.
type spot[R any] struct {
	at  int64
	id  string
	row *R
}

// maxBlock is the size at which a block is split.
const maxBlock = 64

// before reports whether s stands before o.
func (s *spot[R]) before(o *spot[R]) bool { return s.at < o.at || s.at == o.at && s.id < o.id }

// find returns the block and the place in it where s stands or would stand.
// The searches are written out because every write spends its time here.
func (o *ordered[R]) find(s spot[R]) (block, i int, found bool) {
	last := len(o.blocks) - 1
	if last < 0 {
		return 0, 0, false
	}
	if b := o.blocks[last]; b[len(b)-1].before(&s) { // newer than all, as most are
		return last, len(b), false
	}
	low, high := 0, last
	for low < high {
		mid := (low + high) / 2
		if b := o.blocks[mid]; b[len(b)-1].before(&s) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	block = low
	b := o.blocks[block]
	low, high = 0, len(b)
	for low < high {
		mid := (low + high) / 2
		if b[mid].before(&s) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return block, low, low < len(b) && b[low].at == s.at && b[low].id == s.id
}

// insert adds s unless it is there.
func (o *ordered[R]) insert(s spot[R]) {
	block, i, found := o.find(s)
	switch {
	case found:
		return
	case len(o.blocks) == 0:
		o.twoSpots[0] = s
		o.oneBlock[0] = o.twoSpots[:1]
		o.blocks = o.oneBlock[:1]
	case i == maxBlock: // beyond the newest: the full block stays full
		o.blocks = slices.Insert(o.blocks, block+1, []spot[R]{s})
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
func (o *ordered[R]) remove(s spot[R]) {
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
func (o *ordered[R]) ascend(from *spot[R], yield func(spot[R]) bool) {
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
func (o *ordered[R]) descend(from *spot[R], yield func(spot[R]) bool) {
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
