package outcome_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
)

func whole() outcome.Outcome {
	return outcome.Outcome{
		ID: "O1", Subject: "changereq:CR7", Verdict: outcome.Failed, Causes: []string{"supplier"},
		Measures: []outcome.Measure{{Name: "scrap", Unit: "%", Expected: 2, Measured: 9}},
		Evidence: []archive.End{archive.ToRecord("TEST-1")}, DecidedBy: "carol", DecidedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
}

func TestWhatAnOutcomeLacks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(*outcome.Outcome)
		want  []string
	}{
		"nothing":          {func(*outcome.Outcome) {}, nil},
		"evidence":         {func(o *outcome.Outcome) { o.Evidence = nil }, []string{"evidence: a record or an address that shows it"}},
		"evidence, text":   {func(o *outcome.Outcome) { o.Evidence[0].Kind = archive.EndText }, []string{"evidence: a record or an address that shows it"}},
		"who":              {func(o *outcome.Outcome) { o.DecidedBy = "" }, []string{"who decided it"}},
		"when":             {func(o *outcome.Outcome) { o.DecidedAt = time.Time{} }, []string{"when it was decided"}},
		"cause":            {func(o *outcome.Outcome) { o.Causes = nil }, []string{"a cause"}},
		"cause of success": {func(o *outcome.Outcome) { o.Causes, o.Verdict = nil, outcome.Succeeded }, nil},
	} {
		o := whole()
		tc.spoil(&o)
		require.NoError(t, o.Check(), name)
		require.Equal(t, tc.want, o.Missing(), name)
	}
	for name, spoil := range map[string]func(*outcome.Outcome){
		"verdict": func(o *outcome.Outcome) { o.Verdict = "good" }, "id": func(o *outcome.Outcome) { o.ID = "" },
		"subject": func(o *outcome.Outcome) { o.Subject = "" }, "itself": func(o *outcome.Outcome) { o.Supersedes = o.ID },
	} {
		o := whole()
		spoil(&o)
		require.ErrorIs(t, o.Check(), archive.ErrInvalid, name)
	}
}

func TestCurrentOutcomes(t *testing.T) {
	t.Parallel()
	one := func(id, before string) outcome.Outcome {
		o := whole()
		o.ID, o.Supersedes = id, before
		return o
	}
	ids := func(all []outcome.Outcome) (out []string) {
		for _, o := range all {
			out = append(out, o.ID)
		}
		return out
	}
	require.Equal(t, []string{"C", "X"}, ids(outcome.Current([]outcome.Outcome{one("X", ""), one("C", "B"), one("A", ""), one("B", "A")})))
	require.Equal(t, []string{"A", "B"}, ids(outcome.Current([]outcome.Outcome{one("A", "B"), one("B", "A")})), "a circle")
	require.Equal(t, []string{"A"}, ids(outcome.Current([]outcome.Outcome{one("A", "gone")})))
}

func TestCount(t *testing.T) {
	t.Parallel()
	bare := whole()
	bare.Evidence = nil
	require.Empty(t, cmp.Diff([]outcome.Tally{
		{Verdict: outcome.Succeeded}, {Verdict: outcome.Failed, Outcomes: 2, Incomplete: 1, Unproved: 1}, {Verdict: outcome.Mixed}, {Verdict: outcome.Abandoned},
	}, outcome.Count([]outcome.Outcome{whole(), bare})))
}

func Example() {
	o := outcome.Outcome{ID: "O1", Subject: "changereq:CR7", Verdict: outcome.Failed, DecidedBy: "carol", DecidedAt: time.Unix(0, 0)}
	for _, missing := range o.Missing() {
		fmt.Println("missing:", missing)
	}
	// Output:
	// missing: evidence: a record or an address that shows it
	// missing: a cause
}
