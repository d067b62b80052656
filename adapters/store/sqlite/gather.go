package sqlite

import (
	"context"
	"errors"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

// gathering is the runner of a unit of work. It keeps insertions back until
// something is read that they could change, or the unit ends, and sends those of one
// statement together: a statement costs more than a row. The first error, also that a
// row is already there, ends the transaction.
type gathering struct {
	*sqlstore.Direct

	lane *lane
	kept []*rows // in the order of their first row
}

// rows are rows that one statement inserts.
type rows struct {
	*insertion

	writes []sqlstore.Write
}

// errTaken says that one of several rows is already there.
var errTaken = errors.New("sqlite: one of the rows is already there")

// together is how many rows go into one statement: more do not save more.
const together = 32

// Exec implements sqlstore.Runner.
func (g *gathering) Exec(ctx context.Context, w sqlstore.Write) error {
	if err := g.Err(); err != nil {
		return err
	}
	if !w.Row {
		if err := g.Flush(ctx); err != nil {
			return err
		}
		return g.Direct.Exec(ctx, w)
	}
	for _, r := range g.kept {
		if r.one == w.SQL {
			r.writes = append(r.writes, w)
			return nil
		}
	}
	g.kept = append(g.kept, &rows{g.lane.insertion(w.SQL), []sqlstore.Write{w}})
	return nil
}

// Flush implements sqlstore.Runner.
func (g *gathering) Flush(ctx context.Context) error {
	kept := g.kept
	g.kept = nil
	for _, r := range kept {
		if err := g.insert(ctx, r); err != nil {
			g.Fail(err)
			return err
		}
	}
	return g.Direct.Flush(ctx)
}

func (g *gathering) insert(ctx context.Context, r *rows) error {
	args := make([]any, 0, together*r.params)
	for rest := r.writes; len(rest) > 0; {
		some := rest[:min(len(rest), together)]
		rest = rest[len(some):]
		if len(some) == together {
			var many string
			many, args = r.together(some, args[:0])
			err := g.Direct.Exec(ctx, sqlstore.Write{SQL: many, Args: args, Taken: errTaken})
			if err == nil {
				continue
			}
			if err != errTaken { //nolint:errorlint // the very one
				return err
			}
		} // nothing was inserted if one of them was there: which one it is shows row by row
		for i := range some {
			if err := g.Direct.Exec(ctx, some[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
