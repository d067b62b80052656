package archive_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func minutes() archive.File {
	return archive.File{ID: "MIN-1", Kind: "minutes", Title: "Minutes of 2 March", MediaType: "text/plain", Content: []byte("We met.")}
}

func newService(tb testing.TB) (*archive.Service, archive.Store) {
	tb.Helper()
	store := coordination.Archive(memory.New())
	ids := 0
	s, err := archive.New(archive.Config{Store: store, Now: func() time.Time { return now.Add(123 * time.Nanosecond) }, NewID: func() string {
		ids++
		return "R" + string(rune('0'+ids))
	}})
	require.NoError(tb, err)
	return s, store
}

func TestFilingFreezesTheContent(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	f := minutes()
	f.ID = ""
	r, err := s.File(t.Context(), "acme", "carol", f)
	require.NoError(t, err)
	require.Equal(t, archive.RecordID("R1"), r.ID)
	require.Equal(t, archive.DigestOf([]byte("We met.")), r.Digest)
	require.Equal(t, int64(7), r.Size)
	require.Equal(t, now, r.Filed)
	require.Equal(t, now, r.Dated, "without a date of its own a document is of today")
	f.Content[0] = 'X'
	_, content, err := s.Open(t.Context(), "acme", r.ID)
	require.NoError(t, err)
	require.Equal(t, "We met.", string(content))
	_, _, err = s.Open(t.Context(), "acme", "R9")
	require.ErrorIs(t, err, archive.ErrNotFound)
}

func TestAlteredContentIsFound(t *testing.T) {
	t.Parallel()
	s, store := newService(t)
	f := minutes()
	events, err := archive.DecideFile(f, "carol", now)
	require.NoError(t, err)
	r := archive.Fold(events)
	err = store.Update(t.Context(), "acme", func(ctx context.Context, tx archive.Tx) error {
		if _, err := tx.PutContent(ctx, r.Digest, []byte("We did not meet.")); err != nil {
			return err
		}
		_, err := tx.PutRecord(ctx, r, events...)
		return err
	})
	require.NoError(t, err)
	_, _, err = s.Open(t.Context(), "acme", "MIN-1")
	require.ErrorIs(t, err, archive.ErrAltered)
}

func TestBadFilings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil   func(*archive.File)
		pointer string
	}{
		"no id":     {func(f *archive.File) { f.ID = "" }, "/id"},
		"no kind":   {func(f *archive.File) { f.Kind = " " }, "/kind"},
		"NUL":       {func(f *archive.File) { f.Title = "a\x00" }, "/title"},
		"not UTF-8": {func(f *archive.File) { f.Name = "\xff" }, "/name"},
		"long":      {func(f *archive.File) { f.Title = strings.Repeat("x", 501) }, "/title"},
		"too large": {func(f *archive.File) { f.Content = make([]byte, archive.MaxContent+1) }, "/content"},
		"type":      {func(f *archive.File) { f.References = []archive.Link{{Type: "likes", Target: archive.ToRecord("X")}} }, "/references/0/type"},
		"end": {func(f *archive.File) {
			f.References = []archive.Link{{Type: archive.SeeAlso, Target: archive.End{Kind: "?", Value: "x"}}}
		}, "/references/0/target/kind"},
		"to itself": {func(f *archive.File) {
			f.References = []archive.Link{{Type: archive.Supersedes, Target: archive.ToRecord("MIN-1")}}
		}, "/references/0/target"},
		"no target": {func(f *archive.File) {
			f.References = []archive.Link{{Type: archive.SeeAlso, Target: archive.End{Kind: archive.EndURI}}}
		}, "/references/0/target/value"},
		"media type":  {func(f *archive.File) { f.MediaType = "" }, "/media_type"},
		"absurd date": {func(f *archive.File) { f.Dated = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) }, "/dated"},
		"bad subject": {func(f *archive.File) { f.Subject = "\x00" }, "/subject"},
	} {
		f := minutes()
		tc.spoil(&f)
		_, err := archive.DecideFile(f, "carol", now)
		var invalid *archive.ValidationError
		require.ErrorAs(t, err, &invalid, name)
		require.ErrorIs(t, err, archive.ErrInvalid)
		require.Equal(t, tc.pointer, invalid.Fields[0].Pointer, name)
		require.Contains(t, invalid.Error(), tc.pointer)
	}
}

