package changereq_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// TestProperties drives one request with random commands, most of them likely
// to be possible, and checks after each what must always hold. The names P1 to
// P16 are those of the list in the package documentation.
func TestProperties(t *testing.T) {
	t.Parallel()
	offered := templateRequest(t)
	builtIn := changereq.BuiltIn()
	t.Run("normal", func(t *testing.T) {
		t.Parallel()
		drive(t, offered, func(*rapid.T) *changereq.Lifecycle { return builtIn[0] })
	})
	t.Run("other built-ins", func(t *testing.T) {
		t.Parallel()
		drive(t, offered, func(t *rapid.T) *changereq.Lifecycle { return rapid.SampledFrom(builtIn[1:]).Draw(t, "lifecycle") })
	})
	t.Run("decided twice", func(t *testing.T) {
		t.Parallel()
		drive(t, offered, func(*rapid.T) *changereq.Lifecycle { return builtIn[len(builtIn)-1] })
	})
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		drive(t, offered, func(t *rapid.T) *changereq.Lifecycle { return validLifecycles().Draw(t, "lifecycle") })
	})
}

func drive(t *testing.T, offered changereq.Request, under func(*rapid.T) *changereq.Lifecycle) {
	t.Helper()
	policies := [][]*approval.Judge{versions(t, changereq.DefaultPolicy()), versions(t, boardPolicy())}
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{now: epoch, template: offered, policies: rapid.SampledFrom(policies).Draw(t, "policy")}
		m.lc, m.policy = under(t), m.policies[0]
		m.other = newer(m.lc)
		if rapid.Bool().Draw(t, "has to acknowledge") {
			m.telling = changereq.Telling{Within: time.Hour, Acknowledge: true, Patience: 2 * time.Hour}
		}
		if rapid.Bool().Draw(t, "a deputy") {
			m.standing = []changereq.Standing{deputy(epoch)}
		}
		for range rapid.IntRange(0, 25).Draw(t, "start") { // begin anywhere along the usual way
			m.usual(t)
		}
		t.Repeat(map[string]func(*rapid.T){
			"command": m.command,
			"":        m.check,
			"migrate": m.migrate,
			"edit":    func(t *rapid.T) { m.amend(t, false) },
			"rewrite": func(t *rapid.T) { m.amend(t, true) },
			"reuse":   m.reuse,
			"tell":    m.tell,
			"retire":  m.retire,
			"usual":   m.usual,
		})
	})
}

// versions are a policy and two further versions of it: one that asks for more,
// and one that only the applicant could satisfy.
func versions(t *testing.T, p approval.Policy) []*approval.Judge {
	t.Helper()
	stricter, hopeless := p.Clone(), p.Clone()
	stricter.Version, hopeless.Version = 2, 3
	also := approval.Requirement{
		ID: "also", From: approval.From{Users: []string{"quinn", "dora"}}, Need: approval.Need{Kind: approval.Any},
		Expires: approval.Duration(100 * time.Hour), Due: approval.Duration(20 * time.Hour),
	}
	stricter.Stages[0].Requirements = append(stricter.Stages[0].Requirements, also)
	also.From = approval.From{Users: []string{"ann"}}
	hopeless.Stages[0].Requirements = append(hopeless.Stages[0].Requirements, also)
	return []*approval.Judge{compiled(t, p), compiled(t, stricter), compiled(t, hopeless)}
}

// newer is the next version of a lifecycle.
func newer(lc *changereq.Lifecycle) *changereq.Lifecycle {
	def := lc.Definition()
	def.Version++
	out, _ := changereq.Compile(def)
	return out
}

type machine struct {
	policy   *approval.Judge
	other    *changereq.Lifecycle // the other version of the lifecycle
	policies []*approval.Judge    // all versions
	lc       *changereq.Lifecycle
	now      time.Time
	req      changereq.Request
	events   []changereq.Event
	telling  changereq.Telling
	standing []changereq.Standing // what the office knows of deputies
	uses     *changereq.Uses      // what the bill of materials answers

	template changereq.Request // closed; from time to time retired

	target       *changereq.Lifecycle // of the migration that is being given
	targetPolicy *approval.Judge

	approvedIn string // where the last approval was decided
	approvedAt int64  // the Seq of that event
}

