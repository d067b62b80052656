package level

import "slices"

// Forward-backward improvement, or double justification (Li & Willis 1992;
// Valls, Ballestín & Quintanilla 2005): moving every activity as late as the
// makespan allows and then as early as possible never lengthens a plan and
// often shortens it.

// justify repeats the two passes on a schedule while it gets shorter. list
// and start hold an order of the activities and their starts; both are
// replaced by those of the result, list being in order of start. It is for
// plain problems.
func (g *generator) justify(list, start []int32, end int32, limit int) int32 {
	g.sortStarts(list, start, end)
	for g.passes+2 <= limit {
		span := g.rightJustify(list, start, end)
		if span >= never {
			return never
		}
		shorter := g.leftJustify(list, start, span, end)
		if shorter >= end {
			return shorter
		}
		end = shorter
	}
	return end
}

// sortStarts puts list in order of start, keeping the relations where equal.
func (g *generator) sortStarts(list, start []int32, end int32) {
	copy(list, g.pr.order)
	g.sortBy(list, start, end)
	g.legalise(list, &g.pr.in)
}

// rightJustify moves every activity as late as possible before end, the last
// to finish first. Afterwards start is mirrored at end, and list runs backward.
func (g *generator) rightJustify(list, start []int32, end int32) int32 {
	slices.Reverse(list)
	for j, s := range start {
		g.key[j] = end - s - g.pr.duration[j]
	}
	g.sortBy(list, g.key, end)
	g.legalise(list, &g.pr.out)
	return g.backward(list, start, end)
}

// leftJustify moves every activity of a right-justified schedule as early as
// possible. Without releases and calendars the schedule first slides to slot 0.
func (g *generator) leftJustify(list, start []int32, span, end int32) int32 {
	if g.pr.symmetric {
		end = span
	}
	slices.Reverse(list)
	for j, s := range start {
		g.key[j] = end - s - g.pr.duration[j]
	}
	g.sortBy(list, g.key, end)
	g.legalise(list, &g.pr.in)
	return g.forward(list, start)
}

// legalise moves activities behind those they are tied to. An order of starts
// needs it only where a relation lets an activity start before the one it
// waits for.
func (g *generator) legalise(list []int32, ties *arcs) {
	if g.pr.steady {
		return
	}
	clear(g.placed)
	g.rest = append(g.rest[:0], list...)
	done := 0
	for done < len(list) {
		for _, j := range g.rest {
			if !g.placed[j] && !slices.ContainsFunc(ties.of(j), func(a arc) bool { return !g.placed[a.node] }) {
				g.placed[j] = true
				list[done] = j
				done++
			}
		}
	}
}
