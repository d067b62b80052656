package schedule

import (
	"cmp"
	"slices"

	"github.com/coordkit/coordkit/schedule/level"
)

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
