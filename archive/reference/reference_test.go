package reference_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

// assemble makes edges of "SOURCE word TARGET", a line each; records are A … Z,
// dated in that order.
func assemble(t *testing.T, lines ...string) ([]archive.Reference, reference.Report) {
	t.Helper()
	names := reference.NewResolver(func(s string) string { return strings.Trim(strings.TrimSpace(s), "/") })
	var nodes []reference.Node
	for i := range 26 {
		id := archive.RecordID(string(rune('A' + i)))
		nodes = append(nodes, reference.Node{ID: id, Dated: day(1 + i)})
		require.Empty(t, names.Name(string(id), id))
	}
	require.Empty(t, names.Name("Doc 7", "G"))
	require.Empty(t, names.Name("Doc-8", "H"))
	require.Empty(t, names.Name("DOC 8", "I"))
	require.Equal(t, archive.RecordID("H"), names.Name("Doc-8", "J"), "the first keeps the name")
	var statements []reference.Statement
	for i, line := range lines {
		source, rest, _ := strings.Cut(line, " ")
		word, target, _ := strings.Cut(rest, " ")
		statements = append(statements, reference.Statement{Source: archive.RecordID(source), Line: 1 + i, Word: word, Target: target})
	}
	return reference.Assemble(nodes, statements, words(), names, "import", day(1))
}

func show(edges []archive.Reference) (out []string) {
	for _, e := range edges {
		out = append(out, fmt.Sprintf("%s %s %s:%s", e.Source.Value, e.Type, e.Target.Kind, e.Target.Value))
	}
	return out
}

func TestAssembleKeepsEverything(t *testing.T) {
	t.Parallel()
	edges, report := assemble(t,
		"C updates A",                // 1: both ends say so
		"A updated_by C",             // 2
		"D obsoletes doc 07/",        // 3: typed otherwise, and against time
		"E updates A",                // 4: one-sided
		"E updates A",                // 5: repeated
		"F likes A",                  // 6: unknown word
		"F updates n/a",              // 7: placeholder
		"F updates F",                // 8: itself
		"F see_also B",               // 9: symmetric, stored once
		"B see_also F",               // 10
		"F updates DOC_8",            // 11: ambiguous
		"F updates https://a.org/x",  // 12
		"F updates IEN 125",          // 13: a text
		"B has_errata https://e.org", // 14: from outside
	)
	require.Equal(t, []string{
		"C amends record:A", "D supersedes record:G", "E amends record:A", "B seeAlso record:F", "F amends text:DOC_8",
		"F amends uri:https://a.org/x", "F amends text:IEN 125", "https://e.org corrects record:B",
	}, show(edges))
	var got []string
	for _, f := range report.Findings {
		got = append(got, fmt.Sprintf("%d %s", f.Line, f.Code))
		require.NotEmpty(t, f.Text)
	}
	require.Equal(t, []string{
		"3 not-exact", "3 against-time", "4 one-sided", "5 repeated", "6 unknown-word", "7 placeholder", "8 to-itself", "11 ambiguous-name",
	}, got)
	require.Equal(t, 1, report.Count(reference.OneSided), "nobody says obsoleted_by here, so nobody left it out")
	require.Equal(t, day(3), edges[0].ValidFrom, "valid from the date of its source")
	require.True(t, edges[3].ValidFrom.IsZero())
	require.Empty(t, report.Quarantined)
}

func TestAssembleQuarantinesCircles(t *testing.T) {
	t.Parallel()
	edges, report := assemble(t, "B obsoletes A", "C obsoletes B", "A obsoletes C", "D obsoletes C", "B updates A", "A updates D")
	require.Equal(t, []string{"D supersedes record:C", "B amends record:A", "A amends record:D"}, show(edges))
	require.Equal(t, []string{"B supersedes record:A", "C supersedes record:B", "A supersedes record:C"}, show(report.Quarantined))
	require.Equal(t, 3, report.Count(reference.CircleFound))
	for _, f := range report.Findings {
		if f.Code == reference.CircleFound {
			require.Contains(t, f.Text, "A, B, C")
			require.Positive(t, f.Line)
		}
	}
}

