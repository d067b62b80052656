package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// ErrOutside says that a clock or a keeper outside the office did not do its part:
// the checkpoint is signed, and signing again completes it.
var ErrOutside = errors.New("audit: what stands outside the office did not answer")

// Signed is a checkpoint as it was signed.
type Signed struct {
	Size int64  `json:"size"`
	Note string `json:"note"` // C2SP tlog-checkpoint
	// Stamp is the token of the Timestamper over the note; empty where there is none.
	Stamp []byte `json:"stamp,omitempty"`
}

func checkpoints() register.Register[Signed] { return register.Register[Signed]{Book: Book} }

// Sign signs a checkpoint of a tenant's log as it was sealed last. One that is
// signed already is given as it is, never signed again. What does not continue
// the checkpoint before, or the one that the Anchor keeps, is evidence.ErrFork, and
// nothing is signed. A log without entries is coordination.ErrNotFound.
func (s *Sealer) Sign(ctx context.Context, tenant string) (Signed, error) {
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return Signed{}, err
	}
	if err := s.unforked(ctx, tenant, key); err != nil {
		return Signed{}, err
	}
	var out Signed
	for lost := 0; ; lost++ {
		err = s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			out, err = s.sign(ctx, tx, key)
			return err
		})
		if !errors.Is(err, register.ErrConflict) || lost == tries {
			break
		}
	}
	if err != nil {
		return Signed{}, err
	}
	if err := s.stamp(ctx, tenant, &out); err != nil {
		return Signed{}, err
	}
	if s.cfg.Anchor != nil {
		if err := s.cfg.Anchor.KeepCheckpoint(ctx, tenant, []byte(out.Note)); err != nil {
			return out, fmt.Errorf("%w: keeping checkpoint %d elsewhere: %w", ErrOutside, out.Size, err)
		}
	}
	return out, nil
}

func (s *Sealer) sign(ctx context.Context, tx coordination.Tx, key Key) (Signed, error) {
	w, err := openLog(ctx, tx)
	if err != nil {
		return Signed{}, err
	}
	head := w.head()
	if head.Size == 0 {
		return Signed{}, fmt.Errorf("%w: nothing was sealed yet", coordination.ErrNotFound)
	}
	var (
		last   evidence.Checkpoint
		growth []evidence.Hash
	)
	if head.Signed > 0 {
		row, err := checkpoints().Get(ctx, tx, checkpointID(head.Signed))
		if err != nil {
			return Signed{}, err
		}
		if head.Signed == head.Size {
			return row.Value, nil
		}
		if last, _, err = evidence.Open([]byte(row.Value.Note), key.Signer.Name(), note.VerifierList(key.Verifier)); err != nil {
			return Signed{}, err
		}
		if growth, err = tiled(ctx, tx, head.Size, head.Root).ProveGrowth(head.Signed); err != nil {
			return Signed{}, err
		}
	}
	next := evidence.Checkpoint{Origin: key.Signer.Name(), Size: head.Size, Root: head.Root}
	text, err := evidence.Sign(next, last, growth, key.Signer, s.cfg.Witnesses...)
	if err != nil {
		return Signed{}, err
	}
	out := Signed{Size: head.Size, Note: string(text)}
	if _, err := checkpoints().Put(ctx, tx, register.Row[Signed]{ID: checkpointID(head.Size), Value: out}); err != nil {
		return Signed{}, err
	}
	w.row.Value.Signed = head.Size
	w.row.Value.Count++
	return out, w.storeHead(ctx, tx)
}

// stamp has another clock confirm a checkpoint that has no token yet, outside of
// any transaction, and keeps the token beside it.
func (s *Sealer) stamp(ctx context.Context, tenant string, c *Signed) error {
	if s.cfg.Timestamper == nil || len(c.Stamp) > 0 {
		return nil
	}
	token, err := s.cfg.Timestamper.Timestamp(ctx, evidence.CheckpointDigest([]byte(c.Note)))
	if err != nil {
		return fmt.Errorf("%w: time stamp of checkpoint %d: %w", ErrOutside, c.Size, err)
	}
	return s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		row, err := checkpoints().Get(ctx, tx, checkpointID(c.Size))
		if err != nil {
			return err
		}
		if len(row.Value.Stamp) == 0 {
			row.Value.Stamp = slices.Clone(token)
			if row, err = checkpoints().Put(ctx, tx, row); err != nil {
				return err
			}
		}
		*c = row.Value
		return nil
	})
}

// unforked reports as evidence.ErrFork a log that does not continue the
// checkpoint kept outside the store.
func (s *Sealer) unforked(ctx context.Context, tenant string, key Key) error {
	if s.cfg.Anchor == nil {
		return nil
	}
	kept, err := s.cfg.Anchor.LastCheckpoint(ctx, tenant)
	if err != nil {
		return fmt.Errorf("%w: the checkpoint that is kept elsewhere: %w", ErrOutside, err)
	}
	if kept == nil {
		return nil
	}
	last, _, err := evidence.Open(kept, key.Signer.Name(), note.VerifierList(key.Verifier))
	if err != nil {
		return err
	}
	return s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		w, err := openLog(ctx, tx)
		if err != nil {
			return err
		}
		if w.edge.Size() < last.Size {
			return fmt.Errorf("%w: %d entries are sealed here, and %d were signed: was the store put back to an earlier state?",
				evidence.ErrFork, w.edge.Size(), last.Size)
		}
		root, err := tiled(ctx, tx, w.edge.Size(), w.edge.Root()).RootAt(last.Size)
		if err == nil && root != last.Root {
			err = fmt.Errorf("%w: the root of %d entries is not the one that was signed", evidence.ErrFork, last.Size)
		}
		return err
	})
}

// Checkpoint gives the newest checkpoint of a tenant's log, or that of a size;
// size 0 is the newest. One that was not signed is coordination.ErrNotFound.
func (s *Sealer) Checkpoint(ctx context.Context, tenant string, size int64) (Signed, error) {
	var out Signed
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		out, err = signedAt(ctx, tx, size)
		return err
	})
	return out, err
}

func signedAt(ctx context.Context, tx coordination.Tx, size int64) (Signed, error) {
	if size == 0 {
		w, err := openLog(ctx, tx)
		if err != nil {
			return Signed{}, err
		}
		size = w.row.Value.Signed
	}
	row, err := checkpoints().Get(ctx, tx, checkpointID(size))
	if errors.Is(err, register.ErrNotFound) || size < 1 {
		return Signed{}, fmt.Errorf("%w: no checkpoint of %d entries was signed", coordination.ErrNotFound, size)
	}
	return row.Value, err
}

// Checkpoints returns a page of the checkpoints of a tenant's log, smallest
// first. next continues after the page and is empty at the end.
func (s *Sealer) Checkpoints(ctx context.Context, tenant, after string, limit int) (page []Signed, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		rows, n, err := checkpoints().List(ctx, tx, register.Query{After: after, Limit: limit}.Prefix(checkpointOf))
		page, next = nil, n
		for i := range rows {
			page = append(page, rows[i].Value)
		}
		return err
	})
	return page, next, err
}
