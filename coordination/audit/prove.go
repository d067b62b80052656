package audit

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
)

// Proof is the proof that an entry stands in the log at a checkpoint.
type Proof struct {
	Entry  evidence.Row // with the values behind its seals, unless they were erased
	Text   []byte       // the canonical text of the entry, the data of its leaf
	Leaf   evidence.Hash
	Size   int64 // of the log at the checkpoint
	Root   evidence.Hash
	Hashes []evidence.Hash // from the leaf to the root
	Signed []byte          // the checkpoint
}

// File is the proof as a file of C2SP tlog-proof.
func (p *Proof) File() ([]byte, error) {
	return (&evidence.Proof{Index: p.Entry.Entry.Position - 1, Hashes: p.Hashes, Signed: p.Signed}).MarshalText()
}

// ProveEntry proves the entry at a position at the checkpoint of a size; 0 is
// the newest. An entry that no such checkpoint covers is coordination.ErrNotFound. An entry
// that is not the one that was sealed is a *evidence.MismatchError, and nothing
// is proved.
func (s *Sealer) ProveEntry(ctx context.Context, tenant string, position, size int64) (Proof, error) {
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return Proof{}, err
	}
	var out Proof
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		c, signed, err := checkpointAt(ctx, tx, key, size)
		if err != nil {
			return err
		}
		out, err = proveEntry(ctx, tx, c, []byte(signed.Note), position)
		return err
	})
	return out, err
}

// ProveEntries proves the entries at several positions, in their order, as ProveEntry
// does one by one.
func (s *Sealer) ProveEntries(ctx context.Context, tenant string, positions []int64, size int64) ([]Proof, error) {
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return nil, err
	}
	var out []Proof
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		c, signed, err := checkpointAt(ctx, tx, key, size)
		if err != nil {
			return err
		}
		out, err = proveEntries(ctx, tx, c, []byte(signed.Note), positions)
		return err
	})
	return out, err
}

// checkpointAt reads a checkpoint and checks its signature.
func checkpointAt(ctx context.Context, tx coordination.Tx, key Key, size int64) (evidence.Checkpoint, Signed, error) {
	signed, err := signedAt(ctx, tx, size)
	if err != nil {
		return evidence.Checkpoint{}, Signed{}, err
	}
	c, _, err := evidence.Open([]byte(signed.Note), key.Signer.Name(), note.VerifierList(key.Verifier))
	if err == nil && c.Size != signed.Size {
		err = &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: signed.Size, Reason: "it is that of " + strconv.FormatInt(c.Size, 10) + " entries"}
	}
	return c, signed, err
}

func proveEntries(ctx context.Context, tx coordination.Tx, c evidence.Checkpoint, signed []byte, positions []int64) ([]Proof, error) {
	out, indexes := make([]Proof, len(positions)), make([]int64, len(positions))
	var had opening // of the block that was read last: positions mostly stand close together
	block := int64(-1)
	for i, position := range positions {
		var err error
		if n := (position - 1) / perBlock; n != block && position > 0 {
			if had, err = openingAt(ctx, tx, position); err != nil {
				return nil, err
			}
			block = n
		}
		if out[i], err = textAt(ctx, tx, c, signed, position, &had); err != nil {
			return nil, err
		}
		indexes[i] = position - 1
	}
	leaves, proofs, err := tiled(ctx, tx, c.Size, c.Root).ProveEntries(indexes)
	if err != nil {
		return nil, err
	}
	for i, position := range positions {
		out[i].Leaf, out[i].Hashes = leaves[i], proofs[i]
		if out[i].Leaf != tlog.RecordHash(out[i].Text) {
			return nil, &evidence.MismatchError{Place: evidence.PlaceEntry, Position: position, Reason: "it is not the entry that was sealed"}
		}
	}
	return out, nil
}

func proveEntry(ctx context.Context, tx coordination.Tx, c evidence.Checkpoint, signed []byte, position int64) (Proof, error) {
	out, err := proveEntries(ctx, tx, c, signed, []int64{position})
	if err != nil {
		return Proof{}, err
	}
	return out[0], nil
}

