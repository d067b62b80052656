package coordination

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination/notice"
)

// ChangeRequest returns one request, or changereq.ErrNotFound.
func (d *Desk) ChangeRequest(ctx context.Context, tenant string, id changereq.ID) (changereq.Request, error) {
	return d.changes.Get(ctx, tenant, id)
}

// ChangeRequests returns a page of requests, newest first.
func (d *Desk) ChangeRequests(ctx context.Context, tenant string, q changereq.Query) ([]changereq.Request, string, error) {
	return d.changes.List(ctx, tenant, q)
}

// ChangeRequestAsOf returns a request as it was at t; see changereq.Service.AsOf.
func (d *Desk) ChangeRequestAsOf(ctx context.Context, tenant string, id changereq.ID, t time.Time) (changereq.Request, error) {
	return d.changes.AsOf(ctx, tenant, id, t)
}

// ChangeRequestHistory returns a page of the events of a request, oldest first.
func (d *Desk) ChangeRequestHistory(
	ctx context.Context, tenant string, id changereq.ID, after int64, limit int,
) ([]changereq.Event, int64, error) {
	return d.changes.History(ctx, tenant, id, after, limit)
}

// ChangeWindows returns a page of the requests that claim time in a window, by
// its start.
func (d *Desk) ChangeWindows(ctx context.Context, tenant string, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	return d.changes.Windows(ctx, tenant, q)
}

// Due returns a page of what is due now over all requests, most urgent first.
func (d *Desk) Due(ctx context.Context, tenant, after string, limit int) (page []changereq.Escalation, next string, err error) {
	return d.changes.DueRequests(ctx, tenant, after, limit)
}

// ConflictsWith lists what would stand in the way of carrying a request out in a
// window by that implementer, who may be empty.
func (d *Desk) ConflictsWith(
	ctx context.Context, tenant string, id changereq.ID, w changereq.Window, implementer string,
) ([]changereq.Conflict, error) {
	return d.changes.ConflictsWith(ctx, tenant, id, w, implementer)
}

// Permitted lists what the actor could do next with a request and what stands
// in the way of the rest.
func (d *Desk) Permitted(
	ctx context.Context, tenant string, actor changereq.Actor, id changereq.ID,
) ([]changereq.Permission, error) {
	return d.changes.Permitted(ctx, tenant, actor, id)
}

// BenefitScores holds what a closed change has brought until now against what
// its assessment claimed; see changereq.ScoreBenefits.
func (d *Desk) BenefitScores(ctx context.Context, tenant string, id changereq.ID) ([]changereq.BenefitScore, error) {
	r, err := d.changes.Get(ctx, tenant, id)
	return changereq.ScoreBenefits(&r, changereq.Instant(d.cfg.Now())), err
}

// Unauthorised lists the released revisions that no approved change accounts
// for; see changereq.Unauthorised.
func (d *Desk) Unauthorised(
	ctx context.Context, tenant string, revisions []changereq.Revision,
) ([]changereq.AuditFinding, error) {
	return d.changes.Unauthorised(ctx, tenant, revisions)
}

// Lifecycles lists the definitions that requests may live by, the default first.
func (d *Desk) Lifecycles() []lifecycle.Definition {
	known := d.changes.Lifecycles()
	out := make([]lifecycle.Definition, len(known))
	for i, lc := range known {
		out[i] = lc.Definition()
	}
	return out
}

// Lifecycle returns the definition of that id and version, the newest for
// version 0, or changereq.ErrNotFound.
func (d *Desk) Lifecycle(ref changereq.LifecycleRef) (lifecycle.Definition, error) {
	lc, err := d.changes.Lifecycle(ref)
	if err != nil {
		return lifecycle.Definition{}, err
	}
	return lc.Definition(), nil
}

// CheckLifecycle says what is wrong with a definition, and how it differs from one
// that requests live by; see changereq.Service.CheckLifecycle.
func (d *Desk) CheckLifecycle(
	def lifecycle.Definition, old *changereq.LifecycleRef, states map[string]string,
) (changereq.LifecycleCheck, error) {
	return d.changes.CheckLifecycle(def, old, states)
}

// CheckPolicy says what is wrong with a policy, and what a request could not
// satisfy of it; see changereq.Service.CheckPolicy.
func (d *Desk) CheckPolicy(ctx context.Context, tenant string, p approval.Policy, id changereq.ID) (changereq.PolicyCheck, error) {
	return d.changes.CheckPolicy(ctx, tenant, p, id)
}

