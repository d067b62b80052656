package changereq

import (
	"context"
	"fmt"
)

// judging checks what risks and present values are judged by, and what is
// promised.
func (c *Config) judging() error {
	if err := c.Telling.validate(); err != nil {
		return err
	}
	if c.Discount < 0 || c.Discount > maxRate {
		return fmt.Errorf("%w: a discount of %d basis points a year is not between 0 and %d", ErrInvalid, c.Discount, maxRate)
	}
	if c.Matrix != nil {
		return c.Matrix.Validate()
	}
	return nil
}

// lookUpImpact asks the ports about items and revisions as far as the command
// needs their answers.
func (s *Service) lookUpImpact(ctx context.Context, r *Request, o Order, env Env) (Env, error) {
	var err error
	switch c := o.Command.(type) {
	case TraceUses, IssueBrief:
		env.Uses, err = s.findUses(ctx, o.Tenant, r)
	case RecordDecision:
		if c.Verdict.Approves() { // refusing waits for nobody's bill of materials
			env.Uses, err = s.findUses(ctx, o.Tenant, r)
		}
	case Move:
		if lc := s.lifecycles[r.Lifecycle]; lc != nil && lc.asks(r.State, c.Event, guardDispositioned) {
			env.Uses, err = s.findUses(ctx, o.Tenant, r)
		}
	case AskPlan:
		env.PlanEffect, err = s.askPlan(ctx, o.Tenant, r)
	case Rebase:
		if s.cfg.Heads != nil {
			env.Heads, err = s.cfg.Heads(ctx, o.Tenant, []ItemID{c.Item})
		}
	case VerifyResult:
		env.Revisions, err = s.findRevisions(ctx, o.Tenant, r, c.Item)
	}
	return env, err
}

// findUses is nil when nobody knows what uses an item.
func (s *Service) findUses(ctx context.Context, tenant string, r *Request) (*Uses, error) {
	if s.cfg.WhereUsed == nil {
		return nil, nil //nolint:nilnil // nil is the answer that nobody knows
	}
	found, err := FindUses(&r.Content, func(items []ItemID) (map[ItemID][]ItemID, error) {
		return s.cfg.WhereUsed(ctx, tenant, items)
	})
	return &found, err
}

// findRevisions asks for the resulting revision of an item and for its base.
func (s *Service) findRevisions(ctx context.Context, tenant string, r *Request, item ItemID) (map[RevisionRef]Revision, error) {
	a, x := r.Content.affected(item), r.result(item)
	if s.cfg.Revisions == nil || a == nil || x == nil {
		return nil, nil //nolint:nilnil // there is nothing to ask
	}
	refs := []RevisionRef{{Item: item, Revision: x.Revision}}
	if a.Base != "" {
		refs = append(refs, RevisionRef{Item: item, Revision: a.Base})
	}
	known, err := s.cfg.Revisions(ctx, tenant, refs)
	if known == nil {
		known = map[RevisionRef]Revision{} // asked, and nothing is known
	}
	return known, err
}

// Unauthorised runs the reverse audit on revisions: it reads the histories of
// the requests they cite and judges each; see the function Unauthorised. A
// request that does not exist is one of the findings, no error.
func (s *Service) Unauthorised(ctx context.Context, tenant string, revisions []Revision) ([]AuditFinding, error) {
	var histories map[ID][]Event
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		histories = make(map[ID][]Event)
		for _, rev := range revisions {
			for _, id := range rev.Cites {
				if _, known := histories[id]; known || !ValidID(string(id)) {
					continue
				}
				history, err := wholeHistory(ctx, tx, id)
				if err != nil {
					return err
				}
				histories[id] = history
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return Unauthorised(revisions, histories), nil
}

func wholeHistory(ctx context.Context, tx Tx, id ID) ([]Event, error) {
	var out []Event
	for after, more := int64(0), true; more; more = after != 0 {
		page, next, err := tx.ChangeRequestEvents(ctx, id, after, MaxLimit)
		if err != nil {
			return nil, err
		}
		out, after = append(out, page...), next
	}
	return out, nil
}
