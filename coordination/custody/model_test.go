package custody_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// verdict is the class of an error with what it names, the same on every store.
func verdict(err error) string {
	if err == nil {
		return "done"
	}
	if r, ok := errors.AsType[*archive.RefusedError](err); ok {
		return fmt.Sprint(r.Command, r.Unmet)
	}
	for _, class := range []error{archive.ErrNotFound, archive.ErrConflict, archive.ErrInvalid, register.ErrNotFound, register.ErrConflict, register.ErrInvalid} {
		if errors.Is(err, class) {
			return class.Error()
		}
	}
	return err.Error()
}

// world is everything the invariants look at.
type world struct {
	Filings  map[archive.RecordID]fileplan.Filing
	Standing map[archive.RecordID]coordination.Retention
	Items    map[paper.Barcode]coordination.PlacedItem
	Batches  map[string]retention.Batch
	Holds    map[string]retention.Hold
	Edges    []archive.Reference
}

func (o *office) world() world {
	w := world{
		make(map[archive.RecordID]fileplan.Filing), make(map[archive.RecordID]coordination.Retention), make(map[paper.Barcode]coordination.PlacedItem),
		make(map[string]retention.Batch), make(map[string]retention.Hold), nil,
	}
	for _, id := range recordIDs() {
		f, filed := o.filing(id)
		if !filed {
			continue
		}
		w.Filings[id] = f
		var err error
		w.Standing[id], err = o.Retention(o.ctx, tenant, id)
		require.NoError(o.tb, err)
		edges, _, err := o.References(o.ctx, tenant, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: archive.Outward, Limit: archive.MaxLimit})
		require.NoError(o.tb, err)
		w.Edges = append(w.Edges, edges...)
	}
	page, _, err := o.Items(o.ctx, tenant, register.Query{Limit: register.MaxLimit})
	require.NoError(o.tb, err)
	for _, row := range page {
		w.Items[row.Value.Barcode], err = o.Item(o.ctx, tenant, row.Value.Barcode)
		require.NoError(o.tb, err)
	}
	batches, _, err := o.Disposals(o.ctx, tenant, register.Query{Limit: register.MaxLimit})
	require.NoError(o.tb, err)
	for _, row := range batches {
		w.Batches[row.ID] = row.Value
	}
	holds, _, err := o.Holds(o.ctx, tenant, register.Query{Limit: register.MaxLimit})
	require.NoError(o.tb, err)
	for _, row := range holds {
		w.Holds[row.ID] = row.Value
	}
	return w
}

// filing is what is known of a record by itself, whatever stands for it.
func (o *office) filing(id archive.RecordID) (f fileplan.Filing, filed bool) {
	err := o.store.View(o.ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		r, err := tx.Record(ctx, id)
		if err != nil {
			return err
		}
		f, filed = fileplan.Begin(r), true
		s, err := tx.Sheet(ctx, "filing", string(id))
		if errors.Is(err, register.ErrNotFound) {
			return nil
		}
		if err == nil {
			f = fileplan.Filing{}
			err = json.Unmarshal(s.Body, &f)
		}
		return err
	})
	if !errors.Is(err, archive.ErrNotFound) {
		require.NoError(o.tb, err)
	}
	return f, filed
}

// stands is the record that stands for one.
func (w *world) stands(id archive.RecordID) archive.RecordID {
	for _, e := range w.Edges {
		if e.Type == archive.MergedInto && e.Source == archive.ToRecord(id) {
			return w.stands(archive.RecordID(e.Target.Value))
		}
	}
	return id
}

// group are the records that are one thing with a record.
func (w *world) group(id archive.RecordID) (out []archive.RecordID) {
	for _, other := range slices.Sorted(maps.Keys(w.Filings)) {
		if w.stands(other) == w.stands(id) {
			out = append(out, other)
		}
	}
	return out
}

// checker is what a *testing.T and a *rapid.T have in common.
type checker interface {
	require.TestingT
	Fatalf(format string, args ...any)
}

