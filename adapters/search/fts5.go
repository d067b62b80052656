package search

import (
	"context"
	"database/sql"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// fts5 is SQLite. Its tokenizer takes every character beyond ASCII for one of a
// word, so the words come through as they were cut.
type fts5 struct{}

func (fts5) schema() []string {
	return []string{
		`CREATE TABLE IF NOT EXISTS coordkit_search (
  n INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL,
  dated INTEGER NOT NULL, recorded INTEGER NOT NULL, facets TEXT NOT NULL, UNIQUE (tenant, id)
) STRICT`,
		`CREATE VIRTUAL TABLE IF NOT EXISTS coordkit_search_words USING fts5 (title, body, tenant, tokenize = 'ascii', detail = 'column')`,
		`INSERT INTO coordkit_search_words (coordkit_search_words, rank) VALUES ('secure-delete', 1)`,
	}
}

func (fts5) prepare() string { return `PRAGMA secure_delete = ON` }

func (fts5) put(ctx context.Context, tx *sql.Tx, n int64, tenant string, d *search.Document) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO coordkit_search_words (rowid, title, body, tenant) VALUES ($1, $2, $3, $4)`,
		n, strings.Join(search.Words(d.Title), " "), strings.Join(search.Words(d.Text), " "), tenantWord(tenant))
	return err
}

func (fts5) remove(ctx context.Context, tx *sql.Tx, n int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM coordkit_search_words WHERE rowid = $1`, n)
	return err
}

// quoted is a word or prefix as FTS5 reads it. Words have no quotation marks.
func quoted(word string, prefix bool) string {
	if prefix {
		return `"` + word + `"*`
	}
	return `"` + word + `"`
}

func (fts5) match(tenant string, terms []search.Term, args *arguments) (from, inTitle string) {
	var with, without, titles []string
	for _, t := range terms {
		for _, w := range t.Words {
			word := quoted(w, t.Prefix)
			switch {
			case !t.Exclude:
				with = append(with, word)
				titles = append(titles, `(d.n IN (SELECT rowid FROM coordkit_search_words WHERE coordkit_search_words MATCH `+args.add("title : "+word)+`))`)
			case len(t.Words) == 1:
				without = append(without, word)
			}
		}
	}
	if len(with) == 0 {
		return ` FROM coordkit_search d WHERE d.tenant = ` + args.add(tenant), "0"
	}
	query := `(tenant : "` + tenantWord(tenant) + `" AND {title body} : (` + strings.Join(with, " AND ") + `))`
	if len(without) > 0 {
		query += ` NOT {title body} : (` + strings.Join(without, " OR ") + `)`
	}
	return ` FROM coordkit_search_words w JOIN coordkit_search d ON d.n = w.rowid WHERE w.coordkit_search_words MATCH ` + args.add(query) +
		` AND d.tenant = ` + args.add(tenant), strings.Join(titles, " + ")
}
