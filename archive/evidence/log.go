package evidence

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree.
type Hash = tlog.Hash

// Log is the Merkle tree of RFC 6962 over the texts of the entries, in memory: about 64
// bytes an entry, in the layout of tlog.StoredHashIndex, which only ever grows.
// The zero Log is empty.
type Log struct {
	hashes []Hash
	edge   Edge
	size   int64
	text   []byte
}

// Load rebuilds a log from stored hashes as Stored gave them. Hashes that cannot be those of a
// whole number of entries are ErrInvalid; what they say is judged by Verify.
func Load(stored []Hash) (*Log, error) {
	n := int64(len(stored)+1) / 2
	for tlog.StoredHashCount(n) < int64(len(stored)) {
		n++
	}
	if tlog.StoredHashCount(n) != int64(len(stored)) {
		return nil, fmt.Errorf("%w: %d hashes are not those of a log", ErrInvalid, len(stored))
	}
	l := &Log{hashes: stored, size: n}
	l.edge = Edge{size: n, subtrees: l.subtrees(n)}
	return l, nil
}

// Size is the number of entries.
func (l *Log) Size() int64 { return l.size }

// Stored gives the hashes of the log from the index on, to be kept: those that Append added
// since the log had that many. They share memory with the log and never change.
func (l *Log) Stored(from int) []Hash { return l.hashes[from:len(l.hashes):len(l.hashes)] }

// Append adds the entry, whose position has to be the next one, and returns the
// hash of its leaf.
func (l *Log) Append(e *Entry) (Hash, error) {
	if e.Position != l.size+1 {
		return Hash{}, &MismatchError{Place: PlaceOrder, Position: l.size + 1, Reason: fmt.Sprintf("entry %d came instead", e.Position)}
	}
	text, err := e.AppendText(l.text[:0])
	if err != nil {
		return Hash{}, err
	}
	l.text = text
	h := tlog.RecordHash(text)
	l.AppendHash(h)
	return h, nil
}

// AppendHash adds a leaf by its hash.
func (l *Log) AppendHash(h Hash) {
	l.edge.grow(h, func(_ int, h Hash) { l.hashes = append(l.hashes, h) })
	l.size++
}

// Root is the root over the first entries, as many as size says. A size that the
// log does not have is ErrInvalid.
func (l *Log) Root(size int64) (Hash, error) {
	s, err := l.Snapshot(size)
	return s.Root(), err
}

// ReadHashes makes the log a tlog.HashReader.
func (l *Log) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("%w: the log has no stored hash %d", ErrInvalid, x)
		}
		out[i] = l.hashes[x]
	}
	return out, nil
}

// node is the root of the complete subtree of 2^level leaves that is the n-th of
// its level. The index is that of tlog.StoredHashIndex, in closed form: the hash
// is stored right after its last leaf and the smaller subtrees that end there.
func (l *Log) node(level int, n int64) Hash {
	leaf := (n+1)<<level - 1
	return l.hashes[2*leaf-int64(bits.OnesCount64(uint64(leaf)))+int64(level)]
}

// subtrees are the complete subtrees of the first entries, largest first.
func (l *Log) subtrees(size int64) []Hash {
	out := make([]Hash, 0, bits.OnesCount64(uint64(size)))
	start := int64(0)
	for level := 62; level >= 0; level-- {
		if size>>level&1 == 1 {
			out = append(out, l.node(level, start>>level))
			start += 1 << level
		}
	}
	return out
}

// fold is the root over complete subtrees, largest first.
func fold(subtrees []Hash) Hash {
	if len(subtrees) == 0 {
		return emptyRoot
	}
	root := subtrees[len(subtrees)-1]
	for i := len(subtrees) - 2; i >= 0; i-- {
		root = tlog.NodeHash(subtrees[i], root)
	}
	return root
}
