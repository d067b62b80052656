// Package level dates the activities of a plan under limited staff, machines
// and materials: it solves the resource-constrained project scheduling problem
// with several modes, calendars, stocks, pins and skilled people.
//
// # Problem
//
// A Problem is a list of activities in whole slots of time and whole units of
// quantity. Each activity has one or more modes with a duration and what they
// need: units of renewable resources while it runs, units of totals for good,
// units of stocks at its start, people with skills. Relations keep minimum
// time lags between starts and finishes; releases, deadlines, a horizon and
// pins bound the dates. The objective is the makespan, the weighted tardiness
// or the distance from a given plan. People whom nothing tells apart are counted
// as a pool and named when a schedule is shown. The package knows no calendars or
// units of anyone: who calls it translates.
//
// # Solve
//
// Solve is anytime: it has a schedule early, improves it as long as it may,
// and reports through Options.Improved. It stops when the schedule is proven
// optimal, when Options.Schedules are spent, or when the context ends; the
// Result says how far it came by a status and a lower bound. Every schedule it
// returns has passed Check, which shares no code with the methods. A problem
// without any schedule is reported as Infeasible with causes, as few as it can
// find, that cannot hold together.
//
// The same problem, seed and number of schedules give the same result on any
// machine and with any number of workers. A limit of time does not: it cuts
// where the machine happens to be.
//
// # Methods
//
// Each method is a file that names its source: the serial generator
// (generate.go) on a packed profile (packed.go) or a list of steps
// (stepwise.go), stocks (stocks.go) and people (pool.go, crew.go); double justification
// (justify.go); the population method (population.go, sample.go); mode choice
// (modes.go); lower bounds (bounds.go); the exact core (core.go, exact.go) on
// the solver of internal/lcg; large-neighbourhood search over it (lns.go), begun
// from several schedules (race.go); the reason of infeasibility (causes.go).
// solve.go drives them in rounds.
//
// # Limits
//
// The exact core takes problems whose profile, pairs and costs stay within the
// constants in corelimits.go; beyond them, and for capacities above 32,767, Solve
// still levels by the population method but proves nothing. A generator pass
// needs time in proportion to durations in slots: choose slots no finer than
// the plan needs.
package level
