package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
)

// bundling is a history of a bundle with n events.
func bundling(n int64) []bundle.Data {
	out := []bundle.Data{bundle.CreatedData{Title: "spring", Mode: bundle.Atomic}}
	for i := int64(1); i < n; i++ {
		out = append(out, bundle.AddedData{Request: fmt.Sprint("m", i)})
	}
	return out
}

// bundleAfter is a bundle after what happens to it next, with the events of that.
func bundleAfter(b bundle.Bundle, id string, data ...bundle.Data) (bundle.Bundle, []bundle.Event) {
	var events []bundle.Event
	for _, d := range data {
		ev := bundle.Event{Bundle: id, Seq: b.Events + 1, At: minute(b.Events), Actor: "carl", Data: d}
		b, events = bundle.Evolve(b, ev), append(events, ev)
	}
	return b, events
}

func addToBundle(ctx context.Context, tx bundle.Tx, id string, data ...bundle.Data) (bundle.Bundle, error) {
	b, err := tx.ChangeBundle(ctx, id)
	if err != nil && !errors.Is(err, bundle.ErrNotFound) {
		return bundle.Bundle{}, err
	}
	b, events := bundleAfter(b, id, data...)
	return tx.PutChangeBundle(ctx, b, events...)
}

func putBundleAt(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (int64, error) {
	b, ev := bundleAfter(bundle.Bundle{}, id, bundling(events+1)...)
	b.Rev = rev
	b, err := tx.PutChangeBundle(ctx, b, ev[events:]...)
	return b.Rev, err
}

func bundleHistory(ctx context.Context, tx bundle.Tx, id string) ([]bundle.Event, error) {
	return history(func(after int64) ([]bundle.Event, int64, error) { return tx.ChangeBundleEvents(ctx, id, after, 0) })
}

func (d *holding) readBundles(ctx context.Context, tx bundle.Tx) (err error) {
	d.Bundles, err = follow(func(after string) ([]bundle.Bundle, string, error) {
		return tx.ChangeBundles(ctx, bundle.Query{After: after})
	})
	d.BundleEvents = make(map[string][]bundle.Event)
	for _, b := range d.Bundles {
		events, readErr := bundleHistory(ctx, tx, b.ID)
		d.BundleEvents[b.ID], err = events, errors.Join(err, readErr)
	}
	return err
}

func bundleList() list {
	return list{
		name: "ChangeBundles", invalid: bundle.ErrInvalid, compare: newestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			ev := bundle.Event{Bundle: id, Seq: 1, At: minute(at), Actor: "carl", Data: bundling(1)[0]}
			_, err := tx.PutChangeBundle(ctx, bundle.Fold([]bundle.Event{ev}), ev)
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.ChangeBundles(ctx, bundle.Query{After: after, Limit: limit})
			return ids(page, func(b bundle.Bundle) string { return b.ID }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			if _, _, err := tx.ChangeBundles(ctx, bundle.Query{After: "x" + after}); err != nil {
				return err
			}
			return nil
		},
	}
}

func bundleComesBack(h *harness) {
	want, events := bundleAfter(bundle.Bundle{}, "a", append(bundling(4),
		bundle.RemovedData{Request: "m2", Reason: "it waits, \"for\" parts"}, bundle.Unknown{Of: "later", Raw: []byte(`{"x":[1]}`)})...)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.PutChangeBundle(ctx, want, events...)
		want.Rev++
		require.Empty(h, cmp.Diff(want, got), "what Put returns")
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.ChangeBundle(ctx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		page, _, err := tx.ChangeBundles(ctx, bundle.Query{})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]bundle.Bundle{want}, page))
		history, err := bundleHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(events, history))
		folded := bundle.Fold(history)
		folded.Rev = want.Rev
		require.Empty(h, cmp.Diff(want, folded), "the row is the fold of its events")
		_, err = tx.ChangeBundle(ctx, "b")
		require.ErrorIs(h, err, bundle.ErrNotFound)
		return nil
	})
}

func putsBundle(id string, shift int64, word string) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		had := w.bundles[id]
		data := bundle.Data(bundle.AddedData{Request: word})
		switch {
		case had.Rev == 0:
			data = bundle.CreatedData{Title: word, Mode: bundle.Memberwise}
		case had.Has(word):
			data = bundle.RemovedData{Request: word, Reason: "over"}
		}
		b, events := bundleAfter(had, id, data)
		b.Rev += shift
		got, err := tx.PutChangeBundle(ctx, b, events...)
		if shift != 0 {
			return expect("put bundle", err, bundle.ErrConflict)
		}
		if err != nil || got.Rev != had.Rev+1 {
			return differ("put bundle", fmt.Sprint(got.Rev, err), had.Rev+1)
		}
		w.bundles[id] = got.Clone()
		w.bundling[id] = slices.Concat(w.bundling[id], events)
		w.journal = append(w.journal, fmt.Sprintf("bundle %s %d", id, events[0].Seq))
		return nil
	}
}
