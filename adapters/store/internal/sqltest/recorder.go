package sqltest

import (
	"bytes"
	"context"
	"database/sql"
	"strings"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

// Recorder writes down the statements that a transaction runs on Conn, so that
// the same ones can be run by hand.
type Recorder struct {
	sqlstore.Conn

	Steps []Step
}

// Step is one recorded statement.
type Step struct {
	SQL   string
	Args  []any
	Query bool
}

// ExecContext implements sqlstore.Conn.
func (r *Recorder) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r.Steps = append(r.Steps, Step{query, args, false})
	return r.Conn.ExecContext(ctx, query, args...)
}

// QueryContext implements sqlstore.Conn.
func (r *Recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.Steps = append(r.Steps, Step{query, args, true})
	return r.Conn.QueryContext(ctx, query, args...)
}

// ArgsFor are the arguments with one id in place of the recorded one. A digest
// of what holds the id becomes another one too, so that no row is there already.
func (s Step) ArgsFor(recorded, id string) []any {
	out := make([]any, len(s.Args))
	for i, arg := range s.Args {
		switch v := arg.(type) {
		case []byte:
			arg = bytes.ReplaceAll(v, []byte(recorded), []byte(id))
		case string:
			if (len(v) == 32 || len(v) == 64) && !strings.Contains(v, recorded) {
				arg = id + v[len(id):]
			} else {
				arg = strings.ReplaceAll(v, recorded, id)
			}
		}
		out[i] = arg
	}
	return out
}
