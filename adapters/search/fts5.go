package search

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// fts5 is SQLite. Its tokenizer takes every character beyond ASCII and the marks of
// lexemes for ones of a word, so lexemes come through as they were made. Title and
// text are one column of lexemes, with a gap between them that no phrase spans. It gives matches in the order of their
// numbers as they are asked for, so that whoever has enough stops early.
type fts5 struct{}

// gap stands between title and text. It is the beginning of a facet's lexeme and
// never one by itself.
const gap = markFacet

// hashSize is how many bytes of index a transaction gathers before it writes them:
// enough for what is handed over at once, since each part that is written is merged with others later.
const hashSize = `INSERT INTO coordkit_search_word (coordkit_search_word, rank) VALUES ('hashsize', 33554432)`

func (fts5) layout() layout {
	return layout{
		exists: `SELECT count(*) FROM sqlite_master WHERE name = 'coordkit_search_document'`,
		create: []string{
			`CREATE TABLE coordkit_search_document (
  n INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
  dated INTEGER NOT NULL, recorded INTEGER NOT NULL, facets TEXT NOT NULL, marking TEXT NOT NULL DEFAULT '', UNIQUE (tenant, id)
) STRICT`,
			fmt.Sprintf(tableMarkings, ""),
			`CREATE INDEX coordkit_search_newest ON coordkit_search_document (tenant, n)`,
			// The prefixes are those of three characters behind the mark of a tenant:
			// what begins with fewer is put together from the lists of all its words.
			`CREATE VIRTUAL TABLE coordkit_search_word USING fts5 (title UNINDEXED, text UNINDEXED, lexemes,
  tokenize = "ascii tokenchars '` + markTitle + markFacet + `'", prefix = '7', columnsize = 0)`,
			`INSERT INTO coordkit_search_word (coordkit_search_word, rank) VALUES ('secure-delete', 1)`,
			`INSERT INTO coordkit_search_word (coordkit_search_word, rank) VALUES ('automerge', 8)`, // a quarter less work than with 4, and searches as fast
			hashSize,
		},
		marked: []string{
			`ALTER TABLE coordkit_search_document ADD COLUMN marking TEXT NOT NULL DEFAULT ''`,
			fmt.Sprintf(tableMarkings, ""),
			hashSize,
		},
		drop: []string{
			`DROP TABLE IF EXISTS coordkit_search_document`, `DROP TABLE IF EXISTS coordkit_search_text`, `DROP TABLE IF EXISTS coordkit_search_word`, dropMarkings,
		},
	}
}

// changing has what is deleted overwritten.
func (fts5) changing(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `PRAGMA secure_delete = ON`)
	return err
}

// settled has nothing to do: there is one writer.
func (fts5) settled(context.Context, *sql.Tx, string) error { return nil }

const (
	numberSQLite   = `SELECT coalesce(max(n), $1 - 1) + 1 FROM coordkit_search_document WHERE n BETWEEN $1 AND $2`
	documentSQLite = `INSERT INTO coordkit_search_document (n, tenant, id, kind, dated, recorded, facets, marking) VALUES ` + documentRow
	documentRow    = `(?, ?, ?, ?, ?, ?, ?, ?)`
	lexemesSQLite  = `INSERT INTO coordkit_search_word (rowid, title, text, lexemes) VALUES ($1, $2, $3, $4)`
	findSQLite     = `SELECT d.n, d.marking FROM json_each($1) j CROSS JOIN coordkit_search_document d ON d.tenant = $2 AND d.id = j.value`
	storedSQLite   = `SELECT ` + storedColumns + ` FROM json_each($1) j CROSS JOIN coordkit_search_document d ON d.tenant = $2 AND d.id = j.value
CROSS JOIN coordkit_search_word t ON t.rowid = d.n`
	forgetSQLite  = `DELETE FROM coordkit_search_document WHERE n = $1`
	unlearnSQLite = `DELETE FROM coordkit_search_word WHERE rowid = $1`
)

// prepared are statements of a transaction.
type prepared []*sql.Stmt

