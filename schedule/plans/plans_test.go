package plans_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

const hour = time.Hour

func task(id string, hours int) schedule.Activity {
	return schedule.Activity{ID: id, Duration: time.Duration(hours) * hour}
}

func after(from, to string) schedule.Relation { return schedule.Relation{From: from, To: to} }

// book is a plan with its events, which go through their stored form.
type book struct {
	plan   schedule.Plan
	events []plans.Event
}

func (b *book) do(c plans.Command, by string, at time.Time) error {
	events, err := plans.Decide(&b.plan, c, by, at)
	if err != nil {
		return err
	}
	for _, e := range events {
		data, err := plans.MarshalData(e)
		if err != nil {
			return err
		}
		if e.Rev, e.Data, err = plans.UnmarshalData(e.Data.Kind(), data); err != nil {
			return err
		}
		b.plan = plans.Evolve(b.plan, e)
		b.events = append(b.events, e)
	}
	return nil
}

func (b *book) must(t require.TestingT, c plans.Command) {
	require.NoError(t, b.do(c, "ann", monday))
}

func (b *book) propose(t require.TestingT, asOf time.Time, o schedule.ProposeOptions) schedule.Proposal {
	n, err := schedule.Compile(&b.plan)
	require.NoError(t, err)
	p, err := schedule.Propose(n, asOf, o)
	require.NoError(t, err)
	return p
}

func created(t require.TestingT) *book {
	b := &book{}
	b.must(t, plans.Create{Plan: schedule.Plan{
		ID: "P", Start: monday, Frozen: 24 * hour, Activities: []schedule.Activity{task("a", 8), task("b", 8), task("c", 8)},
		Relations: []schedule.Relation{after("a", "b"), after("b", "c")},
	}})
	return b
}

func conditions(t *testing.T, err error) []string {
	t.Helper()
	var refused *schedule.RefusedError
	require.ErrorAs(t, err, &refused)
	var out []string
	for _, u := range refused.Unmet {
		out = append(out, u.Condition+" "+u.Ref)
	}
	return out
}

