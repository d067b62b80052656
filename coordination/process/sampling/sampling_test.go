package sampling_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/sampling"
)

const minute = int64(60_000_000)

// TestStudent compares with the printed tables.
func TestStudent(t *testing.T) {
	t.Parallel()
	for freedom, want := range map[int]float64{
		1: 12.7062, 2: 4.30265, 3: 3.18245, 5: 2.57058, 10: 2.22814, 30: 2.04227, 120: 1.97993, 100_000: 1.95999, 2_000_000: 1.95996,
	} {
		require.InDelta(t, want, sampling.Student95(freedom), 6e-5, freedom)
	}
}

func session(timings ...int64) sampling.Session {
	s := sampling.Session{ID: "s1", Observer: "Ada", Window: process.Interval{To: 1000 * minute}}
	at := int64(0)
	for _, length := range timings {
		s.Timings = append(s.Timings, sampling.Timing{Activity: "pack", Start: at, End: at + length*minute})
		at += length * minute
	}
	return s
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	got := sampling.Summarise([]sampling.Session{session(4, 5, 6), session(5, 5)}, 0.05)[0]
	require.Equal(t, int64(5), got.Times.Count)
	require.InDelta(t, 300, got.Mean, 1e-9)
	require.InDelta(t, 42.4264, got.StdDev, 1e-4)
	require.InDelta(t, 300-52.68, got.Low, 0.01)
	require.InDelta(t, 300+52.68, got.High, 0.01)
	require.Equal(t, 34, got.Needed) // 2.0345·0.1414/√34 ≤ 0.05, and with 33 it is not
	one := sampling.Summarise([]sampling.Session{session(4)}, 0.05)[0]
	require.Equal(t, []float64{240, 240, 0}, []float64{one.Low, one.High, float64(one.Needed)})
}

func TestRoundsLieInWorkingTime(t *testing.T) {
	t.Parallel()
	calendar, err := process.NewCalendar(time.UTC, []process.Shift{{From: 3*24*60 + 60, To: 3*24*60 + 120}, {From: 3*24*60 + 200, To: 3*24*60 + 230}}, nil)
	require.NoError(t, err)
	window := process.Interval{To: 24 * 60 * minute}
	got, err := sampling.Rounds(window, calendar, 3000, 1)
	require.NoError(t, err)
	first := 0
	for i, at := range got {
		require.Positive(t, calendar.Working(at, at+1), "round %d", i)
		if at < 120*minute {
			first++
		}
	}
	require.InDelta(t, 2000, first, 100, "an hour of the hour and a half")
	again, err := sampling.Rounds(window, calendar, 3000, 1)
	require.NoError(t, err)
	require.Equal(t, got, again)
	_, err = sampling.Rounds(window, calendar, 0, 1)
	require.ErrorIs(t, err, sampling.ErrInvalid)
	_, err = sampling.Rounds(process.Interval{To: minute}, calendar, 1, 1)
	require.ErrorIs(t, err, sampling.ErrInvalid)
}

func TestTally(t *testing.T) {
	t.Parallel()
	s := sampling.Session{Places: []string{"b", "a"}}
	for i := range 100 {
		s.Looks = append(s.Looks, sampling.Look{Place: "a", Seen: sampling.Seen(min(3, i/60))}, sampling.Look{Place: "b", Seen: sampling.Away})
	}
	got := sampling.Tally([]sampling.Session{s}, 0.05)
	require.Equal(t, []string{"a", "b", ""}, []string{got[0].Place, got[1].Place, got[2].Place})
	busy := got[0].States[sampling.Busy]
	require.InDelta(t, 0.5020, busy.Low, 1e-4) // 60 of 100 by Wilson's formula
	require.InDelta(t, 0.6906, busy.High, 1e-4)
	require.Equal(t, 369, got[0].Needed)
	require.Equal(t, 60, got[2].States[sampling.Busy].Hits)
	require.Equal(t, 200, got[2].Looks)
	require.InDelta(t, 0.9630, got[1].States[sampling.Away].Low, 1e-4)
	require.Equal(t, "starved", sampling.Starved.String())
}

