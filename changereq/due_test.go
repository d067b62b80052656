package changereq_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func dueKinds(o *office, limits changereq.Deadlines, now time.Time) []changereq.DueKind {
	var out []changereq.DueKind
	for _, e := range changereq.Due(&o.req, limits, now) {
		out = append(out, e.Kind)
	}
	return out
}

func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	limits := changereq.Deadlines{
		Expiry: 24 * time.Hour, Notice: 48 * time.Hour, States: map[string]time.Duration{"ForDecision": 240 * time.Hour},
	}
	o := upTo(t, "ForDecision")
	entered := o.now
	require.Equal(t, entered, o.req.Entered)
	by := entered.Add(72 * time.Hour)
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve.", DecideBy: &by})
	require.Empty(t, dueKinds(o, limits, by.Add(-time.Microsecond)))
	require.Equal(t, []changereq.DueKind{changereq.DueDecision}, dueKinds(o, limits, by), "at that very instant")
	late := entered.Add(1000 * time.Hour)
	require.Equal(t, []changereq.DueKind{changereq.DueDecision, changereq.DueState}, dueKinds(o, limits, late), "urgent first")
	require.Equal(t, []changereq.DueKind{changereq.DueDecision}, dueKinds(o, changereq.Deadlines{}, late), "no limits of the office")

	o.do(carol, changereq.PutOnHold{Reason: "strike"})
	require.Empty(t, dueKinds(o, limits, late), "while it is held nobody has to decide")
	o.do(carol, changereq.Release{})
	until := o.now.Add(30 * 24 * time.Hour)
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Deferred, Until: &until, Text: "after the fair"})
	require.Equal(t, []changereq.DueKind{changereq.DueNotice, changereq.DueResume}, dueKinds(o, limits, until))
	list := changereq.Due(&o.req, limits, until)
	require.Equal(t, o.req.Obligations[0].ID, list[0].Ref)
	require.Contains(t, list[0].Text, "3 notices are owed, one to ann")
	o.tell()
	require.Equal(t, []changereq.DueKind{changereq.DueResume}, dueKinds(o, limits, until))
	o.do(carol, changereq.Move{Event: "resume"})
	require.Empty(t, dueKinds(o, limits, until), "whoever takes it up again ends the deferral")

	o = upTo(t, "ForDecision")
	expires := o.now.Add(100 * time.Hour)
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Expires: &expires})
	o.tell()
	require.Empty(t, dueKinds(o, limits, expires.Add(-25*time.Hour)))
	require.Equal(t, []changereq.DueKind{changereq.DueExpiry}, dueKinds(o, limits, expires.Add(-24*time.Hour)))
	o.do(carol, changereq.PutOnHold{Reason: "strike"})
	require.Equal(t, []changereq.DueKind{changereq.DueExpiry}, dueKinds(o, limits, expires), "expiry runs on")
}

// A deferral can end by itself where the lifecycle says so, and only then.
func TestDeferralEndsOnRefresh(t *testing.T) {
	t.Parallel()
	def := lifecycle.Normal()
	def.ID = "punctual"
	def.Edges = append(def.Edges, lifecycle.Edge{
		From: "Deferred", Event: "take-up", To: "Triage", Guards: []string{"deferral-over"}, Auto: true, Tells: true,
	})
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	o := upTo(t, "ForDecision")
	o.lc = lc
	until := o.now.Add(48 * time.Hour)
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &until, Text: "after the fair"})
	o.do(carol, changereq.Refresh{})
	o.state("Deferred")
	o.now = until.Add(-time.Hour) // a command takes an hour
	o.do(carol, changereq.Refresh{})
	o.state("Triage")
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict)
	known := len(o.events)
	o.do(carol, changereq.Refresh{})
	require.Len(t, o.events, known, "refreshing again changes nothing")
}

// P15: holding and releasing changes nothing that was decided.
func TestHoldAndReleaseLeaveEverything(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"Draft", "Submitted", "Triage", "Assessing", "ForDecision", "Approved", "Scheduled", "Implementing", "Verifying"} {
		o := upTo(t, state)
		before := o.req.Clone()
		o.do(carol, changereq.PutOnHold{Reason: "strike"})
		o.do(carol, changereq.Release{})
		require.Empty(t, cmp.Diff(before, o.req, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(changereq.Request{}, "Events", "Updated")), state)
	}
}

// PostHog#48048: requests that nobody touched for years could not be ended.
func TestStaleRequestsCanBeEnded(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"Submitted", "Triage", "Assessing", "ForDecision", "Approved", "Scheduled", "Implementing"} {
		for _, held := range []bool{false, true} {
			o := upTo(t, state)
			if held {
				o.do(carol, changereq.PutOnHold{Reason: "strike"})
			}
			o.now = o.now.AddDate(10, 0, 0)
			o.do(carol, changereq.Move{Event: "cancel", Reason: "nobody asked again"})
			o.state("Informing")
		}
	}
}

// hoop#883: an approval that nobody used in time is not used by anybody: it
// expires, also when nothing was refreshed in between.
func TestATimeOutNeverApproves(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	by := o.now.Add(24 * time.Hour)
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve.", DecideBy: &by})
	o.now = o.now.AddDate(1, 0, 0)
	o.do(carol, changereq.Refresh{})
	o.state("ForDecision")
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict, "a date to decide by decides nothing")

	expires := o.now.Add(24 * time.Hour)
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved, Expires: &expires})
	o.do(carol, changereq.Move{Event: "schedule", Window: &changereq.Window{Start: o.now, End: o.now.AddDate(0, 0, 1)}})
	o.now = o.now.AddDate(1, 0, 0)
	o.refuses(ivo, changereq.Move{Event: "start"}, "approved")
}
