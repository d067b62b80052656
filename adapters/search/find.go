package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
)

// FindDocuments answers a query; see search.Searcher.
func (s *Searcher) FindDocuments(ctx context.Context, tenant string, q search.Query) (search.Result, error) {
	if err := check(tenant); err != nil {
		return search.Result{}, err
	}
	terms, err := search.Parse(q.Text)
	if err != nil {
		return search.Result{}, err
	}
	from, done, err := s.engine.reading(ctx, s.db)
	if err != nil {
		return search.Result{}, err
	}
	r, err := s.answer(ctx, from, tenant, &q, terms)
	return r, errors.Join(err, done())
}

func (s *Searcher) answer(ctx context.Context, from querier, tenant string, q *search.Query, terms []search.Term) (search.Result, error) {
	c := collection{collector: search.NewCollector(q), terms: terms, known: make(map[string]map[string][]string), markings: make(map[string]string), visible: q.Visible}
	var sees sight
	if q.Cleared != nil {
		var err error
		if sees, err = sightOf(ctx, from, tenant, c.collector); err != nil {
			return search.Result{}, err
		}
	}
	for _, titled := range []bool{true, false} {
		if (titled && (len(terms) == 0 || (q.After != nil && !q.After.Titled))) ||
			c.collector.Enough(search.Key{Titled: titled, Dated: farthest()}) || sees.hidden {
			continue
		}
		a := &ask{tenant: tenant, terms: terms, facets: q.Facets, titled: titled, sight: sees, numbers: numbersOf(q, titled)}
		if q.After != nil && q.After.Titled == titled {
			a.after = q.After
		}
		a.filter(q)
		c.titled, c.second, c.rows, c.held = titled, -1, 0, c.collector.Held()
		if err := s.engine.candidates(ctx, from, a, &c); err != nil {
			return search.Result{}, fmt.Errorf("search: %w", err)
		}
		if c.fault != nil {
			return search.Result{}, fmt.Errorf("search: %w", c.fault)
		}
	}
	return c.collector.Result(terms, func(ids []archive.RecordID) (map[archive.RecordID]search.Text, error) {
		return s.textsOf(ctx, from, tenant, ids)
	})
}

// numbersOf are the numbers of the documents that the dates of a query are about.
func numbersOf(q *search.Query, titled bool) span {
	out := span{0, math.MaxInt64}
	if !q.From.IsZero() {
		out.from = secondOf(q.From) << belowSecond
	}
	until := farthest()
	if !q.To.IsZero() {
		until = q.To
	}
	if !q.AsOf.IsZero() && q.AsOf.Before(until) {
		until = q.AsOf
	}
	if q.After != nil && q.After.Titled == titled && q.After.Dated.Before(until) {
		until = q.After.Dated
	}
	if second := secondOf(until); second < lastSecond {
		out.below = (second + 1) << belowSecond
	}
	return out
}

// filter says in SQL what spares reading rows; the collector applies all of the
// query again.
func (a *ask) filter(q *search.Query) {
	var b strings.Builder
	if !q.AsKnownAt.IsZero() {
		b.WriteString(" AND d.recorded <= " + a.args.add(q.AsKnownAt.UnixMicro()))
	}
	if len(q.Kinds) > 0 {
		marks := make([]string, 0, len(q.Kinds))
		for _, k := range q.Kinds {
			if search.Plain(string(k)) { // no document has another
				marks = append(marks, a.args.add(string(k)))
			}
		}
		b.WriteString(" AND d.kind IN (" + strings.Join(append(marks, "NULL"), ", ") + ")")
	}
	a.filters = b.String()
}

// candidate is a row that an engine brings.
type candidate struct {
	n               int64
	id, kind        string
	dated, recorded int64
	facets, marking sql.RawBytes // only until the next row
	refuted         bool         // it has the words, but not as they are asked for
	unsure          bool         // the index does not tell whether it matches: title and text do
	title, text     sql.RawBytes
}

