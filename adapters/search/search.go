// Package search keeps the words of documents in SQLite (FTS5) or PostgreSQL
// (tsvector) and answers as the index in memory does (archive/search): the engine brings the
// documents that have the words, the rules of that package decide the rest.
//
// Words are cut by archive/search and handed to the engine as they are; its own
// rules of language, accents and rank are never asked. What is found is a
// projection: [Searcher.Create] makes its tables, which may be dropped and filled again at
// any time. A document that is deleted leaves nothing of its text in SQLite's
// file; in PostgreSQL it goes with the next vacuum.
package search

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
)

// Searcher answers searches from a database of the caller's.
type Searcher struct {
	db     *sql.DB
	engine engine
}

var _ search.Searcher = (*Searcher)(nil)

// engine is what the two databases do differently.
type engine interface {
	schema() []string
	put(ctx context.Context, tx *sql.Tx, n int64, tenant string, d *search.Document) error
	remove(ctx context.Context, tx *sql.Tx, n int64) error
	// match is the part of a statement after FROM that brings the documents of a
	// tenant that a part of the answer is about, with their arguments, and the
	// column whose order the engine can follow; rows are named d.
	match(tenant string, p part, args *arguments) (from, n string)
	// number is the expression for a free number from $1 to $2.
	number() string
	prepare() string // run before a deletion
	// reading begins an answer; done ends it.
	reading(ctx context.Context, db *sql.DB) (q querier, done func() error, err error)
}

// querier is what an answer is read from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// SQLite makes a searcher over a SQLite database with FTS5.
func SQLite(db *sql.DB) *Searcher { return &Searcher{db: db, engine: fts5{}} }

// Postgres makes a searcher over a PostgreSQL database.
func Postgres(db *sql.DB) *Searcher { return &Searcher{db: db, engine: tsvector{}} }

// Create makes the tables, where they are not there.
func (s *Searcher) Create(ctx context.Context) error {
	for _, statement := range s.engine.schema() {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("search: create: %w", err)
		}
	}
	return nil
}

func check(tenant string) error {
	if tenant == "" {
		return fmt.Errorf("%w: the tenant is empty", search.ErrInvalid)
	}
	return nil
}

// A number holds the second of the document's date above, and below what tells
// documents of one second apart: in the order of numbers stand those of a second
// together, and the newest last.
const (
	belowSecond = 24
	lastSecond  = 1<<39 - 1

	insertDocument = `INSERT INTO coordkit_search_document (n, tenant, id, kind, dated, recorded, facets) VALUES (`
	documentValues = `, $3, $4, $5, $6, $7, $8) RETURNING n`
	insertText     = `INSERT INTO coordkit_search_text (n, title, text) VALUES ($1, $2, $3)`
	removeDocument = `DELETE FROM coordkit_search_document WHERE tenant = $1 AND id = $2 RETURNING n`
	removeText     = `DELETE FROM coordkit_search_text WHERE n = $1`
	textsOf        = `SELECT d.id, t.title, t.text FROM coordkit_search_document d JOIN coordkit_search_text t ON t.n = d.n
 WHERE d.tenant = $1 AND d.id IN (`
)

// secondOf counts seconds from year 1 on, of which the zero time has the first. Times before and beyond
// what a number holds stand with the first and the last.
func secondOf(at time.Time) int64 {
	return min(max(at.Unix()-time.Time{}.Unix(), 0), lastSecond)
}

// PutDocument takes a document in; see search.Searcher. Text with a NUL, or that
// is not UTF-8, is ErrInvalid.
func (s *Searcher) PutDocument(ctx context.Context, tenant string, d search.Document) error {
	if err := check(tenant); err != nil {
		return err
	}
	for _, text := range []string{tenant, string(d.ID), d.Title, d.Text, string(d.Kind)} {
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			return fmt.Errorf("%w: text is not valid UTF-8 or has a NUL character: remove it", search.ErrInvalid)
		}
	}
	facets, err := json.Marshal(d.Facets)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.removeTx(ctx, tx, tenant, d.ID); err != nil {
			return err
		}
		var n int64
		first := secondOf(d.Dated) << belowSecond
		row := tx.QueryRowContext(ctx, insertDocument+s.engine.number()+documentValues, first, first|(1<<belowSecond-1), tenant, string(d.ID), string(d.Kind),
			micros(d.Dated), micros(d.Recorded), string(facets))
		if err := row.Scan(&n); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insertText, n, d.Title, d.Text); err != nil {
			return err
		}
		return s.engine.put(ctx, tx, n, tenant, &d)
	})
}

