package storetest

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// The books of the suite.
const (
	issues   = "issue"
	meetings = "meeting"
)

// notes is the body of a sheet of the suite: the fold of its events.
type notes struct {
	Words []string `json:"words"`
}

func (n notes) keys() []register.Key {
	var keys []register.Key
	for _, word := range n.Words {
		keys = append(keys, register.Key{Name: "said", Value: word})
	}
	slices.SortFunc(keys, func(a, b register.Key) int { return strings.Compare(a.Value, b.Value) })
	return append([]register.Key{{Name: "latest", Value: n.Words[len(n.Words)-1]}}, slices.Compact(keys)...)
}

// sheetAfter is a sheet after those words are noted next, with the events of that.
func sheetAfter(s register.Sheet, book, id string, words ...string) (register.Sheet, []register.Event) {
	var (
		n      notes
		events []register.Event
	)
	if s.Events > 0 {
		_ = json.Unmarshal(s.Body, &n)
	}
	for _, word := range words {
		data, _ := json.Marshal(word)
		kind := "noted"
		if s.Events == 0 {
			kind = "raised"
		}
		s.Events++
		n.Words = append(n.Words, word)
		events = append(events, register.Event{
			Book: book, Sheet: id, Seq: s.Events, Kind: kind, At: minute(s.Events), Actor: "carl", Data: data,
		})
	}
	s.Book, s.ID, s.Keys = book, id, n.keys()
	s.Body, _ = json.Marshal(n)
	return s, events
}

// foldSheet is the sheet that events lead to.
func foldSheet(events []register.Event) register.Sheet {
	var words []string
	for _, ev := range events {
		var word string
		_ = json.Unmarshal(ev.Data, &word)
		words = append(words, word)
	}
	s, _ := sheetAfter(register.Sheet{}, events[0].Book, events[0].Sheet, words...)
	return s
}

func noting(n int64) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint("w", i))
	}
	return out
}

func addToSheet(ctx context.Context, tx register.Tx, book, id string, words ...string) (register.Sheet, error) {
	s, err := tx.Sheet(ctx, book, id)
	if err != nil && !errors.Is(err, register.ErrNotFound) {
		return register.Sheet{}, err
	}
	s, events := sheetAfter(s, book, id, words...)
	return tx.PutSheet(ctx, s, events...)
}

