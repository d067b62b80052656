// Package conform compares what happened with what was agreed.
//
// A Model says which sequences of activities are in order. It is compiled from
// a block tree (Compile), whose parts run in sequence, in parallel, as a choice
// or in a loop, or from a state machine such as a lifecycle (States):
//
//	model, err := conform.Compile(conform.Seq(
//		conform.Do("register"),
//		conform.And(conform.Do("examine"), conform.Do("check")),
//		conform.Do("decide"),
//		conform.Xor(conform.Do("pay"), conform.Do("reject")),
//	))
//
// Three ways to compare:
//
//   - A Run follows one case as it happens: Step says of each event whether it
//     is allowed and what would have been. It takes constant time once the model
//     has been in that state before.
//   - Align explains a finished case by the fewest moves: an event that the
//     model does not have there, or an activity of the model that did not
//     happen. Each costs 1. The cost is the smallest possible; where several
//     explanations cost the same one is chosen, always the same one.
//   - Check aligns a whole log, each variant once, and sums up.
//
// Rules that no flow expresses are a Constraint: A is followed by B, B only
// after A, not both. A Profile is how long things take between two activities,
// learnt from a log or declared, and finds cases that took unusually long.
//
// Models are nets of which no place ever holds two tokens; a tree always makes
// such a net. A model has at most MaxPlaces places, and Align gives up with
// ErrLimit rather than take very long.
package conform
