package storetest

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// journalAndDelivery: what happened stands in the journal in order, and a
// notice is delivered by one at a time.
func journalAndDelivery(h *harness) {
	h.run("EntryPerEvent", everyEventHasItsEntry)
	h.run("Positions", positionsAreStable)
	h.run("Recorded", recordedNeverFalls)
	h.run("After", journalIsReadFromAnyPlace)
	h.run("RoomsAndEntities", journalIsFiltered)
	h.run("LongWayToTheNext", emptyPagesMoveOn)
	h.run("OwnEntries", ownEntriesHaveNoPosition)
	h.run("SequenceLimit", sequenceTakesUpToItsLimit)
	h.run("Redaction", redactionReplacesWords)
	deliveryCases(h)
}

// ahead are the events of everyRoom in the order in which it stores them.
func ahead() []string {
	return []string{"changereq opened", "changereq decided", "changereq moved", "bundle created", "bundle member-added", "archive filed", "archive referred", "notice owed", "issue raised", "issue noted"}
}

func everyEventHasItsEntry(h *harness) {
	h.do(everyRoom(""))
	h.do(everyRoom("more"))
	d := h.dump(acme)
	var got []string
	for i, e := range d.Journal {
		require.EqualValues(h, i+1, e.Position)
		got = append(got, string(e.Room)+" "+e.Kind)
	}
	require.Equal(h, append(ahead(), ahead()...), got)
	for _, e := range d.Journal {
		switch e.Room {
		case coordination.RoomChangeRequest:
			ev, err := e.ChangeRequestEvent()
			require.NoError(h, err)
			require.Empty(h, cmp.Diff(d.RequestEvents[ev.Request][e.Seq-1], ev))
		case coordination.RoomBundle:
			ev, err := e.BundleEvent()
			require.NoError(h, err)
			require.Empty(h, cmp.Diff(d.BundleEvents[ev.Bundle][e.Seq-1], ev))
		case coordination.RoomArchive:
			ev, err := e.RecordEvent()
			require.NoError(h, err)
			require.Empty(h, cmp.Diff(d.RecordEvents[ev.Record][e.Seq-1], ev))
		case coordination.RoomNotice:
			ev, err := e.ObligationEvent()
			require.NoError(h, err)
			require.Empty(h, cmp.Diff(d.ObligationEvents[ev.Obligation][e.Seq-1], ev))
		case issues:
			ev := e.RegisterEvent()
			require.Empty(h, cmp.Diff(d.SheetEvents[issues+"/"+ev.Sheet][e.Seq-1], ev))
		default:
			require.Fail(h, "a room that does not exist", "%s", e.Room)
		}
	}
}

func positionsAreStable(h *harness) {
	var last []coordination.Entry
	for i := range 4 {
		prefix := string(rune('a' + i))
		err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			require.NoError(h, everyRoom(prefix)(ctx, tx))
			return errBoom
		})
		require.ErrorIs(h, err, errBoom, "a rollback leaves no gap")
		h.do(everyRoom(prefix))
		now := h.dump(acme).Journal
		require.Len(h, now, (i+1)*len(ahead()))
		for j := range last {
			require.Empty(h, cmp.Diff(last[j], now[j]), "what was read once stays as it was")
		}
		last = now
	}
}

// recordedNeverFalls: also where the events say that they happened earlier.
func recordedNeverFalls(h *harness) {
	for i := range int64(5) {
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			id := changereq.ID(rune('a' + i))
			ev := changereq.Event{Request: id, Seq: 1, At: minute(-i), Actor: "ann", Data: opened("door")}
			_, err := tx.PutChangeRequest(ctx, changereq.Fold([]changereq.Event{ev}), ev)
			return err
		})
		h.sequence()
	}
	entries := h.dump(acme).Journal
	for i, e := range entries {
		require.True(h, e.At.Equal(minute(-int64(i))), "the event's own time stays as it is")
		require.Equal(h, time.UTC, e.Recorded.Location())
		require.Zero(h, e.Recorded.Nanosecond()%1000, "whole microseconds")
		require.False(h, e.Recorded.IsZero())
		if i > 0 {
			require.False(h, e.Recorded.Before(entries[i-1].Recorded))
		}
	}
}