func circles(report *reference.Report) (out []string) {
	for _, c := range report.Circles {
		var names []string
		for _, end := range c.Ends {
			names = append(names, end.Value)
		}
		out = append(out, string(c.Type)+" "+strings.Join(names, " "))
	}
	return out
}

// A record that states itself makes a circle of one, unless it is part of a longer one; of a type that may go round it
// makes none.
func TestCirclesOfOne(t *testing.T) {
	t.Parallel()
	_, report := assemble(t, "D obsoletes D", "D obsoletes D", "B obsoletes A", "A obsoletes B", "A obsoletes A", "C updates C", "E see_also E", "F obsoleted_by F")
	require.Equal(t, []string{"supersedes A B", "supersedes D", "supersedes F", "amends C"}, circles(&report))
	require.Equal(t, 6, report.Count(reference.ToItself))
	require.Len(t, report.Quarantined, 2)
}

// Over several types of which each is later than the next nothing can lead round; which edge is wrong nobody knows.
func TestMixedCirclesAreReportedAndKept(t *testing.T) {
	t.Parallel()
	edges, report := assemble(t, "B obsoletes A", "C updates B", "A updates C", "E obsoletes D", "E updates D", "G see_also F", "G updates F",
		"I obsoletes H", "H obsoletes I", "I updates H")
	require.Len(t, edges, 8)
	require.Len(t, report.Quarantined, 2)
	var got []reference.Finding
	for _, f := range report.Findings {
		if f.Code == reference.MixedCircle {
			got = append(got, f)
		}
	}
	require.Len(t, got, 1, "two types between two records are no circle, and one that was taken out makes none")
	require.Equal(t, 1, got[0].Line)
	require.Equal(t, "obsoletes", got[0].Word)
	require.Contains(t, got[0].Text, "A, B, C")
	require.Equal(t, []string{"supersedes H I"}, circles(&report))
}

// What is stated by one side only is counted for every type that has a word each way, wherever the other end is.
func TestSides(t *testing.T) {
	t.Parallel()
	_, report := assemble(t, "B obsoletes A", "A obsoleted_by B", "C obsoletes A", "B obsoleted_by D", "C obsoletes NIC 1", "E obsoleted_by NIC 2", "F updates E")
	require.Equal(t, []reference.Sides{{Type: archive.Supersedes, SourceOnly: 2, TargetOnly: 2, Outside: 2}}, report.Sides)
	require.Equal(t, 2, report.Count(reference.OneSided))
}

// A type that the office does not have makes no edge, and shifts nothing.
func TestVocabularyOfAnUnknownType(t *testing.T) {
	t.Parallel()
	names := reference.NewResolver(nil)
	nodes := []reference.Node{{ID: "A"}, {ID: "B"}}
	for _, n := range nodes {
		names.Name(string(n.ID), n.ID)
	}
	said := []reference.Statement{{Source: "A", Line: 1, Word: "likes", Target: "B"}, {Source: "A", Line: 2, Word: "obsoletes", Target: "B"}, {Source: "B", Line: 3, Word: "obsoletes", Target: "A"}}
	edges, report := reference.Assemble(nodes, said, reference.Vocabulary{"likes": {Type: "likes"}, "obsoletes": {Type: archive.Supersedes}}, names, "import", day(1))
	require.Empty(t, edges)
	require.Len(t, report.Quarantined, 2)
	require.Equal(t, 1, report.Count(reference.UnknownWord))
}

// A word that nearly always points the wrong way in time means the opposite, and
// then its edges meet those of the other word.
func TestAssembleTurnsReversedWords(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 12 {
		lines = append(lines, fmt.Sprintf("%c updates %c", 'A'+i, 'B'+i))
	}
	lines = append(lines, "Z updates A", "M obsoletes L")
	edges, report := assemble(t, lines...)
	require.Equal(t, "B amends record:A", show(edges)[0])
	require.Equal(t, 1, report.Count(reference.ReversedWord))
	require.Equal(t, "updates", report.Findings[0].Word)
	require.Equal(t, 1, report.Count(reference.AgainstTime), "the one that was right before is wrong now")
	require.Empty(t, cmp.Diff([]reference.WordCount{
		{Word: "obsoletes", Statements: 1, Edges: 1, InOrder: 1},
		{Word: "updates", Statements: 13, Edges: 13, InOrder: 1, Against: 12, Reversed: true},
	}, report.Words))
}

