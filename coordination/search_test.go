package coordination_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	engines "github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/cputime"
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

// What is uploaded is searched as what is filed at once, from its beginning on
// as far as MaxSearched, and stands in nobody's way however large it is.
func TestSearchReadsUploads(t *testing.T) {
	t.Parallel()
	desk, err := coordination.NewDesk(coordination.Config{Store: everystore.Memory(t), Searcher: new(search.Indexes), Blobs: blobs.New()})
	require.NoError(t, err)
	upload := func(id, text string) {
		blob, err := desk.Upload(t.Context(), "acme", strings.NewReader(text), "")
		require.NoError(t, err)
		f := note(id, "", time.Time{})
		f.Content = nil
		_, err = desk.FileUpload(t.Context(), "acme", "carol", f, blob.Digest)
		require.NoError(t, err)
	}
	upload("short", "the hinge")
	upload("long", "the door"+strings.Repeat(" filler", coordination.MaxSearched/7)+" hinge")
	upload("middle", strings.Repeat("filler ", archive.MaxContent/7)+" hinge")
	_, err = desk.File(t.Context(), "acme", "carol", note("after", "another hinge", time.Time{}))
	require.NoError(t, err)
	_, err = desk.Index(t.Context(), "acme")
	require.NoError(t, err)
	ids, _ := found(t, desk, "paul", search.Query{Text: "hinge"})
	require.Equal(t, []archive.RecordID{"after", "middle", "short"}, ids)
	ids, _ = found(t, desk, "paul", search.Query{Text: "door"})
	require.Equal(t, []archive.RecordID{"long"}, ids)
}

// Markings go into the index with the records; a reader is shown what both his
// clearance and his sight let him see.
func TestSearchAsksForClearance(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		marked := map[archive.RecordID]string{"N1": "board", "N2": "plant"}
		desk, err := coordination.NewDesk(coordination.Config{
			Store: open(t), Searcher: new(search.Indexes),
			Marking: func(_ context.Context, _ string, ids []archive.RecordID) (map[archive.RecordID]string, error) {
				out := make(map[archive.RecordID]string)
				for _, id := range ids {
					if m, ok := marked[id]; ok {
						out[id] = m
					}
				}
				return out, nil
			},
			Clearance: func(_ context.Context, _, reader string) (func(string) bool, error) {
				return func(marking string) bool { return marking == "" || reader == "paul" && marking == "board" }, nil
			},
			Sight: func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
				return func(id archive.RecordID) bool { return reader == "paul" || marked[id] == "" }, nil
			},
		})
		require.NoError(t, err)
		for i := range 4 {
			_, err := desk.File(t.Context(), "acme", "carol", note("N"+strconv.Itoa(i), "hinge", time.Time{}))
			require.NoError(t, err)
		}
		_, err = desk.Index(t.Context(), "acme")
		require.NoError(t, err)
		see := func(reader string, want ...archive.RecordID) {
			t.Helper()
			ids, r := found(t, desk, reader, search.Query{Text: "hinge", Cleared: func(string) bool { return true }, Visible: func(archive.RecordID) bool { return true }})
			require.ElementsMatch(t, want, ids) // one dated like the other, by when it was filed
			require.Equal(t, []search.Count{{Value: "carol", N: len(want)}}, r.Facets[coordination.FacetFiledBy])
		}
		see("paul", "N0", "N1", "N3")
		see("ann", "N0", "N3")
		marked["N3"] = "board" // and nobody has told the index
		see("ann", "N0")
		delete(marked, "N1")
		see("ann", "N0")
		require.NoError(t, desk.IndexRecords(t.Context(), "acme", "N1", "N3", "none"))
		see("ann", "N0", "N1")
		see("paul", "N0", "N1", "N3")
	})
	bare, err := coordination.NewDesk(coordination.Config{Store: everystore.Memory(t)})
	require.NoError(t, err)
	require.ErrorIs(t, bare.IndexRecords(t.Context(), "acme", "N1"), coordination.ErrInvalid)
}

// BenchmarkFileAndIndex files documents of 100 words with their content, alone or
// with two references each, and takes them into the index, 20,000 a time, per second of
// processor time.
func BenchmarkFileAndIndex(b *testing.B) {
	b.Run("alone", func(b *testing.B) { fileAndIndex(b, false) })
	b.Run("references", func(b *testing.B) { fileAndIndex(b, true) })
}

