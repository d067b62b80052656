package postgres

import (
	"context"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/coordination"
)

// sequencerTurn is taken in a statement of its own, so that numberEntries looks
// at a snapshot that has everything the sequencer before it has committed. The
// lock ends with the transaction: a runner that stalls cannot number late.
const sequencerTurn = `SELECT pg_try_advisory_xact_lock(hashtextextended('coordkit sequencer ' || current_schema(), 0))`

// numberEntries goes by ord, which rises within an entity: whoever appends to
// one has locked its row before. recorded never falls along positions.
const numberEntries = `WITH waiting AS (
  SELECT ord, tenant, row_number() OVER (PARTITION BY tenant ORDER BY ord) AS n
  FROM (SELECT ord, tenant FROM coordkit_journal WHERE position IS NULL ORDER BY ord LIMIT $1) AS oldest),
 head AS (
  SELECT t.tenant, coalesce(last.position, 0) AS position,
   greatest(coalesce(last.recorded, 0), floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint) AS recorded
  FROM (SELECT DISTINCT tenant FROM waiting) AS t
  LEFT JOIN LATERAL (SELECT position, recorded FROM coordkit_journal
   WHERE tenant = t.tenant AND position IS NOT NULL ORDER BY position DESC LIMIT 1) AS last ON true),
 numbered AS (
  UPDATE coordkit_journal SET position = head.position + waiting.n, recorded = head.recorded
  FROM waiting JOIN head ON head.tenant = waiting.tenant
  WHERE coordkit_journal.ord = waiting.ord AND coordkit_journal.position IS NULL
  RETURNING 1)
 SELECT count(*) FROM numbered`

// Sequence implements coordination.Store.
func (db *DB) Sequence(ctx context.Context, limit int) (int, error) {
	if limit <= 0 {
		limit = coordination.DefaultLimit
	}
	n := 0
	err := sqlstore.Retry(ctx, sqlstore.Tries, db.transient, func() error {
		n = 0
		return db.within(ctx, db.updates, beginUpdate, func(r *runner) error {
			turn := false
			err := r.Query(ctx, sequencerTurn, nil, func(row sqlstore.Row) error { return row.Scan(&turn) })
			if err != nil || !turn {
				return err
			}
			return r.Query(ctx, numberEntries, []any{limit}, func(row sqlstore.Row) error { return row.Scan(&n) })
		})
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
