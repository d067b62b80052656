package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// tsvector is PostgreSQL. Its vectors are made of lexemes with their positions; see
// vector.go for what they do not hold and how it is found all the same, and
// window.go for the order in which matches are read.
type tsvector struct{}

func (tsvector) layout() layout {
	return layout{
		guard:  `SELECT pg_advisory_xact_lock(hashtextextended('coordkit_search', 0))`,
		exists: `SELECT count(*) FROM pg_tables WHERE tablename = 'coordkit_search_document' AND schemaname = ANY (current_schemas(false))`,
		create: []string{
			`CREATE TABLE coordkit_search_document (
  n BIGINT PRIMARY KEY, tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL,
  dated BIGINT NOT NULL, recorded BIGINT NOT NULL, facets TEXT NOT NULL, beyond BOOLEAN NOT NULL, lost TEXT NOT NULL, lexemes TSVECTOR NOT NULL,
  marking TEXT COLLATE "C" NOT NULL DEFAULT '', UNIQUE (tenant, id)
)`,
			fmt.Sprintf(tableMarkings, ` COLLATE "C"`),
			// A vector that is not short stands apart as it is: few searches read it, and
			// without it a page has the rows of many matches.
			`ALTER TABLE coordkit_search_document ALTER lexemes SET STORAGE EXTERNAL, SET (toast_tuple_target = 128)`,
			`CREATE SEQUENCE coordkit_search_number`,
			`CREATE TABLE coordkit_search_text (n BIGINT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)`, // apart, so that a page has the rows of more matches
			`CREATE INDEX coordkit_search_newest ON coordkit_search_document (tenant, n)`,
			`CREATE INDEX coordkit_search_lexeme ON coordkit_search_document USING gin (lexemes)`,
		},
		marked: []string{
			`ALTER TABLE coordkit_search_document ADD COLUMN marking TEXT COLLATE "C" NOT NULL DEFAULT ''`,
			fmt.Sprintf(tableMarkings, ` COLLATE "C"`),
		},
		drop: []string{
			`DROP TABLE IF EXISTS coordkit_search_document`, `DROP TABLE IF EXISTS coordkit_search_text`, `DROP SEQUENCE IF EXISTS coordkit_search_number`, dropMarkings,
		},
	}
}

func (tsvector) changing(context.Context, *sql.Conn) error { return nil }

// settled lets one writer of a tenant follow the other: two that take the same
// documents in would else each find that they are not there. What is there is looked
// up by the index, also in tables of which the planner has no statistics yet.
func (tsvector) settled(ctx context.Context, tx *sql.Tx, tenant string) error {
	_, err := tx.ExecContext(ctx, settle, tenant)
	return err
}

const settle = `SELECT pg_advisory_xact_lock(hashtextextended('coordkit_search ' || $1, 0)),
  set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)`

const (
	// A number comes from a sequence, so that tenants do not wait for each other: it
	// comes round after more documents than anybody files in a second.
	numbersPostgres   = `SELECT nextval('coordkit_search_number') FROM generate_series(1, $1)`
	documentsPostgres = `INSERT INTO coordkit_search_document (n, tenant, id, kind, dated, recorded, facets, beyond, lost, lexemes, marking)
SELECT n, $1, id, kind, dated, recorded, facets, beyond, lost, lexemes::tsvector, marking
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::boolean[], $9::text[], $10::text[], $11::text[])
  AS u (n, id, kind, dated, recorded, facets, beyond, lost, lexemes, marking)`
	textsPostgres  = `INSERT INTO coordkit_search_text (n, title, text) SELECT n, title, text FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (n, title, text)`
	storedPostgres = `SELECT ` + storedColumns + ` FROM coordkit_search_document d JOIN coordkit_search_text t ON t.n = d.n WHERE d.tenant = $1 AND d.id = ANY ($2::text[])`
	removePostgres = `WITH gone AS (DELETE FROM coordkit_search_document WHERE tenant = $1 AND id = ANY ($2::text[]) RETURNING n, marking),
  texts AS (DELETE FROM coordkit_search_text WHERE n IN (SELECT n FROM gone))
SELECT marking, count(*) FROM gone GROUP BY marking`
)

// rows are documents by columns, as PostgreSQL takes many at once.
type rows struct {
	n, dated, recorded                                    []int64
	id, kind, facets, lost, lexemes, marking, title, text []string
	beyond                                                []bool
}

