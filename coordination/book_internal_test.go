package coordination

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// What happened to the keeping of a record is one of the things that can, and is told as
// what it was.
func TestEventsOfKeepings(t *testing.T) {
	t.Parallel()
	gone := json.RawMessage(`{"record":"A","to":"destroying","batch":"B"}`)
	k, err := evolveKeeping(Keeping{Reviewed: 1}, register.Event{Kind: "destroying", Data: gone})
	require.NoError(t, err)
	require.Equal(t, Keeping{Reviewed: 1, Batch: "B", Fate: retention.Destroying}, k)
	for _, kind := range []string{"destroyed", "lost", ""} {
		_, err := evolveKeeping(Keeping{}, register.Event{Kind: kind, Data: gone})
		require.ErrorIs(t, err, ErrInvalid, kind)
	}
	_, err = evolveKeeping(Keeping{}, register.Event{Kind: kindHappened, Data: json.RawMessage(`[]`)})
	require.ErrorIs(t, err, ErrInvalid)
}
