package search_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	rules "github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/searchscan"
)

// everySearcher runs a test on the index in memory and on each of the engines.
func everySearcher(t *testing.T, run func(t *testing.T, s rules.Searcher)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		run(t, new(rules.Indexes))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s, _ := onSQLite(t)
		run(t, s)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, onPostgres(t))
	})
}

// office is a searcher with what it should hold of two tenants, and readers who are
// turning pages meanwhile.
type office struct {
	t       *testing.T
	s       rules.Searcher
	tenants [2]string
	docs    [2]map[archive.RecordID]rules.Document
	readers []*reader
}

// reader turns the pages of an answer.
type reader struct {
	tenant int
	query  rules.Query
	owed   map[archive.RecordID]bool // were there at the beginning, and nobody touched them since
	last   *rules.Key
}

// visible are the documents of a tenant that the reader of a query may see, and
// the query of somebody to whom nothing else is there.
func (o *office) visible(tenant int, q rules.Query) (searchscan.Docs, rules.Query) {
	var out searchscan.Docs
	for _, d := range o.docs[tenant] {
		if (q.Cleared == nil || q.Cleared(d.Marking)) && (q.Visible == nil || q.Visible(d.ID)) {
			out = append(out, d)
		}
	}
	q.Cleared, q.Visible = nil, nil
	return out, q
}

func (o *office) put(t *rapid.T, tenant int, ds ...rules.Document) {
	require.NoError(t, o.s.PutDocuments(o.t.Context(), o.tenants[tenant], ds...))
	for _, d := range ds {
		o.docs[tenant][d.ID] = d
		o.touch(tenant, d.ID)
	}
}

func (o *office) touch(tenant int, id archive.RecordID) {
	for _, r := range o.readers {
		if r.tenant == tenant {
			delete(r.owed, id)
		}
	}
}

// some is one of the documents of a tenant; the step is given up if there is none.
func (o *office) some(t *rapid.T, tenant int) rules.Document {
	ids := make([]archive.RecordID, 0, len(o.docs[tenant]))
	for id := range o.docs[tenant] {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		t.Skip("no documents")
	}
	slices.Sort(ids)
	return o.docs[tenant][rapid.SampledFrom(ids).Draw(t, "id")]
}

// ask holds an answer, of all pages, against the scan over what the reader may
// see: hits, snippets, counts and facets.
func (o *office) ask(t *rapid.T) {
	tenant, q := rapid.IntRange(0, 1).Draw(t, "tenant"), drawQuery(t)
	docs, open := o.visible(tenant, q)
	for {
		want, err := docs.Find(open, false)
		require.NoError(t, err)
		got, err := o.s.FindDocuments(o.t.Context(), o.tenants[tenant], q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%+v", q)
		if q.After = want.Next; q.After == nil {
			return
		}
		open.After = want.Next
	}
}

// begin has somebody begin to turn pages.
func (o *office) begin(t *rapid.T) {
	r := &reader{tenant: rapid.IntRange(0, 1).Draw(t, "tenant"), query: drawQuery(t), owed: make(map[archive.RecordID]bool)}
	docs, open := o.visible(r.tenant, r.query)
	all, err := docs.Find(open, true)
	require.NoError(t, err)
	for _, h := range all.Hits {
		r.owed[h.Key.ID] = true
	}
	o.readers = append(o.readers, r)
}

// turn turns a page of somebody's: it goes on where the one before ended, has what
// somebody sees who begins there now, and at the end nothing is missing that was there all along.
func (o *office) turn(t *rapid.T) {
	if len(o.readers) == 0 {
		t.Skip("nobody reads")
	}
	i := rapid.IntRange(0, len(o.readers)-1).Draw(t, "reader")
	r := o.readers[i]
	docs, open := o.visible(r.tenant, r.query)
	want, err := docs.Find(open, false)
	require.NoError(t, err)
	page, err := o.s.FindDocuments(o.t.Context(), o.tenants[r.tenant], r.query)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, page, cmpopts.EquateEmpty()), "%+v", r.query)
	for _, h := range page.Hits {
		require.True(t, r.last == nil || r.last.Before(h.Key), "%+v comes after %+v", h.Key, r.last)
		r.last = &h.Key
		delete(r.owed, h.Key.ID)
	}
	if r.query.After = page.Next; page.Next == nil {
		require.Empty(t, r.owed, "they were there all along")
		o.readers = slices.Delete(o.readers, i, i+1)
	}
}

