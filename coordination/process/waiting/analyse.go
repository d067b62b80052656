package waiting

import (
	"cmp"
	"slices"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
)

// Config says what is known besides the log. The zero value is useful.
type Config struct {
	// Calendars of resources by name; a resource without one is always there.
	Calendars map[string]*process.Calendar
	// Capacity is how many instances a resource works on at once before it
	// counts as busy; without an entry 1.
	Capacity map[string]int
	// Enabled states when an instance was enabled, where the log says so.
	Enabled func(e process.Event) (micros int64, known bool)
	// Predecessors are the activities that enable an activity; for one without
	// an entry they are found in the log.
	Predecessors map[string][]string
	// BatchPause is the longest pause between members of a batch; 0 means 15
	// minutes, below zero that there are no batches.
	BatchPause time.Duration
	// Concurrency is the least evidence, from 0 to 1, that one of two
	// activities comes before the other; below it they count as running side
	// by side. 0 means 0.9. See Concurrent.
	Concurrency float64
}

// instance is an activity instance while it is analysed.
type instance struct {
	wait  *Wait
	ready int64 // of its batch, or Enabled

	// The same as numbers of bounds, once the resource's time is cut up.
	enabledAt, readyAt, startAt int32
}

// Analyse explains every wait of a log of cases.
func Analyse(log *process.Log, config Config) *Analysis {
	cases := log.ByCase()
	a := &Analysis{Waits: make([]Wait, 0, len(log.Events))}
	enabler := newEnabler(log, cases, config)
	for _, events := range cases.All() {
		a.Waits = enabler.enable(a.Waits, events)
	}
	byResource := make([][]instance, log.Resources.Len())
	for i := range a.Waits {
		w := &a.Waits[i]
		byResource[w.Event.Resource] = append(byResource[w.Event.Resource], instance{wait: w, ready: w.Enabled})
	}
	for id, work := range byResource {
		if uint32(id) == process.None {
			for _, x := range work {
				x.unknown()
			}
			continue
		}
		name := log.Resources.Of(uint32(id))
		slices.SortFunc(work, func(x, y instance) int {
			if c := cmp.Compare(x.wait.Start, y.wait.Start); c != 0 {
				return c
			}
			return cmp.Compare(x.wait.Event.Seq, y.wait.Event.Seq)
		})
		a.batches(work, config.BatchPause, config.Calendars[name])
		split(work, config.Calendars[name], max(1, config.Capacity[name]))
	}
	for i := range a.Waits {
		w := &a.Waits[i]
		if w.UnknownStart {
			w.Sure = Shares{}
		}
		a.Shares.add(w.Shares)
	}
	return a
}

// unknown explains the wait for an unknown resource: it is extraneous, and
// anything may be true.
func (x instance) unknown() {
	x.wait.NoResource = true
	x.wait.Shares[Extraneous] = x.wait.Start - x.wait.Enabled
	for c := range x.wait.Possible {
		x.wait.Possible[c] = x.wait.Start - x.wait.Enabled
	}
}

// maxBatch is the largest batch; what goes on after it counts as a queue.
const maxBatch = 200

// batches finds the batches in the work of a resource, which is in order of
// starts. Work on one activity with short pauses is one run, and only its
// beginning can be a batch: what joins later found a queue that is being
// worked off. Nor is it a batch if the resource was off all the time in which
// it might have begun earlier.
func (a *Analysis) batches(work []instance, pause time.Duration, calendar *process.Calendar) {
	if pause < 0 {
		return
	}
	longest := cmp.Or(pause, 15*time.Minute).Microseconds()
	byActivity := make(map[uint32][]int)
	var order []uint32
	for i, x := range work {
		id := x.wait.Event.Activity
		if byActivity[id] == nil {
			order = append(order, id)
		}
		byActivity[id] = append(byActivity[id], i)
	}
	for _, id := range order {
		for list := byActivity[id]; len(list) > 0; {
			run, members := measureRun(work, list, longest)
			if members > 1 && couldBegin(work, list[:members], calendar) {
				a.batch(work, list[:members])
			}
			list = list[run:]
		}
	}
}

// measureRun gives how many instances follow each other with short pauses, and
// how many of them, from the first, may be a batch.
func measureRun(work []instance, list []int, longest int64) (run, members int) {
	first := work[list[0]].wait
	end, several, together := first.Event.End, false, true
	for run, members = 1, 1; run < len(list); run++ {
		w := work[list[run]].wait
		if w.Start-end > longest {
			break
		}
		end = max(end, w.Event.End)
		if together = together && w.Enabled <= first.Start && members < maxBatch; together {
			several = several || w.Event.Case != first.Event.Case
			members++
		}
	}
	if !several {
		members = 1
	}
	return run, members
}

// couldBegin says whether the resource had working time between the first
// enabling and the start of a batch.
func couldBegin(work []instance, list []int, calendar *process.Calendar) bool {
	enabled, start := work[list[0]].wait.Enabled, work[list[0]].wait.Start
	for _, i := range list {
		enabled = min(enabled, work[i].wait.Enabled)
	}
	return enabled == start || calendar.Working(enabled, start) > 0
}

// batch makes a batch of instances.
func (a *Analysis) batch(work []instance, list []int) {
	first := work[list[0]].wait
	b := Batch{
		Activity: first.Event.Activity, Resource: first.Event.Resource, Size: len(list), Start: first.Start, End: first.Event.End,
		Ready: first.Enabled,
	}
	starts, ends, chained := true, true, true
	for _, i := range list[1:] {
		w := work[i].wait
		starts = starts && w.Start == b.Start
		ends = ends && w.Event.End == first.Event.End
		chained = chained && w.Start >= b.End
		b.Ready, b.End = max(b.Ready, w.Enabled), max(b.End, w.Event.End)
	}
	switch {
	case starts && ends:
		b.Kind = Together
	case starts:
		b.Kind = SameStart
	case ends:
		b.Kind = SameEnd
	case chained:
		b.Kind = Chained
	default:
		b.Kind = Overlapping
	}
	a.Batches = append(a.Batches, b)
	for _, i := range list {
		work[i].ready = b.Ready
		work[i].wait.Batch = len(a.Batches)
	}
}
