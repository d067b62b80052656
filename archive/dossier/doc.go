// Package dossier draws up what is handed over on a matter and writes it down so
// that a stranger can follow it: every record that belongs to the matter and why,
// what was left out and why, what happened when, and the proof that nothing was
// changed since.
//
// [Draw] makes a [Plan] of an [Order]: the closure of the order's policy over the
// references of the archive ([reference.Policy]), each [Item] numbered, with the
// path by which it was reached and a folder of its own; each file with its Bates
// number, which is never given twice; the references between the records; and the log of what was
// [Withheld]. Records whose existence the reader may not know are taken out
// before anything is reached, so that nothing in the plan, not even a number, is
// different from that of an archive without them.
//
// A dossier may continue an earlier one ([Order.Earlier]): what the reader has had is left out
// and stands in the log as handed over, the numbers go on, and only references are
// told that are new. The dossiers on a matter are together what one dossier of today would
// be ([Plan.Handed]).
//
// [Write] writes a plan into a [Bag]: contents, metadata as JSON lines and CSV,
// proofs ([Evidence]) and VERIFY.md, whose commands need nothing but public tools. The same plan gives
// the same bytes: no clock is read, keys of JSON stand in a fixed order, times
// are UTC.
//
// The package knows neither how bags are written nor how proofs are made: a bag
// is the adapter's, a proof comes as a file.
package dossier
