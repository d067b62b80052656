package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// journalOrder: whoever follows the journal sees every committed entry once and
// in order, while many write, pause and roll back and several give positions.
func journalOrder(h *harness) {
	h.run("Followed", journalIsFollowed)
}

const (
	unitsEach = 25
	shared    = 4
)

func journalIsFollowed(h *harness) {
	var (
		wg        sync.WaitGroup
		writing   atomic.Bool
		seen      []coordination.Entry
		seqErrs   [2]error
		readError error
	)
	writing.Store(true)
	for i := range seqErrs {
		wg.Go(func() {
			for writing.Load() && seqErrs[i] == nil {
				_, seqErrs[i] = h.store.Sequence(h.Context(), 1+7*i)
				pause()
			}
		})
	}
	wg.Go(func() {
		for writing.Load() && readError == nil {
			seen, readError = h.readOn(seen)
			pause()
		}
	})
	committed, err := h.writeAtOnce()
	writing.Store(false)
	wg.Wait()
	require.NoError(h, errors.Join(err, readError, seqErrs[0], seqErrs[1]))
	h.sequence()
	seen, err = h.readOn(seen)
	require.NoError(h, err)
	require.Len(h, seen, committed, "every committed entry, and no other")
	h.requireInOrder(seen)
	require.Equal(h, h.dump(acme).Journal, seen, "what was read once stays as it was")
}

// readOn follows the journal from what was seen.
func (h *harness) readOn(seen []coordination.Entry) ([]coordination.Entry, error) {
	after := int64(0)
	if len(seen) > 0 {
		after = seen[len(seen)-1].Position
	}
	err := h.store.View(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		page, err := journal(ctx, tx, coordination.JournalQuery{After: after, Limit: 10})
		seen = append(seen, page...)
		return err
	})
	return seen, err
}

// writeAtOnce lets all writers write and returns how many entries they have
// committed.
func (h *harness) writeAtOnce() (int, error) {
	var committed atomic.Int64
	errs := race(h.cfg.Writers, func(writer int) error {
		rng := rand.New(rand.NewPCG(1, uint64(writer)))
		for i := range unitsEach {
			entries := 0
			own := changereq.ID(fmt.Sprintf("w%d-%d", writer, i%5))
			err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
				entries = 0
				for _, id := range []changereq.ID{own, changereq.ID(fmt.Sprintf("shared%d", (writer+i)%shared))} {
					n, err := goOn(ctx, tx, id)
					if err != nil {
						return err
					}
					entries += n
				}
				return linger(ctx, tx, rng)
			})
			switch {
			case err == nil:
				committed.Add(int64(entries))
			case !errors.Is(err, errBoom):
				return err
			}
		}
		return nil
	})
	return int(committed.Load()), errors.Join(errs...)
}

// goOn adds to a request, which may begin with it, and returns by how many
// events.
func goOn(ctx context.Context, tx coordination.Tx, id changereq.ID) (int, error) {
	data := []changereq.Data{moved("open", lifecycle.Assess), changereq.HeldData{Reason: "strike"}}
	switch _, err := tx.ChangeRequest(ctx, id); {
	case errors.Is(err, changereq.ErrNotFound):
		data[0] = opened("door")
	case err != nil:
		return 0, err
	}
	_, err := addToRequest(ctx, tx, id, data...)
	return len(data), err
}

// linger sometimes rolls back and sometimes keeps a unit open for a while after
// it has written.
func linger(ctx context.Context, tx coordination.Tx, rng *rand.Rand) error {
	switch n := rng.IntN(10); n {
	case 0:
		return errBoom
	case 1, 2:
		for i := range 10 * n {
			if _, err := tx.Record(ctx, "nothing"); err == nil {
				return fmt.Errorf("a record that nobody filed, at look %d", i)
			}
			pause()
		}
	}
	return nil
}

// requireInOrder checks that positions are dense, recorded times never fall and
// the events of each entity are counted on.
func (h *harness) requireInOrder(entries []coordination.Entry) {
	h.Helper()
	last := make(map[string]int64)
	for i, e := range entries {
		require.EqualValues(h, i+1, e.Position)
		require.Equal(h, last[e.Entity]+1, e.Seq, "the order of %s", e.Entity)
		last[e.Entity] = e.Seq
		if i > 0 {
			require.False(h, e.Recorded.Before(entries[i-1].Recorded))
		}
	}
}
