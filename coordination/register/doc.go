// Package register keeps the things of the office's smaller rooms: issues,
// meetings, products, and whatever else an embedder has. One storage port serves
// them all, so that a new room needs no table and no statement of its own.
//
// A [Sheet] is what is known of one thing: a body in JSON, and the keys by which
// lists find it. Sheets of one kind stand in a book, such as "issue". [Tx] stores
// a sheet together with the events that led to it; the events are entries of the
// journal of the office, whose room is the book.
//
// A [Register] is the typed use of a book: it writes and reads a Go value as the
// body of a sheet and derives its keys. A body that does not fit the type exactly
// is an error, so that a program never writes back less than it read.
//
// # Lists
//
// A list is in the order of ids, or, by the name of a key, in the order of the
// values under that name and of ids where values are equal. It can be cut to a
// half-open range of ids or values; [Query.Only] and [Query.Prefix] make the two
// usual ranges. All order is by bytes. What must sort as a number or a time is
// written so that its bytes do: [Sortable] does it for times.
//
// # Rules
//
// A register decides nothing. The rules of a room are pure functions over its
// values and events; whoever calls them puts the result here with the revision
// that was read, and a sheet that was changed in between is ErrConflict.
//
// # Histories
//
// Where a value is nothing but what its events make of it, [Register] says so with
// Evolve: the same function that the rules use. An audit then compares what is stored with what
// [Register.Retell] gives, and whoever changes a sheet behind the office's back is found
// (coordination.BookOf, audit.Config.Books).
package register
