package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

// TestWorkingMinuteByMinute counts minutes one at a time, over changes of the
// clock and times off.
func TestWorkingMinuteByMinute(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		var week []process.Shift
		for at := 0; at < 7*24*60; {
			from := at + rapid.IntRange(0, 2000).Draw(t, "pause")
			to := from + rapid.IntRange(1, 900).Draw(t, "shift")
			if to > 7*24*60 {
				break
			}
			week = append(week, process.Shift{From: from, To: to})
			at = to
		}
		// The last Sunday of March or October, when the clock changes, is near.
		begin := time.Date(2026, rapid.SampledFrom([]time.Month{3, 10}).Draw(t, "month"), 24, 0, 0, 0, 0, time.UTC)
		from := begin.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(-100, 15000).Draw(t, "length")) * time.Minute)
		off := process.Interval{From: begin.Add(50 * time.Hour).UnixMicro(), To: begin.Add(60 * time.Hour).UnixMicro()}
		calendar, err := process.NewCalendar(berlin, week, []process.Interval{off})
		if err != nil {
			t.Fatal(err)
		}
		want := int64(0)
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			local := at.In(berlin)
			now := (int(local.Weekday())+6)%7*24*60 + local.Hour()*60 + local.Minute()
			for _, s := range week {
				if s.From <= now && now < s.To && (at.UnixMicro() < off.From || at.UnixMicro() >= off.To) {
					want += 60_000_000
				}
			}
		}
		if got := calendar.Working(from.UnixMicro(), to.UnixMicro()); got != want {
			t.Fatalf("from %v to %v: got %d minutes, want %d", from, to, got/60_000_000, want/60_000_000)
		}
	})
}

func TestCalendarsAreChecked(t *testing.T) {
	t.Parallel()
	for what, week := range map[string][]process.Shift{
		"overlap": {{0, 60}, {59, 90}}, "empty": {{5, 5}}, "too long": {{0, 7*24*60 + 1}}, "before": {{-1, 5}},
	} {
		_, err := process.NewCalendar(time.UTC, week, nil)
		require.ErrorIs(t, err, process.ErrCalendar, what)
	}
	_, err := process.NewCalendar(nil, nil, nil)
	require.ErrorIs(t, err, process.ErrCalendar)
	_, err = process.NewCalendar(time.UTC, nil, []process.Interval{{From: 1, To: 5}, {From: 4, To: 6}})
	require.ErrorIs(t, err, process.ErrCalendar)
	never, err := process.NewCalendar(time.UTC, nil, nil)
	require.NoError(t, err)
	require.Zero(t, never.Working(0, 1e15))
	var always *process.Calendar
	require.Equal(t, int64(7), always.Working(1, 8))
	require.Zero(t, always.Working(8, 1))
	require.False(t, always.Found())
}
