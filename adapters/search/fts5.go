package search

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// fts5 is SQLite. Its tokenizer takes every character beyond ASCII for one of a
// word, so the words come through as they were cut. It gives matches in the order of their
// numbers as they are asked for, so that whoever has enough stops early.
type fts5 struct{}

func (fts5) schema() []string {
	return []string{
		`CREATE TABLE IF NOT EXISTS coordkit_search_document (
  n INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  dated INTEGER NOT NULL, recorded INTEGER NOT NULL, facets TEXT NOT NULL, UNIQUE (tenant, id)
) STRICT`,
		`CREATE TABLE IF NOT EXISTS coordkit_search_text (n INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)`, // apart, so that a page has the rows of many matches
		`CREATE INDEX IF NOT EXISTS coordkit_search_newest ON coordkit_search_document (tenant, n)`,
		`CREATE VIRTUAL TABLE IF NOT EXISTS coordkit_search_word USING fts5 (title, body, filter, tokenize = 'ascii', detail = 'column')`,
		`INSERT INTO coordkit_search_word (coordkit_search_word, rank) VALUES ('secure-delete', 1)`,
	}
}

// number is the next of its second: there is one writer.
func (fts5) number() string {
	return `coalesce((SELECT max(n) FROM coordkit_search_document WHERE n BETWEEN $1 AND $2), $1 - 1) + 1`
}

func (fts5) prepare() string { return `PRAGMA secure_delete = ON` }

// reading needs no transaction: one that was begun for reading could be one that
// waits for writers.
func (fts5) reading(_ context.Context, db *sql.DB) (querier, func() error, error) {
	return db, func() error { return nil }, nil
}

func (fts5) put(ctx context.Context, tx *sql.Tx, n int64, tenant string, d *search.Document) error {
	filter := append(facetWords(d.Facets), tenantWord(tenant))
	_, err := tx.ExecContext(ctx, `INSERT INTO coordkit_search_word (rowid, title, body, filter) VALUES ($1, $2, $3, $4)`,
		n, strings.Join(search.Words(d.Title), " "), strings.Join(search.Words(d.Text), " "), strings.Join(filter, " "))
	return err
}

func (fts5) remove(ctx context.Context, tx *sql.Tx, n int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM coordkit_search_word WHERE rowid = $1`, n)
	return err
}

// quoted is a word or prefix as FTS5 reads it. Words have no quotation marks.
func quoted(word string, prefix bool) string {
	if prefix {
		return `"` + word + `"*`
	}
	return `"` + word + `"`
}

func (fts5) match(tenant string, p part, args *arguments) (from, n string) {
	var with, without []string
	for _, t := range p.terms {
		for _, w := range t.Words {
			switch word := quoted(w, t.Prefix); {
			case !t.Exclude:
				with = append(with, word)
			case len(t.Words) == 1:
				without = append(without, word)
			}
		}
	}
	filter := []string{`filter : "` + tenantWord(tenant) + `"`}
	for _, name := range slices.Sorted(maps.Keys(p.facets)) {
		filter = append(filter, `filter : "`+facetWord(name, p.facets[name])+`"`)
	}
	if len(with) == 0 && len(p.facets) == 0 {
		return ` FROM coordkit_search_document d WHERE d.tenant = ` + args.add(tenant), "d.n"
	}
	query := strings.Join(filter, " AND ")
	switch words := strings.Join(with, " AND "); {
	case len(with) == 0:
	case p.titled:
		query += ` AND title : (` + words + `)`
	default:
		without = append(without, `(title : (`+words+`))`)
		query += ` AND {title body} : (` + words + `)`
	}
	for _, word := range without {
		if !strings.HasPrefix(word, "(") {
			word = `({title body} : ` + word + `)`
		}
		query = `(` + query + `) NOT ` + word
	}
	return ` FROM coordkit_search_word w CROSS JOIN coordkit_search_document d ON d.n = w.rowid WHERE w.coordkit_search_word MATCH ` + args.add(query) +
		` AND d.tenant = ` + args.add(tenant), "w.rowid"
}
