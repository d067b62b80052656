package schedule

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule/level"
)

// model is the plan as package level sees it, under some changes assumed, with
// what it takes to turn a schedule back into dates.
type model struct {
	l       *levelling
	crew    []CrewMember // with those assumed
	problem *level.Problem
	narrow  []int32       // the crew, those with fewest skills first
	needs   [][]staffNeed // of each activity
	stocks  []stock
	draws   [][]draw // of each activity, from stocks
	need    []int64  // earliest starts by what is kept for one activity alone
	left    []string
	kept    map[int32]supplied // when what is kept for one requirement is there
	relaxed bool               // the problem asks for no more than the plan does
}

// needKey is what a person must offer: a skill at a level, in some hours.
type needKey struct {
	skill string
	level int
	hours *Hours
}

// staffNeed is a requirement for people that the dates wait for.
type staffNeed struct {
	k    int32 // number of the requirement
	s    *Staff
	able []int32 // crew who can be given a place at some time, fewest skills first
	// named is set if the search finds people for it; else the grid of slots is
	// too coarse for those there are, or they may change.
	named bool
}

// model translates the plan. Durations are measured on the axis from the wanted
// start: exact where all activities keep to one calendar.
func (l *levelling) model(assume []Relaxation) (*model, error) {
	r := l.r
	count := len(r.activities)
	m := &model{
		l: l, crew: slices.Clip(l.crew), problem: &level.Problem{Activities: make([]level.Activity, count)},
		needs: make([][]staffNeed, count), draws: make([][]draw, count), need: make([]int64, count), relaxed: true,
		kept: make(map[int32]supplied),
	}
	earlier := make(map[string]int)
	for _, x := range assume {
		switch {
		case x.Kind == RelaxPerson:
			m.crew = append(m.crew, x.person(len(m.crew)))
		case x.Kind == RelaxReceipt && x.Days > 0:
			earlier[x.Ref] = max(earlier[x.Ref], x.Days)
		default:
			return nil, &ValidationError{Fields: []Field{{"/assume", "invalid", "must be a person more, or a receipt some days earlier"}}}
		}
	}
	m.materials(earlier)
	for i := range count {
		m.activity(int32(i))
	}
	m.relations()
	m.people()
	m.stockCurves()
	return m, nil
}

// activity translates one activity, but for its people and materials.
func (m *model) activity(i int32) {
	l, r := m.l, m.l.r
	a := &r.net.plan.Activities[i]
	out := &m.problem.Activities[i]
	out.ID = a.ID
	out.Modes = make([]level.Mode, 1)
	start, finish := r.wanted.start[i], r.wanted.finish[i]
	if a.Actual.Done() || start == -never {
		return
	}
	if r.net.work[i] > 0 {
		from := max(start, r.wanted.asOf)
		out.Modes[0].Duration = int((l.at(finish) - l.at(from) + l.slot - 1) / l.slot)
		m.relaxed = m.relaxed && (l.at(finish)-l.at(from))%l.slot == 0
	}
	m.relaxed = m.relaxed && (r.net.work[i] == 0 || r.net.hours[i] == l.only())
	if !r.wanted.free(i) {
		out.Release = l.up(max(start, r.wanted.first))
		out.Fixed, out.Planned = true, out.Release
		m.relaxed = m.relaxed && l.whole(max(start, r.wanted.first))
		return
	}
	at := max(r.wanted.first, instantOr(a.StartBy.NotBefore), m.need[i])
	if t := a.FinishBy.NotBefore; !t.IsZero() {
		at = max(at, r.net.hours[i].sub(instantOf(t), r.net.work[i]))
	}
	out.Release = l.up(at)
	m.relaxed = m.relaxed && l.whole(at)
}

// only returns the calendar that every activity with work keeps to, or nil.
func (l *levelling) only() *Hours {
	var out *Hours
	for i, h := range l.r.net.hours {
		if l.r.net.work[i] == 0 || h == out {
			continue
		}
		if out != nil {
			return nil
		}
		out = h
	}
	return out
}

func (m *model) relations() {
	l := m.l
	for k := range l.r.net.arcs {
		c := &l.r.net.arcs[k]
		from, to := &l.r.net.plan.Activities[c.from], &l.r.net.plan.Activities[c.to]
		if from.Actual.Done() || to.Actual.Done() || !to.Actual.Start.IsZero() || !l.r.wanted.free(c.to) {
			continue
		}
		kind := [...]level.Kind{level.FinishStart, level.StartStart, level.FinishFinish, level.StartFinish}[c.kind]
		at, _ := c.ends(l.r.wanted.start, l.r.wanted.finish)
		lag := 0
		switch shifted := c.shift(at); {
		case c.lag > 0:
			lag = int((l.at(shifted) - l.at(at) + l.slot - 1) / l.slot)
		case c.lag < 0:
			lag = -int((l.at(at) - l.at(shifted)) / l.slot)
		}
		m.relaxed = m.relaxed && (c.lag == 0 || c.hours == l.only() && c.lag%l.slot == 0)
		m.problem.Relations = append(m.problem.Relations, level.Relation{From: int(c.from), To: int(c.to), Kind: kind, Lag: lag})
	}
}

// lowerBound is the open time the plan takes at least.
func (m *model) lowerBound(found level.Result) time.Duration {
	out := int64(0)
	if end, _ := m.l.alone.last(); end < never {
		out = m.l.at(end)
	}
	if m.relaxed {
		out = max(out, int64(found.LowerBound)*m.l.slot)
	}
	return time.Duration(out) * time.Microsecond
}
