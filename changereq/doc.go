// Package changereq carries a change request from the first draft to the file:
// what is asked, what the coordinator found out, what the product manager
// decided on which page, what became of every affected item, and who was told.
//
// # The promises
//
// Approval is of exactly this content. A decision names a numbered, frozen
// [Brief] and is bound to the digest of what that brief shows. Amending a
// material field outdates the approval; amending a title or a label does not.
// What is material the rules say, not whoever amends: see [Class]. Who has to
// approve a policy says, see the package approval; each vote is bound to the
// content it was cast on, and nobody approves what they ask for or wrote.
//
// Nothing ends silently. Every decision, return, deferral, lapse, schedule,
// back-out and end creates an [Obligation] to the applicant and to the owners of
// the affected items, and no request ends while the applicant was not told.
//
// Nothing closes half done. Every affected item shows a released [Result] that
// grew from the assessed base, cites the request, and was verified by somebody
// other than its author; or its owner's word that nothing had to change.
//
// # How it works
//
// [Decide] turns a [Command] into [Event] values or says, as a [RefusedError],
// every condition that is not met. [Evolve] applies an event. Both are pure:
// time, actor and all that was looked up come in through [Env], so the same
// input gives the same events on every machine. The events are the truth; a
// [Request] is their fold, and the stored row is a cache of that fold.
//
// Which steps exist, who may take them and under which guards is data: a
// [github.com/coordkit/coordkit/changereq/lifecycle.Definition], compiled with
// [Compile]. A request pins the id and version of its lifecycle. Three checks
// hold whatever a governing definition says: no building without an approval
// of what stands there now, no end before the applicant was told, nothing done
// before the items reflect it.
//
// Four definitions are built in: see [BuiltIn]. A standard change is not voted
// on: its content names as its [Template] a request that was itself decided,
// carried out and closed, and stays within the bounds given there. An emergency
// is decided on a brief that names what is missing, which is supplied before it
// closes. An engineering change is decided twice, as request and as order.
//
// Whose approval it takes is data too: an
// [github.com/coordkit/coordkit/changereq/approval.Policy], compiled with
// [CompilePolicy]; without one, [DefaultPolicy]. A request pins id and version of
// its policy when it is submitted, and a policy that nobody could satisfy is
// refused there. [CastVote], [RevokeVote] and [DismissVote] vote on the current
// brief; [Delegate] and [RevokeDelegation] let somebody else speak, as a [Standing]
// delegation does on all requests; [Override]
// and [ConsentOverride] set a requirement aside, by two and for all to see. An
// amendment outdates votes: they are kept, their owners and the applicant are
// told, and they never count again. [RecordDecision] casts the decider's vote and
// is refused while the policy waits for somebody; an approval that loses its
// votes before the work has started lapses. A [Signer] signs votes, and
// [Service.Approval] states with each whether its signature is good.
//
// A request is scheduled into a [Window] against the calendar and the other
// requests: see package
// [github.com/coordkit/coordkit/changereq/window], [Conflicts] and
// [Service.ConflictsWith]. It may require others, whose work has to be done before
// its own begins, and belong to a bundle, package
// [github.com/coordkit/coordkit/changereq/bundle]: the members of an atomic one
// are decided and started in one unit of work, by [Service.DoBundle], and never
// differently. [Due] lists what somebody should have done by now, and
// [Service.DueRequests] does so over all requests; package
// [github.com/coordkit/coordkit/changereq/accounting] adds histories up.
//
// A [Service] loads, decides and saves. Every method comes twice: Do opens a
// transaction of its own, DoTx joins the caller's. Most programs use
// coordination.Desk instead, which also files the copies and owes the notices
// in the same transaction.
//
// # The usual way
//
// [Open] drafts. [Move] submits, receives and admits; [Assess] records relevance,
// risks, benefits and costs; [IssueBrief] freezes them; [RecordDecision] decides
// on that brief. [Move] schedules and starts; [RecordResult], [SignUnchanged] and
// [VerifyResult] bring the items in; [RecordReview] looks back; [RecordSent] says
// who was told; [Move] closes; [RecordRealised] says what it has brought. [Amend],
// [PutOnHold], [Release], [Waive], [Acknowledge], [Dispute], [RecordSilence],
// [RetireTemplate], [Migrate], [MeetCondition], [RecordRestored] and [Refresh] serve
// along the way. [TraceUses] lists what uses the items that change, [AskPlan] asks
// what the change would do to plan and stock, [Rebase] takes an item to a base
// revision that somebody else's change moved, [Unauthorised] finds releases that no
// change accounts for, and [Import] records histories that happened elsewhere.
// [Permitted] lists what could be done next and what stands in the way. Package
// briefpage makes a page of a brief.
//
// # Time, ids, concurrency
//
// Times are UTC in whole microseconds, ids are opaque and compared byte by byte,
// and neither is made by the rules. Time never falls within a request, whatever
// the clock does. Values are safe to share between goroutines as long as nobody
// changes them; a Service and a Lifecycle are safe for concurrent use. Two
// writers with the same revision: exactly one wins, the other gets [ErrConflict].
//
// # Properties
//
// The tests hold these, most of them over random commands under random and
// built-in lifecycles; each test names those that it shows. P1 building is entered
// only with an approval of the current content, a recorded override, or in an
// emergency. P2 a material amendment takes the approval away, an editorial one
// leaves it. P3 the row is the fold of its events and deciding is deterministic. P4
// a refused command changes nothing and gives no events. P5 votes of different
// people commute. P6 neither the applicant nor who stands in for the applicant ever
// counts. P7 what Permitted lists as possible succeeds, and nothing else does. P8
// no end with the applicant untold, one obligation for each event and recipient. P9
// closed means every item incorporated or signed. P10 of two writers of one
// revision one wins, and those who try again leave no gap. P11 whatever is changed
// in a stored event is found. P12 windows that touch do not conflict. P13 a risk
// matrix is monotone, and the highest opinion counts in whatever order opinions
// come. P14 JSON keeps what this version does not know. P15 a hold leaves votes as
// they are. P16 a delegation outside its time has no effect. And what is decided in
// one state after it was approved in another rests on no vote cast before that
// approval; no policy is pinned that nobody could satisfy.
package changereq
