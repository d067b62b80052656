// Package coordination is the coordinator's desk: it joins the rooms of the
// office in one unit of work and keeps their common journal.
//
// A [Desk] gives commands about change requests. In the transaction of a decision
// it files a copy of the request and of the brief, with references both ways, and
// owes a notice to everybody concerned; each of these is an event of its room, and
// every event is an [Entry] of the journal. Either all of it is stored or nothing.
//
// # The journal
//
// Entries get their positions after they are committed, by [Store.Sequence]: no
// counter stands in the way of writers, and still positions of a tenant count
// from 1 without gaps. A reader that goes on after the last position it saw meets
// every committed entry exactly once and in order. [Desk.Journal] sequences before
// it reads; who relays the journal calls [Desk.Sequence] in a loop.
//
// # Registers
//
// Things of the smaller rooms, and an embedder's own, stand in registers: a book
// of sheets for each kind, whose events are entries of the journal under the name
// of the book. [Registers] narrows a store to them; see package register.
//
// # Transactions
//
// [Store] is the port that backends implement; adapters/store has them for memory,
// SQLite and PostgreSQL, and adapters/store/storetest proves one. What an Update
// reads by id is still true when it commits; lists are snapshots. [Desk.DoTx] runs
// a command inside the caller's transaction, so an embedder's own rows commit with
// the office's.
//
// # Time, ids, tenants
//
// Clock and ids are fields of [Config]. The tenant and the actor are parameters of
// every call, never values of a context. A Desk is safe for concurrent use and
// starts no goroutine.
package coordination
