package briefpage

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq"
)

// money lists benefits, costs and what they come to, with a bar for each range
// on one scale for each currency.
func (p *page) money(b *changereq.Brief) {
	a := &b.Assessment
	var list []changereq.Amount
	add := func(kind string, amounts []changereq.Amount) {
		for _, x := range amounts {
			p.Money = append(p.Money, amount{Kind: kind, What: x.What, Over: over(x.Horizon)})
			list = append(list, x)
		}
	}
	if e := a.Benefit; e != nil {
		p.Benefit = part(&e.Part, "", e.Summary)
		add("Benefit", e.Amounts)
	}
	if e := a.Cost; e != nil {
		p.Cost = part(&e.Part, "", e.Summary)
		add("Cost", e.Amounts)
	}
	if e := a.Plan; e != nil {
		add("Cost in the plan", e.Cost)
	}
	for _, v := range b.PresentValues {
		p.Values = append(p.Values, amount{Kind: "Net present value", What: "Net present value", Over: discounted(v.Rate)})
		list = append(list, changereq.Amount{Low: v.Low, Likely: v.Likely, High: v.High, Currency: v.Currency})
	}
	scales := make(map[string]scale)
	for _, x := range list {
		scales[x.Currency] = scales[x.Currency].with(x)
	}
	for i, x := range list {
		rows, k := p.Money, i
		if i >= len(rows) {
			rows, k = p.Values, i-len(rows)
		}
		row := &rows[k]
		row.Low, row.Likely, row.High = money(x.Low, x.Currency), money(x.Likely, x.Currency), money(x.High, x.Currency)
		row.Bar = scales[x.Currency].bar(x)
	}
}

func over(months int) string {
	switch months {
	case 0:
		return "once"
	case 1:
		return "within a month"
	}
	return "over " + strconv.Itoa(months) + " months"
}

func discounted(basisPoints int) string {
	if basisPoints == 0 {
		return "not discounted"
	}
	percent := new(big.Rat).SetFrac64(int64(basisPoints), 100)
	return "at " + strings.TrimSuffix(strings.TrimRight(percent.FloatString(2), "0"), ".") + " % a year"
}

// money writes an amount of minor units as people read it.
func money(n int64, currency string) string {
	digits := minorDigits(currency)
	abs := new(big.Int).Abs(big.NewInt(n)).String()
	if len(abs) <= digits {
		abs = strings.Repeat("0", digits+1-len(abs)) + abs
	}
	whole, rest := abs[:len(abs)-digits], abs[len(abs)-digits:]
	out := threes(whole)
	if rest != "" {
		out += "." + rest
	}
	if n < 0 {
		out = "−" + out
	}
	return currency + " " + out
}

// minorDigits is how many decimals a currency has (ISO 4217); most have two.
func minorDigits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

func grouped(n int64) string {
	if n < 0 {
		return "−" + threes(strconv.FormatUint(-uint64(n), 10))
	}
	return threes(strconv.FormatInt(n, 10))
}

// threes sets a comma between each three digits.
func threes(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// scale is from the least to the greatest amount of a currency, with nothing.
type scale struct{ low, high float64 }

func (s scale) with(x changereq.Amount) scale {
	return scale{min(s.low, float64(x.Low)), max(s.high, float64(x.High))}
}

// bar places a range on a scale of barWidth steps.
type bar struct{ Zero, Left, Width, Mark int }

const barWidth = 120

func (s scale) bar(x changereq.Amount) bar {
	at := func(n float64) int {
		if s.high <= s.low {
			return 0
		}
		return int((n - s.low) / (s.high - s.low) * barWidth)
	}
	left := at(float64(x.Low))
	return bar{Zero: at(0), Left: left, Width: max(1, at(float64(x.High))-left), Mark: at(float64(x.Likely))}
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func instant(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// span says how much later or earlier, in days from a day on.
func span(d time.Duration) string {
	way := " later"
	if d < 0 {
		way, d = " earlier", -d
	}
	switch days, hours := int(d/(24*time.Hour)), int(d/time.Hour); {
	case d == 0:
		return "unchanged"
	case days > 0:
		return count(days, "day", "days") + way
	case hours > 0:
		return count(hours, "hour", "hours") + way
	}
	return count(int(d/time.Minute), "minute", "minutes") + way
}