func (r *rows) add(n int64, tenant string, d *search.Document) error {
	facets, err := facetText(d.Facets)
	if err != nil {
		return err
	}
	v := vectorOf(tenant, d)
	r.n, r.dated, r.recorded = append(r.n, n), append(r.dated, d.Dated.UnixMicro()), append(r.recorded, d.Recorded.UnixMicro())
	r.id, r.kind, r.facets = append(r.id, string(d.ID)), append(r.kind, string(d.Kind)), append(r.facets, facets)
	r.lexemes, r.lost, r.beyond = append(r.lexemes, v.text), append(r.lost, v.lost), append(r.beyond, v.beyond)
	r.marking, r.title, r.text = append(r.marking, d.Marking), append(r.title, d.Title), append(r.text, d.Text)
	return nil
}

func (tsvector) put(ctx context.Context, tx *sql.Tx, tenant string, ds []*search.Document) error {
	if len(ds) == 0 {
		return nil
	}
	numbers, err := numbers(ctx, tx, len(ds))
	if err != nil {
		return err
	}
	var r rows
	for i, d := range ds {
		if err := r.add(secondOf(d.Dated)<<belowSecond|numbers[i]%inSecond, tenant, d); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, documentsPostgres, tenant, r.n, r.id, r.kind, r.dated, r.recorded, r.facets, r.beyond, r.lost, r.lexemes, r.marking); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, textsPostgres, r.n, r.title, r.text)
	return err
}

func numbers(ctx context.Context, tx *sql.Tx, count int) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, numbersPostgres, count)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	out := make([]int64, 0, count)
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

func (tsvector) stored(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (*sql.Rows, error) {
	return tx.QueryContext(ctx, storedPostgres, tenant, ids)
}

func (tsvector) remove(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (map[string]int, error) {
	if len(ids) == 0 {
		return make(map[string]int), nil
	}
	rows, err := tx.QueryContext(ctx, removePostgres, tenant, ids)
	if err != nil {
		return nil, err
	}
	return counted(rows)
}

// settings have every statement of an answer planned for its words, from indexes:
// the planner knows little of how often words are together, and nothing of what it costs to read
// a long vector again.
const settings = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`

// reading is a snapshot, of which an answer reads more than once.
func (tsvector) reading(ctx context.Context, db *sql.DB) (querier, func() error, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	if _, err := tx.ExecContext(ctx, settings); err != nil {
		return nil, nil, errors.Join(err, tx.Rollback())
	}
	return tx, func() error {
		if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
			return err
		}
		return nil // the context ended it
	}, nil
}

func (tsvector) texts() string {
	return `SELECT d.id, t.title, t.text FROM coordkit_search_document d JOIN coordkit_search_text t ON t.n = d.n WHERE d.tenant = $1 AND d.id IN`
}

// indexTexts writes what documents have that may meet a condition, each part by
// itself: the index then leaps from one list to the next, where of one query with all parts it would
// read every list. Of a phrase they are its words and pairs. Beyond is for the documents
// whose words are not in the index.
func indexTexts(c *condition, beyond string) []string {
	var out []string
	for _, s := range c.with {
		for _, part := range soughtTexts(s) {
			if !s.mark() {
				part += " | " + lexeme(beyond)
			}
			out = append(out, part)
		}
	}
	for _, group := range c.without {
		var inner []string
		for _, s := range group {
			inner = append(inner, soughtTexts(s)...)
			if s.phrase() { // of one that must not be, only what is certain counts
				inner = append(inner, followText(s))
			}
		}
		out = append(out, "!("+strings.Join(inner, " & ")+")")
	}
	return out
}

// phraseText writes the phrases that must be there.
func phraseText(c *condition) string {
	var parts []string
	for _, s := range c.with {
		if s.phrase() {
			parts = append(parts, followText(s))
		}
	}
	return strings.Join(parts, " & ")
}

// soughtTexts are what documents with it have, each of them.
func soughtTexts(s sought) []string {
	if s.any {
		return []string{anyText(s.lexemes)}
	}
	out := make([]string, 0, 2*len(s.lexemes))
	for i, l := range s.lexemes {
		if i > 0 {
			out = append(out, pairText(s.lexemes[i-1], l))
		}
		out = append(out, lexeme(l))
	}
	if s.prefix {
		out[0] += ":*"
	}
	return out
}

func followText(s sought) string { return "(" + strings.Join(quoted(s.lexemes), " <-> ") + ")" }

func anyText(lexemes []string) string { return "(" + strings.Join(quoted(lexemes), " | ") + ")" }

func quoted(lexemes []string) []string {
	out := make([]string, len(lexemes))
	for i, l := range lexemes {
		out[i] = lexeme(l)
	}
	return out
}

// lexeme quotes a lexeme, which has nothing that would have to be escaped.
func lexeme(text string) string { return "'" + text + "'" }
