package evidence

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Edge is the right edge of a log: the complete subtrees that make it up. It is
// all that is needed to go on appending and to know the root, at most 63 hashes
// however long the log is. The zero Edge is that of an empty log.
type Edge struct {
	size     int64
	subtrees []Hash // largest first
}

// NewEdge makes an edge again of what Hashes gave. A number of hashes that does
// not belong to the size is ErrInvalid.
func NewEdge(size int64, hashes []Hash) (Edge, error) {
	if size < 0 || len(hashes) != bits.OnesCount64(uint64(size)) {
		return Edge{}, fmt.Errorf("%w: %d hashes are not the edge of a log of %d", ErrInvalid, len(hashes), size)
	}
	return Edge{size: size, subtrees: append([]Hash(nil), hashes...)}, nil
}

// Size is the number of entries.
func (e *Edge) Size() int64 { return e.size }

// Root is the root over them.
func (e *Edge) Root() Hash { return fold(e.subtrees) }

// Hashes are the roots of the complete subtrees, largest first.
func (e *Edge) Hashes() []Hash { return append([]Hash(nil), e.subtrees...) }

// Append adds a leaf by its hash. Node, if it is not nil, is called with every
// hash that belongs into a tile, in the order in which they become known: the
// leaf itself at level 0, and at level L the root of 256^L leaves that are now
// complete; n counts the hashes of a level from 0.
func (e *Edge) Append(leaf Hash, node func(level int, n int64, h Hash)) {
	size := e.size
	e.grow(leaf, func(level int, h Hash) {
		if node != nil && level%tileHeight == 0 {
			node(level/tileHeight, size>>level, h)
		}
	})
}

// grow adds a leaf and calls each with it, at level 0, and with the root of every
// subtree of 2^level leaves that it completes.
func (e *Edge) grow(h Hash, each func(level int, h Hash)) {
	each(0, h)
	complete := bits.TrailingZeros64(^uint64(e.size))
	for level := range complete {
		last := len(e.subtrees) - 1
		h = tlog.NodeHash(e.subtrees[last], h)
		e.subtrees = e.subtrees[:last]
		each(level+1, h)
	}
	e.subtrees = append(e.subtrees, h)
	e.size++
}

// TiledLog is a log whose hashes are kept as tiles elsewhere. Every tile that is
// read is checked against the root first, so a proof is never made of a tile
// that was changed: that is ErrMismatch. Its cost is the logarithm of the size.
type TiledLog struct {
	Size int64
	Root Hash
	// Read gives the first width hashes of tile n at a level, end to end. Its
	// errors are returned as they are.
	Read func(level int, n int64, width int) ([]byte, error)
}

// Leaf is the hash of the leaf at an index.
func (l TiledLog) Leaf(index int64) (Hash, error) {
	if index < 0 || index >= l.Size {
		return Hash{}, fmt.Errorf("%w: there is no leaf %d in a log of %d", ErrInvalid, index, l.Size)
	}
	var out []Hash
	err := l.using(func(r tlog.HashReader) error {
		var err error
		out, err = r.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		return err
	})
	if err != nil {
		return Hash{}, err
	}
	return out[0], nil
}

// RootAt is the root at a size that the log had.
func (l TiledLog) RootAt(size int64) (Hash, error) {
	switch {
	case size < 0 || size > l.Size:
		return Hash{}, fmt.Errorf("%w: the log has sizes 0 to %d, not %d", ErrInvalid, l.Size, size)
	case size == 0:
		return emptyRoot, nil
	}
	var root Hash
	err := l.using(func(r tlog.HashReader) error {
		var err error
		root, err = tlog.TreeHash(size, r)
		return err
	})
	return root, err
}

