package custody_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

// clerk keeps two records in the same way, but that what their schedules wait for
// happens to one of them no earlier than to the other.
type clerk struct {
	*office

	t        checker
	zone     *time.Location // in which its days begin
	at       time.Time
	from     map[string]retention.Date // of the newest version of each schedule
	allowed  []retention.Date          // from when versions are in force that somebody allowed to shorten
	versions map[string]time.Time      // of each class, since when the newest is
	settled  bool
}

// zones are those of offices on either side of the line where the date changes.
func zones() []*time.Location {
	return []*time.Location{time.UTC, time.FixedZone("Auckland", 13*3600), time.FixedZone("Pago Pago", -11*3600)}
}

func newClerk(t checker, ctx context.Context, store coordination.Store, zone *time.Location) *clerk {
	o := newOfficeIn(t, ctx, store, zone)
	c := &clerk{office: o, t: t, zone: zone, at: day(2020, 1, 2), from: make(map[string]retention.Date), versions: make(map[string]time.Time)}
	o.set(c.at)
	for _, id := range []string{"S", "T"} {
		c.from[id] = retention.Date{Year: 2019, Month: 1, Day: 1}
		_, err := o.AddSchedule(o.ctx, tenant, "carol", c.schedule(id, 12, "", 0))
		require.NoError(t, err)
	}
	for i, id := range []string{"letters", "notes"} {
		c.versions[id] = day(2019, 1, 1)
		_, err := o.AddClass(o.ctx, tenant, "carol", fileplan.Class{ID: id, Title: id, Schedule: []string{"S", "T"}[i], From: c.versions[id]})
		require.NoError(t, err)
	}
	for _, id := range []archive.RecordID{"P", "Q"} {
		o.file(id, string(id))
	}
	return c
}

// schedule is a version of a schedule of so many months; n chooses the rest of it.
func (c *clerk) schedule(id string, months int, shortens string, n int) retention.Schedule {
	return retention.Schedule{ID: id, From: c.from[id], Shortens: shortens, Phases: []retention.Phase{{
		Trigger: []string{coordination.TriggerFiled, "settled"}[n%2], Period: retention.Period{Months: months}, Offset: retention.Period{Days: n % 40},
		Rounding: []retention.Rounding{retention.Exact, retention.EndOfMonth, retention.EndOfYear}[n/2%3],
		Action:   retention.Destroy, Approvals: 1, Authority: "Act 1",
	}}}
}

// act does one thing, and says whether it may make records due earlier.
func (c *clerk) act(n int) (name string, may bool) {
	n = n * 48271 % (1 << 31) // rapid draws small numbers mostly, and they have to mean everything
	kind, n := n%5, n/5
	schedule, class, authority := []string{"S", "T"}[n%2], []string{"letters", "notes"}[n/2%2], []string{"", "", "Act 2"}[n/4%3]
	switch kind {
	case 0:
		next := retention.DateOf(c.at, c.zone)
		if next.Compare(c.from[schedule]) < 0 {
			next = c.from[schedule]
		}
		c.from[schedule] = next.Days(1 + n%200)
		_, err := c.AddSchedule(c.ctx, tenant, "carol", c.schedule(schedule, 1+n%60, authority, n/3))
		require.NoError(c.t, err)
		if authority != "" {
			c.allowed = append(c.allowed, c.from[schedule])
		}
		return "version", false // it is in force from a later day on
	case 1:
		next := c.at
		if next.Before(c.versions[class]) {
			next = c.versions[class]
		}
		c.versions[class] = next.AddDate(0, 0, 1+n%200).Add(time.Duration(n/200%720) * time.Minute)
		_, err := c.AddClass(c.ctx, tenant, "carol", fileplan.Class{ID: class, Title: class, Schedule: schedule, From: c.versions[class]})
		require.NoError(c.t, err)
		return "class", false
	case 2:
		for _, id := range []archive.RecordID{"P", "Q"} {
			_, err := c.Arrange(c.ctx, tenant, "carol", id, 0, fileplan.Classify{Class: class, Reason: "it belongs there", Authority: authority})
			require.NoError(c.t, err)
		}
		return "classify", authority != ""
	case 3:
		then := c.at.AddDate(0, 0, -n%100)
		for i, id := range []archive.RecordID{"P", "Q"} {
			fact := retention.Fact{Trigger: "settled", At: then.AddDate(0, 0, -n%300*(1-i))}
			_, err := c.Trigger(c.ctx, tenant, "carol", id, fact)
			require.NoError(c.t, err)
		}
		first := !c.settled
		c.settled = true
		return "settle", first // what waited for it is due at last
	}
	before := retention.DateOf(c.at, c.zone)
	c.at = c.later(n)
	c.set(c.at)
	for _, from := range c.allowed {
		may = may || from.Compare(before) > 0 && from.Compare(retention.DateOf(c.at, c.zone)) <= 0
	}
	return "wait", may
}

