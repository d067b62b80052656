// Package schedule answers the coordinator's question about a plan: who and
// what is missing for every activity, why, and the last day to act.
//
// # Plan and calendars
//
// A Plan holds activities, relations between them and calendars. A Calendar is
// a week of shifts in a time zone with dated exceptions; compiled to Hours it
// adds and subtracts open time exactly, over changes of the clock and years, in
// a time that hardly grows with the distance. An activity works when its own
// calendar and that of its place are both open.
//
// Compile checks a plan and makes a Network of it. Network.CriticalPath dates
// it: earliest dates under relations with lags, bounds, progress and the status
// date; late dates, total and free float; the driver of each start. Findings
// says what does not hold, such as a deadline or a manual date that breaks a
// relation; nothing is bent to hide it. Review ties findings to the gates of a
// lifecycle. Check tests dates from outside, by measuring alone.
//
// # Changing dates
//
// Nothing moves in silence. Propose lists what would move, each move with one
// root cause; Accept makes it an event, and refuses stale proposals and frozen
// activities that were not named; Evolve applies the event. Without options only
// what has to move does.
//
// # Readiness
//
// A Requirement of an activity is a material, people with a skill, a document
// or an approval. Assess asks a SupplyPosition (schedule/supply) and an
// Availability (schedule/staff) and gives each requirement, activity, gate and
// the plan a Verdict: Ready, ReadyIf something is done by a date, Late, or Short.
// Readiness.Explain follows a verdict down to its facts and up to its root;
// Readiness.WhatIf answers for a change by working out anew only what it touches,
// and Readiness.EffectOf tells what a revision of the plan itself would do before
// it is decided. Readiness.Level dates the plan so that nobody is wanted twice
// and no material before it is there, by the search of schedule/level, with the
// reason for every delay and the changes that would help most; CheckLevelled
// tests what it gives, and Readiness.ProposeLevelled makes a proposal of it.
//
// # Units and rules
//
// Times are UTC inside and exact to the microsecond, dates lie in the years 1900
// to 2200, quantities are whole numbers of the smallest unit. Functions are pure:
// the status date is an argument, nothing reads a clock. Values may be used by
// several goroutines as long as none changes them. Results do not depend on the
// order of maps.
package schedule
