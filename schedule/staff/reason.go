package staff

import (
	"cmp"
	"fmt"
	"slices"
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
	if cut, ok := a.shortfall(i); ok {
		out.Cause = a.sentence(c, cut)
	} else {
		out.Cause = fmt.Sprintf("%d of %d %s: enough people at every hour, but nobody else is free throughout %s to %s",
			out.Covered, c.Count, skill(c), stamp(c.Start), stamp(c.Finish))
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
const maxMoments = 64

// shortfall looks for a moment of a call at which a set of calls asks for more
// people than there are, and returns the one with the largest gap.
func (a *assigning) shortfall(i int32) (Shortfall, bool) {
	var best Shortfall
	gap := 0
	for _, at := range a.moments(i) {
		if s, ok := a.cut(i, at); ok && s.Wanted-len(s.People) > gap {
			best, gap = s, s.Wanted-len(s.People)
		}
	}
	return best, gap > 0
}

// moments are the times within a call at which who is there or wanted changes.
func (a *assigning) moments(i int32) []time.Time {
	out := []time.Time{}
	var windows []schedule.Interval
	for _, k := range a.of[i] {
		windows = append(windows, a.work[k].windows...)
	}
	add := func(t time.Time) {
		for _, w := range windows {
			if !t.Before(w.Start) && t.Before(w.Finish) {
				out = append(out, t)
				return
			}
		}
	}
	for _, w := range windows {
		out = append(out, w.Start)
	}
	for k := range a.work {
		if a.work[k].team != nil {
			for _, w := range a.work[k].windows {
				if len(windows) > 0 && w.Start.Before(windows[len(windows)-1].Finish) {
					add(w.Start)
				}
			}
		}
	}
	for _, k := range a.of[i] {
		for p := range a.t.qualified(&a.work[k]) {
			for _, w := range windows {
				if next, err := a.t.people[p].hours.Prev(w.Finish); err == nil {
					add(next)
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	out = slices.Compact(out)
	return out[:min(len(out), maxMoments)]
}

// cut matches the calls at work at a moment, with the failed one, to people who
// are there, and reads the set that cannot be served off the search for one more.
func (a *assigning) cut(i int32, at time.Time) (Shortfall, bool) {
	var needs []int32 // a stretch for each person wanted
	var team []int32  // who serves it
	failed := -1
	for k := range a.work {
		s := &a.work[k]
		if (s.team == nil && s.call != i) || at.Before(s.start) || !at.Before(s.finish) || !overlap(s.windows, []schedule.Interval{{Start: at, Finish: at.Add(time.Microsecond)}}) {
			continue
		}
		for n := range s.count {
			who := int32(-1)
			if n < len(s.team) {
				who = s.team[n]
			}
			needs, team = append(needs, int32(k)), append(team, who)
		}
	}
	serves := make(map[int32]int) // by person, what they serve
	for n, p := range team {
		if p >= 0 {
			serves[p] = n
		}
	}
	there := func(p int32) bool { return a.t.people[p].hours.Open(at) }
	moment := func(k int32) stretch { // qualification counts on the day alone
		s := a.work[k]
		s.start, s.finish = at, at.Add(time.Microsecond)
		return s
	}
	for n := range needs {
		if team[n] >= 0 {
			continue
		}
		if free := a.augment(n, needs, team, serves, there, moment); !free {
			failed = n
			break
		}
	}
	if failed < 0 {
		return Shortfall{}, false
	}
	return a.reached(at, failed, needs, team, serves, there, moment), true
}

// augment is one step of bipartite matching, breadth first.
func (a *assigning) augment(n int, needs, team []int32, serves map[int32]int, there func(int32) bool, moment func(int32) stretch) bool {
	from := make(map[int32]int) // by person, the need that reached it
	queue := []int{n}
	for at := 0; at < len(queue); at++ {
		s := moment(needs[queue[at]])
		for p := range a.t.qualified(&s) {
			if _, seen := from[p]; seen || !there(p) {
				continue
			}
			from[p] = queue[at]
			m, taken := serves[p]
			if taken {
				queue = append(queue, m)
				continue
			}
			for { // exchange back along the chain
				need := from[p]
				p, team[need] = team[need], p
				serves[team[need]] = need
				if need == n {
					return true
				}
			}
		}
	}
	return false
}

// reached collects what a failed search saw: the calls and people on its side
// of the minimum cut.
func (a *assigning) reached(at time.Time, failed int, needs, team []int32, serves map[int32]int, there func(int32) bool, moment func(int32) stretch) Shortfall {
	out := Shortfall{At: at}
	seen, people, away := map[int]bool{failed: true}, map[int32]bool{}, map[int32]bool{}
	queue := []int{failed}
	for k := 0; k < len(queue); k++ {
		s := moment(needs[queue[k]])
		for p := range a.t.qualified(&s) {
			if !there(p) {
				away[p] = true
				continue
			}
			people[p] = true
			if m, ok := serves[p]; ok && !seen[m] {
				seen[m] = true
				queue = append(queue, m)
			}
		}
	}
	// Of a call that is reached all its people are wanted from the same set.
	stretches := make(map[int32]bool)
	for n := range seen {
		stretches[needs[n]] = true
	}
	for n := range needs {
		if stretches[needs[n]] && (seen[n] || team[n] < 0 || people[team[n]]) {
			out.Wanted++
		}
	}
	for k := range stretches {
		c := &a.calls[a.work[k].call]
		out.Calls, out.Activity = append(out.Calls, c.ID), append(out.Activity, cmp.Or(c.Activity, c.ID))
	}
	out.People, out.Away = a.names(people), a.names(away)
	slices.Sort(out.Calls)
	slices.Sort(out.Activity)
	out.Activity = slices.Compact(out.Activity)
	return out
}

func (a *assigning) names(set map[int32]bool) []string {
	out := make([]string, 0, len(set))
	for p := range set {
		out = append(out, a.t.people[p].id)
	}
	slices.Sort(out)
	return out
}

// maxTries bounds the search for a later time.
const maxTries = 64

// later finds a later start at which enough people are free, all else staying
// as it is.
func (a *assigning) later(i int32) (time.Time, bool) {
	c := &a.calls[i]
	work := c.Hours.Between(c.Start, c.Finish)
	probe := stretch{call: i, skill: c.Skill, level: c.Level, count: c.Count, start: c.Start, finish: c.Finish}
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
		for _, k := range a.busy[p] {
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
		if a.free(probe) >= c.Count {
			return start, true
		}
	}
	return time.Time{}, false
}

// free counts who could take a stretch as things stand.
func (a *assigning) free(s stretch) int {
	k := int32(len(a.work))
	a.work = append(a.work, s)
	defer func() { a.work = a.work[:k] }()
	n := 0
	for p := range a.t.qualified(&s) {
		if _, clashes := a.clash(p, k); clashes == 0 && a.t.present(p, &a.work[k]) {
			n++
		}
	}
	return n
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
			ID: fmt.Sprintf("%s/%s/%s", r.Kind, c.Skill, c.ID), Kind: r.Kind, Ref: c.Skill, From: r.From, Quantity: int64(short), Need: need,
			Arrives: a.t.office.StartOf(there), Option: true,
		}
		from := ""
		if r.From != "" {
			from = " from " + r.From
		}
		if by < a.asOf {
			act.Text = fmt.Sprintf("%s %d %s%s now: there %s, needed %s", r.Kind, short, skill(c), from, there, need)
			if out.Verdict != schedule.ReadyIf && (out.Earliest.IsZero() || act.Arrives.Before(out.Earliest)) {
				out.Verdict, out.Earliest = schedule.Late, act.Arrives
			}
		} else {
			act.By = by
			act.Text = fmt.Sprintf("%s %d %s%s by %s, needed %s", r.Kind, short, skill(c), from, by, need)
			if out.Verdict != schedule.ReadyIf {
				out.Verdict, out.ActBy, out.Earliest = schedule.ReadyIf, by, c.Start
			}
		}
		out.Actions = append(out.Actions, act)
	}
}
