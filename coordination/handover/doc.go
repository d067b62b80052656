// Package handover hands over what belongs to a matter: it draws a dossier
// (archive/dossier) over the records of an office's store, proves it from the log of
// the office (coordination/audit), and fills a bag with it.
//
// A dossier is drawn as the office knew things at a checkpoint ([Order.Size]): only
// records, references and outcomes whose journal entries the checkpoint covers
// are in it, so that every one of them is proved by it, and so that the same
// order gives the same bytes at any later time.
//
// [Service.Draw] makes the plan with its evidence, [Service.Pack] writes it as one
// file. [Service.HandOver] keeps what was given to whom: it files a record of kind
// [Kind] with a [Receipt], and the next dossier on the matter, which names that
// record, holds what is new and the proof that the log only grew
// ([Order.Continues]).
//
// A record comes with all its revisions and what was made of them, with what was done
// with it and with the paper that it is. One that was destroyed or handed over is in the
// dossier with its metadata and its tombstone, and the log of what was withheld names
// each of its contents; that is so too where a dossier is drawn again from before its
// end, which is the one way in which the same order gives other bytes.
//
// What a reader may not see (coordination.Config.Sight) leaves no trace.
package handover
