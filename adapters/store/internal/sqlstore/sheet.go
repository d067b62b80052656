package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/cursor"
)

// sheetKey names a sheet; no book holds the stroke.
func sheetKey(book, id string) key { return key{kindSheet, book + "/" + id} }

// Sheet implements register.Tx.
func (t *Tx) Sheet(ctx context.Context, book, id string) (register.Sheet, error) {
	s := register.Sheet{Book: book}
	k := sheetKey(book, id)
	found, err := t.find(ctx, k, lookup{sheetByID, lockSheet}, func(row Row) error {
		return readSheet(row, &s)
	}, book, id)
	if err != nil {
		return register.Sheet{}, err
	}
	t.known[k] = standing{rev: s.Rev, events: s.Events, keys: s.Keys}
	if !found {
		return register.Sheet{}, fmt.Errorf("%w: sheet %q of book %q", register.ErrNotFound, id, book)
	}
	return s, nil
}

// SheetsOf implements register.Tx.
func (t *Tx) SheetsOf(ctx context.Context, book string, ids []string) (out []register.Sheet, err error) {
	if err := register.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	keyOf := func(id string) key { return sheetKey(book, id) }
	some := storableOnes(ids)
	if !storable(book) {
		return nil, nil
	}
	err = t.findAll(ctx, several{sheetsOf, sheetsOfArray, lockSheets}, keyOf, some, func(row Row) (string, error) {
		s := register.Sheet{Book: book}
		err := readSheet(row, &s)
		out = append(out, s)
		return s.ID, err
	}, book)
	if err != nil {
		return nil, err
	}
	for _, id := range some {
		t.known[keyOf(id)] = standing{}
	}
	for i := range out {
		t.known[keyOf(out[i].ID)] = standing{rev: out[i].Rev, events: out[i].Events, keys: out[i].Keys}
	}
	slices.SortFunc(out, func(a, b register.Sheet) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// readSheet reads the columns of a sheet into s, and those behind them into more.
func readSheet(row Row, s *register.Sheet, more ...any) error {
	var keys []byte
	if err := row.Scan(append([]any{&s.ID, &s.Rev, &s.Events, &keys, &s.Body}, more...)...); err != nil {
		return err
	}
	if err := json.Unmarshal(keys, &s.Keys); err != nil {
		return fmt.Errorf("sqlstore: read keys of sheet %q: %w", s.ID, err)
	}
	return nil
}

// beyond is behind every id and every value that can be stored.
var beyond = strings.Repeat(string(utf8.MaxRune), register.MaxValue/utf8.UTFMax+1) //nolint:gochecknoglobals // a constant

// Sheets implements register.Tx.
func (t *Tx) Sheets(ctx context.Context, q register.Query) (out []register.Sheet, next string, err error) {
	if err := q.Check(); err != nil {
		return nil, "", err
	}
	query, args, err := t.sheetList(q)
	if err != nil {
		return nil, "", badCursor(register.ErrInvalid, err)
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	limit := register.ClampLimit(q.Limit)
	var token string
	err = t.run.Query(ctx, query, append(append([]any{t.tenant}, args...), limit+1), func(row Row) error {
		if len(out) == limit {
			next = token
			return nil
		}
		s, value := register.Sheet{Book: q.Book}, ""
		if err := readSheet(row, &s, &value); err != nil {
			return err
		}
		if out = append(out, s); len(out) == limit {
			token = cursor.Encode(q.Filter(), value, s.ID)
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return out, next, nil
}

// sheetList is the statement of a list and its arguments between tenant and
// limit.
func (t *Tx) sheetList(q register.Query) (query string, args []any, err error) {
	to := q.To
	if to == "" {
		to = beyond
	}
	value, id := q.From, ""
	if q.After != "" {
		after, err := cursor.Decode(q.After, q.Filter(), 2)
		if err == nil && !allStorable(after...) {
			err = cursor.ErrMalformed
		}
		if err != nil {
			return "", nil, err
		}
		value, id = after[0], after[1]
	}
	if q.Key == "" {
		from := q.From
		if id != "" {
			from = max(from, id+"\x01") // the next text without NUL
		}
		return sheets, []any{q.Book, from, to}, nil
	}
	if value < q.From {
		value, id = q.From, ""
	}
	query = sheetsByKey
	if t.dialect.Lateral {
		query = sheetsByKeyLateral
	}
	return query, []any{q.Book, q.Key, value, id, to}, nil
}

// PutSheet implements register.Tx.
func (t *Tx) PutSheet(ctx context.Context, s register.Sheet, ev ...register.Event) (register.Sheet, error) {
	if err := t.writable(); err != nil {
		return register.Sheet{}, err
	}
	if err := s.Storable(ev...); err != nil {
		return register.Sheet{}, err
	}
	s = s.Clone()
	k := sheetKey(s.Book, s.ID)
	had, err := t.stands(k, false, func() error { return unlessAbsent(t.Sheet(ctx, s.Book, s.ID)) })
	switch {
	case err != nil:
		return register.Sheet{}, err
	case had.rev != s.Rev:
		return register.Sheet{}, fmt.Errorf("%w: sheet %q of book %q is at revision %d, not %d; read it again",
			register.ErrConflict, s.ID, s.Book, had.rev, s.Rev)
	case had.events+int64(len(ev)) != s.Events:
		return register.Sheet{}, gap(register.ErrInvalid, had.events, s.Events)
	}
	return t.storeSheet(ctx, k, had, s, ev)
}

func (t *Tx) storeSheet(ctx context.Context, k key, had standing, s register.Sheet, ev []register.Event) (register.Sheet, error) {
	keys, err := json.Marshal(s.Keys)
	if err != nil {
		return register.Sheet{}, fmt.Errorf("sqlstore: write keys of sheet: %w", err)
	}
	values := []any{s.Events, string(keys), string(s.Body)}
	w := Write{SQL: updateSheet, One: true, Args: append(values, t.tenant, s.Book, s.ID, s.Rev)}
	if s.Rev == 0 {
		w = Write{
			SQL: insertSheet, Row: true, Args: append([]any{t.tenant, s.Book, s.ID, 1}, values...),
			Taken: fmt.Errorf("%w: there is a sheet %q in book %q already", register.ErrConflict, s.ID, s.Book),
		}
	}
	if err := t.write(ctx, k, w); err != nil {
		return register.Sheet{}, err
	}
	lost, gained := s.Rekeyed(had.keys)
	for _, change := range []struct {
		query string
		row   bool
		keys  []register.Key
	}{{deleteSheetKey, false, lost}, {insertSheetKey, true, gained}} {
		for _, x := range change.keys {
			if err := t.write(ctx, k, Write{SQL: change.query, Row: change.row, Args: []any{t.tenant, s.Book, x.Name, x.Value, s.ID}}); err != nil {
				return register.Sheet{}, err
			}
		}
	}
	s.Rev++
	t.known[k] = standing{rev: s.Rev, events: s.Events, keys: s.Keys}
	entries := make([]coordination.Entry, len(ev))
	for i, e := range ev {
		entries[i] = coordination.RegisterEntry(e)
	}
	return s, t.append(ctx, entries, register.ErrConflict)
}

// SheetEvents implements register.Tx.
func (t *Tx) SheetEvents(ctx context.Context, book, id string, after int64, limit int) ([]register.Event, int64, error) {
	isBook := register.CheckBook(book) == nil
	if !isBook { // it has no sheets, although a room may have events
		return nil, 0, nil
	}
	return eventsOf(ctx, t, coordination.Room(book), id, after, register.ClampLimit(limit), registerEvent)
}

// SheetHistories implements register.Tx.
func (t *Tx) SheetHistories(ctx context.Context, book string, ids []string) ([]register.Event, error) {
	if err := register.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	if isBook := register.CheckBook(book) == nil; !isBook {
		return nil, nil
	}
	out, err := historiesOf(ctx, t, coordination.Room(book), storableOnes(ids), register.MaxEvents+1, registerEvent)
	if err == nil {
		err = register.CheckHistories(len(out))
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func registerEvent(e coordination.Entry) (register.Event, error) { return e.RegisterEvent(), nil }
