package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// several: what is read of several ids at once is what is read of each of them, each
// once and by id, without those that are not there.
func (h *harness) several() {
	h.run("SeveralRecords", recordsAtOnce)
	h.run("SeveralContents", contentsAtOnce)
	h.run("SeveralSheets", sheetsAtOnce)
	h.run("RecordHistories", recordHistoriesAtOnce)
	h.run("SheetHistories", sheetHistoriesAtOnce)
}

// asked are ids to ask for at once: of what was stored before and of what the unit
// itself puts, in no order, with one twice, one that is not there and two that cannot be.
func asked[S ~string](suffix string) (asked, there []S) {
	return []S{S("b" + suffix), S("a" + suffix), "none", S("b" + suffix), "a\x00b", "\xff", S("c" + suffix)},
		[]S{S("a" + suffix), S("b" + suffix), S("c" + suffix)}
}

// lookAround has check look in the unit that puts a part of what there is, and then in
// a view.
func (h *harness) lookAround(check work) {
	h.Helper()
	h.do(everyRoom("b"))
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		if err := errors.Join(everyRoom("c")(ctx, tx), everyRoom("a")(ctx, tx)); err != nil {
			return err
		}
		return check(ctx, tx)
	})
	h.look(check)
}

// same requires what is read of several at once to be what is read of each, nothing to
// be nil, and more than may be asked for to be refused.
func same[S ~string, T any](h *harness, suffix string, limit int, invalid error, at func([]S) ([]T, error), each func(S) []T) {
	h.Helper()
	ids, there := asked[S](suffix)
	var want []T
	for _, id := range there {
		want = append(want, each(id)...)
	}
	got, err := at(ids)
	require.NoError(h, err)
	require.Empty(h, cmp.Diff(want, got))
	for _, none := range [][]S{nil, {"none", "\x00"}} {
		got, err = at(none)
		require.NoError(h, err)
		require.Nil(h, got, "no elements is nil")
	}
	_, err = at(slices.Repeat([]S{"none"}, limit))
	require.NoError(h, err)
	_, err = at(slices.Repeat([]S{"none"}, limit+1))
	require.ErrorIs(h, err, invalid)
}

func recordsAtOnce(h *harness) {
	h.lookAround(func(ctx context.Context, tx coordination.Tx) error {
		same(h, "record", archive.MaxLimit, archive.ErrInvalid,
			func(ids []archive.RecordID) ([]archive.Record, error) { return tx.RecordsOf(ctx, ids) },
			func(id archive.RecordID) []archive.Record {
				r, err := tx.Record(ctx, id)
				require.NoError(h, err)
				return []archive.Record{r}
			})
		return nil
	})
}

func sheetsAtOnce(h *harness) {
	h.lookAround(func(ctx context.Context, tx coordination.Tx) error {
		same(h, "sheet", register.MaxLimit, register.ErrInvalid,
			func(ids []string) ([]register.Sheet, error) { return tx.SheetsOf(ctx, issues, ids) },
			func(id string) []register.Sheet {
				s, err := tx.Sheet(ctx, issues, id)
				require.NoError(h, err)
				return []register.Sheet{s}
			})
		return h.inNoOtherBook(ctx, tx)
	})
}

// inNoOtherBook: ids are those of one book.
func (h *harness) inNoOtherBook(ctx context.Context, tx coordination.Tx) error {
	h.Helper()
	for _, book := range []string{meetings, "", "No book", "\x00", string(coordination.RoomArchive)} {
		ids := []string{"asheet", "arecord"}
		sheets, err := tx.SheetsOf(ctx, book, ids)
		require.NoError(h, err)
		require.Nil(h, sheets, book)
		events, err := tx.SheetHistories(ctx, book, ids)
		require.NoError(h, err)
		require.Nil(h, events, book)
	}
	return nil
}

func contentsAtOnce(h *harness) {
	h.lookAround(func(ctx context.Context, tx coordination.Tx) error {
		if _, err := tx.PutContent(ctx, archive.DigestOf(nil), nil); err != nil && !errors.Is(err, coordination.ErrReadOnly) {
			return err
		}
		digest := func(text string) archive.Digest { return archive.DigestOf([]byte(text)) }
		got, err := tx.ContentsOf(ctx, []archive.Digest{
			digest("ccontent"), digest("acontent"), "none", digest(""), "\x00", "\xff", digest("acontent"), digest("bcontent"),
		})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(map[archive.Digest][]byte{
			digest("acontent"): []byte("acontent"), digest("bcontent"): []byte("bcontent"), digest("ccontent"): []byte("ccontent"), digest(""): nil,
		}, got))
		_, err = tx.ContentsOf(ctx, make([]archive.Digest, archive.MaxLimit+1))
		require.ErrorIs(h, err, archive.ErrInvalid)
		return nil
	})
}

