package summary

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination/process"
)

// MaxPart is about how many bytes one part takes in JSON at most, and MaxName
// how many a name.
const (
	MaxPart = 800_000
	MaxName = 300
)

// Lapse is what is known of how long something takes, in microseconds.
type Lapse struct {
	N        int64 `json:"n"`
	MeanUs   int64 `json:"mean_us"`
	MedianUs int64 `json:"median_us"`
	P95Us    int64 `json:"p95_us"`
}

func lapse(d process.Distribution) Lapse {
	median, _ := d.Median()
	p95, _ := d.Percentile(95)
	return Lapse{N: d.Count, MeanUs: micros(d.Mean()), MedianUs: micros(median), P95Us: p95}
}

// micros gives seconds as whole microseconds.
func micros(seconds float64) int64 { return int64(math.Round(seconds * 1e6)) }

// whole gives a sum, and the largest number where it is larger.
func whole(s process.Sum) int64 {
	v, fits := s.Int64()
	if !fits {
		return math.MaxInt64
	}
	return v
}

// Proportion is a share that was counted, with its 95 percent interval.
type Proportion struct {
	Hits int64   `json:"hits"`
	Of   int64   `json:"of"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func proportion(s process.Share) Proportion {
	return Proportion{Hits: int64(s.Hits), Of: int64(s.Of), Low: s.Low, High: s.High}
}

func at(micros int64) time.Time { return process.Time(micros) }

// cut shortens a name to MaxName bytes, between characters, and makes it UTF-8.
func cut(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	if len(name) <= MaxName {
		return name
	}
	end := MaxName - len("…")
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// room is what is left of the bytes for a list.
type room int

// take says whether an entry with these names still fits. An entry takes about four
// hundred bytes beside them, and no name more than MaxName, which in
// JSON may grow to six times that.
func (r *room) take(names ...string) bool {
	need := 400
	for _, n := range names {
		need += 6 + len(n)
		for _, b := range []byte(n) {
			if b < ' ' || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&' || b == 0xe2 { // 0xe2 may begin U+2028
				need += 5
			}
		}
	}
	if *r -= room(need); *r < 0 {
		*r = 0
		return false
	}
	return true
}

// fill maps a list as far as there is room, and says how many entries are left
// out.
func fill[From, To any](list []From, bytes int, to func(From) (To, []string)) (out []To, omitted int64) {
	r := room(bytes)
	out = make([]To, 0, min(len(list), bytes/400))
	for i, v := range list {
		entry, names := to(v)
		if !r.take(names...) {
			return out, int64(len(list) - i)
		}
		out = append(out, entry)
	}
	return out, 0
}
