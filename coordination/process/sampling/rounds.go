package sampling

import (
	"fmt"
	"math"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// maxRounds is how many rounds may be drawn.
const maxRounds = 1_000_000

// Rounds draws n times to look, at random in the working time of a window, in
// order. The same seed draws the same times. It returns ErrInvalid if there is
// no working time, or n is no number of rounds.
func Rounds(window process.Interval, calendar *process.Calendar, n int, seed uint64) ([]int64, error) {
	working := calendar.Working(window.From, window.To)
	switch {
	case n < 1 || n > maxRounds:
		return nil, fmt.Errorf("%w: want 1 to %d rounds, have %d", ErrInvalid, maxRounds, n)
	case working <= 0:
		return nil, fmt.Errorf("%w: there is no working time in the window", ErrInvalid)
	}
	out := make([]int64, 0, n)
	for range n {
		seed += 0x9e3779b97f4a7c15 // splitmix64, Steele, Lea & Flood 2014
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		out = append(out, after(window, calendar, int64(z%uint64(working))))
	}
	slices.Sort(out)
	return out, nil
}

// after finds the time at which so much working time of the window is over.
func after(window process.Interval, calendar *process.Calendar, worked int64) int64 {
	low, high := window.From, window.To
	for low < high {
		middle := low + (high-low)/2
		if calendar.Working(window.From, middle+1) > worked {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// Sampled is what work sampling found, of one place or of all.
type Sampled struct {
	Place  string
	Looks  int
	States [seenCount]process.Share // with 95 percent intervals
	// Needed is how many looks are needed in all for the wanted error of the
	// share of Busy.
	Needed int
}

// Tally counts the looks of sessions by place, in order of names, and at last
// over all places under the name "". wanted is the absolute error that is
// wanted, as 0.05 for five points.
func Tally(sessions []Session, wanted float64) []Sampled {
	counts := map[string]*[seenCount]int{"": {}}
	for i := range sessions {
		for _, l := range sessions[i].Looks {
			if counts[l.Place] == nil {
				counts[l.Place] = &[seenCount]int{}
			}
			counts[l.Place][l.Seen]++
			counts[""][l.Seen]++
		}
	}
	names := make([]string, 0, len(counts))
	for name := range counts {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := make([]Sampled, 0, len(counts))
	for _, name := range append(names, "") {
		s := Sampled{Place: name}
		for _, n := range counts[name] {
			s.Looks += n
		}
		for i, n := range counts[name] {
			s.States[i] = process.Wilson(n, s.Looks, process.Normal95)
		}
		if p := s.States[Busy].Value(); wanted > 0 && s.Looks > 0 {
			s.Needed = int(math.Ceil(process.Normal95 * process.Normal95 * p * (1 - p) / (wanted * wanted)))
		}
		out = append(out, s)
	}
	return out
}
