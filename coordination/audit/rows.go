package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// Flaw is a row that is not what its history gives.
type Flaw struct {
	Room   coordination.Room
	Entity string
	Text   string
}

// errFull ends an audit that found enough.
var errFull = errors.New("audit: as many flaws as a report holds")

func (c *checking) flaw(room coordination.Room, id, text string) error {
	c.report.Flaws = append(c.report.Flaws, Flaw{Room: room, Entity: id, Text: text})
	if len(c.report.Flaws) >= MaxFlaws {
		return errFull
	}
	return nil
}

// rows compares every row with the fold of its events, and finds events whose row
// is gone.
func (c *checking) rows(ctx context.Context) error {
	for _, step := range []func(context.Context) error{c.requests, c.bundles, c.obligations, c.records, c.missing} {
		if err := step(ctx); errors.Is(err, errFull) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// kind is how the rows of a room are read and built again.
type kind[R, E any] struct {
	room   coordination.Room
	list   func(ctx context.Context, tx coordination.Tx, after string) ([]R, string, error)
	get    func(ctx context.Context, tx coordination.Tx, id string) (R, error)
	events func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]E, int64, error)
	fold   func([]E) R
	// as names a row and gives it the revision of another: revisions count
	// writes, not events.
	as func(r R, rev int64) (id string, of int64, out R)
}

func rowsOf[R, E any](ctx context.Context, c *checking, k kind[R, E]) error {
	for after := ""; ; {
		var (
			page []R
			next string
		)
		err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			page, next, err = k.list(ctx, tx, after)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page {
			id, _, _ := k.as(page[i], 0)
			if err := rowOf(ctx, c, k, id); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// rowOf compares one row with its history, in one snapshot.
func rowOf[R, E any](ctx context.Context, c *checking, k kind[R, E], id string) error {
	var got, want []byte
	err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		row, err := k.get(ctx, tx, id)
		if err != nil {
			return err
		}
		var events []E
		for after := int64(0); ; {
			page, next, err := k.events(ctx, tx, id, after)
			if err != nil {
				return err
			}
			events = append(events, page...)
			if next == 0 {
				break
			}
			after = next
		}
		_, rev, _ := k.as(row, 0)
		_, _, folded := k.as(k.fold(events), rev)
		if got, err = json.Marshal(row); err != nil {
			return err
		}
		want, err = json.Marshal(folded)
		return err
	})
	delete(c.histories, entity{k.room, id})
	c.report.Rows++
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return c.flaw(k.room, id, "it cannot be read: "+err.Error())
	case !bytes.Equal(got, want):
		return c.flaw(k.room, id, "the row is not what its history gives")
	}
	return nil
}

func (c *checking) requests(ctx context.Context) error {
	return rowsOf(ctx, c, kind[changereq.Request, changereq.Event]{
		room: coordination.RoomChangeRequest, fold: changereq.Fold,
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]changereq.Request, string, error) {
			return tx.ChangeRequests(ctx, changereq.Query{After: after, Limit: changereq.MaxLimit})
		},
		get: func(ctx context.Context, tx coordination.Tx, id string) (changereq.Request, error) {
			return tx.ChangeRequest(ctx, changereq.ID(id))
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]changereq.Event, int64, error) {
			return tx.ChangeRequestEvents(ctx, changereq.ID(id), after, changereq.MaxLimit)
		},
		as: func(r changereq.Request, rev int64) (string, int64, changereq.Request) {
			was := r.Rev
			r.Rev = rev
			return string(r.ID), was, r
		},
	})
}

func (c *checking) bundles(ctx context.Context) error { //nolint:dupl // the same for each room but for its types
	return rowsOf(ctx, c, kind[bundle.Bundle, bundle.Event]{
		room: coordination.RoomBundle, fold: bundle.Fold,
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]bundle.Bundle, string, error) {
			return tx.ChangeBundles(ctx, bundle.Query{After: after, Limit: bundle.MaxLimit})
		},
		get: func(ctx context.Context, tx coordination.Tx, id string) (bundle.Bundle, error) {
			return tx.ChangeBundle(ctx, id)
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]bundle.Event, int64, error) {
			return tx.ChangeBundleEvents(ctx, id, after, bundle.MaxLimit)
		},
		as: func(b bundle.Bundle, rev int64) (string, int64, bundle.Bundle) {
			was := b.Rev
			b.Rev = rev
			return b.ID, was, b
		},
	})
}