func TestReferencesAreReadFromBothEnds(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	f := minutes()
	f.References = []archive.Link{{Type: archive.DecidedIn, Target: archive.ToRecord("MIN-0")}}
	_, err := s.File(t.Context(), "acme", "carol", f)
	require.NoError(t, err)
	out, _, err := s.References(t.Context(), "acme", archive.ReferenceQuery{End: archive.ToRecord("MIN-1"), Direction: archive.Outward})
	require.NoError(t, err)
	in, _, err := s.References(t.Context(), "acme", archive.ReferenceQuery{End: archive.ToRecord("MIN-0"), Direction: archive.Inward})
	require.NoError(t, err)
	require.Equal(t, out, in, "one stored edge")
	require.Equal(t, "decides", in[0].Type.Inverse())
	list, _, err := s.List(t.Context(), "acme", archive.Query{Kind: "minutes"})
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// A symmetric edge is the same edge whichever end it was drawn from.
func TestSymmetricReferences(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for _, id := range []archive.RecordID{"A", "B"} {
		f := minutes()
		f.ID = id
		_, err := s.File(t.Context(), "acme", "carol", f)
		require.NoError(t, err)
	}
	there, err := s.Refer(t.Context(), "acme", "carol", "A", archive.Link{Type: archive.Contradicts, Target: archive.ToRecord("B")})
	require.NoError(t, err)
	back, err := s.Refer(t.Context(), "acme", "carol", "B", archive.Link{Type: archive.Contradicts, Target: archive.ToRecord("A")})
	require.NoError(t, err)
	require.Equal(t, there, back)
	require.Equal(t, "contradicts", there.Type.Inverse())
}

// Invariant 5: acyclic types stay so, over any number of steps, and the refusal
// names both ends.
func TestInvariant5CirclesAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for _, id := range []archive.RecordID{"A", "B", "C"} {
		f := minutes()
		f.ID = id
		_, err := s.File(t.Context(), "acme", "carol", f)
		require.NoError(t, err)
	}
	refer := func(from archive.RecordID, kind archive.ReferenceType, to archive.RecordID) error {
		_, err := s.Refer(t.Context(), "acme", "carol", from, archive.Link{Type: kind, Target: archive.ToRecord(to)})
		return err
	}
	require.NoError(t, refer("A", archive.Supersedes, "B"))
	require.NoError(t, refer("B", archive.Supersedes, "C"))
	err := refer("C", archive.Supersedes, "A")
	require.ErrorIs(t, err, archive.ErrRefused)
	var refused *archive.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "acyclic", refused.Unmet[0].Condition)
	require.Contains(t, err.Error(), `"A" already leads to "C" over supersedes`)
	require.NoError(t, refer("C", archive.Amends, "A"), "another type")
	require.NoError(t, refer("C", archive.References, "A"))
	require.NoError(t, refer("A", archive.References, "C"), "documents may cite each other")

	// A record may be referred to before it is filed; then its own edges close the circle.
	require.NoError(t, refer("C", archive.Supersedes, "D"))
	f := minutes()
	f.ID, f.References = "D", []archive.Link{{Type: archive.Supersedes, Target: archive.ToRecord("A")}}
	_, err = s.File(t.Context(), "acme", "carol", f)
	require.ErrorIs(t, err, archive.ErrRefused)
	_, err = s.Get(t.Context(), "acme", "D")
	require.ErrorIs(t, err, archive.ErrNotFound, "nothing of it is stored")
}

// crowded is a store in which too many edges lead to any record to be read at once.
type crowded struct{ archive.Store }

func (c crowded) Update(ctx context.Context, tenant string, fn func(context.Context, archive.Tx) error) error {
	return c.Store.Update(ctx, tenant, func(ctx context.Context, tx archive.Tx) error { return fn(ctx, crowd{tx}) })
}

type crowd struct{ archive.Tx }

func (c crowd) Edges(ctx context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	if q.Direction == archive.Inward && slices.Contains(q.Types, archive.Supersedes) {
		return nil, q.TooMany()
	}
	return c.Tx.Edges(ctx, q)
}

// Where one end of an edge is too crowded to be looked around, the other is searched
// from alone.
func TestCirclesAtCrowdedRecords(t *testing.T) {
	t.Parallel()
	store := coordination.Archive(memory.New())
	s, err := archive.New(archive.Config{Store: crowded{store}, Now: func() time.Time { return now }, NewID: func() string { return "" }})
	require.NoError(t, err)
	for _, id := range []archive.RecordID{"A", "B", "C"} {
		f := minutes()
		f.ID = id
		_, err := s.File(t.Context(), "acme", "carol", f)
		require.NoError(t, err)
	}
	for _, edge := range [][2]archive.RecordID{{"B", "A"}, {"C", "B"}} {
		_, err := s.Refer(t.Context(), "acme", "carol", edge[0], archive.Link{Type: archive.Supersedes, Target: archive.ToRecord(edge[1])})
		require.NoError(t, err)
	}
	_, err = s.Refer(t.Context(), "acme", "carol", "A", archive.Link{Type: archive.Supersedes, Target: archive.ToRecord("C")})
	require.ErrorContains(t, err, `"C" already leads to "A" over supersedes`)
}

