package memory

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// TestJournalGrowsBesideItsSnapshots: over several pages, from any position.
func TestJournalGrowsBesideItsSnapshots(t *testing.T) {
	t.Parallel()
	var grown, half journal
	for i := range 3 * journalPage {
		if i == journalPage+7 {
			half = grown
		}
		e := &logged[changereq.Event]{kind: requestKind()}
		e.stamp(grown.add(e), 0)
		require.EqualValues(t, i+1, e.position)
	}
	for _, j := range []journal{grown, half} {
		for _, from := range []int64{0, 1, journalPage - 1, journalPage, journalPage + 1, j.length, j.length + 1} {
			last := from
			for e := range j.after(from) {
				_, position := e.of()
				last++
				require.Equal(t, last, position)
			}
			require.Equal(t, max(from, j.length), last)
		}
	}
}
