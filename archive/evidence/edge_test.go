package evidence_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive/evidence"
)

// tiles keeps the hashes that an edge gives out.
type tiles map[[2]int64][]byte

func (t tiles) node(level int, n int64, h evidence.Hash) {
	at := [2]int64{int64(level), n / 256}
	if int64(len(t[at])) != n%256*tlog.HashSize {
		panic("a hash of a tile came out of order")
	}
	t[at] = append(t[at], h[:]...)
}

var errNoTile = errors.New("no such tile")

func (t tiles) read(level int, n int64, width int) ([]byte, error) {
	kept := t[[2]int64{int64(level), n}]
	if len(kept) < width*tlog.HashSize {
		return nil, errNoTile
	}
	return kept[:width*tlog.HashSize], nil
}

func leafOf(i int64) evidence.Hash {
	return tlog.RecordHash(binary.BigEndian.AppendUint64(nil, uint64(i)))
}

// grown is a log in memory and, beside it, an edge with its tiles, broken off and
// taken up again now and then.
func grown(tb testing.TB, size int64) (*evidence.Log, evidence.Edge, tiles) {
	tb.Helper()
	var (
		log  evidence.Log
		edge evidence.Edge
		kept = make(tiles)
	)
	for i := range size {
		log.AppendHash(leafOf(i))
		edge.Append(leafOf(i), kept.node)
		if i%97 == 0 {
			var err error
			edge, err = evidence.NewEdge(edge.Size(), edge.Hashes())
			require.NoError(tb, err)
		}
	}
	return &log, edge, kept
}

// Invariant 2: what is proved from tiles is what the log in memory proves, at
// every size and of every entry.
func TestInvariant2TilesProveWhatTheLogProves(t *testing.T) {
	t.Parallel()
	const most = 70_000
	log, edge, kept := grown(t, most)
	root, err := log.Root(most)
	require.NoError(t, err)
	require.Equal(t, root, edge.Root())
	require.Equal(t, int64(most), edge.Size())
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, most).Draw(t, "size")
		snapshot, err := log.Snapshot(size)
		require.NoError(t, err)
		tiled := evidence.TiledLog{Size: size, Root: snapshot.Root(), Read: kept.read}
		index := rapid.Int64Range(0, size-1).Draw(t, "index")
		want, err := snapshot.ProveEntry(index)
		require.NoError(t, err)
		got, err := tiled.ProveEntry(index)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.NoError(t, evidence.CheckEntry(leafOf(index), index, size, tiled.Root[:], got))
		leaf, err := tiled.Leaf(index)
		require.NoError(t, err)
		require.Equal(t, leafOf(index), leaf)
		indexes := rapid.SliceOfN(rapid.Int64Range(0, size-1), 0, 20).Draw(t, "indexes")
		leaves, proofs, err := tiled.ProveEntries(indexes)
		require.NoError(t, err)
		for i, index := range indexes {
			want, err := snapshot.ProveEntry(index)
			require.NoError(t, err)
			require.Equal(t, want, proofs[i])
			require.Equal(t, leafOf(index), leaves[i])
		}
		earlier := rapid.Int64Range(0, size).Draw(t, "earlier")
		before, err := tiled.RootAt(earlier)
		require.NoError(t, err)
		wantRoot, err := log.Root(earlier)
		require.NoError(t, err)
		require.Equal(t, wantRoot, before)
		if earlier == 0 {
			return
		}
		growth, err := tiled.ProveGrowth(earlier)
		require.NoError(t, err)
		require.NoError(t, evidence.CheckGrowth(earlier, size, before[:], tiled.Root[:], growth))
	})
}

// Invariant 3: no proof is made of a tile in which a byte was changed.
func TestInvariant3ChangedTilesProveNothing(t *testing.T) {
	t.Parallel()
	const size = 1300
	_, edge, kept := grown(t, size)
	rapid.Check(t, func(t *rapid.T) {
		index := rapid.Int64Range(0, size-1).Draw(t, "index")
		bit := rapid.IntRange(0, 255*tlog.HashSize*8).Draw(t, "bit")
		tiled := evidence.TiledLog{Size: size, Root: edge.Root(), Read: func(level int, n int64, width int) ([]byte, error) {
			data, err := kept.read(level, n, width)
			data = append([]byte(nil), data...)
			if at := bit % (len(data) * 8); level == 0 {
				data[at/8] ^= 1 << (at % 8)
			}
			return data, err
		}}
		_, err := tiled.ProveEntry(index)
		require.ErrorIs(t, err, evidence.ErrMismatch)
		_, err = tiled.Leaf(index)
		require.ErrorIs(t, err, evidence.ErrMismatch)
		_, _, err = tiled.ProveEntries([]int64{index, 0})
		require.ErrorIs(t, err, evidence.ErrMismatch)
	})
}

func TestTiledLogRefuses(t *testing.T) {
	t.Parallel()
	_, edge, kept := grown(t, 300)
	tiled := evidence.TiledLog{Size: 300, Root: edge.Root(), Read: kept.read}
	for _, index := range []int64{-1, 300} {
		_, err := tiled.ProveEntry(index)
		require.ErrorIs(t, err, evidence.ErrInvalid)
		_, err = tiled.Leaf(index)
		require.ErrorIs(t, err, evidence.ErrInvalid)
		_, _, err = tiled.ProveEntries([]int64{0, index})
		require.ErrorIs(t, err, evidence.ErrInvalid)
	}
	for _, size := range []int64{-1, 301} {
		_, err := tiled.RootAt(size)
		require.ErrorIs(t, err, evidence.ErrInvalid)
	}
	for _, size := range []int64{0, 301} {
		_, err := tiled.ProveGrowth(size)
		require.ErrorIs(t, err, evidence.ErrInvalid)
	}
	delete(kept, [2]int64{0, 1})
	_, err := tiled.ProveEntry(299)
	require.ErrorIs(t, err, errNoTile)
	_, err = evidence.NewEdge(3, []evidence.Hash{{}})
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = evidence.NewEdge(-1, nil)
	require.ErrorIs(t, err, evidence.ErrInvalid)
}
