package changereq

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/changereq/window"
)

// ConflictsWith lists what would stand in the way of carrying a request out in
// a window by that implementer, who may be empty: see Conflicts. What it says
// may have changed when the request is scheduled, which asks again.
func (s *Service) ConflictsWith(ctx context.Context, tenant string, id ID, w Window, implementer string) ([]Conflict, error) {
	w = *normalWindow(&w)
	var f fields
	f.window("", &w)
	f.name("/implementer", implementer, optional)
	if err := f.err(); err != nil {
		return nil, err
	}
	var out []Conflict
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.ChangeRequest(ctx, id)
		if err != nil {
			return err
		}
		out, err = s.obstructions(ctx, tx, &r, plan{tenant, &w, implementer}, reading)
		return err
	})
	return out, err
}

// Windows returns a page of the requests that claim time in a window, by its
// start; see Tx.ChangeWindows.
func (s *Service) Windows(ctx context.Context, tenant string, q WindowQuery) (page []Request, next string, err error) {
	var f fields
	f.window("", &q.Window)
	if err := f.err(); err != nil {
		return nil, "", err
	}
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = tx.ChangeWindows(ctx, q)
		return err
	})
	return page, next, err
}

// plan is when and by whom a request is to be carried out; a nil window is the
// one that the request has.
type plan struct {
	tenant      string
	window      *Window
	implementer string
}

const (
	locking = true
	reading = false
)

// obstructions compares a request with the calendar and with the requests that
// claim time in the window. When locking, whoever would change a related item
// or work at the same time waits: two schedulers cannot both miss each other,
// because what one reads of the other is among what both lock.
func (s *Service) obstructions(ctx context.Context, tx Tx, r *Request, p plan, lock bool) ([]Conflict, error) {
	w, implementer := normalWindow(p.window), p.implementer
	if w == nil {
		w, implementer = r.Window, r.Implementer
	}
	if w == nil {
		return nil, nil
	}
	rules, err := s.calendar(ctx, p.tenant)
	if err != nil {
		return nil, err
	}
	items := r.changedItems()
	related, err := s.related(ctx, p.tenant, items)
	if err != nil {
		return nil, err
	}
	if lock {
		if err := tx.LockChangeItems(ctx, guarded(items, related, implementer)...); err != nil {
			return nil, err
		}
	}
	others, err := overlapping(ctx, tx, *w)
	if err != nil {
		return nil, err
	}
	var theirs []ItemID // what depends on items of the others
	for i := range others {
		theirs = append(theirs, others[i].changedItems()...)
	}
	slices.Sort(theirs)
	theirs = slices.DeleteFunc(slices.Compact(theirs), func(i ItemID) bool { return slices.Contains(items, i) })
	more, err := s.related(ctx, p.tenant, theirs)
	if err != nil {
		return nil, err
	}
	maps.Copy(more, related)
	return Conflicts(rules, r, *w, implementer, others, more), nil
}

func (s *Service) calendar(ctx context.Context, tenant string) (window.Rules, error) {
	if s.cfg.Calendar == nil {
		return window.Rules{}, nil
	}
	rules, err := s.cfg.Calendar(ctx, tenant)
	if err == nil {
		err = rules.Validate()
	}
	return rules, err
}

func (s *Service) related(ctx context.Context, tenant string, items []ItemID) (map[ItemID][]ItemID, error) {
	if s.cfg.WhereUsed == nil || len(items) == 0 {
		return make(map[ItemID][]ItemID), nil
	}
	found, err := s.cfg.WhereUsed(ctx, tenant, items)
	out := make(map[ItemID][]ItemID, len(found)) // the caller adds to it
	maps.Copy(out, found)
	return out, err
}

// guarded is what a scheduler locks, in byte order: the items, what is related
// to them, and the implementer under a name that no other kind of item has.
func guarded(items []ItemID, related map[ItemID][]ItemID, implementer string) []ItemID {
	out := slices.Clone(items)
	for _, list := range related {
		out = append(out, list...)
	}
	if implementer != "" {
		out = append(out, ItemID(fmt.Sprintf("implementer:%q", implementer)))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func overlapping(ctx context.Context, tx Tx, w Window) ([]Request, error) {
	var out []Request
	q := WindowQuery{Window: w, Limit: MaxLimit}
	for more := true; more; more = q.After != "" {
		page, next, err := tx.ChangeWindows(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		q.After = next
	}
	return out, nil
}
