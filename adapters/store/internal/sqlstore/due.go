package sqlstore

import (
	"context"
	"math"

	"github.com/coordkit/coordkit/changereq"
)

// deadlineColumns are the instants that a request bears, in the order of
// changereq.DueKinds, each NULL where there is none.
func deadlineColumns(r *changereq.Request) []any {
	var out []any
	for _, kind := range changereq.DueKinds() {
		if at := r.Deadline(kind); at != nil {
			out = append(out, at.UnixMicro())
		} else {
			out = append(out, nil)
		}
	}
	return out
}

// ChangeRequestsDue implements changereq.Tx.
func (t *Tx) ChangeRequestsDue(ctx context.Context, q changereq.DueQuery) (out []changereq.Request, err error) {
	if !allStorable(q.State, string(q.AfterID)) {
		return nil, nil // no such text is stored
	}
	after := int64(math.MinInt64)
	if !q.AfterAt.IsZero() {
		after = q.AfterAt.UnixMicro()
	}
	args := []any{t.tenant, after, string(q.AfterID), q.Until.UnixMicro()}
	var query string
	switch q.Kind {
	case changereq.DueDecision:
		query = changeRequestsDueDecision
	case changereq.DueApproval:
		query = changeRequestsDueApproval
	case changereq.DueResume:
		query = changeRequestsDueResume
	case changereq.DueExpiry:
		query = changeRequestsDueExpiry
	case changereq.DueTurn:
		query = changeRequestsDueTurn
	case changereq.DueNotice:
		query = changeRequestsDueNotice
	case changereq.DueState:
		query, args = changeRequestsDueState, append(args, q.State)
	default:
		return nil, nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	err = t.run.Query(ctx, query, append(args, changereq.ClampDue(q.Limit)), func(row Row) error {
		var (
			rev int64
			doc []byte
		)
		if err := row.Scan(&rev, &doc); err != nil {
			return err
		}
		r, err := readRequest(rev, doc)
		out = append(out, r)
		return err
	})
	return out, err
}
