package planning

import (
	"context"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
)

// Readiness says whether everything a plan needs is in place, at a status date in
// the past or to come, as far as is known now. What is known of materials and
// people, and what the other plans of the tenant want of materials, is one state
// of affairs. The answer does not change; it must not be changed. Errors:
// register.ErrNotFound, those of schedule.Assess, and *schedule.RefusedError where
// more than MaxNetted plans want material.
func (s *Service) Readiness(ctx context.Context, tenant, plan string, asOf time.Time) (*schedule.Readiness, error) {
	a, err := s.answer(ctx, tenant, plan, asOf)
	if err != nil {
		return nil, err
	}
	return a.readiness, nil
}

// answer works a readiness out, or finds it where nothing has changed since.
func (s *Service) answer(ctx context.Context, tenant, plan string, asOf time.Time) (*answer, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (*answer, error) {
		return s.answerTx(ctx, tx, tenant, plan, asOf)
	})
}

// answerTx is answer inside a View.
func (s *Service) answerTx(ctx context.Context, tx register.Tx, tenant, plan string, asOf time.Time) (*answer, error) {
	asOf = asOf.UTC().Truncate(time.Microsecond)
	n, err := s.network(ctx, tx, tenant, plan)
	if err != nil {
		return nil, err
	}
	m, supplied, err := s.materials(ctx, tx, tenant)
	if err != nil {
		return nil, err
	}
	c, staffed, err := s.crew(ctx, tx, tenant)
	if err != nil {
		return nil, err
	}
	others, stamp, err := wanting(ctx, tx, plan)
	if err != nil {
		return nil, err
	}
	k := planKey{tenant, plan}
	s.kept.mu.Lock()
	old, ok := s.kept.answers.get(k, n.Plan().Rev)
	s.kept.mu.Unlock()
	if ok && old.supply == supplied && old.staff == staffed && old.others == stamp && old.asOf.Equal(asOf) {
		return old, nil
	}
	if m.position, err = s.among(ctx, tx, tenant, others, m.position, asOf); err != nil {
		return nil, err
	}
	r, err := schedule.Assess(n, asOf, schedule.Facts{Supply: m.position, Staff: c.team})
	if err != nil {
		return nil, err
	}
	a := &answer{readiness: r, asOf: asOf, plan: n.Plan().Rev, supply: supplied, staff: staffed, others: stamp, materials: m, crew: c}
	s.kept.mu.Lock()
	s.kept.answers.put(k, a.plan, a)
	s.kept.mu.Unlock()
	return a, nil
}

// EffectOf tells what a revision of a plan would do, before anybody decides it.
func (s *Service) EffectOf(ctx context.Context, tenant, plan string, asOf time.Time, x schedule.Revision) (schedule.Effect, error) {
	r, err := s.Readiness(ctx, tenant, plan, asOf)
	if err != nil {
		return schedule.Effect{}, err
	}
	return r.EffectOf(x)
}
