package audit

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// kind is how the rows of a room are read and built again.
type kind[R, E any] struct {
	room   coordination.Room
	list   func(ctx context.Context, tx coordination.Tx, after string) ([]R, string, error)
	get    func(ctx context.Context, tx coordination.Tx, id string) (R, error)
	put    func(ctx context.Context, tx coordination.Tx, r R) error
	events func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]E, int64, error)
	fold   func([]E) R
	// as names a row and gives it the revision of another: revisions count
	// writes, not events.
	as func(r R, rev int64) (id string, of int64, out R)
}

// again is a row as its events give it, at the revision that it has.
func (k *kind[R, E]) again(ctx context.Context, tx coordination.Tx, row R, id string) (R, error) {
	var events []E
	for after := int64(0); ; {
		page, next, err := k.events(ctx, tx, id, after)
		if err != nil {
			return row, err
		}
		events = append(events, page...)
		if next == 0 {
			break
		}
		after = next
	}
	_, rev, _ := k.as(row, 0)
	_, _, folded := k.as(k.fold(events), rev)
	return folded, nil
}

// fits reports whether a row is what its history gives.
func (k *kind[R, E]) fits(ctx context.Context, tx coordination.Tx, row R, id string) (bool, error) {
	folded, err := k.again(ctx, tx, row, id)
	if err != nil {
		return false, err
	}
	got, err := json.Marshal(row)
	if err != nil {
		return false, err
	}
	want, err := json.Marshal(folded)
	return bytes.Equal(got, want), err
}

// remake puts a row as its events give it now.
func remake[R, E any](ctx context.Context, tx coordination.Tx, k kind[R, E], id string) error {
	row, err := k.get(ctx, tx, id)
	if err != nil {
		return err
	}
	if row, err = k.again(ctx, tx, row, id); err != nil {
		return err
	}
	return k.put(ctx, tx, row)
}

func requestRows() kind[changereq.Request, changereq.Event] {
	return kind[changereq.Request, changereq.Event]{
		room: coordination.RoomChangeRequest, fold: changereq.Fold,
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]changereq.Request, string, error) {
			return tx.ChangeRequests(ctx, changereq.Query{After: after, Limit: changereq.MaxLimit})
		},
		get: func(ctx context.Context, tx coordination.Tx, id string) (changereq.Request, error) {
			return tx.ChangeRequest(ctx, changereq.ID(id))
		},
		put: func(ctx context.Context, tx coordination.Tx, r changereq.Request) error {
			_, err := tx.PutChangeRequest(ctx, r)
			return err
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]changereq.Event, int64, error) {
			return tx.ChangeRequestEvents(ctx, changereq.ID(id), after, changereq.MaxLimit)
		},
		as: func(r changereq.Request, rev int64) (string, int64, changereq.Request) {
			was := r.Rev
			r.Rev = rev
			return string(r.ID), was, r
		},
	}
}

func bundleRows() kind[bundle.Bundle, bundle.Event] { //nolint:dupl // the same for each room but for its types
	return kind[bundle.Bundle, bundle.Event]{
		room: coordination.RoomBundle, fold: bundle.Fold,
		get: func(ctx context.Context, tx coordination.Tx, id string) (bundle.Bundle, error) {
			return tx.ChangeBundle(ctx, id)
		},
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]bundle.Bundle, string, error) {
			return tx.ChangeBundles(ctx, bundle.Query{After: after, Limit: bundle.MaxLimit})
		},
		put: func(ctx context.Context, tx coordination.Tx, b bundle.Bundle) error {
			_, err := tx.PutChangeBundle(ctx, b)
			return err
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]bundle.Event, int64, error) {
			return tx.ChangeBundleEvents(ctx, id, after, bundle.MaxLimit)
		},
		as: func(b bundle.Bundle, rev int64) (string, int64, bundle.Bundle) {
			was := b.Rev
			b.Rev = rev
			return b.ID, was, b
		},
	}
}

func obligationRows() kind[notice.Obligation, notice.Event] { //nolint:dupl // the same for each room but for its types
	return kind[notice.Obligation, notice.Event]{
		room: coordination.RoomNotice, fold: notice.Fold,
		get: func(ctx context.Context, tx coordination.Tx, id string) (notice.Obligation, error) {
			return tx.Obligation(ctx, id)
		},
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]notice.Obligation, string, error) {
			return tx.Obligations(ctx, notice.Query{After: after, Limit: notice.MaxLimit})
		},
		put: func(ctx context.Context, tx coordination.Tx, o notice.Obligation) error {
			_, err := tx.PutObligation(ctx, o)
			return err
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]notice.Event, int64, error) {
			return tx.ObligationEvents(ctx, id, after, notice.MaxLimit)
		},
		as: func(o notice.Obligation, rev int64) (string, int64, notice.Obligation) {
			was := o.Rev
			o.Rev = rev
			return o.ID, was, o
		},
	}
}
