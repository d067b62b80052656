package custody_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

// web is an office with what is known of its references beside it, kept in the plainest way.
type web struct {
	*office

	filed    []archive.RecordID
	gone     map[archive.RecordID]bool
	into     map[archive.RecordID]archive.RecordID // of those that were merged
	names    map[string]archive.RecordID
	edges    map[string]archive.Reference
	resolved map[string]string // open reference: the one that it became
	at       time.Time
}

func names() []archive.RecordID { return []archive.RecordID{"A", "B", "C", "D", "E", "F"} }

// end draws an end: a record that is filed or not, a text that may be a name, an address.
func (*web) end(t *rapid.T) archive.End {
	switch rapid.IntRange(0, 5).Draw(t, "kind of end") {
	case 0:
		return archive.End{Kind: archive.EndText, Value: rapid.SampledFrom([]string{"A", "F", "alias-0", "alias-1", "BCP 14"}).Draw(t, "text")}
	case 1:
		return archive.End{Kind: archive.EndURI, Value: "https://example.org/1"}
	}
	return archive.ToRecord(rapid.SampledFrom(names()).Draw(t, "record"))
}

// stands is the record that stands for one.
func (w *web) stands(id archive.RecordID) archive.RecordID {
	for w.into[id] != "" {
		id = w.into[id]
	}
	return id
}

// one names an end by the record that stands for it.
func (w *web) one(e archive.End) archive.End {
	if e.Kind == archive.EndRecord {
		return archive.ToRecord(w.stands(archive.RecordID(e.Value)))
	}
	return e
}

// group are the records that are one thing with a record.
func (w *web) group(id archive.RecordID) []archive.RecordID {
	return slices.DeleteFunc(names(), func(other archive.RecordID) bool { return w.stands(other) != w.stands(id) })
}

// reaches reports whether an end leads to another over edges of a type.
func (w *web) reaches(from, to archive.End, t archive.ReferenceType) bool {
	from, to = w.one(from), w.one(to)
	seen := map[archive.End]bool{from: true}
	for next := []archive.End{from}; len(next) > 0; next = next[1:] {
		if next[0] == to {
			return true
		}
		for _, e := range w.edges {
			if target := w.one(e.Target); e.Type == t && w.one(e.Source) == next[0] && !seen[target] {
				seen[target] = true
				next = append(next, target)
			}
		}
	}
	return false
}

// circular reports whether a reference would make a circle that its type does not have.
func (w *web) circular(ref archive.Reference) bool {
	info, _ := ref.Type.Info()
	return info.Acyclic && w.edges[ref.ID].ID == "" && w.reaches(ref.Target, ref.Source, ref.Type)
}

func (w *web) some(t *rapid.T) archive.RecordID {
	return rapid.SampledFrom(w.filed).Draw(t, "of those filed")
}

func (w *web) actions() map[string]func(*rapid.T) {
	arrange := func(cmd func(t *rapid.T) fileplan.Command) func(t *rapid.T) {
		return func(t *rapid.T) {
			if len(w.filed) > 0 {
				_, _ = w.Arrange(w.ctx, tenant, "carol", w.some(t), 0, cmd(t)) // whether it is done or refused, no reference minds
			}
		}
	}
	return map[string]func(*rapid.T){
		"file": func(t *rapid.T) {
			id := rapid.SampledFrom(names()).Draw(t, "id")
			if !slices.Contains(w.filed, id) {
				w.file(id, "content of "+string(id))
				w.filed = append(w.filed, id)
			}
		},
		"refer":   w.refer,
		"resolve": w.resolve,
		"classify": arrange(func(*rapid.T) fileplan.Command {
			return fileplan.Classify{Class: "letters", Reason: "again", Authority: "x"}
		}),
		"move": arrange(func(*rapid.T) fileplan.Command { return fileplan.MoveTo{Aggregation: "F"} }),
		"name": func(t *rapid.T) {
			if len(w.filed) == 0 {
				return
			}
			id, alias := w.some(t), rapid.SampledFrom([]string{"alias-0", "alias-1"}).Draw(t, "alias")
			_, err := w.Arrange(w.ctx, tenant, "carol", id, 0, fileplan.Call{Alias: alias})
			if _, taken := w.names[alias]; w.stands(id) != id {
				require.Equal(t, []string{"merged"}, unmet(err))
			} else if !taken {
				require.NoError(t, err, "also of what was destroyed")
				w.names[alias] = id
			}
		},
		"merge": w.merge,
		"destroy": func(t *rapid.T) {
			if len(w.filed) == 0 {
				return
			}
			if id := w.some(t); !w.gone[id] {
				w.at = w.at.AddDate(3, 0, 0)
				w.set(w.at)
				all := w.group(id)
				b := w.approved(all...)
				for _, one := range all {
					_, err := w.Destroy(w.ctx, tenant, "rita", b.ID, 0, one)
					require.NoError(t, err)
					w.gone[one] = true
				}
			}
		},
	}
}

