package custody_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// step is one command of a random stream. It answers the same on every store.
type step struct {
	name string
	run  func(o *office) error
}

// drawStep draws a command about a few records, holds, batches and items.
func drawStep(t *rapid.T, i int) step {
	id := rapid.SampledFrom([]archive.RecordID{"R1", "R2", "R3"}).Draw(t, "record")
	who := rapid.SampledFrom([]string{"rita", "anna", "bert"}).Draw(t, "who")
	class := rapid.SampledFrom([]string{"letters", "plans"}).Draw(t, "class")
	batch := fmt.Sprint("B", rapid.IntRange(0, 3).Draw(t, "batch"))
	n := rapid.IntRange(0, 99).Draw(t, "number")
	arrange := func(cmd fileplan.Command) func(*office) error {
		return func(o *office) error {
			_, err := o.Arrange(o.ctx, tenant, who, id, 0, cmd)
			return err
		}
	}
	steps := []step{
		{"file", func(o *office) error {
			_, err := o.File(o.ctx, tenant, who, archive.File{ID: id, Kind: "letter", Title: "t", Subject: "matter:1", MediaType: "m", Content: fmt.Append(nil, n%3)})
			return err
		}},
		{"classify", arrange(fileplan.Classify{Class: class, Reason: "because"})},
		{"describe", arrange(fileplan.Describe{Fields: map[string]string{"note": strconv.Itoa(n)}})},
		{"move", arrange(fileplan.MoveTo{Aggregation: "F"})},
		{"call", arrange(fileplan.Call{Alias: fmt.Sprint("alias-", n%4)})},
		{"annotate", arrange(fileplan.Annotate{Text: strconv.Itoa(n)})},
		{"finish", arrange(fileplan.Finish{})},
		{"declare", arrange(fileplan.Declare{})},
		{"refer", func(o *office) error {
			_, err := o.Refer(o.ctx, tenant, who, id, archive.Link{Type: archive.AttachmentOf, Target: archive.ToRecord("R1")})
			return err
		}},
		{"hold", func(o *office) error {
			scope := []retention.Scope{{Records: []archive.RecordID{id}}, {Classes: []string{class}}, {Conditions: []retention.Condition{{Field: "note", Value: strconv.Itoa(n)}}}}[n%3]
			_, err := o.IssueHold(o.ctx, tenant, who, retention.Hold{ID: fmt.Sprint("H", i), Matter: "M", Reason: "r", Scope: scope}, coordination.Carry{References: n%2 == 0})
			return err
		}},
		{"release", func(o *office) error {
			_, err := o.ReleaseHold(o.ctx, tenant, who, fmt.Sprint("H", n%max(i, 1)), 0, "over")
			return err
		}},
		{"ask", func(o *office) error {
			_, err := o.AskDisposal(o.ctx, tenant, who, retention.Ask{ID: batch, Action: retention.Destroy, Reason: "due"}, []archive.RecordID{id})
			return err
		}},
		{"approve", func(o *office) error {
			b, err := o.Disposal(o.ctx, tenant, batch)
			if err == nil {
				_, err = o.ApproveDisposal(o.ctx, tenant, who, batch, 0, b.Value.Scope)
			}
			return err
		}},
		{"destroy", func(o *office) error {
			_, err := o.Destroy(o.ctx, tenant, who, batch, 0, id)
			return err
		}},
		{"shelve", func(o *office) error {
			_, err := o.RegisterItem(o.ctx, tenant, who, "CK", paper.Item{Title: "i", Kind: []paper.Kind{paper.Document, paper.Container}[n%2], Home: "A"})
			return err
		}},
		{"handle", func(o *office) error {
			code := func(k int) paper.Barcode {
				c, _ := paper.MakeBarcode("CK", int64(k%4)+1) // in range
				return c
			}
			_, err := o.Handle(o.ctx, tenant, who, 0, []paper.Command{
				paper.Move{Code: code(n), To: "B"},
				paper.Put{Code: code(n), Into: code(n / 4)},
				paper.Put{Code: code(n / 4), Into: code(n)},
				paper.Lend{Code: code(n), To: "dora", Purpose: "p", Due: day(2040, 1, 1)},
				paper.Return{Code: code(n), Condition: "good"},
				paper.Miss{Code: code(n)},
				paper.Find{Code: code(n), On: "C"},
				paper.Remove{Code: code(n), Reason: "r"},
			}[n%8])
			return err
		}},
		{"year", func(*office) error { return nil }}, // it passes
	}
	return rapid.SampledFrom(steps).Draw(t, "step")
}

func (o *office) furnish() {
	o.plan()
	_, err := o.AddClass(o.ctx, tenant, "carol", fileplan.Class{ID: "plans", Title: "Plans", Schedule: "S", From: day(2019, 1, 1)})
	require.NoError(o.tb, err)
	_, err = o.PutRecordKind(o.ctx, tenant, "carol", 0, fileplan.Kind{Kind: "letter", Allowed: []string{"note"}})
	require.NoError(o.tb, err)
	_, err = o.OpenAggregation(o.ctx, tenant, "carol", fileplan.Aggregation{ID: "F", Title: "File"})
	require.NoError(o.tb, err)
}

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
}

