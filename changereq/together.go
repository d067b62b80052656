package changereq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/bundle"
)

// BundleOrder is what is to be done with a bundle, made ready to run like Order.
type BundleOrder struct {
	Tenant   string
	Actor    Actor
	ID       ID
	Rev      int64            // of the bundle, 0 for whatever there is
	Commands []bundle.Command // done one after the other, all or nothing
	Together *Together        // instead of Commands: what every member gets
	Now      time.Time
}

// Together is a command that every member of a bundle gets in one unit of work:
// all of them, or none. A member that was decided in the same way already, or
// was started already, is left as it is.
type Together struct {
	Command Command    // RecordDecision or Move
	Briefs  map[ID]int // with RecordDecision: the number of each member's brief
}

// MemberEvents is what a unit of work over a bundle led to for one member.
type MemberEvents struct {
	Request Request
	Events  []Event
}

// PrepareBundle reads the clock once, and takes an id if the first command
// creates a bundle without one.
func (s *Service) PrepareBundle(tenant string, actor Actor, id ID, rev int64, cmds ...bundle.Command) BundleOrder {
	cmds = slices.Clone(cmds)
	if len(cmds) > 0 {
		if c, creates := cmds[0].(bundle.Create); creates {
			if c.ID == "" {
				c.ID = s.cfg.NewID()
			}
			cmds[0], id = c, ID(c.ID)
		}
	}
	return BundleOrder{Tenant: tenant, Actor: actor, ID: id, Rev: rev, Commands: cmds, Now: Instant(s.cfg.Now())}
}

// PrepareTogether reads the clock once for a command to every member.
func (s *Service) PrepareTogether(tenant string, actor Actor, id ID, rev int64, t Together) BundleOrder {
	return BundleOrder{Tenant: tenant, Actor: actor, ID: id, Rev: rev, Together: &t, Now: Instant(s.cfg.Now())}
}

// DoBundle does an order in a transaction of its own and returns the bundle as
// it is afterwards. Bundles are the coordinator's; who may give a command to
// every member, the members' own rules say. Every member is a request that
// exists and belongs to one bundle at most. The errors are bundle.ErrNotFound,
// bundle.ErrConflict, ErrInvalid, and ErrRefused with every condition that some
// member does not meet.
func (s *Service) DoBundle(ctx context.Context, o BundleOrder) (bundle.Bundle, error) {
	var out bundle.Bundle
	err := s.cfg.Store.Update(ctx, o.Tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, _, err = s.DoBundleTx(ctx, tx, o)
		return err
	})
	if err != nil {
		return bundle.Bundle{}, err
	}
	return out, nil
}

// DoBundleTx does an order inside the caller's transaction and also returns what
// it led to for the members. On error the transaction must not commit.
func (s *Service) DoBundleTx(ctx context.Context, tx Tx, o BundleOrder) (bundle.Bundle, []MemberEvents, error) {
	b, err := tx.ChangeBundle(ctx, string(o.ID))
	if err != nil && !errors.Is(err, bundle.ErrNotFound) {
		return bundle.Bundle{}, nil, err
	}
	if o.Rev != 0 && o.Rev != b.Rev && b.Events > 0 {
		return bundle.Bundle{}, nil, fmt.Errorf("%w: bundle %q is at revision %d, not %d; read it again", bundle.ErrConflict, o.ID, b.Rev, o.Rev)
	}
	if o.Together != nil {
		if b.Events == 0 {
			return bundle.Bundle{}, nil, bundle.ErrNotFound
		}
		steps, err := s.together(ctx, tx, &b, o)
		return b, steps, err
	}
	if !slices.Contains(o.Actor.Roles, RoleCoordinator) {
		return bundle.Bundle{}, nil, refused("bundle", unmet("role", "%s may not do this: it takes the role %s", o.Actor.ID, RoleCoordinator))
	}
	return s.change(ctx, tx, b, o)
}

