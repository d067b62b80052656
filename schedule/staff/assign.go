package staff

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// stretch is what people are needed for without a break in who they are: a
// call, or of a call that allows handing over one of its windows.
type stretch struct {
	call          int32
	skill         string
	level, count  int
	start, finish time.Time
	windows       []schedule.Interval
	open          time.Duration // of the windows
	team          []int32
}

// assigning is one run over some calls.
type assigning struct {
	t       *Team
	asOf    schedule.Date
	calls   []schedule.Call
	work    []stretch
	of      [][]int32       // stretches of each call
	busy    [][]int32       // stretches of each person, by start
	longest []time.Duration // by person: the longest stretch, start to finish
	visited []int32         // by person: the search that saw it last
	search  int32
}

const maxCount = 10_000

func check(calls []schedule.Call) error {
	f := &schedule.Faults{}
	seen := make(map[string]bool, len(calls))
	for i := range calls {
		c, at := &calls[i], fmt.Sprintf("/calls/%d", i)
		if c.ID == "" || seen[c.ID] {
			f.Addf(at+"/id", "duplicate", "needs an id that no other has: %q", c.ID)
		}
		seen[c.ID] = true
		if c.Count < 1 || c.Count > maxCount {
			f.Addf(at+"/count", "out_of_range", "must be from 1 to %d", maxCount)
		}
		if c.Hours == nil || c.Finish.Before(c.Start) || c.Start.Year() < 1900 || c.Finish.Year() > 2200 {
			f.Addf(at, "invalid", "needs hours and a time within the years 1900 to 2200 that ends after it begins")
		}
	}
	return f.Err()
}

// Assign answers calls; see schedule.Availability.
func (t *Team) Assign(asOf time.Time, calls []schedule.Call) ([]schedule.Coverage, error) {
	a, out, err := t.assign(asOf, calls)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Verdict == schedule.Short {
			a.explain(int32(i), &out[i])
		}
	}
	return out, nil
}

// assign finds people, and leaves calls that fail as Short without a reason.
func (t *Team) assign(asOf time.Time, calls []schedule.Call) (*assigning, []schedule.Coverage, error) {
	if err := check(calls); err != nil {
		return nil, nil, err
	}
	a := &assigning{
		t: t, asOf: t.office.DateOf(asOf), calls: calls, of: make([][]int32, len(calls)),
		busy: make([][]int32, len(t.people)), visited: make([]int32, len(t.people)),
		longest: make([]time.Duration, len(t.people)),
	}
	order := make([]int32, len(calls))
	for i := range calls {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		x, y := &calls[i], &calls[j]
		return cmp.Or(x.Start.Compare(y.Start), -cmp.Compare(x.Priority, y.Priority), cmp.Compare(x.ID, y.ID))
	})
	out := make([]schedule.Coverage, len(calls))
	for _, i := range order {
		out[i] = a.serve(i)
	}
	for i := range out {
		if out[i].Verdict != schedule.Short { // teams may have been exchanged since
			a.pegs(int32(i), &out[i])
		}
	}
	return a, out, nil
}

// serve assigns the people of one call, all of them or none.
func (a *assigning) serve(i int32) schedule.Coverage {
	c := &a.calls[i]
	windows := slices.Collect(c.Hours.Windows(c.Start, c.Finish))
	open := c.Hours.Between(c.Start, c.Finish)
	whole := stretch{call: i, skill: c.Skill, level: c.Level, count: c.Count, start: c.Start, finish: c.Finish, windows: windows, open: open}
	parts := []stretch{whole}
	if c.Handover && len(windows) > 1 {
		parts = parts[:0]
		for k, w := range windows {
			s := whole
			s.start, s.finish, s.windows, s.open = w.Start, w.Finish, windows[k:k+1], w.Finish.Sub(w.Start)
			parts = append(parts, s)
		}
	}
	out := schedule.Coverage{Verdict: schedule.Ready, Wanted: int64(c.Count), Covered: int64(c.Count), Earliest: c.Start}
	for _, s := range parts {
		k := int32(len(a.work))
		a.work = append(a.work, s)
		a.of[i] = append(a.of[i], k)
		for len(a.work[k].team) < c.Count && a.extend(k) {
		}
		if got := int64(len(a.work[k].team)); got < out.Covered {
			out.Verdict, out.Covered, out.Earliest = schedule.Short, got, time.Time{}
		}
	}
	if out.Verdict == schedule.Short {
		for _, k := range a.of[i] {
			for _, p := range a.work[k].team {
				a.release(p, k)
			}
			a.work[k].team = nil
		}
	}
	return out
}

// pegs names the people of a call; absences that are asked for make it ReadyIf.
func (a *assigning) pegs(i int32, out *schedule.Coverage) {
	out.Pegs = nil
	var uncertain []string
	for _, k := range a.of[i] {
		for _, p := range a.work[k].team {
			who := a.t.people[p].id
			out.Pegs = append(out.Pegs, schedule.Peg{Source: schedule.PegPerson, Ref: who, Quantity: 1, At: a.work[k].start})
			if a.t.uncertain(p, &a.work[k]) && !slices.Contains(uncertain, who) {
				uncertain = append(uncertain, who)
			}
		}
	}
	if len(uncertain) == 0 {
		return
	}
	by := max(a.asOf, a.t.office.LastOpenDay(a.t.office.DateOf(a.calls[i].Start)))
	out.Verdict, out.ActBy = schedule.ReadyIf, by
	out.Covered -= int64(len(uncertain))
	for _, who := range uncertain {
		out.Actions = append(out.Actions, schedule.Action{
			ID: "confirm/" + who + "/" + a.calls[i].ID, Kind: schedule.ActConfirm, Ref: a.calls[i].Skill, From: who, Quantity: 1, By: by,
			Need: a.t.office.DateOf(a.calls[i].Start), Text: fmt.Sprintf("confirm that %s is there for %s by %s", who, a.calls[i].Activity, by),
		})
	}
	out.Cause = out.Actions[0].Text
}

