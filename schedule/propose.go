package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Zone says how near an activity is when a move of it is proposed.
type Zone string

// The zones of a proposal.
const (
	ZoneFrozen Zone = "frozen" // planned to begin within the plan's frozen horizon
	ZoneFree   Zone = "free"
	ZoneNew    Zone = "new" // had no dates yet
)

// Floor is an earliest start that comes from outside the plan, such as a late
// receipt, with the fact behind it.
type Floor struct {
	Activity string    `json:"activity,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Text     string    `json:"text,omitzero"`
}

// ProposeOptions steers Propose. The zero value moves what has to move, later,
// and nothing else.
type ProposeOptions struct {
	// PullIn lets activities also move earlier than they are planned.
	PullIn bool `json:"pull_in,omitzero"`
	// Move names activities that may move although they are frozen.
	Move []string `json:"move,omitzero"`
	// Floors are earliest starts from outside, for example of Readiness.Floors.
	Floors []Floor `json:"floors,omitzero"`
}

// Proposal is a change of a plan's dates that nobody has accepted yet. Without
// moves it says: keep the plan.
type Proposal struct {
	Plan     string
	BaseRev  int64 // of the plan it was made for
	AsOf     time.Time
	Named    []string // frozen activities that may move
	Moves    []Move   // in the order of the plan
	Findings []Finding
	Relaxed  []Relaxation // of a levelled plan: single changes that would let it end earlier
	Before   time.Time    // end of the plan as it is; zero if nothing was planned
	After    time.Time    // end of the plan as proposed
}

// Keep reports whether the proposal is to leave the plan as it is.
func (p Proposal) Keep() bool { return len(p.Moves) == 0 }

// Move is a change of the dates of one activity, with one root cause.
type Move struct {
	Activity string        `json:"activity,omitzero"`
	Old      Dates         `json:"old,omitzero"` // Old is zero for an activity that had none
	New      Dates         `json:"new,omitzero"` // Old is zero for an activity that had none
	Zone     Zone          `json:"zone,omitzero"`
	Notice   time.Duration `json:"notice,omitzero"` // elapsed from the status date to the nearer of both starts; negative if it has passed
	Via      string        `json:"via,omitzero"`    // the activity whose move hands this one on; empty if the cause is its own
	Cause    Cause         `json:"cause,omitzero"`
}

// Cause is the fact at the root of a move.
type Cause struct {
	Kind     CauseKind `json:"kind,omitzero"`
	Activity string    `json:"activity,omitzero"` // where the chain of moves begins
	Relation int       `json:"relation,omitzero"` // index into the relations of the plan; -1 if it is none
	Text     string    `json:"text,omitzero"`
}

// CauseKind is a class of cause.
type CauseKind string

// The kinds of cause. Those of a driver say that the driver holds the start.
const (
	CauseNew         CauseKind = "new"      // the activity had no dates
	CauseWork        CauseKind = "work"     // duration, effort, calendar or remaining work
	CauseRelation    CauseKind = "relation" // a relation or its lag, the other activity staying as it was
	CauseActual      CauseKind = "actual"   // began or finished otherwise than planned
	CauseStatusDate  CauseKind = "status-date"
	CausePlanStart   CauseKind = "plan-start"
	CauseBound       CauseKind = "bound"
	CauseRequirement CauseKind = "requirement"
	CauseManual      CauseKind = "manual" // a manual activity stands elsewhere than the relation's date was
	CausePull        CauseKind = "pull"   // nothing holds it back any more
	CauseAsLate      CauseKind = "as-late"
)

// Propose works out what the dates should be and lists what would move, each
// with its root cause. Manual activities never move, frozen ones only if named
// or if their planned start has passed; both are findings where they cannot
// hold. Errors: those of CriticalPath, and a *ValidationError for names and
// floors the plan does not know.
func Propose(n *Network, asOf time.Time, o ProposeOptions) (Proposal, error) {
	if !known(asOf) {
		return Proposal{}, &ValidationError{Fields: []Field{{"/as_of", "out_of_range", "lies outside the years 1900 to 2200"}}}
	}
	d, texts, err := n.proposal(asOf, o)
	if err != nil {
		return Proposal{}, err
	}
	t, err := d.timetable()
	if err != nil {
		return Proposal{}, err
	}
	out := Proposal{Plan: n.plan.ID, BaseRev: n.plan.Rev, AsOf: asOf, Named: slices.Clone(o.Move), Findings: t.Findings(), After: t.Finish()}
	r := reasons{t: t, floors: texts, known: make(map[int32]Cause)}
	for i := range n.plan.Activities {
		a := &n.plan.Activities[i]
		if a.Planned.Finish.After(out.Before) {
			out.Before = a.Planned.Finish
		}
		if a.Actual.Done() || !t.moved(int32(i)) || !a.Actual.Start.IsZero() {
			continue
		}
		out.Moves = append(out.Moves, r.move(int32(i)))
	}
	return out, nil
}

// proposal sets up the dating of a proposal.
func (n *Network) proposal(asOf time.Time, o ProposeOptions) (*dating, map[int32]string, error) {
	var f Faults
	d := n.newDating(asOf)
	count := len(n.plan.Activities)
	d.pinned, d.need, d.floor = make([]bool, count), make([]int64, count), make([]int64, count)
	for i := range n.plan.Activities {
		a := &n.plan.Activities[i]
		d.need[i], d.floor[i] = -never, -never
		if !a.Planned.IsZero() && !o.PullIn {
			d.floor[i] = instantOf(a.Planned.Start)
		}
		d.pinned[i] = n.frozen(a, asOf) && !a.Planned.Start.Before(asOf)
	}
	for k, id := range o.Move {
		i, ok := n.index[id]
		if !ok {
			f.Addf(fmt.Sprintf("/move/%d", k), "unknown", "names no activity of the plan: %q", id)
			continue
		}
		d.pinned[i] = false
	}
	texts := make(map[int32]string)
	for k, x := range o.Floors {
		i, ok := n.index[x.Activity]
		if !ok || !known(x.At) {
			f.Addf(fmt.Sprintf("/floors/%d", k), "invalid", "needs an activity of the plan and a date of the years 1900 to 2200")
			continue
		}
		if at := instantOf(x.At); at > d.need[i] {
			d.need[i], texts[i] = at, x.Text
		}
	}
	return d, texts, f.Err()
}

// frozen reports whether an activity is planned to begin inside the horizon.
func (n *Network) frozen(a *Activity, asOf time.Time) bool {
	return n.plan.Frozen > 0 && a.Actual.Start.IsZero() && !a.Actual.Done() && !a.Planned.IsZero() &&
		a.Planned.Start.Before(asOf.Add(n.plan.Frozen))
}

// moved reports whether an activity comes to lie elsewhere than planned.
func (t *Timetable) moved(i int32) bool {
	a := &t.net.plan.Activities[i]
	return a.Planned.IsZero() || t.start[i] != instantOf(a.Planned.Start) || t.finish[i] != instantOf(a.Planned.Finish)
}

// reasons traces moves to their roots. A root is worked out once.
type reasons struct {
	t      *Timetable
	floors map[int32]string
	known  map[int32]Cause
}

func (r *reasons) move(i int32) Move {
	t := r.t
	a := &t.net.plan.Activities[i]
	m := Move{
		Activity: a.ID, Old: a.Planned, New: Dates{timeAt(t.start[i]), timeAt(t.finish[i])},
		Zone: ZoneFree, Notice: time.Duration(t.start[i]-t.asOf) * time.Microsecond, Cause: r.cause(i),
	}
	switch {
	case a.Planned.IsZero():
		m.Zone = ZoneNew
	case t.net.frozen(a, timeAt(t.asOf)):
		m.Zone = ZoneFrozen
	}
	if !a.Planned.IsZero() {
		m.Notice = min(m.Notice, a.Planned.Start.Sub(timeAt(t.asOf)))
	}
	if m.Cause.Activity != a.ID {
		m.Via = t.net.plan.Activities[t.net.arcs[t.driver[i]].from].ID
	}
	return m
}

// cause follows drivers while what drives has moved itself.
func (r *reasons) cause(i int32) Cause {
	var chain []int32
	at := i
	for {
		if c, ok := r.known[at]; ok {
			return r.keep(chain, c)
		}
		chain = append(chain, at)
		c, from := r.own(at)
		if from < 0 {
			return r.keep(chain, c)
		}
		at = from
	}
}

func (r *reasons) keep(chain []int32, c Cause) Cause {
	for _, i := range chain {
		r.known[i] = c
	}
	return c
}

// own returns the cause that lies with an activity itself, or the moved
// activity that hands its move on.
func (r *reasons) own(i int32) (c Cause, from int32) {
	t := r.t
	a := &t.net.plan.Activities[i]
	c = Cause{Activity: a.ID, Relation: -1}
	driver := t.driver[i]
	switch {
	case !a.Actual.Start.IsZero():
		c.Kind, c.Text = CauseActual, fmt.Sprintf("%s began %s and finishes %s", a.ID, stamp(t.start[i]), stamp(t.finish[i]))
	case driver == drivenByManual || driver == drivenByFrozen:
		c.Kind, c.Text = CauseManual, fmt.Sprintf("%s is held from %s to %s", a.ID, stamp(t.start[i]), stamp(t.finish[i]))
	case !a.Planned.IsZero() && t.start[i] == instantOf(a.Planned.Start):
		c.Kind, c.Text = CauseWork, fmt.Sprintf("%s now takes %v of open time and finishes %s", a.ID, time.Duration(t.net.work[i])*time.Microsecond, stamp(t.finish[i]))
	case driver >= 0:
		arc := &t.net.arcs[driver]
		if from := arc.from; t.moved(from) {
			return c, from
		}
		c.Kind, c.Relation = CauseRelation, int(driver)
		c.Text = fmt.Sprintf("%s of %s, lag %v, holds %s", arc.kind, t.net.plan.Activities[arc.from].ID, time.Duration(arc.lag)*time.Microsecond, a.ID)
	default:
		c.Kind, c.Text = r.bound(i, a, driver)
	}
	return c, -1
}

func (r *reasons) bound(i int32, a *Activity, driver int32) (CauseKind, string) {
	at := stamp(r.t.start[i])
	switch driver {
	case drivenByRequirement:
		return CauseRequirement, r.floors[i]
	case drivenByPlanned:
		return CauseWork, fmt.Sprintf("a calendar of %s is closed where it was planned; it begins %s", a.ID, at)
	case drivenByStatusDate:
		if a.Planned.IsZero() {
			return CauseNew, a.ID + " had no dates"
		}
		if r.t.start[i] < instantOf(a.Planned.Start) {
			return CausePull, fmt.Sprintf("nothing holds %s back any more", a.ID)
		}
		return CauseStatusDate, fmt.Sprintf("%s has not begun by %s", a.ID, stamp(r.t.asOf))
	case drivenByPlanStart:
		return CausePlanStart, fmt.Sprintf("%s cannot begin before the plan, %s", a.ID, at)
	case drivenByStartBound, drivenByFinishBound:
		return CauseBound, fmt.Sprintf("a bound of %s sets %s", a.ID, at)
	case drivenByAsLate:
		return CauseAsLate, fmt.Sprintf("%s is wanted as late as possible, %s", a.ID, at)
	}
	return CausePull, fmt.Sprintf("nothing holds %s back any more", a.ID)
}
