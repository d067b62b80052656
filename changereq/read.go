package changereq

import (
	"context"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Get returns one request, or ErrNotFound.
func (s *Service) Get(ctx context.Context, tenant string, id ID) (Request, error) {
	var out Request
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = tx.ChangeRequest(ctx, id)
		return err
	})
	return out, err
}

// List returns a page of requests, newest first; see Tx.ChangeRequests.
func (s *Service) List(ctx context.Context, tenant string, q Query) (page []Request, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = tx.ChangeRequests(ctx, q)
		return err
	})
	return page, next, err
}

// History returns a page of the events of a request after that number, oldest
// first; next is 0 at the end. An unknown request is ErrNotFound.
func (s *Service) History(ctx context.Context, tenant string, id ID, after int64, limit int) (page []Event, next int64, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		if _, err := tx.ChangeRequest(ctx, id); err != nil {
			return err
		}
		var err error
		page, next, err = tx.ChangeRequestEvents(ctx, id, after, limit)
		return err
	})
	return page, next, err
}

// AsOf returns the request as it was at t: the fold of the events up to and at
// that instant. Before its first event a request is ErrNotFound. Rev is 0, because
// what it was then cannot be changed.
func (s *Service) AsOf(ctx context.Context, tenant string, id ID, t time.Time) (Request, error) {
	var r folding
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r = folding{}
		for after, more := int64(0), true; more; more = after != 0 {
			page, next, err := tx.ChangeRequestEvents(ctx, id, after, MaxLimit)
			if err != nil {
				return err
			}
			for _, ev := range page {
				if ev.At.After(t) {
					return nil
				}
				r.add(ev)
			}
			after = next
		}
		return nil
	})
	if err == nil && r.req.Events == 0 {
		return Request{}, ErrNotFound
	}
	return r.done(), err
}

// Permitted lists what the actor could do next with the request, and what
// stands in the way of the rest.
func (s *Service) Permitted(ctx context.Context, tenant string, actor Actor, id ID) ([]Permission, error) {
	var out []Permission
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.ChangeRequest(ctx, id)
		if err != nil {
			return err
		}
		lc, err := s.lifecycleFor(r, nil)
		if err != nil {
			return err
		}
		env := Env{Now: Instant(s.cfg.Now()), Actor: actor}
		if env.Linked, err = readLinks(ctx, tx, r.Content.Requires); err != nil {
			return err
		}
		if env.Template, err = lookUpTemplate(ctx, tx, &r); err != nil {
			return err
		}
		if items := r.changedItems(); s.cfg.Heads != nil && len(items) > 0 {
			if env.Heads, err = s.cfg.Heads(ctx, tenant, items); err != nil {
				return err
			}
		}
		if r.Category == lifecycle.Decide {
			if env.Conflicts, err = s.obstructions(ctx, tx, &r, plan{tenant: tenant}, reading); err != nil {
				return err
			}
		}
		if env.Uses, err = s.findUses(ctx, tenant, &r); err != nil {
			return err
		}
		if env, err = s.lookUpPolicy(ctx, tenant, &r, nil, env); err != nil {
			return err
		}
		out = Permitted(lc, &r, env)
		return nil
	})
	return out, err
}
