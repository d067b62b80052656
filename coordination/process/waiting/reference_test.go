package waiting_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
	"github.com/coordkit/coordkit/internal/sampledata"
)

// lunch is a calendar with one time off each day.
func lunch(t *testing.T, from, to time.Duration) *process.Calendar {
	t.Helper()
	var week []process.Shift
	for day := range 7 {
		at := day * 24 * 60
		week = append(week, process.Shift{From: at, To: at + int(from.Minutes())}, process.Shift{From: at + int(to.Minutes()), To: at + 24*60})
	}
	c, err := process.NewCalendar(time.UTC, week, nil)
	require.NoError(t, err)
	return c
}

func sample(t *testing.T, name string) string {
	t.Helper()
	path, err := sampledata.Find("logs", "wta-manual", name)
	if err != nil {
		t.Skip(err)
	}
	return path
}

func readTable(t *testing.T, path string) *process.Log {
	t.Helper()
	in, err := os.Open(filepath.Clean(path))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	b := process.NewBuilder(process.BuilderConfig{})
	_, err = csvlog.Read(in, b, csvlog.Options{File: path, Zone: time.UTC})
	require.NoError(t, err)
	return b.Log()
}

// transition is what the expected answers sum over.
type transition struct{ from, by, to, who string }

// days reads a duration as "1 days 12:00:00".
func days(t *testing.T, text string) time.Duration {
	t.Helper()
	var d, h, m, s int
	if _, err := fmt.Sscanf(text, "%d days %d:%d:%d", &d, &h, &m, &s); err != nil {
		_, err = fmt.Sscanf(text, "%d days", &d)
		require.NoError(t, err)
	}
	return time.Duration(d*24+h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}

// expected reads the answers that were made by hand.
func expected(t *testing.T, name string) map[transition]waiting.Shares {
	t.Helper()
	text, err := os.ReadFile(sample(t, name))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	out := make(map[transition]waiting.Shares)
	for _, r := range rows[1:] {
		var s waiting.Shares
		for cause, name := range map[waiting.Cause]string{
			waiting.Batching: "wt_batching", waiting.Contention: "wt_contention", waiting.Prioritisation: "wt_prioritization",
			waiting.Unavailability: "wt_unavailability", waiting.Extraneous: "wt_extraneous",
		} {
			s[cause] = days(t, r[column[name]]).Microseconds()
		}
		key := transition{r[column["source_activity"]], r[column["source_resource"]], r[column["target_activity"]], r[column["target_resource"]]}
		require.Equal(t, days(t, r[column["wt_total"]]).Microseconds(), s.Total(), "the answer does not add up")
		out[key] = s
	}
	return out
}

// TestHandMadeLogs compares with the answers beside the logs. The times off,
// which those answers take for granted, are declared.
func TestHandMadeLogs(t *testing.T) {
	t.Parallel()
	half := func(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }
	for log, calendars := range map[string]map[string]*process.Calendar{
		"manual_log_1": {"Marcus": lunch(t, half(12, 0), half(12, 30))},
		"manual_log_2": {"Marcus": lunch(t, half(12, 0), half(12, 30))},
		"manual_log_3": {"Marcus": lunch(t, half(12, 0), half(12, 30))},
		"manual_log_4": {},
		"handoff-test": {"Anya": lunch(t, half(12, 30), half(13, 0))},
		"manual_log_5": {"Marcus": lunch(t, half(12, 0), half(12, 30))},
	} {
		t.Run(log, func(t *testing.T) {
			t.Parallel()
			events := readTable(t, sample(t, log+".csv"))
			got := make(map[transition]waiting.Shares)
			for _, w := range waiting.Analyse(events, waiting.Config{Calendars: calendars}).Waits {
				if w.First {
					continue
				}
				key := transition{events.Activity(w.Before), events.Resource(w.Before), events.Activity(w.Event), events.Resource(w.Event)}
				sum := got[key]
				for i, v := range w.Shares {
					sum[i] += v
				}
				got[key] = sum
			}
			require.Equal(t, expected(t, log+"_expected.csv"), got)
		})
	}
}