// Invariants 1, 4, 6, 7, 8, 10 and 17: a random stream of commands answers the same on
// every store and leaves the same behind, and after each step what was promised holds.
// Every command is carried out and is refused, several times in memory and on every
// store: a stream that never comes to the end of a record proves nothing of it.
func TestInvariants1And4And6To8And10And17(t *testing.T) {
	t.Parallel()
	anything := make(tally)
	rapid.Check(t, func(rt *rapid.T) {
		sameOnBoth(rt, t.Context(), everystore.Memory(t), streams().Draw(rt, "stream"), anything)
	})
	t.Logf("done and refused: %v", anything)
	known := make(tally)
	for seed := range 48 {
		sameOnBoth(t, t.Context(), everystore.Memory(t), streams().Example(seed), known)
	}
	known.enough(t, 3)
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store, counts := open(t), make(tally)
		for seed := range 16 {
			sameOnBoth(t, t.Context(), everystore.InTenant(store, fmt.Sprint("office ", seed)), streams().Example(seed), counts)
		}
		counts.enough(t, 1)
	})
}

// tally counts for each command how often it was done and how often refused.
type tally map[string][2]int

func (c tally) add(command string, done bool) {
	n := c[command]
	if done {
		n[0]++
	} else {
		n[1]++
	}
	c[command] = n
}

// enough needs each command to have been done and refused so often. The counts come from streams
// that are always the same ones, so it cannot fail by chance.
func (c tally) enough(t *testing.T, often int) {
	t.Helper()
	for _, s := range (drawn{}).steps() {
		n := c[s.name]
		require.GreaterOrEqual(t, n[0], often, "%s was hardly ever done: %v", s.name, c)
		if s.name != waiting {
			require.GreaterOrEqual(t, n[1], often, "%s was hardly ever refused: %v", s.name, c)
		}
	}
}

// sameOnBoth runs a stream on a store and on one in memory, and counts.
func sameOnBoth(t checker, ctx context.Context, store coordination.Store, stream []step, counts tally) {
	plain, o := newOffice(t, ctx, memory.New()), newOffice(t, ctx, store)
	plain.furnish()
	o.furnish()
	before, at := o.world(), day(2020, 1, 2)
	for _, s := range stream {
		at = at.Add(time.Minute).AddDate(0, s.months, 0)
		plain.set(at)
		o.set(at)
		want, got := verdict(s.run(plain)), verdict(s.run(o))
		if want != got {
			t.Fatalf("%s: memory says %s, this store %s", s.name, want, got)
		}
		after := o.world()
		counts.add(s.name, got == "done")
		o.hold(t, s.name, got == "done", before, after)
		for id := range after.Filings {
			o.fate(t, s.name, id, before, after, at)
			for _, h := range after.Holds {
				listed := slices.ContainsFunc(after.Standing[id].Holds, func(other retention.Hold) bool { return other.ID == h.ID })
				if want := h.Released.IsZero() && after.holds(h, id); listed != want {
					t.Fatalf("%s: that %s holds %s is said: %v, and is so: %v", s.name, h.ID, id, listed, want)
				}
			}
		}
		before = after
	}
	if diff := cmp.Diff(plain.world(), before); diff != "" {
		t.Fatalf("(-memory +this store)\n%s", diff)
	}
	o.replay(t, before)
	everystore.CheckBooks(t, ctx, store, tenant)
}

// hold checks what has to be so after a step.
func (o *office) hold(t checker, step string, done bool, before, after world) {
	for id, was := range before.Filings {
		is, there := after.Filings[id]
		switch {
		case !there:
			t.Fatalf("%s: %s is no record any more", step, id)
		case was.Record != is.Record || was.Digest != is.Digest:
			t.Fatalf("%s: the content of %s changed", step, id)
		case was.State == fileplan.Declared && (is.State != fileplan.Declared || !maps.Equal(was.Fields, is.Fields) || was.Current() != is.Current()):
			t.Fatalf("%s: %s was declared and changed", step, id)
		case !slices.Equal(was.Aliases, is.Aliases[:min(len(was.Aliases), len(is.Aliases))]):
			t.Fatalf("%s: %s lost a name", step, id)
		}
	}
	names := make(map[string]archive.RecordID)
	for id, f := range after.Filings {
		for _, alias := range f.Aliases {
			if other, taken := names[alias]; taken {
				t.Fatalf("%s: %s and %s are both called %s", step, id, other, alias)
			}
			names[alias] = id
		}
	}
	for code, i := range after.Items {
		places := 0
		for _, is := range []bool{i.Value.At != "", i.Value.In != "", i.Value.Loan != nil, !i.Value.Gone.IsZero()} {
			if is {
				places++
			}
		}
		if places != 1 || len(i.Place.Container) > len(after.Items) {
			t.Fatalf("%s: %s is in %d places", step, code, places)
		}
		if was, known := before.Items[code]; known && was.Value.Home != i.Value.Home {
			t.Fatalf("%s: the home of %s changed", step, code)
		}
	}
	if step == "shelve" && done && len(after.Items) != len(before.Items)+1 {
		t.Fatalf("a barcode was given twice")
	}
}

