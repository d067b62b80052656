package coordination_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	engines "github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
	"github.com/coordkit/coordkit/internal/pgtest"
	"github.com/coordkit/coordkit/internal/searchscan"
)

// indexIn opens an index in a database of its own.
func indexIn(tb testing.TB, driver, dsn string, over func(*sql.DB) *engines.Searcher) search.Searcher {
	tb.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	s := over(db)
	require.NoError(tb, s.Create(tb.Context()))
	return s
}

// searched is an archive with its index, and what should be found in it.
type searched struct {
	t      *testing.T
	desk   *coordination.Desk
	tenant string
	docs   map[archive.RecordID]search.Document // as they stand in the index
	waits  []archive.RecordID                   // filed, and not in the index yet
	marked map[archive.RecordID]string          // as it is now
}

// clears says what readers are cleared for.
func clears(reader, marking string) bool {
	switch reader {
	case "board":
		return true
	case "plant":
		return marking != "board"
	}
	return marking == ""
}

func (s *searched) file(t *rapid.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"hinge", "door", "the", "Straße", "e\u0301", "東京", "=x"}), 1, 6)
	title, text := fmt.Sprint(words.Draw(t, "title")), fmt.Sprint(words.Draw(t, "text"))
	f := archive.File{
		ID: archive.RecordID("R" + strconv.Itoa(len(s.docs)+len(s.waits))), Kind: "note", Title: title, MediaType: "text/plain", Content: []byte(text),
		Dated: time.Date(2026, 1, rapid.IntRange(1, 3).Draw(t, "day"), 0, 0, 0, 0, time.UTC),
	}
	if rapid.Bool().Draw(t, "of a matter") {
		f.Subject = "matter:M1"
	}
	if m := rapid.SampledFrom([]string{"", "", "plant", "board"}).Draw(t, "marking"); m != "" {
		s.marked[f.ID] = m
	}
	_, err := s.desk.File(s.t.Context(), s.tenant, "carol", f)
	require.NoError(t, err)
	s.waits = append(s.waits, f.ID)
}

func (s *searched) mark(t *rapid.T) {
	if len(s.docs) == 0 {
		t.Skip("nothing is indexed")
	}
	id := archive.RecordID("R" + strconv.Itoa(rapid.IntRange(0, len(s.docs)-1).Draw(t, "record")))
	s.marked[id] = rapid.SampledFrom([]string{"", "plant", "board"}).Draw(t, "marking")
	if rapid.Bool().Draw(t, "the index is told") {
		require.NoError(t, s.desk.IndexRecords(s.t.Context(), s.tenant, id))
		d := s.docs[id]
		d.Marking = s.marked[id]
		s.docs[id] = d
	}
}

func (s *searched) index(t *rapid.T) {
	_, err := s.desk.Index(s.t.Context(), s.tenant)
	require.NoError(t, err)
	for _, id := range s.waits {
		r, content, err := s.desk.OpenRecord(s.t.Context(), s.tenant, id)
		require.NoError(t, err)
		entries, _, err := s.desk.Journal(s.t.Context(), s.tenant, coordination.JournalQuery{Room: coordination.RoomArchive, Entity: string(id)})
		require.NoError(t, err)
		d := search.Document{
			ID: id, Title: r.Title, Text: string(content), Kind: r.Kind, Dated: r.Dated, Recorded: entries[0].Recorded, Marking: s.marked[id],
			Facets: map[string][]string{coordination.FacetMediaType: {"text/plain"}, coordination.FacetFiledBy: {"carol"}},
		}
		if r.Subject != "" {
			d.Facets[coordination.FacetSubject] = []string{string(r.Subject)}
		}
		s.docs[id] = d
	}
	s.waits = nil
}

// ask holds the answer for a reader against the scan over what he may see: by the
// marking that the index has and by the one that is true now.
func (s *searched) ask(t *rapid.T) {
	reader := rapid.SampledFrom([]string{"board", "plant", "visitor"}).Draw(t, "reader")
	q := search.Query{
		Text:  rapid.SampledFrom([]string{"", "hinge", "the hinge", `"the hinge"`, "hin* -door", `-"door the" hinge`, "strasse", "é*", "東", "x"}).Draw(t, "query"),
		Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Counted: rapid.IntRange(1, 9).Draw(t, "counted"),
	}
	if rapid.Bool().Draw(t, "of the matter") {
		q.Facets = map[string]string{coordination.FacetSubject: "matter:M1"}
	}
	if len(s.docs) > 0 && rapid.Bool().Draw(t, "as known") {
		q.AsKnownAt = s.docs[archive.RecordID("R"+strconv.Itoa(rapid.IntRange(0, len(s.docs)-1).Draw(t, "when")))].Recorded
	}
	var visible searchscan.Docs
	for id, d := range s.docs {
		if clears(reader, d.Marking) && clears(reader, s.marked[id]) {
			visible = append(visible, d)
		}
	}
	for {
		want, err := visible.Find(q, false)
		require.NoError(t, err)
		got, err := s.desk.Search(s.t.Context(), s.tenant, reader, q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%s asks %+v", reader, q)
		if q.After = want.Next; q.After == nil {
			return
		}
	}
}

// Invariants 13 and 16, over the desk: whatever is filed, indexed and marked in
// whatever order, a search answers as the scan over the part of the archive that the
// reader may see, and a marking that became stricter holds before the index knows.
func TestInvariants13And16SearchesOverTheDesk(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]struct {
		store func(testing.TB) coordination.Store
		index func(testing.TB) search.Searcher
	}{
		"memory": {everystore.Memory, func(testing.TB) search.Searcher { return new(search.Indexes) }},
		"sqlite": {everystore.SQLite, func(tb testing.TB) search.Searcher {
			tb.Helper()
			return indexIn(tb, "sqlite", "file:"+filepath.Join(tb.TempDir(), "search.db")+"?_txlock=immediate&_pragma=synchronous(off)", engines.SQLite)
		}},
		"postgres": {everystore.Postgres, func(tb testing.TB) search.Searcher {
			tb.Helper()
			return indexIn(tb, "pgx", pgtest.Database(tb, func(context.Context, string) error { return nil }), engines.Postgres)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := searched{t: t}
			var err error
			s.desk, err = coordination.NewDesk(coordination.Config{
				Store: on.store(t), Searcher: on.index(t),
				Marking: func(context.Context, string, []archive.RecordID) (map[archive.RecordID]string, error) {
					return s.marked, nil
				},
				Clearance: func(_ context.Context, _, reader string) (func(string) bool, error) {
					return func(marking string) bool { return clears(reader, marking) }, nil
				},
				Sight: func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
					return func(id archive.RecordID) bool { return clears(reader, s.marked[id]) }, nil
				},
			})
			require.NoError(t, err)
			runs := 0
			rapid.Check(t, func(rt *rapid.T) {
				runs++
				s.tenant, s.docs, s.waits, s.marked = fmt.Sprint("t", runs), make(map[archive.RecordID]search.Document), nil, make(map[archive.RecordID]string)
				rt.Repeat(map[string]func(*rapid.T){"file": s.file, "mark": s.mark, "index": s.index, "ask": s.ask})
				s.index(rt)
				s.ask(rt)
			})
		})
	}
}
