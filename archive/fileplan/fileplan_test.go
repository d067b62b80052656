package fileplan_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

var content, other = archive.DigestOf([]byte("x")), archive.DigestOf([]byte("y"))

func classes() []fileplan.Class {
	return []fileplan.Class{
		{ID: "top", Version: 1, Title: "Products", From: day(1)},
		{ID: "plans", Version: 1, Title: "Plans", Parent: "top", Schedule: "S1", From: day(1)},
		{ID: "plans", Version: 2, Title: "Plans and drawings", Parent: "top", Schedule: "S2", From: day(10)},
		{ID: "old", Version: 1, Title: "Telexes", Schedule: "S1", From: day(1)},
		{ID: "old", Version: 2, Title: "Telexes", Schedule: "S1", From: day(5), Retired: true},
	}
}

func env() fileplan.Env {
	plan, err := fileplan.NewPlan(classes())
	if err != nil {
		panic(err)
	}
	return fileplan.Env{
		Now: day(7), Actor: "carol", Plan: plan, Kind: fileplan.Kind{Kind: "plan", Mandatory: []string{"author", "product"}, Allowed: []string{"note"}},
		Aggregation: map[string]fileplan.Aggregation{"open": {ID: "open"}, "shut": {ID: "shut", Closed: day(2)}, "below": {ID: "below", Parent: "shut"}},
		Verified:    content,
	}
}

func declared(t *testing.T) fileplan.Filing {
	t.Helper()
	f := fileplan.Filing{Record: "R", Kind: "plan", Digest: content, State: fileplan.Captured}
	for _, cmd := range []fileplan.Command{
		fileplan.Describe{Fields: map[string]string{"author": "ann", "product": "hinge"}}, fileplan.Classify{Class: "plans"}, fileplan.Finish{}, fileplan.Declare{},
	} {
		f = do(t, f, cmd)
	}
	return f
}

func do(t *testing.T, f fileplan.Filing, cmd fileplan.Command) fileplan.Filing {
	t.Helper()
	ev, err := fileplan.Decide(f, cmd, env())
	require.NoError(t, err)
	return fileplan.Evolve(f, ev)
}

func unmet(err error) (out []string) {
	if r, ok := errors.AsType[*archive.RefusedError](err); ok {
		for _, u := range r.Unmet {
			out = append(out, u.Condition+" "+u.Ref)
		}
	}
	return out
}

func TestTheWayOfARecord(t *testing.T) {
	t.Parallel()
	f := fileplan.Filing{Record: "R", Kind: "plan", Digest: content, State: fileplan.Captured, Fields: map[string]string{"author": " "}}
	_, err := fileplan.Decide(f, fileplan.Finish{}, env())
	require.Equal(t, []string{"field author", "field product", "class R"}, unmet(err), "everything that is missing")
	_, err = fileplan.Decide(f, fileplan.Declare{}, env())
	require.Equal(t, []string{"state R", "field author", "field product", "class R"}, unmet(err))
	f = declared(t)
	require.Equal(t, fileplan.Declared, f.State)

	for name, tc := range map[string]struct {
		cmd  fileplan.Command
		want []string
	}{
		"frozen":           {fileplan.Describe{Fields: map[string]string{"author": "bob"}}, []string{"declared R"}},
		"no such field":    {fileplan.Describe{Fields: map[string]string{"color": "red"}}, []string{"declared R", "field color"}},
		"again":            {fileplan.Declare{}, []string{"state R"}},
		"no reason":        {fileplan.Classify{Class: "plans"}, []string{"reason plans"}},
		"group":            {fileplan.Classify{Class: "top", Reason: "x"}, []string{"schedule top"}},
		"retired":          {fileplan.Classify{Class: "old", Reason: "x"}, []string{"retired old"}},
		"unknown class":    {fileplan.Classify{Class: "none", Reason: "x"}, []string{"class none"}},
		"closed":           {fileplan.MoveTo{Aggregation: "shut"}, []string{"closed shut"}},
		"closed above":     {fileplan.MoveTo{Aggregation: "below"}, []string{"closed shut"}},
		"unknown folder":   {fileplan.MoveTo{Aggregation: "none"}, []string{"aggregation none"}},
		"made of nothing":  {fileplan.Render{Rendition: fileplan.Rendition{Purpose: "text", DerivedFrom: other, Digest: archive.DigestOf(nil)}}, []string{"source " + string(other)}},
		"the original":     {fileplan.Render{Rendition: fileplan.Rendition{Purpose: "text", DerivedFrom: content, Digest: content}}, []string{"original " + string(content)}},
		"silent redaction": {fileplan.Render{Rendition: fileplan.Rendition{Purpose: "redaction", DerivedFrom: content, Digest: other}}, []string{"withholds " + string(other)}},
		"drop original":    {fileplan.DropRendition{Digest: content, Reason: "x"}, []string{"original " + string(content), "rendition " + string(content)}},
	} {
		_, err := fileplan.Decide(f, tc.cmd, env())
		require.Equal(t, tc.want, unmet(err), name)
		require.ErrorIs(t, err, fileplan.ErrRefused)
	}
	for _, cmd := range []fileplan.Command{
		nil, fileplan.MoveTo{}, fileplan.Tag{}, fileplan.Call{}, fileplan.Annotate{}, fileplan.Render{}, fileplan.DropRendition{Digest: other},
	} {
		_, err := fileplan.Decide(f, cmd, env())
		require.ErrorIs(t, err, fileplan.ErrInvalid, "%T", cmd)
	}
}