func (c *checking) obligations(ctx context.Context) error { //nolint:dupl // the same for each room but for its types
	return rowsOf(ctx, c, kind[notice.Obligation, notice.Event]{
		room: coordination.RoomNotice, fold: notice.Fold,
		list: func(ctx context.Context, tx coordination.Tx, after string) ([]notice.Obligation, string, error) {
			return tx.Obligations(ctx, notice.Query{After: after, Limit: notice.MaxLimit})
		},
		get: func(ctx context.Context, tx coordination.Tx, id string) (notice.Obligation, error) {
			return tx.Obligation(ctx, id)
		},
		events: func(ctx context.Context, tx coordination.Tx, id string, after int64) ([]notice.Event, int64, error) {
			return tx.ObligationEvents(ctx, id, after, notice.MaxLimit)
		},
		as: func(o notice.Obligation, rev int64) (string, int64, notice.Obligation) {
			was := o.Rev
			o.Rev = rev
			return o.ID, was, o
		},
	})
}

// records leaves contents and references to the archive, which knows them.
func (c *checking) records(ctx context.Context) error {
	left := make(map[archive.RecordID]bool)
	contents := func(ctx context.Context, tx archive.Tx, id archive.RecordID) ([]archive.Digest, bool, error) {
		wide, ok := tx.(coordination.Tx)
		if !ok { // another's store, narrowed by hand: it has records and nothing about them
			return nil, false, nil
		}
		more, gone, err := coordination.ContentsTx(ctx, wide, id)
		if gone {
			left[id] = true
		}
		return more, gone, err
	}
	file, err := archive.New(archive.Config{
		Store: coordination.Archive(c.sealer.cfg.Store), Now: c.sealer.cfg.Now, NewID: func() string { return "" },
		Blobs: c.sealer.cfg.Blobs, Contents: contents,
	})
	if err != nil {
		return err
	}
	seen, err := file.Audit(ctx, c.tenant, func(f archive.Flaw) error {
		return c.flaw(coordination.RoomArchive, string(f.Record), f.Err.Error())
	})
	c.report.Rows += seen
	c.report.Gone = len(left)
	return err
}

// missing finds histories without a row. It asks nothing of a journal that does
// not fit its log, which was not read to its end.
func (c *checking) missing(ctx context.Context) error {
	if c.brokenOff() {
		return nil
	}
	left := make([]entity, 0, len(c.histories))
	for e := range c.histories {
		left = append(left, e)
	}
	slices.SortFunc(left, func(a, b entity) int { return cmp.Or(cmp.Compare(a.room, b.room), cmp.Compare(a.id, b.id)) })
	for _, e := range left {
		text := ""
		err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			text, err = c.standing(ctx, tx, e)
			return err
		})
		if err != nil {
			return err
		}
		if text != "" {
			if err := c.flaw(e.room, e.id, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checking) brokenOff() bool { return c.report.Mismatch != nil }

// standing says what is wrong with a row that no list has shown, or that is a
// sheet: of those but outcomes only the length of the history is known here.
func (c *checking) standing(ctx context.Context, tx coordination.Tx, e entity) (string, error) {
	const gone = "its events are there and the row is not"
	switch e.room {
	case coordination.RoomChangeRequest, coordination.RoomBundle, coordination.RoomNotice:
		return gone, nil
	case coordination.RoomArchive:
		_, err := tx.Record(ctx, archive.RecordID(e.id))
		if errors.Is(err, archive.ErrNotFound) {
			return gone, nil
		}
		return "", err
	}
	c.report.Rows++
	s, err := tx.Sheet(ctx, string(e.room), e.id)
	switch {
	case errors.Is(err, register.ErrNotFound):
		return gone, nil
	case err != nil:
		return "", err
	case s.Events != c.histories[e]:
		return fmt.Sprintf("the sheet stands at event %d, and there are %d", s.Events, c.histories[e]), nil
	case e.room == coordination.BookOutcome:
		return outcomeRow(ctx, tx, &s)
	}
	return "", nil
}

// outcomeRow compares an outcome with the fold of its events.
func outcomeRow(ctx context.Context, tx coordination.Tx, s *register.Sheet) (string, error) {
	var folded outcome.Filed
	for after := int64(0); ; {
		page, next, err := tx.SheetEvents(ctx, s.Book, s.ID, after, register.MaxLimit)
		if err != nil {
			return "", err
		}
		for _, ev := range page {
			if folded, err = outcome.Evolve(folded, ev.Kind, ev.Data); err != nil {
				return "it cannot be read: " + err.Error(), nil //nolint:nilerr // that is what was found
			}
		}
		if next == 0 {
			break
		}
		after = next
	}
	want, err := json.Marshal(folded)
	if err != nil {
		return "", err
	}
	if !bytes.Equal(want, s.Body) {
		return "the row is not what its history gives", nil
	}
	return "", nil
}
