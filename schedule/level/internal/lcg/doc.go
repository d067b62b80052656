// Package lcg is a lazy-clause-generation solver for whole-number variables
// (Ohrimenko, Stuckey & Codish 2009): constraint propagation in which every
// propagated bound can be explained, joined with the conflict analysis of a
// SAT solver, so that each failure teaches a clause that prevents its kind.
//
// A variable has a lower and an upper bound and nothing else. Its two sides
// are treated alike: the upper side of x is the lower side of -x, and a
// literal says that a side has reached a bound. Literals are not numbered in
// advance nor created on demand; a clause holds them as they are, and truth is
// a comparison with the bound at hand. So [x >= 7] implies [x >= 5] without a
// clause that says so.
//
// Files in order of reading: literal.go, trail.go, arc.go (relations),
// clause.go (watched literals), propagate.go, analyze.go (first unique
// implication point), branch.go (activity), search.go (restarts), then the
// constraints: timetable.go (renewable resources), linear.go (weighted sums),
// choice.go (budgets, the shortest mode that is left, counts) and reservoir.go
// (stocks).
//
// A Solver belongs to one goroutine. It reads no clock; the same calls give
// the same results everywhere.
package lcg
