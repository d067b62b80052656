package coordination_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// What the office promises about a notice stands in the notice, and silence
// stands in for an answer only once there was time for one.
func TestPromisesStandInTheNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *coordination.Config) {
		c.Telling = changereq.Telling{Within: 48 * time.Hour, Acknowledge: true, Patience: 2 * time.Hour}
	})
	b.forDecision("CR1")
	r := b.do(paul, "CR1", changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth})
	id := r.Obligations[0].ID
	owed, err := b.Obligation(t.Context(), tenant, id)
	require.NoError(t, err)
	require.Equal(t, owed.OwedAt.Add(48*time.Hour), *owed.Due)
	require.True(t, owed.Acknowledge)
	require.Equal(t, string(r.Digests.Material), owed.Digest)

	sent, err := b.Answer(t.Context(), tenant, carol, id, 0, changereq.RecordSent{Obligation: id, Evidence: "mail 1"})
	require.NoError(t, err)
	require.Equal(t, sent.Updated.Add(2*time.Hour), *sent.AnswerBy)
	silence := changereq.RecordSilence{Obligation: id, Evidence: "reminded, mail 2"}
	_, err = b.Answer(t.Context(), tenant, carol, id, 0, silence)
	require.ErrorIs(t, err, changereq.ErrRefused)
	_, err = b.Answer(t.Context(), tenant, carol, id, 0, changereq.RecordSent{Obligation: r.Obligations[1].ID, Evidence: "mail 3"})
	require.ErrorIs(t, err, notice.ErrInvalid, "a command answers the notice it names")
	quiet, err := b.Answer(t.Context(), tenant, carol, id, 0, silence)
	require.NoError(t, err)
	require.Equal(t, notice.Unanswered, quiet.State)
	require.Equal(t, sent.Due, quiet.Due)
	now, err := b.ChangeRequest(t.Context(), tenant, "CR1")
	require.NoError(t, err)
	require.Equal(t, "Rejected", now.State)
}

// A dispute opens a record in the same unit of work: it belongs to the request
// and contradicts what the notice told.
func TestADisputeOpensARecord(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	r := b.do(paul, "CR1", changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth, Text: "Too dear."})
	o := r.Obligations[0]
	dispute := changereq.Dispute{Obligation: o.ID, Reason: "the second offer was half of that"}
	_, err := b.Answer(t.Context(), tenant, ann, o.ID, 0, dispute)
	require.NoError(t, err)
	records, _, err := b.Records(t.Context(), tenant, archive.Query{Kind: archive.KindDispute})
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, coordination.ChangeRequestRef("CR1"), records[0].Subject)
	require.Equal(t, "ann", records[0].FiledBy)

	_, content, err := b.OpenRecord(t.Context(), tenant, records[0].ID)
	require.NoError(t, err)
	var filed coordination.Disputed
	require.NoError(t, json.Unmarshal(content, &filed))
	require.Equal(t, dispute.Reason, filed.Notice.Reason)
	require.Equal(t, changereq.Rejected, filed.Decision.Verdict)
	links, _, err := b.References(t.Context(), tenant, archive.ReferenceQuery{End: archive.ToRecord(records[0].ID), Direction: archive.Outward})
	require.NoError(t, err)
	got := map[archive.ReferenceType]string{}
	for _, l := range links {
		got[l.Type] = l.Target.Value
	}
	require.Equal(t, map[archive.ReferenceType]string{
		archive.DerivesFrom: "changereq:CR1", archive.Contradicts: "changereq:CR1#" + strconv.FormatInt(o.About, 10),
	}, got)

	_, err = b.Answer(t.Context(), tenant, ann, o.ID, 0, dispute)
	require.NoError(t, err)
	records, _, err = b.Records(t.Context(), tenant, archive.Query{Kind: archive.KindDispute})
	require.NoError(t, err)
	require.Len(t, records, 1, "disputed twice is disputed once")
}
