package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/cursor"
)

// finding is a sheet in a list: that of a key, or the one by id, which has no
// value. Rows of findings stand under what leads to them, so that the order of
// rows is that of the list.
type finding struct{ list, value, id string }

// end is behind every part of the key of a row. No part holds it, so that keys
// compare as their parts do, one after the other.
const end = "\x00"

func listOf(book, name string) string { return book + end + name + end }

func (f finding) row() string { return f.list + f.value + end + f.id + end }

func sheetRow(book, id string) string { return book + end + id + end }

func placeSheet() layout[register.Sheet] {
	return layout[register.Sheet]{
		at:  func(*register.Sheet) int64 { return 0 },
		key: func(s *register.Sheet, i int) (key, bool) { return key{byBook, s.Book}, i == 0 },
	}
}

func placeFinding() layout[finding] {
	return layout[finding]{
		at:  func(*finding) int64 { return 0 },
		key: func(f *finding, i int) (key, bool) { return key{byName, f.list}, i == 0 },
	}
}

func sheetKind() *kind[register.Event] {
	return &kind[register.Event]{
		room: func(ev register.Event) coordination.Room { return coordination.Room(ev.Book) },
		entry: func(ev register.Event) (coordination.Entry, error) {
			return coordination.RegisterEntry(ev.Clone()), nil
		},
		event: func(e coordination.Entry) (register.Event, error) { return e.RegisterEvent(), nil },
		clone: register.Event.Clone,
		head: func(ev register.Event) head {
			return head{sheetRow(ev.Book, ev.Sheet), ev.Seq, ev.At, ev.Actor, ev.Data != nil}
		},
	}
}

// Sheet of register.Tx.
func (x *tx) Sheet(_ context.Context, book, id string) (register.Sheet, error) {
	s := x.sheets.get(sheetRow(book, id))
	if s == nil {
		return register.Sheet{}, register.ErrNotFound
	}
	return s.Clone(), nil
}

// PutSheet of register.Tx.
func (x *tx) PutSheet(_ context.Context, s register.Sheet, events ...register.Event) (register.Sheet, error) {
	if err := x.writable(); err != nil {
		return register.Sheet{}, err
	}
	if err := s.Storable(events...); err != nil {
		return register.Sheet{}, err
	}
	s = s.Clone()
	w := x.sheets.touch(sheetRow(s.Book, s.ID))
	var had register.Sheet
	if stored := w.current(); stored != nil {
		had = *stored
	}
	if had.Rev != s.Rev {
		return register.Sheet{}, fmt.Errorf("%w: sheet %q of book %q is at revision %d, not %d; read it again",
			register.ErrConflict, s.ID, s.Book, had.Rev, s.Rev)
	}
	if w.history()+int64(len(events)) != s.Events {
		return register.Sheet{}, gap(register.ErrInvalid, w.history(), s.Events)
	}
	s.Rev++
	x.sheets.put(w, s.Clone(), events...)
	lost, gained := s.Rekeyed(had.Keys)
	for _, k := range lost {
		x.found.remove(x.found.touch(finding{listOf(s.Book, k.Name), k.Value, s.ID}.row()))
	}
	for _, k := range gained {
		f := finding{listOf(s.Book, k.Name), k.Value, s.ID}
		x.found.put(x.found.touch(f.row()), f)
	}
	return s, nil
}

// Sheets of register.Tx.
func (x *tx) Sheets(_ context.Context, q register.Query) ([]register.Sheet, string, error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	from, err := startSheets(q)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", register.ErrInvalid, err)
	}
	limit, next := register.ClampLimit(q.Limit), ""
	rows := x.findings(q, from, limit+1)
	if len(rows) > limit {
		rows = rows[:limit]
		next = cursor.Encode(q.Filter(), rows[limit-1].value, rows[limit-1].id)
	}
	var page []register.Sheet
	for _, f := range rows {
		page = append(page, x.sheets.see(sheetRow(q.Book, f.id)).Clone())
	}
	return page, next, nil
}

// startSheets is the place behind which a page begins.
func startSheets(q register.Query) (*spot, error) {
	list := q.Book + end
	if q.Key != "" {
		list = listOf(q.Book, q.Key)
	}
	from := list + q.From // the row of a sheet there is longer
	if q.After != "" {
		parts, err := cursor.Decode(q.After, q.Filter(), 2)
		switch {
		case err != nil:
			return nil, err
		case !storable(parts...):
			return nil, cursor.ErrMalformed
		case q.Key != "":
			list += parts[0] + end
		}
		from = max(from, list+parts[1]+end)
	}
	return &spot{id: from}, nil
}

// findings are at most limit rows of the list of q behind a place.
func (x *tx) findings(q register.Query, from *spot, limit int) []finding {
	var out []finding
	if q.Key == "" {
		for _, f := range x.sheets.list([]key{{byBook, q.Book}}, from, ascending, limit) {
			if q.To == "" || f.value.ID < q.To {
				out = append(out, finding{id: f.value.ID})
			}
		}
		return out
	}
	for _, f := range x.found.list([]key{{byName, listOf(q.Book, q.Key)}}, from, ascending, limit) {
		if q.To == "" || f.value.value < q.To {
			out = append(out, *f.value)
		}
	}
	return out
}

// SheetEvents of register.Tx.
func (x *tx) SheetEvents(_ context.Context, book, id string, after int64, limit int) ([]register.Event, int64, error) {
	page, next := x.sheets.events(sheetRow(book, id), after, register.ClampLimit(limit))
	return page, next, nil
}

// books are the books in which something is committed.
func (x *tx) books() []string {
	x.tenant.mu.RLock()
	defer x.tenant.mu.RUnlock()
	return slices.Collect(maps.Keys(x.tenant.sheets.under[byBook]))
}
