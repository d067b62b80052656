package coordination_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// An outcome needs its evidence filed and its causes named; a later one takes the
// place of one in force, once; both stand in the journal.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		desk, err := coordination.NewDesk(coordination.Config{Store: open(t), Now: func() time.Time { return now }})
		require.NoError(t, err)
		record := func(o outcome.Outcome) (outcome.Filed, error) {
			return desk.RecordOutcome(t.Context(), "acme", "olga", o)
		}
		evidence := []archive.End{archive.ToRecord("N1")}
		first := outcome.Outcome{ID: "O1", Subject: "changereq:CR7", Verdict: outcome.Failed, Evidence: evidence}
		_, err = record(first)
		var refused *archive.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, []string{"complete", "evidence-filed"}, []string{refused.Unmet[0].Condition, refused.Unmet[1].Condition})
		require.Equal(t, "it lacks a cause", refused.Unmet[0].Text)
		_, err = desk.File(t.Context(), "acme", "carol", note("N1", "measured 9 Nm", now))
		require.NoError(t, err)
		first.Causes = []string{"torque", "material", "torque"}
		first.Measures = []outcome.Measure{{Name: "torque", Unit: "Nm", Expected: 12, Measured: 9}}
		got, err := record(first)
		require.NoError(t, err)
		require.Equal(t, []string{"material", "torque"}, got.Causes)
		require.Equal(t, "olga", got.DecidedBy)
		require.Equal(t, now, got.DecidedAt)
		_, err = record(first)
		require.ErrorIs(t, err, register.ErrConflict)

		second := outcome.Outcome{ID: "O2", Subject: "changereq:CR7", Verdict: outcome.Succeeded, Evidence: evidence, Supersedes: "O1"}
		_, err = record(outcome.Outcome{ID: "OX", Subject: "changereq:CR8", Verdict: outcome.Succeeded, Evidence: evidence, Supersedes: "O1"})
		require.ErrorIs(t, err, archive.ErrRefused)
		_, err = record(outcome.Outcome{ID: "OX", Subject: "changereq:CR8", Verdict: outcome.Succeeded, Evidence: evidence, Supersedes: "none"})
		require.ErrorIs(t, err, archive.ErrRefused)
		_, err = record(second)
		require.NoError(t, err)
		second.ID = "O3"
		_, err = record(second)
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "O2", refused.Unmet[0].Ref)
		_, err = record(outcome.Outcome{ID: "O4", Subject: "changereq:CR9", Verdict: outcome.Abandoned, Evidence: evidence})
		require.NoError(t, err)

		for name, want := range map[string]struct {
			q   coordination.OutcomeQuery
			ids []string
		}{
			"all":      {coordination.OutcomeQuery{}, []string{"O1", "O2", "O4"}},
			"subject":  {coordination.OutcomeQuery{Subject: "changereq:CR7"}, []string{"O1", "O2"}},
			"in force": {coordination.OutcomeQuery{Subject: "changereq:CR7", InForce: true}, []string{"O2"}},
			"cause":    {coordination.OutcomeQuery{Cause: "torque"}, []string{"O1"}},
			"both":     {coordination.OutcomeQuery{Cause: "torque", Verdict: outcome.Succeeded}, nil},
			"verdict":  {coordination.OutcomeQuery{Verdict: outcome.Abandoned}, []string{"O4"}},
		} {
			var ids []string
			for q := want.q; ; {
				q.Limit = 1
				page, next, err := desk.Outcomes(t.Context(), "acme", q)
				require.NoError(t, err)
				for _, o := range page {
					ids = append(ids, o.ID)
				}
				if q.After = next; next == "" {
					break
				}
			}
			require.Equal(t, want.ids, ids, name)
		}
		one, err := desk.Outcome(t.Context(), "acme", "O1")
		require.NoError(t, err)
		require.Equal(t, "O2", one.SupersededBy)
		_, err = desk.Outcome(t.Context(), "acme", "OX")
		require.ErrorIs(t, err, register.ErrNotFound, "what was refused left nothing")
		report, err := desk.OutcomeReport(t.Context(), "acme", coordination.OutcomeQuery{})
		require.NoError(t, err)
		require.Equal(t, 1, report.Verdicts[0].Outcomes)
		require.Zero(t, report.Verdicts[1].Outcomes, "what was superseded does not count")
		require.Empty(t, report.Causes)

		journal, _, err := desk.Journal(t.Context(), "acme", coordination.JournalQuery{Room: coordination.BookOutcome})
		require.NoError(t, err)
		var kinds []string
		folded := make(map[string]outcome.Filed)
		for _, e := range journal {
			kinds = append(kinds, e.Entity+" "+e.Kind)
			folded[e.Entity], err = outcome.Evolve(folded[e.Entity], e.Kind, e.Data)
			require.NoError(t, err)
		}
		require.Equal(t, []string{"O1 recorded", "O2 recorded", "O1 superseded", "O4 recorded"}, kinds)
		require.Equal(t, one, folded["O1"], "the row is the fold of its events")
	})
}
