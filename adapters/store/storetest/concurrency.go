package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// concurrency: what a unit read by id is still true when it commits, absence
// included, whoever else is at work.
func concurrency(h *harness) {
	for _, e := range entities() {
		h.run("OneWinner"+e.name, func(h *harness) { oneOfManyWins(h, e, 1) })
		h.run("OneCreator"+e.name, func(h *harness) { oneOfManyWins(h, e, 0) })
	}
	h.run("LostUpdate", noUpdateIsLost)
	h.run("Revisions", revisionsHaveNoGaps)
	h.run("WriteSkew", readsByIDAreHeld)
	h.run("WriteSkewOfSeveral", severalAreHeld)
	for _, k := range keyedRows() {
		h.run("Absence"+k.name, func(h *harness) { absenceIsHeld(h, k) })
	}
	h.run("GuardedList", guardHoldsAList)
	h.run("History", historyFitsItsRow)
	h.run("Numbers", numbersAreGivenOnce)
	h.run("Replies", replyIsKeptOnce)
	h.run("Circle", noCircleCloses)
	h.run("Edges", edgesAreHeld)
	h.run("NewContent", contentIsNewOnce)
	h.run("LockOrder", oppositeOrdersEnd)
	h.run("Transient", transientErrorRunsAgain)
	h.run("Plain", plainErrorRunsOnce)
}

const (
	racers = 8
	rounds = 60
)

// race runs fn n times at once and returns the errors.
func race(n int, fn func(i int) error) []error {
	var (
		wg    sync.WaitGroup
		start = make(chan struct{})
		errs  = make([]error, n)
	)
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// pause lets others get between a read and what rests on it.
func pause() {
	for range 20 {
		runtime.Gosched()
	}
}

func (h *harness) update(fn work) error {
	h.Helper()
	return h.store.Update(h.Context(), acme, fn)
}

// oneOfManyWins: of many who saw the same revision, one gets through.
func oneOfManyWins(h *harness, e entity, seen int64) {
	for round := range 10 {
		id := strconv.Itoa(round)
		if seen > 0 {
			h.do(func(ctx context.Context, tx coordination.Tx) error {
				_, err := e.put(ctx, tx, id, 0, 0)
				return err
			})
		}
		won := 0
		for _, err := range race(racers, func(int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				pause()
				_, err := e.put(ctx, tx, id, seen, seen)
				pause()
				return err
			})
		}) {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(h, err, e.conflict)
		}
		require.Equal(h, 1, won)
	}
}

// noUpdateIsLost: everybody reads and adds, and everything added is there.
func noUpdateIsLost(h *harness) {
	const each = 15
	h.do(everyRoom(""))
	errs := race(racers, func(int) error {
		for range each {
			err := h.update(func(ctx context.Context, tx coordination.Tx) error {
				r, err := tx.ChangeRequest(ctx, "request")
				if err != nil {
					return err
				}
				pause()
				r, events := evolved(r, "request", moved("open", lifecycle.Assess))
				_, err = tx.PutChangeRequest(ctx, r, events...)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(h, errors.Join(errs...), "a read by id needs no second try of the caller's")
	d := h.dump(acme)
	require.EqualValues(h, 1+racers*each, d.Requests[0].Rev)
	require.EqualValues(h, 3+racers*each, d.Requests[0].Events)
	require.Len(h, d.RequestEvents["request"], 3+racers*each)
}

// revisionsHaveNoGaps is P10: many who read, write what they saw and try again
// when somebody was faster get every revision once.
func revisionsHaveNoGaps(h *harness) {
	const each = 6
	h.do(everyRoom(""))
	got := make([][]int64, racers)
	errs := race(racers, func(i int) error {
		for len(got[i]) < each {
			rev, err := h.writeWhatWasSeen()
			switch {
			case err == nil:
				got[i] = append(got[i], rev)
			case !errors.Is(err, changereq.ErrConflict):
				return err
			}
		}
		return nil
	})
	require.NoError(h, errors.Join(errs...))
	all := slices.Sorted(slices.Values(slices.Concat(got...)))
	for i, rev := range all {
		require.EqualValues(h, i+2, rev, "of %v", all)
	}
	require.EqualValues(h, 1+racers*each, h.dump(acme).Requests[0].Rev)
}

// writeWhatWasSeen reads a request in one unit and writes it in the next.
func (h *harness) writeWhatWasSeen() (rev int64, err error) {
	var seen changereq.Request
	err = h.store.View(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		seen, err = tx.ChangeRequest(ctx, "request")
		return err
	})
	if err != nil {
		return 0, err
	}
	pause()
	err = h.update(func(ctx context.Context, tx coordination.Tx) error {
		r, events := evolved(seen, "request", moved("open", lifecycle.Assess))
		r, err := tx.PutChangeRequest(ctx, r, events...)
		rev = r.Rev
		return err
	})
	if err == nil && rev != seen.Rev+1 {
		err = fmt.Errorf("revision %d was seen and %d written", seen.Rev, rev) //nolint:err113 // said once, to a person
	}
	return rev, err
}

// readsByIDAreHeld: at most one of a and b may be approved. Both units look at
// the other row and change their own, so no revision is stale.
func readsByIDAreHeld(h *harness) {
	for round := range rounds {
		pair := [2]changereq.ID{changereq.ID(fmt.Sprintf("a%d", round)), changereq.ID(fmt.Sprintf("b%d", round))}
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			for _, id := range pair {
				if _, err := addToRequest(ctx, tx, id, opened("door")); err != nil {
					return err
				}
			}
			return nil
		})
		errs := race(2, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				other, err := tx.ChangeRequest(ctx, pair[1-i])
				if err != nil || other.State == "approved" {
					return err
				}
				pause()
				_, err = addToRequest(ctx, tx, pair[i], moved("approved", lifecycle.Decide))
				return err
			})
		})
		require.NoError(h, errors.Join(errs...))
		require.Equal(h, 1, h.countRequests(changereq.Query{State: "approved"})-round, "round %d", round)
	}
}

