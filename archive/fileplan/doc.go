// Package fileplan says where records belong and what has to be known of them
// before they are records at all.
//
// A [Plan] is the classes of the office, each in versions with a first day: a class
// has exactly one retention schedule, so two rules never clash on a record, and
// one that was retired takes no more and keeps what it has. An [Aggregation] is a file, folder or volume; a
// closed one takes nothing in, and to open it again takes an authority and a reason. It carries no schedule. A [Kind]
// says which metadata a sort of record must have.
//
// A [Filing] is what is known of one record beside its content: class,
// aggregation, fields, facets, aliases, renditions and annotations. It goes from
// captured over complete to declared. Declared is for ever: content and fields
// are frozen, a correction is an annotation or another record that corrects it.
// The id never changes, whatever is reclassified, moved or renamed.
//
// [Decide] refuses what is not lawful and names everything that is missing;
// [Evolve] applies what happened. The package is pure.
package fileplan
