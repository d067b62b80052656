// Package staff knows people: what they can do and until when they are
// qualified, when they are there, and who could do what an activity asks for.
//
// # People
//
// A Roster holds people with skills, each with a level and the days it is valid,
// their calendars, what they are booked for elsewhere, and attendance. Compile
// makes a Team of it, which implements schedule.Availability.
//
// # Attendance
//
// Attendance is a list of records that only grows: a record is corrected by a
// later one with a reason, never changed. Presence is the union of what is not
// corrected: two absences on one day both count, leave in one half and work in
// the other can both be recorded, and a full day is stored as such. Leave that
// is asked for and not decided makes a person uncertain, which is shown apart.
// Answers for others say "not available", never why.
//
// # Assignment
//
// Team.Assign serves calls by start, then priority, then id, all people of a
// call or none. A person works on one call at a time, throughout it, unless the
// call allows handing over at a change of shift. Where nobody is free, people
// already assigned are exchanged along a chain, as in bipartite matching; for
// calls of one time that finds an assignment whenever there is one. People who
// can do least else are taken first, so that the others stay free.
//
// Where a call fails, the reason is proved: at some moment the calls of a set,
// which is named, ask for more people than qualify and are there at all
// (Hall's condition; the set is one side of a minimum cut). If there is no such
// moment the answer says that nobody can stay throughout. Remedies with their
// lead times give the last day to act.
package staff
