package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Flaw is a row that is not what its history gives.
type Flaw struct {
	Room   coordination.Room // empty: it may be of any
	Entity string            // empty: it is not known which one
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
// is gone. Where something cannot be read, that is what was found, and the next room is
// looked at.
func (c *checking) rows(ctx context.Context) error {
	for _, step := range []struct {
		room  coordination.Room
		check func(context.Context) error
	}{
		{coordination.RoomChangeRequest, c.requests},
		{coordination.RoomBundle, c.bundles},
		{coordination.RoomNotice, c.obligations},
		{coordination.RoomArchive, c.records},
		{"", c.sheets},
		{"", c.index},
		{"", c.missing},
	} {
		err := step.check(ctx)
		if unreadable(err) && ctx.Err() == nil {
			maps.DeleteFunc(c.histories, func(e entity, _ int64) bool { return e.room == step.room }) // who of it is missing, is not known
			err = c.flaw(step.room, "", "it cannot be read any further: "+err.Error())
		}
		switch {
		case errors.Is(err, errFull):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// unreadable reports whether an error says that what is stored is not what was written:
// the store itself gave it.
func unreadable(err error) bool {
	if errors.Is(err, ErrOutside) {
		return false
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, shape := errors.AsType[*json.UnmarshalTypeError](err)
	_, unfit := errors.AsType[*register.UnfitError](err)
	return syntax || shape || unfit || errors.Is(err, archive.ErrInvalid) || errors.Is(err, changereq.ErrInvalid)
}

// rowsOf compares the rows of a room with their histories, a page in one snapshot.
// What does not fit there, or cannot be read, is looked at again alone.
func rowsOf[R, E any](ctx context.Context, c *checking, k kind[R, E]) error {
	for after := ""; ; {
		var (
			ids   []string
			sound map[string]bool
			next  string
		)
		err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
			page, more, err := k.list(ctx, tx, after)
			ids, sound, next = make([]string, len(page)), make(map[string]bool, len(page)), more
			for i := range page {
				ids[i], _, _ = k.as(page[i], 0)
			}
			for i := 0; i < len(page) && err == nil; i++ {
				sound[ids[i]], err = k.fits(ctx, tx, page[i], ids[i])
			}
			return err
		})
		if err != nil && (len(ids) == 0 || ctx.Err() != nil) {
			return err
		}
		for _, id := range ids {
			c.report.Rows++
			delete(c.histories, entity{k.room, id})
			if sound[id] {
				continue
			}
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
	var fits bool
	err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		row, err := k.get(ctx, tx, id)
		if err == nil {
			fits, err = k.fits(ctx, tx, row, id)
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return c.flaw(k.room, id, "it cannot be read: "+err.Error())
	case !fits:
		return c.flaw(k.room, id, "the row is not what its history gives")
	}
	return nil
}

func (c *checking) requests(ctx context.Context) error { return rowsOf(ctx, c, requestRows()) }

func (c *checking) bundles(ctx context.Context) error { return rowsOf(ctx, c, bundleRows()) }

func (c *checking) obligations(ctx context.Context) error { return rowsOf(ctx, c, obligationRows()) }

// records leaves contents and references to the archive, which knows them.
func (c *checking) records(ctx context.Context) error {
	left := make(map[archive.RecordID]bool)
	contents := func(ctx context.Context, tx archive.Tx, records []archive.Record) (map[archive.RecordID]archive.Kept, error) {
		for i := range records {
			delete(c.histories, entity{coordination.RoomArchive, string(records[i].ID)})
		}
		wide, ok := tx.(coordination.Tx)
		if !ok { // another's store, narrowed by hand: it has records and nothing about them
			return map[archive.RecordID]archive.Kept{}, nil
		}
		all, err := coordination.ContentsTx(ctx, wide, records...)
		for id, kept := range all {
			if kept.Gone {
				left[id] = true
			}
		}
		return all, err
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

// index compares what lists go by with the rows, where the store keeps it beside them.
func (c *checking) index(ctx context.Context) error {
	var found []Flaw
	err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		found = nil
		x, ok := tx.(coordination.Indexed)
		if !ok {
			return nil
		}
		return x.CheckIndex(ctx, func(room coordination.Room, id, text string) error {
			if found = append(found, Flaw{room, id, text}); len(found) == MaxFlaws {
				return errFull
			}
			return nil
		})
	})
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	for _, f := range found {
		if err := c.flaw(f.Room, f.Entity, f.Text); err != nil {
			return err
		}
	}
	return nil
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
	for len(left) > 0 {
		n := 1
		for n < min(len(left), register.MaxLimit) && left[n].room == left[0].room {
			n++
		}
		if err := c.unlisted(ctx, left[:n]); err != nil {
			return err
		}
		left = left[n:]
	}
	return nil
}

// unlisted looks at rows of one room that no list has shown.
func (c *checking) unlisted(ctx context.Context, some []entity) error {
	var stands map[string]int64
	err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		stands, err = c.standing(ctx, tx, some)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range some {
		events, there := stands[e.id]
		text := ""
		switch {
		case !there:
			text = "its events are there and the row is not"
		case events != c.histories[e] && e.room != coordination.RoomArchive:
			text = fmt.Sprintf("the sheet stands at event %d, and there are %d", events, c.histories[e])
		}
		if text == "" {
			continue
		}
		if err := c.flaw(e.room, e.id, text); err != nil {
			return err
		}
	}
	return nil
}

func (c *checking) brokenOff() bool { return c.report.Mismatch != nil }

// standing says of records, or of sheets of a book that is not in Config.Books, at which
// event those stand that are there: of such sheets only the length of the history is known.
func (c *checking) standing(ctx context.Context, tx coordination.Tx, some []entity) (map[string]int64, error) {
	stands := make(map[string]int64, len(some))
	ids := make([]string, len(some))
	records := make([]archive.RecordID, len(some))
	for i, e := range some {
		ids[i], records[i] = e.id, archive.RecordID(e.id)
	}
	switch some[0].room {
	case coordination.RoomChangeRequest, coordination.RoomBundle, coordination.RoomNotice: // lists show all there are
		return stands, nil
	case coordination.RoomArchive:
		rows, err := tx.RecordsOf(ctx, records)
		for i := range rows {
			stands[string(rows[i].ID)] = rows[i].Events
		}
		return stands, err
	}
	c.report.Rows += len(some)
	sheets, err := tx.SheetsOf(ctx, string(some[0].room), ids)
	for i := range sheets {
		stands[sheets[i].ID] = sheets[i].Events
	}
	return stands, err
}
