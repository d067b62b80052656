package memory

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTouchesAreFound: on both sides of the length at which a map takes over.
func TestTouchesAreFound(t *testing.T) {
	t.Parallel()
	var list touches[int64, none]
	for n := range 3 * short {
		id := strconv.Itoa(n)
		require.Nil(t, list.find(id))
		list.add(touch[int64, none]{id: id})
		for seen := range n + 1 {
			id := strconv.Itoa(seen)
			require.Equal(t, id, list.find(id).id)
		}
	}
}
