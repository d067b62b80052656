package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
)

func TestEffectOfARevision(t *testing.T) {
	t.Parallel()
	p, b, r := shop()
	base := assess(t, p, monday, facts(t, b, r))
	e, err := base.EffectOf(schedule.Revision{})
	require.NoError(t, err)
	require.Empty(t, e.Delays)
	require.Equal(t, "Nothing moves, nothing is missing and nobody's work changes.", e.Summary)

	e, err = base.EffectOf(schedule.Revision{
		Activities: []schedule.Activity{{ID: "test", Duration: 16 * time.Hour, Needs: []schedule.Requirement{material("steel", 45), material("paint", 10), people("saw", 1)}}},
		Relations:  []schedule.Relation{{From: "paint", To: "test"}, {From: "test", To: "g2"}},
	})
	require.NoError(t, err)
	require.Equal(t, schedule.Delay{What: "end", Before: at("2026-03-11 16:00"), Unknown: true}, e.Delays[0])
	require.Equal(t, "g2", e.Delays[1].What)
	require.Len(t, e.Shortages, 1)
	require.Equal(t, "steel", e.Shortages[0].Item)
	require.Equal(t, int64(5), e.Shortages[0].Short)
	require.Equal(t, []string{"ann"}, e.People)
	require.Equal(t, schedule.Short, e.Verdict)
	require.Equal(t, "plan p, revision 0", e.Source)

	e, err = base.EffectOf(schedule.Revision{Cancel: []string{"paint"}, Moves: []schedule.Floor{{Activity: "weld", At: at("2026-03-09 08:00")}}})
	require.NoError(t, err)
	require.Equal(t, schedule.Delay{What: "g1", Before: at("2026-03-10 16:00"), After: at("2026-03-11 16:00")}, e.Delays[0])
	require.Equal(t, []string{"ann", "bob"}, e.People)
	_, err = base.EffectOf(schedule.Revision{Relations: []schedule.Relation{{From: "g2", To: "cut"}}})
	var cycle *schedule.CycleError
	require.ErrorAs(t, err, &cycle)
}

// TestReviseIsAssess: the answer for a revised plan is that of assessing it anew.
func TestReviseIsAssess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, b, r := anyOffice(t)
		f := facts(t, b, r)
		asOf := schedule.AnyTime(t, "as of")
		base := assess(t, p, asOf, f)
		var x schedule.Revision
		k := rapid.IntRange(0, len(p.Activities)-1).Draw(t, "which")
		a := p.Activities[k]
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			x.Cancel = []string{a.ID}
		case 1:
			x.Moves = []schedule.Floor{{Activity: a.ID, At: schedule.AnyTime(t, "to")}}
			if !a.StartBy.NotAfter.IsZero() {
				t.Skip("bounds must not cross")
			}
		case 2:
			a.ID = "new"
			x.Activities = []schedule.Activity{a}
			x.Relations = []schedule.Relation{{From: p.Activities[k].ID, To: "new"}}
		case 3:
			if a.Kind == schedule.Task && !a.Solid {
				a.Duration += 3 * time.Hour
			}
			a.Needs = append([]schedule.Requirement{material("k", 2)}, a.Needs...)
			x.Activities = []schedule.Activity{a}
		}
		revised := x.Apply(p)
		n, err := schedule.Compile(&revised)
		require.NoError(t, err)
		got, err := base.Revise(n)
		require.NoError(t, err)
		same(t, assess(t, &revised, asOf, f), got)
	})
}

func BenchmarkEffect(b *testing.B) {
	p, book, roster := bigOffice(10_000, 2_000, 500)
	base := assess(b, p, benchStart, facts(b, book, roster))
	for k := 0; b.Loop(); k++ {
		from := p.Activities[k*977%len(p.Activities)]
		x := schedule.Revision{
			Activities: []schedule.Activity{{ID: "new", Calendar: from.Calendar, Duration: 40 * time.Hour, Needs: from.Needs}},
			Relations:  []schedule.Relation{{From: from.ID, To: "new"}},
			Moves:      []schedule.Floor{{Activity: from.ID, At: benchStart.AddDate(0, 3, 0)}},
		}
		_, err := base.EffectOf(x)
		require.NoError(b, err)
	}
}
