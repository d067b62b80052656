// Package transfer takes an archive out as files and into another archive again:
// the events of its records as JSON lines, and their contents by digest.
//
// [Export] writes one line for each event, record by record, the events of a
// record in their order. [Import] reads such lines: each record with its events,
// its content and its references is taken in in one transaction of its own. What is
// there already is left alone, so that an import that was broken off is begun
// again; a record whose history here is a beginning of the one that comes gets
// the rest; one whose history is another is reported and left as it is. Every
// content is compared with its digest.
//
// The contents and the lines together are best put into a bag, whose manifests
// cover them.
package transfer