// micros keeps a time to the microsecond; the zero time comes first.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return math.MinInt64
	}
	return at.UnixMicro()
}

func instant(us int64) time.Time {
	if us == math.MinInt64 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// DeleteDocument takes a document out; see search.Searcher.
func (s *Searcher) DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error {
	if err := check(tenant); err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error { return s.removeTx(ctx, tx, tenant, id) })
}

func (s *Searcher) removeTx(ctx context.Context, tx *sql.Tx, tenant string, id archive.RecordID) error {
	var n int64
	switch err := tx.QueryRowContext(ctx, removeDocument, tenant, string(id)).Scan(&n); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	if _, err := tx.ExecContext(ctx, removeText, n); err != nil {
		return err
	}
	return s.engine.remove(ctx, tx, n)
}

// change runs a transaction on a connection that is prepared for it.
func (s *Searcher) change(ctx context.Context, fn func(*sql.Tx) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	if first := s.engine.prepare(); first != "" {
		if _, err := conn.ExecContext(ctx, first); err != nil {
			return err
		}
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

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
	c := search.NewCollector(q)
	if err := s.collect(ctx, from, tenant, q, terms, c); err != nil {
		return search.Result{}, err
	}
	return c.Result(terms, func(ids []archive.RecordID) (map[archive.RecordID]search.Text, error) {
		return texts(ctx, from, tenant, ids)
	})
}

// texts reads titles and texts; a document that was deleted meanwhile has none.
func texts(ctx context.Context, from querier, tenant string, ids []archive.RecordID) (map[archive.RecordID]search.Text, error) {
	var args arguments
	args.add(tenant)
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = args.add(string(id))
	}
	rows, err := from.QueryContext(ctx, textsOf+strings.Join(marks, ", ")+")", args.list...)
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

// phrases are the terms that the words alone do not decide.
func phrases(terms []search.Term) (out []search.Term) {
	for _, t := range terms {
		if len(t.Words) > 1 {
			out = append(out, t)
		}
	}
	return out
}

// part is one part of an answer, in the order of hits: first the documents with
// every word in the title, then the others.
type part struct {
	terms  []search.Term
	facets map[string]string
	titled bool
}

// asks reports whether a word is asked for.
func (p part) asks() bool { return len(p.terms) > 0 }

// collect reads the documents that have the words, newest first, until the answer
// cannot change any more.
func (s *Searcher) collect(
	ctx context.Context, from querier, tenant string, q *search.Query, terms []search.Term, c *search.Collector,
) error {
	newest := time.Unix(math.MaxInt32<<8, 0)
	for _, titled := range []bool{true, false} {
		p := part{terms: terms, facets: q.Facets, titled: titled}
		if (titled && !p.asks()) || c.Enough(search.Key{Titled: titled, Dated: newest}) || (titled && q.After != nil && !q.After.Titled) {
			continue
		}
		if err := s.collectPart(ctx, from, tenant, q, p, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *Searcher) collectPart(
	ctx context.Context, from querier, tenant string, q *search.Query, p part, c *search.Collector,
) error {
	checked := phrases(p.terms)
	var args arguments
	match, number := s.engine.match(tenant, p, &args)
	match += filters(q, p.titled, &args) + " AND " + number + " < " + args.add(int64(math.MaxInt64)) + " ORDER BY " + number + " DESC LIMIT "
	for limit := chunk; ; limit *= 4 { // whoever has to read on may have to read everything
		statement := "SELECT d.n, d.id, d.kind, d.dated, d.recorded, d.facets" + match + strconv.Itoa(limit)
		if len(checked) > 0 {
			statement = "SELECT d.n, d.id, d.kind, d.dated, d.recorded, d.facets, t.title, t.text FROM (" + statement + ") d JOIN coordkit_search_text t ON t.n = d.n ORDER BY d.n DESC"
		}
		done, enough, err := read(ctx, from, statement, args.list, p.titled, checked, c)
		if err != nil || enough || done.rows < limit {
			return err
		}
		args.list[len(args.list)-1] = done.last
	}
}

// chunk is how many rows are asked for at a time: a planner that is told so
// weighs reading on in order against fetching every match first.
const chunk = 1200

// reading is how far a statement was read.
type reading struct {
	rows int
	last int64
}

func read(
	ctx context.Context, from querier, statement string, args []any, titled bool, checked []search.Term, c *search.Collector,
) (r reading, enough bool, err error) {
	rows, err := from.QueryContext(ctx, statement, args...)
	if err != nil {
		return r, false, fmt.Errorf("search: %w", err)
	}
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	second := int64(-1)
	for rows.Next() {
		d, n, err := scan(rows, len(checked) > 0)
		if err != nil {
			return r, false, err
		}
		if at := n >> belowSecond; at != second {
			second = at
			if c.Enough(search.Key{Titled: titled, Dated: endOf(second)}) {
				return r, true, nil
			}
		}
		if fits(&d, checked) {
			c.Add(&d, titled)
		}
		r.rows, r.last = r.rows+1, n
	}
	return r, false, rows.Err()
}

// endOf is a time that no document of the second is dated after.
func endOf(second int64) time.Time {
	if second == lastSecond {
		return time.Unix(math.MaxInt32<<8, 0)
	}
	return time.Unix(second+1+time.Time{}.Unix(), 0)
}

func scan(rows *sql.Rows, texts bool) (d search.Document, n int64, err error) {
	var (
		dated, recorded int64
		facets          sql.RawBytes
		id, kind        string
	)
	to := []any{&n, &id, &kind, &dated, &recorded, &facets}
	if texts {
		to = append(to, &d.Title, &d.Text)
	}
	if err := rows.Scan(to...); err != nil {
		return d, 0, err
	}
	d.ID, d.Kind, d.Dated, d.Recorded = archive.RecordID(id), archive.Kind(kind), instant(dated), instant(recorded)
	if string(facets) != "null" {
		err = json.Unmarshal(facets, &d.Facets)
	}
	return d, n, err
}

// fits checks the phrases of a document that has their words.
func fits(d *search.Document, phrases []search.Term) bool {
	for _, t := range phrases {
		if (search.Follow(d.Title, t.Words) || search.Follow(d.Text, t.Words)) == t.Exclude {
			return false
		}
	}
	return true
}

// filters says in SQL what spares reading rows; the collector applies all of the
// query again.
func filters(q *search.Query, titled bool, args *arguments) string {
	var b strings.Builder
	if q.After != nil && q.After.Titled == titled {
		b.WriteString(" AND d.dated <= " + args.add(micros(q.After.Dated)))
	}
	for _, f := range []struct {
		at   time.Time
		test string
	}{{q.From, "d.dated >= "}, {q.To, "d.dated < "}, {q.AsOf, "d.dated <= "}, {q.AsKnownAt, "d.recorded <= "}} {
		if !f.at.IsZero() {
			b.WriteString(" AND " + f.test + args.add(f.at.UnixMicro()))
		}
	}
	if len(q.Kinds) > 0 {
		marks := make([]string, len(q.Kinds))
		for i, k := range q.Kinds {
			marks[i] = args.add(string(k))
		}
		b.WriteString(" AND d.kind IN (" + strings.Join(marks, ", ") + ")")
	}
	return b.String()
}

// arguments are those of a statement, numbered in the order of their use.
type arguments struct{ list []any }

func (a *arguments) add(v any) string {
	a.list = append(a.list, v)
	return "$" + strconv.Itoa(len(a.list))
}

// tenantWord is a tenant as a word of the index, so that a search reads the
// lists of one tenant only.
func tenantWord(tenant string) string { return "t" + shortDigest(tenant) }

// facetWords are the facets of a document as words of the index, so that a
// search for one reads the documents that have it. Two facets may share a word: the collector
// asks again.
func facetWords(facets map[string][]string) (out []string) {
	for name, values := range facets {
		for _, v := range values {
			out = append(out, facetWord(name, v))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func facetWord(name, value string) string { return "f" + shortDigest(name+"\x00"+value) }

func shortDigest(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:8])
}
