//go:build unix

package xes_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
	"time"

	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/cputime"
)

// generate writes a log of 13,087 cases with 262,200 events in about 74 MB, the
// size and the attributes of the loan log of the 2012 process mining challenge.
func generate() []byte {
	const cases, events = 13_087, 262_200
	var out bytes.Buffer
	out.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<log xes.version=\"1.0\" xmlns=\"http://code.deckfour.org/xes\">\n")
	seed, written := uint64(1), 0
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
	begin := time.Date(2011, 10, 1, 0, 0, 0, 0, time.UTC)
	zone := time.FixedZone("", 7200)
	for c := range cases {
		at := begin.Add(time.Duration(c) * 20 * time.Minute)
		fmt.Fprintf(&out, "\t<trace>\n\t\t<date key=\"REG_DATE\" value=\"%s\"/>\n\t\t<string key=\"concept:name\" value=\"%d\"/>\n"+
			"\t\t<string key=\"AMOUNT_REQ\" value=\"%d\"/>\n", at.Format(time.RFC3339Nano), 173688+c, 1000*next(50))
		for left := events*(c+1)/cases - written; left > 0; left-- {
			at = at.Add(time.Duration(next(86_400_000)) * time.Millisecond)
			fmt.Fprintf(&out, "\t\t<event>\n\t\t\t<string key=\"org:resource\" value=\"%d\"/>\n"+
				"\t\t\t<string key=\"lifecycle:transition\" value=\"%s\"/>\n\t\t\t<string key=\"concept:name\" value=\"W_Completeren aanvraag, stap %d\"/>\n"+
				"\t\t\t<date key=\"time:timestamp\" value=\"%s\"/>\n\t\t</event>\n",
				11000+next(69), []string{"COMPLETE", "START", "SCHEDULE"}[next(3)], next(24), at.In(zone).Format("2006-01-02T15:04:05.000Z07:00"))
			written++
		}
		out.WriteString("\t</trace>\n")
	}
	out.WriteString("</log>\n")
	return out.Bytes()
}

func benchmark(b *testing.B, text []byte, size int, attributes bool) {
	b.Helper()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	before := cputime.Used()
	for b.Loop() {
		builder := process.NewBuilder(process.BuilderConfig{Attributes: attributes})
		if err := xes.Read(bytes.NewReader(text), builder, xes.Options{Attributes: attributes}); err != nil {
			b.Fatal(err)
		}
		if s := process.Measure(builder.Log()); s.Events != 262_200 {
			b.Fatalf("got %d events", s.Events)
		}
	}
	b.ReportMetric(float64((cputime.Used()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
}

// BenchmarkStatistics reads a log of 262,200 events to the last figure.
func BenchmarkStatistics(b *testing.B) {
	text := generate()
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, _ = w.Write(text)
	_ = w.Close()
	b.Run("projected", func(b *testing.B) { benchmark(b, text, len(text), false) })
	b.Run("attributes", func(b *testing.B) { benchmark(b, text, len(text), true) })
	b.Run("gzip", func(b *testing.B) { benchmark(b, zip.Bytes(), len(text), false) })
}
