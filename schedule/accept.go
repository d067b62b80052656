package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Accepted is the event that a proposal became the plan.
type Accepted struct {
	Plan string    `json:"plan,omitzero"`
	Rev  int64     `json:"rev,omitzero"` // of the plan afterwards
	At   time.Time `json:"at,omitzero"`
	By   string    `json:"by,omitzero"`
	AsOf time.Time `json:"as_of,omitzero"` // the status date the proposal was made for
	// Moves carry the old and new dates with their causes, so that every date
	// of the plan can be traced to the event that set it.
	Moves []Move `json:"moves,omitzero"`
}

// Accept turns a proposal into the event that it was accepted. A proposal to
// keep the plan gives no event. Errors: *ConflictError if the plan has moved on
// since it was proposed; *RefusedError if a frozen or manual activity would move
// without being named, or if the dates break a rule of the plan.
func Accept(p *Plan, x Proposal, by string, at time.Time) ([]Accepted, error) {
	if x.Plan != p.ID || x.BaseRev != p.Rev {
		return nil, &ConflictError{Plan: p.ID, Have: p.Rev, Want: x.BaseRev}
	}
	n, err := Compile(p)
	if err != nil {
		return nil, err
	}
	var unmet []Unmet
	for _, m := range x.Moves {
		i, ok := n.index[m.Activity]
		if !ok {
			unmet = append(unmet, Unmet{"unchecked", m.Activity, fmt.Sprintf("the plan has no activity %q", m.Activity)})
			continue
		}
		a := &p.Activities[i]
		switch {
		case a.Manual:
			unmet = append(unmet, Unmet{"manual", a.ID, a.ID + " is manual: change its planned dates by hand"})
		case a.Actual.Done() || !a.Actual.Start.IsZero():
			unmet = append(unmet, Unmet{"actual", a.ID, a.ID + " has begun: its dates are facts"})
		case n.frozen(a, x.AsOf) && !slices.Contains(x.Named, a.ID):
			unmet = append(unmet, Unmet{"frozen", a.ID, a.ID + " is planned within the frozen horizon: name it to move it"})
		case !m.Old.Start.Equal(a.Planned.Start) || !m.Old.Finish.Equal(a.Planned.Finish):
			return nil, &ConflictError{Plan: p.ID, Have: p.Rev, Want: x.BaseRev}
		}
	}
	if len(unmet) > 0 {
		return nil, &RefusedError{Command: "accept", Unmet: unmet}
	}
	if x.Keep() {
		return nil, nil
	}
	e := Accepted{Plan: p.ID, Rev: p.Rev + 1, At: at, By: by, AsOf: x.AsOf, Moves: slices.Clone(x.Moves)}
	if err := n.checkMoves(x); err != nil {
		return nil, &RefusedError{Command: "accept", Unmet: []Unmet{{"unchecked", "", err.Error()}}}
	}
	return []Accepted{e}, nil
}

// checkMoves checks the moved activities at their new dates among the others
// at theirs. Those under way count with what remains of them.
func (n *Network) checkMoves(x Proposal) error {
	d := n.newDating(x.AsOf)
	d.pinned = make([]bool, len(d.start))
	moved := make(map[int32]Dates, len(x.Moves))
	for _, m := range x.Moves {
		moved[n.index[m.Activity]] = m.New
	}
	for i := range d.pinned {
		d.pinned[i] = !n.plan.Activities[i].Planned.IsZero()
	}
	for _, i := range n.order {
		if m, ok := moved[i]; ok {
			d.start[i], d.finish[i] = instantOf(m.Start), instantOf(m.Finish)
			continue
		}
		d.place(i)
	}
	for _, i := range n.order {
		if _, ok := moved[i]; ok {
			if err := n.checkOne(d.asOf, i, d.start, d.finish); err != nil {
				return err
			}
		}
	}
	return nil
}

// Evolve returns the plan as it is after an event. The plan given stays as it was.
func Evolve(p Plan, e Accepted) Plan {
	at := make(map[string]int, len(p.Activities))
	for i := range p.Activities {
		at[p.Activities[i].ID] = i
	}
	p.Rev = e.Rev
	p.Activities = slices.Clone(p.Activities)
	for _, m := range e.Moves {
		if i, ok := at[m.Activity]; ok {
			p.Activities[i].Planned = m.New
		}
	}
	return p
}
