package changereq_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// began is when an event led to a state.
func (o *office) began(state string) time.Time {
	o.t.Helper()
	for _, ev := range o.events {
		if d, ok := ev.Data.(changereq.MovedData); ok && d.To == state {
			return ev.At
		}
	}
	o.t.Fatalf("the request was never in %s", state)
	return time.Time{}
}

func TestReverseAudit(t *testing.T) {
	t.Parallel()
	done := upTo(t, "Closed")
	gone := upTo(t, "Implementing")
	gone.do(carol, changereq.Move{Event: "cancel", Reason: "the plant closes"})
	lost := upTo(t, "Approved")
	c := lost.req.Content.Clone()
	c.Description = "Something else."
	lost.do(ann, changereq.Amend{Content: c})
	histories := map[changereq.ID][]changereq.Event{"CR1": done.events, "GONE": gone.events, "LOST": lost.events}
	working := done.began("Implementing")
	right := changereq.Revision{
		RevisionRef: changereq.RevisionRef{Item: "DRW-12", Revision: "C"}, Predecessor: "B", Digest: digestOf("c"),
		Released: true, ReleasedAt: working, Cites: []changereq.ID{"CR1"},
	}
	for name, tc := range map[string]struct {
		change func(*changereq.Revision)
		codes  []changereq.AuditCode
	}{
		"under the change":    {func(*changereq.Revision) {}, nil},
		"also after its end":  {func(r *changereq.Revision) { r.ReleasedAt = done.now }, nil},
		"a draft":             {func(r *changereq.Revision) { r.Released, r.Cites = false, nil }, nil},
		"cites nothing":       {func(r *changereq.Revision) { r.Cites = nil }, []changereq.AuditCode{changereq.AuditNoChange}},
		"cites an unknown":    {func(r *changereq.Revision) { r.Cites = []changereq.ID{"X"} }, []changereq.AuditCode{changereq.AuditUnknownChange}},
		"before the request":  {func(r *changereq.Revision) { r.ReleasedAt = epoch }, []changereq.AuditCode{changereq.AuditUnknownChange}},
		"another item":        {func(r *changereq.Revision) { r.Item = "DRW-99" }, []changereq.AuditCode{changereq.AuditNotListed}},
		"an item left alone":  {func(r *changereq.Revision) { r.Item = "MAN-3" }, []changereq.AuditCode{changereq.AuditNotToChange}},
		"from another base":   {func(r *changereq.Revision) { r.Predecessor = "A" }, []changereq.AuditCode{changereq.AuditWrongBase}},
		"before the approval": {func(r *changereq.Revision) { r.ReleasedAt = done.began("Approved").Add(-1) }, []changereq.AuditCode{changereq.AuditNotApproved}},
		"before the start":    {func(r *changereq.Revision) { r.ReleasedAt = working.Add(-time.Microsecond) }, []changereq.AuditCode{changereq.AuditNotStarted}},
		"after the approval fell": {
			func(r *changereq.Revision) { r.Cites, r.ReleasedAt = []changereq.ID{"LOST"}, lost.now },
			[]changereq.AuditCode{changereq.AuditNotApproved},
		},
		"after it was called off": {
			func(r *changereq.Revision) { r.Cites, r.ReleasedAt = []changereq.ID{"GONE"}, gone.now },
			[]changereq.AuditCode{changereq.AuditEnded},
		},
		"one of two allows it": {func(r *changereq.Revision) { r.Cites = []changereq.ID{"X", "CR1"} }, nil},
		"none of two allows it": {
			func(r *changereq.Revision) { r.Cites, r.ReleasedAt = []changereq.ID{"X", "GONE", "X"}, gone.now },
			[]changereq.AuditCode{changereq.AuditEnded, changereq.AuditUnknownChange},
		},
		"all at once": {
			func(r *changereq.Revision) { r.Predecessor, r.ReleasedAt = "A", done.began("Triage") },
			[]changereq.AuditCode{changereq.AuditWrongBase, changereq.AuditNotApproved},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rev := right
			tc.change(&rev)
			var got []changereq.AuditCode
			for _, f := range changereq.Unauthorised([]changereq.Revision{rev}, histories) {
				got = append(got, f.Code)
				require.Equal(t, rev.RevisionRef, f.RevisionRef)
				require.NotEmpty(t, f.Text)
			}
			require.Equal(t, tc.codes, got)
		})
	}
}

// The content of a release is held against the recorded result, by digest.
func TestReverseAuditOfContent(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Implementing")
	at := o.now
	o.do(ivo, changereq.RecordResult{
		Item: "DRW-12", Revision: "C", Predecessor: "B", Digest: digestOf("c"), Released: true, Cites: []changereq.ID{"CR1"},
	})
	rev := changereq.Revision{
		RevisionRef: changereq.RevisionRef{Item: "DRW-12", Revision: "C"}, Predecessor: "B", Digest: digestOf("c"),
		Released: true, ReleasedAt: at, Cites: []changereq.ID{"CR1"},
	}
	histories := map[changereq.ID][]changereq.Event{"CR1": o.events}
	require.Empty(t, changereq.Unauthorised([]changereq.Revision{rev}, histories))
	rev.Digest = digestOf("d")
	found := changereq.Unauthorised([]changereq.Revision{rev}, histories)
	require.Len(t, found, 1)
	require.Equal(t, changereq.AuditWrongContent, found[0].Code)
}

func TestTheServiceAudits(t *testing.T) {
	t.Parallel()
	s := service(t, func(*changereq.Config) {})
	r := walk(t, s, "Implementing")
	rev := changereq.Revision{
		RevisionRef: changereq.RevisionRef{Item: "DRW-12", Revision: "C"}, Predecessor: "B",
		Released: true, ReleasedAt: r.Updated, Cites: []changereq.ID{"CR1"},
	}
	other := rev
	other.Cites = []changereq.ID{"\x00", "nobody"}
	found, err := s.Unauthorised(t.Context(), "acme", []changereq.Revision{rev, other})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, changereq.AuditUnknownChange, found[0].Code)
	found, err = s.Unauthorised(t.Context(), "rival", []changereq.Revision{rev})
	require.NoError(t, err)
	require.Equal(t, changereq.AuditUnknownChange, found[0].Code, "a request of another tenant is none")
}