func TestExtractedAndDeclared(t *testing.T) {
	t.Parallel()
	names := reference.NewResolver(nil)
	nodes := []reference.Node{{ID: "A"}, {ID: "B"}}
	for _, n := range nodes {
		names.Name(string(n.ID), n.ID)
	}
	extracted := reference.Statement{Source: "A", Line: 1, Word: "cites", Target: "B", Rule: "cites 1"}
	declared := reference.Statement{Source: "A", Line: 1, Word: "mentions", Target: "B"}
	vocabulary := reference.Vocabulary{"cites": {Type: archive.References}, "mentions": {Type: archive.References}}
	for _, order := range [][]reference.Statement{{extracted, declared}, {declared, extracted}} {
		edges, _ := reference.Assemble(nodes, order, vocabulary, names, "import", day(1))
		require.Len(t, edges, 1, "one edge, whoever says so")
		require.Equal(t, archive.Terms{}, edges[0].Terms, "declared weighs more")
	}
	edges, _ := reference.Assemble(nodes, []reference.Statement{extracted}, vocabulary, names, "import", day(1))
	require.Equal(t, archive.Terms{Evidence: archive.Extracted, Rule: "cites 1"}, edges[0].Terms)
}

func TestExtractor(t *testing.T) {
	t.Parallel()
	x, err := reference.NewExtractor(
		reference.Pattern{Name: "rfc 1", Find: regexp.MustCompile(`\bRFC[ -]?0*(\d+)\b`), Target: "RFC$1", Meaning: reference.Meaning{Type: archive.References}},
		reference.Pattern{Name: "obsoletes 1", Find: regexp.MustCompile(`(?i)obsoletes:? RFC ?(\d+)`), Target: "RFC$1", Ignore: regexp.MustCompile(`RFC0`), Meaning: reference.Meaning{Type: archive.Supersedes}},
	)
	require.NoError(t, err)
	text := "Obsoletes: RFC 793. See RFC0020, RFC-20 and BCP 14. obsoletes RFC0"
	require.Empty(t, cmp.Diff([]reference.Citation{
		{Target: "RFC793", Start: 0, End: 18, Rule: "obsoletes 1", Meaning: reference.Meaning{Type: archive.Supersedes}},
		{Target: "RFC793", Start: 11, End: 18, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC20", Start: 24, End: 31, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC20", Start: 33, End: 39, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC0", Start: 62, End: 66, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
	}, x.Extract(text)))
	require.Len(t, x.Statements("A", 3, text), 4)
	require.Equal(t, archive.Supersedes, x.Vocabulary()["obsoletes 1"].Type)
	good := reference.Pattern{Name: "a", Find: regexp.MustCompile("a"), Target: "a", Meaning: reference.Meaning{Type: archive.References}}
	for name, spoil := range map[string]func(*reference.Pattern){
		"name": func(p *reference.Pattern) { p.Name = "" }, "expression": func(p *reference.Pattern) { p.Find = nil },
		"target": func(p *reference.Pattern) { p.Target = "" }, "type": func(p *reference.Pattern) { p.Meaning.Type = "likes" },
	} {
		bad := good
		spoil(&bad)
		_, err := reference.NewExtractor(bad)
		require.ErrorIs(t, err, archive.ErrInvalid, name)
	}
	_, err = reference.NewExtractor(good, good)
	require.ErrorIs(t, err, archive.ErrInvalid)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	r := reference.NewResolver(nil)
	require.Empty(t, r.Name("RFC20", "RFC20"))
	require.Empty(t, r.Name("PEP 0", "PEP 0"))
	require.Empty(t, r.Name("v0.97", "V"))
	require.Empty(t, r.Name("IEC 60601-1-11", "IEC 60601-1-11"))
	for _, alias := range []struct {
		name string
		id   archive.RecordID
	}{{"4", "V"}, {"4", "V"}, {"5", "V"}, {"5", "RFC20"}, {"5", "V"}, {"none", "V"}, {"RFC20", "V"}} {
		r.Alias(alias.name, alias.id)
	}
	for text, want := range map[string]struct {
		value string
		how   reference.How
	}{
		"RFC20": {"RFC20", reference.Exactly}, " rfc-0020 ": {"RFC20", reference.AsTyped}, "RFC 2 0": {"RFC 2 0", reference.Unknown},
		"pep0": {"PEP 0", reference.AsTyped}, "pep000": {"PEP 0", reference.AsTyped}, "V 0.97": {"V", reference.AsTyped}, "RFC200": {"RFC200", reference.Unknown},
		"http://x": {"http://x", reference.Elsewhere}, "doi:10.1/x": {"doi:10.1/x", reference.Elsewhere}, "Note: x": {"Note: x", reference.Unknown},
		"iec 60601_01-011": {"IEC 60601-1-11", reference.AsTyped}, "IEC 60601-11-1": {"IEC 60601-11-1", reference.Unknown},
		"IEC 606011-11": {"IEC 606011-11", reference.Unknown}, "IEC-60601-1-110": {"IEC-60601-1-110", reference.Unknown},
		"4": {"V", reference.Exactly}, " 5 ": {"5", reference.Ambiguous}, "none": {"V", reference.Exactly}, "RFC20x": {"RFC20x", reference.Unknown},
		"": {"", reference.Nothing}, " (None) ": {"(None)", reference.Nothing}, "TBD": {"TBD", reference.Nothing},
	} {
		end, how := r.Resolve(text)
		require.Equal(t, want.value, end.Value, text)
		require.Equal(t, want.how, how, text)
	}
}

// world is a small random archive.
type world struct {
	nodes []reference.Node
	edges []archive.Reference
}

func drawWorld(t *rapid.T, types ...archive.ReferenceType) world {
	var w world
	n := rapid.IntRange(1, 8).Draw(t, "records")
	for i := range n {
		w.nodes = append(w.nodes, reference.Node{ID: archive.RecordID(strconv.Itoa(i)), Dated: day(1 + rapid.IntRange(0, 5).Draw(t, "day"))})
	}
	for range rapid.IntRange(0, 12).Draw(t, "edges") {
		from, to := rapid.IntRange(0, n).Draw(t, "from"), rapid.IntRange(0, n).Draw(t, "to") // n itself is not held
		var terms archive.Terms
		if d := rapid.IntRange(0, 6).Draw(t, "valid"); d > 0 {
			terms.ValidFrom = day(d)
		}
		e := archive.NewReference(rapid.SampledFrom(types).Draw(t, "type"), record(from), record(to), terms)
		if !slices.ContainsFunc(w.edges, func(other archive.Reference) bool { return other.ID == e.ID }) {
			w.edges = append(w.edges, e)
		}
	}
	return w
}

func record(n int) archive.End { return archive.ToRecord(archive.RecordID(strconv.Itoa(n))) }

func (w *world) held(end archive.End) bool {
	return slices.ContainsFunc(w.nodes, func(n reference.Node) bool { return archive.ToRecord(n.ID) == end })
}

// Invariant 5: the heads as of a date are those nothing valid leads away from,
// and do not depend on the order of the edges.
func TestInvariant5Heads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes)
		at := day(rapid.IntRange(1, 7).Draw(t, "at"))
		start := archive.ToRecord(w.nodes[0].ID)
		seen := make(map[archive.End]bool)
		var want []archive.End
		var walk func(end archive.End)
		walk = func(end archive.End) {
			if seen[end] {
				return
			}
			seen[end] = true
			current := true
			for _, e := range w.edges {
				if e.Target == end && w.held(e.Source) && !at.Before(e.ValidFrom) {
					current = false
					walk(e.Source)
				}
			}
			if current {
				want = append(want, end)
			}
		}
		walk(start)
		slices.SortFunc(want, func(a, b archive.End) int { return strings.Compare(a.Value, b.Value) })
		shuffled := rapid.Permutation(w.edges).Draw(t, "order")
		for _, edges := range [][]archive.Reference{w.edges, shuffled} {
			got := reference.NewGraph(w.nodes, edges).Heads(w.nodes[0].ID, at)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// Circles are the sets that reach each other, by brute force.
func TestCirclesAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes, archive.Amends)
		reach := make(map[[2]archive.End]bool)
		var ends []archive.End
		for i := range len(w.nodes) + 1 {
			ends = append(ends, record(i))
		}
		for _, e := range w.edges {
			if e.Type == archive.Supersedes {
				reach[[2]archive.End{e.Source, e.Target}] = true
			}
		}
		for _, k := range ends {
			for _, i := range ends {
				for _, j := range ends {
					if reach[[2]archive.End{i, k}] && reach[[2]archive.End{k, j}] {
						reach[[2]archive.End{i, j}] = true
					}
				}
			}
		}
		var want [][]archive.End
		done := make(map[archive.End]bool)
		for _, i := range ends {
			var set []archive.End
			for _, j := range ends {
				if !done[j] && reach[[2]archive.End{i, j}] && reach[[2]archive.End{j, i}] {
					set = append(set, j)
				}
			}
			for _, j := range set {
				done[j] = true
			}
			if len(set) > 0 {
				want = append(want, set)
			}
		}
		g := reference.NewGraph(w.nodes, w.edges)
		if diff := cmp.Diff(want, g.Circles(archive.Supersedes)); diff != "" {
			t.Fatal(diff)
		}
		if chain := g.LongestChain(archive.Supersedes); len(want) > 0 != (chain == nil) {
			t.Fatalf("chain %v beside circles %v", chain, want)
		}
	})
}

