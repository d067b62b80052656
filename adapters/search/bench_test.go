package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	rules "github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/cputime"
)

// meter is a searcher and the processor time that it costs: of this program, and
// of the one process of a server that works for it.
type meter struct {
	*search.Searcher
	server int // process
}

func (m *meter) used() time.Duration {
	used := cputime.Used()
	if m.server == 0 {
		return used
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", m.server))
	if err != nil {
		return used // elsewhere than on Linux nobody tells
	}
	ns, _, _ := strings.Cut(string(raw), " ")
	n, _ := strconv.ParseInt(ns, 10, 64)
	return used + time.Duration(n)
}

func onServer(b *testing.B) (*meter, *sql.DB) {
	b.Helper()
	s, db := postgresDB(b)
	db.SetMaxOpenConns(1)
	m := meter{Searcher: s}
	require.NoError(b, db.QueryRowContext(b.Context(), "SELECT pg_backend_pid()").Scan(&m.server))
	return &m, db
}

// size is how many documents there are: COORDKIT_SEARCH, or 10,000.
func size() int {
	if n, err := strconv.Atoi(os.Getenv("COORDKIT_SEARCH")); err == nil {
		return n
	}
	return 10_000
}

// corpus makes documents of 100 words whose frequencies fall as those of real texts
// do, dated on 28 days in turn, each tenth with one of nine markings or none.
func corpus() func() rules.Document {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 5, 50_000)
	i := -1
	return func() rules.Document {
		i++
		var text strings.Builder
		for range 100 {
			fmt.Fprintf(&text, "w%d ", zipf.Uint64())
		}
		marking := ""
		if i%10 > 0 {
			marking = "m" + strconv.Itoa(i%10)
		}
		return rules.Document{
			Marking: marking, ID: archive.RecordID(strconv.Itoa(i)), Title: text.String()[:20], Text: text.String(), Kind: "note", Dated: day(i % 28),
			Facets: map[string][]string{"subject": {"matter:M" + strconv.Itoa(i%200)}, "media_type": {"text/plain"}, "filed_by": {"carol"}},
		}
	}
}

// batch is how many documents are taken in at once.
const batch = 1000

func fill(b *testing.B, s *meter) {
	b.Helper()
	next := corpus()
	for left := size(); left > 0; left -= batch {
		ds := make([]rules.Document, min(left, batch))
		for i := range ds {
			ds[i] = next()
		}
		require.NoError(b, s.PutDocuments(b.Context(), "acme", ds...))
	}
}

func BenchmarkFind(b *testing.B) {
	lite, _ := onSQLite(b)
	b.Run("SQLite", func(b *testing.B) {
		m := &meter{Searcher: lite}
		fill(b, m)
		find(b, m)
	})
	server, db := onServer(b)
	b.Run("Postgres", func(b *testing.B) {
		fill(b, server)
		_, err := db.ExecContext(context.Background(), "VACUUM ANALYZE coordkit_search_document") // what the server does by itself after a while
		require.NoError(b, err)
		find(b, server)
	})
}

func find(b *testing.B, m *meter) {
	b.Helper()
	for _, q := range []struct {
		name string
		rules.Query
	}{
		{"TwoRare", rules.Query{Text: "w900 w2000"}},
		{"Two5Percent", rules.Query{Text: "w30 w70"}},
		{"Two20Percent", rules.Query{Text: "w3 w40"}},
		{"TwoCommonest", rules.Query{Text: "w0 w1"}},
		{"Phrase", rules.Query{Text: `"w30 w70"`}},
		{"PhraseCommonest", rules.Query{Text: `"w0 w1"`}},
		{"Prefix", rules.Query{Text: "w12* w40"}},
		{"Excluded", rules.Query{Text: "w3 -w40"}},
		{"Facet", rules.Query{Text: "w3", Facets: map[string]string{"subject": "matter:M7"}}},
		{"Hidden", rules.Query{Text: "w3 w40", Cleared: func(marking string) bool { return marking == "m7" }}},
		{"HiddenUnmarked", rules.Query{Text: "w3 w40", Cleared: func(marking string) bool { return marking == "" }}},
		{"HiddenPhrase", rules.Query{Text: `"w0 w1"`, Cleared: func(marking string) bool { return marking == "m7" }}},
		{"HiddenAll", rules.Query{Cleared: func(marking string) bool { return marking == "" }}},
		{"HiddenOneByOne", rules.Query{Text: "w3 w40", Visible: func(id archive.RecordID) bool { return id[len(id)-1] == '7' }}},
	} {
		b.Run(q.name, func(b *testing.B) {
			var took, worked []time.Duration
			hits := 0
			for b.Loop() {
				start, used := time.Now(), m.used()
				r, err := m.FindDocuments(b.Context(), "acme", q.Query)
				if err != nil {
					b.Fatal(err)
				}
				took, worked = append(took, time.Since(start)), append(worked, m.used()-used)
				hits = r.Total
			}
			for name, list := range map[string][]time.Duration{"": took, "cpu-": worked} {
				slices.Sort(list)
				b.ReportMetric(milliseconds(list[0]), name+"least-ms")
				b.ReportMetric(milliseconds(list[len(list)/2]), name+"p50-ms")
				b.ReportMetric(milliseconds(list[len(list)*95/100]), name+"p95-ms")
			}
			b.ReportMetric(float64(hits), "hits")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkPut takes documents in, a thousand at once and one by one. Making them
// does not count.
func BenchmarkPut(b *testing.B) {
	for _, at := range []int{batch, 1} {
		b.Run("SQLite/"+strconv.Itoa(at), func(b *testing.B) {
			s, _ := onSQLite(b)
			put(b, &meter{Searcher: s}, at)
		})
		b.Run("Postgres/"+strconv.Itoa(at), func(b *testing.B) {
			m, _ := onServer(b)
			put(b, m, at)
		})
	}
}

func put(b *testing.B, m *meter, at int) {
	b.Helper()
	next := corpus()
	var took, worked time.Duration
	count := 0
	for b.Loop() {
		ds := make([]rules.Document, at)
		for i := range ds {
			ds[i] = next()
		}
		start, used := time.Now(), m.used()
		if err := m.PutDocuments(b.Context(), "acme", ds...); err != nil {
			b.Fatal(err)
		}
		took, worked = took+time.Since(start), worked+m.used()-used
		count += at
	}
	b.ReportMetric(float64(count)/took.Seconds(), "docs/s")
	b.ReportMetric(float64(count)/worked.Seconds(), "docs/cpu-s")
	b.ReportMetric(0, "ns/op")
}