// retire takes the template out of use, or brings it back.
func (m *machine) retire(t *rapid.T) {
	m.template.Retired = nil
	if rapid.IntRange(0, 3).Draw(t, "retired") == 0 {
		m.template.Retired = &changereq.Retirement{Reason: "worn out", By: "paul", At: m.now}
	}
}

// reuse lets something else use the drawing from now on, or nothing.
func (m *machine) reuse(t *rapid.T) {
	m.uses = nil
	if item := rapid.SampledFrom([]changereq.ItemID{"", "", "MAN-3", "ASM-7"}).Draw(t, "user"); item != "" {
		m.uses = &changereq.Uses{Uses: []changereq.Use{{Item: item, Path: []changereq.ItemID{"DRW-12", item}}}}
	}
}

func (m *machine) env(actor changereq.Actor) changereq.Env {
	return changereq.Env{Target: m.target, TargetPolicy: m.targetPolicy, Policy: m.policy, Now: m.now, Actor: actor, Number: "CR-1", Uses: m.uses, Telling: m.telling, Template: &m.template, Standing: m.standing}
}

// give runs a command and checks P3 and P4.
func (m *machine) give(t *rapid.T, actor changereq.Actor, cmd changereq.Command) error {
	m.now = m.now.Add(time.Duration(rapid.IntRange(-90, 600).Draw(t, "minutes")) * time.Minute)
	before := m.req.Clone()
	events, err := changereq.Decide(m.lc, m.req, cmd, m.env(actor))
	if d := difference(before, m.req); d != "" {
		t.Fatalf("P4: deciding %s changed the request:\n%s", cmd.Name(), d)
	}
	if err != nil {
		if len(events) > 0 {
			t.Fatalf("P4: %s was refused and gave events", cmd.Name())
		}
		return err
	}
	again, err := changereq.Decide(m.lc, m.req, cmd, m.env(actor))
	if err != nil || difference(events, again) != "" {
		t.Fatalf("P3: deciding %s twice gives two answers: %v", cmd.Name(), err)
	}
	m.checkMoves(t, events)
	for _, ev := range events {
		m.req = changereq.Evolve(m.req, ev)
	}
	m.follow(t)
	m.events = append(m.events, events...)
	return nil
}

