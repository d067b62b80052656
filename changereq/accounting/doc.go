// Package accounting says how an office works: where requests stand, how long
// things take, and how often they go wrong, as of any date.
//
// A [Ledger] folds the events of all requests; a [Report] is what it adds up to.
// The report as of a date is the fold of the events up to and at that instant,
// so it comes out the same whenever it is asked for. Nothing is sampled and
// nothing is looked up: the same events give the same report, in the same order,
// on every machine.
//
// # Definitions
//
// Times are whole microseconds. Of n values the median is the middle one, or the
// mean of the middle two rounded down; p90 is the value at place ⌊0.9·n⌋ of the
// sorted values, counted from 0. [Days] rounds down to whole days.
//
// Leads, each for the requests of which both ends have happened:
//
//   - submit-decision: from submitting (the first move out of the state in which
//     the request was opened) to the first decision on a brief;
//   - decision-told: from that decision to the first time after it that a notice
//     to the applicant was sent or acknowledged;
//   - decision-effective: from the first approval to closing as implemented;
//   - restore: from backing out to the last revision put back in force after it.
//
// Shares, n out of of:
//
//   - first-pass: of the requests decided on, those approved by the first
//     decision without having been sent back to intake before;
//   - re-approved: of the requests approved, those approved more than once;
//   - failed: of the requests whose work came to an end, implemented or backed
//     out, those backed out or reviewed as failed;
//   - emergency: of the requests opened, those under an emergency lifecycle;
//   - unauthorised: of the released results recorded, those recorded while no
//     approval and no authorisation held;
//   - verified: of the requests closed as implemented, those of which every
//     result was verified or signed as unchanged;
//   - overdue: of the notices owed, those owed for longer than the limit.
//
// Ages are how long the requests that have not ended have been in their state.
// Approvers are, by person, the times from issuing a brief to that person's first
// answer to it, a vote or a decision. [Lead] adds times between states of one's own, which is what
// imported histories have, and [Landing] shares of their steps.
package accounting