// later is some hours or days ahead, or the day on which a class changes.
func (c *clerk) later(n int) time.Time {
	some := c.at.Add(time.Duration(1+n/1200%1440) * time.Minute)
	switch n % 3 {
	case 0:
		return some
	case 1:
		return some.AddDate(0, 0, n/3%400)
	}
	at := some
	for _, id := range []string{"letters", "notes"} {
		if change := c.versions[id]; change.After(c.at) && (at.Equal(some) || change.Before(at)) {
			at = change
		}
	}
	return at
}

// due is when a record may go; a day beyond all if it may not.
func (c *clerk) due(id archive.RecordID) retention.Date {
	r, err := c.Retention(c.ctx, tenant, id)
	require.NoError(c.t, err)
	if !r.Ruled || r.Standing.Due == (retention.Date{}) {
		return retention.Date{Year: 9999, Month: 12, Day: 31}
	}
	return r.Standing.Due
}

// run goes through a script, and counts how often a record came to be due later, and
// earlier.
func (c *clerk) run(script []int) (later, earlier int) {
	before := map[archive.RecordID]retention.Date{"P": c.due("P"), "Q": c.due("Q")}
	for _, n := range script {
		name, may := c.act(n)
		for id, was := range before {
			is := c.due(id)
			switch d := is.Compare(was); {
			case d < 0 && !may:
				c.t.Fatalf("%s: %s was due %s, and is due %s: nobody allowed that", name, id, was, is)
			case d < 0 && name != "settle":
				earlier++
			case d > 0:
				later++
			}
			before[id] = is
		}
		if before["Q"].Compare(before["P"]) < 0 {
			c.t.Fatalf("%s: Q is due %s, before P, which is due %s: it was settled no earlier", name, before["Q"], before["P"])
		}
	}
	return later, earlier
}

// Invariant 9 as a machine, on every store: whatever versions of schedules and classes come into
// force, wherever records are classified and whatever happens to them, none is due
// earlier unless somebody allowed it, and none to which something happened later is due before
// one that is kept in the same way.
func TestInvariant9DueFallsOnlyByAuthority(t *testing.T) {
	t.Parallel()
	scripts := rapid.SliceOfN(rapid.IntRange(0, 1<<24), 8, 40)
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(rt, "zone")
		newClerk(rt, t.Context(), everystore.Memory(t), zone).run(scripts.Draw(rt, "script"))
	})
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store, later, earlier := open(t), 0, 0
		for seed := range 16 {
			own := everystore.InTenant(store, fmt.Sprint("office ", seed))
			more, less := newClerk(t, t.Context(), own, zones()[seed%len(zones())]).run(scripts.Example(seed))
			later, earlier = later+more, earlier+less
		}
		require.Positive(t, later, "no script made anything due later")
		require.Positive(t, earlier, "no script made anything due earlier, by authority")
	})
}

// A record comes under what is in force in its class on the day on which it leaves it too: whoever
// classifies it elsewhere in the afternoon needs an authority for what made it be kept longer
// in the morning.
func TestInvariant9OnTheDayARecordLeavesItsClass(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		c := newClerk(t, t.Context(), open(t), time.UTC)
		long := c.schedule("L", 60, "", 0)
		long.From = retention.Date{Year: 2019, Month: 1, Day: 1}
		_, err := c.AddSchedule(c.ctx, tenant, "carol", long)
		require.NoError(t, err)
		move := func(class, authority string) {
			_, err := c.Arrange(c.ctx, tenant, "carol", "P", 0, fileplan.Classify{Class: class, Reason: "it belongs there", Authority: authority})
			require.NoError(t, err)
		}
		move("letters", "") // both classes keep it for a year
		require.Equal(t, "2021-01-03", c.due("P").String())

		change := day(2020, 6, 17)
		_, err = c.AddClass(c.ctx, tenant, "carol", fileplan.Class{ID: "letters", Title: "letters", Schedule: "L", From: change})
		require.NoError(t, err)
		c.set(change.Add(time.Hour))
		require.Equal(t, "2025-01-03", c.due("P").String(), "its class keeps it longer from today on")
		move("notes", "")
		require.Equal(t, "2025-01-03", c.due("P").String(), "nobody allowed less")
		move("notes", "Act 2")
		require.Equal(t, "2021-01-03", c.due("P").String())
	})
}
