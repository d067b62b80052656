// Package briefpage renders a brief as the page that a product manager decides
// from: [HTML] as one page that needs nothing but itself and prints on A4,
// [Markdown] for a mail, a ticket or a terminal.
//
// Both show the same facts in the same order, from the recommendation down to
// the digest under which the brief is frozen, and both are a pure function of the
// brief: the same brief gives the same bytes for ever, so a page can be made
// again whenever it is asked for and is never a second original.
//
// What people wrote is shown as they wrote it and can do nothing: no markup of
// theirs takes effect, the HTML has no script and loads nothing, and
// [ContentSecurityPolicy] is the policy to send with it.
package briefpage
