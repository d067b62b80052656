package staff

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Shortfall is the proof that people are short at a moment: the calls ask for
// more than the people who have one of their skills and are there.
type Shortfall struct {
	At       time.Time
	Calls    []string // ids
	Wanted   int
	People   []string // who qualify and are there
	Away     []string // who qualify and are not available
	Activity []string
}

// explain says why a call failed and what can be done.
func (a *assigning) explain(i int32, out *schedule.Coverage) {
	c := &a.calls[i]
	need := a.t.office.DateOf(c.Start)
	switch cut, proved := a.shortfall(i); {
	case cut.Wanted > 0:
		out.Cause = a.sentence(c, cut)
	case proved:
		out.Cause = fmt.Sprintf("%d of %d %s: enough people at every hour, but nobody else is free throughout %s to %s",
			out.Covered, c.Count, skill(c), stamp(c.Start), stamp(c.Finish))
	default:
		out.Cause = fmt.Sprintf("%d of %d %s: nobody else is free throughout %s to %s", out.Covered, c.Count, skill(c), stamp(c.Start), stamp(c.Finish))
	}
	short := c.Count - int(out.Covered)
	out.Verdict = schedule.Short
	if at, ok := a.later(i); ok {
		out.Verdict, out.Earliest = schedule.Late, at
		out.Actions = append(out.Actions, schedule.Action{
			ID: "move/" + c.ID, Kind: schedule.ActMove, Ref: c.Activity, Quantity: int64(c.Count), Need: need, Arrives: at, Option: true,
			Text: fmt.Sprintf("move %s to %s, when %d %s are free", c.Activity, stamp(at), c.Count, skill(c)),
		})
	}
	a.remedies(c, short, need, out)
}

func skill(c *schedule.Call) string {
	if c.Level > 0 {
		return fmt.Sprintf("%s of level %d or more", c.Skill, c.Level)
	}
	return c.Skill
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func (a *assigning) sentence(c *schedule.Call, cut Shortfall) string {
	who := "nobody qualifies and is there"
	switch {
	case len(cut.People) == 1:
		who = fmt.Sprintf("only %s qualifies and is there", cut.People[0])
	case len(cut.People) > 1:
		who = fmt.Sprintf("only %s qualify and are there", list(cut.People))
	}
	ask := "ask"
	if len(cut.Activity) == 1 {
		ask = "asks"
	}
	text := fmt.Sprintf("%d short of %s: %s %s for %d at %s, %s", cut.Wanted-len(cut.People), skill(c), list(cut.Activity), ask, cut.Wanted, stamp(cut.At), who)
	if len(cut.Away) > 0 {
		text += "; not available: " + list(cut.Away)
	}
	return text
}

// list joins names, at most eight of them.
func list(names []string) string {
	if len(names) > 8 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:8], ", "), len(names)-8)
	}
	return strings.Join(names, ", ")
}

// maxMoments bounds the search for a proof.
const maxMoments = 256

// shortfall looks for a moment of a call at which a set of calls asks for more
// people than there are, and returns the one with the largest gap. Without one,
// proved says that there is none: every moment that matters was looked at.
func (a *assigning) shortfall(i int32) (best Shortfall, proved bool) {
	moments, all := a.moments(i)
	gap := 0
	for _, at := range moments {
		if s, ok := a.cut(i, at); ok && s.Wanted-len(s.People) > gap {
			best, gap = s, s.Wanted-len(s.People)
		}
	}
	return best, all || gap > 0
}

// moments are the times within a call at which people may become fewer or more
// may be wanted: in between the gap cannot grow. It looks at all whom an exchange
// could reach, and reports whether it returns every moment.
func (a *assigning) moments(i int32) (out []time.Time, all bool) {
	c := &a.calls[i]
	var windows []schedule.Interval
	for _, k := range a.of[i] {
		windows = append(windows, a.work[k].windows...)
	}
	for _, w := range windows {
		out = append(out, w.Start)
	}
	add := func(t time.Time) {
		if slices.ContainsFunc(windows, func(w schedule.Interval) bool { return !t.Before(w.Start) && t.Before(w.Finish) }) {
			out = append(out, t)
		}
	}
	r := reach{a: a, people: make(map[int32]bool), calendars: make(map[*schedule.Hours]bool), work: make(map[int32]bool)}
	r.queue = append(r.queue, a.of[i]...)
	for n := 0; n < len(r.queue) && len(out) <= 2*maxMoments; n++ {
		r.follow(r.queue[n], c, add)
	}
	slices.SortFunc(out, time.Time.Compare)
	out = slices.CompactFunc(out, time.Time.Equal)
	return out[:min(len(out), maxMoments)], len(out) <= maxMoments
}

