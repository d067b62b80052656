package search

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// A document with a marking has a lexeme of it, as it has of its facets, so that
// the index decides what a reader may see: then what he may not see is neither
// read nor counted on the way to what he may. One without a marking has none.
// Which markings a tenant has, and of how many documents, stands in a table.
const (
	mostMarkings = 1000 // of a tenant; where it has more, each document is asked for its own
	fewMarkings  = 64   // in a statement, likewise
)

const (
	tableMarkings = `CREATE TABLE coordkit_search_marking (tenant TEXT%[1]s NOT NULL, marking TEXT%[1]s NOT NULL, documents BIGINT NOT NULL, PRIMARY KEY (tenant, marking))`
	fillMarkings  = `INSERT INTO coordkit_search_marking (tenant, marking, documents) SELECT tenant, marking, count(*) FROM coordkit_search_document GROUP BY tenant, marking`
	dropMarkings  = `DROP TABLE IF EXISTS coordkit_search_marking`

	readMarkings = `SELECT marking, documents FROM coordkit_search_marking WHERE tenant = $1 LIMIT $2`
	countMarking = `INSERT INTO coordkit_search_marking (tenant, marking, documents) VALUES ($1, $2, $3)
ON CONFLICT (tenant, marking) DO UPDATE SET documents = coordkit_search_marking.documents + excluded.documents`
	unusedMarkings = `DELETE FROM coordkit_search_marking WHERE tenant = $1 AND documents <= 0`
)

// markingLexeme is that of a marking. Two may share one: the collector asks again.
func markingLexeme(tenant, marking string) string {
	return markFacet + digest("marking\x00" + tenant + "\x00" + marking)[:12]
}

// marks are the lexemes of the facets and of the marking of a document.
func marks(tenant string, d *search.Document) []string {
	out := facetMarks(tenant, d.Facets)
	if d.Marking != "" {
		out = append(out, markingLexeme(tenant, d.Marking))
	}
	return out
}

// recount notes how many documents with each marking there are more, or less.
func recount(ctx context.Context, tx *sql.Tx, tenant string, more map[string]int) error {
	fewer := false
	for _, marking := range slices.Sorted(maps.Keys(more)) {
		if more[marking] == 0 {
			continue
		}
		fewer = fewer || more[marking] < 0
		if _, err := tx.ExecContext(ctx, countMarking, tenant, marking, more[marking]); err != nil {
			return fmt.Errorf("search: markings: %w", err)
		}
	}
	if !fewer {
		return nil
	}
	if _, err := tx.ExecContext(ctx, unusedMarkings, tenant); err != nil {
		return fmt.Errorf("search: markings: %w", err)
	}
	return nil
}

// sight says by markings what a reader may see.
type sight struct {
	only   []string // the documents have one of these; nil: that says nothing
	never  []string // they have none of these
	hidden bool     // he may see nothing
}

// sightOf finds the markings that tell what a reader may see: those that he sees
// or those that he does not, whichever fewer documents have. Where they are too many there is none, and the
// collector alone decides.
func sightOf(ctx context.Context, from querier, tenant string, c *search.Collector) (sight, error) {
	counts, err := markingsOf(ctx, from, tenant)
	if err != nil || len(counts) > mostMarkings {
		return sight{}, err
	}
	var (
		seen, unseen   []string
		sees, seesNone int
	)
	for _, marking := range slices.Sorted(maps.Keys(counts)) {
		if c.Clears(marking) {
			seen, sees = append(seen, marking), sees+counts[marking]
		} else {
			unseen, seesNone = append(unseen, marking), seesNone+counts[marking]
		}
	}
	// The empty marking has no lexeme: what has it is named by what it has not.
	only := len(seen) <= fewMarkings && !slices.Contains(seen, "")
	never := len(unseen) <= fewMarkings && !slices.Contains(unseen, "")
	switch {
	case len(seen) == 0:
		return sight{hidden: true}, nil
	case len(unseen) == 0:
		return sight{}, nil
	case only && (!never || sees <= seesNone):
		return sight{only: seen}, nil
	case never:
		return sight{never: unseen}, nil
	}
	return sight{}, nil
}

func markingsOf(ctx context.Context, from querier, tenant string) (map[string]int, error) {
	rows, err := from.QueryContext(ctx, readMarkings, tenant, mostMarkings+1)
	if err != nil {
		return nil, fmt.Errorf("search: markings: %w", err)
	}
	return counted(rows)
}

// counted reads markings with the number of documents of each.
func counted(rows *sql.Rows) (map[string]int, error) {
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	out := make(map[string]int)
	for rows.Next() {
		var (
			marking string
			count   int
		)
		if err := rows.Scan(&marking, &count); err != nil {
			return nil, fmt.Errorf("search: markings: %w", err)
		}
		out[marking] = count
	}
	return out, rows.Err()
}

// lexemes are those of markings.
func lexemesOf(tenant string, markings []string) []string {
	out := make([]string, len(markings))
	for i, m := range markings {
		out[i] = markingLexeme(tenant, m)
	}
	return out
}

// narrow has a condition be about what a reader may see. One that asks for nothing else
// cannot begin with what must not be: then rows are asked, by a filter.
func (a *ask) narrow(c *condition) {
	switch {
	case len(a.sight.only) > 0:
		c.with = append(c.with, sought{lexemes: lexemesOf(a.tenant, a.sight.only), any: true})
	case len(a.sight.never) > 0 && len(c.with) > 0:
		c.without = append(c.without, []sought{{lexemes: lexemesOf(a.tenant, a.sight.never), any: true}})
	case len(a.sight.never) > 0:
		held := make([]string, len(a.sight.never))
		for i, m := range a.sight.never {
			held[i] = a.args.add(m)
		}
		a.filters += " AND d.marking NOT IN (" + strings.Join(held, ", ") + ")"
	}
}