// change does commands about the bundle itself, and what each means for a member.
func (s *Service) change(ctx context.Context, tx Tx, b bundle.Bundle, o BundleOrder) (bundle.Bundle, []MemberEvents, error) {
	var (
		events []bundle.Event
		steps  []MemberEvents
	)
	for _, cmd := range o.Commands {
		if c, creates := cmd.(bundle.Create); creates && !ValidID(c.ID) {
			return b, nil, fmt.Errorf("%w: the id of a bundle is made like that of a request", bundle.ErrInvalid)
		}
		more, err := bundle.Decide(b, cmd, o.Actor.ID, o.Now)
		if errors.Is(err, bundle.ErrRefused) {
			return b, nil, refused("bundle", unmet("bundle", "%v", err))
		}
		if errors.Is(err, bundle.ErrInvalid) {
			return b, nil, &ValidationError{Fields: []Field{{Code: "invalid", Text: err.Error()}}}
		}
		if err != nil {
			return b, nil, err
		}
		for _, ev := range more {
			b = bundle.Evolve(b, ev)
		}
		events = append(events, more...)
		if len(more) == 0 {
			continue
		}
		step, err := s.member(ctx, tx, &b, o, cmd)
		if err != nil {
			return b, nil, err
		}
		steps = append(steps, step...)
	}
	if len(events) == 0 {
		return b, nil, nil
	}
	b, err := tx.PutChangeBundle(ctx, b, events...)
	return b, steps, err
}

// member does on the side of the request what a change of the bundle means.
func (s *Service) member(ctx context.Context, tx Tx, b *bundle.Bundle, o BundleOrder, cmd bundle.Command) ([]MemberEvents, error) {
	order := Order{Tenant: o.Tenant, Actor: o.Actor, Now: o.Now, together: o.ID}
	switch c := cmd.(type) {
	case bundle.Add:
		order.ID, order.Command = ID(c.Request), JoinBundle{Bundle: o.ID, Atomic: isAtomic(b)}
	case bundle.Remove:
		order.ID, order.Command = ID(c.Request), LeaveBundle{Bundle: o.ID, Reason: c.Reason}
	default:
		return nil, nil
	}
	r, events, err := s.DoTx(ctx, tx, order)
	return []MemberEvents{{r, events}}, err
}

// together gives a command to every member, in the order of their ids, and
// collects what stands in the way of any.
func (s *Service) together(ctx context.Context, tx Tx, b *bundle.Bundle, o BundleOrder) ([]MemberEvents, error) {
	switch o.Together.Command.(type) {
	case RecordDecision, Move:
	default:
		return nil, fmt.Errorf("%w: only a decision or a move is given to a whole bundle", bundle.ErrInvalid)
	}
	if len(b.Members) == 0 {
		return nil, refused("bundle", unmet("bundle", "bundle %s has no members: add some first", b.ID))
	}
	var (
		steps []MemberEvents
		open  []Unmet
	)
	for _, id := range b.Members {
		r, err := tx.ChangeRequest(ctx, ID(id))
		if err != nil {
			return nil, err
		}
		done, never := settledWith(&r, o.Together.Command)
		if open = append(open, never...); done || len(never) > 0 {
			continue
		}
		order := Order{Tenant: o.Tenant, Actor: o.Actor, ID: r.ID, Now: o.Now, Command: o.Together.to(r.ID), together: o.ID}
		r, events, err := s.DoTx(ctx, tx, order)
		if not, ok := errors.AsType[*RefusedError](err); ok {
			for _, u := range not.Unmet {
				u.Text, u.Ref = r.numbered(id)+": "+u.Text, id
				open = append(open, u)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		steps = append(steps, MemberEvents{r, events})
	}
	if len(open) > 0 {
		return nil, refused(o.Together.Command.Name(), open...)
	}
	return steps, nil
}

// to is the command as a member gets it.
func (t *Together) to(id ID) Command {
	if c, decides := t.Command.(RecordDecision); decides {
		c.Brief = t.Briefs[id]
		return c
	}
	return t.Command
}

// numbered is the number of a request, or its id where there is none.
func (r *Request) numbered(id string) string {
	if r.Number == "" {
		return id
	}
	return r.Number
}

// Bundle returns one bundle, or bundle.ErrNotFound.
func (s *Service) Bundle(ctx context.Context, tenant string, id ID) (bundle.Bundle, error) {
	var out bundle.Bundle
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = tx.ChangeBundle(ctx, string(id))
		return err
	})
	return out, err
}

// Bundles returns a page of bundles, newest first; see bundle.Tx.
func (s *Service) Bundles(ctx context.Context, tenant string, q bundle.Query) (page []bundle.Bundle, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = tx.ChangeBundles(ctx, q)
		return err
	})
	return page, next, err
}