func putSheetAt(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (int64, error) {
	s, ev := sheetAfter(register.Sheet{}, issues, id, noting(events+1)...)
	s.Rev = rev
	s, err := tx.PutSheet(ctx, s, ev[events:]...)
	return s.Rev, err
}

func sheetHistory(ctx context.Context, tx register.Tx, book, id string) ([]register.Event, error) {
	return history(func(after int64) ([]register.Event, int64, error) { return tx.SheetEvents(ctx, book, id, after, 0) })
}

func allSheets(ctx context.Context, tx register.Tx, q register.Query) ([]register.Sheet, error) {
	return follow(func(after string) ([]register.Sheet, string, error) {
		q.After = after
		return tx.Sheets(ctx, q)
	})
}

// readSheets reads the books of the suite by id and by what was said.
func (d *holding) readSheets(ctx context.Context, tx register.Tx) (err error) {
	d.SheetEvents = make(map[string][]register.Event)
	for _, book := range []string{issues, meetings} {
		sheets, readErr := allSheets(ctx, tx, register.Query{Book: book})
		d.Sheets, err = append(d.Sheets, sheets...), errors.Join(err, readErr)
		said, readErr := allSheets(ctx, tx, register.Query{Book: book, Key: "said"})
		d.Said, err = append(d.Said, ids(said, func(s register.Sheet) string { return s.ID })...), errors.Join(err, readErr)
		for _, s := range sheets {
			events, readErr := sheetHistory(ctx, tx, book, s.ID)
			d.SheetEvents[book+"/"+s.ID], err = events, errors.Join(err, readErr)
		}
	}
	return err
}

// said are the ids of sheets of one book by what was said.
func said(sheets []register.Sheet) []string {
	var rows []register.Key
	for _, s := range sheets {
		for _, k := range s.Keys {
			if k.Name == "said" {
				rows = append(rows, register.Key{Name: s.ID, Value: k.Value})
			}
		}
	}
	slices.SortFunc(rows, func(a, b register.Key) int {
		return stdcmp.Or(strings.Compare(a.Value, b.Value), strings.Compare(a.Name, b.Name))
	})
	return ids(rows, func(k register.Key) string { return k.Name })
}

func (w *world) bookOf(book string) []register.Sheet {
	var out []register.Sheet
	for _, s := range w.sheets {
		if s.Book == book {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b register.Sheet) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// sheetList is a book by id, and sheetKeyList the same by a key.
func sheetList() list {
	return list{
		name: "Sheets", invalid: register.ErrInvalid, compare: byID,
		add: func(ctx context.Context, tx coordination.Tx, _ int64, id string) error {
			_, err := putSheetAt(ctx, tx, id, 0, 0)
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.Sheets(ctx, register.Query{Book: issues, After: after, Limit: limit})
			return ids(page, func(s register.Sheet) string { return s.ID }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.Sheets(ctx, register.Query{Book: meetings, After: after})
			return err
		},
	}
}

func sheetKeyList() list {
	return list{
		name: "SheetsByKey", invalid: register.ErrInvalid, compare: oldestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			s, events := sheetAfter(register.Sheet{}, issues, id, register.Sortable(minute(at)))
			_, err := tx.PutSheet(ctx, s, events...)
			return err
		},
		remove: func(ctx context.Context, tx coordination.Tx, id string) error {
			_, err := addToSheet(ctx, tx, issues, id, "done")
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			q := register.Query{Book: issues, Key: "latest", To: "d", After: after, Limit: limit}
			page, next, err := tx.Sheets(ctx, q)
			return ids(page, func(s register.Sheet) string { return s.ID }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.Sheets(ctx, register.Query{Book: issues, Key: "said", To: "d", After: after})
			return err
		},
	}
}

func sheetComesBack(h *harness) {
	want, events := sheetAfter(register.Sheet{}, issues, "ä/ 1", "raised", "It's \"so\"", "日本", "", "a\\u0000 <&>\u2028")
	want.Body = []byte(" {\"words\" : [\"\\u0000\", 1e400, \"\xc3\xa4\"], \"b\":1, \"b\":2}\n")
	events[4].Data = json.RawMessage(` { "word" : "\ud800" } `)
	large, begun := sheetAfter(register.Sheet{}, issues, strings.Repeat("ä", register.MaxID/2), "large")
	large.Body = fmt.Appendf(nil, "%q", bytes.Repeat([]byte("x"), register.MaxBody-2))
	large.Keys = nil
	for i := range register.MaxKeys {
		large.Keys = append(large.Keys, register.Key{Name: "k", Value: fmt.Sprintf("%02d%s", i, strings.Repeat("\U0010ffff", register.MaxValue/4-1))})
	}
	bare := register.Sheet{Book: issues, ID: "bare", Keys: []register.Key{}, Body: []byte("null")}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.PutSheet(ctx, want, events...)
		require.NoError(h, err)
		want.Rev++
		require.Empty(h, cmp.Diff(want, got), "what Put returns")
		large, err = tx.PutSheet(ctx, large, begun...)
		require.NoError(h, err)
		bare, err = tx.PutSheet(ctx, bare)
		require.Nil(h, bare.Keys, "no elements is nil")
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.Sheet(ctx, issues, want.ID)
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		page, _, err := tx.Sheets(ctx, register.Query{Book: issues})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]register.Sheet{bare, want, large}, page))
		page, _, err = tx.Sheets(ctx, register.Query{Book: issues, Key: "k"}.Only(large.Keys[7].Value))
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]register.Sheet{large}, page))
		history, err := sheetHistory(ctx, tx, issues, want.ID)
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(events, history))
		_, err = tx.Sheet(ctx, meetings, want.ID)
		require.ErrorIs(h, err, register.ErrNotFound, "another book")
		return nil
	})
}

func putsSheet(book, id string, shift int64, word string) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		had := w.sheets[book+"/"+id]
		s, events := sheetAfter(had, book, id, word)
		s.Rev += shift
		got, err := tx.PutSheet(ctx, s, events...)
		if shift != 0 {
			return expect("put sheet", err, register.ErrConflict)
		}
		if err != nil || got.Rev != had.Rev+1 {
			return differ("put sheet", fmt.Sprint(got.Rev, err), had.Rev+1)
		}
		w.sheets[book+"/"+id] = got.Clone()
		w.noted[book+"/"+id] = slices.Concat(w.noted[book+"/"+id], events)
		w.journal = append(w.journal, fmt.Sprintf("%s %s %d", book, id, events[0].Seq))
		return nil
	}
}

func sheetOperations() map[string]operation {
	return map[string]operation{
		"Sheet": {call: func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.Sheet(ctx, issues, "sheet") }},
		"SheetsOf": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.SheetsOf(ctx, issues, []string{"sheet", "none"})
		}},
		"SheetHistories": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.SheetHistories(ctx, issues, []string{"sheet", "none"})
		}},
		"Sheets": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.Sheets(ctx, register.Query{Book: issues, Key: "said", Limit: 1}))
		}},
		"SheetEvents": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.SheetEvents(ctx, issues, "sheet", 0, 1))
		}},
		"PutSheet": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			s, events := sheetAfter(register.Sheet{}, issues, "sheet", "of another tenant")
			return tx.PutSheet(ctx, s, events...)
		}},
	}
}

