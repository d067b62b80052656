package bottleneck

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
)

// Warning says that waiting is about to come back.
type Warning struct {
	Place  Place
	From   int64         // when the window begins
	Chance process.Share // how often it came in windows like that
	Reason string
}

// risingWindows is how many windows in a row must rise for a warning.
const risingWindows = 3

// Warn looks ahead from a time: the windows within the horizon that fall on a
// pattern, in order, and first of all a queue that has risen for three windows
// and passed half the threshold. now and horizon are microseconds.
func (r *Recurrence) Warn(now, horizon int64) []Warning {
	var out []Warning
	if w, rising := r.rising(now); rising {
		out = append(out, w)
	}
	hours := r.Grain.hours()
	at := time.UnixMicro(now).In(r.zone)
	for n := 1; n <= maxRecurWindows; n++ {
		begin := time.Date(at.Year(), at.Month(), at.Day(), at.Hour()/hours*hours+n*hours, 0, 0, 0, r.zone)
		if begin.UnixMicro() > now+horizon {
			break
		}
		slot := r.Slots[((int(begin.Weekday())+6)%7*24+begin.Hour())/hours]
		if slot.Pattern {
			out = append(out, Warning{
				Place: r.Place, From: begin.UnixMicro(), Chance: slot.Hits,
				Reason: fmt.Sprintf("%v: above the threshold in %d of %d such windows", slot, slot.Hits.Hits, slot.Hits.Of),
			})
		}
	}
	return out
}

// rising says whether the queue has risen up to now.
func (r *Recurrence) rising(now int64) (Warning, bool) {
	last := -1
	for i := range r.Windows {
		if r.queue[i+1].from <= now {
			last = i
		}
	}
	if last < risingWindows {
		return Warning{}, false
	}
	for i := last - risingWindows + 1; i <= last; i++ {
		if r.queue[i].queue <= r.queue[i-1].queue {
			return Warning{}, false
		}
	}
	queue := r.queue[last].queue
	if queue < r.Threshold/2 {
		return Warning{}, false
	}
	before, followed := 0, 0
	for i := risingWindows; i < last; i++ {
		if r.queue[i].queue > r.queue[i-1].queue && r.queue[i-1].queue > r.queue[i-2].queue && r.queue[i-2].queue > r.queue[i-3].queue &&
			r.queue[i].queue >= r.Threshold/2 {
			before++
			if r.queue[i+1].queue > r.Threshold {
				followed++
			}
		}
	}
	return Warning{
		Place: r.Place, From: r.queue[last+1].from, Chance: process.Wilson(followed, before, process.Normal95),
		Reason: fmt.Sprintf("the queue rose for %d windows to %.1f, the threshold is %.1f", risingWindows, queue, r.Threshold),
	}, true
}
