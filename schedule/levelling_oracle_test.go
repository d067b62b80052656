package schedule_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/level"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// small is a plan on a grid of whole days, in a form that brute force can judge:
// activities last days, people are qualified and away by the day, receipts come
// in the morning.
type small struct {
	days     []int       // of each activity
	after    [][2]int    // finish-start relations
	skill    []int       // asked for, -1 for none
	heads    []int       //
	takes    []int       // of the one item
	stock    int         // at hand
	receipts map[int]int // quantity by day
	held     [][][2]int  // by person and skill: days [from, to)
	away     []int       // by person: a day of leave, -1 for none
}

const smallHorizon = 14

func drawSmall(t *rapid.T) *small {
	m := &small{stock: rapid.IntRange(0, 3).Draw(t, "stock"), receipts: map[int]int{}}
	need := -m.stock
	for i := range rapid.IntRange(1, 4).Draw(t, "activities") {
		m.days = append(m.days, rapid.IntRange(1, 3).Draw(t, "days"))
		m.skill = append(m.skill, rapid.IntRange(-1, 1).Draw(t, "skill"))
		m.heads = append(m.heads, rapid.IntRange(1, 2).Draw(t, "heads"))
		m.takes = append(m.takes, rapid.IntRange(0, 2).Draw(t, "takes"))
		need += m.takes[i]
		for from := range i {
			if rapid.IntRange(0, 3).Draw(t, "after") == 0 {
				m.after = append(m.after, [2]int{from, i})
			}
		}
	}
	for need > 0 {
		q := rapid.IntRange(1, need).Draw(t, "receipt")
		m.receipts[rapid.IntRange(0, 4).Draw(t, "day")] += q
		need -= q
	}
	for range rapid.IntRange(0, 3).Draw(t, "people") {
		var held [][2]int
		for range 2 {
			from := rapid.SampledFrom([]int{0, 0, 0, 1, 3, 99}).Draw(t, "from")
			to := rapid.SampledFrom([]int{smallHorizon, smallHorizon, 3, 5}).Draw(t, "to")
			held = append(held, [2]int{from, to})
		}
		m.held = append(m.held, held)
		m.away = append(m.away, rapid.IntRange(-1, 3).Draw(t, "away"))
	}
	return m
}

func (m *small) day(d int) schedule.Date { return schedule.DateOf(2026, 3, 2).Add(d) }

// plan is the small plan in a calendar of eight hours on every day of the week.
func (m *small) plan() (*schedule.Plan, *supply.Book, *staff.Roster) {
	c := office()
	for w := range c.Week {
		c.Week[w] = c.Week[time.Monday]
	}
	p := &schedule.Plan{ID: "p", Calendar: "office", Calendars: []schedule.Calendar{c}}
	for i, d := range m.days {
		a := schedule.Activity{ID: fmt.Sprint("a", i), Duration: time.Duration(d) * 8 * time.Hour}
		if m.skill[i] >= 0 {
			a.Needs = append(a.Needs, people(fmt.Sprint("s", m.skill[i]), m.heads[i]))
		}
		if m.takes[i] > 0 {
			a.Needs = append(a.Needs, material("wire", int64(m.takes[i])))
		}
		p.Activities = append(p.Activities, a)
	}
	for _, r := range m.after {
		p.Relations = append(p.Relations, schedule.Relation{From: fmt.Sprint("a", r[0]), To: fmt.Sprint("a", r[1])})
	}
	b := &supply.Book{Items: []supply.Item{{ID: "wire"}}}
	if m.stock > 0 {
		b.Lots = append(b.Lots, supply.Lot{ID: "lot", Item: "wire", Quantity: int64(m.stock)})
	}
	for d := range smallHorizon {
		if q := m.receipts[d]; q > 0 {
			b.Orders = append(b.Orders, supply.Order{ID: fmt.Sprint("o", d), Item: "wire", Quantity: int64(q), State: supply.Confirmed, Due: m.day(d)})
		}
	}
	r := &staff.Roster{Calendars: p.Calendars}
	for who, held := range m.held {
		x := staff.Person{ID: fmt.Sprint("p", who), Calendar: "office"}
		for s, h := range held {
			if h[0] < h[1] {
				y := staff.Skill{Name: fmt.Sprint("s", s), From: m.day(h[0]), To: m.day(h[1] - 1)}
				if h[0] == 0 {
					y.From = 0
				}
				if h[1] == smallHorizon {
					y.To = 0
				}
				x.Skills = append(x.Skills, y)
			}
		}
		r.People = append(r.People, x)
		if m.away[who] >= 0 {
			r.Attendance = append(r.Attendance, staff.Record{ID: x.ID, Person: x.ID, Kind: staff.Leave, State: staff.Approved, Date: m.day(m.away[who])})
		}
	}
	return p, b, r
}

