package bottleneck

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// ErrRecurrence is returned for a question about recurrence that has no answer.
var ErrRecurrence = errors.New("bottleneck: recurrence cannot be asked")

// Grain is the length of the windows in which recurrence is looked for.
type Grain uint8

// The grains: an hour, a shift of eight hours from midnight, a day.
const (
	Hour Grain = iota
	Shift
	Day
)

// slots is how many windows of a grain a week has.
func (g Grain) slots() int { return [...]int{168, 21, 7}[g] }

// hours is the length of a window.
func (g Grain) hours() int { return 168 / g.slots() }

// RecurConfig says how recurrence is looked for.
type RecurConfig struct {
	Zone  *time.Location // of the calendar; nil means UTC
	Grain Grain
	// Threshold is how many instances must wait in the mean over a window for
	// a hit; 0 takes the mean over the whole log plus one standard deviation.
	Threshold float64
	// Chance is the probability, over all slots of the week together, of
	// calling a pattern what is none; 0 means 0.05.
	Chance float64
}

// Slot is a window of the week with how often the wait was above the threshold.
type Slot struct {
	Weekday time.Weekday
	Hour    int // at which the window begins
	Hits    process.Share
	Queue   float64 // mean number waiting
	// P is how likely so many hits are if hits fall on all slots alike.
	P       float64
	Pattern bool // P is below Chance for one of as many slots, and there were three hits at least
}

// String names the slot, as in "Monday 08:00".
func (s Slot) String() string { return fmt.Sprintf("%v %02d:00", s.Weekday, s.Hour) }

// Recurrence is whether and when waiting at a place comes back.
type Recurrence struct {
	Place     Place
	Grain     Grain
	Threshold float64
	Windows   int
	Hits      process.Share
	Longest   int    // hits in a row, at most
	Runs      int    // runs of hits
	Slots     []Slot // Monday first
	Forms     int64  // when the last run began
	Dissolves int64  // when it ended, or the end of the log

	zone  *time.Location
	queue []window
}

// window is a stretch of time with the mean number waiting.
type window struct {
	from  int64
	slot  int
	queue float64
}

// Patterns lists the slots that are patterns, in order of the week.
func (r *Recurrence) Patterns() []Slot {
	var out []Slot
	for _, s := range r.Slots {
		if s.Pattern {
			out = append(out, s)
		}
	}
	return out
}

// maxRecurWindows is how many windows are looked at.
const maxRecurWindows = 1_000_000

// Recur looks for recurrence of waiting at a place.
func (r *Report) Recur(log *process.Log, place Place, party func(process.Event) string, config RecurConfig) (*Recurrence, error) {
	if config.Grain > Day {
		return nil, fmt.Errorf("%w: there is no grain %d", ErrRecurrence, config.Grain)
	}
	if config.Zone == nil {
		config.Zone = time.UTC
	}
	if party == nil {
		party = log.Resource
	}
	var bounds []process.Interval
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range r.Analysis.Waits {
		w := &r.Analysis.Waits[i]
		first, last = min(first, w.Enabled), max(last, w.Event.End)
		if w.Start > w.Enabled && isAt(log, w, place, party) {
			bounds = append(bounds, process.Interval{From: w.Enabled, To: w.Start})
		}
	}
	if len(r.Analysis.Waits) == 0 || first >= last {
		return nil, fmt.Errorf("%w: the log has no duration", ErrRecurrence)
	}
	out := &Recurrence{Place: place, Grain: config.Grain, zone: config.Zone}
	if err := out.cut(first, last); err != nil {
		return nil, err
	}
	out.fill(bounds)
	out.threshold(config.Threshold)
	out.count(last)
	out.test(cmp.Or(config.Chance, 0.05))
	return out, nil
}

func isAt(log *process.Log, w *waiting.Wait, p Place, party func(process.Event) string) bool {
	switch p.Kind {
	case Activity:
		return log.Activity(w.Event) == p.Name
	case Resource:
		return log.Resource(w.Event) == p.Name
	case HandOff:
		return !w.First && party(w.Before) == p.From && party(w.Event) == p.Name
	}
	return false
}

