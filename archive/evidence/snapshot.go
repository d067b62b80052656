package evidence

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// emptyRoot is the root of no entries: SHA-256 of nothing.
var emptyRoot = Hash(sha256.Sum256(nil)) //nolint:gochecknoglobals // a constant of RFC 6962

// Snapshot is the log at one size. It stays valid, and the same, while the log
// grows.
type Snapshot struct {
	log      Log
	subtrees []Hash // complete ones, largest first
	right    []Hash // right[i] is the root over subtrees[i:]
}

// Snapshot gives the log at an earlier size, or at the present one. A size that
// the log never had is ErrInvalid, and the snapshot is that of no entries.
func (l *Log) Snapshot(size int64) (Snapshot, error) {
	if size < 0 || size > l.size {
		return Snapshot{}, fmt.Errorf("%w: the log has sizes 0 to %d, not %d", ErrInvalid, l.size, size)
	}
	subtrees := l.subtrees(size)
	right := make([]Hash, len(subtrees))
	for i := len(subtrees) - 1; i >= 0; i-- {
		right[i] = subtrees[i]
		if i+1 < len(subtrees) {
			right[i] = tlog.NodeHash(subtrees[i], right[i+1])
		}
	}
	return Snapshot{log: Log{hashes: l.hashes, size: size}, subtrees: subtrees, right: right}, nil
}

// Size is the number of entries.
func (s Snapshot) Size() int64 { return s.log.size }

// Root is the root over the entries.
func (s Snapshot) Root() Hash {
	if len(s.right) == 0 {
		return emptyRoot
	}
	return s.right[0]
}

// ProveEntry gives the proof that the entry with that leaf index (position - 1) stands in the
// snapshot: hashes from the leaf to the root, at most ⌈log2 size⌉. An
// index outside is ErrInvalid.
func (s Snapshot) ProveEntry(index int64) ([]Hash, error) {
	return s.AppendProof(make([]Hash, 0, bits.Len64(uint64(s.log.size))), index)
}

// AppendProof is ProveEntry into memory of the caller.
func (s Snapshot) AppendProof(proof []Hash, index int64) ([]Hash, error) {
	if index < 0 || index >= s.log.size {
		return proof, fmt.Errorf("%w: there is no leaf %d in a log of %d", ErrInvalid, index, s.log.size)
	}
	at, level, before := s.subtreeOf(index)
	for l := range level {
		proof = append(proof, s.log.node(l, index>>l^1))
	}
	if at+1 < len(s.right) {
		proof = append(proof, s.right[at+1])
	}
	for i := before - 1; i >= 0; i-- {
		proof = append(proof, s.subtrees[i])
	}
	return proof, nil
}

// subtreeOf finds the complete subtree in which a leaf stands, its level and how
// many are before it.
func (s Snapshot) subtreeOf(index int64) (at, level, before int) {
	rest := s.log.size
	start := int64(0)
	for {
		level = bits.Len64(uint64(rest)) - 1
		if index < start+1<<level {
			return at, level, at
		}
		start += 1 << level
		rest -= 1 << level
		at++
	}
}

// ProveGrowth gives the proof that the log of the later size continues that of
// the earlier one: at most ⌈log2 later⌉ + 1 hashes, none for equal sizes. An
// earlier size of 0 is continued by anything and has no proof: ErrInvalid, like
// sizes the log does not have.
func (l *Log) ProveGrowth(earlier, later int64) ([]Hash, error) {
	if earlier < 1 || earlier > later || later > l.size {
		return nil, fmt.Errorf("%w: no proof leads from size %d to size %d of a log of %d", ErrInvalid, earlier, later, l.size)
	}
	return l.growth(nil, earlier, 0, later, true), nil
}

// growth is SUBPROOF of RFC 6962 2.1.2 over the leaves from lo to hi, of which the
// first size are old.
func (l *Log) growth(proof []Hash, size, lo, hi int64, known bool) []Hash {
	if size == hi-lo {
		if known {
			return proof
		}
		return append(proof, l.over(lo, hi))
	}
	k := int64(1) << (bits.Len64(uint64(hi-lo-1)) - 1)
	if size <= k {
		return append(l.growth(proof, size, lo, lo+k, known), l.over(lo+k, hi))
	}
	return append(l.growth(proof, size-k, lo+k, hi, false), l.over(lo, lo+k))
}

// over is the root over the leaves from lo to hi, where lo is a multiple of the
// smallest power of two that holds them.
func (l *Log) over(lo, hi int64) Hash {
	var subtrees [64]Hash
	n := 0
	for lo < hi {
		level := bits.Len64(uint64(hi-lo)) - 1
		subtrees[n] = l.node(level, lo>>level)
		n++
		lo += 1 << level
	}
	return fold(subtrees[:n])
}