// fate checks what became of a record in a step: invariants 7 and 8, by the world
// before it and not by what the rules read.
func (o *office) fate(t checker, step string, id archive.RecordID, before, after world, at time.Time) {
	then, now := before.Standing[id], after.Standing[id]
	ended := func(r coordination.Retention) bool {
		return r.Keeping.Fate == retention.Destroyed || r.Keeping.Fate == retention.Transferred
	}
	gone, stands := ended(now), after.stands(id)
	r, _, err := o.OpenRecord(o.ctx, tenant, id)
	if lost := ended(after.Standing[stands]); lost != errors.Is(err, archive.ErrGone) || !lost && (err != nil || r.ID != stands) {
		t.Fatalf("%s: content of %s, for which %s stands: %v", step, id, stands, err)
	}
	if gone && o.stored(after.Filings[id].Digest) != shared(after, id) {
		t.Fatalf("%s: the bytes of %s are there: %v", step, id, !shared(after, id))
	}
	if then.Keeping.Fate != "" {
		if diff := cmp.Diff(then.Keeping, now.Keeping); diff != "" {
			t.Fatalf("%s: %s had come to its end (-before +after)\n%s", step, id, diff)
		}
		return
	}
	if now.Keeping.Fate == "" {
		return
	}
	b, f := before.Batches[now.Keeping.Batch], before.Filings[id]
	action := map[string]retention.Action{"destroy": retention.Destroy, "hand over": retention.Transfer}[step]
	if b.ID == "" || b.Withdrawn || b.Action != action || then.Standing.Action != action {
		t.Fatalf("%s: %s went, due to %s, under %+v", step, id, then.Standing.Action, b)
	}
	if due := then.Standing.Due; due == (retention.Date{}) || due.Compare(retention.DateOf(at, time.UTC)) > 0 {
		t.Fatalf("%s: %s went and is due %s", step, id, due)
	}
	if !slices.ContainsFunc(b.Items, func(i retention.BatchItem) bool { return i.Record == id && i.Digest == f.Current() }) {
		t.Fatalf("%s: %s went with a content that is not in %+v", step, id, b)
	}
	people := make(map[string]bool)
	for _, a := range b.Approvals {
		people[a.By] = a.Scope == b.Scope && a.By != b.Requester
	}
	delete(people, b.Requester)
	if needed := map[retention.Action]int{retention.Destroy: 1, retention.Transfer: 2}[action]; len(people) < needed || slices.Contains(slices.Collect(maps.Values(people)), false) {
		t.Fatalf("%s: %s went and %d had to approve %+v", step, id, needed, b)
	}
	for _, other := range before.group(id) {
		if ended(before.Standing[other]) {
			continue
		}
		if !slices.ContainsFunc(b.Items, func(i retention.BatchItem) bool { return i.Record == other }) {
			t.Fatalf("%s: %s went without %s, which is the same thing", step, id, other)
		}
		if was := before.Standing[other].Standing; was.Action != action || was.Due != then.Standing.Due {
			t.Fatalf("%s: %s went, due %s, and %s is the same thing, due to %s %s", step, id, then.Standing.Due, other, was.Action, was.Due)
		}
	}
	for _, e := range before.Edges {
		if e.Type == archive.MergedInto && before.stands(archive.RecordID(e.Source.Value)) == before.stands(id) && e.At.After(b.Requested) {
			t.Fatalf("%s: %s went under %+v, and was merged afterwards", step, id, b)
		}
	}
	for _, h := range before.Holds {
		if before.holds(h, id) && (h.Released.IsZero() || h.Issued.After(b.Requested) || h.Released.After(b.Requested)) {
			t.Fatalf("%s: %s went under %+v in spite of %+v", step, id, b, h)
		}
	}
	if stone := now.Keeping.Stone; stone == nil || stone.Record != id || stone.Batch != b.ID || stone.Scope != b.Scope || stone.Digest != f.Current() || stone.Action != action {
		t.Fatalf("%s: %s left %+v", step, id, stone)
	}
}

