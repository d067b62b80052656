package reference_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

func Example() {
	// Three specifications, as they speak of each other.
	nodes := []reference.Node{
		{ID: "SPEC-A", Dated: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "SPEC-B", Dated: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "NOTE-1", Dated: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)},
	}
	names := reference.NewResolver(nil)
	for _, n := range nodes {
		names.Name(string(n.ID), n.ID)
	}
	edges, report := reference.Assemble(nodes, []reference.Statement{
		{Source: "SPEC-A", Line: 1, Word: "superseded_by", Target: "SPEC-B"},
		{Source: "NOTE-1", Line: 3, Word: "updates", Target: "spec a"},
		{Source: "NOTE-1", Line: 3, Word: "updates", Target: "tbd"},
	}, reference.Vocabulary{
		"superseded_by": {Type: archive.Supersedes, Inverse: true},
		"updates":       {Type: archive.Amends},
	}, names, "carol", time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	for _, f := range report.Findings {
		fmt.Printf("line %d: %s: %s\n", f.Line, f.Code, f.Text)
	}

	g := reference.NewGraph(nodes, edges)
	fmt.Println("heads in 2026:", g.Heads("SPEC-A", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))[0].Value)
	for _, item := range g.Closure(reference.Standard(time.Time{}), "SPEC-B").Items {
		fmt.Println(item.ID, "because", item.Reason())
	}
	// Output:
	// line 3: not-exact: taken for "SPEC-A"
	// line 3: placeholder: stands for no target
	// heads in 2026: SPEC-B
	// SPEC-B because seed
	// SPEC-A because seed › supersedes
	// NOTE-1 because seed › supersedes › amends⁻¹
}
