package memory

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
)

func bundleKind() *kind[bundle.Event] {
	return &kind[bundle.Event]{
		room: func(bundle.Event) coordination.Room { return coordination.RoomBundle }, entry: coordination.BundleEntry, event: coordination.Entry.BundleEvent, clone: bundle.Event.Clone,
		head: func(ev bundle.Event) head { return head{ev.Bundle, ev.Seq, ev.At, ev.Actor, ev.Data != nil} },
	}
}

func placeBundle() layout[bundle.Bundle] {
	return layout[bundle.Bundle]{at: func(b *bundle.Bundle) int64 { return b.Created.UnixMicro() }, key: all[bundle.Bundle]}
}

// ChangeBundle of bundle.Tx.
func (x *tx) ChangeBundle(_ context.Context, id string) (bundle.Bundle, error) {
	b := x.bundles.get(id)
	if b == nil {
		return bundle.Bundle{}, bundle.ErrNotFound
	}
	return b.Clone(), nil
}

// ChangeBundles of bundle.Tx.
func (x *tx) ChangeBundles(_ context.Context, q bundle.Query) ([]bundle.Bundle, string, error) {
	clone := func(b *bundle.Bundle) bundle.Bundle { return b.Clone() }
	page, next, err := x.bundles.page(nil, q.Filter(), q.After, descending, bundle.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", bundle.ErrInvalid, err)
	}
	return page, next, nil
}

// PutChangeBundle of bundle.Tx.
func (x *tx) PutChangeBundle(_ context.Context, b bundle.Bundle, events ...bundle.Event) (bundle.Bundle, error) {
	if err := x.writable(); err != nil {
		return bundle.Bundle{}, err
	}
	if err := b.Storable(); err != nil {
		return bundle.Bundle{}, err
	}
	if !x.bundles.table.kind.lead(b.ID, b.Events, events) {
		return bundle.Bundle{}, unled(bundle.ErrInvalid, b.Events)
	}
	w := x.bundles.touch(b.ID)
	var have int64
	if stored := w.current(); stored != nil {
		have = stored.Rev
	}
	if have != b.Rev {
		return bundle.Bundle{}, fmt.Errorf("%w: bundle %q is at revision %d, not %d; read it again", bundle.ErrConflict, b.ID, have, b.Rev)
	}
	if w.history()+int64(len(events)) != b.Events {
		return bundle.Bundle{}, gap(bundle.ErrInvalid, w.history(), b.Events)
	}
	b.Rev++
	x.bundles.put(w, b.Clone(), events...)
	return b, nil
}

// ChangeBundleEvents of bundle.Tx.
func (x *tx) ChangeBundleEvents(_ context.Context, id string, after int64, limit int) ([]bundle.Event, int64, error) {
	page, next := x.bundles.events(id, after, bundle.ClampLimit(limit))
	return page, next, nil
}