func TestEmit(t *testing.T) {
	t.Parallel()
	s := session(4, 5)
	s.Timings[1].Case, s.Timings[1].Resource = "17", "Bo"
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	require.NoError(t, s.Emit(b))
	log := b.Log()
	require.Equal(t, "s1/1", log.Case(log.Events[0]))
	require.Equal(t, "17", log.Case(log.Events[1]))
	require.Equal(t, "Bo", log.Resource(log.Events[1]))
	for _, e := range log.Events {
		require.True(t, e.Has(process.Hand))
		for a := range log.Attributes(e) {
			require.Contains(t, []string{"s1", "Ada"}, a.Value)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*sampling.Session){
		"id": func(s *sampling.Session) { s.ID = "" }, "observer": func(s *sampling.Session) { s.Observer = "" },
		"window": func(s *sampling.Session) { s.Window.To = 0 }, "activity": func(s *sampling.Session) { s.Timings[0].Activity = "" },
		"timing": func(s *sampling.Session) { s.Timings[0].End = -1 }, "outside": func(s *sampling.Session) { s.Window.To = 1 },
		"place": func(s *sampling.Session) { s.Looks = []sampling.Look{{Place: "x"}} },
		"break": func(s *sampling.Session) { s.Breaks = []process.Interval{{From: 5, To: 5}} },
	} {
		s := session(4)
		require.NoError(t, s.Validate())
		spoil(&s)
		require.ErrorIs(t, s.Validate(), sampling.ErrInvalid, what)
		require.ErrorIs(t, s.Emit(process.NewBuilder(process.BuilderConfig{})), sampling.ErrInvalid, what)
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	a := sampling.Session{ID: "a", Window: process.Interval{From: 10, To: 50}, Breaks: []process.Interval{{From: 20, To: 30}}, Places: []string{"x"}, Timings: []sampling.Timing{{Case: "1"}, {Case: "1"}, {}}}
	b := sampling.Session{ID: "b", Window: process.Interval{From: 40, To: 70}, Places: []string{"y"}, Timings: []sampling.Timing{{Case: "1"}}}
	got := sampling.Cover(process.Interval{From: 0, To: 100}, nil, []string{"z", "x", "w"}, []sampling.Session{b, a})
	require.Equal(t, int64(50), got.Watched)
	require.InDelta(t, 0.5, got.Share(), 0)
	require.Equal(t, []process.Interval{{From: 0, To: 10}, {From: 20, To: 30}, {From: 70, To: 100}}, got.Gaps)
	require.Equal(t, []string{"w", "z"}, got.Missing)
	require.Equal(t, 1, got.Places.Hits)
	require.Equal(t, 2, got.Cases)
}

func TestAnonymise(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	for i, who := range []string{"Ann", "Bob", "Cy", "Di", "Ed"} {
		require.NoError(t, b.Event(&process.Raw{Case: []byte("1"), Activity: []byte("A"), Resource: []byte(who), HasEnd: true, End: process.Stamp{Micros: int64(i)}}))
	}
	log := b.Log()
	roles := map[string]string{"Ann": "clerk", "Bob": "clerk", "Cy": "boss", "Di": "porter"}
	names := func(l *process.Log) (out []string) {
		for _, e := range l.Events {
			out = append(out, l.Resource(e))
		}
		return out
	}
	require.Equal(t, []string{"clerk", "clerk", "other", "other", "other"}, names(sampling.Anonymise(log, roles, 2)))
	require.Equal(t, []string{"", "", "", "", ""}, names(sampling.Anonymise(log, map[string]string{}, 6)))
	_, known := sampling.Anonymise(log, roles, 2).Resources.Find("Ann")
	require.False(t, known)
}

// TestNothingIsRevealedBySubtraction looks at every row and column.
func TestNothingIsRevealedBySubtraction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var cells []sampling.Cell
		for row := range rapid.IntRange(1, 5).Draw(t, "rows") {
			for column := range 4 {
				if rapid.IntRange(0, 4).Draw(t, "there") > 0 {
					cells = append(cells, sampling.Cell{Row: strconv.Itoa(row), Column: strconv.Itoa(column), Cases: rapid.IntRange(0, 12).Draw(t, "cases")})
				}
			}
		}
		got := sampling.Suppress(cells, 5)
		hidden, of := make(map[string]int), make(map[string]int)
		for i, c := range got {
			if c.Cases < 5 && !c.Hidden || c.Cases != cells[i].Cases {
				t.Fatalf("%+v", c)
			}
			for _, line := range []string{"r" + c.Row, "c" + c.Column} {
				of[line]++
				if c.Hidden {
					hidden[line]++
				}
			}
		}
		for line, n := range hidden {
			if n == 1 && of[line] > 1 {
				t.Fatalf("%s has one hidden cell among %d", line, of[line])
			}
		}
	})
}