// can reports whether a person can be given an activity on a day, but for other
// activities.
func (m *small) can(who, i, start int) bool {
	h := m.held[who][m.skill[i]]
	to := start + m.days[i]
	return h[0] <= start && (to <= h[1] || h[1] == smallHorizon) && (m.away[who] < start || m.away[who] >= to)
}

// served reports whether people can be found for all activities at these starts,
// by trying all teams; more gives activities heads for nothing.
func (m *small) served(start, more []int) bool {
	return m.serve(start, more, make([][]bool, len(start)), 0, 0, 0)
}

func (m *small) serve(start, more []int, team [][]bool, i, who, have int) bool {
	switch {
	case i == len(start):
		return true
	case start[i] < 0 || m.skill[i] < 0 || have+more[i] >= m.heads[i]:
		return m.serve(start, more, team, i+1, 0, 0)
	case who == len(m.held):
		return false
	}
	if team[i] == nil || who == 0 && have == 0 {
		team[i] = make([]bool, len(m.held))
	}
	free := m.can(who, i, start[i])
	for k := range i {
		free = free && (team[k] == nil || !team[k][who] || start[k]+m.days[k] <= start[i] || start[i]+m.days[i] <= start[k])
	}
	if free {
		team[i][who] = true
		if m.serve(start, more, team, i, who+1, have+1) {
			return true
		}
		team[i][who] = false
	}
	if m.serve(start, more, team, i, who+1, have) {
		return true
	}
	return false
}

// stocked reports whether the item lasts at these starts.
func (m *small) stocked(start []int) bool {
	for d := range smallHorizon {
		left := m.stock
		for at, q := range m.receipts {
			if at <= d {
				left += q
			}
		}
		for i, s := range start {
			if s <= d {
				left -= m.takes[i]
			}
		}
		if left < 0 {
			return false
		}
	}
	return true
}

// best returns the shortest plan in days by trying all starts, or -1.
func (m *small) best(start []int, i, most int) int {
	if i == len(m.days) {
		end := 0
		for k, s := range start {
			end = max(end, s+m.days[k])
		}
		if end < most && m.stocked(start) && m.served(start, make([]int, len(start))) {
			return end
		}
		return most
	}
	for s := 0; s+m.days[i] < most; s++ {
		ok := true
		for _, r := range m.after {
			ok = ok && (r[1] != i || s >= start[r[0]]+m.days[r[0]])
		}
		if start[i] = s; ok {
			most = m.best(start, i+1, most)
		}
	}
	return most
}

func (m *small) dayOf(at time.Time) int {
	return int(schedule.DateIn(at.Add(-time.Microsecond), time.UTC) - m.day(0))
}

func (m *small) level(t *rapid.T, o schedule.LevelOptions) (*schedule.Readiness, []schedule.CrewMember, *schedule.Levelled) {
	p, b, r := m.plan()
	f := facts(t, b, r)
	base := assess(t, p, monday, f)
	crew := f.Staff.(*staff.Team).Crew()
	out, err := base.Level(context.Background(), crew, o)
	require.NoError(t, err)
	return base, crew, out
}

// TestLevelAgainstBruteForce: on the grid a plan that is said to be optimal is as
// short as any, none is shorter, and tiny ones are always solved.
func TestLevelAgainstBruteForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawSmall(t)
		_, _, out := m.level(t, schedule.LevelOptions{Search: level.Options{Schedules: 3000}, Slot: 8 * time.Hour})
		if len(out.Left) > 0 {
			return // what is left out is not a rule for brute force
		}
		best := m.best(make([]int, len(m.days)), 0, smallHorizon)
		if out.Dates == nil {
			require.Equal(t, level.Infeasible, out.Status)
			require.Equal(t, smallHorizon, best)
			return
		}
		require.Equal(t, level.Optimal, out.Status)
		require.Equal(t, best, m.dayOf(out.Finish)+1)
		require.Equal(t, time.Duration(best)*8*time.Hour, out.LowerBound)
		start := make([]int, len(m.days))
		for i := range start {
			start[i] = m.dayOf(out.Dates[i].Start.Add(time.Microsecond))
		}
		require.True(t, m.stocked(start))
		require.True(t, m.served(start, make([]int, len(start))))
	})
}

// freed is what is taken away from one activity.
type freed struct {
	from     map[int]bool
	heads    int
	material bool
}

