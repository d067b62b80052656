package search

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Searcher finds documents, each tenant's apart from the others'. Whatever the
// engine, the answers are those of this package: a Searcher brings the documents
// that have the words of a query, and a Collector filters, counts and ranks them.
// What is deleted is gone from the engine's files as well. Safe for concurrent
// use.
type Searcher interface {
	// PutDocuments takes documents in, each in place of one with the same id: all
	// of them, or none where it fails. Of two with one id the later stays. Hundreds at
	// once cost far less than one by one. A document that Validate refuses, and the empty tenant, are ErrInvalid.
	PutDocuments(ctx context.Context, tenant string, ds ...Document) error
	// DeleteDocument takes a document out; one that is not there is no error.
	DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error
	// FindDocuments answers a query. A query that cannot be read, and the empty
	// tenant, are ErrInvalid.
	FindDocuments(ctx context.Context, tenant string, q Query) (Result, error)
}

// Collector makes the answer to a query of the documents that have its words.
type Collector struct {
	q       *Query
	limit   int // hits of the page
	counted int // hits that are counted; 0 on a page that goes on
	cleared map[string]bool
	best    page
}

// NewCollector begins the answer to a query.
func NewCollector(q *Query) *Collector {
	c := &Collector{q: q, limit: clamp(q.Limit, DefaultLimit, MaxLimit), cleared: make(map[string]bool)}
	if q.After == nil {
		c.counted = clamp(q.Counted, DefaultCounted, MaxCounted)
	}
	c.best.most = max(c.limit, c.counted) + 1 // one more tells that there are more
	return c
}

func clamp(n, usual, most int) int {
	if n <= 0 {
		return usual
	}
	return min(n, most)
}

// Add takes a document in unless a filter of the query is against it; title and
// text are not looked at. Titled is whether every word and prefix asked for
// stands in its title; it is false where no word is asked for.
func (c *Collector) Add(d *Document, titled bool) {
	k := Key{Titled: titled, Dated: whole(d.Dated), ID: d.ID}
	if (c.q.After == nil || c.q.After.Before(k)) && c.best.takes(k) && c.Clears(d.Marking) && c.q.admits(d) {
		c.best.add(found{k, d.Facets})
	}
}

// Clears reports whether the reader is cleared for a marking.
func (c *Collector) Clears(marking string) bool {
	if c.q.Cleared == nil {
		return true
	}
	cleared, known := c.cleared[marking]
	if !known {
		cleared = c.q.Cleared(marking)
		c.cleared[marking] = cleared
	}
	return cleared
}

// Held is how many documents the answer is made of so far.
func (c *Collector) Held() int { return len(c.best.list) }

// Wanted is how many documents the answer is made of at most.
func (c *Collector) Wanted() int { return c.best.most }

// whole is a time as every engine keeps it: in UTC, to the microsecond.
func whole(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// Enough reports whether no document whose place is k or after it can change the
// answer, so that an engine which brings documents in the order of hits, or nearly so, may
// stop.
func (c *Collector) Enough(k Key) bool { return !c.best.takes(k) }

// admits applies the filters, of which none looks at words.
func (q *Query) admits(d *Document) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, d.Kind) {
		return false
	}
	dated, recorded := whole(d.Dated), whole(d.Recorded)
	if (!q.From.IsZero() && dated.Before(q.From)) || (!q.To.IsZero() && !dated.Before(q.To)) ||
		(!q.AsOf.IsZero() && dated.After(q.AsOf)) || (!q.AsKnownAt.IsZero() && recorded.After(q.AsKnownAt)) {
		return false
	}
	for name, value := range q.Facets {
		if !slices.Contains(d.Facets[name], value) {
			return false
		}
	}
	return q.Visible == nil || q.Visible(d.ID)
}

// Text is what of a document is shown.
type Text struct{ Title, Text string }

// Result is the page that was asked for. Texts gives those of the documents of
// the page; one that it leaves out stands without.
func (c *Collector) Result(terms []Term, texts func([]archive.RecordID) (map[archive.RecordID]Text, error)) (Result, error) {
	all := c.best.sorted()
	r := Result{Total: min(len(all), c.counted), More: len(all) > c.counted && c.counted > 0}
	r.Facets = tally(all[:r.Total])
	shown := all[:min(len(all), c.limit)]
	if len(shown) == 0 {
		return r, nil
	}
	ids := make([]archive.RecordID, len(shown))
	for i, f := range shown {
		ids[i] = f.key.ID
	}
	found, err := texts(ids)
	if err != nil {
		return Result{}, err
	}
	for _, f := range shown {
		t := found[f.key.ID]
		r.Hits = append(r.Hits, Hit{Key: f.key, Title: t.Title, Snippet: snip(t.Text, terms)})
	}
	if len(all) > c.limit {
		r.Next = &r.Hits[c.limit-1].Key
	}
	return r, nil
}

// tally counts the values of the facets, each once for a document.
func tally(all []found) map[string][]Count {
	counts := make(map[string]map[string]int)
	for _, f := range all {
		for name, values := range f.facets {
			if counts[name] == nil {
				counts[name] = make(map[string]int)
			}
			for i, v := range values {
				if !slices.Contains(values[:i], v) {
					counts[name][v]++
				}
			}
		}
	}
	out := make(map[string][]Count, len(counts))
	for name, values := range counts {
		for v, n := range values {
			out[name] = append(out[name], Count{v, n})
		}
		slices.SortFunc(out[name], func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) })
	}
	return out
}

// found is a document that passed everything.
type found struct {
	key    Key
	facets map[string][]string
}

// page keeps the first of an order: a heap with the last of them on top.
type page struct {
	most int
	list []found
}

func (p *page) Len() int           { return len(p.list) }
func (p *page) Less(i, j int) bool { return p.list[j].key.Before(p.list[i].key) }
func (p *page) Swap(i, j int)      { p.list[i], p.list[j] = p.list[j], p.list[i] }
func (p *page) Push(v any)         { p.list = append(p.list, v.(found)) } //nolint:forcetypeassert // only add pushes
func (p *page) Pop() any {
	last := p.list[len(p.list)-1]
	p.list = p.list[:len(p.list)-1]
	return last
}

// takes reports whether a document at that place would be kept.
func (p *page) takes(k Key) bool { return len(p.list) < p.most || k.Before(p.list[0].key) }

// add keeps a document that the page takes.
func (p *page) add(f found) {
	if len(p.list) < p.most {
		heap.Push(p, f)
		return
	}
	p.list[0] = f
	heap.Fix(p, 0)
}

func (p *page) sorted() []found {
	slices.SortFunc(p.list, func(a, b found) int {
		if a.key.Before(b.key) {
			return -1
		}
		return 1
	})
	return p.list
}
