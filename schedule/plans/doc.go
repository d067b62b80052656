// Package plans gives plans a life: commands that change a plan, the events they
// give, and the plan as the fold of its events.
//
// # Commands
//
// Create begins a plan with whatever a file or a planner has. Revise changes what
// is planned: activities, relations, calendars, bounds; it never moves an accepted
// date. Record says what has happened to activities. Accept makes a proposal of
// schedule.Propose the plan, at the revision it was made for. TakeBaseline keeps
// dates for comparison.
//
// # Rules
//
// Every plan that is kept compiles: a command after which it would not is refused
// with all its faults. Planned dates change by Accept alone and actual dates by
// Record alone, so that the event that set a date can always be found. Activities
// that are planned to begin within the frozen horizon move only if the proposal
// names them and whoever accepts it confirms them. Each command raises the
// revision of the plan by one.
//
// Decide and Evolve are pure. A command on a large plan gives several events, none
// of which is longer than MaxEvent; they stand or fall together.
package plans
