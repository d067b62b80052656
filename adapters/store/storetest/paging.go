package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// list is one list of the ports, for the subtests that are the same for all.
type list struct {
	name    string
	invalid error
	// add puts a row on the list, at a minute and under an id.
	add func(ctx context.Context, tx coordination.Tx, at int64, id string) error
	// remove takes a row off the list, if rows ever leave it.
	remove func(ctx context.Context, tx coordination.Tx, id string) error
	// page reads a page of ids; other reads the same list with other filters.
	page  func(ctx context.Context, tx coordination.Tx, after string, limit int) (ids []string, next string, err error)
	other func(ctx context.Context, tx coordination.Tx, after string) error
	// compare is the documented order of two rows.
	compare func(a, b listed) int
}

// listed is a row of a list.
type listed struct {
	at int64
	id string
}

func newestFirst(a, b listed) int {
	return cmp.Or(cmp.Compare(b.at, a.at), strings.Compare(b.id, a.id))
}

func oldestFirst(a, b listed) int {
	return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.id, b.id))
}
func byID(a, b listed) int { return strings.Compare(a.id, b.id) }

func lists() []list {
	return []list{requestList(), windowList(), bundleList(), recordList(), obligationList(), referenceList(), sheetList(), sheetKeyList()}
}

func requestList() list {
	return list{
		name: "ChangeRequests", invalid: changereq.ErrInvalid, compare: newestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			ev := changereq.Event{Request: changereq.ID(id), Seq: 1, At: minute(at), Actor: "ann", Data: opened("door")}
			_, err := tx.PutChangeRequest(ctx, changereq.Fold([]changereq.Event{ev}), ev)
			return err
		},
		remove: func(ctx context.Context, tx coordination.Tx, id string) error {
			_, err := addToRequest(ctx, tx, changereq.ID(id), moved("closed", lifecycle.Done))
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.ChangeRequests(ctx, changereq.Query{State: "draft", After: after, Limit: limit})
			return ids(page, func(r changereq.Request) string { return string(r.ID) }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.ChangeRequests(ctx, changereq.Query{State: "closed", After: after})
			return err
		},
	}
}

func recordList() list {
	return list{
		name: "Records", invalid: archive.ErrInvalid, compare: newestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			ev := archive.Event{Record: archive.RecordID(id), Seq: 1, At: minute(at), Actor: "ann", Data: filed("brief")}
			_, err := tx.PutRecord(ctx, archive.Fold([]archive.Event{ev}), ev)
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.Records(ctx, archive.Query{Subject: "changereq:a", After: after, Limit: limit})
			return ids(page, func(r archive.Record) string { return string(r.ID) }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.Records(ctx, archive.Query{Subject: "changereq:b", After: after})
			return err
		},
	}
}

func obligationList() list {
	return list{
		name: "Obligations", invalid: notice.ErrInvalid, compare: oldestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			ev := notice.Event{Obligation: id, Seq: 1, At: minute(at), Actor: "ann", Data: owed("ann")}
			_, err := tx.PutObligation(ctx, notice.Fold([]notice.Event{ev}), ev)
			return err
		},
		remove: func(ctx context.Context, tx coordination.Tx, id string) error {
			_, err := addToObligation(ctx, tx, id, notice.SettledData{State: notice.Sent})
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.Obligations(ctx, notice.Query{State: notice.Owed, After: after, Limit: limit})
			return ids(page, func(o notice.Obligation) string { return o.ID }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.Obligations(ctx, notice.Query{State: notice.Sent, After: after})
			return err
		},
	}
}

func referenceList() list {
	return list{
		name: "References", invalid: archive.ErrInvalid, compare: byID,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			ref := edge(id, archive.ToRecord("a"), archive.ToRecord(archive.RecordID(id)))
			ref.At = minute(at)
			return tx.PutReference(ctx, ref)
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			q := archive.ReferenceQuery{End: archive.ToRecord("a"), Direction: archive.Outward, After: after, Limit: limit}
			page, next, err := tx.References(ctx, q)
			return ids(page, func(r archive.Reference) string { return r.ID }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord("a"), Direction: archive.Inward, After: after})
			return err
		},
	}
}

func ids[T any, ID ~string](rows []T, id func(T) ID) []ID {
	var out []ID
	for _, r := range rows {
		out = append(out, id(r))
	}
	return out
}

