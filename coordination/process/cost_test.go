package process_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

func TestParseCost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"12": 12_000_000, " 12.50 ": 12_500_000, "-0.000001": -1, "+3": 3_000_000, "12,5": 12_500_000, "1.234,50": 1_234_500_000,
		"1,234.50": 1_234_500_000, "1 234.5": 1_234_500_000, "1\u00a0234,5": 1_234_500_000, "1.0E3": 1_000_000_000, "25e-1": 2_500_000,
		"1e-6": 1, "0": 0, ".5": 500_000, "5.": 5_000_000, "999999999999.999999": 999_999_999_999_999_999, "000000000000012": 12_000_000,
		"1.234": 1_234_000, "1.50000000": 1_500_000, "12,345.6": 12_345_600_000,
	} {
		got, err := process.ParseCost([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "-", ".", ",", "free", "1,234", "1,234,567", "1.234.567", "12 34", "1234,567.8", "1 23.4", "1.2.3", "1e", "1e13", "1e-7", "0x1", "1_000", "NaN",
		"Inf", "1000000000000", "0.0000001", "1.5 EUR", "1e1e1", "--1", " 1 234 ,5x", "1, 5", "¼",
	} {
		_, err := process.ParseCost([]byte(text))
		require.Error(t, err, text)
	}
}

// TestCostsAgainstBig compares plain numbers with those of package math/big.
func TestCostsAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999).Draw(t, "micros")
		text := process.AppendCost(nil, micros)
		got, err := process.ParseCost(text)
		want, ok := new(big.Rat).SetString(string(text))
		if err != nil || got != micros || !ok || want.Cmp(big.NewRat(micros, 1_000_000)) != 0 {
			t.Fatalf("%s: got %d %v, want %d", text, got, err, micros)
		}
	})
}

func FuzzParseCost(f *testing.F) {
	for _, seed := range []string{"12.50", "1.234,5", "1,234.5", "-1e3", "1 234"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := process.ParseCost([]byte(text))
		if err != nil {
			return
		}
		again, err := process.ParseCost(process.AppendCost(nil, got))
		if err != nil || again != got {
			t.Fatalf("%q: got %d, then %d %v", text, got, again, err)
		}
	})
}

// TestCostsStandApart never adds two currencies, nor counts what is not stated.
func TestCostsStandApart(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	for _, c := range [][3]string{{"B", "1", "EUR"}, {"A", "2.5", "EUR"}, {"A", "2", "USD"}, {"A", "0.5", "EUR"}, {"A", "", "EUR"}, {"A", "3", ""}} {
		raw := &process.Raw{Case: []byte("1"), Activity: []byte(c[0]), End: process.Stamp{Micros: 1}, HasEnd: true, Cost: []byte(c[1])}
		if c[2] != "" {
			raw.Currency = []byte(c[2])
		}
		require.NoError(t, b.Event(raw))
	}
	var got []process.CostOf
	for _, c := range b.Log().Costs() {
		micros, _ := c.Total.Int64()
		c.Total = process.Sum{}
		c.Total.Add(micros)
		got = append(got, c)
	}
	sum := func(micros int64) (s process.Sum) {
		s.Add(micros)
		return s
	}
	require.Equal(t, []process.CostOf{
		{Activity: "A", Events: 1, Total: sum(3_000_000)},
		{Activity: "A", Currency: "EUR", Events: 2, Total: sum(3_000_000)},
		{Activity: "A", Currency: "USD", Events: 1, Total: sum(2_000_000)},
		{Activity: "B", Currency: "EUR", Events: 1, Total: sum(1_000_000)},
	}, got)
}

// TestLines keeps the place of events where that was asked for.
func TestLines(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{true, false} {
		b := process.NewBuilder(process.BuilderConfig{Lines: kept})
		for line := range 3 {
			require.NoError(t, b.Event(&process.Raw{
				Case: []byte("1"), Activity: []byte("A"), End: process.Stamp{Micros: time.Unix(1, 0).UnixMicro()}, HasEnd: true,
				At: process.Position{File: "f", Line: 2 * (line + 1)},
			}))
		}
		log := b.Log()
		want := process.Position{}
		if kept {
			want = process.Position{File: "f", Line: 4}
		}
		require.Equal(t, want, log.Position(log.Events[1]))
		report := log.Duplicates(log.ByCase())
		require.Equal(t, want, report.Tallies()[0].First[0].Position)
	}
}