// difference is that of cmp.Diff, which is asked only about what is not deeply
// equal: it costs more than all the rules together.
func difference(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// follow judges the request by what it pins from now on.
func (m *machine) follow(t *rapid.T) {
	if m.req.Lifecycle == m.other.Ref() {
		m.lc, m.other = m.other, m.lc
	}
	if v := m.req.Policy.Version; v > 0 {
		m.policy = m.policies[v-1]
	}
	if m.req.Policy.Version == 3 {
		t.Fatalf("a policy is pinned that nobody but the applicant could satisfy")
	}
}

// migrate takes the request to the other version of its lifecycle, or stays, and
// may pin another version of its policy.
func (m *machine) migrate(t *rapid.T) {
	m.open(t)
	cmd := changereq.Migrate{To: rapid.SampledFrom([]changereq.LifecycleRef{m.lc.Ref(), m.other.Ref()}).Draw(t, "to"), Reason: "better rules"}
	m.target, m.targetPolicy = m.lc, nil
	if cmd.To == m.other.Ref() {
		m.target = m.other
	}
	if n := rapid.IntRange(0, 3).Draw(t, "policy version"); n > 0 {
		m.targetPolicy = m.policies[n-1]
		cmd.Policy = &changereq.PolicyRef{ID: m.targetPolicy.Policy().ID, Version: n}
	}
	actor := rapid.SampledFrom([]changereq.Actor{carol, cora, ann}).Draw(t, "actor")
	before := m.req
	err := m.give(t, actor, cmd)
	m.target, m.targetPolicy = nil, nil
	switch {
	case err != nil && !errors.Is(err, changereq.ErrRefused):
		t.Fatalf("migrate: %v", err)
	case err == nil && (m.req.Lifecycle != cmd.To || cmd.Policy != nil && m.req.Policy != *cmd.Policy):
		t.Fatalf("migrate: the request pins %v and %v after %+v", m.req.Lifecycle, m.req.Policy, cmd)
	case err == nil && len(m.req.Votes) != len(before.Votes):
		t.Fatalf("migrating changed the votes")
	}
}

// checkMoves follows the events of one command: P1, P8, P9.
func (m *machine) checkMoves(t *rapid.T, events []changereq.Event) {
	r := m.req
	for _, ev := range events {
		m.checkApproval(t, &r, ev)
		move, ok := ev.Data.(changereq.MovedData)
		if ok && move.Category == lifecycle.Build && r.Category != lifecycle.Verify {
			m.checkSanction(t, &r)
		}
		if d := r.Decision; ok && move.Category == lifecycle.Done && m.lc.Definition().Emergency &&
			r.Outcome != changereq.OutcomeBackedOut && (!d.Verdict.Approves() || d.Lapsed != "") && !m.allowed(&r) {
			t.Fatalf("P1: an emergency ended in %s on %+v and authorisation %+v", move.To, d, r.Authorisation)
		}
		if s, _ := m.lc.State(move.To); ok && s.Terminal {
			for _, o := range r.Obligations {
				if o.Recipient != r.Applicant {
					continue
				}
				if o.State == changereq.ObligationOwed || o.Acknowledge && o.State == changereq.ObligationSent {
					t.Fatalf("P8: %s was reached while %s is %s", move.To, o.ID, o.State)
				}
			}
		}
		if ok && move.Category == lifecycle.Done && (r.Outcome == "" || r.Outcome == changereq.OutcomeImplemented) {
			for _, a := range r.Content.Affected {
				i := slices.IndexFunc(r.Results, func(x changereq.Result) bool { return x.Item == a.Item })
				if i < 0 || !r.Results[i].Unchanged && (!r.Results[i].Released || r.Results[i].VerifiedAt == nil) {
					t.Fatalf("P9: closed, but %s is not incorporated", a.Item)
				}
			}
		}
		r = changereq.Evolve(r, ev)
	}
}

// checkSanction is P1: what is built was approved as it stands, or its template
// allows it.
func (m *machine) checkSanction(t *rapid.T, r *changereq.Request) {
	d := r.Decision
	view := changereq.View{Request: r, Now: m.now, Policy: m.policy}
	if d.Verdict.Approves() && !m.lc.Definition().Emergency {
		if v := view.Verdict(); !v.Approved() {
			t.Fatalf("P1: building began while the policy says %v", v.Explain())
		}
	}
	decided := d.Verdict.Approves() && d.Material == r.Digests.Material && d.By != r.Applicant
	if !decided && !m.allowed(r) && !m.lc.Definition().Emergency {
		t.Fatalf("P1: building began on %+v with content %s", d, r.Digests.Material)
	}
}

// allowed reports whether the request was authorised from a template that is in
// use and covers every item.
func (m *machine) allowed(r *changereq.Request) bool {
	offered := m.template.Content.Template.Items
	outside := slices.ContainsFunc(r.Content.Affected, func(a changereq.AffectedItem) bool { return !slices.Contains(offered, a.Item) })
	return r.Authorisation != nil && m.template.Retired == nil && !outside && r.Content.FromTemplate == m.template.ID
}

// checkApproval: nothing is approved while something that uses what changes has
// no action, but in an emergency.
func (m *machine) checkApproval(t *rapid.T, r *changereq.Request, ev changereq.Event) {
	d, ok := ev.Data.(changereq.DecidedData)
	if !ok || !d.Decision.Verdict.Approves() {
		return
	}
	m.checkRound(t, r, ev)
	if m.uses == nil || m.lc.Definition().Emergency {
		return
	}
	for _, u := range m.uses.Uses {
		if !slices.ContainsFunc(r.Content.Affected, func(a changereq.AffectedItem) bool { return a.Item == u.Item }) {
			t.Fatalf("approved, though %s has no action", u.Item)
		}
	}
}

// checkRound: what is decided in one state after it was approved in another rests
// on nothing that was said before that approval.
func (m *machine) checkRound(t *rapid.T, r *changereq.Request, ev changereq.Event) {
	since := int64(0)
	if m.approvedIn != r.State {
		since = m.approvedAt
	}
	m.approvedIn, m.approvedAt = r.State, ev.Seq
	if since == 0 {
		return
	}
	view := changereq.View{Request: r, Now: ev.At, Policy: m.policy}
	for _, stage := range view.Verdict().Stages {
		for _, req := range stage.Requirements {
			rests := []string{req.Override}
			for _, x := range req.Voices {
				if x.Kind == approval.Approve && (x.Status == approval.Counts || x.Status == approval.Spare) {
					rests = append(rests, x.Vote)
				}
			}
			for _, id := range rests {
				if n, err := strconv.ParseInt(id, 10, 64); err == nil && n <= since {
					t.Fatalf("the decision in %s counts vote or override %s, cast before event %d decided something else", r.State, id, since)
				}
			}
		}
	}
}

// check holds between commands: P3 (the row is the fold), P7, P8.
func (m *machine) check(t *rapid.T) {
	if d := difference(m.req, changereq.Fold(m.events)); d != "" {
		t.Fatalf("P3: the row is not the fold of its events:\n%s", d)
	}
	seen := map[string]bool{}
	for _, o := range m.req.Obligations {
		key := fmt.Sprintf("%d %s", o.About, o.Recipient)
		if seen[key] || seen[o.ID] {
			t.Fatalf("P8: %s is owed twice about event %d", o.Recipient, o.About)
		}
		seen[key], seen[o.ID] = true, true
	}
	if m.req.Events == 0 {
		return
	}
	actor := rapid.SampledFrom([]changereq.Actor{ann, carol, paul, ivo}).Draw(t, "who asks")
	for _, p := range changereq.Permitted(m.lc, &m.req, m.env(actor)) {
		_, err := changereq.Decide(m.lc, m.req, m.commandFor(p), m.env(actor))
		if (err == nil) != (len(p.Unmet) == 0) {
			t.Fatalf("P7: %s may %s in %s: listed %v, fired %v", actor.ID, p.Event, m.req.State, p.Unmet, err)
		}
	}
}

// commandFor is the command, complete in itself, that fires an edge.
func (m *machine) commandFor(p changereq.Permission) changereq.Command {
	brief := 1
	if m.req.Brief != nil {
		brief = m.req.Brief.Number
	}
	until := m.now.Add(time.Hour)
	switch p.Event {
	case "approve":
		return changereq.RecordDecision{Brief: brief, Verdict: changereq.Approved}
	case "reject":
		return changereq.RecordDecision{Brief: brief, Verdict: changereq.Rejected, Reason: changereq.ReasonObsolete}
	case "defer":
		return changereq.RecordDecision{Brief: brief, Verdict: changereq.Deferred, Until: &until}
	case "dismiss":
		return changereq.RecordDecision{Verdict: changereq.Dismissed, Reason: changereq.ReasonIrrelevant}
	}
	return changereq.Move{Event: p.Event, Reason: "because"}
}

func (m *machine) open(t *rapid.T) {
	if m.req.Events == 0 {
		c := fromTemplate()
		if m.lc.Ref().ID == "engineering-change" { // whose order has to be planned
			c.Window = &changereq.Window{Start: epoch, End: epoch.AddDate(1, 0, 0)}
		}
		if err := m.give(t, ann, changereq.Open{ID: "CR1", Content: c}); err != nil {
			t.Fatal(err)
		}
	}
}

// command gives any command, by anybody.
func (m *machine) command(t *rapid.T) {
	m.open(t)
	actor := rapid.SampledFrom([]changereq.Actor{ann, carol, cora, paul, ivo, vera, {ID: "olga"}, quinn, dora}).Draw(t, "actor")
	n := rapid.IntRange(1, 3).Draw(t, "number")
	ob := "CR1.1.1"
	if k := len(m.req.Obligations); k > 0 {
		ob = m.req.Obligations[rapid.IntRange(0, k-1).Draw(t, "which")].ID
	}
	until := m.now.Add(1000 * time.Hour)
	cmd := rapid.SampledFrom([]changereq.Command{
		changereq.Assess{Parts: assessment()},
		changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}},
		changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.OutOfScope}}},
		changereq.IssueBrief{Recommendation: "Approve."},
		changereq.RecordDecision{Brief: n, Verdict: changereq.Approved},
		changereq.RecordDecision{Brief: n, Verdict: changereq.Approved, Expires: &until},
		changereq.RecordDecision{Brief: n, Verdict: changereq.ApprovedWithConditions, Conditions: []string{"x"}},
		changereq.RecordDecision{Brief: n, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth},
		changereq.RecordDecision{Brief: n, Verdict: changereq.Deferred, Until: &until},
		changereq.RecordDecision{Verdict: changereq.Dismissed, Reason: changereq.ReasonDuplicate},
		changereq.CastVote{Brief: n, Kind: approval.Approve},
		changereq.CastVote{Brief: n, Kind: approval.Approve, For: "quinn"},
		changereq.CastVote{Brief: n, Kind: rapid.SampledFrom([]approval.Kind{approval.Reject, approval.RequestChanges, approval.Abstain}).Draw(t, "kind"), Comment: "so"},
		changereq.RevokeVote{Vote: m.voteID(t)},
		changereq.DismissVote{Vote: m.voteID(t), Reason: "answered"},
		changereq.Delegate{To: "vera", Start: m.now, End: until, Reason: "away"},
		changereq.Override{Requirement: "engineers", Brief: n, Reason: "fire"},
		changereq.ConsentOverride{Override: m.overrideID(), Brief: n},
		changereq.MeetCondition{Condition: n, Evidence: "seen"},
		changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: n > 1, Cites: []changereq.ID{"CR1"}},
		changereq.RecordRestored{Item: "DRW-12", Revision: "B"},
		changereq.Rebase{Item: "DRW-12", To: rapid.SampledFrom([]string{"B", "B1"}).Draw(t, "base"), Reason: "moved"},
		changereq.TraceUses{},
		changereq.SignUnchanged{Item: "MAN-3"},
		changereq.VerifyResult{Item: "DRW-12"},
		changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "fine"},
		changereq.PutOnHold{Reason: "wait"},
		changereq.Release{},
		changereq.Refresh{},
		changereq.RecordSent{Obligation: ob, Evidence: "mail"},
		changereq.Acknowledge{Obligation: ob},
		changereq.RecordSilence{Obligation: ob, Evidence: "reminded"},
		changereq.Dispute{Obligation: ob, Reason: "no"},
		changereq.Waive{Obligation: ob, Reason: "no"},
		changereq.Move{Event: rapid.SampledFrom(m.words()).Draw(t, "event"), Reason: "because"},
	}).Draw(t, "command")
	if err := m.give(t, actor, cmd); err != nil && !errors.Is(err, changereq.ErrRefused) {
		t.Fatalf("%s: %v", cmd.Name(), err)
	}
}

