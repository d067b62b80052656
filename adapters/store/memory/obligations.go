package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// claimable is an obligation with the time until which somebody delivers it.
type claimable struct {
	notice.Obligation

	until time.Time
}

func obligationKind() *kind[notice.Event] {
	return &kind[notice.Event]{
		room: func(notice.Event) coordination.Room { return coordination.RoomNotice }, entry: coordination.ObligationEntry, event: coordination.Entry.ObligationEvent, clone: notice.Event.Clone,
		head: func(ev notice.Event) head { return head{ev.Obligation, ev.Seq, ev.At, ev.Actor, ev.Data != nil} },
	}
}

func placeObligation() layout[claimable] {
	return layout[claimable]{
		at: func(o *claimable) int64 { return o.OwedAt.UnixMicro() },
		key: func(o *claimable, i int) (key, bool) {
			switch i {
			case 0:
				return key{}, true
			case 1:
				return key{byState, string(o.State)}, true
			case 2:
				return key{byRecipient, o.Recipient}, true
			}
			return key{}, false
		},
	}
}

func obligationKeys(q notice.Query) []key {
	var want []key
	if q.State != "" {
		want = append(want, key{byState, string(q.State)})
	}
	if q.Recipient != "" {
		want = append(want, key{byRecipient, q.Recipient})
	}
	return want
}

// Obligation of notice.Tx.
func (x *tx) Obligation(_ context.Context, id string) (notice.Obligation, error) {
	o := x.obligations.get(id)
	if o == nil {
		return notice.Obligation{}, notice.ErrNotFound
	}
	return o.Clone(), nil
}

// Obligations of notice.Tx.
func (x *tx) Obligations(_ context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	clone := func(o *claimable) claimable { return *o }
	rows, next, err := x.obligations.page(obligationKeys(q), q.Filter(), q.After, ascending, notice.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", notice.ErrInvalid, err)
	}
	var page []notice.Obligation
	for i := range rows {
		page = append(page, rows[i].Clone())
	}
	return page, next, nil
}

// PutObligation of notice.Tx. It ends a claim.
func (x *tx) PutObligation(_ context.Context, o notice.Obligation, events ...notice.Event) (notice.Obligation, error) {
	if err := x.writable(); err != nil {
		return notice.Obligation{}, err
	}
	if err := o.Storable(); err != nil {
		return notice.Obligation{}, err
	}
	if !x.obligations.table.kind.lead(o.ID, o.Events, events) {
		return notice.Obligation{}, unled(notice.ErrInvalid, o.Events)
	}
	w := x.obligations.touch(o.ID)
	var have int64
	if stored := w.current(); stored != nil {
		have = stored.Rev
	}
	if have != o.Rev {
		return notice.Obligation{}, fmt.Errorf("%w: obligation %q is at revision %d, not %d; read it again",
			notice.ErrConflict, o.ID, have, o.Rev)
	}
	if w.history()+int64(len(events)) != o.Events {
		return notice.Obligation{}, gap(notice.ErrInvalid, w.history(), o.Events)
	}
	o.Rev++
	x.obligations.put(w, claimable{Obligation: o.Clone()}, events...)
	return o, nil
}

// ObligationEvents of notice.Tx.
func (x *tx) ObligationEvents(_ context.Context, id string, after int64, limit int) ([]notice.Event, int64, error) {
	page, next := x.obligations.events(id, after, notice.ClampLimit(limit))
	return page, next, nil
}

// ClaimObligations of notice.Tx. It walks past what others have claimed.
func (x *tx) ClaimObligations(_ context.Context, now, until time.Time, limit int) ([]notice.Obligation, error) {
	if err := x.writable(); err != nil {
		return nil, err
	}
	limit = notice.ClampLimit(limit)
	owed := []key{{byState, string(notice.Owed)}}
	var (
		out  []notice.Obligation
		last *spot
	)
	for len(out) < limit {
		rows := x.obligations.list(owed, last, ascending, limit)
		for i := range rows {
			if o := rows[i].value; !o.until.After(now) && len(out) < limit {
				out = append(out, o.Clone())
				x.obligations.put(x.obligations.touch(o.ID), claimable{Obligation: o.Obligation, until: until})
			}
		}
		if len(rows) < limit {
			break
		}
		last = &rows[len(rows)-1].spot
	}
	return out, nil
}