func (w *web) refer(t *rapid.T) {
	if len(w.filed) == 0 {
		return
	}
	id := w.some(t)
	link := archive.Link{Type: rapid.SampledFrom([]archive.ReferenceType{archive.Supersedes, archive.Supersedes, archive.Amends, archive.SeeAlso, archive.References}).Draw(t, "type"), Target: w.end(t)}
	if n := rapid.IntRange(0, 3).Draw(t, "valid from"); n > 0 {
		link.ValidFrom = day(2000+n, 1, 1)
	}
	want := archive.NewReference(link.Type, archive.ToRecord(id), link.Target, link.Terms)
	ref, err := w.Refer(w.ctx, tenant, "carol", id, link)
	switch {
	case link.Target == archive.ToRecord(id):
		require.ErrorIs(t, err, archive.ErrInvalid)
	case w.circular(want):
		require.Equal(t, []string{"acyclic"}, unmet(err))
	default:
		require.NoError(t, err)
		require.Equal(t, want.ID, ref.ID)
		if _, known := w.edges[ref.ID]; !known {
			w.edges[ref.ID] = ref
		}
	}
}

func (w *web) merge(t *rapid.T) {
	if len(w.filed) == 0 {
		return
	}
	id, into := w.some(t), w.some(t)
	r, err := w.Merge(w.ctx, tenant, "carol", id, 0, into, "the same")
	ref := archive.NewReference(archive.MergedInto, archive.ToRecord(id), archive.ToRecord(into), archive.Terms{})
	leads := false
	for _, info := range archive.ReferenceTypes() {
		leads = leads || info.Acyclic && (w.reaches(ref.Source, ref.Target, info.Type) || w.reaches(ref.Target, ref.Source, info.Type))
	}
	switch {
	case w.gone[id] || w.gone[into]:
		require.Contains(t, unmet(err), "gone")
	case id == into:
		require.ErrorIs(t, err, archive.ErrInvalid)
	case w.stands(id) != id || w.stands(into) != into:
		require.Contains(t, unmet(err), "merged")
	case leads:
		require.Contains(t, unmet(err), "acyclic")
	default:
		require.NoError(t, err)
		require.Equal(t, into, r.ID)
		w.into[id] = into
		w.edges[ref.ID], err = w.reference(ref)
		require.NoError(t, err)
	}
}

// reference reads an edge as it is stored.
func (o *office) reference(ref archive.Reference) (out archive.Reference, err error) {
	err = o.store.View(o.ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		out, err = tx.Reference(ctx, ref.Source, ref.ID)
		return err
	})
	return out, err
}

// called is the record of a name, as far as it is known.
func (w *web) called(name string) archive.RecordID {
	if slices.Contains(w.filed, archive.RecordID(name)) {
		return w.stands(archive.RecordID(name))
	}
	return w.stands(w.names[name])
}