func (o *office) world() world {
	w := world{make(map[archive.RecordID]fileplan.Filing), make(map[archive.RecordID]coordination.Retention), make(map[paper.Barcode]coordination.PlacedItem)}
	for _, id := range []archive.RecordID{"R1", "R2", "R3"} {
		f, err := o.Filing(o.ctx, tenant, id)
		if errors.Is(err, archive.ErrNotFound) {
			continue
		}
		require.NoError(o.tb, err)
		w.Filings[id] = f.Value
		w.Standing[id], err = o.Retention(o.ctx, tenant, id)
		require.NoError(o.tb, err)
	}
	page, _, err := o.Items(o.ctx, tenant, register.Query{Limit: register.MaxLimit})
	require.NoError(o.tb, err)
	for _, row := range page {
		w.Items[row.Value.Barcode], err = o.Item(o.ctx, tenant, row.Value.Barcode)
		require.NoError(o.tb, err)
	}
	return w
}

// streams draws a stream of commands.
func streams() *rapid.Generator[[]step] {
	return rapid.Custom(func(t *rapid.T) []step {
		out := make([]step, rapid.IntRange(1, 40).Draw(t, "steps"))
		for i := range out {
			out[i] = drawStep(t, i)
		}
		return out
	})
}

// checker is what a *testing.T and a *rapid.T have in common.
type checker interface {
	require.TestingT
	Fatalf(format string, args ...any)
}

// Invariants 1, 4, 6, 7, 8, 10 and 17: a random stream of commands answers the same on
// every store and leaves the same behind, and after each step what was promised holds.
func TestInvariants1And4And6To8And10And17(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) { sameOnBoth(rt, t.Context(), everystore.Memory(t), streams().Draw(rt, "stream")) })
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		for seed := range 8 {
			other := inTenant{Store: store, name: fmt.Sprint("office ", seed)}
			sameOnBoth(t, t.Context(), other, streams().Example(seed))
		}
	})
}

// inTenant is a store of which everybody uses one tenant, whatever they call it.
type inTenant struct {
	coordination.Store

	name string
}

func (s inTenant) View(ctx context.Context, _ string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.View(ctx, s.name, fn)
}

func (s inTenant) Update(ctx context.Context, _ string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.Update(ctx, s.name, fn)
}

// sameOnBoth runs a stream on a store and on one in memory.
func sameOnBoth(t checker, ctx context.Context, store coordination.Store, stream []step) {
	plain, o := newOffice(t, ctx, memory.New()), newOffice(t, ctx, store)
	plain.furnish()
	o.furnish()
	before, at := o.world(), day(2020, 1, 2)
	for _, s := range stream {
		at = at.Add(time.Minute)
		if s.name == "year" {
			at = at.AddDate(1, 0, 0)
		}
		plain.set(at)
		o.set(at)
		want, got := verdict(s.run(plain)), verdict(s.run(o))
		if want != got {
			t.Fatalf("%s: memory says %s, this store %s", s.name, want, got)
		}
		after := o.world()
		o.hold(t, s.name, got == "done", before, after)
		before = after
	}
	if diff := cmp.Diff(plain.world(), before); diff != "" {
		t.Fatalf("(-memory +this store)\n%s", diff)
	}
	o.replay(t, before)
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
		then, now := before.Standing[id], after.Standing[id]
		if then.Keeping.Stone != nil && now.Keeping.Stone == nil {
			t.Fatalf("%s: the tombstone of %s is gone", step, id)
		}
		if now.Keeping.Fate != then.Keeping.Fate {
			if step != "destroy" || len(then.Holds) > 0 || then.Standing.Due == (retention.Date{}) {
				t.Fatalf("%s: %s went although it was held or not due: %+v", step, id, then)
			}
		}
		_, _, err := o.OpenRecord(o.ctx, tenant, id)
		if gone := now.Keeping.Fate == retention.Destroyed; gone && !errors.Is(err, archive.ErrNotFound) && !shared(after, id) || !gone && err != nil {
			t.Fatalf("%s: content of %s: %v", step, id, err)
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

// shared reports whether a record that is here has the content of another.
func shared(w world, id archive.RecordID) bool {
	for other, f := range w.Filings {
		if other != id && f.Digest == w.Filings[id].Digest && w.Standing[other].Keeping.Fate != retention.Destroyed {
			return true
		}
	}
	return false
}

// replay folds the journal and compares with what the sheets hold.
func (o *office) replay(t checker, w world) {
	filings := make(map[archive.RecordID]fileplan.Filing)
	var house paper.House
	for after := int64(0); ; {
		page, next, err := o.Journal(o.ctx, tenant, coordination.JournalQuery{After: after})
		require.NoError(t, err)
		for _, e := range page {
			switch string(e.Room) {
			case string(coordination.RoomArchive):
				if e.Kind == "filed" {
					r, err := o.Record(o.ctx, tenant, archive.RecordID(e.Entity))
					require.NoError(t, err)
					filings[r.ID] = fileplan.Begin(r)
				}
			case "filing":
				done, err := fileplan.UnmarshalDone(e.Kind, e.Data)
				require.NoError(t, err)
				id := archive.RecordID(e.Entity)
				filings[id] = fileplan.Evolve(filings[id], fileplan.Event{At: e.At, Actor: e.Actor, Done: done})
			case "item":
				done, err := paper.UnmarshalDone(e.Kind, e.Data)
				require.NoError(t, err)
				house.Evolve(paper.Event{At: e.At, Actor: e.Actor, Done: done})
			}
		}
		if next == after {
			break
		}
		after = next
	}
	require.JSONEq(t, asJSON(t, w.Filings), asJSON(t, filings))
	for _, i := range house.Items() {
		require.JSONEq(t, asJSON(t, w.Items[i.Barcode].Value), asJSON(t, i))
	}
	require.Len(t, w.Items, len(house.Items()))
}

func asJSON(t checker, v any) string {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
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
