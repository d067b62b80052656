package coordination

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination/register"
)

// Book is a book of which every sheet is what its history makes of it.
type Book struct {
	Name string
	// Again is a sheet as its events give it, at the same revision; see
	// register.Register.Again. An error that is none of the store's says that nothing
	// gives the sheet.
	Again func(ctx context.Context, tx Tx, s *register.Sheet, events []register.Event) (register.Sheet, error)
	// Beside is an error if something is not there that ought to be as long as the sheet
	// is; nil: nothing ought to.
	Beside func(ctx context.Context, tx Tx, s *register.Sheet) error
}

// errNotItsHistory is said of a sheet that something else has changed than what
// happened.
var errNotItsHistory = errors.New("the row is not what its history gives")

// Check gives for each of some sheets an error that says what is wrong with it, if it
// is not what its history gives. Err is of reading. More sheets than register.MaxLimit
// are register.ErrInvalid.
func (b *Book) Check(ctx context.Context, tx Tx, sheets ...register.Sheet) (wrong []error, err error) {
	histories, err := b.histories(ctx, tx, sheets...)
	if err != nil {
		return nil, err
	}
	wrong = make([]error, len(sheets))
	for i := range sheets {
		s := &sheets[i]
		want, err := b.Again(ctx, tx, s, histories[s.ID])
		switch {
		case err != nil:
			wrong[i] = err
		case !bytes.Equal(want.Body, s.Body) || !slices.Equal(want.Keys, s.Keys) || want.Events != s.Events:
			wrong[i] = errNotItsHistory
		}
	}
	return wrong, ctx.Err()
}

// Remake puts a sheet as its history gives it.
func (b *Book) Remake(ctx context.Context, tx Tx, s register.Sheet) error {
	histories, err := b.histories(ctx, tx, s)
	if err != nil {
		return err
	}
	if s, err = b.Again(ctx, tx, &s, histories[s.ID]); err != nil {
		return err
	}
	_, err = tx.PutSheet(ctx, s)
	return err
}

func (b *Book) histories(ctx context.Context, tx Tx, sheets ...register.Sheet) (map[string][]register.Event, error) {
	ids := make([]string, len(sheets))
	for i := range sheets {
		ids[i] = sheets[i].ID
	}
	return register.Register[struct{}]{Book: b.Name}.HistoriesByID(ctx, tx, ids)
}

// Books are the books of the desk, those of the archive first. Those with nothing
// but counts and places in them, which are made anew, are left out, and so are
// the parts of analyses: they follow from the log that was analysed.
func Books() []Book {
	return []Book{
		BookOf(schedules()), BookOf(classes()), BookOf(aggregations()), BookOf(recordKinds()),
		{Name: BookFiling, Again: filingAgain, Beside: unnamed},
		{Name: bookAlias, Again: aliasAgain},
		BookOf(keepings()), BookOf(holds()), BookOf(disposals()), BookOf(items()), BookOf(resolutions()), BookOf(outcomes()), BookOf(erasures()),
		BookOf(engagements()), BookOf(observations()), BookOf(measures()), BookOf(analyses()),
	}
}

// BookOf is the book of a register of which every value begins as none and becomes
// what its events make of it.
func BookOf[T any](r register.Register[T]) Book {
	return Book{Name: r.Book, Again: func(_ context.Context, _ Tx, s *register.Sheet, events []register.Event) (register.Sheet, error) {
		var begin T
		return r.Again(s, begin, events)
	}}
}

// last is the value that an event says, whatever there was before.
func last[T any](_ T, ev register.Event) (out T, err error) {
	if err := json.Unmarshal(ev.Data, &out); err != nil {
		return out, fmt.Errorf("%w: event %d of %s %q: %w", ErrInvalid, ev.Seq, ev.Book, ev.Sheet, err)
	}
	return out, nil
}

// versioned is a thing with one version more.
func versioned[T any](v Versions[T], ev register.Event) (Versions[T], error) {
	var one T
	one, err := last(one, ev)
	return Versions[T]{append(slices.Clip(v.Versions), one)}, err
}

// filingAgain begins with the record.
func filingAgain(ctx context.Context, tx Tx, s *register.Sheet, events []register.Event) (register.Sheet, error) {
	r, err := tx.Record(ctx, archive.RecordID(s.ID))
	if err != nil {
		return register.Sheet{}, err
	}
	return filings().Again(s, fileplan.Begin(r), events)
}

// aliasAgain rests on the filing of the record that the sheet names: it is called so.
func aliasAgain(ctx context.Context, tx Tx, s *register.Sheet, _ []register.Event) (register.Sheet, error) {
	row, err := aliases().Get(ctx, tx, s.ID)
	if err != nil {
		return register.Sheet{}, err
	}
	f, _, err := filingOf(ctx, tx, row.Value.Record)
	if err != nil {
		return register.Sheet{}, err
	}
	if !slices.Contains(f.Value.Aliases, s.ID) {
		return register.Sheet{}, fmt.Errorf("%w: %q is not called %q", ErrInvalid, row.Value.Record, s.ID)
	}
	body, err := json.Marshal(row.Value)
	return register.Sheet{Book: bookAlias, ID: s.ID, Rev: s.Rev, Body: body}, err
}

// unnamed is an error if another name of a record does not lead to it.
func unnamed(ctx context.Context, tx Tx, s *register.Sheet) error {
	var f fileplan.Filing
	if err := json.Unmarshal(s.Body, &f); err != nil {
		return fmt.Errorf("%w: filing of %q: %w", ErrInvalid, s.ID, err)
	}
	for _, alias := range f.Aliases {
		row, _, err := lookup(ctx, tx, aliases(), alias)
		if err != nil {
			return err
		}
		if string(row.Value.Record) != s.ID {
			return fmt.Errorf("%w: its name %q does not lead to it", ErrInvalid, alias)
		}
	}
	return nil
}