// Policies lists the policies that requests may be judged by, the default
// first.
func (d *Desk) Policies() []approval.Policy { return d.changes.Policies() }

// Policy returns the policy of that id and version, the newest for version 0,
// or changereq.ErrNotFound.
func (d *Desk) Policy(ref changereq.PolicyRef) (approval.Policy, error) { return d.changes.Policy(ref) }

// Approval says how the approval of a request stands now; see
// changereq.Service.Approval.
func (d *Desk) Approval(ctx context.Context, tenant string, id changereq.ID) (changereq.Approval, error) {
	return d.changes.Approval(ctx, tenant, id)
}

// Record returns one record, or archive.ErrNotFound.
func (d *Desk) Record(ctx context.Context, tenant string, id archive.RecordID) (archive.Record, error) {
	return d.file.Get(ctx, tenant, id)
}

// OpenRecord returns a record with its content, verified against its digest, as
// OpenContent gives it. A content beyond archive.MaxContent is archive.ErrInvalid.
func (d *Desk) OpenRecord(ctx context.Context, tenant string, id archive.RecordID) (archive.Record, []byte, error) {
	r, content, err := d.file.Open(ctx, tenant, id)
	_, err = d.unlessGone(ctx, tenant, id, false, nil, err)
	if err != nil {
		return archive.Record{}, nil, err
	}
	return r, content, nil
}

// Records returns a page of records, newest filing first. Those that were merged into
// others are left out, so that a page may be short, or empty, and yet not be the last.
func (d *Desk) Records(ctx context.Context, tenant string, q archive.Query) ([]archive.Record, string, error) {
	return d.file.List(ctx, tenant, q)
}

// References returns a page of the references at an end.
func (d *Desk) References(ctx context.Context, tenant string, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	return d.file.References(ctx, tenant, q)
}

// Obligation returns one obligation, or notice.ErrNotFound.
func (d *Desk) Obligation(ctx context.Context, tenant, id string) (notice.Obligation, error) {
	return d.notices.Get(ctx, tenant, id)
}

// Obligations returns a page of the notices owed, oldest first.
func (d *Desk) Obligations(ctx context.Context, tenant string, q notice.Query) ([]notice.Obligation, string, error) {
	return d.notices.List(ctx, tenant, q)
}

// ClaimObligations hands out notices to deliver, each to one claimer until the
// lease ends. Deliver them, then record each with changereq.RecordSent.
func (d *Desk) ClaimObligations(ctx context.Context, tenant string, lease time.Duration, limit int) ([]notice.Obligation, error) {
	return d.notices.Claim(ctx, tenant, lease, limit)
}

// Brief returns a brief of a request by its number, or changereq.ErrNotFound.
// A brief never changes once it is issued.
func (d *Desk) Brief(ctx context.Context, tenant string, id changereq.ID, number int) (changereq.Brief, error) {
	for after, more := int64(0), true; more; more = after != 0 {
		page, next, err := d.changes.History(ctx, tenant, id, after, changereq.MaxLimit)
		if err != nil {
			return changereq.Brief{}, err
		}
		for _, ev := range page {
			if issued, ok := ev.Data.(changereq.BriefIssuedData); ok && issued.Brief.Number == number {
				return issued.Brief, nil
			}
		}
		after = next
	}
	return changereq.Brief{}, fmt.Errorf("%w: no brief %d", changereq.ErrNotFound, number)
}

// Journal returns a page of the journal after a position, oldest first; see
// Tx.JournalEntries. Committed entries that have no position yet get one first,
// so a caller reads what was committed before.
func (d *Desk) Journal(ctx context.Context, tenant string, q JournalQuery) (page []Entry, next int64, err error) {
	if _, err := d.Sequence(ctx); err != nil {
		return nil, 0, err
	}
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = tx.JournalEntries(ctx, q)
		return err
	})
	return page, next, err
}

// Sequence gives positions to entries that have none until none is left, and
// returns how many it gave. Reading the journal does so by itself; a service
// that relays the journal calls it in a loop of its own, every 20 to 50 ms.
func (d *Desk) Sequence(ctx context.Context) (int, error) {
	for total := 0; ; {
		n, err := d.cfg.Store.Sequence(ctx, MaxLimit)
		total += n
		if err != nil || n < MaxLimit {
			return total, err
		}
	}
}
