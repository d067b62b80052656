package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule/level"
)

// levelling is one plan on its way through the search.
type levelling struct {
	r      *Readiness
	crew   []CrewMember
	slot   int64
	axis   []span  // hours in which anything is open
	before []int64 // open time of the axis before each span
	alone  *dating // by relations and bounds alone
	absent map[pairOfHours]*absence
}

// absence is when a person is not there while work goes on, and the longest open
// time in between.
type absence struct {
	gaps    []span
	longest int64
	slots   []level.Window // the gaps on the grid
	exact   bool           // that loses nothing
}

// pairOfHours are the hours of work and those of somebody who is to do it.
type pairOfHours struct{ work, person *Hours }

// maxSlots is the longest axis of a search.
const maxSlots = 1 << 20

func newLevelling(r *Readiness, crew []CrewMember, slot time.Duration) *levelling {
	l := &levelling{r: r, crew: crew, slot: slot.Microseconds(), absent: make(map[pairOfHours]*absence)}
	l.alone = r.net.newDating(r.asOf)
	l.alone.pinned = r.wanted.pinned
	l.alone.forward()
	l.open()
	return l
}

// open lays the axis out: the union of the calendars, from the status date on.
func (l *levelling) open() {
	d := l.r.wanted
	total := int64(0)
	for _, w := range l.r.net.work {
		total += w
	}
	last, _ := l.r.expected.last()
	const most = 30 * 365 * day
	until := max(last, d.first) + min(5*total+90*day, most) // everything one after the other, with nights and weekends
	until = min(until, yearStart(lastYear+1)-1)
	seen := make(map[*Hours]bool)
	var all []span
	for _, h := range l.r.net.hours {
		if seen[h] {
			continue
		}
		seen[h] = true
		for s := range h.windows(d.first, until) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.open, b.open) })
	l.axis = merge(all)
	sum := int64(0)
	for _, s := range l.axis {
		l.before = append(l.before, sum)
		sum += s.shut - s.open
	}
}

// at is the open time of the axis before an instant.
func (l *levelling) at(t int64) int64 {
	i, _ := slices.BinarySearchFunc(l.axis, t, func(s span, t int64) int { return cmp.Compare(s.shut, t) })
	switch {
	case i == len(l.axis) && i == 0:
		return 0
	case i == len(l.axis):
		return l.before[i-1] + l.axis[i-1].shut - l.axis[i-1].open
	}
	return l.before[i] + max(0, t-l.axis[i].open)
}

func (l *levelling) up(t int64) int   { return int(min((l.at(t)+l.slot-1)/l.slot, maxSlots)) }
func (l *levelling) down(t int64) int { return int(min(l.at(t)/l.slot, maxSlots)) }

// whole reports whether an instant lies on the grid of slots.
func (l *levelling) whole(t int64) bool { return l.at(t)%l.slot == 0 }

// end is where the axis ends.
func (l *levelling) end() int64 {
	if len(l.axis) == 0 {
		return l.r.wanted.first
	}
	return l.axis[len(l.axis)-1].shut
}

// missing says when a person is not there while work of some hours goes on.
func (l *levelling) missing(work, person *Hours) *absence {
	if person == nil || person.always || len(l.axis) == 0 {
		return &absence{longest: never, exact: true}
	}
	key := pairOfHours{work, person}
	if out, ok := l.absent[key]; ok {
		return out
	}
	from, to := l.axis[0].open, l.end()
	out := &absence{exact: true, gaps: subtract(slices.Collect(work.windows(from, to)), slices.Collect(person.windows(from, to)))}
	for _, gap := range out.gaps {
		out.longest = max(out.longest, work.between(from, gap.open))
		from = gap.shut
		out.slots = append(out.slots, level.Window{From: l.down(gap.open), To: l.up(gap.shut)})
		out.exact = out.exact && l.whole(gap.open) && l.whole(gap.shut)
	}
	if out.longest = max(out.longest, work.between(from, to)); len(out.gaps) == 0 {
		out.longest = never
	}
	l.absent[key] = out
	return out
}

// term is the stretch of time in which a skill counts.
func (s CrewSkill) term(h *Hours) span {
	if h == nil {
		h = Always()
	}
	out := span{-never, never}
	if s.From != 0 {
		out.open, _ = h.dayBounds(s.From)
	}
	if s.To != 0 {
		_, out.shut = h.dayBounds(s.To)
	}
	return out
}

// times are the slots in which a person can be given work of some hours that
// asks for a skill; exact is false if a boundary does not lie on the grid.
func (l *levelling) times(m *CrewMember, key needKey) (out []level.Window, exact bool) {
	exact = true
	for _, s := range m.Skills {
		if s.Name != key.skill || s.Level < key.level {
			continue
		}
		t, w := s.term(m.Hours), level.Window{To: level.MaxSlot}
		if t.open > l.r.wanted.first {
			w.From, exact = l.up(t.open), exact && l.whole(t.open)
		}
		if t.shut < l.end() {
			w.To, exact = l.down(t.shut), exact && l.whole(t.shut)
		}
		if w.From < w.To {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return nil, true
	}
	a := l.missing(key.hours, m.Hours)
	return without(out, a.slots), exact && a.exact
}

// without takes gaps, which ascend, out of windows.
func without(list, gaps []level.Window) []level.Window {
	if len(gaps) == 0 {
		return list
	}
	var out []level.Window
	for _, w := range list {
		for _, gap := range gaps {
			if gap.To <= w.From || gap.From >= w.To {
				continue
			}
			if w.From < gap.From {
				out = append(out, level.Window{From: w.From, To: gap.From})
			}
			w.From = gap.To
		}
		if w.From < w.To {
			out = append(out, w)
		}
	}
	return out
}