// columns are those of a candidate but for the last four.
const columns = "d.n, d.id, d.kind, d.dated, d.recorded, d.facets, d.marking"

// collection takes candidates in until there are enough.
type collection struct {
	collector *search.Collector
	terms     []search.Term
	titled    bool  // the part that is read
	second    int64 // of the last candidate
	rows      int   // candidates of the part
	held      int   // documents before the part
	visible   func(archive.RecordID) bool
	known     map[string]map[string][]string
	markings  map[string]string
	fault     error
}

// enough reports whether no document of the second or before it can change the
// answer.
func (c *collection) enough(second int64) bool {
	return c.collector.Enough(search.Key{Titled: c.titled, Dated: endOf(second)})
}

func (c *collection) visit(row *candidate) (enough bool) {
	c.rows++
	if at := row.n >> belowSecond; at != c.second {
		if c.second = at; c.enough(at) {
			return true
		}
	}
	if row.refuted {
		return false
	}
	if row.unsure {
		matches, titled := search.Match(string(row.title), string(row.text), c.terms)
		if !matches || titled != c.titled {
			return false
		}
	}
	d := search.Document{
		ID: archive.RecordID(row.id), Kind: archive.Kind(row.kind), Dated: instant(row.dated), Recorded: instant(row.recorded), Marking: c.marking(row.marking),
	}
	if d.Facets, c.fault = c.facets(row.facets); c.fault != nil {
		return true
	}
	c.collector.Add(&d, c.titled)
	return false
}

// facets reads facets, those that documents have in common once.
func (c *collection) facets(text []byte) (map[string][]string, error) {
	if facets, known := c.known[string(text)]; known {
		return facets, nil
	}
	facets, err := facetsOf(string(text))
	c.known[string(text)] = facets
	return facets, err
}

// marking reads a marking, one that documents have in common once.
func (c *collection) marking(text []byte) string {
	marking, known := c.markings[string(text)]
	if !known {
		marking = string(text)
		c.markings[marking] = marking
	}
	return marking
}

// textsOf reads titles and texts; a document that was deleted meanwhile has none.
func (s *Searcher) textsOf(ctx context.Context, from querier, tenant string, ids []archive.RecordID) (map[archive.RecordID]search.Text, error) {
	var args arguments
	args.add(tenant)
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = args.add(string(id))
	}
	rows, err := from.QueryContext(ctx, s.engine.texts()+" ("+strings.Join(marks, ", ")+")", args.list...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	out := make(map[archive.RecordID]search.Text, len(ids))
	for rows.Next() {
		var (
			id string
			t  search.Text
		)
		if err := rows.Scan(&id, &t.Title, &t.Text); err != nil {
			return nil, err
		}
		out[archive.RecordID(id)] = t
	}
	return out, rows.Err()
}

// stretch is how far a statement was read.
type stretch struct {
	rows   int
	last   place // of the last row
	enough bool
}

// place is where a row stands: by its number, and in the order of hits.
type place struct {
	n, dated int64
	id       string
}

// read brings the rows of a statement to visit, until it has enough.
func read(ctx context.Context, from querier, statement string, args []any, visit func(*candidate) bool) (s stretch, err error) {
	rows, err := from.QueryContext(ctx, statement, args...)
	if err != nil {
		return s, err
	}
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	names, err := rows.Columns()
	if err != nil {
		return s, err
	}
	var row candidate
	to := []any{&row.n, &row.id, &row.kind, &row.dated, &row.recorded, &row.facets, &row.marking, &row.refuted, &row.unsure, &row.title, &row.text}[:len(names)]
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return s, err
		}
		s.rows, s.last = s.rows+1, place{row.n, row.dated, row.id}
		if s.enough = visit(&row); s.enough {
			return s, nil
		}
	}
	return s, rows.Err()
}

// arguments are those of a statement, numbered in the order of their use.
type arguments struct{ list []any }

func (a *arguments) add(v any) string {
	a.list = append(a.list, v)
	return "$" + strconv.Itoa(len(a.list))
}
