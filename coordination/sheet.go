package coordination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination/register"
)

// occurrence makes the event of a sheet.
func occurrence(kind, actor string, at time.Time, data any) (register.Event, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return register.Event{}, fmt.Errorf("coordination: encode %s: %w", kind, err)
	}
	return register.Event{Kind: kind, At: at, Actor: actor, Data: raw}, nil
}

// lookup is Get of a register that gives a row of revision 0 where there is none, so
// that what is put depends on nobody else putting it.
func lookup[T any](ctx context.Context, tx Tx, r register.Register[T], id string) (row register.Row[T], found bool, err error) {
	row, err = r.Get(ctx, tx, id)
	if errors.Is(err, register.ErrNotFound) {
		return register.Row[T]{ID: id}, false, nil
	}
	return row, err == nil, err
}

// unseen refuses a row that is not at the revision the actor has seen; 0 is whatever
// there is.
func unseen[T any](r register.Register[T], row register.Row[T], rev int64) error {
	if rev != 0 && rev != row.Rev {
		return fmt.Errorf("%w: %s %q is at revision %d, not %d; read it again", register.ErrConflict, r.Book, row.ID, row.Rev, rev)
	}
	return nil
}

// record puts a row with what happened to it.
func record[T any](
	ctx context.Context, tx Tx, r register.Register[T], row register.Row[T], kind, actor string, at time.Time, data any,
) (register.Row[T], error) {
	ev, err := occurrence(kind, actor, at, data)
	if err != nil {
		return row, err
	}
	return r.Put(ctx, tx, row, ev)
}

// guard makes everybody who has read the sheet in a unit of work that is not
// committed yet start again: a rule over a list rests on it.
func guard(ctx context.Context, tx Tx, book, id string) error {
	r := register.Register[struct{}]{Book: book}
	row, _, err := lookup(ctx, tx, r, id)
	if err != nil {
		return err
	}
	_, err = r.Put(ctx, tx, row)
	return err
}

// everyRow reads a list to its end.
func everyRow[T any](ctx context.Context, tx Tx, r register.Register[T], q register.Query) ([]register.Row[T], error) {
	var out []register.Row[T]
	for q.Limit = register.MaxLimit; ; {
		page, next, err := r.List(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if next == "" {
			return out, nil
		}
		q.After = next
	}
}

// pageOf is a page of a register in a snapshot of its own.
func pageOf[T any](ctx context.Context, d *Desk, tenant string, r register.Register[T], q register.Query) (page []register.Row[T], next string, err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = r.List(ctx, tx, q)
		return err
	})
	return page, next, err
}

// rowOf is one row of a register in a snapshot of its own.
func rowOf[T any](ctx context.Context, d *Desk, tenant string, r register.Register[T], id string) (row register.Row[T], err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		row, err = r.Get(ctx, tx, id)
		return err
	})
	return row, err
}

// change runs a command on a register in a unit of work of its own.
func change[T any](ctx context.Context, d *Desk, tenant string, run func(context.Context, Tx, time.Time) (register.Row[T], error)) (register.Row[T], error) {
	now := d.now()
	var out register.Row[T]
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = run(ctx, tx, now)
		return err
	})
	if err != nil {
		return register.Row[T]{}, err
	}
	return out, nil
}

func (d *Desk) now() time.Time { return d.cfg.Now().UTC().Truncate(time.Microsecond) }

// refused is a refusal with one condition.
func refused(command, condition, ref, format string, args ...any) error {
	return &archive.RefusedError{Command: command, Unmet: []archive.Unmet{{Condition: condition, Ref: ref, Text: fmt.Sprintf(format, args...)}}}
}

// textsOf are ids as the sheets of a register have them.
func textsOf[S ~string](ids []S) []string {
	out := make([]string, len(ids))
	for i := range ids {
		out[i] = string(ids[i])
	}
	return out
}
