package handover_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/notice"
)

// uncovered are the columns that no history tells: how often a row was written, places of
// rows, when a schema was made, what was answered to a command, who is about to deliver what, and counts that rules do
// not rest on. A row of a table that is left out may be missing too.
func uncovered(table, column string) bool {
	switch table {
	case "coordkit_schema", "coordkit_change_number", "coordkit_idempotent_reply":
		return true
	case "coordkit_journal":
		return column == "ord"
	case "coordkit_obligation":
		return column == "rev" || column == "lease"
	}
	return column == "rev"
}

// Invariant 3, cell by cell: in a file with something of everything each column of each table is changed in
// some row, and some row of each table is taken out, with no help of the store. Each is found.
func TestInvariant3EveryCellCounts(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	for _, table := range f.names("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'coordkit%' ORDER BY name") {
		columns := f.names("SELECT name FROM pragma_table_info('" + table + "')")
		rows := f.names("SELECT rowid_ FROM (SELECT row_number() OVER () AS rowid_ FROM " + table + ")")
		if uncovered(table, "") {
			continue
		}
		require.NotEmpty(t, rows, table)
		for n, column := range append(columns, "") {
			if column != "" && uncovered(table, column) {
				continue
			}
			for _, at := range []int{n % len(rows), (n*7 + 3) % len(rows)} {
				f.tamper(table, column, columns, at)
			}
		}
	}
}

// file is an office in a file of SQLite, and what it was when all was well.
type file struct {
	t     *testing.T
	house *lived
	bytes []byte
	own   *sql.DB
	dir   string // of copies
}

func newFile(t *testing.T) *file {
	t.Helper()
	path := filepath.Join(t.TempDir(), "office.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Config{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	h := openLived(t, db)
	h.fill(t)
	ann := changereq.Actor{ID: "ann", Roles: []string{"coordinator"}}
	for _, id := range []changereq.ID{"CR1", "CR2"} {
		_, err := h.desk.Open(t.Context(), "acme", ann, changereq.Open{ID: id, Content: changereq.Content{
			Title: "Wider hinge", Description: "12 mm", Justification: "Returns.", Affected: []changereq.AffectedItem{{Item: "P" + changereq.ItemID(id), Base: "1", Action: changereq.ActionModify}},
		}})
		require.NoError(t, err)
		_, err = h.desk.Do(t.Context(), "acme", ann, id, 0, changereq.Move{Event: "submit"})
		require.NoError(t, err)
	}
	_, err = h.desk.DoBundle(t.Context(), "acme", ann, "", 0, bundle.Create{ID: "BB", Title: "spring", Mode: bundle.Atomic}, bundle.Add{Request: "CR1"})
	require.NoError(t, err)
	owed := []notice.Event{{Obligation: "N1", Seq: 1, At: day(1), Actor: "ann", Data: notice.OwedData{Recipient: "bob", About: "changereq:CR1", Subject: "decided"}}}
	require.NoError(t, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.PutObligation(ctx, notice.Fold(owed), owed...)
		return err
	}))
	h.sign(t)
	require.NoError(t, db.Close())
	f := &file{t: t, house: h, dir: t.TempDir()}
	f.own, err = sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.own.Close()) })
	whole := filepath.Join(t.TempDir(), "whole.db")
	_, err = f.own.ExecContext(t.Context(), "VACUUM INTO '"+whole+"'")
	require.NoError(t, err)
	f.bytes, err = os.ReadFile(whole)
	require.NoError(t, err)
	require.Empty(t, f.found(func(*sql.DB) {}))
	return f
}

// names are the values of a query of one column.
func (f *file) names(query string) (out []string) {
	f.t.Helper()
	rows, err := f.own.QueryContext(f.t.Context(), query)
	require.NoError(f.t, err)
	defer func() { require.NoError(f.t, rows.Close()) }()
	for rows.Next() {
		var name string
		require.NoError(f.t, rows.Scan(&name))
		out = append(out, name)
	}
	require.NoError(f.t, rows.Err())
	return out
}

// tamper changes one cell of a copy, or takes a row out of it, and requires that to be found.
func (f *file) tamper(table, column string, columns []string, at int) {
	f.t.Helper()
	row := fmt.Sprintf("FROM %s ORDER BY %s LIMIT 1 OFFSET %d", table, strings.Join(columns, ", "), at)
	where := make([]string, len(columns))
	for i, c := range columns {
		where[i] = fmt.Sprintf("%s IS (SELECT %s %s)", c, c, row)
	}
	statement := "DELETE FROM " + table
	if column != "" {
		statement = "UPDATE " + table + strings.ReplaceAll(" SET col = CASE typeof(col)"+
			" WHEN 'integer' THEN col + 1000000 WHEN 'null' THEN 1 WHEN 'blob' THEN CAST(col || 'x' AS BLOB) ELSE col || 'x' END", "col", column)
	}
	var book string
	if table == "coordkit_sheet" {
		require.NoError(f.t, f.own.QueryRowContext(f.t.Context(), "SELECT book || '/' || id "+row).Scan(&book))
		if name, _, _ := strings.Cut(book, "/"); slices.Contains([]string{"content", "barcode", "hold-guard"}, name) {
			return // what no history tells: counts, and sheets that only guard
		}
	}
	statement += " WHERE " + strings.Join(where, " AND ")
	found := f.found(func(own *sql.DB) {
		done, err := own.ExecContext(f.t.Context(), statement)
		require.NoError(f.t, err, statement)
		n, err := done.RowsAffected()
		require.NoError(f.t, err)
		require.EqualValues(f.t, 1, n, statement)
	})
	require.NotEmpty(f.t, found, "%s %s, row %d %s: nothing was found", table, column, at, book)
}

// found changes a copy of the file, and is what an audit of it says; empty for nothing.
func (f *file) found(change func(*sql.DB)) string {
	f.t.Helper()
	path := filepath.Join(f.dir, "copy.db")
	require.NoError(f.t, os.WriteFile(path, f.bytes, 0o600))
	own, err := sql.Open("sqlite", path)
	require.NoError(f.t, err)
	change(own)
	require.NoError(f.t, own.Close())
	db, err := sqlite.Open(f.t.Context(), path, sqlite.Config{})
	require.NoError(f.t, err)
	defer func() { require.NoError(f.t, db.Close()) }()
	key := func(string) (audit.Key, error) { return f.house.key, nil }
	sealer, err := audit.New(audit.Config{Store: db, Key: key, Blobs: f.house.bytes})
	require.NoError(f.t, err)
	report, err := sealer.Audit(context.Background(), "acme")
	require.NoError(f.t, err, "what cannot be read is what was found")
	if report.Sound() {
		return ""
	}
	return fmt.Sprint(report.Mismatch, report.Flaws)
}