func prepare(ctx context.Context, tx *sql.Tx, texts ...string) (out prepared, err error) {
	for _, text := range texts {
		statement, err := tx.PrepareContext(ctx, text) //nolint:sqlclosecheck // close closes it
		if err != nil {
			return nil, errors.Join(err, out.close())
		}
		out = append(out, statement)
	}
	return out, nil
}

func (p prepared) close() (err error) {
	for _, statement := range p {
		err = errors.Join(err, statement.Close())
	}
	return err
}

// atOnce is how many documents are inserted in a statement, which costs as much as
// two of them.
const atOnce = 16

func (fts5) put(ctx context.Context, tx *sql.Tx, tenant string, ds []*search.Document) (err error) {
	statements, err := prepare(ctx, tx, numberSQLite, documentSQLite, documentSQLite+strings.Repeat(", "+documentRow, atOnce-1), lexemesSQLite)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statements.close()) }()
	numbers, err := statements.documents(ctx, tenant, ds)
	if err != nil {
		return err
	}
	for i, d := range ds { // by themselves: FTS5 would write what it has gathered for each statement of several rows
		if _, err := statements[3].ExecContext(ctx, numbers[i], d.Title, d.Text, lexemesText(tenant, d)); err != nil {
			return err
		}
	}
	return nil
}

