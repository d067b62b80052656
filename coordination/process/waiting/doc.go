// Package waiting says why work waits.
//
// The wait of an activity instance runs from when it is enabled to its start.
// It is enabled when the last instance before it in its case has ended that
// does not run side by side with it; the log may state the time itself. Every
// microsecond of the wait gets one Cause, in this order:
//
//   - Batching: until the last member of its batch is enabled. A batch is a run
//     of instances of one activity by one resource, of several cases, with
//     pauses of at most a quarter of an hour, all enabled before the first began. What
//     joins a run later found a queue that is being worked off, and is none of it.
//   - Contention: its resource works on something that was enabled no later.
//   - Prioritisation: its resource works on something that was enabled later, so
//     the instance was overtaken.
//   - Unavailability: its resource is off by its calendar.
//   - Extraneous: the rest. Timers, outside parties, whatever the log does not show.
//
// The shares are exclusive and sum to the wait exactly. Beside them stands how
// long each cause was true at all (Possible) and how long nothing else was
// (Sure), because the order above is a convention. What a discovered calendar
// explains is never sure, and where the start of an instance is not known
// nothing is.
//
// The definitions follow the literature on waiting time analysis (Lashkevich,
// Milani, Chapela-Campa, Suvorau & Dumas, "Why am I waiting?", CAiSE 2023),
// with one difference: calendars are declared, or discovered from presence, and
// never from the gaps they are to explain.
//
// Analyse takes a log at once; its work grows like n·log n with the number of
// instances.
package waiting
