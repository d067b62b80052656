package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

func BenchmarkDecision(b *testing.B) { sqltest.Decision(b, open(b), 1) }

// BenchmarkDecisionByHand runs the statements of BenchmarkDecision, recorded
// from one unit, prepared once and with their arguments at hand.
func BenchmarkDecisionByHand(b *testing.B) {
	path := filepath.Join(b.TempDir(), "office.db")
	require.NoError(b, sqltest.Submit(b.Context(), openFile(b, path), b.N+1))
	own, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=synchronous(full)")
	require.NoError(b, err)
	defer func() { _ = own.Close() }()
	conn, err := own.Conn(b.Context())
	require.NoError(b, err)
	defer func() { _ = conn.Close() }()

	recorded := sqltest.RequestID(b.N)
	steps := record(b, conn, recorded)
	stmts := make(map[string]*sql.Stmt)
	for _, s := range append(steps, sqltest.Step{SQL: "BEGIN IMMEDIATE"}, sqltest.Step{SQL: "COMMIT"}) {
		if stmts[s.SQL] == nil {
			stmts[s.SQL], err = conn.PrepareContext(b.Context(), s.SQL) //nolint:sqlclosecheck // with the connection
			require.NoError(b, err)
		}
	}
	b.ResetTimer()
	for i := range b.N {
		byHand(b, stmts, steps, recorded, sqltest.RequestID(i))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}

func record(b *testing.B, conn *sql.Conn, id string) []sqltest.Step {
	b.Helper()
	tx, err := conn.BeginTx(b.Context(), nil)
	require.NoError(b, err)
	recorder := &sqltest.Recorder{Conn: tx}
	d := &sqlstore.Dialect{OneWriter: true, Duplicate: func(error) bool { return false }}
	unit, err := sqlstore.New(sqlstore.NewDirect(recorder, d, false), d, sqltest.Tenant, sqlstore.Update)
	require.NoError(b, err)
	require.NoError(b, sqltest.Decide(b.Context(), unit, id))
	require.NoError(b, tx.Rollback())
	return recorder.Steps
}

func byHand(b *testing.B, stmts map[string]*sql.Stmt, steps []sqltest.Step, recorded, id string) {
	b.Helper()
	ctx := context.Background()
	_, err := stmts["BEGIN IMMEDIATE"].ExecContext(ctx)
	require.NoError(b, err)
	for _, s := range steps {
		args := s.ArgsFor(recorded, id)
		if !s.Query {
			_, err = stmts[s.SQL].ExecContext(ctx, args...)
			require.NoError(b, err)
			continue
		}
		readAll(b, stmts[s.SQL], args)
	}
	_, err = stmts["COMMIT"].ExecContext(ctx)
	require.NoError(b, err)
}

func readAll(b *testing.B, stmt *sql.Stmt, args []any) {
	b.Helper()
	rows, err := stmt.QueryContext(context.Background(), args...)
	require.NoError(b, err)
	defer func() { require.NoError(b, rows.Close()) }()
	for rows.Next() {
		var rev, events int64
		var doc []byte
		require.NoError(b, rows.Scan(&rev, &events, &doc))
	}
	require.NoError(b, rows.Err())
}

func BenchmarkDeliver(b *testing.B) { sqltest.Delivery(b, open(b), 8) }

func BenchmarkLongHistory(b *testing.B) {
	storetest.BenchmarkLongHistory(b, func(tb testing.TB) coordination.Store {
		tb.Helper()
		return open(tb)
	})
}

func BenchmarkSheets(b *testing.B) { sqltest.Sheets(b, open(b)) }