// Invariants 13 and 16: while documents are put, changed, marked and deleted, each
// searcher answers as the scan over what a reader may see and nothing else, to counts, facets and
// snippets; tenants are kept apart; and whoever turns pages meanwhile meets nothing
// twice at one place and misses nothing that stays as it is.
func TestInvariants13And16AnswersAreThoseOfTheScanOverWhatIsVisible(t *testing.T) {
	t.Parallel()
	everySearcher(t, func(t *testing.T, s rules.Searcher) {
		t.Helper()
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			runs++
			o := office{t: t, s: s, tenants: [2]string{fmt.Sprint("a", runs), fmt.Sprint("b", runs)}}
			o.docs = [2]map[archive.RecordID]rules.Document{{}, {}}
			tenant := rapid.IntRange(0, 1)
			rt.Repeat(map[string]func(*rapid.T){
				"put": func(rt *rapid.T) {
					o.put(rt, tenant.Draw(rt, "tenant"), rapid.SliceOfN(rapid.Custom(drawDocument), 0, 5).Draw(rt, "documents")...)
				},
				"change": func(rt *rapid.T) {
					at := tenant.Draw(rt, "tenant")
					d := drawDocument(rt)
					d.ID = o.some(rt, at).ID
					o.put(rt, at, d)
				},
				"mark": func(rt *rapid.T) {
					at := tenant.Draw(rt, "tenant")
					d := o.some(rt, at)
					d.Marking = rapid.SampledFrom([]string{"", "plant", "board", "new"}).Draw(rt, "marking")
					o.put(rt, at, d)
				},
				"delete": func(rt *rapid.T) {
					at := tenant.Draw(rt, "tenant")
					id := o.some(rt, at).ID
					require.NoError(rt, s.DeleteDocument(t.Context(), o.tenants[at], id))
					delete(o.docs[at], id)
					o.touch(at, id)
				},
				"ask":   o.ask,
				"begin": o.begin,
				"turn":  o.turn,
			})
			for range 3 {
				o.ask(rt)
			}
		})
	})
}

// Pages are turned while others write: no page tears what was written together,
// and each pass meets all that stays as it is, once.
func TestPagesUnderConcurrentWrites(t *testing.T) {
	t.Parallel()
	everySearcher(t, func(t *testing.T, s rules.Searcher) {
		t.Helper()
		const stable, writers, changes = 120, 3, 40
		document := func(id string, n int, version string) rules.Document {
			return rules.Document{
				ID: archive.RecordID(id), Title: "Word " + version, Text: "word " + version, Dated: day(1 + n%5), Marking: []string{"", "plant"}[n%2],
				Facets: map[string][]string{"version": {version}},
			}
		}
		var docs []rules.Document
		for i := range stable {
			docs = append(docs, document(fmt.Sprintf("stays%03d", i), i, "first"))
		}
		require.NoError(t, s.PutDocuments(t.Context(), "acme", docs...))
		var (
			running sync.WaitGroup
			faults  [writers]error
			done    = make(chan struct{})
		)
		for w := range writers {
			running.Go(func() {
				for i := range changes {
					a, b := "a"+strconv.Itoa(w), "b"+strconv.Itoa(w)
					version := fmt.Sprintf("v%dx%d", w, i)
					if faults[w] = s.PutDocuments(t.Context(), "acme", document(a, i, version), document(b, i, version)); faults[w] == nil && i%3 == 2 {
						faults[w] = s.DeleteDocument(t.Context(), "acme", archive.RecordID(a))
					}
					if faults[w] != nil {
						return
					}
				}
			})
		}
		go func() {
			running.Wait()
			close(done)
		}()
		for last := false; !last; {
			select {
			case <-done:
				last = true // a pass after all writes
			default:
			}
			for _, q := range []rules.Query{{Text: "word", Limit: 17}, {Text: "wor*", Limit: 17, Cleared: func(marking string) bool { return marking == "plant" }}} {
				pass(t, s, q, stable)
			}
		}
		for _, err := range faults {
			require.NoError(t, err)
		}
	})
}

// pass turns all pages of an answer.
func pass(t *testing.T, s rules.Searcher, q rules.Query, stable int) {
	t.Helper()
	if q.Cleared != nil {
		stable /= 2
	}
	var last *rules.Key
	met := 0
	for {
		r, err := s.FindDocuments(t.Context(), "acme", q)
		require.NoError(t, err)
		versions := 0
		for _, c := range r.Facets["version"] {
			versions += c.N
		}
		if q.After == nil {
			require.Equal(t, r.Total, versions, "counts and facets are of one state")
		}
		for _, h := range r.Hits {
			require.True(t, last == nil || last.Before(h.Key), "%+v after %+v", h.Key, last)
			last = &h.Key
			require.Equal(t, strings.ToLower(h.Title), h.Snippet.Text, "title and text were written together")
			if strings.HasPrefix(string(h.Key.ID), "stays") {
				met++
			}
		}
		if q.After = r.Next; q.After == nil {
			break
		}
	}
	require.Equal(t, stable, met)
}
