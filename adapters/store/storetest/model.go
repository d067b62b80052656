package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// model: whatever is done in whatever order, with rollbacks in between, a store
// holds what plain maps would hold; every row is the fold of its events.
func model(h *harness) {
	h.run("Units", func(h *harness) {
		var tenants atomic.Int64
		rapid.Check(h, func(t *rapid.T) {
			h.playUnits(t, fmt.Sprint("tenant ", tenants.Add(1)))
		})
	})
}

func (h *harness) playUnits(t *rapid.T, tenant string) {
	w := newWorld()
	for range rapid.IntRange(1, 6).Draw(t, "units") {
		acts := rapid.SliceOfN(rapid.Custom(drawAct), 1, 5).Draw(t, "acts")
		end := rapid.SampledFrom([]string{"commit", "commit", "commit", "error", "panic", "cancel"}).Draw(t, "end")
		w = h.playUnit(t, tenant, w, acts, end)
		h.compareWorld(t, tenant, &w)
	}
}

// playUnit runs a unit on the store and on the world, and returns the world as
// it is afterwards.
func (h *harness) playUnit(t *rapid.T, tenant string, w world, acts []act, end string) world {
	ctx, cancel := context.WithCancel(h.Context())
	defer cancel()
	var next world
	unit := func(ctx context.Context, tx coordination.Tx) error {
		next = w.clone()
		for _, a := range acts {
			if err := a(ctx, tx, &next); err != nil {
				return err
			}
		}
		switch end {
		case "error":
			return errBoom
		case "panic":
			panic(errBoom)
		case "cancel":
			cancel()
		}
		return nil
	}
	err := catch(func() error { return h.store.Update(ctx, tenant, unit) })
	want := map[string]error{"error": errBoom, "panic": errBoom, "cancel": context.Canceled}[end]
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Fatalf("unit that ends with %s: %v", end, err)
	}
	if end == "commit" {
		return next
	}
	return w
}

// catch turns a panic with an error into that error.
func catch(fn func() error) (err error) {
	defer func() {
		if p, ok := recover().(error); ok {
			err = p
		}
	}()
	return fn()
}

func (h *harness) compareWorld(t *rapid.T, tenant string, w *world) {
	got := h.dump(tenant, "a", "b", "B", "ä")
	var journal []string
	for i, e := range got.Journal {
		if e.Position != int64(i+1) {
			t.Fatalf("entry %d has position %d", i+1, e.Position)
		}
		journal = append(journal, fmt.Sprintf("%s %s %d", e.Room, e.Entity, e.Seq))
	}
	if diff := gocmp.Diff(w.journal, journal); diff != "" {
		t.Fatalf("journal: want - got +\n%s", diff)
	}
	got.Journal, got.Claimable = nil, nil
	if diff := gocmp.Diff(w.holding(), got); diff != "" {
		t.Fatalf("tenant: want - got +\n%s", diff)
	}
	for _, r := range got.Requests {
		h.compareHistory(t, tenant, r, got.RequestEvents[r.ID])
	}
	for _, s := range got.Sheets {
		folded := foldSheet(got.SheetEvents[s.Book+"/"+s.ID])
		folded.Rev = s.Rev
		if diff := gocmp.Diff(folded, s); diff != "" {
			t.Fatalf("fold of sheet %q: want - got +\n%s", s.ID, diff)
		}
	}
}

// holding is the world as a dump shows it.
func (w *world) holding() holding {
	d := holding{
		Requests: slices.Collect(maps.Values(w.requests)), Records: slices.Collect(maps.Values(w.records)),
		Obligations: slices.Collect(maps.Values(w.obligations)), RequestEvents: w.history, RecordEvents: w.filings,
		Bundles: slices.Collect(maps.Values(w.bundles)), BundleEvents: w.bundling, ObligationEvents: w.settling, Replies: w.replies, Counter: w.counter + 1,
		Sheets: slices.Concat(w.bookOf(issues), w.bookOf(meetings)), SheetEvents: w.noted,
		Said:     slices.Concat(said(w.bookOf(issues)), said(w.bookOf(meetings))),
		Contents: make(map[archive.Digest]string), References: make(map[string]archive.Reference),
	}
	slices.SortFunc(d.Requests, func(a, b changereq.Request) int {
		return newestFirst(listed{a.Opened.Unix(), string(a.ID)}, listed{b.Opened.Unix(), string(b.ID)})
	})
	slices.SortFunc(d.Records, func(a, b archive.Record) int {
		return newestFirst(listed{a.Filed.Unix(), string(a.ID)}, listed{b.Filed.Unix(), string(b.ID)})
	})
	slices.SortFunc(d.Obligations, func(a, b notice.Obligation) int {
		return oldestFirst(listed{a.OwedAt.Unix(), a.ID}, listed{b.OwedAt.Unix(), b.ID})
	})
	d.Slots = w.slots()
	slices.SortFunc(d.Bundles, func(a, b bundle.Bundle) int {
		return newestFirst(listed{a.Created.Unix(), a.ID}, listed{b.Created.Unix(), b.ID})
	})
	for id, r := range w.records {
		d.Contents[r.Digest] = w.contents[r.Digest]
		for _, ref := range w.references {
			if ref.Source == archive.ToRecord(id) || ref.Target == archive.ToRecord(id) {
				d.References[ref.ID] = ref
			}
		}
	}
	return d
}

// compareHistory checks that a row is the fold of its events and that what it
// was at any time is the fold of their beginning.
func (h *harness) compareHistory(t *rapid.T, tenant string, r changereq.Request, events []changereq.Event) {
	folded := changereq.Fold(events)
	folded.Rev = r.Rev
	if diff := gocmp.Diff(folded, r); diff != "" {
		t.Fatalf("fold of %q: want - got +\n%s", r.ID, diff)
	}
	service, err := changereq.New(changereq.Config{
		Store: coordination.ChangeRequests(h.store), Now: func() time.Time { return minute(0) }, NewID: func() string { return "" },
	})
	require.NoError(h, err)
	n := rapid.IntRange(1, len(events)).Draw(t, "as of event")
	got, err := service.AsOf(h.Context(), tenant, r.ID, events[n-1].At)
	if err != nil {
		t.Fatalf("%q as of event %d: %v", r.ID, n, err)
	}
	if diff := gocmp.Diff(changereq.Fold(events[:n]), got); diff != "" {
		t.Fatalf("%q as of event %d: want - got +\n%s", r.ID, n, diff)
	}
	_, err = service.AsOf(h.Context(), tenant, r.ID, events[0].At.Add(-time.Microsecond))
	if !errors.Is(err, changereq.ErrNotFound) {
		t.Fatalf("%q before its first event: %v", r.ID, err)
	}
}
