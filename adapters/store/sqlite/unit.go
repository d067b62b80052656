package sqlite

import (
	"context"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/coordination"
)

// Update implements coordination.Store. Units run one after another. fn runs
// again, up to eight times, only where another process kept the file busy.
func (db *DB) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	if err := sqlstore.CheckTenant(tenant); err != nil {
		return err
	}
	return sqlstore.Retry(ctx, sqlstore.Tries, db.cfg.Busy, func() error {
		return db.run(ctx, db.writer, "BEGIN IMMEDIATE", tenant, sqlstore.Update, fn)
	})
}

// View implements coordination.Store. The snapshot is that of its first read.
func (db *DB) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	if err := sqlstore.CheckTenant(tenant); err != nil {
		return err
	}
	return db.run(ctx, db.readers, "BEGIN", tenant, sqlstore.View, fn)
}

// Sequence implements coordination.Store. Entries have their positions when
// they are committed, so there is never anything to do.
func (db *DB) Sequence(ctx context.Context, _ int) (int, error) { return 0, ctx.Err() }

func (db *DB) run(
	ctx context.Context, ls *lanes, begin, tenant string, mode sqlstore.Mode, fn func(context.Context, coordination.Tx) error,
) error {
	l, err := ls.take(ctx)
	if err != nil {
		return err
	}
	defer ls.give(l)
	if _, err := l.ExecContext(ctx, begin); err != nil {
		return ended(ctx, err)
	}
	run := &gathering{Direct: sqlstore.NewDirect(l, &db.dialect, false), lane: l}
	committed := false
	defer func() {
		run.Close()
		if !committed {
			l.rollBack(ctx)
		}
	}()
	tx, err := sqlstore.New(run, &db.dialect, tenant, mode)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		return ended(ctx, err)
	}
	if run.Err() != nil { // fn went on in spite of it
		return ended(ctx, run.Err())
	}
	if err := run.Flush(ctx); err != nil {
		return ended(ctx, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := l.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}

// ended gives the error of the context in place of what it caused.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && code(err) != 0 {
		return ctx.Err()
	}
	return err
}
