package schedule

import (
	"cmp"
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

// people numbers the skills asked for, lists who has them when, and gives the
// activities their needs.
func (m *model) people() {
	numbers := make(map[needKey]int)
	var keys []needKey
	var held [][][]level.Window // by key and member
	m.narrow = make([]int32, len(m.crew))
	for i := range m.narrow {
		m.narrow[i] = int32(i)
	}
	slices.SortStableFunc(m.narrow, func(a, b int32) int { return cmp.Compare(len(m.crew[a].Skills), len(m.crew[b].Skills)) })
	for i := range m.needs {
		mode := &m.problem.Activities[i].Modes[0]
		if mode.Duration == 0 {
			continue
		}
		for k := m.l.r.first[i]; k < m.l.r.first[i+1]; k++ {
			s := m.l.r.requirement(k).Staff
			if s == nil {
				continue
			}
			key := needKey{s.Skill, s.Level, m.l.r.net.hours[i]}
			n, known := numbers[key]
			if !known {
				n = len(keys)
				numbers[key] = n
				keys = append(keys, key)
				held = append(held, m.hold(key))
			}
			q := staffNeed{k: k, s: s, able: m.able(int32(i), key, s)}
			if len(q.able) < s.Count {
				m.left = append(m.left, m.l.r.id(k))
				continue
			}
			switch {
			case s.Handover:
				mode.Uses = shift(mode.Uses, n, s.Count)
			case meets(held[n], mode.Duration, s.Count):
				q.named = true
				mode.Staff = append(mode.Staff, level.Assignee{Skill: n, People: s.Count})
			}
			m.needs[i] = append(m.needs[i], q)
		}
	}
	m.problem.People = crewOf(m.crew, held)
	m.handovers(held)
}

// hold returns the slots in which each of the crew holds a skill and is there.
func (m *model) hold(key needKey) [][]level.Window {
	out := make([][]level.Window, len(m.crew))
	for who := range m.crew {
		times, exact := m.l.times(&m.crew[who], key)
		out[who] = times
		m.relaxed = m.relaxed && exact
	}
	return out
}

// able lists who can be given a place in an activity: they have the skill, and
// are there for as long as it takes at some time, unless they may change.
func (m *model) able(i int32, key needKey, s *Staff) []int32 {
	var out []int32
	for _, who := range m.narrow {
		c := &m.crew[who]
		has := func(y CrewSkill) bool { return y.Name == s.Skill && y.Level >= s.Level }
		if slices.ContainsFunc(c.Skills, has) && (s.Handover || m.l.missing(key.hours, c.Hours).longest >= m.l.r.net.work[i]) {
			out = append(out, who)
		}
	}
	return out
}

// shift notes that a mode uses people who may change: so many of the heads that
// are there, as of any resource. The resource is numbered like the skill.
func shift(uses []int, skill, heads int) []int {
	for len(uses) <= skill {
		uses = append(uses, 0)
	}
	uses[skill] += heads
	return uses
}

// crewOf lists the people with the skills they hold throughout or at times.
func crewOf(crew []CrewMember, held [][][]level.Window) []level.Person {
	out := make([]level.Person, len(crew))
	for who := range crew {
		out[who].ID = crew[who].ID
		for n := range held {
			for _, w := range held[n][who] {
				if w.From == 0 && w.To == level.MaxSlot {
					out[who].Skills = append(out[who].Skills, n)
				} else {
					out[who].Terms = append(out[who].Terms, level.Term{Skill: n, From: w.From, To: w.To})
				}
			}
		}
	}
	return out
}

// meets reports whether so many hold a skill for so long at any one time.
func meets(held [][]level.Window, duration, heads int) bool {
	type change struct{ slot, by int }
	var list []change
	for _, times := range held {
		for _, w := range times {
			if w.From+duration <= w.To {
				list = append(list, change{w.From, 1}, change{w.To - duration + 1, -1})
			}
		}
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.by, b.by)) })
	there := 0
	for _, x := range list {
		if there += x.by; there >= heads {
			return true
		}
	}
	return heads <= 0
}

// handovers makes a resource of the heads that hold each skill, for the needs
// that allow others to go on. That those heads may be wanted by name elsewhere is
// left to the dating.
func (m *model) handovers(held [][][]level.Window) {
	used := 0
	for i := range m.problem.Activities {
		used = max(used, len(m.problem.Activities[i].Modes[0].Uses))
	}
	for n := range held[:used] {
		change := make(map[int]int)
		for _, times := range held[n] {
			for _, w := range times {
				change[w.From]++
				change[w.To]--
			}
		}
		res, heads := level.Resource{ID: "handover"}, 0
		slots := make([]int, 0, len(change))
		for slot := range change {
			if slot < level.MaxSlot {
				slots = append(slots, slot)
			}
		}
		slices.Sort(slots)
		for _, slot := range slots {
			heads += change[slot]
			res.Steps = append(res.Steps, level.Step{Slot: slot, Quantity: heads})
		}
		m.problem.Resources = append(m.problem.Resources, res)
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
