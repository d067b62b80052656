package changereq

import (
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Env is what a command may know beyond the request: the time, who gives it,
// and what was looked up for it beforehand.
type Env struct {
	Now          time.Time // UTC, whole microseconds
	Actor        Actor
	Number       string            // for Open: the number the new request gets
	Heads        map[ItemID]string // newest released revision of each item; nil when nobody keeps them
	Conflicts    []Conflict
	Successor    *Request
	Uses         *Uses                    // what uses the items that change; nil when nobody knows
	Matrix       *Matrix                  // by which risks are rated; nil is StandardMatrix
	Discount     int                      // of present values, in basis points a year
	PlanEffect   *PlanEffect              // what the plan answered; nil when there is no plan to ask
	Telling      Telling                  // what the office promises about notices
	Revisions    map[RevisionRef]Revision // what the registry of specifications says; nil when there is none
	Template     *Request                 // the request named as template; nil when there is none, and then no template allows anything
	Target       *Lifecycle               // the lifecycle that a migration asks for; nil when there is none
	TargetPolicy *approval.Judge          // the policy that a migration asks for; nil when there is none
	Linked       map[ID]Linked            // what its links lead to; nil when nobody looked
	Together     ID                       // the bundle whose members get this command in one unit of work; empty for none

	Policy        *approval.Judge     // the one that the request pins or is to pin; nil: the default
	People        approval.Directory  // who holds the roles and groups that the policy names
	Standing      []Standing          // delegations for all requests; see CastVote
	BadSignatures []string            // votes whose signature does not verify
	Signature     *approval.Signature // of the vote that the command casts; see SigningStatement
}

// Command is something an actor wants done with a request. The commands of
// this package are all there are.
type Command interface {
	// Name is the command in the words of the house.
	Name() string
	validate(f *fields)
	decide(d *deliberation) error
}

// Decide gives the events that a command leads to, automatic moves included, or
// a *ValidationError, or a *RefusedError with every condition that is not met.
// It is pure: the same input gives the same events, and nothing is changed.
func Decide(lc *Lifecycle, r Request, cmd Command, env Env) ([]Event, error) {
	if err := Validate(cmd); err != nil {
		return nil, err
	}
	_, events, err := decide(lc, r, cmd, env)
	return events, err
}

// decide is Decide on a command whose form was checked. It also returns the
// request as the events leave it.
func decide(lc *Lifecycle, r Request, cmd Command, env Env) (Request, []Event, error) {
	d := &deliberation{lc: lc, command: cmd.Name(), req: r, env: env, events: make([]Event, 0, 4)}
	if err := d.admissible(cmd); err != nil {
		return r, nil, err
	}
	if err := cmd.decide(d); err != nil {
		return r, nil, err
	}
	d.settle()
	d.time()
	return d.req, d.events, nil
}

// Validate checks the form of a command: presence, length, characters, ranges.
// The error is a *ValidationError that lists every fault.
func Validate(cmd Command) error {
	var f fields
	cmd.validate(&f)
	return f.err()
}

// deliberation is the working state of one Decide: the request as the events so
// far would leave it.
type deliberation struct {
	lc      *Lifecycle
	command string
	req     Request
	env     Env
	events  []Event
}

// admissible holds the rules that come before any command's own.
func (d *deliberation) admissible(cmd Command) error {
	_, opens := cmd.(Open)
	_, imports := cmd.(Import)
	switch exists := d.req.Events > 0; {
	case opens && exists:
		return &ConflictError{ID: d.req.ID, Have: d.req.Rev}
	case !opens && !imports && !exists:
		return ErrNotFound
	}
	if d.req.Held != nil && !allowedWhileHeld(cmd) {
		return refused(d.command, heldUnmet(d.req.Held))
	}
	return nil
}

// allowedWhileHeld: communication goes on, and a request can be cancelled.
func allowedWhileHeld(cmd Command) bool {
	switch c := cmd.(type) {
	case Release, RecordSent, RecordSilence, Acknowledge, Dispute, Waive, Refresh:
		return true
	case Move:
		return c.Event == "cancel"
	}
	return false
}

// emit appends an event and lets the request follow it. Time never falls
// within a request, whatever the clock does.
func (d *deliberation) emit(data Data) {
	at := d.env.Now
	if at.Before(d.req.Updated) {
		at = d.req.Updated
	}
	d.emitAt(at, d.env.Actor.ID, data)
}

func (d *deliberation) emitAt(at time.Time, actor string, data Data) {
	ev := Event{Request: d.req.ID, Seq: d.req.Events + 1, At: at, Actor: actor, Data: data}
	d.events = append(d.events, ev)
	d.req = Evolve(d.req, ev)
}

func (d *deliberation) view() *View {
	return &View{
		Request: &d.req, Now: d.env.Now, Actor: d.env.Actor,
		Heads: d.env.Heads, Conflicts: d.env.Conflicts, Uses: d.env.Uses, Matrix: d.env.Matrix, Successor: d.env.Successor, Template: d.env.Template,
		Policy: d.judge(), People: d.env.People, BadSignatures: d.env.BadSignatures,
	}
}

// require refuses unless the actor has one of the roles.
func (d *deliberation) require(roles ...string) error {
	for _, have := range d.req.roles(d.env.Actor) {
		if slices.Contains(roles, have) {
			return nil
		}
	}
	return refused(d.command, unmet("role", "%s may not do this: it takes the role %s", d.env.Actor.ID, oneOf(roles)))
}

// requireCategory refuses unless the request is in one of the categories.
func (d *deliberation) requireCategory(what string, in ...lifecycle.Category) error {
	if slices.Contains(in, d.req.Category) {
		return nil
	}
	words := make([]string, len(in))
	for i, c := range in {
		words[i] = string(c)
	}
	return refused(d.command, unmet("state", "%s is not possible in state %s: it belongs to the phase %s", what, d.req.State, oneOf(words)))
}

func oneOf(words []string) string {
	var out string
	for i, w := range words {
		switch {
		case i == 0:
			out = w
		case i == len(words)-1:
			out += " or " + w
		default:
			out += ", " + w
		}
	}
	return out
}

// fire moves the request along the edge for the event, under the guards of the
// lifecycle and the checks of the kernel, and owes what the move owes.
func (d *deliberation) fire(event string, v *View, move MovedData) error {
	edge, open := d.lc.Fire(d.req.State, event, d.req.roles(d.env.Actor), v)
	if len(open) > 0 {
		return refused(d.command, open...)
	}
	if edge.ReasonRequired && move.Reason == "" {
		return refused(d.command, unmet("reason", "%s needs a reason: say why", event))
	}
	if open := d.kernel(edge, v); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.follow(edge, move)
	return nil
}

// kernel holds whatever a definition says: nothing is built without an approval
// of what stands there now or a template that allows it, nothing ends before the applicant was told, nothing
// is done before the items reflect it. A lifecycle that only observes is free.
func (d *deliberation) kernel(edge lifecycle.Edge, v *View) []Unmet {
	def := &d.lc.def
	if def.Mode == lifecycle.Observe {
		return nil
	}
	to, _ := d.lc.State(edge.To)
	out := d.unsatisfiable(edge, v)
	if to.Category == lifecycle.Build && d.req.Category != lifecycle.Verify && d.req.Category != lifecycle.Build {
		out = append(append(out, d.requiredDone()...), d.apart("", to.Category)...)
	}
	switch {
	case to.Category == lifecycle.Build && d.req.Category != lifecycle.Verify && !def.Emergency,
		to.Category == lifecycle.Done && def.Emergency && d.req.Outcome != OutcomeBackedOut:
		out = append(out, d.sanctioned(edge, v)...)
	}
	if to.Terminal {
		out = append(out, told(v)...)
	}
	if to.Category == lifecycle.Done {
		out = append(out, settled(v)...)
	}
	return out
}

// sanctioned is the approval that the kernel insists on. A valid template stands
// for it only where the request was authorised from it, by an edge that asks for
// a template or now by this one: what a change rests on is on record.
func (d *deliberation) sanctioned(edge lifecycle.Edge, v *View) []Unmet {
	open := approved(v)
	if len(open) == 0 || d.req.Authorisation == nil && !slices.Contains(edge.Guards, guardTemplate) {
		return open
	}
	return withinTemplate(v)
}

// follow records the move and the obligations that it creates.
func (d *deliberation) follow(edge lifecycle.Edge, move MovedData) {
	d.authorise(edge)
	to, _ := d.lc.State(edge.To)
	verdict := d.req.Decision.Verdict
	move.Policy = d.pinned(edge)
	move.From, move.Event, move.To, move.Category = edge.From, edge.Event, edge.To, to.Category
	move.Outcome, move.Auto, move.ClearsOutcome = Outcome(edge.Outcome), edge.Auto, edge.Reopen
	move.EndsRound = d.laterReview(edge.To)
	move.ClearsDecision = edge.Reopen || move.EndsRound ||
		edge.Auto && (d.req.Decision.Lapsed != "" || slices.Contains(edge.Guards, guardTemplateLapsed)) ||
		verdict == Deferred && move.Outcome == "" && edge.Event != "defer"
	d.book(&move)
	d.emit(move)
	if edge.Tells {
		d.owe(d.req.Number + ": " + edge.Event + ", now " + edge.To)
	}
}

// laterReview reports whether what was approved goes on to a state where it is
// decided again as something else, such as the order after the request. To lapse
// or to be returned to where it was decided is no later review.
func (d *deliberation) laterReview(state string) bool {
	made := &d.req.Decision
	return made.Verdict.Approves() && made.In != state && d.lc.decides(state)
}

// owe owes the applicant and every owner of an affected item, each once, a
// notice about the last event.
func (d *deliberation) owe(subject string) {
	d.oweTo(subject, append([]string{d.req.Applicant}, d.req.owners()...)...)
}

// oweTo owes each of the people, once, a notice about the last event.
func (d *deliberation) oweTo(subject string, recipients ...string) {
	about, owed := d.req.Events, d.req.Updated
	told := make([]string, 0, len(recipients))
	for _, who := range recipients {
		if who == "" || slices.Contains(told, who) {
			continue
		}
		told = append(told, who)
		o := Obligation{
			ID:        string(d.req.ID) + "." + strconv.FormatInt(about, 10) + "." + strconv.Itoa(len(told)),
			Recipient: who, About: about, Subject: subject,
			OwedBy: d.env.Actor.ID, OwedAt: owed, State: ObligationOwed,
		}
		d.promise(&o)
		d.emit(ObligationOwedData{Obligation: o})
	}
}

// settle records that an approval lapsed and takes the automatic edges that are
// true now, at most one for each state of the lifecycle. While a request is
// held, automatic edges wait.
func (d *deliberation) settle() {
	d.outdate()
	d.lapse()
	for range d.lc.def.States {
		if d.req.Held != nil {
			return
		}
		v := d.view()
		edge, ok := d.lc.Auto(d.req.State, v)
		if !ok || len(d.kernel(edge, v)) > 0 {
			return
		}
		d.follow(edge, MovedData{Reason: d.lapseReason(edge)})
	}
}

// lapseReason is why an automatic edge was taken, if something lapsed.
func (d *deliberation) lapseReason(edge lifecycle.Edge) string {
	if slices.Contains(edge.Guards, guardTemplateLapsed) {
		return guardTemplate
	}
	return string(d.req.Decision.Lapsed)
}

// lapse records that the approval holds no longer, by content before expiry.
// Once the work is being verified an approval was used and expires no more.
func (d *deliberation) lapse() {
	dec := d.req.Decision
	if !dec.Verdict.Approves() || dec.Lapsed != "" {
		return
	}
	unused := d.req.Category == lifecycle.Decide
	switch v := d.view(); {
	case !dec.covers(&d.req) && len(v.unapproved()) > 0:
		d.emit(ApprovalLapsedData{Cause: LapseContent})
	case unused && dec.Expires != nil && !d.env.Now.Before(*dec.Expires), unused && v.Verdict().State == approval.Expired:
		d.emit(ApprovalLapsedData{Cause: LapseExpiry})
	case unused && len(v.unapproved()) > 0:
		d.emit(ApprovalLapsedData{Cause: LapseVotes})
	}
}
