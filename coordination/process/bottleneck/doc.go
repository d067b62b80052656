// Package bottleneck finds where work waits most, how sure that is, whether it
// recurs, and when it is about to come back.
//
// Find looks at three kinds of Place: an activity, a resource, and a hand-off
// between two parties. Each gets scores that stay apart, because each can be
// wrong in its own way:
//
//   - Waiting: the time instances wait there, and its share of all waiting. A
//     large mass may be a rule, such as a period for objections, so the causes of
//     the wait stand beside it.
//   - Chain: the time the place adds to the critical chains of cases, from the
//     last end back through what enabled it; chains sum to the durations exactly,
//     and only what lies on a chain makes a case longer.
//   - Utilisation, of a resource: busy in its working time.
//   - Growth: how the queue changes over the log, in waiting instances a day.
//   - Turning, of a resource: how much more those who come after it are starved
//     than it is itself; at a bottleneck work is plenty and behind it scarce.
//
// The ranking is by waiting on the chain, then by all waiting, then by name,
// each kind by itself; Reasons say in words which scores speak for a place and
// which against. Stability is how often the place keeps its rank or a better one when the
// cases are drawn again with replacement (bootstrap), from a seed, so that the same
// call gives the same answer.
//
// Recur asks whether the wait comes back at the same hour of the week, and Warn
// what that and the growth of the queue mean for the time after now. Edges is the
// simple ranking of directly-follows edges by waiting.
package bottleneck
