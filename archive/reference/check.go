package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive"
)

// oneSided finds the edges that only one of two held ends declares, of types for
// which this import uses a word each way.
func (a *assembly) oneSided() {
	both := a.bothWays()
	sides := make(map[archive.ReferenceType]*Sides)
	for i := range a.edges {
		e, by := &a.edges[i], &a.stated[i]
		if !both[e.Type] || (by.line > 0) == (by.inverseLine > 0) || e.Evidence != archive.Declared {
			continue
		}
		count := sides[e.Type]
		if count == nil {
			count = &Sides{Type: e.Type}
			sides[e.Type] = count
		}
		f := Finding{Code: OneSided, Line: by.line, Record: archive.RecordID(e.Source.Value), Word: by.word, Target: e.Target.Value}
		silent := e.Target
		if by.line == 0 {
			f.Line, f.Record, f.Word, f.Target = by.inverseLine, archive.RecordID(e.Target.Value), by.inverse, e.Source.Value
			silent = e.Source
			count.TargetOnly++
		} else {
			count.SourceOnly++
		}
		if !a.held[silent] {
			count.Outside++
			continue
		}
		f.Text = fmt.Sprintf("%q does not say so itself", silent.Value)
		a.report.Findings = append(a.report.Findings, f)
	}
	for _, info := range archive.ReferenceTypes() {
		if count := sides[info.Type]; count != nil {
			a.report.Sides = append(a.report.Sides, *count)
		}
	}
}

// bothWays are the types for which this import uses a word each way.
func (a *assembly) bothWays() map[archive.ReferenceType]bool {
	along, against := make(map[archive.ReferenceType]bool), make(map[archive.ReferenceType]bool)
	for word, count := range a.counts {
		switch m, known := a.words[word]; {
		case !known:
		case m.Inverse != count.Reversed:
			against[m.Type] = true
		default:
			along[m.Type] = true
		}
	}
	for t := range along {
		along[t] = against[t]
	}
	return along
}

// loop remembers an end that states itself, where that makes a circle.
func (a *assembly) loop(t archive.ReferenceType, end archive.End) {
	if info, _ := t.Info(); !info.Acyclic {
		return
	}
	if a.loops[t] == nil {
		a.loops[t] = make(map[archive.End]bool)
	}
	a.loops[t][end] = true
}

// quarantine takes the edges within circles out.
func (a *assembly) quarantine(nodes []Node) []archive.Reference {
	g := NewGraph(nodes, a.edges)
	caught := make([]bool, len(a.edges))
	for _, info := range g.types {
		if info.Acyclic {
			a.circles(info.Type, g, caught)
		}
	}
	a.mixed(g, caught)
	for _, word := range sortedKeys(a.counts) {
		a.report.Words = append(a.report.Words, *a.counts[word])
	}
	if !slices.Contains(caught, true) {
		return a.edges
	}
	kept := a.edges[:0:0]
	for i := range a.edges {
		if caught[i] {
			a.report.Quarantined = append(a.report.Quarantined, a.edges[i])
		} else {
			kept = append(kept, a.edges[i])
		}
	}
	return kept
}

// circles reports the circles of a type: those of edges, and the ends outside of them
// that state themselves.
func (a *assembly) circles(t archive.ReferenceType, g *Graph, caught []bool) {
	in := make(map[archive.End]bool)
	var found []Circle
	for _, ends := range g.Circles(t) {
		found = append(found, Circle{Type: t, Ends: ends})
		a.circle(t, ends, g, caught)
		for _, end := range ends {
			in[end] = true
		}
	}
	for end := range a.loops[t] {
		if !in[end] {
			found = append(found, Circle{Type: t, Ends: []archive.End{end}})
		}
	}
	slices.SortFunc(found, func(x, y Circle) int { return compareEnds(x.Ends[0], y.Ends[0]) })
	a.report.Circles = append(a.report.Circles, found...)
}

// circle reports every edge within a circle.
func (a *assembly) circle(t archive.ReferenceType, ends []archive.End, g *Graph, caught []bool) {
	text := fmt.Sprintf("quarantined: a circle of %s over %s", t, listed(ends))
	a.within(ends, g, func(i int32) {
		if e := &a.edges[i]; e.Type == t {
			caught[i] = true
			line, word := a.statedBy(i)
			a.report.Findings = append(a.report.Findings, Finding{
				Code: CircleFound, Line: line, Record: archive.RecordID(e.Source.Value), Word: word, Target: e.Target.Value, Text: text,
			})
		}
	})
}

// mixed reports circles over several types whose source is made after its target:
// each edge alone may be right, together they cannot all be. Which is wrong nobody
// can tell, so that the edges are kept.
func (a *assembly) mixed(g *Graph, caught []bool) {
	later := make(map[archive.ReferenceType]bool)
	for _, info := range g.types {
		later[info.Type] = info.Later
	}
	for _, ends := range g.circles(func(h half) bool { return g.types[h.kind].Later && !caught[h.edge] }) {
		var first int32 = -1
		a.within(ends, g, func(i int32) {
			if later[a.edges[i].Type] && !caught[i] && (first < 0 || i < first) {
				first = i
			}
		})
		line, word := a.statedBy(first)
		e := &a.edges[first]
		a.report.Findings = append(a.report.Findings, Finding{
			Code: MixedCircle, Line: line, Record: archive.RecordID(e.Source.Value), Word: word, Target: e.Target.Value,
			Text: "each of several types leads round: " + listed(ends) + " cannot each be later than the next",
		})
	}
}

// within calls each with the edges between ends of a set, by source.
func (a *assembly) within(ends []archive.End, g *Graph, each func(i int32)) {
	in := make(map[archive.End]bool, len(ends))
	for _, end := range ends {
		in[end] = true
	}
	for _, end := range ends {
		for _, h := range g.nodes[g.index[end]].out {
			if in[g.nodes[h.other].end] {
				each(h.edge)
			}
		}
	}
}

// statedBy is the first statement of an edge, that of its source if it made one.
func (a *assembly) statedBy(i int32) (line int, word string) {
	if by := &a.stated[i]; by.line > 0 {
		return by.line, by.word
	}
	return a.stated[i].inverseLine, a.stated[i].inverse
}

// listed names the first ends of a set.
func listed(ends []archive.End) string {
	const shown = 10
	names := make([]string, 0, shown)
	for _, end := range ends[:min(shown, len(ends))] {
		names = append(names, end.Value)
	}
	list := strings.Join(names, ", ")
	if len(ends) > shown {
		list += fmt.Sprintf(" and %d more", len(ends)-shown)
	}
	return list
}