func TestWhatStaysOpenAfterTheDeclaration(t *testing.T) {
	t.Parallel()
	f := declared(t)
	f = do(t, f, fileplan.Annotate{Field: "author", Text: "it was bob"})
	f = do(t, f, fileplan.Call{Alias: "DWG-7"})
	f = do(t, f, fileplan.Call{Alias: "DWG-7"})
	f = do(t, f, fileplan.Tag{Facet: "product", Values: []string{"hinge"}})
	f = do(t, f, fileplan.MoveTo{Aggregation: "open"})
	f = do(t, f, fileplan.Render{Rendition: fileplan.Rendition{Purpose: "redaction", DerivedFrom: content, Digest: other, Withholds: "a name, for privacy"}})
	require.Empty(t, cmp.Diff(fileplan.Filing{
		Record: "R", Kind: "plan", Digest: content, State: fileplan.Declared, Class: "plans", Aggregation: "open",
		Fields: map[string]string{"author": "ann", "product": "hinge"}, Facets: map[string][]string{"product": {"hinge"}}, Aliases: []string{"DWG-7"},
		Classified: []fileplan.Classification{{Class: "plans", At: day(7)}}, Declared: day(7),
		Renditions:  []fileplan.Rendition{{Purpose: "redaction", DerivedFrom: content, Digest: other, Withholds: "a name, for privacy"}},
		Annotations: []fileplan.Annotation{{At: day(7), By: "carol", Field: "author", Text: "it was bob"}},
	}, f))
	e := env()
	e.Holds = []string{"H1"}
	_, err := fileplan.Decide(f, fileplan.DropRendition{Digest: other, Reason: "x"}, e)
	require.Equal(t, []string{"held H1"}, unmet(err))
	require.Empty(t, do(t, f, fileplan.DropRendition{Digest: other, Reason: "x"}).Renditions)

	e = env()
	e.Named = map[string]archive.RecordID{"DWG-8": "Q"}
	_, err = fileplan.Decide(f, fileplan.Call{Alias: "DWG-8"}, e)
	require.Equal(t, []string{"alias Q"}, unmet(err))
	e.Family = []archive.RecordID{"R", "ANNEX"}
	_, err = fileplan.Decide(f, fileplan.MoveTo{Aggregation: "open", Family: []archive.RecordID{"R"}}, e)
	require.Equal(t, []string{"family ANNEX"}, unmet(err))
	e.Verified = other
	f.State = fileplan.Complete
	_, err = fileplan.Decide(f, fileplan.Declare{}, e)
	require.Equal(t, []string{"digest R"}, unmet(err))
	f = do(t, f, fileplan.Describe{Fields: map[string]string{"note": "x", "author": ""}})
	require.Equal(t, fileplan.Captured, f.State)
	require.NotContains(t, f.Fields, "author")
}

