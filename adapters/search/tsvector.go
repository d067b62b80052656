package search

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// tsvector is PostgreSQL. Its vectors are made of the words as they were cut,
// without positions, of which it keeps 16,383 only.
type tsvector struct{}

func (tsvector) schema() []string {
	return []string{
		`CREATE TABLE IF NOT EXISTS coordkit_search (
  n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant TEXT COLLATE "C" NOT NULL, id TEXT COLLATE "C" NOT NULL, title TEXT NOT NULL,
  text TEXT NOT NULL, kind TEXT COLLATE "C" NOT NULL, dated BIGINT NOT NULL, recorded BIGINT NOT NULL, facets TEXT NOT NULL,
  title_words TSVECTOR, words TSVECTOR, UNIQUE (tenant, id)
)`,
		`CREATE INDEX IF NOT EXISTS coordkit_search_words ON coordkit_search USING gin (words)`,
	}
}

func (tsvector) prepare() string { return "" }

// vector writes words as a vector. They have no character that would have to be
// escaped.
func vector(words []string) string {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	if len(words) == 0 {
		return ""
	}
	return "'" + strings.Join(words, "' '") + "'"
}

func (tsvector) put(ctx context.Context, tx *sql.Tx, n int64, tenant string, d *search.Document) error {
	title := search.Words(d.Title)
	all := slices.Concat(title, search.Words(d.Text), []string{"=" + tenantWord(tenant)}) // no word of a text begins so
	_, err := tx.ExecContext(ctx, `UPDATE coordkit_search SET title_words = $1::tsvector, words = $2::tsvector WHERE n = $3`, vector(title), vector(all), n)
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

func (tsvector) match(tenant string, terms []search.Term, args *arguments) (from, inTitle string) {
	parts := []string{lexeme("="+tenantWord(tenant), false)}
	var titles []string
	for _, t := range terms {
		for _, w := range t.Words {
			word := lexeme(w, t.Prefix)
			switch {
			case !t.Exclude:
				parts = append(parts, word)
				titles = append(titles, "(d.title_words @@ "+args.add(word)+"::tsquery)::int")
			case len(t.Words) == 1:
				parts = append(parts, "!"+word)
			}
		}
	}
	if len(titles) == 0 {
		return ` FROM coordkit_search d WHERE d.tenant = ` + args.add(tenant), "0"
	}
	return ` FROM coordkit_search d WHERE d.words @@ ` + args.add(strings.Join(parts, " & ")) + `::tsquery AND d.tenant = ` + args.add(tenant), strings.Join(titles, " + ")
}
