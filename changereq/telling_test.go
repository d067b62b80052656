package changereq_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Where the office asks for acknowledgement, being sent is not enough: the
// applicant answers, or his silence is recorded once he had time to answer.
func TestAcknowledgementDemanded(t *testing.T) {
	t.Parallel()
	rejected := func() (*office, changereq.Obligation) {
		o := upTo(t, "ForDecision")
		o.env.Telling = changereq.Telling{Within: 48 * time.Hour, Acknowledge: true, Patience: 10 * 24 * time.Hour}
		o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth, Text: "Too dear."})
		mine := o.req.Obligations[0]
		require.Equal(t, "ann", mine.Recipient)
		require.True(t, mine.Acknowledge)
		require.False(t, o.req.Obligations[1].Acknowledge, "only the applicant is asked to answer")
		require.Equal(t, mine.OwedAt.Add(48*time.Hour), *mine.Due)
		require.Equal(t, o.req.Digests.Material, mine.Digest)
		o.refuses(carol, changereq.RecordSilence{Obligation: mine.ID, Evidence: "?"}, "obligation")
		o.tell()
		o.state("Informing")
		return o, o.req.Obligations[0]
	}
	o, mine := rejected()
	require.Equal(t, changereq.ObligationSent, mine.State)
	o.do(ann, changereq.Acknowledge{Obligation: mine.ID})
	o.state("Rejected")

	o, mine = rejected()
	o.do(ann, changereq.Dispute{Obligation: mine.ID, Reason: "nobody asked the supplier"})
	o.state("Rejected") // who disputes has been told

	o, mine = rejected()
	o.refuses(ann, changereq.RecordSilence{Obligation: mine.ID, Evidence: "?"}, "role")
	o.refuses(carol, changereq.RecordSilence{Obligation: mine.ID, Evidence: "reminded"}, "obligation")
	o.refuses(carol, changereq.RecordSilence{Obligation: o.req.Obligations[1].ID, Evidence: "reminded"}, "obligation")
	o.now = o.now.AddDate(0, 0, 10)
	o.do(carol, changereq.RecordSilence{Obligation: mine.ID, Evidence: "reminded twice, mail 19 and 22"})
	o.state("Rejected")
	require.Equal(t, "reminded twice, mail 19 and 22", o.req.Obligations[0].Evidence)
	count := len(o.events)
	o.do(carol, changereq.RecordSilence{Obligation: mine.ID, Evidence: "again"})
	require.Len(t, o.events, count)
	o.do(ann, changereq.Dispute{Obligation: mine.ID, Reason: "I was away"})
	require.Equal(t, changereq.ObligationDisputed, o.req.Obligations[0].State, "a late answer is heard")
	require.NoError(t, o.req.Storable())
}

func TestTellingThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, bad := range []changereq.Telling{{Within: -1}, {Patience: -1}, {Acknowledge: true}} {
		_, err := changereq.New(changereq.Config{Telling: bad})
		require.ErrorIs(t, err, changereq.ErrInvalid)
	}
}

// Every event that somebody waits to hear of owes a notice, in every built-in
// lifecycle; ending, once told, owes nothing new.
func TestWhatOwesANotice(t *testing.T) {
	t.Parallel()
	owing := []string{
		"return", "dismiss", "approve", "reject", "defer", "lapse", "schedule", "back-out", "finish", "withdraw", "cancel", "supersede", "reopen",
	}
	for _, lc := range changereq.BuiltIn() {
		def := lc.Definition()
		terminal := make(map[string]bool)
		for _, s := range def.States {
			terminal[s.Name] = s.Terminal
		}
		for _, e := range def.Edges {
			if want := slices.Contains(owing, e.Event); want && !e.Tells || terminal[e.To] && e.Tells {
				t.Errorf("%s: %s from %s to %s tells: %v", def.ID, e.Event, e.From, e.To, e.Tells)
			}
		}
	}
}

// PostHog/posthog#48048: there a stale request with approvals could never be
// got rid of. Whatever has gone stale here, it can be cancelled.
func TestStaleRequestsCanBeCancelled(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]func() *office{
		"approved, then amended": func() *office {
			o := upTo(t, "Approved")
			c := o.req.Content.Clone()
			c.Description = "Something else."
			o.do(ann, changereq.Amend{Content: c})
			return o
		},
		"approved, base moved": func() *office {
			o := upTo(t, "Scheduled")
			o.env.Heads = map[changereq.ItemID]string{"DRW-12": "D"}
			return o
		},
		"approval expired": func() *office {
			o := upTo(t, "ForDecision")
			expires := o.now.AddDate(0, 0, 3)
			o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Expires: &expires})
			o.now = o.now.AddDate(1, 0, 0)
			return o
		},
		"deferred long ago": func() *office {
			o := upTo(t, "ForDecision")
			until := o.now.AddDate(0, 0, 3)
			o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &until})
			o.now = o.now.AddDate(2, 0, 0)
			return o
		},
		"on hold": func() *office {
			o := upTo(t, "Scheduled")
			o.do(carol, changereq.PutOnHold{Reason: "strike"})
			return o
		},
		"in the middle of the work": func() *office { return upTo(t, "Implementing") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := stale()
			o.do(carol, changereq.Move{Event: "cancel", Reason: "nobody needs it any more"})
			require.Equal(t, lifecycle.Void, o.req.Category)
			o.tell()
			o.state("Cancelled")
		})
	}
}
