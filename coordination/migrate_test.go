package coordination_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// A request goes on under the version that it was migrated to; one that was not
// stays under its own.
func TestMigrateOverTheDesk(t *testing.T) {
	t.Parallel()
	first, second := lifecycle.Normal(), lifecycle.Normal()
	second.Version = 2
	for i := range second.Edges {
		if second.Edges[i].Event == "receive" {
			second.Edges[i].Event = "take"
		}
	}
	var known []*changereq.Lifecycle
	for _, def := range []lifecycle.Definition{first, second} {
		lc, findings := changereq.Compile(def)
		require.NotNil(t, lc, "%v", findings)
		known = append(known, lc)
	}
	store := memory.New()
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Lifecycles: known})
	require.NoError(t, err)
	b := &bench{Desk: desk, t: t, store: store}
	for _, id := range []changereq.ID{"CR1", "CR2"} {
		b.do(ann, "", changereq.Open{ID: id, Content: changereq.Content{Title: "t", Description: "d", Justification: "j"}})
		b.do(ann, id, changereq.Move{Event: "submit"})
	}
	b.do(carol, "CR1", changereq.Migrate{To: known[1].Ref(), Reason: "A plainer word."})
	require.Equal(t, "Triage", b.do(carol, "CR1", changereq.Move{Event: "take"}).State)
	require.Equal(t, "Triage", b.do(carol, "CR2", changereq.Move{Event: "receive"}).State)

	r, err := b.ChangeRequest(t.Context(), tenant, "CR1")
	require.NoError(t, err)
	events, _, err := b.ChangeRequestHistory(t.Context(), tenant, "CR1", 0, 0)
	require.NoError(t, err)
	fold := changereq.Fold(events)
	fold.Rev = r.Rev
	require.Equal(t, r, fold)

	_, err = b.Do(t.Context(), tenant, carol, "CR2", 0, changereq.Migrate{To: changereq.LifecycleRef{ID: "normal", Version: 3}, Reason: "x"})
	require.ErrorIs(t, err, changereq.ErrRefused)
}
