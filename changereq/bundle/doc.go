// Package bundle keeps change requests together that belong together.
//
// A [Bundle] has members, named by the ids of their requests, which are opaque
// here. In an [Atomic] bundle the members are decided and started together, in
// one unit of work, and never differently; in a [Memberwise] one each goes its
// own way and the bundle says only that they belong together.
//
// [Decide] turns a [Command] into events or refuses it, [Evolve] applies an
// event, [Fold] builds a bundle from its history. Both are pure: time, actor and
// ids come in. What a member's own state allows, package changereq knows, which
// writes the bundle and the member in one unit of work, so that each names the
// other.
package bundle
