package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

func requestKind() *kind[changereq.Event] {
	return &kind[changereq.Event]{
		room: func(changereq.Event) coordination.Room { return coordination.RoomChangeRequest }, entry: coordination.ChangeRequestEntry, event: coordination.Entry.ChangeRequestEvent, clone: changereq.Event.Clone,
		head: func(ev changereq.Event) head {
			return head{string(ev.Request), ev.Seq, ev.At, ev.Actor, ev.Data != nil}
		},
	}
}

// placeRequest finds a request by what a changereq.Query can ask for.
func placeRequest() layout[changereq.Request] {
	return layout[changereq.Request]{
		at: func(r *changereq.Request) int64 { return r.Opened.UnixMicro() },
		key: func(r *changereq.Request, i int) (key, bool) {
			switch i {
			case 0:
				return key{}, true
			case 1:
				return key{byState, r.State}, true
			case 2:
				return key{byCategory, string(r.Category)}, true
			case 3:
				return key{byApplicant, r.Applicant}, true
			}
			if i -= 4; i < len(r.Content.Affected) {
				return key{byItem, string(r.Content.Affected[i].Item)}, true
			}
			return key{}, false
		},
		marks: markRequest,
	}
}

// markRequest notes the words of a request, which stay what they were if that in
// which they stand does, the time that it claims and its deadlines.
func markRequest(r, before *changereq.Request, had *marks) *marks {
	m := &marks{terms: had.terms, slot: r.Slot(), due: dueMarks(r)}
	if before == nil || before.Number != r.Number || before.Content.Title != r.Content.Title ||
		!slices.Equal(before.Content.Labels, r.Content.Labels) {
		m.terms = r.Terms()
	}
	return m
}

func requestKeys(q changereq.Query) []key {
	var want []key
	for _, k := range []key{
		{byState, q.State}, {byCategory, string(q.Category)}, {byApplicant, q.Applicant}, {byItem, string(q.Item)},
	} {
		if k.value != "" {
			want = append(want, k)
		}
	}
	for _, t := range q.Terms() {
		want = append(want, key{byTerm, t})
	}
	return want
}

// ChangeRequest of changereq.Tx.
func (x *tx) ChangeRequest(_ context.Context, id changereq.ID) (changereq.Request, error) {
	r := x.requests.get(string(id))
	if r == nil {
		return changereq.Request{}, changereq.ErrNotFound
	}
	return r.Clone(), nil
}

// ChangeRequests of changereq.Tx.
func (x *tx) ChangeRequests(_ context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	clone := func(r *changereq.Request) changereq.Request { return r.Clone() }
	page, next, err := x.requests.page(requestKeys(q), q.Filter(), q.After, descending, changereq.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", changereq.ErrInvalid, err)
	}
	return page, next, nil
}

// ChangeWindows of changereq.Tx.
func (x *tx) ChangeWindows(_ context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	from, err := goOn(q.After, q.Filter())
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", changereq.ErrInvalid, err)
	}
	rows := x.requests.overlapping(q.Window, from, changereq.ClampLimit(q.Limit)+1)
	clone := func(r *changereq.Request) changereq.Request { return r.Clone() }
	page, next := cut(rows, q.Filter(), changereq.ClampLimit(q.Limit), clone)
	return page, next, nil
}

// PutChangeRequest of changereq.Tx.
func (x *tx) PutChangeRequest(
	_ context.Context, r changereq.Request, events ...changereq.Event,
) (changereq.Request, error) {
	if err := x.writable(); err != nil {
		return changereq.Request{}, err
	}
	if err := r.Storable(); err != nil {
		return changereq.Request{}, err
	}
	if !x.requests.table.kind.lead(string(r.ID), r.Events, events) {
		return changereq.Request{}, unled(changereq.ErrInvalid, r.Events)
	}
	w := x.requests.touch(string(r.ID))
	var have int64
	if stored := w.current(); stored != nil {
		have = stored.Rev
	}
	if have != r.Rev {
		return changereq.Request{}, &changereq.ConflictError{ID: r.ID, Have: have, Want: r.Rev}
	}
	if w.history()+int64(len(events)) != r.Events {
		return changereq.Request{}, gap(changereq.ErrInvalid, w.history(), r.Events)
	}
	r.Rev++
	x.requests.put(w, r.Clone(), events...)
	return r, nil
}

// ChangeRequestEvents of changereq.Tx.
func (x *tx) ChangeRequestEvents(
	_ context.Context, id changereq.ID, after int64, limit int,
) ([]changereq.Event, int64, error) {
	page, next := x.requests.events(string(id), after, changereq.ClampLimit(limit))
	return page, next, nil
}

// NextChangeNumber of changereq.Tx.
func (x *tx) NextChangeNumber(_ context.Context, series string) (int64, error) {
	if err := x.writable(); err != nil {
		return 0, err
	}
	if !storable(series) {
		return 0, unstorable(changereq.ErrInvalid, "series")
	}
	w := x.counters.touch(series)
	n := int64(1)
	if last := w.current(); last != nil {
		n = *last + 1
	}
	x.counters.put(w, n)
	return n, nil
}

// LockChangeItems of changereq.Tx. Every commit that locks an item makes a new
// version of its row, which whoever else has looked at it finds out.
func (x *tx) LockChangeItems(_ context.Context, items ...changereq.ItemID) error {
	if err := x.writable(); err != nil {
		return err
	}
	for _, item := range items {
		x.items.put(x.items.touch(string(item)), none{})
	}
	return nil
}