// reach is what exchanges from a call can come to.
type reach struct {
	a         *assigning
	people    map[int32]bool
	calendars map[*schedule.Hours]bool
	work      map[int32]bool
	queue     []int32
}

// follow goes from a stretch to those who could serve it and on to what they do.
func (r *reach) follow(k int32, c *schedule.Call, add func(time.Time)) {
	for _, x := range r.a.t.able[r.a.work[k].skill] {
		p := &r.a.t.people[x.person]
		if x.level < r.a.work[k].level {
			continue
		}
		if x.to != 0 {
			add(p.calendar.StartOf(x.to.Add(1)))
		}
		if r.people[x.person] {
			continue
		}
		r.people[x.person] = true
		for _, away := range p.away {
			add(away.Start)
		}
		if !r.calendars[p.calendar] {
			r.calendars[p.calendar] = true
			for w := range p.calendar.Windows(c.Start, c.Finish) {
				add(w.Finish)
			}
		}
		for _, other := range r.a.around(x.person, c.Start, c.Finish) {
			if r.work[other] {
				continue
			}
			r.work[other] = true
			r.queue = append(r.queue, other)
			for _, w := range r.a.work[other].windows {
				add(w.Start)
			}
		}
	}
}

// side is one side of a matching at a moment, as far as a search has come.
type side struct {
	a       *assigning
	at      time.Time
	serving map[int32]int32 // by person: the stretch, -1 for none; exchanged on the way
}

// moment is a stretch as it is at one time: who qualifies counts on that day.
func (s *side) moment(k int32) stretch {
	out := s.a.work[k]
	out.start, out.finish = s.at, s.at.Add(time.Microsecond)
	return out
}

func (s *side) serves(p int32) int32 {
	if k, ok := s.serving[p]; ok {
		return k
	}
	k := int32(-1)
	for _, other := range s.a.around(p, s.at, s.at.Add(time.Microsecond)) {
		if overlap(s.a.work[other].windows, []schedule.Interval{{Start: s.at, Finish: s.at.Add(time.Microsecond)}}) {
			k = other
		}
	}
	s.serving[p] = k
	return k
}

// cut matches the people of a failed call at a moment to those who are there,
// by exchanges with whoever is at work, and where the search for one more ends
// reads off the set of calls that cannot all be served.
func (a *assigning) cut(i int32, at time.Time) (Shortfall, bool) {
	first := int32(-1)
	for _, k := range a.of[i] {
		if !at.Before(a.work[k].start) && at.Before(a.work[k].finish) {
			first = k
		}
	}
	if first < 0 {
		return Shortfall{}, false
	}
	s := side{a: a, at: at, serving: make(map[int32]int32)}
	for got := range a.work[first].count {
		if reached, ok := s.augment(first); !ok {
			return s.shortfall(first, a.work[first].count-got, reached), true
		}
	}
	return Shortfall{}, false
}

// augment finds one more person for a stretch, breadth first. If there is none
// it returns the people it saw, all of them at work.
func (s *side) augment(first int32) (seen []int32, ok bool) {
	type step struct {
		takes int32 // stretch
		from  int32 // person who leaves it; -1 at the first
	}
	steps := make(map[int32]step)
	queue := []step{{first, -1}}
	for n := 0; n < len(queue); n++ {
		m := s.moment(queue[n].takes)
		for p := range s.a.t.qualified(&m) {
			if _, done := steps[p]; done || !s.a.t.people[p].hours.Open(s.at) {
				continue
			}
			steps[p] = queue[n]
			seen = append(seen, p)
			if k := s.serves(p); k >= 0 {
				queue = append(queue, step{k, p})
				continue
			}
			for p >= 0 { // each takes what the one before it leaves
				s.serving[p] = steps[p].takes
				p = steps[p].from
			}
			return nil, true
		}
	}
	return seen, false
}

// shortfall is the set a failed search saw: everybody in it is at work for it.
func (s *side) shortfall(first int32, missing int, people []int32) Shortfall {
	out := Shortfall{At: s.at, Wanted: len(people) + missing}
	stretches := []int32{first}
	for _, p := range people {
		out.People = append(out.People, s.a.t.people[p].id)
		if k := s.serves(p); !slices.Contains(stretches, k) {
			stretches = append(stretches, k)
		}
	}
	for _, k := range stretches {
		c := &s.a.calls[s.a.work[k].call]
		out.Calls, out.Activity = append(out.Calls, c.ID), append(out.Activity, cmp.Or(c.Activity, c.ID))
		m := s.moment(k)
		for p := range s.a.t.qualified(&m) {
			if who := s.a.t.people[p].id; !slices.Contains(people, p) && !slices.Contains(out.Away, who) {
				out.Away = append(out.Away, who)
			}
		}
	}
	slices.Sort(out.Calls)
	slices.Sort(out.Activity)
	slices.Sort(out.People)
	slices.Sort(out.Away)
	out.Activity = slices.Compact(out.Activity)
	return out
}

