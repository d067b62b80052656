// Package approval judges whether what stands there now is approved: by whom,
// on which content, and if not, who is waited for.
//
// # Concepts, in order of use
//
// A [Policy] is data: stages one after the other, and in each stage
// requirements side by side. A [Requirement] says who may approve ([From]), how
// many of them must ([Need]), who may veto, how long an approval is good, and
// which amendments leave it standing. [Parse] reads a policy strictly; [Compile]
// finds what is wrong with it before the first request runs and gives a [Judge].
//
// A [Vote] is bound to the digests of what its caster saw, one for each
// materiality [Class]. A [Delegation] lets one person speak for another for a
// time. An [Override] sets one requirement aside: two persons, a reason, and
// visible for ever.
//
// [Judge.Verdict] looks at a [Case] and gives the [Verdict]: the state of every
// stage and requirement, who is asked now, who is barred and why, and what
// became of every vote. It is a pure function: equal policy, digests, votes,
// delegations, overrides, people and now give an equal verdict, whatever the
// machine. It never looks at a clock.
//
// # What holds whatever a policy says
//
// Nobody approves by silence: time can only take approval away. The applicant
// and the last person who amended something material never count, not for
// themselves and not as a delegate, and no role exempts from that; nor is the
// implementer ever the only approver. A human being has one voice in a
// requirement, and by default in a stage. A vote whose content was amended
// stays in the list and never counts again, not even when the text is changed
// back. A rejection or a request for changes outlives amendments until its voter
// takes it back.
//
// # Counting
//
// Percentages are basis points and the arithmetic is in integers. With n people
// who may approve, after those barred are gone, Ceil needs (b·n + 9999)/10000 of
// them and HalfUp (2·b·n + 10000)/20000, both between 1 and n. Who abstains stays
// in n. Of nobody, no share is ever reached.
//
// Values are safe to share between goroutines as long as nobody changes them; a
// Judge is immutable and safe for concurrent use.
package approval