// holds reports whether a hold covers a record or comes to it from one that it covers:
// whether the record is in what spreads from those over the whole graph.
func (w *world) holds(h retention.Hold, id archive.RecordID) bool {
	var covered []archive.RecordID
	var nodes []reference.Node
	for id, f := range w.Filings {
		nodes = append(nodes, reference.Node{ID: id})
		if covers(h, f) {
			covered = append(covered, id)
		}
	}
	if !h.Carry.References {
		return slices.ContainsFunc(w.group(id), func(one archive.RecordID) bool { return slices.Contains(covered, one) })
	}
	return slices.Contains(retention.Spread(reference.NewGraph(nodes, w.Edges), h.Carry.Optional, covered...), id)
}

// covers reports whether a hold of a stream covers a record: its scope names one of
// these things.
func covers(h retention.Hold, f fileplan.Filing) bool {
	for _, c := range h.Scope.Conditions {
		if f.Fields[c.Field] == c.Value {
			return true
		}
	}
	return slices.Contains(h.Scope.Records, f.Record) || slices.Contains(h.Scope.Classes, f.Class) || slices.Contains(h.Scope.Aggregations, f.Aggregation)
}

// shared reports whether a record that is here has the content of another.
func shared(w world, id archive.RecordID) bool {
	for other, f := range w.Filings {
		if other != id && f.Digest == w.Filings[id].Digest && w.Standing[other].Keeping.Fate == "" {
			return true
		}
	}
	return false
}

// Invariant 9: a new version of a schedule, and another class, never make a record due
// earlier unless somebody named an authority.
func TestInvariant9NothingIsDueEarlierSilently(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		o.file("R1", "one")
		due := func() string {
			r, err := o.Retention(ctx, tenant, "R1")
			require.NoError(t, err)
			return r.Standing.Due.String()
		}
		version := func(years, from int, shortens string) {
			s := schedule(years, shortens)
			s.From = retention.Date{Year: from, Month: 1, Day: 1}
			_, err := o.AddSchedule(ctx, tenant, "carol", s)
			require.NoError(t, err)
		}
		require.Equal(t, "2022-01-02", due())
		version(1, 2021, "")
		o.set(day(2021, 2, 1))
		require.Equal(t, "2022-01-02", due(), "shorter")
		version(5, 2022, "")
		require.Equal(t, "2022-01-02", due(), "not in force yet")
		o.set(day(2022, 2, 1))
		require.Equal(t, "2025-01-02", due(), "longer")
		version(3, 2023, "Act 2")
		o.set(day(2023, 2, 1))
		require.Equal(t, "2023-01-02", due(), "by authority")
		short := schedule(1, "")
		short.ID = "short"
		_, err := o.AddSchedule(ctx, tenant, "carol", short)
		require.NoError(t, err)
		_, err = o.AddClass(ctx, tenant, "carol", fileplan.Class{ID: "notes", Title: "Notes", Schedule: "short", From: day(2019, 1, 1)})
		require.NoError(t, err)
		_, err = o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.Classify{Class: "notes", Reason: "it is one"})
		require.NoError(t, err)
		require.Equal(t, "2023-01-02", due(), "another class")
		_, err = o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.Classify{Class: "notes", Reason: "it is one", Authority: "the archivist"})
		require.NoError(t, err)
		require.Equal(t, "2021-01-02", due(), "by authority")
		_, err = o.AddSchedule(ctx, tenant, "carol", schedule(1, ""))
		require.Equal(t, []string{"from"}, unmet(err), "versions are in force one after the other")
		late := schedule(1, "")
		late.From = retention.DateOf(day(2023, 2, 1), time.UTC)
		_, err = o.AddSchedule(ctx, tenant, "carol", late)
		require.Equal(t, []string{"past"}, unmet(err), "none is dated back")
		_, err = o.AddClass(ctx, tenant, "carol", fileplan.Class{ID: "notes", Title: "Notes", Schedule: "short", From: day(2022, 1, 1)})
		require.Equal(t, []string{"past"}, unmet(err))
	})
}