// maxTries bounds the search for a later time.
const maxTries = 32

// later finds a later start at which enough people are free, all else staying
// as it is.
func (a *assigning) later(i int32) (time.Time, bool) {
	c := &a.calls[i]
	work := c.Hours.Between(c.Start, c.Finish)
	probe := stretch{call: i, skill: c.Skill, level: c.Level, count: c.Count, start: c.Start, finish: c.Finish, open: work}
	var times []time.Time
	ever := 0
	for _, x := range a.t.able[c.Skill] {
		if x.level < c.Level {
			continue
		}
		ever++
		p := x.person
		if x.from != 0 {
			times = append(times, a.t.people[p].calendar.StartOf(x.from))
		}
		list := a.busy[p]
		from := sort.Search(len(list), func(i int) bool { return !a.work[list[i]].start.Before(c.Start.Add(-a.longest[p])) })
		for _, k := range list[from:min(len(list), from+maxTries)] {
			times = append(times, a.work[k].finish)
		}
		for _, x := range a.t.people[p].away {
			times = append(times, x.Finish)
		}
	}
	if ever < c.Count {
		return time.Time{}, false
	}
	opened := 0
	for w := range c.Hours.Windows(c.Start, c.Start.AddDate(0, 2, 0)) {
		times = append(times, w.Start)
		if opened++; opened == maxTries/2 {
			break
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	tries := 0
	for _, t := range slices.Compact(times) {
		start, err := c.Hours.Next(t)
		if err != nil || !start.After(c.Start) {
			continue
		}
		if tries++; tries > maxTries {
			break
		}
		finish, err := c.Hours.Add(start, work)
		if err != nil {
			break
		}
		probe.start, probe.finish, probe.windows = start, finish, slices.Collect(c.Hours.Windows(start, finish))
		if a.free(probe) {
			return start, true
		}
	}
	return time.Time{}, false
}

// free reports whether enough people could take a stretch as things stand.
func (a *assigning) free(s stretch) bool {
	n := 0
	for p := range a.t.qualified(&s) {
		if _, clashes := a.clash(p, &s); clashes == 0 && a.t.present(p, &s) {
			if n++; n == s.count {
				return true
			}
		}
	}
	return false
}

// remedies lists what gives more people, the cheapest first. One that is still
// in time makes the call ReadyIf.
func (a *assigning) remedies(c *schedule.Call, short int, need schedule.Date, out *schedule.Coverage) {
	fits := []*Remedy{}
	for k := range a.t.roster.Remedies {
		r := &a.t.roster.Remedies[k]
		if r.Skill == c.Skill && r.Level >= c.Level && (r.People == 0 || r.People >= short) {
			fits = append(fits, r)
		}
	}
	slices.SortStableFunc(fits, func(x, y *Remedy) int {
		return cmp.Or(cmp.Compare(x.Cost, y.Cost), cmp.Compare(x.LeadDays, y.LeadDays))
	})
	for _, r := range fits {
		by := a.t.office.LastOpenDay(a.t.office.DaysBefore(need, r.LeadDays))
		there := a.t.office.DaysAfter(a.t.office.OpenDay(a.asOf), r.LeadDays)
		if there == 0 {
			continue
		}
		act := schedule.Action{
			ID: fmt.Sprintf("%s/%s/%s", r.Kind, c.Skill, c.ID), Kind: r.Kind, Ref: c.Skill, From: r.From, Quantity: int64(short), Need: need, Cost: r.Cost,
			Arrives: a.t.office.StartOf(there), Option: true,
		}
		from := ""
		if r.From != "" {
			from = " from " + r.From
		}
		if by < a.asOf {
			act.Text = fmt.Sprintf("%s %d %s%s now for %s: there %s, needed %s", r.Kind, short, skill(c), from, c.Activity, there, need)
			if out.Verdict != schedule.ReadyIf && (out.Earliest.IsZero() || act.Arrives.Before(out.Earliest)) {
				out.Verdict, out.Earliest = schedule.Late, act.Arrives
			}
		} else {
			act.By = by
			act.Text = fmt.Sprintf("%s %d %s%s by %s for %s, needed %s", r.Kind, short, skill(c), from, by, c.Activity, need)
			if out.Verdict != schedule.ReadyIf {
				out.Verdict, out.ActBy, out.Earliest = schedule.ReadyIf, by, c.Start
			}
		}
		out.Actions = append(out.Actions, act)
	}
}