// documents inserts what of documents is no text, and gives their numbers.
func (p prepared) documents(ctx context.Context, tenant string, ds []*search.Document) ([]int64, error) {
	numbers := make([]int64, len(ds))
	second, n := int64(-1), int64(0)
	var rows []any
	for i, d := range ds {
		facets, err := facetText(d.Facets)
		if err != nil {
			return nil, err
		}
		n++
		if at := secondOf(d.Dated); at != second { // by date: the next number is asked for once in a second
			second = at
			first := at << belowSecond
			if err := p[0].QueryRowContext(ctx, first, first+inSecond-1).Scan(&n); err != nil {
				return nil, err
			}
		}
		numbers[i] = n
		rows = append(rows, n, tenant, string(d.ID), string(d.Kind), d.Dated.UnixMicro(), d.Recorded.UnixMicro(), facets, d.Marking)
		if i%atOnce == atOnce-1 {
			if _, err := p[2].ExecContext(ctx, rows...); err != nil {
				return nil, err
			}
			rows = rows[:0]
		}
	}
	for row := range slices.Chunk(rows, strings.Count(documentRow, "?")) {
		if _, err := p[1].ExecContext(ctx, row...); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// lexemesText is what FTS5 indexes of a document.
func lexemesText(tenant string, d *search.Document) string {
	var b strings.Builder
	b.Grow(2*len(d.Text) + 4*len(d.Title))
	mark := tenantMark(tenant)
	write := func(mark, text string) {
		for t := range search.Tokens(text) {
			b.WriteString(mark)
			b.WriteString(t.Word)
			b.WriteByte(' ')
		}
	}
	write(mark, d.Title)
	b.WriteString(gap + " ")
	write(mark, d.Text)
	b.WriteString(gap + " ")
	write(markTitle+mark, d.Title)
	b.WriteString(strings.Join(marks(tenant, d), " "))
	return b.String()
}

func (fts5) remove(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (gone map[string]int, err error) {
	numbers, gone, err := found(ctx, tx, tenant, ids)
	if err != nil || len(numbers) == 0 {
		return gone, err
	}
	statements, err := prepare(ctx, tx, forgetSQLite, unlearnSQLite)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, statements.close()) }()
	for _, n := range numbers {
		for _, statement := range statements {
			if _, err := statement.ExecContext(ctx, n); err != nil {
				return nil, err
			}
		}
	}
	return gone, nil
}

func (fts5) stored(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (*sql.Rows, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return tx.QueryContext(ctx, storedSQLite, string(list), tenant)
}

// found are the numbers of those documents that are there, and how many of them
// have which marking.
func found(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (numbers []int64, markings map[string]int, err error) {
	if len(ids) == 0 {
		return nil, make(map[string]int), nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := tx.QueryContext(ctx, findSQLite, string(list), tenant)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	markings = make(map[string]int)
	for rows.Next() {
		var (
			n       int64
			marking string
		)
		if err := rows.Scan(&n, &marking); err != nil {
			return nil, nil, err
		}
		numbers, markings[marking] = append(numbers, n), markings[marking]+1
	}
	return numbers, markings, rows.Err()
}

// reading is a snapshot. It is begun by hand: BeginTx waits for writers where the
// caller has his transactions begin as those of writers do.
func (fts5) reading(ctx context.Context, db *sql.DB) (querier, func() error, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := conn.ExecContext(ctx, `BEGIN DEFERRED`); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		if err != nil { // nobody is to get a connection with a transaction
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		return errors.Join(err, conn.Close())
	}, nil
}

func (fts5) candidates(ctx context.Context, from querier, a *ask, c *collection) error {
	tables, n := ` FROM coordkit_search_document d WHERE true`, "d.n"
	if sought := a.condition(); len(sought.with) > 0 {
		tables = ` FROM coordkit_search_word w CROSS JOIN coordkit_search_document d ON d.n = w.rowid WHERE w.coordkit_search_word MATCH ` + a.args.add(matchText(&sought))
		n = "w.rowid"
	}
	where := tables + " AND d.tenant = " + a.args.add(a.tenant) + a.filters +
		" AND " + n + " >= " + a.args.add(a.numbers.from) + " AND " + n + " < " + a.args.add(a.numbers.below) + " ORDER BY " + n + " DESC"
	sparse := false
	s, err := read(ctx, from, "SELECT "+columns+where, a.args.list, func(row *candidate) bool {
		enough := c.visit(row)
		sparse = !enough && c.sparse()
		return enough || sparse
	})
	for more := sparse; more && err == nil; {
		a.args.list[len(a.args.list)-1] = s.last.n
		s, more, err = siftSQLite(ctx, from, "SELECT "+brief+where, a.args.list, c)
	}
	return err
}

const rowsSQLite = `SELECT ` + columns + ` FROM json_each($1) j CROSS JOIN coordkit_search_document d ON d.n = j.value ORDER BY d.n DESC`

// siftSQLite brings as many of the documents that a reader may see as are missing,
// and all of the second of the last; more says that there may be others.
func siftSQLite(ctx context.Context, from querier, statement string, args []any, c *collection) (s stretch, more bool, err error) {
	missing, last := c.missing(), int64(-1)
	s, kept, err := c.sift(ctx, from, statement, args, func(at *place, kept int) bool {
		other := at.n>>belowSecond != last
		last = at.n >> belowSecond
		return other && kept >= missing
	})
	if err != nil {
		return s, false, err
	}
	for some := range slices.Chunk(kept, siftedAtOnce) {
		list, err := json.Marshal(some)
		if err != nil {
			return s, false, err
		}
		if _, err := read(ctx, from, rowsSQLite, []any{string(list)}, c.visit); err != nil {
			return s, false, err
		}
	}
	return s, s.enough && c.missing() > 0, nil
}

// matchText writes a condition for MATCH.
func matchText(c *condition) string {
	text := matchAll(c.with)
	for _, group := range c.without {
		text = `(` + text + `) NOT (` + matchAll(group) + `)`
	}
	return text
}

func matchAll(all []sought) string {
	parts := make([]string, len(all))
	for i, s := range all {
		between := " "
		if s.any {
			between = `" OR "`
		}
		parts[i] = `("` + strings.Join(s.lexemes, between) + `"` // lexemes have no quotation marks
		if s.prefix {
			parts[i] += `*`
		}
		parts[i] += `)`
	}
	return strings.Join(parts, " AND ")
}

func (fts5) texts() string {
	return `SELECT d.id, t.title, t.text FROM coordkit_search_document d JOIN coordkit_search_word t ON t.rowid = d.n WHERE d.tenant = $1 AND d.id IN`
}
