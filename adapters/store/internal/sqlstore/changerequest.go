package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// ChangeRequest implements changereq.Tx.
func (t *Tx) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	var (
		r   changereq.Request
		had standing
		k   = key{kindRequest, string(id)}
	)
	found, err := t.find(ctx, k, lookup{changeRequestByID, lockChangeRequest}, func(row Row) error {
		var doc []byte
		if err := row.Scan(&had.rev, &had.events, &doc); err != nil {
			return err
		}
		var err error
		r, err = readRequest(had.rev, doc)
		return err
	}, string(id))
	if err != nil {
		return changereq.Request{}, err
	}
	if found && t.mode != View {
		had.index = indexOf(&r)
	}
	t.known[k] = had
	if !found {
		return changereq.Request{}, fmt.Errorf("%w: request %q", changereq.ErrNotFound, id)
	}
	return r, nil
}

func readRequest(rev int64, doc []byte) (changereq.Request, error) {
	var r changereq.Request
	if err := json.Unmarshal(doc, &r); err != nil {
		return changereq.Request{}, fmt.Errorf("sqlstore: read stored request: %w", err)
	}
	r.Rev = rev
	return r, nil
}

// PutChangeRequest implements changereq.Tx.
func (t *Tx) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	if err := t.writable(); err != nil {
		return changereq.Request{}, err
	}
	if err := r.Storable(); err != nil {
		return changereq.Request{}, err
	}
	entries, err := changeRequestEntries(&r, ev)
	if err != nil {
		return changereq.Request{}, err
	}
	k := key{kindRequest, string(r.ID)}
	had, err := t.stands(k, false, func() error { return unlessAbsent(t.ChangeRequest(ctx, r.ID)) })
	switch {
	case err != nil:
		return changereq.Request{}, err
	case had.rev != r.Rev:
		return changereq.Request{}, &changereq.ConflictError{ID: r.ID, Have: had.rev, Want: r.Rev}
	case had.events+int64(len(ev)) != r.Events:
		return changereq.Request{}, gap(changereq.ErrInvalid, had.events, r.Events)
	}
	return t.storeRequest(ctx, k, had, r, entries)
}

func (t *Tx) storeRequest(
	ctx context.Context, k key, had standing, r changereq.Request, entries []coordination.Entry,
) (changereq.Request, error) {
	rev := r.Rev
	r.Rev++
	doc, err := json.Marshal(&r)
	if err != nil {
		return changereq.Request{}, fmt.Errorf("sqlstore: write request: %w", err)
	}
	row := append(requestColumns(&r), string(doc))
	w := Write{SQL: updateChangeRequest, One: true, Args: append(row, t.tenant, string(r.ID), rev)}
	if rev == 0 {
		w = Write{
			SQL: insertChangeRequest, Taken: &changereq.ConflictError{ID: r.ID, Have: 1},
			Args: append([]any{t.tenant, string(r.ID), r.Rev}, row...),
		}
	}
	if err := t.write(ctx, k, w); err != nil {
		return changereq.Request{}, err
	}
	now := indexOf(&r)
	if err := t.reindex(ctx, k, had.index, now); err != nil {
		return changereq.Request{}, err
	}
	t.known[k] = standing{rev: r.Rev, events: r.Events, index: now}
	return r, t.append(ctx, entries, changereq.ErrConflict)
}

// requestColumns are what lists compare of a request, in the order of the statements.
func requestColumns(r *changereq.Request) []any {
	return slices.Concat([]any{r.Events, r.State, string(r.Category), r.Applicant, r.Opened.UnixMicro()}, slotColumns(r), deadlineColumns(r))
}

// index is what the lists by item and by word know of a request.
type index struct {
	opened       int64
	items, terms []string
}

func indexOf(r *changereq.Request) index {
	x := index{opened: r.Opened.UnixMicro(), terms: r.Terms()}
	for i := range r.Content.Affected {
		x.items = append(x.items, string(r.Content.Affected[i].Item))
	}
	return x
}

// reindex writes only what differs.
func (t *Tx) reindex(ctx context.Context, k key, had, now index) error {
	if had.opened != now.opened {
		if err := t.reindex(ctx, k, had, index{opened: had.opened}); err != nil {
			return err
		}
		had = index{opened: now.opened}
	}
	for _, x := range []struct {
		query    string
		add, sub []string
	}{
		{deleteChangeItem, had.items, now.items},
		{deleteChangeTerm, had.terms, now.terms},
		{insertChangeItem, now.items, had.items},
		{insertChangeTerm, now.terms, had.terms},
	} {
		for _, word := range x.add {
			if slices.Contains(x.sub, word) {
				continue
			}
			if err := t.write(ctx, k, Write{SQL: x.query, Args: []any{t.tenant, word, now.opened, k.id}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// NextChangeNumber implements changereq.Tx.
func (t *Tx) NextChangeNumber(ctx context.Context, series string) (int64, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	if !storable(series) {
		return 0, fmt.Errorf("%w: series is not valid UTF-8 or has a NUL character", changereq.ErrInvalid)
	}
	var n int64
	_, err := t.one(ctx, nextChangeNumber, []any{t.tenant, series}, func(row Row) error { return row.Scan(&n) })
	return n, err
}

// LockChangeItems implements changereq.Tx.
func (t *Tx) LockChangeItems(ctx context.Context, items ...changereq.ItemID) error {
	if err := t.writable(); err != nil {
		return err
	}
	for _, item := range items {
		t.run.Lock(t.lock(key{kindItem, string(item)}))
	}
	return t.flush(ctx)
}
