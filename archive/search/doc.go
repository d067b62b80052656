// Package search finds records by their words, with answers that are defined
// exactly, so that every engine gives the same.
//
// A text is a sequence of tokens ([Tokens]): runs of letters and digits, in lower
// case, without accents; each ideograph is a token of its own. A query ([Parse])
// is words that all have to occur in title or text, "phrases" whose words have to
// follow each other within one of them, prefixes* and -excluded words.
//
// What matches is filtered by date, kind, facets, and by what the reader may see,
// before anything is counted or ranked: by the markings that he is cleared for, which
// an index decides by itself (Query.Cleared), and by what else is told of each document (Query.Visible). Hits stand in this order: those first in whose title
// all of the query's words and prefixes stand; then by date, newest first; then by
// id. No statistics over the collection enter, so that nobody can tell from an
// order what he may not see. A [Snippet] is the part of the text with the most
// words of the query, the first of equals.
//
// Counts are of the first hits in that order, as many as Query.Counted says: a
// word that a third of a large archive has costs no more than a rare one, since an engine
// may stop where enough was found ([Collector.Enough]), and yet all engines
// count the same. Result.More says that there is more.
//
// [Index] answers from memory. Two times are kept apart: AsOf is the date of the
// documents, AsKnownAt is when the archive learned of them.
package search
