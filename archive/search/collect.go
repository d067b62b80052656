package search

import (
	"cmp"
	"container/heap"
	"context"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Searcher finds documents, each tenant's apart from the others'. Whatever the
// engine, the answers are those of this package: a Searcher brings the documents
// that have the words of a query, and a Collector filters, counts and ranks them.
// What is deleted is gone from the engine's files as well. Safe for concurrent
// use.
type Searcher interface {
	// PutDocument takes a document in, in place of one with the same id.
	PutDocument(ctx context.Context, tenant string, d Document) error
	// DeleteDocument takes a document out; one that is not there is no error.
	DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error
	// FindDocuments answers a query. A query that cannot be read, and the empty
	// tenant, are ErrInvalid.
	FindDocuments(ctx context.Context, tenant string, q Query) (Result, error)
}

// Collector makes the answer to a query of the documents that have its words.
type Collector struct {
	q      *Query
	best   page
	total  int
	facets map[string]map[string]int
}

// NewCollector begins the answer to a query.
func NewCollector(q *Query) *Collector {
	c := &Collector{q: q, facets: make(map[string]map[string]int)}
	c.best.limit = q.Limit
	if c.best.limit <= 0 {
		c.best.limit = DefaultLimit
	}
	c.best.limit = min(c.best.limit, MaxLimit)
	return c
}

// Add takes a document in unless a filter of the query is against it; title and
// text are not looked at. InTitle is how many of the words and prefixes asked for
// stand in its title.
func (c *Collector) Add(d *Document, inTitle int) {
	if !c.q.admits(d) {
		return
	}
	c.total++
	for name, values := range d.Facets {
		if c.facets[name] == nil {
			c.facets[name] = make(map[string]int)
		}
		for i, v := range values {
			if !slices.Contains(values[:i], v) {
				c.facets[name][v]++
			}
		}
	}
	k := Key{InTitle: inTitle, Dated: d.Dated, ID: d.ID}
	if c.q.After == nil || c.q.After.Before(k) {
		c.best.add(k)
	}
}

// admits applies the filters, of which none looks at words.
func (q *Query) admits(d *Document) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, d.Kind) {
		return false
	}
	if (!q.From.IsZero() && d.Dated.Before(q.From)) || (!q.To.IsZero() && !d.Dated.Before(q.To)) ||
		(!q.AsOf.IsZero() && d.Dated.After(q.AsOf)) || (!q.AsKnownAt.IsZero() && d.Recorded.After(q.AsKnownAt)) {
		return false
	}
	for name, value := range q.Facets {
		if !slices.Contains(d.Facets[name], value) {
			return false
		}
	}
	return q.Visible == nil || q.Visible(d.ID)
}

// Result is the page that was asked for. Texts gives title and text of a
// document of the page.
func (c *Collector) Result(terms []Term, texts func(archive.RecordID) (title, text string, err error)) (Result, error) {
	r := Result{Total: c.total, Facets: make(map[string][]Count, len(c.facets))}
	picked, more := c.best.sorted()
	for _, k := range picked {
		title, text, err := texts(k.ID)
		if err != nil {
			return Result{}, err
		}
		r.Hits = append(r.Hits, Hit{Key: k, Title: title, Snippet: snip(text, terms)})
	}
	if more {
		r.Next = &r.Hits[len(r.Hits)-1].Key
	}
	for name, values := range c.facets {
		for v, n := range values {
			r.Facets[name] = append(r.Facets[name], Count{v, n})
		}
		slices.SortFunc(r.Facets[name], func(a, b Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) })
	}
	return r, nil
}

// Words are the tokens of a text, in their order: what an engine indexes.
func Words(text string) []string { return words(text) }

// Follow reports whether words stand in a text, one after the other, as a phrase
// asks for.
func Follow(text string, phrase []string) bool { return follow(words(text), phrase) }

func follow[W comparable](text, phrase []W) bool {
	for i := 0; i+len(phrase) <= len(text); i++ {
		if text[i] == phrase[0] && slices.Equal(text[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

// page keeps the first keys of an order, and knows whether there are more: a heap
// with the last of them on top.
type page struct {
	limit int
	list  []Key
}

func (p *page) Len() int           { return len(p.list) }
func (p *page) Less(i, j int) bool { return p.list[j].Before(p.list[i]) }
func (p *page) Swap(i, j int)      { p.list[i], p.list[j] = p.list[j], p.list[i] }
func (p *page) Push(v any)         { p.list = append(p.list, v.(Key)) } //nolint:forcetypeassert // only add pushes
func (p *page) Pop() any {
	last := p.list[len(p.list)-1]
	p.list = p.list[:len(p.list)-1]
	return last
}

func (p *page) add(k Key) {
	if len(p.list) <= p.limit {
		heap.Push(p, k)
		return
	}
	if k.Before(p.list[0]) {
		p.list[0] = k
		heap.Fix(p, 0)
	}
}

func (p *page) sorted() (list []Key, more bool) {
	slices.SortFunc(p.list, func(a, b Key) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
	if len(p.list) > p.limit {
		return p.list[:p.limit], true
	}
	return p.list, false
}
