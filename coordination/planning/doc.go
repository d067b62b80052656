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
// Plans of one office are netted one at a time: what another plan needs of an item
// or a person counts only where it is reserved or booked.
//
// Errors are those of schedule (ErrInvalid, ErrRefused, ErrConflict) and of the
// register (ErrNotFound, ErrConflict).
package planning
