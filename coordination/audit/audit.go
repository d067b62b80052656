// Package audit proves the journal of an office: it takes entries into a Merkle
// log (package evidence) and, later, compares the whole journal with that log and
// with the checkpoints that were signed.
//
// [Take] is called now and then, by one caller at a time for one log; what it
// appends is to be kept and, from time to time, signed. [Check] names the first
// place that does not fit. Rows, contents and references of the archive are
// compared with their history by archive.Service.Audit.
//
// It stands beside the desk so that who keeps an office in memory links nothing
// of it.
package audit

import (
	"context"
	"iter"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
)

// Journal is where entries are read; a *coordination.Desk is one.
type Journal interface {
	Journal(ctx context.Context, tenant string, q coordination.JournalQuery) (page []coordination.Entry, next int64, err error)
}

// Salts gives the salts of an entry's seals, those of its actor and of its data:
// what was drawn for them when the entry was first proved. The office keeps them apart
// from the journal; nil is for an office that will never erase a value.
type Salts func(ctx context.Context, tenant string, position int64) (actor, data evidence.Salt, err error)

// Row gives an entry as the evidence log sees it, with the values that its seals
// hold.
func Row(e coordination.Entry, actor, data evidence.Salt) evidence.Row {
	who := evidence.Opening{Salt: actor, Value: []byte(e.Actor)}
	what := evidence.Opening{Salt: data, Value: e.Data}
	return evidence.Row{Entry: leaf(&e, actor, data), Actor: &who, Data: &what}
}

// leaf is what of an entry goes into a log.
func leaf(e *coordination.Entry, actor, data evidence.Salt) evidence.Entry {
	return evidence.Entry{
		Position: e.Position, Recorded: e.Recorded, Room: string(e.Room), Entity: e.Entity, Seq: e.Seq, Kind: e.Kind, At: e.At,
		Actor: evidence.Close(actor, []byte(e.Actor)), Data: evidence.Close(data, e.Data),
	}
}

// Take takes the entries of a tenant's journal that a log does not have yet into
// it, and returns how many there were.
func Take(ctx context.Context, j Journal, tenant string, log *evidence.Log, salts Salts) (int, error) {
	n := 0
	for row, err := range rows(ctx, j, tenant, log.Size(), salts) {
		if err != nil {
			return n, err
		}
		if _, err := log.Append(&row.Entry); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Check goes through the whole journal of a tenant and compares it with its log
// and with checkpoints that were signed; see evidence.Verify, whose
// *evidence.MismatchError names the first place that does not fit.
func Check(
	ctx context.Context, j Journal, tenant string, log *evidence.Log, salts Salts, signed ...evidence.Checkpoint,
) (evidence.Audit, error) {
	return evidence.Verify(rows(ctx, j, tenant, 0, salts), log, signed...)
}

// rows reads the journal after a position, page by page.
func rows(ctx context.Context, j Journal, tenant string, after int64, salts Salts) iter.Seq2[evidence.Row, error] {
	return func(yield func(evidence.Row, error) bool) {
		for {
			page, next, err := j.Journal(ctx, tenant, coordination.JournalQuery{After: after, Limit: coordination.MaxLimit})
			if err != nil {
				yield(evidence.Row{}, err)
				return
			}
			for i := range page {
				var actor, data evidence.Salt
				if salts != nil {
					if actor, data, err = salts(ctx, tenant, page[i].Position); err != nil {
						yield(evidence.Row{}, err)
						return
					}
				}
				if !yield(Row(page[i], actor, data), nil) {
					return
				}
			}
			if next == after {
				return
			}
			after = next
		}
	}
}
