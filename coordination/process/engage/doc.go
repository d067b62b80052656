// Package engage runs a time-boxed job on a process: from a frozen baseline to a
// goal, an exit test and an end date, and a watch afterwards that says when the
// problem returns.
//
//	Measuring ──▶ Met ──▶ Watching ──▶ Closed
//	    │                    │
//	    ├──▶ Expired         └──▶ Returned
//	    └──▶ Withdrawn
//
// A Measure is a versioned definition that computes a Reading from a log and a
// window: throughput per hour of labour, first-pass yield, on time, cost per
// case, duration, waiting. A reading keeps the measure it was made by, so that an old
// figure can be computed again, and one made by another definition is refused
// rather than compared.
//
// Propose checks a plan and freezes its baseline. Decide says what a reading, a
// date or a withdrawal changes, as events; Evolve applies an event. Both are pure:
// the clock is an argument, and where events are kept is the caller's business.
package engage
