package coordination

import (
	"context"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
)

// Accounting says how the change requests of a tenant fared, as of an instant;
// the zero time is now. It reads every event of every request once, in the order
// of the journal: a report for a screen, not for every click.
func (d *Desk) Accounting(ctx context.Context, tenant string, asOf time.Time) (accounting.Report, error) {
	if asOf.IsZero() {
		asOf = d.cfg.Now()
	}
	limits := changereq.Deadlines{}
	if d.cfg.Deadlines != nil {
		var err error
		if limits, err = d.cfg.Deadlines(ctx, tenant); err != nil {
			return accounting.Report{}, err
		}
	}
	ledger := accounting.New(accounting.Config{AsOf: changereq.Instant(asOf), Notice: limits.Notice, Emergency: d.emergency})
	q := JournalQuery{Room: RoomChangeRequest, Limit: MaxLimit}
	for {
		page, next, err := d.Journal(ctx, tenant, q)
		if err != nil {
			return accounting.Report{}, err
		}
		for _, e := range page {
			ev, err := e.ChangeRequestEvent()
			if err != nil {
				return accounting.Report{}, err
			}
			ledger.Add(ev)
		}
		if next == q.After {
			return ledger.Report(), nil
		}
		q.After = next
	}
}

// emergency reports whether a lifecycle is for emergencies. One that the office
// knows no longer is none.
func (d *Desk) emergency(ref changereq.LifecycleRef) bool {
	lc, err := d.changes.Lifecycle(ref)
	return err == nil && lc.Definition().Emergency
}
