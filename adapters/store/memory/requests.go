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
		room: coordination.RoomChangeRequest, entry: coordination.ChangeRequestEntry, clone: changereq.Event.Clone,
		head: func(ev changereq.Event) head {
			return head{string(ev.Request), ev.Seq, ev.At, ev.Actor, ev.Data != nil}
		},
	}
}

// placeRequest puts a request in the order of lists and under what a
// changereq.Query can ask for.
func placeRequest(r *changereq.Request, before *version[changereq.Request, changereq.Event]) place {
	var room [16]key
	keys := append(room[:0], key{}, key{byState, r.State}, key{byCategory, string(r.Category)}, key{byApplicant, r.Applicant})
	items := len(keys)
	for i := range r.Content.Affected {
		keys = append(keys, key{byItem, string(r.Content.Affected[i].Item)})
	}
	slices.SortFunc(keys[items:], compareKeys)
	keys = slices.Compact(keys)
	keys = appendTerms(keys, r, before)
	return place{at: r.Opened.UnixMicro(), keys: slices.Clone(keys), slot: r.Slot(), due: dueMarks(r)}
}

// appendTerms appends the words of a request; they stay what they were if that
// in which they stand does.
func appendTerms(keys []key, r *changereq.Request, before *version[changereq.Request, changereq.Event]) []key {
	if before == nil || before.value.Number != r.Number || before.value.Content.Title != r.Content.Title ||
		!slices.Equal(before.value.Content.Labels, r.Content.Labels) {
		for _, t := range r.Terms() {
			keys = append(keys, key{byTerm, t})
		}
		return keys
	}
	for _, k := range before.keys {
		if k.field == byTerm {
			keys = append(keys, k)
		}
	}
	return keys
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