func (w *web) resolve(t *rapid.T) {
	var open []string
	for id, e := range w.edges {
		if e.Target.Kind == archive.EndText {
			open = append(open, id)
		}
	}
	if len(open) == 0 {
		return
	}
	slices.Sort(open)
	id := rapid.SampledFrom(open).Draw(t, "open")
	e := w.edges[id]
	means := w.called(e.Target.Value)
	ref, err := w.Resolve(w.ctx, tenant, "carol", id, "")
	link := archive.NewReference(e.Type, e.Source, archive.ToRecord(means), e.Terms)
	switch became := w.resolved[id]; {
	case became != "":
		require.NoError(t, err)
		require.Equal(t, became, ref.ID, "the same again")
	case means == "":
		require.Equal(t, []string{"called"}, unmet(err))
	case link.Source == link.Target:
		require.ErrorIs(t, err, archive.ErrInvalid)
	case w.circular(link):
		require.Equal(t, []string{"acyclic"}, unmet(err))
	default:
		require.NoError(t, err)
		require.Equal(t, link.ID, ref.ID)
		w.resolved[id] = ref.ID
		if _, known := w.edges[ref.ID]; !known {
			w.edges[ref.ID] = ref
		}
	}
}

// heads are the ends of all paths over supersedes, found by trying each.
func (w *web) heads(id archive.RecordID, at time.Time) []archive.RecordID {
	found, seen := make(map[archive.RecordID]bool), make(map[archive.RecordID]bool)
	var walk func(archive.RecordID)
	walk = func(id archive.RecordID) {
		if id = w.stands(id); seen[id] {
			return
		}
		seen[id] = true
		last := true
		for _, e := range w.edges {
			by := archive.RecordID(e.Source.Value)
			if e.Type == archive.Supersedes && w.one(e.Target) == archive.ToRecord(id) && slices.Contains(w.filed, by) && (at.IsZero() || e.ValidAt(at)) {
				last = false
				walk(by)
			}
		}
		if last {
			found[id] = true
		}
	}
	walk(id)
	return slices.Sorted(maps.Keys(found))
}

// at are the references at an end, read page by page.
func (w *web) list(t *rapid.T, end archive.End, way archive.Direction) []string {
	var out []string
	for q := (archive.ReferenceQuery{End: end, Direction: way, Limit: 2}); ; {
		page, next, err := w.References(w.ctx, tenant, q)
		require.NoError(t, err)
		for _, e := range page {
			out = append(out, e.ID)
			require.Empty(t, cmp.Diff(w.edges[e.ID], e))
		}
		if q.After = next; next == "" {
			return out
		}
	}
}

func (w *web) check(t *rapid.T) {
	ends, joined := map[archive.End][2][]string{}, map[archive.End][2][]string{}
	for _, id := range names() {
		ends[archive.ToRecord(id)] = [2][]string{}
	}
	var open []coordination.OpenReference
	for _, id := range slices.Sorted(maps.Keys(w.edges)) {
		e := w.edges[id]
		from, to := ends[e.Source], ends[e.Target]
		from[0] = append(from[0], id)
		ends[e.Source] = from
		if e.Source == e.Target {
			to = from
		}
		to[1] = append(to[1], id)
		ends[e.Target] = to
		if text := slices.IndexFunc([]archive.End{e.Target, e.Source}, func(end archive.End) bool { return end.Kind == archive.EndText }); text >= 0 && w.resolved[id] == "" {
			open = append(open, coordination.OpenReference{Reference: e, Called: w.called([]archive.End{e.Target, e.Source}[text].Value)})
		}
	}
	for _, id := range names() { // what is one thing has the references of all of it
		var all [2][]string
		for _, other := range w.group(id) {
			for i, of := range ends[archive.ToRecord(other)] {
				all[i] = append(all[i], of...)
			}
		}
		slices.Sort(all[0])
		slices.Sort(all[1])
		joined[archive.ToRecord(id)] = all
	}
	maps.Copy(ends, joined)
	for end, want := range ends { // 5: what leads out of one end leads into the other; 6: whatever became of the records
		require.Equal(t, want[0], w.list(t, end, archive.Outward), "from %v", end)
		require.Equal(t, want[1], w.list(t, end, archive.Inward), "to %v", end)
	}
	var listed []coordination.OpenReference
	for after, more := "", true; more; more = after != "" {
		page, next, err := w.OpenReferences(w.ctx, tenant, after, 2)
		require.NoError(t, err)
		listed, after = append(listed, page...), next
	}
	require.Empty(t, cmp.Diff(open, listed, cmpopts.EquateEmpty()), "6: every end that is only a text is listed")
	for _, id := range w.filed {
		r, err := w.Record(w.ctx, tenant, id)
		require.NoError(t, err)
		require.Equal(t, w.stands(id), r.ID, "6: the id of %s leads to what stands for it", id)
		all, stands, err := w.Merged(w.ctx, tenant, id)
		require.NoError(t, err)
		require.Equal(t, w.stands(id), stands)
		require.Len(t, all, len(w.group(id)))
		for _, at := range []time.Time{{}, day(2001, 6, 1), day(2003, 6, 1)} {
			got, err := w.Heads(w.ctx, tenant, "ann", id, at)
			require.NoError(t, err)
			require.Equal(t, w.heads(id, at), got, "%s at %s", id, at)
		}
		for _, kind := range []archive.ReferenceType{archive.Supersedes, archive.Amends} {
			for _, e := range w.edges {
				require.False(t, e.Type == kind && w.reaches(e.Target, e.Source, kind), "a circle of %s over %v", kind, e)
			}
		}
	}
}

