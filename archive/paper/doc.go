// Package paper keeps track of things that stand on shelves: files, boxes, models,
// certified copies.
//
// An [Item] has a [Barcode] with a check digit, given once and never again; a home,
// which is where it belongs; and a place, which is where it is: a shelf, another
// item that contains it, or a person who has it on loan. Home, place and custodian
// are three things. A loan changes the place and never the home; moving a box
// moves what is in it, since the content is where the box is ([House.Where]).
//
// [House] is all items of an archive and the rules between them. [House.Decide]
// refuses what cannot be done and [House.Evolve] applies what was. An item is in
// one place; going out and coming back alternate; nothing contains itself.
// [House.Reconcile] compares what an inventory scanned with what should be there.
// The electronic twin of an item is a record, with who verified that they are
// the same.
//
// The package is pure; a House is not safe for concurrent use.
package paper
