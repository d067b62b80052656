package coordination_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

// The closure over a store is the closure of the graph of what the reader may see:
// what is hidden from him is as if it were not there.
func TestClosureIsThatOfTheVisibleGraph(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		hidden := make(map[string][]archive.RecordID) // by reader
		desk, err := coordination.NewDesk(coordination.Config{
			Store: store,
			Sight: func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
				return func(id archive.RecordID) bool { return !slices.Contains(hidden[reader], id) }, nil
			},
		})
		require.NoError(t, err)
		types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.HasPart, archive.AttachmentOf, archive.Contradicts, archive.References}
		tenants := 0
		rapid.Check(t, func(t *rapid.T) {
			tenants++
			tenant := fmt.Sprintf("tenant%d", tenants)
			id := func(i int) archive.RecordID { return archive.RecordID(fmt.Sprintf("R%d", i)) }
			n := rapid.IntRange(1, 12).Draw(t, "records")
			var (
				files []archive.File
				nodes []reference.Node
				edges []archive.Reference
			)
			for i := range n {
				f := archive.File{ID: id(i), Kind: "k", Title: "t", MediaType: "m", Dated: time.Unix(int64(rapid.IntRange(0, 9).Draw(t, "day")), 0).UTC()}
				for range rapid.IntRange(0, 3).Draw(t, "links") {
					target := archive.ToRecord(id(rapid.IntRange(i+1, n+2).Draw(t, "target"))) // later ones, and two that nobody files
					if rapid.IntRange(0, 9).Draw(t, "outside") == 0 {
						target = archive.ToRef("changereq:CR7")
					}
					f.References = append(f.References, archive.Link{Type: rapid.SampledFrom(types).Draw(t, "type"), Target: target})
				}
				files = append(files, f)
				if rapid.IntRange(0, 5).Draw(t, "hide") == 0 {
					hidden[tenant] = append(hidden[tenant], f.ID)
					continue
				}
				nodes = append(nodes, reference.Node{ID: f.ID, Dated: f.Dated})
			}
			seen := func(e archive.End) bool { return !slices.Contains(hidden[tenant], archive.RecordID(e.Value)) }
			for _, f := range files {
				for _, l := range f.References {
					if e := archive.NewReference(l.Type, archive.ToRecord(f.ID), l.Target, l.Terms); seen(e.Source) && seen(e.Target) {
						edges = append(edges, e)
					}
				}
			}
			done, err := desk.FileAll(context.Background(), tenant, "carol", func(yield func(archive.File, error) bool) {
				for _, f := range files {
					if !yield(f, nil) {
						return
					}
				}
			}, nil)
			require.NoError(t, err)
			require.Equal(t, n, done.Filed)

			p := reference.Standard(time.Unix(int64(rapid.IntRange(0, 12).Draw(t, "as of")), 0).UTC())
			p.Limit = rapid.IntRange(1, n).Draw(t, "limit")
			starts := []archive.RecordID{id(rapid.IntRange(1, n).Draw(t, "start")), id(0)} // the last is not held
			got, err := desk.Closure(context.Background(), tenant, tenant, p, starts...)
			require.NoError(t, err)
			want := reference.NewGraph(nodes, edges).Closure(p, starts...)
			require.Empty(t, cmp.Diff(want, got))
		})
	})
}