func recordHistoriesAtOnce(h *harness) {
	h.lookAround(func(ctx context.Context, tx coordination.Tx) error {
		same(h, "record", archive.MaxLimit, archive.ErrInvalid,
			func(ids []archive.RecordID) ([]archive.Event, error) { return tx.RecordHistories(ctx, ids) },
			func(id archive.RecordID) []archive.Event {
				events, err := history(func(after int64) ([]archive.Event, int64, error) { return tx.RecordEvents(ctx, id, after, 0) })
				require.NoError(h, err)
				return events
			})
		return nil
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRecord(ctx, tx, "long", filing(archive.MaxEvents)...)
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		all, err := tx.RecordHistories(ctx, []archive.RecordID{"long"})
		require.NoError(h, err)
		require.Len(h, all, archive.MaxEvents)
		_, err = tx.RecordHistories(ctx, []archive.RecordID{"arecord", "long"})
		require.ErrorIs(h, err, archive.ErrInvalid)
		return nil
	})
}

func sheetHistoriesAtOnce(h *harness) {
	h.lookAround(func(ctx context.Context, tx coordination.Tx) error {
		same(h, "sheet", register.MaxLimit, register.ErrInvalid,
			func(ids []string) ([]register.Event, error) { return tx.SheetHistories(ctx, issues, ids) },
			func(id string) []register.Event {
				events, err := sheetHistory(ctx, tx, issues, id)
				require.NoError(h, err)
				return events
			})
		return h.inNoOtherBook(ctx, tx)
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToSheet(ctx, tx, issues, "long", slices.Repeat([]string{"door"}, register.MaxEvents)...)
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		all, err := tx.SheetHistories(ctx, issues, []string{"long"})
		require.NoError(h, err)
		require.Len(h, all, register.MaxEvents)
		_, err = tx.SheetHistories(ctx, issues, []string{"asheet", "long"})
		require.ErrorIs(h, err, register.ErrInvalid)
		return nil
	})
}

// severalAreHeld: at most one of two may be long. Both units look at both at once, in
// opposite orders, and make their own longer.
func severalAreHeld(h *harness) {
	for round := range rounds {
		pair := [2]string{fmt.Sprintf("a%d", round), fmt.Sprintf("b%d", round)}
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			return errors.Join(lengthen(ctx, tx, pair[0]), lengthen(ctx, tx, pair[1]))
		})
		errs := race(2, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				long, err := longOf(ctx, tx, round%2 == 0, pair[i], pair[1-i])
				if err != nil || long > 0 {
					return err
				}
				pause()
				return lengthen(ctx, tx, pair[i])
			})
		})
		require.NoError(h, errors.Join(errs...))
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			long, err := longOf(ctx, tx, round%2 == 0, pair[0], pair[1])
			require.Equal(h, 1, long, "round %d", round)
			return err
		})
	}
}

// lengthen adds an event to the record and the sheet with an id.
func lengthen(ctx context.Context, tx coordination.Tx, id string) error {
	_, err := addToRecord(ctx, tx, archive.RecordID(id), filed("brief"))
	if err == nil {
		_, err = addToSheet(ctx, tx, issues, id, "door")
	}
	return err
}

// longOf counts the records, or the sheets, of several ids that have more than one event.
func longOf(ctx context.Context, tx coordination.Tx, records bool, ids ...string) (long int, err error) {
	var events []int64
	if records {
		var all []archive.Record
		all, err = tx.RecordsOf(ctx, []archive.RecordID{archive.RecordID(ids[0]), archive.RecordID(ids[1])})
		for i := range all {
			events = append(events, all[i].Events)
		}
	} else {
		var all []register.Sheet
		all, err = tx.SheetsOf(ctx, issues, ids)
		for i := range all {
			events = append(events, all[i].Events)
		}
	}
	for _, n := range events {
		if n > 1 {
			long++
		}
	}
	return long, err
}