// words are the events of the lifecycle, each once.
func (m *machine) words() []string {
	var out []string
	for _, e := range m.lc.Definition().Edges {
		out = append(out, e.Event)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// usual takes an edge that is open, so that runs get far.
func (m *machine) usual(t *rapid.T) {
	m.open(t)
	for _, actor := range []changereq.Actor{carol, paul, ivo, ann} {
		for _, p := range changereq.Permitted(m.lc, &m.req, m.env(actor)) {
			if len(p.Unmet) > 0 || slices.Contains([]string{"withdraw", "cancel", "return", "back-out", "rework", "replan", "reopen", "defer", "reject", "dismiss"}, p.Event) {
				continue
			}
			if err := m.give(t, actor, m.commandFor(p)); err != nil {
				t.Fatalf("P7: %s was possible: %v", p.Event, err)
			}
			return
		}
	}
	for _, x := range []struct {
		actor changereq.Actor
		cmd   changereq.Command
	}{
		{carol, changereq.Assess{Parts: assessment()}},
		{carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}}},
		{carol, changereq.IssueBrief{Recommendation: "Approve."}},
		{ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: m.base(), Released: true, Cites: []changereq.ID{"CR1"}}},
		{changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"}},
		{quinn, changereq.CastVote{Brief: m.brief(), Kind: approval.Approve}},
		{vera, changereq.VerifyResult{Item: "DRW-12"}},
		{carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "fine"}},
	} {
		_ = m.give(t, x.actor, x.cmd)
	}
	m.tell(t)
}

