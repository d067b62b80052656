package search

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// tsvector is PostgreSQL. Its vectors are made of the words as they were cut,
// without positions, of which it keeps 16,383 only. A word of the title stands in
// the vector a second time with a mark, as do tenant and facets, so that one
// index answers for all of them; no word of a text begins with a mark.
type tsvector struct{}

const (
	markTitle  = "+"
	markFilter = "="
)

func (tsvector) schema() []string {
	return []string{
		`CREATE TABLE IF NOT EXISTS coordkit_search_document (
  n BIGINT PRIMARY KEY, tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, kind TEXT COLLATE "C" NOT NULL, dated BIGINT NOT NULL, recorded BIGINT NOT NULL, facets TEXT NOT NULL,
  words TSVECTOR, UNIQUE (tenant, id)
)`,
		`CREATE SEQUENCE IF NOT EXISTS coordkit_search_number`,
		`CREATE TABLE IF NOT EXISTS coordkit_search_text (n BIGINT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)`, // apart, so that a page has the rows of many matches
		`CREATE INDEX IF NOT EXISTS coordkit_search_newest ON coordkit_search_document (tenant, n)`,
		`CREATE INDEX IF NOT EXISTS coordkit_search_word ON coordkit_search_document USING gin (words)`,
	}
}

// number comes from a sequence, so that writers do not wait for each other: it
// comes round after more documents than anybody files in a second.
func (tsvector) number() string {
	return `$1::bigint + nextval('coordkit_search_number') % ($2::bigint - $1::bigint + 1)`
}

func (tsvector) prepare() string { return "" }

// reading is a snapshot in which every statement is planned for its words: how
// many documents have them decides whether to read all of those or to go through
// the newest.
func (tsvector) reading(ctx context.Context, db *sql.DB) (querier, func() error, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	if _, err := tx.ExecContext(ctx, `SET LOCAL plan_cache_mode = force_custom_plan`); err != nil {
		return nil, nil, errors.Join(err, tx.Rollback())
	}
	return tx, func() error {
		if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
			return err
		}
		return nil // the context ended it
	}, nil
}

// vector writes words as a vector. They have no character that would have to be
// escaped.
func vector(words []string) string {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	return "'" + strings.Join(words, "' '") + "'"
}

func (tsvector) put(ctx context.Context, tx *sql.Tx, n int64, tenant string, d *search.Document) error {
	title := search.Words(d.Title)
	all := append(slices.Concat(title, search.Words(d.Text)), markFilter+tenantWord(tenant))
	for _, w := range title {
		all = append(all, markTitle+w)
	}
	for _, w := range facetWords(d.Facets) {
		all = append(all, markFilter+w)
	}
	_, err := tx.ExecContext(ctx, `UPDATE coordkit_search_document SET words = $1::tsvector WHERE n = $2`, vector(all), n)
	return err
}

// remove has nothing to do: the words stand in the row.
func (tsvector) remove(context.Context, *sql.Tx, int64) error { return nil }

func lexeme(word string, prefix bool) string {
	if prefix {
		return "'" + word + "':*"
	}
	return "'" + word + "'"
}

func (tsvector) match(tenant string, p part, args *arguments) (from, n string) {
	parts := []string{lexeme(markFilter+tenantWord(tenant), false)}
	for _, name := range slices.Sorted(maps.Keys(p.facets)) {
		parts = append(parts, lexeme(markFilter+facetWord(name, p.facets[name]), false))
	}
	var titles []string
	for _, t := range p.terms {
		for _, w := range t.Words {
			switch {
			case !t.Exclude:
				parts = append(parts, lexeme(w, t.Prefix))
				titles = append(titles, lexeme(markTitle+w, t.Prefix))
			case len(t.Words) == 1:
				parts = append(parts, "!"+lexeme(w, false))
			}
		}
	}
	switch {
	case len(titles) == 0 && len(p.facets) == 0:
		return ` FROM coordkit_search_document d WHERE d.tenant = ` + args.add(tenant), "d.n"
	case p.titled:
		parts = append(parts, titles...)
	case len(titles) > 0:
		parts = append(parts, "!("+strings.Join(titles, " & ")+")")
	}
	return ` FROM coordkit_search_document d WHERE d.words @@ ` + args.add(strings.Join(parts, " & ")) + `::tsquery AND d.tenant = ` + args.add(tenant), "d.n"
}
