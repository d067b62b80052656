// Package sampling observes by hand what no system records: with a stopwatch,
// or by looking at random times (work sampling).
//
// A Session says where, when and by whom something was watched, and how much of
// it: Coverage counts time, places and cases and lists the gaps, so that nobody
// takes an afternoon for a month. Every figure carries an interval.
//
//   - Stopwatch: times of an activity. Summarise gives the mean with an interval
//     by Student's distribution; Needed says how many more times must be taken
//     for the relative error that is wanted.
//   - Work sampling: Rounds draws the times to look, at random from a seed, in
//     working time alone; Tally counts what was seen, with Wilson intervals.
//
// Emit hands the times to a process.Sink, where they become events of the same
// model, marked process.Hand: figures from hand and from systems stay apart, and
// nothing averages them.
//
// Blameless observation: Anonymise puts roles in the place of people, and
// Suppress hides cells of a table that few cases stand behind, with those that
// would give them away by subtraction.
package sampling
