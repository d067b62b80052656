package planning

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

// Terms are what a proposal was asked for.
type Terms struct {
	AsOf   time.Time `json:"as_of"`
	PullIn bool      `json:"pull_in,omitempty"`
	Move   []string  `json:"move,omitempty"` // frozen activities that may move
	// WaitForSupplies keeps activities from beginning before what they need can
	// be there. The dates are those known when the proposal is made.
	WaitForSupplies bool             `json:"wait_for_supplies,omitempty"`
	Floors          []schedule.Floor `json:"floors,omitempty"` // filled in then; and those that are given
}

// ProposalState says what became of a proposal.
type ProposalState string

// The states of a proposal. One whose plan has moved on is never accepted.
const (
	ProposalOpen     ProposalState = "open"
	ProposalAccepted ProposalState = "accepted"
)

// proposed is the sheet of a proposal. The moves are not in it: they follow from
// the plan at its revision, and Digest says that they are the same.
type proposed struct {
	Plan     string        `json:"plan"`
	BaseRev  int64         `json:"base_rev"`
	Terms    Terms         `json:"terms"`
	Digest   string        `json:"digest"`
	Moves    int           `json:"moves"`
	State    ProposalState `json:"state"`
	By       string        `json:"by"`
	At       time.Time     `json:"at"`
	Accepted string        `json:"accepted,omitempty"` // by whom
}

func proposalBook() register.Register[proposed] {
	return register.Register[proposed]{Book: BookProposal, Keys: func(p proposed) []register.Key {
		return []register.Key{{Name: "plan", Value: p.Plan}}
	}}
}

// Proposal is a proposal as it is kept, with its moves as long as the plan has not
// moved on.
type Proposal struct {
	ID    string
	Rev   int64
	Plan  string
	Base  int64 // revision of the plan it was made for
	Terms Terms
	State ProposalState
	Stale bool // the plan has moved on: ask for a new one
	By    string
	At    time.Time
	Count int // of moves
	Moves schedule.Proposal
}

// digest is that of the moves of a proposal.
func digest(p *schedule.Proposal) (string, error) {
	b, err := json.Marshal(p.Moves)
	if err != nil {
		return "", fmt.Errorf("planning: proposal: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// propose works the moves out.
func (t *Terms) propose(p *schedule.Plan) (schedule.Proposal, error) {
	n, err := schedule.Compile(p)
	if err != nil {
		return schedule.Proposal{}, err
	}
	return schedule.Propose(n, t.AsOf, schedule.ProposeOptions{PullIn: t.PullIn, Move: t.Move, Floors: t.Floors})
}

// Propose asks what would have to move and keeps the proposal under an id. rev is
// the revision of the plan that was seen, 0 for whatever there is. A plan at
// another revision is *schedule.ConflictError, an id that is taken
// register.ErrConflict.
func (s *Service) Propose(ctx context.Context, tenant, by, id, plan string, rev int64, t Terms) (Proposal, error) {
	stamp := s.Stamp(by)
	t, err := s.Settle(ctx, tenant, plan, t)
	if err != nil {
		return Proposal{}, err
	}
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (Proposal, error) {
		return s.ProposeTx(ctx, tx, stamp, id, plan, rev, t)
	})
}

// Settle fills in what a proposal waits for: the earliest dates at which what is
// late can be there, as they are known now.
func (s *Service) Settle(ctx context.Context, tenant, plan string, t Terms) (Terms, error) {
	t.AsOf = t.AsOf.UTC().Truncate(time.Microsecond)
	if !t.WaitForSupplies {
		return t, nil
	}
	r, err := s.Readiness(ctx, tenant, plan, t.AsOf)
	if err != nil {
		return t, err
	}
	t.Floors = append(r.Floors(), t.Floors...)
	return t, nil
}

// ProposeTx is Propose inside the caller's transaction, with terms that Settle
// has filled in.
func (s *Service) ProposeTx(ctx context.Context, tx register.Tx, stamp Stamp, id, plan string, rev int64, t Terms) (Proposal, error) {
	if err := stamp.check(); err != nil {
		return Proposal{}, err
	}
	row, err := headBook().Get(ctx, tx, plan)
	if err != nil {
		return Proposal{}, err
	}
	if rev != 0 && rev != row.Rev {
		return Proposal{}, &schedule.ConflictError{Plan: plan, Have: row.Rev, Want: rev}
	}
	p, err := loadPlan(ctx, tx, &row)
	if err != nil {
		return Proposal{}, err
	}
	moves, err := t.propose(p)
	if err != nil {
		return Proposal{}, err
	}
	sum, err := digest(&moves)
	if err != nil {
		return Proposal{}, err
	}
	kept := register.Row[proposed]{ID: id, Value: proposed{
		Plan: plan, BaseRev: row.Rev, Terms: t, Digest: sum, Moves: len(moves.Moves), State: ProposalOpen, By: stamp.By, At: stamp.At,
	}}
	ev, err := stamp.event("proposed", kept.Value)
	if err != nil {
		return Proposal{}, err
	}
	if kept, err = proposalBook().Put(ctx, tx, kept, ev); err != nil {
		return Proposal{}, err
	}
	return shown(&kept, row.Rev, moves), nil
}

func shown(row *register.Row[proposed], rev int64, moves schedule.Proposal) Proposal {
	x := &row.Value
	return Proposal{
		ID: row.ID, Rev: row.Rev, Plan: x.Plan, Base: x.BaseRev, Terms: x.Terms, State: x.State,
		Stale: x.State == ProposalOpen && rev != x.BaseRev, By: x.By, At: x.At, Count: x.Moves, Moves: moves,
	}
}

// Proposal returns a proposal, or register.ErrNotFound.
func (s *Service) Proposal(ctx context.Context, tenant, id string) (Proposal, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (Proposal, error) {
		row, err := proposalBook().Get(ctx, tx, id)
		if err != nil {
			return Proposal{}, err
		}
		n, err := s.network(ctx, tx, tenant, row.Value.Plan)
		if err != nil {
			return Proposal{}, err
		}
		var moves schedule.Proposal
		if n.Plan().Rev == row.Value.BaseRev {
			if moves, err = row.Value.Terms.propose(n.Plan()); err != nil {
				return Proposal{}, err
			}
		}
		return shown(&row, n.Plan().Rev, moves), nil
	})
}

// Proposals returns a page of the proposals of a plan, by id, without their moves.
func (s *Service) Proposals(ctx context.Context, tenant, plan, after string, limit int) (page []Proposal, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		page = nil
		head, err := headBook().Get(ctx, tx, plan)
		if err != nil {
			return err
		}
		rows, more, err := proposalBook().List(ctx, tx, register.Query{Key: "plan", After: after, Limit: limit}.Only(plan))
		for i := range rows {
			page = append(page, shown(&rows[i], head.Rev, schedule.Proposal{}))
		}
		next = more
		return err
	})
	return page, next, err
}