// Invariants 5 and 6 as one machine, on every store: an edge reads from both its ends, acyclic types stay so, every end is a
// record or its tombstone, an address, or a text that is listed until somebody resolves it; and destruction, another class,
// another place, another name and a merge change none of it: what was merged is one thing, with the references of all of it.
func TestInvariants5And6ReferencesKeep(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store, runs := open(t), 0
		rapid.Check(t, func(rt *rapid.T) {
			runs++
			w := &web{
				office: newOffice(rt, t.Context(), everystore.InTenant(store, fmt.Sprint("office ", runs))), at: day(2020, 1, 1), gone: make(map[archive.RecordID]bool), into: make(map[archive.RecordID]archive.RecordID),
				names: make(map[string]archive.RecordID), edges: make(map[string]archive.Reference), resolved: make(map[string]string),
			}
			w.plan()
			_, err := w.OpenAggregation(w.ctx, tenant, "carol", fileplan.Aggregation{ID: "F", Title: "File"})
			require.NoError(rt, err)
			actions := w.actions()
			often := slices.Concat(slices.Sorted(maps.Keys(actions)), slices.Repeat([]string{"refer"}, 6), slices.Repeat([]string{"file"}, 2), []string{"merge"})
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(often), 1, 24).Draw(rt, "actions") {
				actions[name](rt)
			}
			w.check(rt)
		})
	})
}

// Invariant 5 with writers at once: of edges that close a circle together one at least is refused, whoever is first.
func TestInvariant5NoCircleIsRaced(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		o := newOffice(t, t.Context(), open(t))
		const rounds, around = 12, 4
		for round := range rounds {
			id := func(i int) archive.RecordID { return archive.RecordID(fmt.Sprintf("R%d-%d", round, i%around)) }
			for i := range around {
				_, err := o.File(o.ctx, tenant, "carol", archive.File{ID: id(i), Kind: "k", Title: "t", MediaType: "m", Content: []byte("x")})
				require.NoError(t, err)
			}
			var wg sync.WaitGroup
			errs := make([]error, around)
			begin := make(chan struct{})
			for i := range around {
				wg.Go(func() {
					<-begin
					_, errs[i] = o.Refer(context.WithoutCancel(o.ctx), tenant, "carol", id(i), archive.Link{Type: archive.Supersedes, Target: archive.ToRecord(id(i + 1))})
				})
			}
			close(begin)
			wg.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
					continue
				}
				require.Equal(t, []string{"acyclic"}, unmet(err), "%v", err)
			}
			require.Equal(t, around-1, done, "the last one alone closes the circle")
			var heads []string
			for i := range around {
				found, err := o.Heads(o.ctx, tenant, "ann", id(i), time.Time{})
				require.NoError(t, err)
				require.Len(t, found, 1)
				heads = append(heads, string(found[0]))
			}
			require.Len(t, slices.Compact(heads), 1, strings.Join(heads, " "))
		}
	})
}
