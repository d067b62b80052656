package changereq_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
)

func TestRealisedBenefits(t *testing.T) {
	t.Parallel()
	brought := func(claim int, amount int64, at time.Time) changereq.RecordRealised {
		return changereq.RecordRealised{Claim: claim, Amount: amount, At: at, Evidence: []string{"returns report 3"}}
	}
	o := upTo(t, "Verifying")
	o.refuses(carol, brought(1, 1, epoch), "state")
	o = upTo(t, "Closed")
	closed := o.now
	require.Equal(t, closed, *o.req.Closed)
	require.Equal(t, []changereq.BenefitScore{{
		Claim: 1, What: "fewer returns", Currency: "EUR", Low: 10_000, Likely: 25_000, High: 40_000,
		Due: new(closed.AddDate(0, 12, 0)), Verdict: changereq.ScoreOpen,
	}}, changereq.ScoreBenefits(&o.req, o.now))

	o.refuses(ann, brought(1, 1, closed), "role")
	o.refuses(carol, brought(2, 1, closed), "realised")
	o.refuses(carol, brought(1, 1, closed.AddDate(1, 0, 0)), "realised")
	wrong := brought(1, 1, closed)
	wrong.Currency = "USD"
	o.refuses(carol, wrong, "realised")
	o.do(paul, brought(1, 9_000, closed))
	require.Equal(t, "EUR", o.req.Realised[0].Currency)
	year := closed.AddDate(0, 12, 0)
	verdict := func(at time.Time) changereq.ScoreVerdict { return changereq.ScoreBenefits(&o.req, at)[0].Verdict }
	require.Equal(t, changereq.ScoreOpen, verdict(year.Add(-1)))
	require.Equal(t, changereq.ScoreBelow, verdict(year))
	o.do(paul, brought(1, 31_000, closed))
	require.Equal(t, changereq.ScoreWithin, verdict(year))
	o.do(paul, brought(1, 1, closed))
	require.Equal(t, changereq.ScoreAbove, verdict(closed.Add(24*time.Hour)), "what is exceeded is exceeded early")
	o.do(paul, brought(1, -2, closed)) // a correction
	require.Equal(t, changereq.ScoreWithin, verdict(year))
	o.do(carol, changereq.RecordRealised{What: "quieter doors", Amount: 500, Currency: "EUR", At: closed, Evidence: []string{"survey"}})
	scores := changereq.ScoreBenefits(&o.req, year)
	require.Len(t, scores, 2)
	require.Equal(t, changereq.BenefitScore{What: "not claimed", Currency: "EUR", Realised: 500, Records: 1, Verdict: changereq.ScoreUnclaimed}, scores[1])
	require.NoError(t, o.req.Storable())

	o = upTo(t, "Closed")
	require.Equal(t, changereq.ScoreUnmeasured, changereq.ScoreBenefits(&o.req, o.now.AddDate(2, 0, 0))[0].Verdict)
	o = upTo(t, "Verifying")
	require.Nil(t, changereq.ScoreBenefits(&o.req, o.now))
}

// Every record is in exactly one score, as of any instant.
func TestScoresAddUp(t *testing.T) {
	t.Parallel()
	closed := upTo(t, "Closed").req
	rapid.Check(t, func(t *rapid.T) {
		r := closed.Clone()
		for range rapid.IntRange(0, 12).Draw(t, "records") {
			r.Realised = append(r.Realised, changereq.Realised{
				Claim: rapid.IntRange(0, 1).Draw(t, "claim"), Amount: rapid.Int64Range(-100, 50_000).Draw(t, "amount"),
				Currency: rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"),
				At:       r.Closed.AddDate(0, rapid.IntRange(0, 24).Draw(t, "month"), 0),
			})
		}
		now := r.Closed.AddDate(0, rapid.IntRange(0, 24).Draw(t, "now"), 0)
		var want, got [2]int64
		for _, x := range r.Realised {
			if !x.At.After(now) {
				want[0], want[1] = want[0]+x.Amount, want[1]+1
			}
		}
		for _, s := range changereq.ScoreBenefits(&r, now) {
			got[0], got[1] = got[0]+s.Realised, got[1]+int64(s.Records)
		}
		if got != want {
			t.Fatalf("the scores come to %v, the records to %v", got, want)
		}
	})
}
