package coordination_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/conform"
)

func TestOfficeObservesItself(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 3600))
	entries := []coordination.Entry{
		{Position: 1, Room: coordination.RoomChangeRequest, Entity: "CR-1", Seq: 1, Kind: "drafted", At: at, Actor: "ada"},
		{Position: 2, Room: coordination.RoomChangeRequest, Entity: "CR-1", Seq: 2, Kind: "presented", At: at.Add(time.Hour), Actor: "bo"},
		{Position: 3, Room: coordination.RoomArchive, Entity: "CR-1", Seq: 1, Kind: "filed", At: at.Add(time.Hour)},
		{Position: 4, Room: coordination.RoomChangeRequest, Entity: "CR-1", Seq: 3, Kind: "approved", At: at.Add(time.Hour), Actor: "cy"},
	}
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	require.NoError(t, coordination.Observe(entries, b))
	log := b.Log()
	require.Empty(t, log.Report.Tallies())
	s := process.Measure(log)
	require.Equal(t, 2, s.Cases)
	require.Equal(t, []string{"drafted", "presented", "approved"}, s.Variants[0].Activities, "entries of one time keep their order")
	edge, found := s.Edge("drafted", "presented")
	require.True(t, found)
	require.InDelta(t, 3600, edge.Time.Mean(), 0)
	require.Equal(t, "changereq/CR-1", log.Case(log.Events[0]))
	require.Equal(t, "ada", log.Resource(log.Events[0]))
	require.Equal(t, "archive", log.Group(log.Events[2]))
	require.Empty(t, log.Resource(log.Events[2]))
	for a := range log.Attributes(log.Events[3]) {
		require.Contains(t, []string{"4", "changereq"}, a.Value)
	}

	err := coordination.Observe(entries, full{})
	require.ErrorIs(t, err, errFull)
	require.ErrorContains(t, err, "position 1")
}

var errFull = errors.New("the sink is full")

// full is a sink that takes nothing.
type full struct{}

func (full) Event(*process.Raw) error        { return errFull }
func (full) Object(*process.RawObject) error { return errFull }
func (full) Problem(process.Problem) error   { return errFull }

func TestDeskObservesItsJournal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	b.approve("CR1")
	got, err := b.Process(t.Context(), tenant, coordination.RoomChangeRequest)
	require.NoError(t, err)
	require.Equal(t, 1, got.Statistics.Cases)
	page, _, err := b.Journal(t.Context(), tenant, coordination.JournalQuery{Room: coordination.RoomChangeRequest, Limit: coordination.MaxLimit})
	require.NoError(t, err)
	require.Equal(t, len(page), got.Statistics.Events)
	require.Equal(t, page[0].Kind, got.Statistics.Starts[0].Name)
	require.Equal(t, page[len(page)-1].Kind, got.Statistics.Ends[0].Name)
	require.NotEmpty(t, got.Bottlenecks.Activities)
	all, err := b.Process(t.Context(), tenant, "")
	require.NoError(t, err)
	require.Greater(t, all.Statistics.Events, got.Statistics.Events, "other rooms write as well")
	none, err := b.Process(t.Context(), tenant, "nowhere")
	require.NoError(t, err)
	require.Zero(t, none.Statistics.Events)
}

// TestStatesOfRequests: a request that goes its way keeps to its lifecycle, state
// by state.
func TestStatesOfRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	b.approve("CR1")
	def, err := b.Lifecycle(changereq.LifecycleRef{ID: "normal"})
	require.NoError(t, err)
	agreed := coordination.Agreed{Transitions: []conform.Transition{}}
	for _, s := range def.Initial {
		agreed.Transitions = append(agreed.Transitions, conform.Transition{Activity: s, To: s})
	}
	for _, e := range def.Edges {
		agreed.Transitions = append(agreed.Transitions, conform.Transition{From: e.From, Activity: e.To, To: e.To})
	}
	for _, s := range def.States {
		agreed.Final = append(agreed.Final, s.Name) // wherever it stands now
	}
	source := coordination.LogSource{Lifecycle: "normal"}
	held, err := b.Conform(t.Context(), tenant, source, agreed)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 0}, []int{held.Conformance.Cases, held.Conformance.Fitting, held.Conformance.Cost}, held.Conformance.Deviations)
	require.Greater(t, len(held.Log.Events), 3)

	agreed.Transitions = agreed.Transitions[:2]
	agreed.Final = []string{agreed.Transitions[0].To}
	held, err = b.Conform(t.Context(), tenant, source, agreed)
	require.NoError(t, err)
	require.Positive(t, held.Conformance.Cost, "with most of its edges taken away the lifecycle is another")

	held, err = b.Conform(t.Context(), tenant, coordination.LogSource{Lifecycle: "emergency"}, agreed)
	require.NoError(t, err)
	require.Zero(t, held.Conformance.Cases)
}