func TestTermsOfReferences(t *testing.T) {
	t.Parallel()
	pin := archive.DigestOf([]byte("x"))
	plain := archive.NewReference(archive.Amends, archive.ToRecord("B"), archive.ToRecord("A"), archive.Terms{})
	pinned := archive.NewReference(archive.Amends, archive.ToRecord("B"), archive.ToRecord("A"), archive.Terms{TargetPin: pin})
	require.NotEqual(t, plain.ID, pinned.ID)
	turned := archive.NewReference(archive.SeeAlso, archive.ToRecord("B"), archive.ToRecord("A"), archive.Terms{TargetPin: pin})
	require.Equal(t, archive.ToRecord("A"), turned.Source)
	require.Equal(t, pin, turned.SourcePin, "the pin stays with its end")

	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	bounded := archive.Terms{ValidFrom: year(2020), ValidTo: year(2022)}
	for y, want := range map[int]bool{2019: false, 2020: true, 2021: true, 2022: false} {
		require.Equal(t, want, bounded.ValidAt(year(y)), y)
		require.True(t, archive.Terms{}.ValidAt(year(y)))
	}
	for name, tc := range map[string]struct {
		link    archive.Link
		pointer string
	}{
		"pin":           {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{SourcePin: "x"}}, "/source_pin"},
		"URI":           {archive.Link{Target: archive.End{Kind: archive.EndURI, Value: "https://a\nb"}}, "/target/value"},
		"pinned text":   {archive.Link{Target: archive.End{Kind: archive.EndText, Value: "x"}, Terms: archive.Terms{TargetPin: pin}}, "/target_pin"},
		"validity":      {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{ValidFrom: year(2020), ValidTo: year(2020)}}, "/valid_to"},
		"absurd date":   {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{ValidFrom: year(10_000)}}, "/valid_from"},
		"evidence":      {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{Evidence: "rumour"}}, "/evidence"},
		"no rule":       {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{Evidence: archive.Extracted}}, "/rule"},
		"rule, no need": {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{Rule: "x"}}, "/rule"},
		"anchor":        {archive.Link{Target: archive.ToRecord("A"), Terms: archive.Terms{Anchor: "\x00"}}, "/anchor"},
	} {
		tc.link.Type = archive.Amends
		_, err := archive.DecideRefer(archive.Record{ID: "B"}, tc.link, "carol", now)
		var invalid *archive.ValidationError
		require.ErrorAs(t, err, &invalid, name)
		require.Equal(t, tc.pointer, invalid.Fields[0].Pointer, name)
	}
}

// Every type has an inverse of its own, and the symmetric ones are those that
// are their own inverse.
func TestTableOfTypes(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, info := range archive.ReferenceTypes() {
		require.Equal(t, info.Inverse, info.Type.Inverse())
		ref := archive.NewReference(info.Type, archive.ToRecord("B"), archive.ToRecord("A"), archive.Terms{})
		require.Equal(t, info.Symmetric(), ref.Source == archive.ToRecord("A"), info.Type)
		require.False(t, info.Symmetric() && info.Acyclic, info.Type)
		require.False(t, names[info.Inverse] || names[string(info.Type)], info.Type)
		names[info.Inverse], names[string(info.Type)] = true, true
	}
	_, ok := archive.ReferenceType("likes").Info()
	require.False(t, ok)
}

func TestEdgeIdentity(t *testing.T) {
	t.Parallel()
	types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.SeeAlso, archive.DerivesFrom}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			l := archive.Link{
				Type:   rapid.SampledFrom(types).Draw(t, name+" type"),
				Target: archive.End{Kind: archive.EndText, Value: rapid.StringMatching(`[ab]{1,3}`).Draw(t, name+" target")},
			}
			id := rapid.StringMatching(`[ab]{1,3}`).Draw(t, name+" source")
			events, err := archive.DecideRefer(archive.Record{ID: archive.RecordID(id)}, l, "x", now)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := events[0].Data.(archive.ReferredData)
			return d.Reference.ID + " " + string(l.Type) + " " + id + " " + l.Target.Value
		}
		a, b := draw("a"), draw("b")
		idA, edgeA, _ := strings.Cut(a, " ")
		idB, edgeB, _ := strings.Cut(b, " ")
		if (idA == idB) != (edgeA == edgeB) {
			t.Fatalf("%s and %s", a, b)
		}
	})
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	_, err := archive.New(archive.Config{})
	require.ErrorIs(t, err, archive.ErrInvalid)
}

func FuzzUnmarshalData(f *testing.F) {
	f.Add("filed", []byte(`{"kind":"minutes","title":"x","digest":"00","size":1}`))
	f.Add("referred", []byte(`{"reference":{"id":"x","type":"amends"}}`))
	f.Add("unheard-of", []byte(`{}`))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		data, err := archive.UnmarshalData(archive.EventKind(kind), raw)
		if err != nil {
			return
		}
		ev := archive.Event{Record: "R", Seq: 1, Data: data}
		if r := archive.Evolve(archive.Record{}, ev.Clone()); r.Events != 1 {
			t.Fatal("the event did not count")
		}
		if _, err := archive.MarshalData(data); err != nil {
			t.Fatal(err)
		}
	})
}