func (m *machine) base() string { return m.req.Content.Affected[0].Base }

// amend checks P2: a material amendment outdates, an editorial one does not.
func (m *machine) amend(t *rapid.T, material bool) {
	m.open(t)
	c := m.req.Content.Clone()
	word := rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "word")
	if material {
		c.Description = word
	} else {
		c.Title = word
	}
	standing := m.req.Decision.Verdict.Approves() && m.req.Decision.Lapsed == "" && m.req.Held == nil
	known := len(m.events)
	err := m.give(t, ann, changereq.Amend{Content: c})
	changed := len(m.events) > known
	if !standing || err != nil {
		return
	}
	approves := m.req.Decision.Verdict.Approves() && m.req.Decision.Lapsed == ""
	if !material && !approves {
		t.Fatalf("P2: an editorial amendment took the approval away")
	} else if material && changed && approves {
		t.Fatalf("P2: a material amendment left the approval standing in %s", m.req.State)
	}
}

func (m *machine) tell(t *rapid.T) {
	m.open(t)
	for _, o := range m.req.Obligations {
		if o.State == changereq.ObligationOwed {
			if err := m.give(t, carol, changereq.RecordSent{Obligation: o.ID, Evidence: "mail"}); err != nil {
				t.Fatal(err)
			}
		}
		if o.Acknowledge && rapid.Bool().Draw(t, "answers") {
			_ = m.give(t, ann, changereq.Acknowledge{Obligation: o.ID})
		}
	}
}

