package schedule

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// accepted proposes, accepts and applies.
func accepted(t require.TestingT, p Plan, asOf time.Time, o ProposeOptions) (Plan, Proposal) {
	n, err := Compile(&p)
	require.NoError(t, err)
	x, err := Propose(n, asOf, o)
	require.NoError(t, err)
	events, err := Accept(&p, x, "ada", asOf)
	require.NoError(t, err)
	for _, e := range events {
		p = Evolve(p, e)
	}
	return p, x
}

func TestProposeNamesTheRoot(t *testing.T) {
	t.Parallel()
	p, x := accepted(t, *officePlan([]Activity{{ID: "a", Duration: 8 * hour}, {ID: "b", Duration: 8 * hour}, {ID: "c", Duration: 8 * hour}, {ID: "apart", Duration: 8 * hour}},
		Relation{From: "a", To: "b"}, Relation{From: "b", To: "c"}), monday, ProposeOptions{})
	require.Len(t, x.Moves, 4)
	require.Equal(t, CauseNew, x.Moves[0].Cause.Kind)
	require.Equal(t, int64(1), p.Rev)

	p.Activities[0].Duration = 12 * hour
	n := compiled(t, &p)
	x, err := Propose(n, monday, ProposeOptions{})
	require.NoError(t, err)
	require.Len(t, x.Moves, 3)
	for k, via := range []string{"", "a", "b"} {
		require.Equal(t, via, x.Moves[k].Via)
		require.Equal(t, Cause{CauseWork, "a", -1, "a now takes 12h0m0s of open time and finishes 2026-03-03 12:00"}, x.Moves[k].Cause)
	}
	require.Equal(t, utc("2026-03-04 17:00"), x.Before)
	require.Equal(t, utc("2026-03-05 12:00"), x.After)

	p.Activities[0].Duration = 8 * hour
	x, err = Propose(compiled(t, &p), monday, ProposeOptions{Floors: []Floor{{"b", utc("2026-03-09 08:00"), "pump arrives 2026-03-09"}}})
	require.NoError(t, err)
	require.Len(t, x.Moves, 2)
	require.Equal(t, Cause{CauseRequirement, "b", -1, "pump arrives 2026-03-09"}, x.Moves[1].Cause)
}

func TestFrozenMovesOnlyIfNamed(t *testing.T) {
	t.Parallel()
	base := *officePlan([]Activity{{ID: "a", Duration: 8 * hour}, {ID: "b", Duration: 8 * hour}, {ID: "c", Duration: 8 * hour}},
		Relation{From: "a", To: "b"}, Relation{From: "b", To: "c"})
	base.Frozen = 36 * hour
	p, _ := accepted(t, base, monday, ProposeOptions{})
	p.Activities[0].Duration = 16 * hour
	n := compiled(t, &p)
	x, err := Propose(n, monday, ProposeOptions{})
	require.NoError(t, err)
	require.Empty(t, x.Moves, "a and b are frozen, and c keeps to b")
	require.Equal(t, PinTooShort, findingOf(t, x.Findings, "a").Kind)
	x, err = Propose(n, monday, ProposeOptions{Move: []string{"a"}})
	require.NoError(t, err)
	require.Len(t, x.Moves, 1)
	require.Equal(t, PinBreaksLogic, findingOf(t, x.Findings, "b").Kind)

	x, err = Propose(n, monday, ProposeOptions{Move: []string{"a", "b"}})
	require.NoError(t, err)
	require.Len(t, x.Moves, 3)
	require.Equal(t, ZoneFrozen, x.Moves[0].Zone)
	require.Equal(t, ZoneFree, x.Moves[2].Zone)
	silent := x
	silent.Named = nil
	_, err = Accept(&p, silent, "ada", monday)
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.ErrorIs(t, err, ErrRefused)
	require.Len(t, refused.Unmet, 2)
	_, err = Accept(&p, x, "ada", monday)
	require.NoError(t, err)
}

