package changereq_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
)

func money(what, currency string, low, likely, high int64, horizon int) changereq.Amount {
	return changereq.Amount{What: what, Low: low, Likely: likely, High: high, Currency: currency, Horizon: horizon}
}

func TestPresentValues(t *testing.T) {
	t.Parallel()
	benefit := &changereq.Estimate{Amounts: []changereq.Amount{
		money("returns", "EUR", 120_000, 240_000, 360_000, 12), money("scrap", "USD", 0, 100, 200, 0),
	}}
	cost := &changereq.Estimate{Amounts: []changereq.Amount{money("tool", "EUR", 100_000, 150_000, 220_000, 0)}}
	require.Equal(t, []changereq.PresentValue{
		{Currency: "EUR", Low: -100_000, Likely: 90_000, High: 260_000},
		{Currency: "USD", Low: 0, Likely: 100, High: 200},
	}, changereq.PresentValues(benefit, cost, 0))
	// 12 % a year is 1 % a month: 10,000 a month for 12 months is worth 112,550.77.
	got := changereq.PresentValues(benefit, nil, 1200)
	require.Equal(t, changereq.PresentValue{Currency: "EUR", Low: 112_551, Likely: 225_102, High: 337_652, Rate: 1200}, got[0])
	require.Nil(t, changereq.PresentValues(nil, &changereq.Estimate{Summary: "none"}, 500))
	half := &changereq.Estimate{Amounts: []changereq.Amount{money("a", "EUR", -1, 0, 1, 1)}}
	require.Equal(t, changereq.PresentValue{Currency: "EUR", Low: -1, Likely: 0, High: 1, Rate: 100_000},
		changereq.PresentValues(half, nil, 100_000)[0], "0.545 rounds to 1, away from zero on both sides")
	vast := &changereq.Estimate{Amounts: []changereq.Amount{
		money("a", "EUR", math.MinInt64, 0, math.MaxInt64, 0), money("b", "EUR", math.MinInt64, 0, math.MaxInt64, 0),
	}}
	require.Equal(t, changereq.PresentValue{Currency: "EUR", Low: math.MinInt64, High: math.MaxInt64},
		changereq.PresentValues(vast, nil, 0)[0], "what no rule lets in is kept within bounds")
}

// The closed form against paying month by month.
func TestPresentValueMonthByMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.IntRange(0, 3000).Draw(t, "rate")
		horizon := rapid.IntRange(0, 60).Draw(t, "months")
		likely := rapid.Int64Range(-1e12, 1e12).Draw(t, "amount")
		want := new(big.Rat)
		if horizon == 0 {
			want.SetInt64(likely)
		}
		step, factor := big.NewRat(120_000, int64(120_000+rate)), big.NewRat(1, 1)
		for range horizon {
			factor.Mul(factor, step)
			part := new(big.Rat).Mul(big.NewRat(likely, int64(horizon)), factor)
			want.Add(want, part)
		}
		estimate := &changereq.Estimate{Amounts: []changereq.Amount{money("x", "EUR", likely, likely, likely, horizon)}}
		got := changereq.PresentValues(nil, estimate, rate)[0].Likely
		off := new(big.Rat).Add(want, new(big.Rat).SetInt64(got)) // a cost counts against
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d over %d months at %d: got %d, want -(%s)", likely, horizon, rate, got, want.FloatString(3))
		}
	})
}
