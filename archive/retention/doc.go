// Package retention says how long a record is kept, what keeps it longer, and
// under which conditions it may go.
//
// A [Schedule] is a version of the phases a record goes through: each [Phase] is
// triggered by an event or a date, lasts for a [Period] of the calendar and ends in an
// [Action]. [Schedule.Assess] computes where a record stands: the last day it is
// kept (Until), the first day the action may run (Due, the day after), or the
// trigger it waits for. Due is derived and never stored; that it has come changes
// nothing by itself. A new version never makes a record due earlier unless somebody
// named an authority for it ([Revise]).
//
// A [Hold] keeps what its [Scope] covers, for a matter, until it is released: by
// record, by class or aggregation, or by a condition that is looked at when it
// matters and never in advance. A hold does not move Due; one that stops the
// clock adds the days it stood. Its [Carry] says over which references it goes on to other
// records, whenever those references were added; [Spread] is where it goes in a whole graph.
//
// A disposal is a [Batch]: exactly these records with exactly these contents, asked for by one person, approved by
// others, carried out record by record. [Decide] refuses what is not lawful and
// [Evolve] applies what happened. Every condition is looked at again when a
// record is destroyed or handed over: due, approved by enough people for exactly
// this scope, held by nothing, its content unchanged. What goes leaves a
// [Tombstone] and stands on the [Certificate].
//
// Everything here is pure: the caller gives the time, the holds and the facts,
// read in the transaction that stores the events, so that no hold can be raced.
package retention