func findingOf(t *testing.T, list []Finding, activity string) Finding {
	t.Helper()
	for _, f := range list {
		if f.Activity == activity {
			return f
		}
	}
	require.Fail(t, "no finding", activity)
	return Finding{}
}

func TestAcceptRefusesWhatItCannotStandFor(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{{ID: "a", Duration: 8 * hour}, {ID: "b", Duration: 8 * hour}}, Relation{From: "a", To: "b"})
	x, err := Propose(compiled(t, p), monday, ProposeOptions{})
	require.NoError(t, err)
	stale := *p
	stale.Rev = 7
	_, err = Accept(&stale, x, "ada", monday)
	var conflict *ConflictError
	require.ErrorAs(t, err, &conflict)
	require.ErrorIs(t, err, ErrConflict)
	x.Moves[1].New = Dates{utc("2026-03-02 08:00"), utc("2026-03-02 17:00")} // part of it, by hand
	_, err = Accept(p, x, "ada", monday)
	require.ErrorIs(t, err, ErrRefused)
	require.ErrorContains(t, err, "relation")
	_, err = Propose(compiled(t, p), monday, ProposeOptions{Move: []string{"z"}, Floors: []Floor{{Activity: "y", At: monday}}})
	require.ErrorIs(t, err, ErrInvalid)
}

func TestProposals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := anyPlan(t)
		base.Frozen = time.Duration(rapid.IntRange(0, 10).Draw(t, "frozen")) * 24 * hour
		asOf := anyTime(t, "as of")
		p, _ := accepted(t, *base, asOf, ProposeOptions{})
		again, keep := accepted(t, p, asOf, ProposeOptions{})
		require.True(t, keep.Keep(), "proposing right after accepting keeps the plan: %v", keep.Moves)
		require.Equal(t, p.Rev, again.Rev)

		k := rapid.IntRange(0, len(p.Activities)-1).Draw(t, "changed")
		changed := Evolve(p, Accepted{Rev: p.Rev})
		if changed.Activities[k].Kind == Task {
			changed.Activities[k].Duration += 5 * hour
			changed.Activities[k].Solid = false
		}
		n, err := Compile(&changed)
		require.NoError(t, err)
		x, err := Propose(n, asOf, ProposeOptions{PullIn: rapid.Bool().Draw(t, "pull in")})
		require.NoError(t, err)
		for _, m := range x.Moves {
			a := &changed.Activities[n.index[m.Activity]]
			require.False(t, a.Manual)
			require.False(t, n.frozen(a, asOf) && !a.Planned.Start.Before(asOf), "%s is frozen", a.ID)
			require.NotEmpty(t, m.Cause.Text)
			require.Equal(t, m.Via == "", m.Cause.Activity == m.Activity)
		}
		events, err := Accept(&changed, x, "ada", asOf)
		require.NoError(t, err)
		after := changed
		for _, e := range events {
			after = Evolve(changed, e)
		}
		for i := range after.Activities {
			moved := false
			for _, m := range x.Moves {
				if m.Activity == after.Activities[i].ID {
					require.Equal(t, m.New, after.Activities[i].Planned)
					moved = true
				}
			}
			if !moved {
				require.Equal(t, changed.Activities[i].Planned, after.Activities[i].Planned)
			}
		}
	})
}

func TestVariances(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{{ID: "a", Duration: 8 * hour}, {ID: "b", Duration: 8 * hour}}, Relation{From: "a", To: "b"})
	base := TakeBaseline("signed", monday, dated(t, p, monday))
	p.Activities[0].Duration = 12 * hour
	p.Activities = append(p.Activities, Activity{ID: "new"})
	require.Equal(t, []Variance{
		{Activity: "a", Finish: 4 * hour}, {Activity: "b", Start: 4 * hour, Finish: 4 * hour}, {Activity: "new", Added: true},
	}, dated(t, p, monday).Variances(base))
}
