package changereq_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// observed is a lifecycle for histories made elsewhere.
func observed(tb testing.TB) *changereq.Lifecycle {
	tb.Helper()
	lc, findings := changereq.Compile(lifecycle.Definition{
		ID: "observed", Version: 1, Mode: lifecycle.Observe, Initial: []string{"Draft"},
		Aliases: map[string]string{"Draught": "Draft"},
		States: []lifecycle.State{
			{Name: "Draft", Category: lifecycle.Intake},
			{Name: "Accepted", Category: lifecycle.Decide},
			{Name: "Final", Category: lifecycle.Done, Terminal: true},
		},
		Edges: []lifecycle.Edge{
			{From: "Draft", Event: "accept", To: "Accepted"},
			{From: "Accepted", Event: "finish", To: "Final"},
		},
	})
	require.NotNil(tb, lc, "%v", findings)
	return lc
}

func history(states ...string) changereq.Import {
	c := changereq.Import{
		ID: "PEP-1", Number: "PEP-1", Source: "a list", Applicant: "guido",
		Lifecycle: changereq.LifecycleRef{ID: "observed", Version: 1}, Content: changereq.Content{Title: "Purpose"},
	}
	for i, s := range states {
		c.Facts = append(c.Facts, changereq.Fact{At: epoch.AddDate(-20, i, 0), By: "barry", State: s, Reference: "commit"})
	}
	return c
}

func importer(tb testing.TB) *office {
	tb.Helper()
	return &office{t: tb, lc: observed(tb), now: epoch}
}

func TestImportRecordsFactsWithTheirViolations(t *testing.T) {
	t.Parallel()
	o := importer(t)
	o.do(carol, history("Draught", "Draft", "Final", "Lost"))
	require.Equal(t, "Lost", o.req.State)
	require.Empty(t, o.req.Category, "the lifecycle does not know the state")
	require.Equal(t, 4, o.req.Origin.Facts)
	require.Equal(t, 2, o.req.Origin.Violations)
	var said [][]string
	for _, ev := range o.events {
		if f, ok := ev.Data.(changereq.FactRecordedData); ok {
			said = append(said, f.Violations)
			require.Equal(t, "barry", ev.Actor)
		}
	}
	require.Empty(t, said[0])
	require.Empty(t, said[1], "equal neighbours after folding are no step")
	require.Len(t, said[2], 1)
	require.Contains(t, said[2][0], "Draft")
	require.Len(t, said[3], 1)
	require.Equal(t, epoch.AddDate(-20, 0, 0), o.req.Opened, "the history keeps its own dates")
	require.Empty(t, o.req.Obligations, "nobody is told of what happened long ago")
}

func TestImportIsIdempotent(t *testing.T) {
	t.Parallel()
	o := importer(t)
	o.do(carol, history("Draft", "Accepted"))
	count := len(o.events)
	o.do(carol, history("Draft", "Accepted"))
	require.Len(t, o.events, count)
	o.do(carol, history("Draft", "Accepted", "Final"))
	require.Equal(t, "Final", o.req.State)
	require.Equal(t, 3, o.req.Origin.Facts)
	require.Zero(t, o.req.Origin.Violations)
	o.refuses(carol, history("Draft", "Final", "Final"), "import")
	o.refuses(carol, history("Draft"), "import")
}

func TestImportOfTimesThatStepBack(t *testing.T) {
	t.Parallel()
	o := importer(t)
	c := history("Draft", "Accepted")
	c.Facts[1].At = c.Facts[0].At.Add(-time.Hour)
	o.do(carol, c)
	require.Equal(t, 1, o.req.Origin.Violations)
	require.False(t, o.events[2].At.Before(o.events[1].At))
}

func TestImportNeverTakesOverARequest(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Draft")
	o.lc = observed(t)
	c := history("Draft")
	c.ID = "CR1"
	require.ErrorIs(t, o.try(carol, c), changereq.ErrConflict)
}
