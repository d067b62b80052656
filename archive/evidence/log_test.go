package evidence_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive/evidence"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 123_000, time.UTC)

// row is the i-th of a journal, with the openings of its seals.
func row(position int64) evidence.Row {
	salt := evidence.Salt{byte(position), byte(position >> 8), 7}
	actor := evidence.Opening{Salt: salt, Value: []byte("carol")}
	data := evidence.Opening{Salt: salt, Value: fmt.Appendf(nil, `{"n":%d}`, position)}
	return evidence.Row{
		Entry: evidence.Entry{
			Position: position, Recorded: now.Add(time.Duration(position) * time.Second), Room: "archive",
			Entity: fmt.Sprintf("R%d", position%10), Seq: 1 + position/10, Kind: "filed", At: now,
			Actor: evidence.Close(actor.Salt, actor.Value), Data: evidence.Close(data.Salt, data.Value),
		},
		Actor: &actor, Data: &data,
	}
}

func newLog(tb testing.TB, size int64) *evidence.Log {
	tb.Helper()
	l := new(evidence.Log)
	for p := int64(1); p <= size; p++ {
		e := row(p).Entry
		_, err := l.Append(&e)
		require.NoError(tb, err)
	}
	return l
}

// The log stores the hashes of x/mod, its proofs are those of x/mod, and each
// accepts the other's, for every size, leaf and pair of sizes of a small log.
func TestLogAgreesWithAnother(t *testing.T) {
	t.Parallel()
	const size = 70
	l := newLog(t, size)
	var theirs []evidence.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, theirs[i])
		}
		return out, nil
	})
	for p := int64(1); p <= size; p++ {
		e := row(p).Entry
		text, err := e.MarshalText()
		require.NoError(t, err)
		more, err := tlog.StoredHashes(p-1, text, reader)
		require.NoError(t, err)
		theirs = append(theirs, more...)
	}
	require.Empty(t, cmp.Diff(theirs, l.Stored(0)))
	loaded, err := evidence.Load(theirs)
	require.NoError(t, err)
	require.Equal(t, l.Size(), loaded.Size())
	for n := int64(1); n <= size; n++ {
		root, err := l.Root(n)
		require.NoError(t, err)
		want, err := tlog.TreeHash(n, l)
		require.NoError(t, err)
		require.Equal(t, want, root)
		checkLeaves(t, loaded, theirs, n, root)
		checkEarlier(t, loaded, n, root)
	}
}

func checkLeaves(t *testing.T, l *evidence.Log, stored []evidence.Hash, n int64, root evidence.Hash) {
	t.Helper()
	s, err := l.Snapshot(n)
	require.NoError(t, err)
	for i := range n {
		leaf := stored[tlog.StoredHashIndex(0, i)]
		ours, err := s.ProveEntry(i)
		require.NoError(t, err)
		theirs, err := tlog.ProveRecord(n, i, l)
		require.NoError(t, err)
		require.Equal(t, []evidence.Hash(theirs), append([]evidence.Hash{}, ours...))
		require.LessOrEqual(t, len(ours), bits.Len64(uint64(n-1)))
		require.NoError(t, evidence.CheckEntry(leaf, i, n, root[:], ours))
		require.NoError(t, tlog.CheckRecord(ours, n, root, i, leaf))
		if i != n-1 {
			require.Error(t, evidence.CheckEntry(leaf, i+1, n, root[:], ours))
		}
	}
}

// Invariant 2: every earlier state is consistent with every later one.
func checkEarlier(t *testing.T, l *evidence.Log, n int64, root evidence.Hash) {
	t.Helper()
	for m := int64(1); m <= n; m++ {
		old, err := l.Root(m)
		require.NoError(t, err)
		ours, err := l.ProveGrowth(m, n)
		require.NoError(t, err)
		theirs, err := tlog.ProveTree(n, m, l)
		require.NoError(t, err)
		require.Equal(t, []evidence.Hash(theirs), append([]evidence.Hash{}, ours...))
		require.NoError(t, evidence.CheckGrowth(m, n, old[:], root[:], ours))
		require.NoError(t, tlog.CheckTree(ours, n, root, m, old))
		old[0] ^= 1
		require.Error(t, evidence.CheckGrowth(m, n, old[:], root[:], ours))
	}
}

