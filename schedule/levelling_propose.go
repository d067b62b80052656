package schedule

import (
	"slices"
	"time"
)

// CauseStaff is the cause of a move that comes from people: those who qualify
// are at work elsewhere, away, or not qualified yet.
const CauseStaff CauseKind = "staff"

// ProposeLevelled turns a levelled plan into a proposal for Accept: a move for
// each activity that comes to lie elsewhere than planned, with the root of it
// taken from the bounds, and the relaxations that would let the plan end earlier.
// Errors: those of Check.
func (r *Readiness) ProposeLevelled(x *Levelled) (Proposal, error) {
	n := r.net
	if err := Check(n, r.asOf, x.Dates); err != nil {
		return Proposal{}, err
	}
	l := newLevelling(r, nil, time.Hour)
	d := *l.alone
	d.start, d.finish = make([]int64, len(x.Dates)), make([]int64, len(x.Dates))
	for i, y := range x.Dates {
		d.start[i], d.finish[i] = instantOf(y.Start), instantOf(y.Finish)
	}
	t := &Timetable{dating: d}
	out := Proposal{
		Plan: n.plan.ID, BaseRev: n.plan.Rev, AsOf: r.asOf, Findings: t.Findings(),
		Relaxed: slices.Clone(x.Relaxed), After: t.Finish(),
	}
	roots := levelledRoots{t: t, alone: reasons{t: &Timetable{dating: *l.alone}, known: make(map[int32]Cause)}, of: make(map[string][]Bound)}
	for _, b := range x.Bounds {
		roots.of[b.Activity] = append(roots.of[b.Activity], b)
	}
	for i := range n.plan.Activities {
		a := &n.plan.Activities[i]
		if a.Planned.Finish.After(out.Before) {
			out.Before = a.Planned.Finish
		}
		if !a.Actual.Done() && a.Actual.Start.IsZero() && t.moved(int32(i)) {
			out.Moves = append(out.Moves, roots.move(int32(i)))
		}
	}
	return out, nil
}

// levelledRoots traces the moves of a levelled plan to their roots.
type levelledRoots struct {
	t     *Timetable
	alone reasons // by relations and bounds alone
	of    map[string][]Bound
}

func (r *levelledRoots) move(i int32) Move {
	n := r.t.net
	a := &n.plan.Activities[i]
	m := Move{
		Activity: a.ID, Old: a.Planned, New: Dates{timeAt(r.t.start[i]), timeAt(r.t.finish[i])}, Zone: ZoneFree,
		Notice: time.Duration(r.t.start[i]-r.t.asOf) * time.Microsecond,
	}
	if a.Planned.IsZero() {
		m.Zone = ZoneNew
	} else {
		m.Notice = min(m.Notice, a.Planned.Start.Sub(timeAt(r.t.asOf)))
		if n.frozen(a, timeAt(r.t.asOf)) {
			m.Zone = ZoneFrozen
		}
	}
	m.Via, m.Cause = r.cause(i)
	return m
}

// cause follows the first bound of an activity while it is a relation: a plan has
// no cycles, so it ends at something else.
func (r *levelledRoots) cause(i int32) (via string, c Cause) {
	n := r.t.net
	for {
		id := n.plan.Activities[i].ID
		held := r.of[id]
		if len(held) == 0 {
			c = r.alone.cause(i)
			if via == "" && c.Activity != id && r.t.driver[i] >= 0 {
				via = n.plan.Activities[n.arcs[r.t.driver[i]].from].ID
			}
			return via, c
		}
		switch b := held[0]; b.Kind {
		case BoundRelation:
			if via == "" {
				via = b.From
			}
			i = n.index[b.From]
		case BoundPerson, BoundAbsence:
			return via, Cause{Kind: CauseStaff, Activity: id, Relation: -1, Text: b.Text}
		case BoundReceipt, BoundPrerequisite:
			return via, Cause{Kind: CauseRequirement, Activity: id, Relation: -1, Text: b.Text}
		}
	}
}
