package bottleneck_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
)

// point adds an event at a second.
func point(t *testing.T, b *process.Builder, name, activity string, second int64) {
	t.Helper()
	at := process.Stamp{Micros: second * 1e6}
	require.NoError(t, b.Event(&process.Raw{Case: []byte(name), Activity: []byte(activity), Start: at, End: at, HasStart: true, HasEnd: true}))
}

func TestEdgesAreRankedByWaiting(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	for i, activity := range []string{"A", "B", "C", "D", "E"} {
		point(t, b, "1", activity, []int64{0, 10, 20, 20, 30}[i])
	}
	point(t, b, "2", "A", 0)
	point(t, b, "2", "B", 30)
	got := bottleneck.Edges(process.Measure(b.Log()))
	require.Len(t, got, 3, "nobody waits between C and D")
	for i, want := range []struct {
		from, to string
		share    float64
	}{{"A", "B", 40.0 / 60}, {"B", "C", 10.0 / 60}, {"D", "E", 10.0 / 60}} {
		require.Equal(t, i+1, got[i].Rank)
		require.Equal(t, want.from+want.to, got[i].From+got[i].To)
		require.InDelta(t, want.share, got[i].Share, 1e-12)
	}
	require.Empty(t, bottleneck.Edges(&process.Statistics{}))
}