func TestSizesTheLogDoesNotHave(t *testing.T) {
	t.Parallel()
	l := newLog(t, 5)
	_, err := l.Snapshot(6)
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = l.Root(-1)
	require.ErrorIs(t, err, evidence.ErrInvalid)
	s, err := l.Snapshot(3)
	require.NoError(t, err)
	_, err = s.ProveEntry(3)
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = l.ProveGrowth(0, 3)
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = evidence.Load(make([]evidence.Hash, 2))
	require.ErrorIs(t, err, evidence.ErrInvalid)
	_, err = l.ReadHashes([]int64{100})
	require.ErrorIs(t, err, evidence.ErrInvalid)
	e := row(9).Entry
	_, err = l.Append(&e)
	var gap *evidence.MismatchError
	require.ErrorAs(t, err, &gap)
	require.Equal(t, evidence.MismatchError{Place: evidence.PlaceOrder, Position: 6, Reason: "entry 9 came instead"}, *gap)

	var empty evidence.Log
	root, err := empty.Root(0)
	require.NoError(t, err)
	require.Equal(t, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", root.String(), "SHA-256 of nothing")
}

func TestTextOfEntries(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching("[a%\r\n]{0,4}"))
	moment := rapid.Map(rapid.Int64Range(-62135596800e6, 253402300799e6), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
	rapid.Check(t, func(t *rapid.T) {
		want := evidence.Entry{
			Position: rapid.Int64Min(1).Draw(t, "position"), Recorded: moment.Draw(t, "recorded"), Room: text.Draw(t, "room"),
			Entity: text.Draw(t, "entity"), Seq: rapid.Int64Min(1).Draw(t, "seq"), Kind: text.Draw(t, "kind"), At: moment.Draw(t, "at"),
			Actor: evidence.Seal{1}, Data: evidence.Seal{31: 255},
		}
		b, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), "\nrecorded "+want.Recorded.Format("2006-01-02T15:04:05.000000Z")+"\n") {
			t.Fatalf("time in %s", b)
		}
		var got evidence.Entry
		if err := got.UnmarshalText(b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestEntriesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*evidence.Entry){
		"position":    func(e *evidence.Entry) { e.Position = 0 },
		"seq":         func(e *evidence.Entry) { e.Seq = 0 },
		"not UTF-8":   func(e *evidence.Entry) { e.Kind = "\xff" },
		"nanoseconds": func(e *evidence.Entry) { e.At = e.At.Add(1) },
		"year":        func(e *evidence.Entry) { e.Recorded = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"long":        func(e *evidence.Entry) { e.Entity = strings.Repeat("x", evidence.MaxText) },
	} {
		e := row(1).Entry
		spoil(&e)
		_, err := e.MarshalText()
		require.ErrorIs(t, err, evidence.ErrInvalid, name)
	}
}

func FuzzEntry(f *testing.F) {
	e := row(42).Entry
	text, err := e.MarshalText()
	require.NoError(f, err)
	f.Add(text)
	f.Add(text[:len(text)-1])
	f.Add([]byte(strings.Replace(string(text), "42", "042", 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		var e evidence.Entry
		if e.UnmarshalText(text) != nil {
			return
		}
		again, err := e.MarshalText()
		if err != nil || string(again) != string(text) {
			t.Fatalf("%q is read and written as %q, %v", text, again, err)
		}
	})
}

func TestSeals(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1024, 1025, 5000} {
		o := evidence.Opening{Salt: evidence.Salt{9}, Value: []byte(strings.Repeat("v", n))}
		s := evidence.Close(o.Salt, o.Value)
		require.True(t, o.Opens(s))
		require.False(t, evidence.Opening{Value: o.Value}.Opens(s), "without its salt a value confirms nothing")
		require.False(t, evidence.Opening{Salt: o.Salt, Value: append(o.Value, 'v')}.Opens(s))
		back, err := evidence.ParseSeal(s.String())
		require.NoError(t, err)
		require.Equal(t, s, back)
	}
	for _, bad := range []string{"", "00", strings.Repeat("g", 64), strings.Repeat("A", 64)} {
		_, err := evidence.ParseSeal(bad)
		require.ErrorIs(t, err, evidence.ErrInvalid, bad)
	}
}

// The layout of C2SP tlog-tiles: 70,000 entries make 273 full tiles and one of 112
// at level 0, one full and one of 17 at level 1, and one of 1 at level 2.
func TestTiles(t *testing.T) {
	t.Parallel()
	require.Equal(t, "tile/0/x001/x234/067", evidence.TilePath("0", 1_234_067, 256))
	l := new(evidence.Log)
	for i := range 70_000 {
		l.AppendHash(evidence.Hash{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	files := make(map[string]int)
	write := func(path string, data []byte) error { files[path] = len(data); return nil }
	text := func(int64) ([]byte, error) { return []byte("entry"), nil }
	require.NoError(t, l.Export(0, 70_000, text, write))
	require.Len(t, files, 274+2+1+274)
	for path, size := range map[string]int{
		"tile/0/272": 8192, "tile/0/273.p/112": 112 * 32, "tile/1/000": 8192, "tile/1/001.p/17": 17 * 32, "tile/2/000.p/1": 32,
		"tile/entries/000": 256 * 7, "tile/entries/273.p/112": 112 * 7,
	} {
		require.Equal(t, size, files[path], path)
	}
	clear(files)
	require.NoError(t, l.Export(69_800, 70_000, nil, write))
	require.Equal(t, map[string]int{"tile/0/272": 8192, "tile/0/273.p/112": 112 * 32, "tile/1/001.p/17": 17 * 32}, files)
	require.ErrorIs(t, l.Export(0, 70_001, nil, write), evidence.ErrInvalid)
	require.ErrorIs(t, l.Export(0, 1, func(int64) ([]byte, error) { return make([]byte, evidence.MaxText+1), nil }, write), evidence.ErrInvalid)
}