// closed computes what a policy takes in from its definition: every path is
// tried, with the steps and turns that the policy allows.
func closed(w *world, p reference.Policy, start archive.End) map[archive.End]int {
	const along, against, noted = 1, 2, 3
	best := make(map[archive.End]int)
	dated := make(map[archive.End]time.Time)
	for _, n := range w.nodes {
		dated[archive.ToRecord(n.ID)] = n.Dated
	}
	admissible := func(end archive.End) bool {
		return w.held(end) && (p.AsOf.IsZero() || !dated[end].After(p.AsOf))
	}
	rule := func(t archive.ReferenceType) *reference.Rule {
		for i := range p.Follow {
			if p.Follow[i].Type == t {
				return &p.Follow[i]
			}
		}
		return nil
	}
	within := func(reach, distance int) bool { return reach == archive.Unbounded || distance < reach }
	type state struct {
		end archive.End
		way int
	}
	var walk func(s state, distance int, path map[state]bool)
	walk = func(s state, distance int, path map[state]bool) {
		if d, ok := best[s.end]; !ok || distance < d {
			best[s.end] = distance
		}
		path[s] = true
		defer delete(path, s)
		for _, e := range w.edges {
			r := rule(e.Type)
			if r == nil || (!p.AsOf.IsZero() && !e.ValidAt(p.AsOf)) {
				continue
			}
			free := r.Out == archive.Unbounded && r.In == archive.Unbounded
			var next []state
			if e.Source == s.end && s.way != noted && within(r.Out, distance) {
				switch {
				case !free:
					next = append(next, state{e.Target, s.way})
				case s.way != against:
					next = append(next, state{e.Target, along})
				}
			}
			if e.Target == s.end && within(r.In, distance) {
				switch {
				case r.Notes && (s.way == along || s.way == noted):
					next = append(next, state{e.Source, noted})
				case s.way == noted:
				case !free:
					next = append(next, state{e.Source, s.way})
				case s.way != along:
					next = append(next, state{e.Source, against})
				}
			}
			for _, n := range next {
				if admissible(n.end) && !path[n] {
					walk(n, distance+1, path)
				}
			}
		}
	}
	if admissible(start) {
		walk(state{start, 0}, 0, make(map[state]bool))
	}
	return best
}