// AcceptProposal makes a proposal the plan and returns the plan. confirm names
// every frozen activity that it moves. Errors: *schedule.ConflictError if the plan
// has moved on; *schedule.RefusedError for frozen activities that are not
// confirmed, and for a proposal that is accepted already.
func (s *Service) AcceptProposal(ctx context.Context, tenant, by, id string, rev int64, confirm []string) (schedule.Plan, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (schedule.Plan, error) {
		return s.AcceptProposalTx(ctx, tx, stamp, id, rev, confirm)
	})
}

// AcceptProposalTx is AcceptProposal inside the caller's transaction.
func (s *Service) AcceptProposalTx(ctx context.Context, tx register.Tx, stamp Stamp, id string, rev int64, confirm []string) (schedule.Plan, error) {
	none := schedule.Plan{}
	if err := stamp.check(); err != nil {
		return none, err
	}
	row, err := proposalBook().Get(ctx, tx, id)
	if err != nil {
		return none, err
	}
	if err := seen(&row, BookProposal, rev); err != nil {
		return none, err
	}
	x := &row.Value
	if x.State != ProposalOpen {
		return none, &schedule.RefusedError{Command: "accept", Unmet: []schedule.Unmet{{Condition: "state", Ref: id, Text: fmt.Sprintf("proposal %q was accepted by %s", id, x.Accepted)}}}
	}
	head, err := headBook().Get(ctx, tx, x.Plan)
	if err != nil {
		return none, err
	}
	if head.Rev != x.BaseRev {
		return none, &schedule.ConflictError{Plan: x.Plan, Have: head.Rev, Want: x.BaseRev}
	}
	p, err := loadPlan(ctx, tx, &head)
	if err != nil {
		return none, err
	}
	moves, err := x.Terms.propose(p)
	if err != nil {
		return none, err
	}
	if sum, err := digest(&moves); err != nil || sum != x.Digest {
		return none, &schedule.RefusedError{Command: "accept", Unmet: []schedule.Unmet{{Condition: "digest", Ref: id, Text: "the moves are not those that were proposed: ask for a new proposal"}}}
	}
	plan, err := s.DoTx(ctx, tx, stamp, x.Plan, x.BaseRev, plans.Accept{Proposal: moves, Confirm: confirm})
	if err != nil {
		return none, err
	}
	x.State, x.Accepted = ProposalAccepted, stamp.By
	ev, err := stamp.event("accepted", map[string]any{"plan": x.Plan, "rev": plan.Rev, "confirmed": confirm})
	if err != nil {
		return none, err
	}
	if _, err := proposalBook().Put(ctx, tx, row, ev); err != nil {
		return none, err
	}
	return plan, nil
}
