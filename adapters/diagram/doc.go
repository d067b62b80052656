// Package diagram writes graphs as text that other tools draw: Mermaid, which many viewers of Markdown show, and DOT for
// Graphviz.
//
// A [Graph] holds nodes and edges in an order that is kept: the same graph gives the same text, byte for byte.
// [FromLifecycle] makes one from the definition of a lifecycle; [Mermaid] and [DOT] write any.
//
// Names may be any text. What a language gives a meaning to is escaped, control characters become blanks, and bytes
// that are not UTF-8 become the replacement character. Nothing in a name can end a label, start a directive or load
// anything. All functions are pure and safe for concurrent use.
package diagram
