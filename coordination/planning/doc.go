// Package planning keeps plans, materials and people in the registers of an
// office, and answers from what is kept whether everything is in place.
//
// # What is kept
//
// A plan is a sheet of the book "plan" with its events, and its activities,
// relations, calendars and baselines in sheets of their own, so that a change of
// one activity writes one of them. Items, lots, orders, reservations, people and
// records of attendance are a sheet each. Two sheets guard the lists: whatever
// changes materials raises the revision of the sheet "supply", whatever changes
// people that of "staff"; what is read under them is one state of affairs.
//
// # Commands
//
// Do gives a command of schedule/plans to a plan, DoOrder one of schedule/supply
// to a requisition or an order; the other commands put, count, issue, reserve and
// record. Each is one unit of work: it reads, decides by the pure rules and stores
// the result with its events, or stores nothing. A revision that is given must be
// the one that is stored; 0 stands for whatever there is. What a delivery brings
// goes into stock in the same unit of work, and what is sent back leaves it.
//
// # Proposals
//
// Propose keeps what was asked, not the moves: they follow from the plan, whose
// revision the proposal names. AcceptProposal works them out again and refuses if
// the plan has moved on.
//
// # Answers
//
// Readiness, WhatIf, EffectOf and Risk answer from what is kept at that moment and
// store nothing, so a promise counts from the moment it is stored. Compiled plans,
// positions and teams are kept in memory by revision, as many as Config.Keep says;
// an answer always checks the revisions first.
//
// # Plans that want the same
//
// What the activities of all plans of a tenant that have not begun want of materials
// is netted together: each unit is pegged once, to the earlier need whichever plan
// has it, then by priority, then by the id of the demand (schedule.RequirementID).
// So the answers of all plans at one status date together never give a unit twice.
// A plan has no state of its own: what it does not want any more is cancelled in it.
// A plan without a date that its calendars allow is left out, and its own readiness
// is that error. At most MaxNetted plans may want material at once; beyond that
// answers are refused rather than given as if the others wanted nothing.
//
// WhatIf, EffectOf and Risk have the wants of the other plans in their facts too, as
// they are stored: they tell what a change does to the plan that is asked about, not
// what it does to others. An order that serves several plans is among the actions of
// each of them, with its whole quantity and cost, under one id.
//
// People are assigned plan by plan: the time another plan takes of somebody counts
// only where it is booked (Person.Bookings).
//
// Errors are those of schedule (ErrInvalid, ErrRefused, ErrConflict) and of the
// register (ErrNotFound, ErrConflict).
package planning