func TestLifeOfAPlan(t *testing.T) {
	t.Parallel()
	b := created(t)
	require.Equal(t, int64(1), b.plan.Rev)
	b.must(t, plans.Accept{Proposal: b.propose(t, monday, schedule.ProposeOptions{})})
	require.Equal(t, monday.Add(24*hour), b.plan.Activities[2].Planned.Finish)
	b.must(t, plans.TakeBaseline{Label: "B1", AsOf: monday})
	b.must(t, plans.Record{Progress: []plans.Progress{{Activity: "a", Actual: schedule.Actual{Start: monday, Remaining: 8 * hour}}}})
	b.must(t, plans.Revise{Activities: []schedule.Activity{task("b", 16), task("d", 1)}, Relations: []schedule.Relation{after("c", "d")}})
	require.Equal(t, monday.Add(8*hour), b.plan.Activities[1].Planned.Start, "a revision leaves accepted dates")
	b.must(t, plans.Revise{Cancel: []string{"d"}, Unrelate: []schedule.Relation{after("c", "d")}, Head: &plans.Head{Start: monday, Frozen: 10 * hour}})
	require.Equal(t, int64(6), b.plan.Rev)
	require.Empty(t, cmp.Diff(b.plan, plans.Fold(b.events)))
	require.Len(t, b.plan.Baselines[0].Dates, 3)
	require.Len(t, b.plan.Relations, 2)

	proposal := b.propose(t, monday, schedule.ProposeOptions{Move: []string{"b"}})
	require.NotEmpty(t, proposal.Moves)
	err := b.do(plans.Accept{Proposal: proposal}, "ann", monday)
	require.Equal(t, []string{"confirm b"}, conditions(t, err))
	err = b.do(plans.Accept{Proposal: proposal, Confirm: []string{"b", "c"}}, "ann", monday)
	require.Equal(t, []string{"confirm c"}, conditions(t, err), "nothing is confirmed that does not move")
	b.must(t, plans.Accept{Proposal: proposal, Confirm: []string{"b"}})
	err = b.do(plans.Accept{Proposal: proposal, Confirm: []string{"b"}}, "ann", monday)
	require.ErrorIs(t, err, schedule.ErrConflict)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	b := created(t)
	b.must(t, plans.Accept{Proposal: b.propose(t, monday, schedule.ProposeOptions{})})
	moved := b.plan.Activities[0]
	moved.Planned.Start = moved.Planned.Start.Add(hour)
	began := task("a", 8)
	began.Actual.Start = monday
	for name, x := range map[string]struct {
		c    plans.Command
		want string
	}{
		"there already":  {plans.Create{Plan: schedule.Plan{ID: "P"}}, "state P"},
		"moves":          {plans.Revise{Activities: []schedule.Activity{moved}}, "planned a"},
		"has happened":   {plans.Revise{Activities: []schedule.Activity{began}}, "actual a"},
		"nothing to say": {plans.Accept{Proposal: b.propose(t, monday, schedule.ProposeOptions{})}, "keep P"},
	} {
		require.Equal(t, []string{x.want}, conditions(t, b.do(x.c, "ann", monday)), name)
	}
	require.ErrorIs(t, new(book).do(plans.Record{}, "ann", monday), schedule.ErrRefused)
	huge := task("z", 1)
	huge.Name = strings.Repeat("x", plans.MaxActivity)
	long := task(strings.Repeat("x", 201), 1)
	for name, c := range map[string]plans.Command{
		"cycle":            plans.Revise{Relations: []schedule.Relation{after("c", "a")}},
		"unknown calendar": plans.Revise{Activities: []schedule.Activity{{ID: "z", Calendar: "none"}}},
		"unknown to":       plans.Revise{Relations: []schedule.Relation{after("c", "z")}},
		"nothing":          plans.Revise{},
		"huge":             plans.Revise{Activities: []schedule.Activity{huge}},
		"long id":          plans.Revise{Activities: []schedule.Activity{long}},
		"long relation":    plans.Revise{Relations: []schedule.Relation{{From: "a", To: "c", Lag: schedule.Lag{Time: 1, In: schedule.Working, Calendar: strings.Repeat("c", 2000)}}}},
		"huge calendar":    plans.Revise{Calendars: []schedule.Calendar{{ID: "c", Zone: strings.Repeat("x", plans.MaxEvent)}}},
		"cancel":           plans.Revise{Cancel: []string{"z"}},
		"unrelate":         plans.Revise{Unrelate: []schedule.Relation{after("a", "c")}},
		"twice":            plans.Revise{Relations: []schedule.Relation{after("a", "c"), after("a", "c")}},
		"progress of none": plans.Record{},
		"progress unknown": plans.Record{Progress: []plans.Progress{{Activity: "z"}}},
		"progress to come": plans.Record{Progress: []plans.Progress{{Activity: "a", Actual: schedule.Actual{Start: monday.Add(hour)}}}},
		"progress wrong":   plans.Record{Progress: []plans.Progress{{Activity: "a", Actual: schedule.Actual{Finish: monday}}}},
		"label":            plans.TakeBaseline{AsOf: monday},
	} {
		before := len(b.events)
		require.ErrorIs(t, b.do(c, "ann", monday), schedule.ErrInvalid, name)
		require.Len(t, b.events, before)
	}
	b.must(t, plans.TakeBaseline{Label: "B1", AsOf: monday})
	require.ErrorIs(t, b.do(plans.TakeBaseline{Label: "B1", AsOf: monday}, "ann", monday), schedule.ErrRefused)
	_, _, err := plans.UnmarshalData("exploded", []byte("{}"))
	require.ErrorIs(t, err, schedule.ErrInvalid)
	_, _, err = plans.UnmarshalData(plans.KindCreated, []byte("{"))
	require.Error(t, err)
}

