package register

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Register is a book whose sheets hold values of one type. T is written with
// encoding/json. A Register holds no state and is safe for concurrent use.
type Register[T any] struct {
	Book string
	Keys func(T) []Key // what a value is found by, in any order; nil: by id alone
	// Evolve is what an event makes of a value, see Again; nil: the events do not tell it.
	Evolve func(T, Event) (T, error)
}

// Row is a value in its register.
type Row[T any] struct {
	ID     string
	Rev    int64 // raised by one with every stored change; 0 is not stored yet
	Events int64 // length of the history
	Value  T
}

// UnfitError is a stored body that does not fit the type of its register to the last field:
// something else has changed it, or a newer program wrote it. It is of no class.
type UnfitError struct {
	Book, Sheet string
	Type        string // of the register
	Err         error
}

func (e *UnfitError) Error() string {
	return fmt.Sprintf("register: sheet %q of book %q does not fit %s: %v", e.Sheet, e.Book, e.Type, e.Err)
}

// Unwrap gives what reading the body gave.
func (e *UnfitError) Unwrap() error { return e.Err }

// Get returns the value with that id, or ErrNotFound. A stored body that does not
// fit T to the last field is an *UnfitError.
func (r Register[T]) Get(ctx context.Context, tx Tx, id string) (Row[T], error) {
	s, err := tx.Sheet(ctx, r.Book, id)
	if err != nil {
		return Row[T]{}, err
	}
	return r.read(&s)
}

// RowsOf returns those of the values with these ids that there are; see Tx.SheetsOf.
func (r Register[T]) RowsOf(ctx context.Context, tx Tx, ids []string) (map[string]Row[T], error) {
	sheets, err := tx.SheetsOf(ctx, r.Book, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Row[T], len(sheets))
	for i := range sheets {
		if out[sheets[i].ID], err = r.read(&sheets[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Put stores a value with what happened to it, as Tx.PutSheet does. Rev is the
// one that was read, 0 to create, and Events the length of the history that was
// read. Book, Sheet and Seq of the events are filled in where they are empty. A
// value that would not come back from JSON as it goes in is ErrInvalid.
func (r Register[T]) Put(ctx context.Context, tx Tx, row Row[T], events ...Event) (Row[T], error) {
	s, err := r.sheet(&row)
	if err != nil {
		return Row[T]{}, err
	}
	s.Events += int64(len(events))
	events = slices.Clone(events)
	for i := range events {
		e := &events[i]
		if e.Book == "" {
			e.Book = r.Book
		}
		if e.Sheet == "" {
			e.Sheet = row.ID
		}
		if e.Seq == 0 {
			e.Seq = row.Events + int64(i) + 1
		}
	}
	s, err = tx.PutSheet(ctx, s, events...)
	if err != nil {
		return Row[T]{}, err
	}
	row.Rev, row.Events = s.Rev, s.Events
	return row, nil
}

// List returns a page of the register; the Book of q is filled in. See Query for
// the order.
func (r Register[T]) List(ctx context.Context, tx Tx, q Query) (page []Row[T], next string, err error) {
	q.Book = r.Book
	sheets, next, err := tx.Sheets(ctx, q)
	if err != nil {
		return nil, "", err
	}
	for i := range sheets {
		row, err := r.read(&sheets[i])
		if err != nil {
			return nil, "", err
		}
		page = append(page, row)
	}
	return page, next, nil
}

// History returns a page of the events of a value; see Tx.SheetEvents.
func (r Register[T]) History(ctx context.Context, tx Tx, id string, after int64, limit int) (page []Event, next int64, err error) {
	return tx.SheetEvents(ctx, r.Book, id, after, limit)
}

// Histories hands on the events of several values, those of each in their order: all
// at once or, where they are more than MaxEvents, page by page. More values than MaxLimit
// are ErrInvalid.
func (r Register[T]) Histories(ctx context.Context, tx Tx, ids []string, take func(*Event)) error {
	if err := CheckSeveral(len(ids)); err != nil {
		return err
	}
	events, err := tx.SheetHistories(ctx, r.Book, ids)
	each := func(events []Event) {
		for i := range events {
			take(&events[i])
		}
	}
	if each(events); !errors.Is(err, ErrInvalid) {
		return err
	}
	for _, id := range ids {
		for after := int64(-1); after != 0; {
			page, next, err := r.History(ctx, tx, id, max(after, 0), MaxLimit)
			if err != nil {
				return err
			}
			each(page)
			after = next
		}
	}
	return nil
}

func (r Register[T]) read(s *Sheet) (Row[T], error) {
	row := Row[T]{ID: s.ID, Rev: s.Rev, Events: s.Events}
	if err := decode(s.Body, &row.Value); err != nil {
		return Row[T]{}, &UnfitError{Book: s.Book, Sheet: s.ID, Type: fmt.Sprintf("%T", row.Value), Err: err}
	}
	return row, nil
}

// sheet writes the value. encoding/json would mend text that is not valid UTF-8
// and lose what a type cannot read: only what reads back the same is stored.
func (r Register[T]) sheet(row *Row[T]) (Sheet, error) {
	body, err := json.Marshal(row.Value)
	if err != nil {
		return Sheet{}, invalid("%q cannot be written as JSON: %w", clip(row.ID), err)
	}
	var back T
	if err := decode(body, &back); err != nil {
		return Sheet{}, invalid("%q does not come back from JSON: %w", clip(row.ID), err)
	}
	if again, err := json.Marshal(back); err != nil || !bytes.Equal(body, again) {
		return Sheet{}, invalid("%q does not come back from JSON as it goes in: has it text that is not valid UTF-8?", clip(row.ID))
	}
	s := Sheet{Book: r.Book, ID: row.ID, Rev: row.Rev, Events: row.Events, Body: body}
	if r.Keys != nil {
		s.Keys = slices.Clone(r.Keys(row.Value))
		slices.SortFunc(s.Keys, compareKeys)
		s.Keys = slices.Compact(s.Keys)
	}
	return s, nil
}

// decode reads one JSON value whose every field v has.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the JSON value")
	}
	return nil
}