// textAt is an entry that a checkpoint covers, with the values behind its seals, before
// it is proved.
func textAt(ctx context.Context, tx coordination.Tx, c evidence.Checkpoint, signed []byte, position int64, had *opening) (Proof, error) {
	if position < 1 || position > c.Size {
		return Proof{}, fmt.Errorf("%w: the checkpoint of %d entries does not cover position %d", coordination.ErrNotFound, c.Size, position)
	}
	page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: position - 1, Limit: 1})
	if err != nil {
		return Proof{}, err
	}
	if len(page) == 0 || page[0].Position != position {
		return Proof{}, &evidence.MismatchError{Place: evidence.PlaceEnd, Position: position, Reason: "the journal does not have it any more"}
	}
	out := Proof{Size: c.Size, Root: c.Root, Signed: signed}
	if out.Entry, err = opened(page[0], had); err != nil {
		return Proof{}, err
	}
	out.Text, err = out.Entry.Entry.MarshalText()
	return out, err
}

// Growth is the proof that a log of one size continues that of another.
type Growth struct {
	From, To         int64
	FromRoot, ToRoot evidence.Hash
	Hashes           []evidence.Hash
}

// ProveGrowth proves that the log of the later size continues that of the
// earlier one; a later size of 0 is what was sealed last. Sizes that the log
// never had are evidence.ErrInvalid, and so is an earlier size of 0, which
// anything continues.
func (s *Sealer) ProveGrowth(ctx context.Context, tenant string, from, to int64) (Growth, error) {
	var out Growth
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		out, err = proveGrowth(ctx, tx, from, to)
		return err
	})
	return out, err
}

func proveGrowth(ctx context.Context, tx coordination.Tx, from, to int64) (Growth, error) {
	w, err := openLog(ctx, tx)
	if err != nil {
		return Growth{}, err
	}
	if to == 0 {
		to = w.edge.Size()
	}
	if from < 1 || from > to || to > w.edge.Size() {
		return Growth{}, fmt.Errorf("%w: no proof leads from size %d to size %d of a log of %d", evidence.ErrInvalid, from, to, w.edge.Size())
	}
	later, err := w.at(ctx, tx, to)
	if err != nil {
		return Growth{}, err
	}
	out := Growth{From: from, To: to, ToRoot: later.Root}
	if out.FromRoot, err = later.RootAt(from); err != nil {
		return Growth{}, err
	}
	out.Hashes, err = later.ProveGrowth(from)
	return out, err
}

// Tile gives the first width hashes of a tile, end to end, as C2SP tlog-tiles
// has them. What the log does not have, or not yet, is coordination.ErrNotFound.
func (s *Sealer) Tile(ctx context.Context, tenant string, level int, n int64, width int) ([]byte, error) {
	var out []byte
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		w, err := openLog(ctx, tx)
		if err != nil {
			return err
		}
		if level < 0 || level > 7 || !covers(w.edge.Size()>>(8*level), n, width) {
			return fmt.Errorf("%w: the log has no tile %d of level %d with %d hashes", coordination.ErrNotFound, n, level, width)
		}
		out, err = readTile(ctx, tx, level, n, width)
		return err
	})
	return out, err
}

// covers reports whether a list of that size has the first width elements of its
// block n.
func covers(size, n int64, width int) bool {
	return n >= 0 && width > 0 && width <= perBlock && n <= size/perBlock && n*perBlock+int64(width) <= size
}

// Bundle gives the texts of the first width entries of block n as a bundle of
// C2SP tlog-tiles: each after its length in two bytes. What is not sealed is
// coordination.ErrNotFound.
func (s *Sealer) Bundle(ctx context.Context, tenant string, n int64, width int) ([]byte, error) {
	var out []byte
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		out = nil
		w, err := openLog(ctx, tx)
		if err != nil {
			return err
		}
		if !covers(w.edge.Size(), n, width) {
			return fmt.Errorf("%w: the log has no bundle %d with %d entries", coordination.ErrNotFound, n, width)
		}
		page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: n * perBlock, Limit: width})
		if err != nil {
			return err
		}
		had, err := openingAt(ctx, tx, n*perBlock+1)
		if err != nil {
			return err
		}
		for i := range page {
			row, err := opened(page[i], &had)
			if err != nil {
				return err
			}
			text, err := row.Entry.MarshalText()
			if err != nil {
				return err
			}
			out = append(append(out, byte(len(text)>>8), byte(len(text))), text...)
		}
		return nil
	})
	return out, err
}
