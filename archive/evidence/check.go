package evidence

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// CheckEntry checks that a log of that size and root holds the leaf at the index.
// Root is as it came from outside; one that is no hash never fits. The
// error is ErrInvalid where the numbers cannot belong together and ErrMismatch
// where the hashes do not. The algorithm is that of RFC 9162 2.1.3.2.
func CheckEntry(leaf Hash, index, size int64, root []byte, proof []Hash) error {
	if index < 0 || index >= size {
		return fmt.Errorf("%w: there is no leaf %d in a log of %d", ErrInvalid, index, size)
	}
	at, last := uint64(index), uint64(size-1)
	for _, h := range proof {
		if last == 0 {
			return fmt.Errorf("%w: the proof for leaf %d has too many hashes", ErrInvalid, index)
		}
		leaf = climb(leaf, h, &at, &last)
	}
	if last != 0 {
		return fmt.Errorf("%w: the proof for leaf %d has too few hashes", ErrInvalid, index)
	}
	if !bytes.Equal(leaf[:], root) {
		return fmt.Errorf("%w: leaf %d is not under this root", ErrMismatch, index)
	}
	return nil
}

// climb joins a node with its sibling and moves to the parent. A node at the
// right edge has its sibling on the left and rises until it is one of a pair.
func climb(node, sibling Hash, at, last *uint64) Hash {
	if *at&1 == 0 && *at != *last {
		node = tlog.NodeHash(node, sibling)
	} else {
		node = tlog.NodeHash(sibling, node)
		rise(at, last)
	}
	*at >>= 1
	*last >>= 1
	return node
}

func rise(at, last *uint64) {
	for *at&1 == 0 && *at != 0 {
		*at >>= 1
		*last >>= 1
	}
}

// CheckGrowth checks that a log of the later size and root continues one of the
// earlier size and root. Nothing can be said of an earlier size of 0, which is
// ErrInvalid as other impossible numbers are; hashes that do not fit are
// ErrMismatch. The algorithm is that of RFC 9162 2.1.4.2.
func CheckGrowth(earlier, later int64, earlierRoot, laterRoot []byte, proof []Hash) error {
	if earlier < 1 || earlier > later || (earlier == later) != (len(proof) == 0) {
		return fmt.Errorf("%w: %d hashes cannot lead from size %d to size %d", ErrInvalid, len(proof), earlier, later)
	}
	if earlier == later {
		if !bytes.Equal(earlierRoot, laterRoot) {
			return fmt.Errorf("%w: two roots for size %d", ErrMismatch, earlier)
		}
		return nil
	}
	old, whole, err := climbBoth(earlier, later, earlierRoot, proof)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(old[:], earlierRoot):
		return fmt.Errorf("%w: the proof does not start at the root of size %d", ErrMismatch, earlier)
	case !bytes.Equal(whole[:], laterRoot):
		return fmt.Errorf("%w: the proof does not end at the root of size %d", ErrMismatch, later)
	}
	return nil
}

// climbBoth gives the roots of the earlier and the later size to which the proof
// leads.
func climbBoth(earlier, later int64, earlierRoot []byte, proof []Hash) (old, whole Hash, err error) {
	if earlier&(earlier-1) == 0 { // the earlier tree is one subtree; its root begins the proof
		if len(earlierRoot) != len(old) {
			return old, whole, fmt.Errorf("%w: the root of size %d is no hash", ErrInvalid, earlier)
		}
		old = Hash(earlierRoot)
	} else {
		old, proof = proof[0], proof[1:]
	}
	whole = old
	at, last := uint64(earlier-1), uint64(later-1)
	for at&1 == 1 {
		at >>= 1
		last >>= 1
	}
	for _, h := range proof {
		if last == 0 {
			return old, whole, fmt.Errorf("%w: the proof from size %d to size %d has too many hashes", ErrInvalid, earlier, later)
		}
		if at&1 == 1 || at == last {
			old = tlog.NodeHash(h, old)
		}
		whole = climb(whole, h, &at, &last)
	}
	if last != 0 {
		return old, whole, fmt.Errorf("%w: the proof from size %d to size %d has too few hashes", ErrInvalid, earlier, later)
	}
	return old, whole, nil
}