func journalIsReadFromAnyPlace(h *harness) {
	for _, prefix := range []string{"a", "b", "c"} {
		h.do(everyRoom(prefix))
	}
	all := h.dump(acme).Journal
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for after := range len(all) + 3 {
			for _, limit := range []int{1, 2, len(all), len(all) + 1, 0, coordination.MaxLimit + 1} {
				page, next, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: int64(after), Limit: limit})
				require.NoError(h, err)
				rest := all[min(after, len(all)):]
				rest = rest[:min(len(rest), coordination.ClampLimit(limit))]
				if len(rest) == 0 {
					require.Nil(h, page)
					require.EqualValues(h, after, next, "next stays where there is nothing newer")
					continue
				}
				require.Empty(h, cmp.Diff(rest, page), "%d after %d", limit, after)
				require.EqualValues(h, after+len(rest), next)
			}
		}
		return nil
	})
}

func journalIsFiltered(h *harness) {
	for _, prefix := range []string{"", "b", "c"} {
		h.do(everyRoom(prefix))
	}
	h.do(func(ctx context.Context, tx coordination.Tx) error { // the same id in another room
		_, err := addToObligation(ctx, tx, "request", owed("ann"))
		require.NoError(h, err)
		_, err = addToSheet(ctx, tx, meetings, "request", "door")
		require.NoError(h, err)
		_, err = addToRequest(ctx, tx, "request", moved("open", lifecycle.Assess))
		return err
	})
	all := h.dump(acme).Journal
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, room := range []coordination.Room{"", coordination.RoomChangeRequest, coordination.RoomBundle, coordination.RoomArchive, coordination.RoomNotice, issues, meetings, "nowhere"} {
			for _, entity := range []string{"", "request", "bundle", "brecord", "bsheet", "Request", "absent"} {
				var want []coordination.Entry
				for _, e := range all {
					if (room == "" || e.Room == room) && (entity == "" || e.Entity == entity) {
						want = append(want, e)
					}
				}
				for _, limit := range []int{1, 2, 100} {
					got, err := journal(ctx, tx, coordination.JournalQuery{Room: room, Entity: entity, Limit: limit})
					require.NoError(h, err)
					require.Empty(h, cmp.Diff(want, got), "room %q, entity %q, %d at a time", room, entity, limit)
				}
			}
		}
		return nil
	})
}

// emptyPagesMoveOn: next moves over entries that do not match, so that a reader
// that follows it does not look at them again.
func emptyPagesMoveOn(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRequest(ctx, tx, "a", life(40)...)
		return err
	})
	h.sequence()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		page, next, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: 3, Room: coordination.RoomNotice})
		require.NoError(h, err)
		require.Nil(h, page)
		require.Greater(h, next, int64(3))
		require.LessOrEqual(h, next, int64(40))
		return nil
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToObligation(ctx, tx, "a", owed("ann"))
		return err
	})
	h.sequence()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := journal(ctx, tx, coordination.JournalQuery{After: 40, Room: coordination.RoomNotice})
		require.NoError(h, err)
		require.Len(h, got, 1)
		return nil
	})
}

// ownEntriesHaveNoPosition: what is not committed stands nowhere in the journal,
// also for the unit that writes it, because a rollback would take its position
// back.
func ownEntriesHaveNoPosition(h *harness) {
	h.do(everyRoom("a"))
	before := h.dump(acme).Journal
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, everyRoom("b")(ctx, tx))
		for _, q := range []coordination.JournalQuery{{}, {Room: coordination.RoomChangeRequest}, {Entity: "brequest"}} {
			got, err := journal(ctx, tx, q)
			require.NoError(h, err)
			require.LessOrEqual(h, len(got), len(before))
			for _, e := range got {
				require.Empty(h, cmp.Diff(before[e.Position-1], e))
			}
		}
		return nil
	})
}

// sequenceTakesUpToItsLimit: positions may be given in steps; in the end every
// entry has one.
func sequenceTakesUpToItsLimit(h *harness) {
	h.do(everyRoom("a"))
	h.do(everyRoom("b"))
	for given := 0; ; {
		n, err := h.store.Sequence(h.Context(), 3)
		require.NoError(h, err)
		require.LessOrEqual(h, n, 3)
		if given += n; n == 0 {
			break
		}
		require.LessOrEqual(h, given, 2*len(ahead()))
	}
	require.Len(h, h.dump(acme).Journal, 2*len(ahead()))
}

// claim claims for the subtests of delivery.
func (h *harness) claim(now, until int64, limit int) []string {
	h.Helper()
	var out []string
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		rows, err := tx.ClaimObligations(ctx, minute(now), minute(until), limit)
		out = ids(rows, func(o notice.Obligation) string { return o.ID })
		return err
	})
	return out
}

// oweAll owes a notice under each id, a minute apart.
func (h *harness) oweAll(names ...string) {
	h.Helper()
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for i, id := range names {
			if err := obligationList().add(ctx, tx, int64(i), id); err != nil {
				return err
			}
		}
		return nil
	})
}
