// Package archive files documents so that they are found again, unaltered, with
// what they belong to.
//
// A [Record] is one document: what it is, what it is about, when it was filed by
// whom, and the SHA-256 of its content. The content is kept under that digest and
// verified when it is opened; content that no longer fits is [ErrAltered]. A
// record never changes its content: a correction is another record that refers
// to it.
//
// A [Reference] is one typed edge between two ends: records, things of another
// room (a [Ref], opaque here), addresses outside, or text that nobody has
// resolved yet. It is stored once; at its target it is read by the inverse name
// of its type, so "decidedIn" at one end is "decides" at the other. The same edge
// twice is one edge. Types such as supersedes have no circles: an edge that would
// close one is [ErrRefused].
//
// Records that turn out to be one thing are merged ([Service.Merge]): one of them stands
// for all, whoever asks by which id, and the references of each are those of all, under the ids
// and between the ends that they always had. Nothing that was filed changes.
//
// [DecideFile], [DecideRefer] and [DecideMerge] are the rules, [Evolve] applies an event, and a
// [Service] loads, decides and saves: File, Refer and Merge in a transaction of their
// own, FileTx, ReferTx and MergeTx in the caller's, so that the copy of a decision is filed
// with the decision or not at all.
//
// The packages below build on this: fileplan (where records belong, and when they are
// complete), reference (imports, heads as of a date, closures), retention
// (schedules, holds, disposals), paper (things on shelves), outcome (what succeeded
// or failed), search, dossier (what is handed over on a matter), evidence (proofs
// of the journal) and transfer (out and in again). Contents too large for memory
// are kept by [Blobs].
//
// [Service.Audit] compares records, contents and references with their history.
//
// Times are UTC in whole microseconds. Lists are pages by key in a stated order.
// A Service is safe for concurrent use.
package archive
