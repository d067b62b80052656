package coordination_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
)

func TestAccountingAsOf(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	before := b.approve("CR1")
	b.forDecision("CR2")
	b.do(paul, "CR2", changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth})
	now, err := b.Accounting(t.Context(), tenant, time.Time{})
	require.NoError(t, err)
	require.Equal(t, 2, now.Requests)
	require.Equal(t, []accounting.Count{{Name: "Approved", N: 1}, {Name: "Informing", N: 1}}, now.States)
	require.Equal(t, accounting.Share{Name: "first-pass", N: 1, Of: 2}, now.Shares[0])
	then, err := b.Accounting(t.Context(), tenant, before.Updated)
	require.NoError(t, err)
	require.Equal(t, 1, then.Requests)
	require.Equal(t, accounting.Share{Name: "first-pass", N: 1, Of: 1}, then.Shares[0])
	again, err := b.Accounting(t.Context(), tenant, before.Updated)
	require.NoError(t, err)
	require.Equal(t, then, again, "the past does not change")
	require.Equal(t, "paul", now.Approvers[0].Name)
	require.Equal(t, 2, now.Approvers[0].N)
}
