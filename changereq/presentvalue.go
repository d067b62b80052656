package changereq

import (
	"math"
	"math/big"
	"slices"
)

// PresentValue is what benefits less costs come to today, in minor units of one
// currency. It is a figure for whoever decides, never a gate.
type PresentValue struct {
	Currency string `json:"currency"`
	Low      int64  `json:"low"`    // benefits at their low, costs at their high
	Likely   int64  `json:"likely"` // both as likely
	High     int64  `json:"high"`   // benefits at their high, costs at their low
	Rate     int    `json:"rate"`   // of the discount, in basis points a year
}

// maxRate is the highest rate of discount, in basis points: 1000 % a year.
const maxRate = 100_000

// PresentValues computes the net present value of the amounts for each
// currency, in the order of the codes; currencies are never mixed. rate is in
// basis points a year.
//
// The rule of discounting: an amount with horizon 0 falls due at once and counts
// in full. An amount with a horizon of n months is spread evenly over them, each
// part due at the end of its month, and a month is discounted by a twelfth of
// the yearly rate, compounded: divided by 1 + rate/12 for each month. The sum is
// computed exactly and rounded once, half away from zero.
func PresentValues(benefit, cost *Estimate, rate int) []PresentValue {
	totals := make(map[string]*[3]big.Rat)
	factors := make(map[int]*big.Rat)
	add := func(e *Estimate, sign int64, pick func(Amount) [3]int64) {
		if e == nil {
			return
		}
		for _, x := range e.Amounts {
			factor := factors[x.Horizon]
			if factor == nil {
				factor = annuity(x.Horizon, rate)
				factors[x.Horizon] = factor
			}
			sum := totals[x.Currency]
			if sum == nil {
				sum = new([3]big.Rat)
				totals[x.Currency] = sum
			}
			for i, n := range pick(x) {
				part := new(big.Rat).SetInt64(n)
				part.Mul(part, factor).Mul(part, big.NewRat(sign, 1))
				sum[i].Add(&sum[i], part)
			}
		}
	}
	add(benefit, 1, func(x Amount) [3]int64 { return [3]int64{x.Low, x.Likely, x.High} })
	add(cost, -1, func(x Amount) [3]int64 { return [3]int64{x.High, x.Likely, x.Low} })
	var out []PresentValue
	for currency, sum := range totals {
		out = append(out, PresentValue{
			Currency: currency, Low: rounded(&sum[0]), Likely: rounded(&sum[1]), High: rounded(&sum[2]), Rate: rate,
		})
	}
	slices.SortFunc(out, func(a, b PresentValue) int { return compare(a.Currency, b.Currency) })
	return out
}

// annuity is the present value of 1, spread evenly over n months.
func annuity(n, rate int) *big.Rat {
	if n <= 0 || rate <= 0 {
		return big.NewRat(1, 1)
	}
	const year = 12 * 10_000 // months and basis points
	num, den := big.NewInt(year), big.NewInt(int64(year)+int64(rate))
	exp := big.NewInt(int64(n))
	num.Exp(num, exp, nil)
	den.Exp(den, exp, nil)
	power := new(big.Rat).SetFrac(num, den) // of 1/(1+i), to n
	// With q = 1/(1+i): q + q² + … + qⁿ = (1 - qⁿ)/i.
	sum := new(big.Rat).Sub(big.NewRat(1, 1), power)
	return sum.Mul(sum, big.NewRat(year, int64(rate)*int64(n)))
}

// rounded is the nearest integer, half away from zero, kept within int64.
func rounded(x *big.Rat) int64 {
	num, den := new(big.Int).Abs(x.Num()), x.Denom()
	num.Lsh(num, 1).Add(num, den)
	num.Quo(num, new(big.Int).Lsh(den, 1))
	switch {
	case num.IsInt64() && x.Sign() < 0:
		return -num.Int64()
	case num.IsInt64():
		return num.Int64()
	case x.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}