// TestEventsAreShort: however large a plan, no event is longer than allowed, and
// they make the plan again.
func TestEventsAreShort(t *testing.T) {
	t.Parallel()
	p := schedule.Plan{ID: "P", Calendars: []schedule.Calendar{schedule.WorkWeek("w", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})}}
	for k := range 5000 {
		a := task(fmt.Sprintf("a%04d", k), 8)
		a.Name = strings.Repeat("n", 200)
		p.Activities = append(p.Activities, a)
		if k > 0 {
			p.Relations = append(p.Relations, after(p.Activities[k-1].ID, a.ID))
		}
	}
	b := &book{}
	b.must(t, plans.Create{Plan: p})
	p.Rev = 1
	require.Empty(t, cmp.Diff(p, b.plan))
	b.must(t, plans.Accept{Proposal: b.propose(t, monday, schedule.ProposeOptions{})})
	b.must(t, plans.TakeBaseline{Label: "B", AsOf: monday})
	require.Len(t, b.plan.Baselines[0].Dates, 5000)
	for _, e := range b.events {
		data, err := plans.MarshalData(e)
		require.NoError(t, err)
		require.LessOrEqual(t, len(data), plans.MaxEvent)
	}
	require.Empty(t, cmp.Diff(b.plan, plans.Fold(b.events)))
}

// TestAnyCommands: whatever is asked for, the plan is the fold of its events, it
// compiles, revisions rise one by one, accepted dates change by Accept alone, and
// what is refused changes nothing.
func TestAnyCommands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := created(rt)
		id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		for range rapid.IntRange(1, 12).Draw(rt, "commands") {
			asOf := monday.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "as of")) * hour)
			var c plans.Command
			switch rapid.IntRange(0, 3).Draw(rt, "command") {
			case 0:
				r := plans.Revise{Activities: []schedule.Activity{task(id.Draw(rt, "activity"), rapid.IntRange(0, 20).Draw(rt, "hours"))}}
				if rapid.Bool().Draw(rt, "relate") {
					r.Relations = []schedule.Relation{after(id.Draw(rt, "from"), id.Draw(rt, "to"))}
				}
				if rapid.IntRange(0, 3).Draw(rt, "cancel") == 0 {
					r.Cancel = []string{id.Draw(rt, "cancelled")}
				}
				c = r
			case 1:
				c = plans.Record{Progress: []plans.Progress{{Activity: id.Draw(rt, "activity"), Actual: schedule.Actual{
					Start: monday, Remaining: time.Duration(rapid.IntRange(0, 9).Draw(rt, "left")) * hour,
				}}}}
			case 2:
				p := b.propose(rt, asOf, schedule.ProposeOptions{PullIn: rapid.Bool().Draw(rt, "pull"), Move: []string{"b"}})
				if rapid.IntRange(0, 3).Draw(rt, "stale") == 0 {
					p.BaseRev--
				}
				c = plans.Accept{Proposal: p, Confirm: rapid.SliceOfDistinct(id, func(s string) string { return s }).Draw(rt, "confirm")}
			case 3:
				c = plans.TakeBaseline{Label: id.Draw(rt, "label"), AsOf: asOf}
			}
			before := b.plan
			err := b.do(c, "ann", asOf)
			if err != nil {
				require.Empty(rt, cmp.Diff(before, b.plan))
				continue
			}
			require.Equal(rt, before.Rev+1, b.plan.Rev)
			_, accepts := c.(plans.Accept)
			for i := range before.Activities {
				require.True(rt, accepts || before.Activities[i].Planned == b.plan.Activities[i].Planned)
			}
			_, err = schedule.Compile(&b.plan)
			require.NoError(rt, err)
			require.Empty(rt, cmp.Diff(b.plan, plans.Fold(b.events)))
		}
	})
}

func ExampleDecide() {
	var p schedule.Plan
	do := func(c plans.Command) error {
		events, err := plans.Decide(&p, c, "ann", monday)
		for _, e := range events {
			p = plans.Evolve(p, e)
		}
		return err
	}
	_ = do(plans.Create{Plan: schedule.Plan{ID: "P", Activities: []schedule.Activity{task("dig", 8)}}})
	moved := task("dig", 8)
	moved.Planned = schedule.Dates{Start: monday, Finish: monday.Add(8 * hour)}
	fmt.Println(do(plans.Revise{Activities: []schedule.Activity{moved}}))
	n, _ := schedule.Compile(&p)
	proposal, _ := schedule.Propose(n, monday, schedule.ProposeOptions{})
	fmt.Println(do(plans.Accept{Proposal: proposal}), p.Rev, p.Activities[0].Planned.Start)
	// Output:
	// schedule: revise refused: dig would move: propose the change of dates and accept it
	// <nil> 2 2026-03-02 08:00:00 +0000 UTC
}