// cut makes the windows from the one that holds first to the one that holds
// last, by the local clock, so that a Monday is a Monday when the clock changes.
func (r *Recurrence) cut(first, last int64) error {
	hours := r.Grain.hours()
	if (last-first)/(int64(hours)*3_600_000_000) > maxRecurWindows {
		return fmt.Errorf("%w: more than %d windows", ErrRecurrence, maxRecurWindows)
	}
	at := time.UnixMicro(first).In(r.zone)
	begin := time.Date(at.Year(), at.Month(), at.Day(), at.Hour()/hours*hours, 0, 0, 0, r.zone)
	for begin.UnixMicro() <= last {
		slot := ((int(begin.Weekday())+6)%7*24 + begin.Hour()) / hours
		r.queue = append(r.queue, window{from: begin.UnixMicro(), slot: slot})
		next := time.Date(begin.Year(), begin.Month(), begin.Day(), begin.Hour()/hours*hours+hours, 0, 0, 0, r.zone)
		if !next.After(begin) { // the hour that the clock repeats
			next = begin.Add(time.Duration(hours) * time.Hour)
		}
		begin = next
	}
	r.queue = append(r.queue, window{from: begin.UnixMicro()}) // the end of the last
	r.Windows = len(r.queue) - 1
	return nil
}

// fill measures the mean number waiting in each window.
func (r *Recurrence) fill(waits []process.Interval) {
	whole := make([]int, len(r.queue)+1)
	partial := make([]int64, len(r.queue))
	find := func(at int64) int {
		i, exact := slices.BinarySearchFunc(r.queue, at, func(w window, at int64) int { return cmp.Compare(w.from, at) })
		if exact {
			return i
		}
		return i - 1
	}
	for _, w := range waits {
		from, to := find(w.From), find(w.To)
		if from == to {
			partial[from] += w.To - w.From
			continue
		}
		partial[from] += r.queue[from+1].from - w.From
		partial[to] += w.To - r.queue[to].from
		whole[from+1]++
		whole[to]--
	}
	throughout := 0
	for i := range r.Windows {
		throughout += whole[i]
		length := r.queue[i+1].from - r.queue[i].from
		r.queue[i].queue = float64(throughout) + float64(partial[i])/float64(length)
	}
}

// threshold sets what counts as a hit.
func (r *Recurrence) threshold(asked float64) {
	r.Threshold = asked
	if asked > 0 {
		return
	}
	sum, squares := 0.0, 0.0
	for _, w := range r.queue[:r.Windows] {
		sum += w.queue
		squares += w.queue * w.queue
	}
	mean := sum / float64(r.Windows)
	r.Threshold = mean + math.Sqrt(max(0, squares/float64(r.Windows)-mean*mean))
}

// count counts hits, runs and slots.
func (r *Recurrence) count(last int64) {
	hits, run := 0, 0
	seen, hit, queue := make([]int, r.Grain.slots()), make([]int, r.Grain.slots()), make([]float64, r.Grain.slots())
	for i, w := range r.queue[:r.Windows] {
		seen[w.slot]++
		queue[w.slot] += w.queue
		if w.queue <= r.Threshold {
			run = 0
			continue
		}
		hits++
		hit[w.slot]++
		if run++; run == 1 {
			r.Runs++
			r.Forms = w.from
		}
		r.Longest = max(r.Longest, run)
		r.Dissolves = min(last, r.queue[i+1].from)
	}
	r.Hits = process.Wilson(hits, r.Windows, process.Normal95)
	for slot := range seen {
		hour := slot * r.Grain.hours()
		s := Slot{Weekday: time.Weekday((hour/24 + 1) % 7), Hour: hour % 24, Hits: process.Wilson(hit[slot], seen[slot], process.Normal95)}
		if seen[slot] > 0 {
			s.Queue = queue[slot] / float64(seen[slot])
		}
		r.Slots = append(r.Slots, s)
	}
}

// test asks of each slot how likely its hits are if they fell on any slot
// alike: as many hits drawn without replacement from all windows (Fisher's
// exact test, one side). The chance is shared among the slots (Bonferroni).
func (r *Recurrence) test(chance float64) {
	for i := range r.Slots {
		s := &r.Slots[i]
		s.P = tail(r.Windows, r.Hits.Hits, s.Hits.Of, s.Hits.Hits)
		s.Pattern = s.Hits.Hits >= 3 && s.P < chance/float64(len(r.Slots))
	}
}

// tail is the chance of at least k hits among n windows drawn from all, of
// which so many are hits (hypergeometric).
func tail(all, hits, n, k int) float64 {
	sum := 0.0
	for i := k; i <= min(n, hits); i++ {
		sum += math.Exp(choose(hits, i) + choose(all-hits, n-i) - choose(all, n))
	}
	return min(1, sum)
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
