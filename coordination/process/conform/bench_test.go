//go:build unix

package conform_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination/process/conform"
	"github.com/coordkit/coordkit/internal/cputime"
)

func loan(tb testing.TB) *conform.Model {
	tb.Helper()
	model, err := conform.Compile(conform.Seq(
		conform.Loop(conform.Do("check form"), conform.Seq(conform.Do("return"), conform.Do("complete"))),
		conform.And(conform.Do("credit"), conform.Seq(conform.Do("appraise"), conform.Do("assess")), conform.Do("AML")),
		conform.Xor(conform.Do("reject"), conform.Seq(conform.Do("design"), conform.Do("approve"), conform.Xor(conform.Do("cancel"), conform.Do("sign")))),
	))
	require.NoError(tb, err)
	return model
}

// BenchmarkReplay follows cases online.
func BenchmarkReplay(b *testing.B) {
	model := loan(b)
	trace := []string{"check form", "return", "complete", "check form", "appraise", "credit", "assess", "AML", "design", "approve", "sign"}
	before := cputime.Used()
	b.ReportAllocs()
	for b.Loop() {
		run := model.Start()
		for _, activity := range trace {
			if deviation, err := run.Step(activity); deviation != nil || err != nil {
				b.Fatal(deviation, err)
			}
		}
	}
	b.ReportMetric(float64(len(trace))*float64(b.N)/(cputime.Used()-before).Seconds()/1e6, "M-events/cpu-s")
}

// BenchmarkAlign explains a case with three deviations.
func BenchmarkAlign(b *testing.B) {
	model := loan(b)
	trace := []string{"check form", "complete", "check form", "credit", "assess", "AML", "design", "approve", "approve", "sign"}
	before := cputime.Used()
	for b.Loop() {
		if a, err := model.Align(trace, 0); err != nil || a.Cost != 3 {
			b.Fatal(a, err)
		}
	}
	b.ReportMetric(float64(cputime.Used()-before)/float64(b.N)/1e3, "cpu-µs/op")
}