// earlier reports whether an activity can begin on an earlier day with everybody
// else where they are.
func (m *small) earlier(x *schedule.Levelled, start []int, i int, f freed) bool {
	moved := slices.Clone(start)
	more := make([]int, len(start))
	more[i] = f.heads
	for s := range start[i] {
		ok := true
		for _, r := range m.after {
			ok = ok && (r[1] != i || f.from[r[0]] || s >= start[r[0]]+m.days[r[0]])
		}
		moved[i] = s
		if ok && (f.material || m.takes[i] == 0 || m.unitsBy(x, start, i) <= s) && m.teamFor(x, moved, i, f.heads) {
			return true
		}
	}
	return false
}

// unitsBy is the day on which the units of an activity are there, first come
// first served in the order of starts.
func (m *small) unitsBy(x *schedule.Levelled, start []int, i int) int {
	before := 0
	for k, s := range start {
		if s < start[i] || s == start[i] && x.Dates[k].Start.Equal(x.Dates[i].Start) && k <= i {
			before += m.takes[k]
		}
	}
	have := m.stock
	for d := range smallHorizon {
		if have += m.receipts[d]; have >= before {
			return d
		}
	}
	return smallHorizon
}

// teamFor reports whether enough people who are not at work elsewhere can do an
// activity.
func (m *small) teamFor(x *schedule.Levelled, start []int, i, more int) bool {
	if m.skill[i] < 0 {
		return true
	}
	for who := range m.held {
		free := m.can(who, i, start[i])
		for _, a := range x.Assigned {
			k := slices.Index([]string{"a0", "a1", "a2", "a3"}, a.Activity)
			if a.Person == fmt.Sprint("p", who) && k != i {
				free = free && (start[k]+m.days[k] <= start[i] || start[i]+m.days[i] <= start[k])
			}
		}
		if free {
			more++
		}
	}
	return more >= m.heads[i]
}

// TestBoundsAreTrue: without all that is named an activity can begin earlier,
// everything else being as it is; without all but one of them it cannot.
func TestBoundsAreTrue(t *testing.T) {
	t.Parallel()
	some := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawSmall(t)
		_, _, out := m.level(t, schedule.LevelOptions{Search: level.Options{Schedules: 20}, Slot: 8 * time.Hour})
		if out.Dates == nil || len(out.Left) > 0 {
			return
		}
		start := make([]int, len(m.days))
		for i := range start {
			start[i] = m.dayOf(out.Dates[i].Start.Add(time.Microsecond))
		}
		for i := range start {
			var named []schedule.Bound
			for _, b := range out.Bounds {
				if b.Activity == fmt.Sprint("a", i) {
					named = append(named, b)
				}
			}
			require.False(t, m.earlier(out, start, i, freed{}), "a%d could begin earlier as it is", i)
			for without := -1; without < len(named); without++ {
				f := freed{from: map[int]bool{}}
				for k, b := range named {
					switch {
					case k == without:
					case b.Kind == schedule.BoundRelation:
						f.from[int(b.From[1]-'0')] = true
					case b.Kind == schedule.BoundReceipt:
						f.material = true
					default:
						f.heads += b.Missing
					}
				}
				if len(named) > 0 {
					some++
					require.Equal(t, without < 0, m.earlier(out, start, i, f), "a%d, %d of %+v", i, without, named)
				}
			}
		}
	})
	require.Positive(t, some)
}

// TestRelaxationsAreTrue: levelling with the change assumed ends the plan when it
// is said to, and a receipt one day less early brings less.
func TestRelaxationsAreTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawSmall(t)
		o := schedule.LevelOptions{Search: level.Options{Schedules: 200}, Slot: 8 * time.Hour, Relax: 4}
		base, crew, out := m.level(t, o)
		if out.Dates == nil {
			require.Empty(t, out.Relaxed)
			return
		}
		o.Relax = 0
		for _, x := range out.Relaxed {
			require.Equal(t, out.Finish.Sub(x.Finish), x.Gain)
			require.GreaterOrEqual(t, x.Gain, time.Duration(0))
			o.Assume = []schedule.Relaxation{x}
			again, err := base.Level(context.Background(), crew, o)
			require.NoError(t, err)
			if again.Dates == nil { // the one more makes a rule of what was left out before
				require.Zero(t, x.Gain)
				continue
			}
			require.NoError(t, schedule.CheckLevelled(base, crew, o, again))
			if again.Finish.Before(out.Finish) {
				require.Equal(t, x.Finish, again.Finish)
			} else {
				require.Zero(t, x.Gain)
			}
			if x.Kind == schedule.RelaxReceipt && x.Gain > 0 && x.Days > 1 {
				x.Days--
				o.Assume = []schedule.Relaxation{x}
				less, err := base.Level(context.Background(), crew, o)
				require.NoError(t, err)
				require.True(t, less.Finish.After(x.Finish))
			}
		}
	})
}