// paging: pages of any size show every row once, in the documented order.
func paging(h *harness) {
	for _, l := range lists() {
		h.run(l.name+"Sizes", func(h *harness) { everySizeShowsAll(h, l) })
		h.run(l.name+"Changes", func(h *harness) { changesBetweenPages(h, l) })
		h.run(l.name+"Limits", func(h *harness) { limitsAreClamped(h, l) })
		h.run(l.name+"Cursors", func(h *harness) { foreignCursorsAreRefused(h, l) })
	}
	h.run("Filters", filtersMean)
	h.run("Windows", windowsOverlap)
	h.run("Due", dueIsListed)
	h.run("ReferenceEnds", endsAreToldApart)
	h.run("OpenEnds", openEndsAreListed)
	h.run("Edges", edgesAtMany)
	h.several()
	h.run("SheetRanges", rangesAreHalfOpen)
	h.run("Events", eventsArePaged)
}

// scattered are rows whose order by id differs between byte order and every
// other one, with the same time and with different ones.
func scattered() []listed {
	var out []listed
	for i, id := range []string{"b", "B", "a", "Z", "z", "_", "ä", "a\u0308", "é", "e", "10", "9", "a b", "a-b", "ab", "\U0001f44d", "ﬀ"} {
		out = append(out, listed{at: int64(i % 3), id: id})
	}
	return out
}

func (h *harness) fillList(l list, rows []listed) {
	h.Helper()
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for _, r := range rows {
			if err := l.add(ctx, tx, r.at, r.id); err != nil {
				return err
			}
		}
		return nil
	})
}

func sorted(l list, rows []listed) []string {
	return ids(slices.SortedFunc(slices.Values(rows), l.compare), func(r listed) string { return r.id })
}

func everySizeShowsAll(h *harness, l list) {
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		page, next, err := l.page(ctx, tx, "", 1)
		require.NoError(h, err)
		require.Empty(h, page)
		require.Empty(h, next, "an empty list has no second page")
		return nil
	})
	rows := scattered()
	h.fillList(l, rows)
	want := sorted(l, rows)
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for size := 1; size <= len(rows)+1; size++ {
			var got []string
			for after := ""; ; {
				page, next, err := l.page(ctx, tx, after, size)
				require.NoError(h, err)
				got = append(got, page...)
				require.Len(h, page, min(size, len(rows)-len(got)+len(page)), "pages of %d are full but for the last", size)
				require.Equal(h, len(got) == len(want), next == "", "pages of %d: next is empty at the end and only there", size)
				if after = next; next == "" {
					break
				}
			}
			require.Equal(h, want, got, "pages of %d", size)
		}
		return nil
	})
}

// changesBetweenPages: rows that come and go between two pages leave the others
// in their places.
func changesBetweenPages(h *harness, l list) {
	rows := scattered()
	h.fillList(l, rows)
	want := sorted(l, rows)
	var (
		got   []string
		after string
	)
	for i := 0; ; i++ {
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			page, next, err := l.page(ctx, tx, after, 2)
			require.NoError(h, err)
			for _, id := range page {
				if slices.Contains(want, id) {
					got = append(got, id)
				}
			}
			after = next
			return nil
		})
		if after == "" {
			break
		}
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			if l.remove != nil {
				require.NoError(h, l.remove(ctx, tx, got[len(got)-1]), "the row that the cursor stands on")
			}
			return l.add(ctx, tx, int64(i%4)-1, fmt.Sprintf("new%d", i))
		})
	}
	require.Equal(h, want, got)
}

func limitsAreClamped(h *harness, l list) {
	var rows []listed
	for i := range changereq.MaxLimit + 1 {
		rows = append(rows, listed{id: fmt.Sprintf("%03d", i)})
	}
	h.fillList(l, rows)
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for limit, want := range map[int]int{
			-1: changereq.DefaultLimit, 0: changereq.DefaultLimit, 7: 7, 1 << 30: changereq.MaxLimit, changereq.MaxLimit: changereq.MaxLimit,
		} {
			page, next, err := l.page(ctx, tx, "", limit)
			require.NoError(h, err)
			require.Len(h, page, want, "limit %d", limit)
			require.NotEmpty(h, next)
		}
		return nil
	})
}

func foreignCursorsAreRefused(h *harness, l list) {
	h.fillList(l, []listed{{id: "a"}, {id: "b"}, {id: "c"}})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		_, next, err := l.page(ctx, tx, "", 1)
		require.NoError(h, err)
		require.NotEmpty(h, next)
		_, _, err = l.page(ctx, tx, next, 2)
		require.NoError(h, err, "the size of the pages may change")
		require.ErrorIs(h, l.other(ctx, tx, next), l.invalid, "a cursor of other filters")
		for _, bad := range []string{"x", "!", next + "A", next[:len(next)-1], "\x00", strings.Repeat("A", 10_000)} {
			_, _, err := l.page(ctx, tx, bad, 2)
			require.ErrorIs(h, err, l.invalid, "%.20q", bad)
		}
		return nil
	})
}