func fileAndIndex(b *testing.B, referring bool) {
	b.Helper()
	const n = 20_000
	for b.Loop() {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "search.db")+
			"?_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=cache_size(-32768)")
		require.NoError(b, err)
		index := engines.SQLite(db)
		require.NoError(b, index.Create(b.Context()))
		desk, err := coordination.NewDesk(coordination.Config{Store: everystore.SQLite(b), Searcher: index})
		require.NoError(b, err)
		files := worded(n, referring)
		start, began := time.Now(), cputime.Used()
		done, err := desk.FileAll(b.Context(), "acme", "carol", func(yield func(archive.File, error) bool) {
			for i := range files {
				if !yield(files[i], nil) {
					return
				}
			}
		}, nil)
		require.NoError(b, err)
		require.Equal(b, n, done.Filed)
		filed := cputime.Used()
		_, err = desk.Index(b.Context(), "acme")
		require.NoError(b, err)
		b.ReportMetric(n/(cputime.Used()-began).Seconds(), "documents/cpu-s")
		b.ReportMetric(n/(filed-began).Seconds(), "filed/cpu-s")
		b.ReportMetric(n/time.Since(start).Seconds(), "documents/s")
		require.NoError(b, db.Close())
	}
}

// worded are documents of 100 words whose frequencies fall as those of real texts
// do, each referring to a request and to another of them if so.
func worded(n int, referring bool) []archive.File {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 5, 50_000)
	out := make([]archive.File, n)
	for i := range out {
		var text strings.Builder
		for range 100 {
			fmt.Fprintf(&text, "w%d ", zipf.Uint64())
		}
		out[i] = archive.File{
			ID: archive.RecordID(fmt.Sprintf("D%06d", i)), Kind: "note", Title: text.String()[:20], MediaType: "text/plain",
			Subject: archive.Ref(fmt.Sprintf("matter:M%d", i%200)), Dated: time.Date(2026, 1, 1+i%28, 0, 0, 0, 0, time.UTC), Content: []byte(text.String()),
		}
		if referring {
			out[i].References = []archive.Link{
				{Type: archive.Answers, Target: archive.ToRef("changereq:CR7")}, {Type: archive.References, Target: archive.ToRecord(archive.RecordID(fmt.Sprintf("D%06d", (i+7)%n)))},
			}
		}
	}
	return out
}

// received is an index that says what it is handed, and how much of it at a time.
type received struct {
	*search.Indexes

	ids     map[archive.RecordID]int // how often
	deleted []archive.RecordID
	largest int // bytes of the texts that came together
}

func (r *received) PutDocuments(ctx context.Context, tenant string, ds ...search.Document) error {
	size := 0
	for i := range ds {
		r.ids[ds[i].ID]++
		size += len(ds[i].Text)
	}
	r.largest = max(r.largest, size)
	return r.Indexes.PutDocuments(ctx, tenant, ds...)
}

func (r *received) DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error {
	r.deleted = append(r.deleted, id)
	return r.Indexes.DeleteDocument(ctx, tenant, id)
}

// Records are handed over in lots that are as large as may be and no larger, each once,
// those without text and those that are not there among them.
func TestIndexByTheLot(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		to := received{Indexes: new(search.Indexes), ids: make(map[archive.RecordID]int)}
		desk, err := coordination.NewDesk(coordination.Config{Store: open(t), Searcher: &to})
		require.NoError(t, err)
		var all []archive.RecordID
		_, err = desk.FileAll(t.Context(), "acme", "carol", func(yield func(archive.File, error) bool) {
			for i := range 1100 {
				f := note("N"+strconv.Itoa(i), "hinge "+strconv.Itoa(i), day(1+i%10))
				switch {
				case i < 40:
					f.Content = append(f.Content, strings.Repeat(" ", archive.MaxContent-len(f.Content))...)
				case i%3 == 0:
					f.MediaType = "image/png"
				}
				all = append(all, f.ID)
				if !yield(f, nil) {
					return
				}
			}
		}, nil)
		require.NoError(t, err)
		_, err = desk.Index(t.Context(), "acme")
		require.NoError(t, err)
		for _, id := range all {
			require.Equal(t, 1, to.ids[id], id)
		}
		require.Greater(t, to.largest, 16<<20)
		require.LessOrEqual(t, to.largest, 17<<20)
		_, r := found(t, desk, "paul", search.Query{Text: "hinge 1039"})
		require.Equal(t, 1, r.Total)

		require.NoError(t, desk.IndexRecords(t.Context(), "acme", append([]archive.RecordID{"none", "\x00"}, all...)...))
		require.Equal(t, []archive.RecordID{"none", "\x00"}, to.deleted)
		for _, id := range all {
			require.Equal(t, 2, to.ids[id], id)
		}
	})
}
