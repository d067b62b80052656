// Package reference reasons over the references of an archive as a whole: what
// supersedes what as of a date, what belongs into a dossier and why, and what an
// import said that cannot be so.
//
// An import brings [Statement]s: somebody's words for a relation, in either
// direction, with a target as it was typed. A [Vocabulary] says what the words
// mean, a [Resolver] which record a target is. [Assemble] makes of them edges,
// each stored once whoever declared it, and a [Report] of everything odd, by line:
// unknown words, targets nobody holds, edges that only one end declares, edges
// against time, words that mean the opposite, circles. Nothing is dropped: what
// makes no edge stands in the report with its words.
//
// A [Graph] is made of [Node]s and edges and never changes. [Graph.Heads] gives
// what a record has become as of a date, [Graph.Closure] what a [Policy] takes in
// from given records, each [Item] with the path by which it was reached. A closure takes
// in a record by the shortest path, ties in byte order, so that the same graph
// and policy give the same answer.
//
// An [Extractor] finds citations in texts by patterns.
//
// Everything here is pure and deterministic. A Graph is safe for concurrent use.
package reference
