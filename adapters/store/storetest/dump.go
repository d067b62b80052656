package storetest

import (
	"context"
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// holding is everything that a tenant has stored, as far as the ports show it.
type holding struct {
	Requests         []changereq.Request
	RequestEvents    map[changereq.ID][]changereq.Event
	Slots            []changereq.ID // that claim time, in the order of its start
	Bundles          []bundle.Bundle
	BundleEvents     map[string][]bundle.Event
	Records          []archive.Record
	RecordEvents     map[archive.RecordID][]archive.Event
	Contents         map[archive.Digest]string
	References       map[string]archive.Reference
	Obligations      []notice.Obligation
	ObligationEvents map[string][]notice.Event
	Claimable        []string
	Sheets           []register.Sheet // of the books of the suite
	SheetEvents      map[string][]register.Event
	Said             []string // the sheets by what was said
	Replies          map[string]coordination.Reply
	Counter          int64 // the next number of the series CR
	Journal          []coordination.Entry
}

// dump reads everything of a tenant. Replies are those of ann under the keys.
func (h *harness) dump(tenant string, keys ...string) holding {
	h.Helper()
	h.sequence()
	var out holding
	err := h.store.View(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		out = holding{}
		return errors.Join(
			out.readRequests(ctx, tx), out.readBundles(ctx, tx), out.readArchive(ctx, tx), out.readObligations(ctx, tx), out.readSheets(ctx, tx),
			out.readReplies(ctx, tx, keys), out.readJournal(ctx, tx),
		)
	})
	require.NoError(h, err)
	out.peek(h, tenant)
	return out
}

// follow collects the pages of a list up to its end.
func follow[T any](page func(after string) ([]T, string, error)) ([]T, error) {
	var out []T
	for after := ""; ; {
		rows, next, err := page(after)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		if after = next; next == "" {
			return out, nil
		}
	}
}

// history collects the pages of the events of an entity.
func history[T any](page func(after int64) ([]T, int64, error)) ([]T, error) {
	var out []T
	for after := int64(0); ; {
		rows, next, err := page(after)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		if after = next; next == 0 {
			return out, nil
		}
	}
}

func requestHistory(ctx context.Context, tx changereq.Tx, id changereq.ID) ([]changereq.Event, error) {
	return history(func(after int64) ([]changereq.Event, int64, error) { return tx.ChangeRequestEvents(ctx, id, after, 0) })
}

func recordHistory(ctx context.Context, tx archive.Tx, id archive.RecordID) ([]archive.Event, error) {
	return history(func(after int64) ([]archive.Event, int64, error) { return tx.RecordEvents(ctx, id, after, 0) })
}

func obligationHistory(ctx context.Context, tx notice.Tx, id string) ([]notice.Event, error) {
	return history(func(after int64) ([]notice.Event, int64, error) { return tx.ObligationEvents(ctx, id, after, 0) })
}

func (d *holding) readRequests(ctx context.Context, tx changereq.Tx) (err error) {
	d.Requests, err = follow(func(after string) ([]changereq.Request, string, error) {
		return tx.ChangeRequests(ctx, changereq.Query{After: after})
	})
	slots, readErr := follow(func(after string) ([]changereq.Request, string, error) {
		return tx.ChangeWindows(ctx, changereq.WindowQuery{Window: between(-1_000_000, 1_000_000), After: after})
	})
	d.Slots, err = ids(slots, func(r changereq.Request) changereq.ID { return r.ID }), errors.Join(err, readErr)
	d.RequestEvents = make(map[changereq.ID][]changereq.Event)
	for _, r := range d.Requests {
		events, readErr := requestHistory(ctx, tx, r.ID)
		d.RequestEvents[r.ID], err = events, errors.Join(err, readErr)
	}
	return err
}

func (d *holding) readArchive(ctx context.Context, tx archive.Tx) (err error) {
	d.Records, err = follow(func(after string) ([]archive.Record, string, error) {
		return tx.Records(ctx, archive.Query{After: after})
	})
	d.RecordEvents = make(map[archive.RecordID][]archive.Event)
	d.Contents = make(map[archive.Digest]string)
	d.References = make(map[string]archive.Reference)
	for _, r := range d.Records {
		events, readErr := recordHistory(ctx, tx, r.ID)
		d.RecordEvents[r.ID], err = events, errors.Join(err, readErr)
		content, readErr := tx.Content(ctx, r.Digest)
		if !errors.Is(readErr, archive.ErrNotFound) {
			d.Contents[r.Digest], err = string(content), errors.Join(err, readErr)
		}
		for _, dir := range []archive.Direction{archive.Outward, archive.Inward} {
			refs, readErr := follow(func(after string) ([]archive.Reference, string, error) {
				return tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(r.ID), Direction: dir, After: after})
			})
			err = errors.Join(err, readErr)
			for _, ref := range refs {
				d.References[ref.ID] = ref
			}
		}
	}
	return err
}

func (d *holding) readObligations(ctx context.Context, tx notice.Tx) (err error) {
	d.Obligations, err = follow(func(after string) ([]notice.Obligation, string, error) {
		return tx.Obligations(ctx, notice.Query{After: after})
	})
	d.ObligationEvents = make(map[string][]notice.Event)
	for _, o := range d.Obligations {
		events, readErr := obligationHistory(ctx, tx, o.ID)
		d.ObligationEvents[o.ID], err = events, errors.Join(err, readErr)
	}
	return err
}

func (d *holding) readReplies(ctx context.Context, tx coordination.Tx, keys []string) (err error) {
	d.Replies = make(map[string]coordination.Reply)
	for _, key := range keys {
		r, readErr := tx.IdempotentReply(ctx, "ann", key)
		if !errors.Is(readErr, coordination.ErrNotFound) {
			d.Replies[key], err = r, errors.Join(err, readErr)
		}
	}
	return err
}

func (d *holding) readJournal(ctx context.Context, tx coordination.Tx) (err error) {
	d.Journal, err = journal(ctx, tx, coordination.JournalQuery{})
	return err
}

// journal follows the journal to its end.
func journal(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, error) {
	var out []coordination.Entry
	for {
		page, next, err := tx.JournalEntries(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if next == q.After {
			return out, nil
		}
		q.After = next
	}
}

// peek looks at what only writing shows, and takes the writing back.
func (d *holding) peek(h *harness, tenant string) {
	h.Helper()
	err := h.store.Update(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		if d.Counter, err = tx.NextChangeNumber(ctx, "CR"); err != nil {
			return err
		}
		claimed, err := tx.ClaimObligations(ctx, minute(0), minute(1), notice.MaxLimit)
		if err != nil {
			return err
		}
		d.Claimable = nil
		for _, o := range claimed {
			d.Claimable = append(d.Claimable, o.ID)
		}
		return errBoom
	})
	require.ErrorIs(h, err, errBoom)
}

// blank is what a tenant holds that has stored nothing.
func (h *harness) blank() holding {
	h.Helper()
	return h.dump("a tenant that never wrote")
}
