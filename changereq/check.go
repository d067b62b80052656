package changereq

import (
	"context"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// LifecycleCheck is what is to be said of a definition before anybody lives by
// it.
type LifecycleCheck struct {
	Compiles  bool
	Findings  []lifecycle.Finding // of the definition, all at once
	Old       LifecycleRef        // what it was compared with, if anything
	Changes   []lifecycle.Change  // from the old definition to this one
	Migrates  bool                // whether requests under the old one could be taken to this one
	Migration []lifecycle.Finding // what keeps them from it
}

// CheckLifecycle compiles a definition that need not be one of this office's, and
// compares it with one that is: what changed, and, for another version of the
// same lifecycle, whether requests could migrate. states is as in Migrate. It
// writes nothing. ErrNotFound: there is no such old definition.
func (s *Service) CheckLifecycle(def lifecycle.Definition, old *LifecycleRef, states map[string]string) (LifecycleCheck, error) {
	compiled, findings := Compile(def)
	out := LifecycleCheck{Compiles: compiled != nil, Findings: findings}
	if old == nil {
		return out, nil
	}
	lc, err := s.Lifecycle(*old)
	if err != nil {
		return LifecycleCheck{}, err
	}
	out.Old, out.Changes = lc.Ref(), lifecycle.Diff(lc.def, def)
	if compiled != nil && def.ID == lc.def.ID {
		out.Migration = lifecycle.CheckMigration(lc.def, def, Guards(), states)
		out.Migrates = len(blockers(out.Migration)) == 0
	}
	return out, nil
}

// PolicyCheck is what is to be said of a policy before a request is judged by it.
type PolicyCheck struct {
	Compiles bool
	Findings []approval.Finding // all at once
	Unmet    []Unmet            // what the request it was checked for could never satisfy
}

// CheckPolicy compiles a policy that need not be one of this office's against the
// people who hold its roles and groups now: a quorum that they could not reach is a
// finding. With the id of a request it also says what that one could not satisfy,
// whose applicant, authors and owners are known. It writes nothing.
func (s *Service) CheckPolicy(ctx context.Context, tenant string, p approval.Policy, id ID) (PolicyCheck, error) {
	var r Request
	if id != "" {
		var err error
		if r, err = s.Get(ctx, tenant, id); err != nil {
			return PolicyCheck{}, err
		}
	}
	judge, findings := CompilePolicy(p)
	if judge == nil {
		return PolicyCheck{Findings: findings}, nil
	}
	people, err := s.people(ctx, tenant, judge)
	if err != nil {
		return PolicyCheck{}, err
	}
	staffed, findings := compilePolicy(p, people)
	out := PolicyCheck{Compiles: staffed != nil, Findings: findings}
	if id != "" {
		v := View{Request: &r, Now: Instant(s.cfg.Now()), Policy: judge, People: people}
		out.Unmet = v.shortages()
	}
	return out, nil
}
