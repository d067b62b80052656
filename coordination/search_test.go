package coordination_test

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

func TestMain(m *testing.M) { os.Exit(everystore.Main(m)) }

func note(id, text string, dated time.Time) archive.File {
	return archive.File{
		ID: archive.RecordID(id), Kind: "note", Title: "Note " + id, MediaType: "text/plain; charset=utf-8", Subject: "matter:M1", Dated: dated,
		Content: []byte(text),
	}
}

func found(t *testing.T, desk *coordination.Desk, reader string, q search.Query) (ids []archive.RecordID, r search.Result) {
	t.Helper()
	r, err := desk.Search(t.Context(), "acme", reader, q)
	require.NoError(t, err)
	for _, h := range r.Hits {
		ids = append(ids, h.Key.ID)
	}
	return ids, r
}

// The index follows the journal, whoever and how many have it follow; what a
// reader may not see is in no hit and in no count.
func TestSearchFollowsTheJournal(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store, index := open(t), new(search.Indexes)
		day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
		desk, err := coordination.NewDesk(coordination.Config{
			Store: store, Searcher: index, Now: func() time.Time { return day(20) },
			Sight: func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
				return func(id archive.RecordID) bool { return reader != "ann" || id != "N3" }, nil
			},
		})
		require.NoError(t, err)
		for i := range 30 {
			_, err := desk.File(t.Context(), "acme", "carol", note("N"+strconv.Itoa(i), "the hinge number "+strconv.Itoa(i), day(1+i%10)))
			require.NoError(t, err)
		}
		_, err = desk.File(t.Context(), "acme", "carol", archive.File{ID: "P", Kind: "photo", Title: "Hinge", MediaType: "image/png", Content: []byte("hinge\x00\xff")})
		require.NoError(t, err)
		var running sync.WaitGroup
		faults := make(chan error, 3)
		for range 3 {
			running.Go(func() {
				_, err := desk.Index(t.Context(), "acme")
				faults <- err
			})
		}
		running.Wait()
		close(faults)
		for err := range faults {
			require.NoError(t, err)
		}
		again, err := desk.Index(t.Context(), "acme")
		require.NoError(t, err)
		require.Zero(t, again, "nothing is new")

		ids, r := found(t, desk, "paul", search.Query{Text: "hinge"})
		require.Equal(t, archive.RecordID("P"), ids[0], "the word stands in its title")
		require.Equal(t, 31, r.Total)
		ids, r = found(t, desk, "paul", search.Query{Text: `"number 3"`})
		require.Equal(t, []archive.RecordID{"N3"}, ids)
		require.Equal(t, "number 3", r.Hits[0].Snippet.Text[:8])
		_, r = found(t, desk, "ann", search.Query{Text: `"number 3"`})
		require.Zero(t, r.Total)
		require.Empty(t, r.Facets)
		_, r = found(t, desk, "ann", search.Query{Facets: map[string]string{coordination.FacetSubject: "matter:M1"}})
		require.Equal(t, 29, r.Total)
		require.Equal(t, []search.Count{{Value: "carol", N: 29}}, r.Facets[coordination.FacetFiledBy])
		_, r = found(t, desk, "paul", search.Query{Text: "number", AsOf: day(2)})
		require.Equal(t, 6, r.Total)
		journal, _, err := desk.Journal(t.Context(), "acme", coordination.JournalQuery{Limit: 1})
		require.NoError(t, err)
		_, r = found(t, desk, "paul", search.Query{AsKnownAt: journal[0].Recorded.Add(-time.Microsecond)})
		require.Zero(t, r.Total, "nothing was known before the first entry")

		lost, err := coordination.NewDesk(coordination.Config{Store: store, Searcher: new(search.Indexes)})
		require.NoError(t, err)
		n, err := lost.Index(t.Context(), "acme")
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = lost.Reindex(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, 31, n)
		require.NoError(t, err)
		_, r = found(t, lost, "paul", search.Query{Text: "hinge"})
		require.Equal(t, 31, r.Total)
	})
	bare, err := coordination.NewDesk(coordination.Config{Store: everystore.Memory(t)})
	require.NoError(t, err)
	_, err = bare.Search(t.Context(), "acme", "paul", search.Query{})
	require.ErrorIs(t, err, coordination.ErrInvalid)
	_, err = bare.Index(t.Context(), "acme")
	require.ErrorIs(t, err, coordination.ErrInvalid)
}
