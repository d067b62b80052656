// Package postgres keeps the office in PostgreSQL, from version 14.
//
// A unit of work runs at READ COMMITTED and locks what it reads by id, also the
// ids under which it found nothing, so that what it decided on is still true
// when it commits. Its writes are kept back and leave with the COMMIT in one
// round trip. Deadlocks, serialization failures and connections lost before the
// commit run it again; a connection lost during the commit is
// ErrUnknownOutcome, after which the caller looks whether it took effect.
//
// Entries of the journal get their positions after they are committed: call
// DB.Sequence in a loop of your own, after a commit and every 20 to 50 ms.
//
// With asynchronous replication a failover can lose acknowledged units; with a
// synchronous standby it does not. Open does not touch the schema: call
// DB.Migrate when a program starts.
package postgres