// words is the register of the suite: its values are the bodies of its sheets.
func words() register.Register[notes] {
	return register.Register[notes]{Book: issues, Keys: notes.keys}
}

// raise puts the first value of a register, and noteMore the second.
func raise(ctx context.Context, o office) error {
	return putWords(ctx, o, func(register.Row[notes]) register.Row[notes] {
		return register.Row[notes]{ID: "I1", Value: notes{Words: []string{"door"}}}
	})
}

func noteMore(ctx context.Context, o office) error {
	return putWords(ctx, o, func(row register.Row[notes]) register.Row[notes] {
		row.Rev, row.Events, row.Value.Words = 1, 1, []string{"door", "hinge"}
		return row
	})
}

// putWords changes I1 to what next makes of it.
func putWords(ctx context.Context, o office, next func(register.Row[notes]) register.Row[notes]) error {
	return coordination.Registers(o.store).Update(ctx, o.tenant, func(ctx context.Context, tx register.Tx) error {
		row, err := words().Get(ctx, tx, "I1")
		if err != nil && !errors.Is(err, register.ErrNotFound) {
			return err
		}
		row = next(row)
		ev := register.Event{Kind: "noted", At: minute(row.Events), Actor: "carl", Data: json.RawMessage(`{}`)}
		_, err = words().Put(ctx, tx, row, ev)
		return err
	})
}

// rangesAreHalfOpen: a list has what lies in its range, by bytes, for every pair
// of bounds, in pages of every size; and a sheet once for each of its values.
func rangesAreHalfOpen(h *harness) {
	var all []register.Sheet
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		all = nil
		for i, id := range []string{"a", "B", "b", "ba", "b b", "\U0010ffff", "ä", "\x01"} {
			s, events := sheetAfter(register.Sheet{}, issues, id, []string{"", "b", "b a", "z", "b\x01", "\U0010ffff\U0010ffff"}[i%6], id, "b")
			if _, err := tx.PutSheet(ctx, s, events...); err != nil {
				return err
			}
			if _, err := tx.PutSheet(ctx, register.Sheet{Book: meetings, ID: id, Keys: s.Keys, Body: s.Body}); err != nil {
				return err
			}
			all = append(all, s)
		}
		return nil
	})
	bounds := []string{"", "B", "b", "b\x01", "ba", "ä", strings.Repeat("\U0010ffff", register.MaxValue/4)}
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, key := range []string{"", "said", "latest", "none"} {
			for _, from := range bounds {
				for _, to := range bounds {
					q := register.Query{Book: issues, Key: key, From: from, To: to}
					h.requireSheets(ctx, tx, q, all)
				}
				h.requireSheets(ctx, tx, register.Query{Book: issues, Key: key}.Only(from), all)
				h.requireSheets(ctx, tx, register.Query{Book: issues, Key: key}.Prefix(from), all)
			}
		}
		return nil
	})
}

// requireSheets compares a list with what the query means for those sheets.
func (h *harness) requireSheets(ctx context.Context, tx coordination.Tx, q register.Query, all []register.Sheet) {
	h.Helper()
	var want []register.Key // value and id
	add := func(value, id string, at string) {
		if at >= q.From && (q.To == "" || at < q.To) {
			want = append(want, register.Key{Name: value, Value: id})
		}
	}
	for _, s := range all {
		if q.Key == "" {
			add("", s.ID, s.ID)
			continue
		}
		for _, k := range s.Keys {
			if k.Name == q.Key {
				add(k.Value, s.ID, k.Value)
			}
		}
	}
	slices.SortFunc(want, func(a, b register.Key) int {
		return stdcmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	for _, limit := range []int{2, 0} {
		q.Limit = limit
		got, err := allSheets(ctx, tx, q)
		require.NoError(h, err)
		require.Equal(h, ids(want, func(k register.Key) string { return k.Value }), ids(got, func(s register.Sheet) string { return s.ID }), "%+v", q)
	}
}

// booksAreApart: sheets of two books with one id have nothing to do with each
// other, also within a unit that has not looked at them.
func booksAreApart(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		var sheets [2]register.Sheet
		for want := range int64(2) {
			for i, book := range []string{issues, meetings} {
				s, events := sheetAfter(sheets[i], book, "a", book, "more")
				got, err := tx.PutSheet(ctx, s, events...)
				require.NoError(h, err)
				require.Equal(h, want+1, got.Rev)
				sheets[i] = got
			}
		}
		return nil
	})
	d := h.dump(acme)
	require.Len(h, d.Sheets, 2)
	for _, s := range d.Sheets {
		want := foldSheet(d.SheetEvents[s.Book+"/a"])
		want.Rev = 2
		require.Empty(h, cmp.Diff(want, s))
	}
}