func (h *harness) countRequests(q changereq.Query) (n int) {
	h.Helper()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		rows, err := follow(func(after string) ([]changereq.Request, string, error) {
			q.After = after
			return tx.ChangeRequests(ctx, q)
		})
		n = len(rows)
		return err
	})
	return n
}

// absenceIsHeld: whoever finds the other row absent creates its own; there must
// never be both.
func absenceIsHeld(h *harness, k keyedRow) {
	for round := range rounds {
		pair := [2]string{fmt.Sprintf("a%d", round), fmt.Sprintf("b%d", round)}
		errs := race(2, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				there, err := k.there(ctx, tx, pair[1-i])
				if err != nil || there {
					return err
				}
				pause()
				return k.create(ctx, tx, pair[i])
			})
		})
		require.NoError(h, errors.Join(errs...))
		var there [2]bool
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			for i, id := range pair {
				var err error
				if there[i], err = k.there(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		require.NotEqual(h, there[0], there[1], "round %d: one of the two", round)
	}
}

// guardHoldsAList: a rule over the requests of an item holds for units that lock
// the item before they look at the list.
func guardHoldsAList(h *harness) {
	for round := range rounds {
		item := changereq.ItemID(fmt.Sprintf("item%d", round))
		errs := race(3, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				if err := tx.LockChangeItems(ctx, "other", item); err != nil {
					return err
				}
				page, _, err := tx.ChangeRequests(ctx, changereq.Query{Item: item})
				if err != nil || len(page) > 0 {
					return err
				}
				pause()
				data := opened("door")
				data.Content.Affected = []changereq.AffectedItem{{Item: item}}
				_, err = addToRequest(ctx, tx, changereq.ID(fmt.Sprintf("%d-%d", round, i)), data)
				return err
			})
		})
		require.NoError(h, errors.Join(errs...))
		require.Equal(h, 1, h.countRequests(changereq.Query{Item: item}), "round %d", round)
	}
}