// Invariants 4 and 6: whatever is done to a declared record, its id, content and fields
// stay, and with them every reference to it.
func TestInvariants4And6DeclaredIsForEver(t *testing.T) {
	t.Parallel()
	start := declared(t)
	rapid.Check(t, func(t *rapid.T) {
		f := start
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			cmd := rapid.SampledFrom([]fileplan.Command{
				fileplan.Describe{Fields: map[string]string{"author": "bob"}},
				fileplan.Classify{Class: "plans", Reason: "x"},
				fileplan.Classify{Class: "old", Reason: "x"},
				fileplan.MoveTo{Aggregation: "open"},
				fileplan.Finish{},
				fileplan.Declare{},
				fileplan.Call{Alias: "A"},
				fileplan.Annotate{Text: "n"},
				fileplan.Render{Rendition: fileplan.Rendition{Purpose: "text", DerivedFrom: content, Digest: other}},
				fileplan.DropRendition{Digest: other, Reason: "x"},
				fileplan.DropRendition{Digest: content, Reason: "x"},
				fileplan.Tag{Facet: "f", Values: []string{"v"}},
			}).Draw(t, "command")
			ev, err := fileplan.Decide(f, cmd, env())
			if err != nil {
				continue
			}
			f = fileplan.Evolve(f, ev)
			if f.Record != start.Record || f.Digest != start.Digest || f.State != fileplan.Declared || !maps.Equal(f.Fields, start.Fields) || f.Class != "plans" {
				t.Fatalf("%+v after %T", f, cmd)
			}
		}
	})
}

func TestPlans(t *testing.T) {
	t.Parallel()
	p := env().Plan
	c, err := p.At("plans", day(9))
	require.NoError(t, err)
	require.Equal(t, "S1", c.Schedule)
	c, err = p.At("plans", day(10))
	require.NoError(t, err)
	require.Equal(t, "S2", c.Schedule)
	_, err = p.At("plans", day(1).Add(-1))
	require.ErrorIs(t, err, fileplan.ErrNotFound)
	require.Len(t, p.Path("plans", day(20)), 2)
	for name, spoil := range map[string]func([]fileplan.Class) []fileplan.Class{
		"id":      func(c []fileplan.Class) []fileplan.Class { c[0].ID = ""; return c },
		"title":   func(c []fileplan.Class) []fileplan.Class { c[0].Title = ""; return c },
		"version": func(c []fileplan.Class) []fileplan.Class { c[2].Version = 3; return c },
		"twice":   func(c []fileplan.Class) []fileplan.Class { return append(c, c[0]) },
		"order":   func(c []fileplan.Class) []fileplan.Class { c[2].From = day(1); return c },
		"parent":  func(c []fileplan.Class) []fileplan.Class { c[1].Parent = "none"; return c },
		"circle":  func(c []fileplan.Class) []fileplan.Class { c[0].Parent = "plans"; return c },
		"itself":  func(c []fileplan.Class) []fileplan.Class { c[0].Parent = "top"; return c },
	} {
		_, err := fileplan.NewPlan(spoil(classes()))
		require.ErrorIs(t, err, fileplan.ErrInvalid, name)
	}
}

func TestAggregations(t *testing.T) {
	t.Parallel()
	a, err := fileplan.Aggregation{ID: "A"}.Close(day(3))
	require.NoError(t, err)
	_, err = a.Close(day(4))
	require.Equal(t, []string{"closed A"}, unmet(err))
	_, err = a.Reopen("", "x")
	require.Equal(t, []string{"authority A"}, unmet(err))
	a, err = a.Reopen("court", "case 7")
	require.NoError(t, err)
	require.True(t, a.Closed.IsZero())
	_, err = a.Reopen("court", "case 7")
	require.Equal(t, []string{"open A"}, unmet(err))
}

func Example() {
	plan, err := fileplan.NewPlan([]fileplan.Class{{ID: "plans", Version: 1, Title: "Plans", Schedule: "ten-years", From: day(1)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	f := fileplan.Filing{Record: "R1", Kind: "plan", State: fileplan.Captured}
	_, err = fileplan.Decide(f, fileplan.Finish{}, fileplan.Env{
		Now: day(2), Actor: "carol", Plan: plan, Kind: fileplan.Kind{Kind: "plan", Mandatory: []string{"author"}},
	})
	fmt.Println(err)
	// Output:
	// archive: finish refused: field "author" is missing; it has no class: classify it
}