// qualified yields those who have the skill throughout a stretch, in the order
// they are taken.
func (t *Team) qualified(s *stretch) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		list := t.able[s.skill]
		for k := range list {
			x := &list[k]
			if x.level < s.level {
				continue
			}
			if x.from != 0 || x.to != 0 {
				h := t.people[x.person].calendar
				if d := h.DateOf(s.start); d < x.from {
					continue
				}
				if d := h.DateOf(s.finish.Add(-time.Microsecond)); x.to != 0 && d > x.to {
					continue
				}
			}
			if !yield(x.person) {
				return
			}
		}
	}
}

// present reports whether a person is there in all windows of a stretch.
func (t *Team) present(p int32, s *stretch) bool {
	h := t.people[p].hours
	if h.Between(s.start, s.finish) < s.open {
		return false
	}
	for _, w := range s.windows {
		if h.Between(w.Start, w.Finish) != w.Finish.Sub(w.Start) {
			return false
		}
	}
	return true
}

func (t *Team) uncertain(p int32, s *stretch) bool {
	for _, u := range t.people[p].uncertain {
		for _, w := range s.windows {
			if u.Start.Before(w.Finish) && w.Start.Before(u.Finish) {
				return true
			}
		}
	}
	return false
}

// around returns the stretches of a person that may overlap a time, and some
// before it that do not.
func (a *assigning) around(p int32, start, finish time.Time) []int32 {
	list := a.busy[p]
	to := sort.Search(len(list), func(i int) bool { return !a.work[list[i]].start.Before(finish) })
	from := sort.Search(to, func(i int) bool { return a.work[list[i]].start.Add(a.longest[p]).After(start) })
	return list[from:to]
}

// clash returns a stretch of a person that overlaps another one, and how many
// there are; it stops counting at two.
func (a *assigning) clash(p int32, s *stretch) (with int32, count int) {
	for _, other := range a.around(p, s.start, s.finish) {
		o := &a.work[other]
		if s.start.Before(o.finish) && overlap(s.windows, o.windows) {
			with = other
			if count++; count > 1 {
				return with, count
			}
		}
	}
	return with, count
}

func overlap(a, b []schedule.Interval) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if a[i].Start.Before(b[j].Finish) && b[j].Start.Before(a[i].Finish) {
			return true
		}
		if a[i].Finish.Before(b[j].Finish) {
			i++
		} else {
			j++
		}
	}
	return false
}

func (a *assigning) hold(p, k int32) {
	list := a.busy[p]
	at := sort.Search(len(list), func(i int) bool { return a.work[list[i]].start.After(a.work[k].start) })
	a.busy[p] = slices.Insert(list, at, k)
	a.longest[p] = max(a.longest[p], a.work[k].finish.Sub(a.work[k].start))
	a.work[k].team = append(a.work[k].team, p)
}

func (a *assigning) release(p, k int32) {
	a.busy[p] = slices.DeleteFunc(a.busy[p], func(x int32) bool { return x == k })
}

// extend adds one person to a stretch: somebody free, first among those whose
// presence is certain, else by an exchange.
func (a *assigning) extend(k int32) bool {
	for _, certain := range [...]bool{true, false} {
		for p := range a.t.qualified(&a.work[k]) {
			if _, n := a.clash(p, &a.work[k]); n == 0 && !slices.Contains(a.work[k].team, p) &&
				a.t.uncertain(p, &a.work[k]) != certain && a.t.present(p, &a.work[k]) {
				a.hold(p, k)
				return true
			}
		}
	}
	chain := a.exchange(k, -1)
	for i, x := range slices.Backward(chain) { // the free one at the end goes first
		if i+1 < len(chain) {
			leaves := chain[i+1].takes
			a.release(x.person, leaves)
			team := a.work[leaves].team
			a.work[leaves].team = slices.DeleteFunc(team, func(p int32) bool { return p == x.person })
		}
		a.hold(x.person, x.takes)
	}
	return len(chain) > 0
}

// link is a step of an exchange: a person takes a stretch over.
type link struct {
	person int32
	takes  int32
	back   int // index of the link whose person made this stretch vacant; -1 at the first
}

// exchange looks for a chain in which one person takes the stretch, each next
// one takes over what the one before leaves, and the last is free; breadth first,
// each person once. The person without is left out.
func (a *assigning) exchange(k, without int32) []link {
	a.search++
	if without >= 0 {
		a.visited[without] = a.search
	}
	queue := []link{}
	vacant := []int32{k}
	back := []int{-1}
	for at := 0; at < len(vacant); at++ {
		s := &a.work[vacant[at]]
		for p := range a.t.qualified(s) {
			if a.visited[p] == a.search || slices.Contains(s.team, p) {
				continue
			}
			with, n := a.clash(p, s)
			if n > 1 || !a.t.present(p, s) {
				continue
			}
			a.visited[p] = a.search
			queue = append(queue, link{p, vacant[at], back[at]})
			if n == 0 {
				return trace(queue)
			}
			vacant, back = append(vacant, with), append(back, len(queue)-1)
		}
	}
	return nil
}

func trace(queue []link) []link {
	var out []link
	for at := len(queue) - 1; at >= 0; at = queue[at].back {
		out = append(out, queue[at])
	}
	slices.Reverse(out)
	return out
}
