package sqltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// errUndo rolls a unit of work back.
var errUndo = errors.New("undo")

// Follow lets writers append to entities that they share while two sequencers
// compete, some of whose calls are cut off, and a reader follows the journal.
// Some units stop for a moment before they commit, some roll back. The reader
// must see every committed entry once, in order, at positions without a gap.
func Follow(t *testing.T, s coordination.Store, writers, each int) {
	t.Helper()
	w := &following{store: s, entities: 2 * writers, last: make(map[string]int64)}
	w.setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writing, numbering, reading sync.WaitGroup
	for range writers {
		writing.Go(func() { w.write(t.Context(), each) })
	}
	for range 2 {
		numbering.Go(func() { w.number(ctx) })
	}
	reading.Go(func() { w.read(t.Context(), ctx) })
	writing.Wait()
	cancel()
	numbering.Wait()
	reading.Wait()
	// A call that was cut off may hold its turn for a moment longer.
	for begin := time.Now(); len(w.seen) < w.committed && time.Since(begin) < time.Minute; w.page(t.Context()) {
		_, err := s.Sequence(t.Context(), 100)
		require.NoError(t, err)
	}
	w.check(t)
}

type following struct {
	store    coordination.Store
	entities int

	mu        sync.Mutex
	committed int
	errs      []error

	seen  []coordination.Entry // by the reader alone
	after int64
	last  map[string]int64
}

func (w *following) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs = append(w.errs, err)
}

func (w *following) setUp(t *testing.T) {
	t.Helper()
	for i := range w.entities {
		require.NoError(t, w.store.Update(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			r, events := Opened(fmt.Sprint("r", i), "followed")
			_, err := tx.PutChangeRequest(ctx, r, events...)
			return err
		}))
		w.committed++
	}
}

func (w *following) write(ctx context.Context, each int) {
	for range each {
		id := changereq.ID(fmt.Sprint("r", rand.N(w.entities)))
		n := 1 + rand.N(3)
		undo, stop := rand.N(10) == 0, rand.N(10) == 0
		err := w.store.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
			r, err := tx.ChangeRequest(ctx, id)
			if err != nil {
				return err
			}
			var data []changereq.Data
			for range n {
				data = append(data, changereq.HeldData{Reason: "followed"})
			}
			r, events := Next(r, string(id), data...)
			if _, err = tx.PutChangeRequest(ctx, r, events...); err != nil {
				return err
			}
			if stop { // with the entries written and not committed
				if _, _, err := tx.ChangeRequestEvents(ctx, id, 0, 1); err != nil {
					return err
				}
				<-time.After(rand.N(20 * time.Millisecond))
			}
			if undo {
				return errUndo
			}
			return nil
		})
		switch {
		case err == nil:
			w.mu.Lock()
			w.committed += n
			w.mu.Unlock()
		case !errors.Is(err, errUndo):
			w.fail(err)
		}
	}
}

func (w *following) number(ctx context.Context) {
	for ctx.Err() == nil {
		cut, cancel := context.WithTimeout(ctx, rand.N(50*time.Millisecond))
		_, err := w.store.Sequence(cut, 1+rand.N(100))
		cancel()
		if err != nil && cut.Err() == nil {
			w.fail(err)
		}
	}
}

// read follows the journal until the writers are done.
func (w *following) read(ctx, until context.Context) {
	for until.Err() == nil {
		w.page(ctx)
	}
}

// page reads on.
func (w *following) page(ctx context.Context) {
	err := w.store.View(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
		page, next, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: w.after, Limit: 1 + rand.N(50)})
		if err != nil {
			return err
		}
		w.seen, w.after = append(w.seen, page...), next
		return nil
	})
	if err != nil {
		w.fail(err)
	}
}

func (w *following) check(t *testing.T) {
	t.Helper()
	require.NoError(t, errors.Join(w.errs...))
	require.Len(t, w.seen, w.committed, "entries seen and committed")
	var recorded time.Time
	for i, e := range w.seen {
		require.EqualValues(t, i+1, e.Position, "positions have no gap")
		require.Equal(t, w.last[e.Entity]+1, e.Seq, "%s at position %d", e.Entity, e.Position)
		require.False(t, e.Recorded.Before(recorded), "recorded falls at position %d", e.Position)
		w.last[e.Entity], recorded = e.Seq, e.Recorded
	}
	t.Logf("%d entries of %d requests", len(w.seen), w.entities)
}
