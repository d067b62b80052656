package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
)

// ChangeBundle implements bundle.Tx.
func (t *Tx) ChangeBundle(ctx context.Context, id string) (bundle.Bundle, error) {
	var b bundle.Bundle
	k := key{kindBundle, id}
	found, err := t.find(ctx, k, lookup{changeBundleByID, lockChangeBundle}, func(row Row) error {
		var err error
		b, err = readBundle(row)
		return err
	}, id)
	if err != nil {
		return bundle.Bundle{}, err
	}
	t.known[k] = standing{rev: b.Rev, events: b.Events}
	if !found {
		return bundle.Bundle{}, fmt.Errorf("%w: bundle %q", bundle.ErrNotFound, id)
	}
	return b, nil
}

func readBundle(row Row) (bundle.Bundle, error) {
	var (
		b   bundle.Bundle
		rev int64
		doc []byte
	)
	if err := row.Scan(&rev, &doc); err != nil {
		return b, err
	}
	if err := json.Unmarshal(doc, &b); err != nil {
		return b, fmt.Errorf("sqlstore: read stored bundle: %w", err)
	}
	b.Rev = rev
	return b, nil
}

// ChangeBundles implements bundle.Tx.
func (t *Tx) ChangeBundles(ctx context.Context, q bundle.Query) (out []bundle.Bundle, next string, err error) {
	after, err := goOn(q.After, q.Filter(), newestFirst(), bundle.ErrInvalid)
	if err != nil {
		return nil, "", err
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	limit := bundle.ClampLimit(q.Limit)
	err = t.run.Query(ctx, changeBundles, []any{t.tenant, after.at, after.id, limit + 1}, func(row Row) error {
		b, err := readBundle(row)
		out = append(out, b)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(b bundle.Bundle) string { return place{b.Created.UnixMicro(), b.ID}.token(q.Filter()) })
	return out, next, nil
}

// PutChangeBundle implements bundle.Tx.
func (t *Tx) PutChangeBundle(ctx context.Context, b bundle.Bundle, ev ...bundle.Event) (bundle.Bundle, error) {
	if err := t.writable(); err != nil {
		return bundle.Bundle{}, err
	}
	if err := b.Storable(); err != nil {
		return bundle.Bundle{}, err
	}
	entries, err := bundleEntries(&b, ev)
	if err != nil {
		return bundle.Bundle{}, err
	}
	k := key{kindBundle, b.ID}
	had, err := t.stands(k, false, func() error { return unlessAbsent(t.ChangeBundle(ctx, b.ID)) })
	switch {
	case err != nil:
		return bundle.Bundle{}, err
	case had.rev != b.Rev:
		return bundle.Bundle{}, fmt.Errorf("%w: bundle %q is at revision %d, not %d; read it again", bundle.ErrConflict, b.ID, had.rev, b.Rev)
	case had.events+int64(len(ev)) != b.Events:
		return bundle.Bundle{}, gap(bundle.ErrInvalid, had.events, b.Events)
	}
	return t.storeBundle(ctx, k, b, entries)
}

func (t *Tx) storeBundle(ctx context.Context, k key, b bundle.Bundle, entries []coordination.Entry) (bundle.Bundle, error) {
	rev := b.Rev
	b.Rev++
	doc, err := json.Marshal(&b)
	if err != nil {
		return bundle.Bundle{}, fmt.Errorf("sqlstore: write bundle: %w", err)
	}
	w := Write{SQL: updateChangeBundle, One: true, Args: []any{b.Events, b.Created.UnixMicro(), string(doc), t.tenant, b.ID, rev}}
	if rev == 0 {
		w = Write{
			SQL: insertChangeBundle, Args: []any{t.tenant, b.ID, b.Rev, b.Events, b.Created.UnixMicro(), string(doc)},
			Taken: fmt.Errorf("%w: there is a bundle %q already", bundle.ErrConflict, b.ID),
		}
	}
	if err := t.write(ctx, k, w); err != nil {
		return bundle.Bundle{}, err
	}
	t.known[k] = standing{rev: b.Rev, events: b.Events}
	return b, t.append(ctx, entries, bundle.ErrConflict)
}

// ChangeBundleEvents implements bundle.Tx.
func (t *Tx) ChangeBundleEvents(ctx context.Context, id string, after int64, limit int) ([]bundle.Event, int64, error) {
	return eventsOf(ctx, t, coordination.RoomBundle, id, after, bundle.ClampLimit(limit), coordination.Entry.BundleEvent)
}

func bundleEntries(b *bundle.Bundle, ev []bundle.Event) ([]coordination.Entry, error) {
	return entriesOf(ev, func(e bundle.Event) (coordination.Entry, error) {
		if e.Data == nil {
			return coordination.Entry{}, errNoData
		}
		return coordination.BundleEntry(e)
	}, b.ID, b.Events, bundle.ErrInvalid)
}
