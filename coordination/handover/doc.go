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
// What a reader may not see (coordination.Config.Sight) leaves no trace.
package handover
