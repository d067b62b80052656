package reference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

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
