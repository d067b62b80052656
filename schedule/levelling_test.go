package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/level"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

func TestLevelTakesTurnsAndSaysWhy(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{
		ID: "p", Calendar: "office", Calendars: []schedule.Calendar{office()},
		Activities: []schedule.Activity{
			{ID: "a", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
			{ID: "b", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
			{ID: "c", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("wire", 1)}},
			{ID: "odd", Duration: 8 * time.Hour, Needs: []schedule.Requirement{people("fly", 1)}},
			{ID: "end", Kind: schedule.Gate},
		},
		Relations: []schedule.Relation{{From: "a", To: "end"}, {From: "b", To: "end"}, {From: "c", To: "end"}},
	}
	b := &supply.Book{Items: []supply.Item{{ID: "wire"}}, Orders: []supply.Order{{ID: "PO-1", Item: "wire", Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)}}}
	r := &staff.Roster{Calendars: []schedule.Calendar{office()}, People: []staff.Person{{ID: "ann", Calendar: "office", Skills: []staff.Skill{{Name: "weld", Level: 1}}}}}
	f := facts(t, b, r)
	base := assess(t, p, monday, f)
	out, err := base.Level(context.Background(), f.Staff.(*staff.Team).Crew(), schedule.LevelOptions{Relax: 5})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, out.Status)
	end := out.Finish
	require.Equal(t, at("2026-03-06 16:00"), end) // 40 hours, one after the other
	require.Equal(t, []string{"p/odd/0"}, out.Left)
	require.NoError(t, schedule.Check(base.Network(), monday, out.Dates))
	kinds := make(map[string]schedule.BoundKind)
	for _, x := range out.Bounds {
		kinds[x.Activity] = x.Kind
	}
	require.Equal(t, schedule.BoundReceipt, kinds["c"])
	require.Equal(t, schedule.BoundRelation, kinds["end"])
	require.Equal(t, schedule.BoundPerson, kinds[out.Links[0].To])
	require.Equal(t, "ann", out.Links[0].Person)
	require.Equal(t, "one more weld of level 0", out.Relaxed[0].Text)
	require.Equal(t, 48*time.Hour, out.Relaxed[0].Gain)
	_, err = base.Level(context.Background(), nil, schedule.LevelOptions{Slot: time.Second})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// TestLevelledDatesHold: the dates keep the plan, and no person is wanted twice.
func TestLevelledDatesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, b, r := anyOffice(t)
		for i := range p.Activities {
			p.Activities[i].Manual, p.Activities[i].AsLate, p.Activities[i].Actual = false, false, schedule.Actual{}
			p.Activities[i].Planned = schedule.Dates{}
		}
		f := facts(t, b, r)
		asOf := schedule.AnyTime(t, "as of")
		base := assess(t, p, asOf, f)
		options := schedule.LevelOptions{Search: level.Options{Schedules: 50}}
		out, err := base.Level(context.Background(), f.Staff.(*staff.Team).Crew(), options)
		require.NoError(t, err)
		again, err := base.Level(context.Background(), f.Staff.(*staff.Team).Crew(), options)
		require.NoError(t, err)
		require.Equal(t, out, again)
		if out.Dates == nil {
			return
		}
		require.NoError(t, schedule.Check(base.Network(), asOf, out.Dates))
		index := make(map[string]int)
		for i := range p.Activities {
			index[p.Activities[i].ID] = i
		}
		for _, l := range out.Links {
			require.False(t, out.Dates[index[l.To]].Start.Before(out.Dates[index[l.From]].Finish), "%s twice", l.Person)
		}
	})
}
