package waiting

import (
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

// instance is an activity instance while it is analysed. What the analysis
// looks at again and again stands here, in the 64 bytes of a cache line, apart
// from the Wait that it becomes.
type instance struct {
	start, end, enabled int64
	ready               int64  // of its batch, or enabled
	wait                uint32 // position in Analysis.Waits
	seq, name           uint32 // of the event and its case
	activity            uint32
	batch               int32 // number from 1, or 0
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
	byResource := a.byResource(log.Resources.Len())
	batches := batcher{analysis: a, pause: config.BatchPause, counts: make([]int32, log.Activities.Len())}
	for id, work := range byResource {
		if uint32(id) == process.None {
			a.unknown(work)
			continue
		}
		name := log.Resources.Of(uint32(id))
		work = inOrder(work)
		batches.find(work, config.Calendars[name])
		a.split(work, config.Calendars[name], max(1, config.Capacity[name]))
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

// byResource makes the instances, apart for each resource and in the order of
// the waits.
func (a *Analysis) byResource(resources int) [][]instance {
	counts := make([]int, resources)
	for i := range a.Waits {
		counts[a.Waits[i].Event.Resource]++
	}
	flat, out, at := make([]instance, len(a.Waits)), make([][]instance, resources), 0
	for id, n := range counts {
		out[id] = flat[at : at : at+n]
		at += n
	}
	for i := range a.Waits {
		w := &a.Waits[i]
		out[w.Event.Resource] = append(out[w.Event.Resource], instance{
			start: w.Start, end: w.Event.End, enabled: w.Enabled, ready: w.Enabled,
			wait: uint32(i), seq: w.Event.Seq, name: w.Event.Case, activity: w.Event.Activity,
		})
	}
	return out
}

// inOrder puts the work of a resource in order of starts.
func inOrder(work []instance) []instance {
	type key struct {
		start   int64
		seq, at uint32
	}
	keys := make([]key, len(work))
	for i := range work {
		keys[i] = key{work[i].start, work[i].seq, uint32(i)}
	}
	slices.SortFunc(keys, func(x, y key) int {
		switch {
		case x.start < y.start, x.start == y.start && x.seq < y.seq:
			return -1
		case x.start == y.start && x.seq == y.seq:
			return 0
		}
		return 1
	})
	out := make([]instance, len(work))
	for i, k := range keys {
		out[i] = work[k.at]
	}
	return out
}

// unknown explains the waits for an unknown resource: they are extraneous, and
// anything may be true.
func (a *Analysis) unknown(work []instance) {
	for i := range work {
		w := &a.Waits[work[i].wait]
		w.NoResource = true
		w.Shares[Extraneous] = w.Start - w.Enabled
		for c := range w.Possible {
			w.Possible[c] = w.Start - w.Enabled
		}
	}
}