// historyFitsItsRow: after a row was read by id, its events are those that led
// to it, although others go on adding.
func historyFitsItsRow(h *harness) {
	h.do(everyRoom(""))
	errs := race(4, func(i int) error {
		for range 20 {
			err := h.update(func(ctx context.Context, tx coordination.Tx) error {
				r, err := tx.ChangeRequest(ctx, "request")
				if err != nil {
					return err
				}
				pause()
				events, err := requestHistory(ctx, tx, "request")
				if err == nil && int64(len(events)) != r.Events {
					return fmt.Errorf("%w: %d events with a row of %d", errBoom, len(events), r.Events)
				}
				if err != nil || i > 1 {
					return err
				}
				r, more := evolved(r, "request", moved("open", lifecycle.Assess))
				_, err = tx.PutChangeRequest(ctx, r, more...)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(h, errors.Join(errs...))
}

func numbersAreGivenOnce(h *harness) {
	const each = 15
	var (
		mu  sync.Mutex
		all []int64
	)
	errs := race(racers, func(i int) error {
		for j := range each {
			var n int64
			err := h.update(func(ctx context.Context, tx coordination.Tx) error {
				var err error
				if n, err = tx.NextChangeNumber(ctx, "CR"); err == nil && (i+j)%5 == 0 {
					return errBoom
				}
				pause()
				return err
			})
			switch {
			case errors.Is(err, errBoom):
			case err != nil:
				return err
			default:
				mu.Lock()
				all = append(all, n)
				mu.Unlock()
			}
		}
		return nil
	})
	require.NoError(h, errors.Join(errs...))
	slices.Sort(all)
	for i, n := range all {
		require.EqualValues(h, i+1, n, "without gaps, each once")
	}
}

func replyIsKeptOnce(h *harness) {
	won := 0
	for _, err := range race(racers, func(int) error {
		return h.update(func(ctx context.Context, tx coordination.Tx) error {
			switch _, err := tx.IdempotentReply(ctx, "ann", "k"); {
			case err == nil:
				return coordination.ErrConflict
			case !errors.Is(err, coordination.ErrNotFound):
				return err
			}
			pause()
			return tx.PutIdempotentReply(ctx, reply("k"))
		})
	}) {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(h, err, coordination.ErrConflict)
	}
	require.Equal(h, 1, won)
}

// oppositeOrdersEnd: units that take the same rows in opposite orders end, and
// both get through.
func oppositeOrdersEnd(h *harness) {
	h.do(everyRoom("a"))
	h.do(everyRoom("b"))
	for range 10 {
		errs := race(2, func(i int) error {
			rows := []changereq.ID{"arequest", "brequest"}
			items := []changereq.ItemID{"x", "y"}
			if i == 1 {
				slices.Reverse(rows)
				slices.Reverse(items)
			}
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				if err := tx.LockChangeItems(ctx, items...); err != nil {
					return err
				}
				for _, id := range rows {
					if _, err := addToRequest(ctx, tx, id, moved("open", lifecycle.Assess)); err != nil {
						return err
					}
					pause()
				}
				return nil
			})
		})
		require.NoError(h, errors.Join(errs...))
	}
}

// transientErrorRunsAgain: after an error of the backend that passes by itself,
// fn runs again on an empty stage.
func transientErrorRunsAgain(h *harness) {
	if h.cfg.Transient == nil {
		h.Skip("the backend knows no error that passes by itself")
	}
	runs := 0
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		runs++
		if err := everyRoom("")(ctx, tx); err != nil {
			return err
		}
		if runs < 3 {
			return fmt.Errorf("wrapped: %w", h.cfg.Transient)
		}
		return nil
	})
	require.Equal(h, 3, runs)
	require.Len(h, h.dump(acme).Journal, len(ahead()))
}

func plainErrorRunsOnce(h *harness) {
	for _, own := range []error{errBoom, changereq.ErrConflict, changereq.ErrNotFound} {
		runs := 0
		require.ErrorIs(h, h.update(func(context.Context, coordination.Tx) error {
			runs++
			return own
		}), own)
		require.Equal(h, 1, runs)
	}
}

// noCircleCloses: of those who add the edges of a circle at once, each reading
// the records on its way by id, one comes too late.
func noCircleCloses(h *harness) {
	file, err := archive.New(archive.Config{
		Store: coordination.Archive(h.store), Now: func() time.Time { return minute(0) }, NewID: func() string { return "" },
	})
	require.NoError(h, err)
	for round := range rounds {
		var ring [3]archive.RecordID
		for i := range ring {
			ring[i] = archive.RecordID(fmt.Sprintf("%d-%d", round, i))
			_, err := file.File(h.Context(), acme, "ann", archive.File{ID: ring[i], Kind: "note", Title: "Note", MediaType: "text/plain"})
			require.NoError(h, err)
		}
		refused := 0
		for _, err := range race(len(ring), func(i int) error {
			l := archive.Link{Type: archive.Supersedes, Target: archive.ToRecord(ring[(i+1)%len(ring)])}
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				pause()
				_, err := file.ReferTx(ctx, tx, "ann", minute(0), ring[i], l)
				pause()
				return err
			})
		}) {
			if errors.Is(err, archive.ErrRefused) {
				refused++
				continue
			}
			require.NoError(h, err)
		}
		require.Equal(h, 1, refused, "of three edges of a circle one is refused")
	}
}

// contentIsNewOnce: of many who put the same content at once, one is told that it
// is new.
func contentIsNewOnce(h *harness) {
	for round := range 10 {
		content := []byte(strconv.Itoa(round))
		fresh := make([]bool, racers)
		errs := race(racers, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				pause()
				var err error
				fresh[i], err = tx.PutContent(ctx, archive.DigestOf(content), content)
				pause()
				return err
			})
		})
		told := 0
		for i, err := range errs {
			require.NoError(h, err)
			if fresh[i] {
				told++
			}
		}
		require.Equal(h, 1, told, "so many were told that the content is new")
	}
}