// Invariant 12: a dossier holds exactly what its policy says, each record by a
// shortest path, and every path is one of edges.
func TestInvariant12ClosureIsThatOfThePolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes, archive.Amends, archive.Answers, archive.DerivesFrom)
		var p reference.Policy
		if rapid.Bool().Draw(t, "dated") {
			p.AsOf = day(rapid.IntRange(1, 7).Draw(t, "at"))
		}
		reach := rapid.SampledFrom([]int{archive.Unbounded, 0, 1, 2})
		for _, kind := range []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.Answers} {
			r := reference.Rule{Type: kind, Reach: archive.Reach{Out: archive.Unbounded, In: archive.Unbounded}, Notes: rapid.Bool().Draw(t, "notes")}
			if rapid.Bool().Draw(t, "bounded") {
				r.Reach = archive.Reach{Out: reach.Draw(t, "out"), In: reach.Draw(t, "in")}
			}
			p.Follow = append(p.Follow, r)
		}
		g := reference.NewGraph(w.nodes, w.edges)
		got := g.Closure(p, w.nodes[0].ID)
		want := closed(&w, p, archive.ToRecord(w.nodes[0].ID))
		distances := make(map[archive.End]int)
		for _, item := range got.Items {
			end := archive.ToRecord(item.ID)
			if _, twice := distances[end]; twice {
				t.Fatalf("%s stands twice", item.ID)
			}
			distances[end] = len(item.Path)
			checkPath(t, &w, item, w.nodes[0].ID)
		}
		if diff := cmp.Diff(want, distances); diff != "" {
			t.Fatal(diff)
		}
		again := reference.NewGraph(w.nodes, rapid.Permutation(w.edges).Draw(t, "order")).Closure(p, w.nodes[0].ID)
		grown, part, err := reference.Grow(p, w.around(p), w.nodes[0].ID)
		if err != nil || !cmp.Equal(again, grown) {
			t.Fatalf("grown: %v, %s", err, cmp.Diff(again, grown))
		}
		if diff := cmp.Diff(again, part.Closure(p, w.nodes[0].ID)); diff != "" {
			t.Fatalf("the part that was read: %s", diff)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// In a circle that was imported, a record is reached in two ways, and what only
// the longer one may go on to is reached by the longer one.
func TestThePathIsOneThatThePolicyAllows(t *testing.T) {
	t.Parallel()
	nodes := []reference.Node{{ID: "0"}, {ID: "1"}, {ID: "2"}, {ID: "3"}}
	var edges []archive.Reference
	for _, e := range [][2]archive.RecordID{{"0", "1"}, {"1", "3"}, {"3", "0"}, {"3", "2"}} {
		edges = append(edges, archive.NewReference(archive.Supersedes, archive.ToRecord(e[0]), archive.ToRecord(e[1]), archive.Terms{}))
	}
	var got []string
	for _, item := range reference.NewGraph(nodes, edges).Closure(reference.Standard(time.Time{}), "0").Items {
		got = append(got, string(item.ID)+" "+item.Reason())
	}
	require.Equal(t, []string{"0 seed", "1 seed › supersedes", "3 seed › supersedes⁻¹", "2 seed › supersedes › supersedes › supersedes"}, got)
}

// checkPath follows the steps of an item from the start.
func checkPath(t *rapid.T, w *world, item reference.Item, start archive.RecordID) {
	at := start
	for _, s := range item.Path {
		if s.From != at {
			t.Fatalf("%v: the step does not begin where the last one ended", item)
		}
		i := slices.IndexFunc(w.edges, func(e archive.Reference) bool { return e.ID == s.Edge })
		from, to := w.edges[i].Source, w.edges[i].Target
		if s.Inverse {
			from, to = to, from
		}
		if from != archive.ToRecord(at) || w.edges[i].Type != s.Type {
			t.Fatalf("%v: edge %v", item, w.edges[i])
		}
		at = archive.RecordID(to.Value)
	}
	if at != item.ID {
		t.Fatalf("%v ends at %s", item, at)
	}
}

func TestClosureBordersAndFamilies(t *testing.T) {
	t.Parallel()
	text := archive.End{Kind: archive.EndText, Value: "IEN 1"}
	uri := archive.End{Kind: archive.EndURI, Value: "https://a.org"}
	nodes := []reference.Node{{ID: "A", Dated: day(1)}, {ID: "B", Dated: day(2)}, {ID: "C", Dated: day(3)}, {ID: "late", Dated: day(9)}}
	edge := func(t archive.ReferenceType, from, to archive.End) archive.Reference {
		return archive.NewReference(t, from, to, archive.Terms{})
	}
	g := reference.NewGraph(nodes, []archive.Reference{
		edge(archive.Supersedes, archive.ToRecord("A"), text), edge(archive.Supersedes, archive.ToRecord("late"), archive.ToRecord("A")),
		edge(archive.DerivesFrom, archive.ToRecord("A"), uri), edge(archive.DerivesFrom, archive.ToRecord("A"), archive.ToRecord("gone")),
		edge(archive.AttachmentOf, archive.ToRecord("B"), archive.ToRecord("A")), edge(archive.AttachmentOf, archive.ToRecord("C"), archive.ToRecord("B")),
	})
	p := reference.Standard(day(5))
	p.Follow = slices.DeleteFunc(p.Follow, func(r reference.Rule) bool { return r.Type == archive.AttachmentOf })
	got := g.Closure(p, "A", "nobody")
	var reasons []string
	for _, i := range got.Items {
		reasons = append(reasons, string(i.ID)+" "+i.Reason())
	}
	require.Equal(t, []string{"A seed", "B seed › attachmentOf⁻¹", "C seed › attachmentOf⁻¹ › attachmentOf⁻¹"}, reasons)
	require.True(t, got.Items[1].Family)
	var border []string
	for _, b := range got.Border {
		border = append(border, b.End.Value+" "+string(b.Why)+" "+string(b.From))
	}
	require.Equal(t, []string{"nobody not-held ", "IEN 1 unresolved A", "gone not-held A", "https://a.org external A", "late later-date A"}, border)

	p.Limit = 2
	limited := g.Closure(p, "A")
	require.True(t, limited.Full)
	require.Len(t, limited.Items, 2)
	require.Equal(t, reference.LimitMet, limited.Border[len(limited.Border)-1].Why)
	require.Len(t, g.At(archive.ToRecord("A"), time.Time{}), 5)
	require.Empty(t, g.At(archive.ToRecord("nobody"), time.Time{}))
	require.Len(t, g.Edges(), 6)
}

// Two that supersede the same do not belong to each other's dossier, nor two that
// the same supersedes; a note on what was superseded does.
func TestClosureDoesNotTurnRound(t *testing.T) {
	t.Parallel()
	edge := func(kind archive.ReferenceType, from, to archive.RecordID) archive.Reference {
		return archive.NewReference(kind, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{})
	}
	g := reference.NewGraph([]reference.Node{{ID: "old"}, {ID: "older"}, {ID: "new"}, {ID: "other"}, {ID: "note"}, {ID: "next"}}, []archive.Reference{
		edge(archive.Supersedes, "new", "old"), edge(archive.Supersedes, "new", "older"), edge(archive.Supersedes, "other", "old"),
		edge(archive.Supersedes, "next", "new"), edge(archive.Amends, "note", "old"),
	})
	ids := func(start archive.RecordID) (out []string) {
		for _, item := range g.Closure(reference.Standard(time.Time{}), start).Items {
			out = append(out, string(item.ID))
		}
		slices.Sort(out)
		return out
	}
	require.Equal(t, []string{"new", "next", "note", "old", "older"}, ids("new"))
	require.Equal(t, []string{"new", "next", "note", "old", "other"}, ids("old"))
	require.Equal(t, []string{"new", "next", "older"}, ids("older"))
}

// around reads a world as a store would: the edges at records of the types that the
// policy wants, and whether their other ends are held.
func (w *world) around(p reference.Policy) reference.Around {
	along, against := p.Wanted()
	asked := make(map[archive.RecordID]bool)
	return func(records []archive.RecordID) (held []reference.Node, edges []archive.Reference, err error) {
		for _, id := range records {
			if asked[id] {
				return nil, nil, fmt.Errorf("asked twice for %q", id)
			}
			asked[id] = true
			at := archive.ToRecord(id)
			ends := []archive.End{at}
			for _, e := range w.edges {
				if e.Source == at && slices.Contains(along, e.Type) || e.Target == at && slices.Contains(against, e.Type) {
					edges = append(edges, e)
					ends = append(ends, e.Source, e.Target)
				}
			}
			for _, n := range w.nodes {
				if slices.Contains(ends, archive.ToRecord(n.ID)) {
					held = append(held, n)
				}
			}
		}
		return held, edges, nil
	}
}

// TestAStartNobodyHoldsStandsAtTheBorderOnce: also where an edge leads to it that is
// read from its other end alone, and later.
func TestAStartNobodyHoldsStandsAtTheBorderOnce(t *testing.T) {
	t.Parallel()
	nodes := []reference.Node{{ID: "A"}, {ID: "B"}}
	edges := []archive.Reference{
		archive.NewReference(archive.HasPart, archive.ToRecord("A"), archive.ToRecord("B"), archive.Terms{}),
		archive.NewReference(archive.HasPart, archive.ToRecord("B"), archive.ToRecord("X"), archive.Terms{}),
	}
	p := reference.Standard(time.Time{})
	_, against := p.Wanted()
	require.NotContains(t, against, archive.HasPart, "else this shows nothing")
	around := func(ids []archive.RecordID) (held []reference.Node, out []archive.Reference, err error) {
		for _, e := range edges {
			if slices.Contains(ids, archive.RecordID(e.Source.Value)) {
				out = append(out, e)
			}
		}
		return nodes, out, nil
	}
	want := []reference.Border{{End: archive.ToRecord("X"), Why: reference.NotHeld}}
	grown, _, err := reference.Grow(p, around, "X", "A", "X")
	require.NoError(t, err)
	require.Equal(t, want, grown.Border)
	require.Equal(t, reference.NewGraph(nodes, edges).Closure(p, "X", "A", "X"), grown)
	require.Equal(t, want, reference.NewGraph(nodes, nil).Closure(p, "X", "A", "X").Border)
}

// Components against the plainest way: everybody takes the number of his neighbours
// until nobody changes his any more.
func TestComponentsAgainstSpreadingNumbers(t *testing.T) {
	t.Parallel()
	types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.SeeAlso}
	rapid.Check(t, func(t *rapid.T) {
		const n = 8
		held := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "held")
		id := func(i int) archive.RecordID { return archive.RecordID(rune('A' + i)) }
		var nodes []reference.Node
		number := make(map[string]int)
		for i := range n {
			number[string(id(i))] = i
			if held[i] {
				nodes = append(nodes, reference.Node{ID: id(i)})
			}
		}
		var edges []archive.Reference
		for range rapid.IntRange(0, 10).Draw(t, "edges") {
			from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			edges = append(edges, archive.NewReference(rapid.SampledFrom(types).Draw(t, "type"), archive.ToRecord(id(from)), archive.ToRecord(id(to)), archive.Terms{}))
		}
		outside := rapid.Bool().Draw(t, "outside")
		for changed := true; changed; {
			changed = false
			for _, e := range edges {
				from, to := e.Source.Value, e.Target.Value
				if e.Type == archive.SeeAlso || number[from] == number[to] || !outside && (!held[from[0]-'A'] || !held[to[0]-'A']) {
					continue
				}
				least := min(number[from], number[to])
				number[from], number[to], changed = least, least, true
			}
		}
		sizes := make(map[int]int)
		for _, node := range nodes {
			sizes[number[string(node.ID)]]++
		}
		want := slices.Sorted(maps.Values(sizes))
		slices.Reverse(want)
		got := reference.NewGraph(nodes, edges).Components(outside, archive.Supersedes, archive.Amends)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
