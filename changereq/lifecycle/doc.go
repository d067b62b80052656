// Package lifecycle keeps the life of a change request as data, and checks it before the first request runs.
//
// # Concepts, in order of use
//
// A [Definition] lists states and edges. A [State] has a [Category]: intake, assess, decide, build, verify, done or
// void; the promises of the process hang on it. An [Edge] leads from one state to the next when its event happens.
// It may ask for roles, for guards and for a reason. [Parse] reads a definition from strict JSON; a Definition
// marshals back to the same JSON every time. [BuiltIn] lists the built-in definitions, [Normal] first.
//
// A [Guard] is a condition that edges name. Some guards are gates: they keep a promise of the process. Nothing is
// built without the approval gate, nothing ends without the told gate, nothing is done without the settled gate.
//
// [Compile] resolves the guards and looks for everything that is wrong: a way around a gate, a state that cannot be
// reached or left, two edges that could both be taken, a circle of automatic edges. Every [Finding] says where, shows
// a shortest way there and what to do. A definition with an error does not compile. A definition in mode [Observe]
// describes a process kept elsewhere; there a missing gate is a warning.
//
// A [Lifecycle] is compiled once and serves all requests. [Lifecycle.Permitted] lists what can be asked for in a state
// and what is missing; [Lifecycle.Fire] takes an edge or says what is missing, by the same evaluation;
// [Lifecycle.Auto] gives the automatic edge that is due. None of them changes anything: the caller records the move.
//
// Definitions change. [Diff] says in what two of them differ, and [CheckMigration] what keeps the requests that live by
// the old one from going over to the new one: states without a place there, and gates that they would come past.
//
// A [Shape] is a lifecycle without guards, made by [CompileShape] or taken from a Lifecycle. It folds spellings and
// judges histories: [Shape.Judge] says which moves of a history the lifecycle does not allow, and why.
//
// # Guarantees
//
// Everything here is pure: no clock, no input or output, no goroutine, no state that outlives a call. Results depend
// on the arguments only, order included. A Lifecycle and a Shape are immutable and may be shared by goroutines if the
// guards may. Firing an edge allocates nothing unless something unmet must be explained.
//
// # Errors
//
// [Parse] returns a [*ParseError], which unwraps to [ErrInvalid]. Compiling returns findings, not an error: all of them
// at once. A refusal to fire is a list of [Unmet] in words a person can act on.
package lifecycle