// P12: conflict is symmetric, and windows that touch do not conflict.
func TestWindowsProperties(t *testing.T) {
	t.Parallel()
	day := rapid.IntRange(0, 20)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) changereq.Window {
			start := day.Draw(t, name)
			return changereq.Window{Start: epoch.AddDate(0, 0, start), End: epoch.AddDate(0, 0, start+rapid.IntRange(1, 5).Draw(t, "days"))}
		}
		a, b := draw("a"), draw("b")
		brute := false
		for d := range 30 {
			at := epoch.AddDate(0, 0, d)
			in := func(w changereq.Window) bool { return !at.Before(w.Start) && at.Before(w.End) }
			brute = brute || in(a) && in(b)
		}
		if a.Overlaps(b) != brute || b.Overlaps(a) != brute {
			t.Fatalf("%v and %v: got %v and %v, want %v", a, b, a.Overlaps(b), b.Overlaps(a), brute)
		}
	})
}

func (m *machine) brief() int {
	if m.req.Brief == nil {
		return 1
	}
	return m.req.Brief.Number
}

// voteID is some vote of the request, or none of it.
func (m *machine) voteID(t *rapid.T) string {
	if len(m.req.Votes) == 0 {
		return "0"
	}
	return rapid.SampledFrom(m.req.Votes).Draw(t, "vote").ID
}

func (m *machine) overrideID() string {
	if n := len(m.req.Overrides); n > 0 {
		return m.req.Overrides[n-1].ID
	}
	return "0"
}