// ProveEntry gives the proof that the log holds the leaf at an index; see
// Snapshot.ProveEntry.
func (l TiledLog) ProveEntry(index int64) (proof []Hash, err error) {
	if index < 0 || index >= l.Size {
		return nil, fmt.Errorf("%w: there is no leaf %d in a log of %d", ErrInvalid, index, l.Size)
	}
	err = l.using(func(r tlog.HashReader) error {
		proof, err = tlog.ProveRecord(l.Size, index, r)
		return err
	})
	return proof, err
}

// ProveEntries gives the leaf at each index and the proof that the log holds it, as Leaf
// and ProveEntry do one by one, but reads and checks every tile once.
func (l TiledLog) ProveEntries(indexes []int64) (leaves []Hash, proofs [][]Hash, err error) {
	wanted := make(wantedHashes)
	for _, index := range indexes {
		if index < 0 || index >= l.Size {
			return nil, nil, fmt.Errorf("%w: there is no leaf %d in a log of %d", ErrInvalid, index, l.Size)
		}
		wanted[tlog.StoredHashIndex(0, index)] = Hash{}
		if _, err := tlog.ProveRecord(l.Size, index, wanted); err != nil {
			return nil, nil, err
		}
	}
	err = l.using(func(r tlog.HashReader) error {
		stored := slices.Sorted(maps.Keys(wanted))
		hashes, err := r.ReadHashes(stored)
		if err != nil {
			return err
		}
		known := make(knownHashes, len(stored))
		for i, at := range stored {
			known[at] = hashes[i]
		}
		leaves, proofs = make([]Hash, len(indexes)), make([][]Hash, len(indexes))
		for i, index := range indexes {
			leaves[i] = known[tlog.StoredHashIndex(0, index)]
			if proofs[i], err = tlog.ProveRecord(l.Size, index, known); err != nil {
				return err
			}
		}
		return nil
	})
	return leaves, proofs, err
}

// wantedHashes is a tlog.HashReader that notes what is asked for.
type wantedHashes map[int64]Hash

// ReadHashes of tlog.HashReader.
func (w wantedHashes) ReadHashes(indexes []int64) ([]Hash, error) {
	for _, at := range indexes {
		w[at] = Hash{}
	}
	return make([]Hash, len(indexes)), nil
}

// knownHashes is a tlog.HashReader of hashes that were read before.
type knownHashes map[int64]Hash

// ReadHashes of tlog.HashReader.
func (k knownHashes) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, at := range indexes {
		out[i] = k[at]
	}
	return out, nil
}

// ProveGrowth gives the proof that the log continues that of an earlier size; see
// Log.ProveGrowth.
func (l TiledLog) ProveGrowth(earlier int64) (proof []Hash, err error) {
	if earlier < 1 || earlier > l.Size {
		return nil, fmt.Errorf("%w: no proof leads from size %d to size %d", ErrInvalid, earlier, l.Size)
	}
	err = l.using(func(r tlog.HashReader) error {
		proof, err = tlog.ProveTree(l.Size, earlier, r)
		return err
	})
	return proof, err
}

// using tells apart what reading a tile said from what its hashes say.
func (l TiledLog) using(fn func(tlog.HashReader) error) error {
	tiles := &tileSource{read: l.Read}
	err := fn(tlog.TileHashReader(tlog.Tree{N: l.Size, Hash: l.Root}, tiles))
	switch {
	case tiles.err != nil:
		return tiles.err
	case err != nil:
		return fmt.Errorf("%w: the tiles do not give the root of size %d: %w", ErrMismatch, l.Size, err)
	}
	return nil
}

// tileSource is a tlog.TileReader.
type tileSource struct {
	read func(level int, n int64, width int) ([]byte, error)
	err  error
}

func (*tileSource) Height() int { return tileHeight }

func (s *tileSource) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		data, err := s.read(t.L, t.N, t.W)
		if err != nil {
			s.err = err
			return nil, err
		}
		if len(data) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d of level %d has %d bytes where %d hashes are due", t.N, t.L, len(data), t.W)
		}
		out[i] = data
	}
	return out, nil
}

func (*tileSource) SaveTiles([]tlog.Tile, [][]byte) {}
