package waiting

import (
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Concurrent finds which activities run side by side: both orders are seen,
// neither clearly more often, and not as a loop. Evidence that one comes before
// the other is the dependency measure of the heuristics miner (Weijters &
// Ribeiro 2011): |ab − ba| / (ab + ba + 1), where ab counts how often b comes
// next after a; instances that overlap in time count in both orders. Evidence of
// a loop is (aba + bab) / (aba + bab + 1). If both are below the threshold, the
// pair is concurrent.
type Concurrent struct {
	width int
	pairs []bool
	many  map[uint64]bool // instead of pairs, where there are many activities
}

// Is says whether two activities run side by side.
func (c *Concurrent) Is(a, b uint32) bool {
	if c.many != nil {
		return c.many[uint64(a)<<32|uint64(b)]
	}
	return c.pairs[int(a)*c.width+int(b)]
}

// FindConcurrent looks for concurrent activities in a log.
func FindConcurrent(log *process.Log, cases *process.Cases, threshold float64) *Concurrent {
	if threshold == 0 {
		threshold = 0.9
	}
	next, loops := make(map[uint64]int), make(map[uint64]int)
	var running []process.Event
	for _, events := range cases.All() {
		running = running[:0]
		for i, e := range events {
			running = overlaps(next, running, e)
			if i == 0 {
				continue
			}
			a, b := events[i-1], e.Activity
			if a.End <= e.Start {
				next[uint64(a.Activity)<<32|uint64(b)]++
			}
			if i > 1 && a.Activity != b && events[i-2].Activity == b {
				loops[uint64(min(a.Activity, b))<<32|uint64(max(a.Activity, b))]++
			}
		}
	}
	c := &Concurrent{width: log.Activities.Len()}
	if c.width <= 1024 {
		c.pairs = make([]bool, c.width*c.width)
	} else {
		c.many = make(map[uint64]bool)
	}
	for key, ab := range next {
		a, b := uint32(key>>32), uint32(key)
		ba := next[uint64(b)<<32|uint64(a)]
		if a >= b || ba == 0 {
			continue
		}
		loop := float64(loops[key])
		dependent := float64(max(ab-ba, ba-ab)) / float64(ab+ba+1)
		if dependent < threshold && loop/(loop+1) < threshold {
			c.set(a, b)
			c.set(b, a)
		}
	}
	return c
}

// mostRunning is up to how many instances that still run are looked at for
// overlaps.
const mostRunning = 64

// overlaps counts the overlaps of an instance with those that still run, and
// gives those that run from then on.
func overlaps(next map[uint64]int, running []process.Event, e process.Event) []process.Event {
	still := running[:0]
	for _, y := range running {
		if y.End <= e.Start {
			continue
		}
		still = append(still, y)
		if y.Activity != e.Activity {
			next[uint64(y.Activity)<<32|uint64(e.Activity)]++
			next[uint64(e.Activity)<<32|uint64(y.Activity)]++
		}
	}
	if len(still) == mostRunning {
		still = still[1:]
	}
	return append(still, e)
}

func (c *Concurrent) set(a, b uint32) {
	if c.many != nil {
		c.many[uint64(a)<<32|uint64(b)] = true
		return
	}
	c.pairs[int(a)*c.width+int(b)] = true
}

// enabler finds when each instance of a case was enabled.
type enabler struct {
	config     Config
	concurrent *Concurrent
	declared   map[uint32]map[uint32]bool // activities that enable an activity
	seen       []uint32                   // number of the case in which an activity came last
	number     uint32
}

func newEnabler(log *process.Log, cases *process.Cases, config Config) *enabler {
	n := &enabler{
		config: config, concurrent: FindConcurrent(log, cases, config.Concurrency), seen: make([]uint32, log.Activities.Len()),
		declared: make(map[uint32]map[uint32]bool),
	}
	for activity, before := range config.Predecessors {
		id, ok := log.Activities.Find(activity)
		if !ok {
			continue
		}
		n.declared[id] = make(map[uint32]bool)
		for _, name := range before {
			if other, ok := log.Activities.Find(name); ok {
				n.declared[id][other] = true
			}
		}
	}
	return n
}

// enable appends the waits of one case.
func (n *enabler) enable(to []Wait, events []process.Event) []Wait {
	n.number++
	latest := process.Event{} // the latest end so far
	for i, e := range events {
		w := Wait{Event: e, Start: e.Start, Enabled: e.Start, First: true, UnknownStart: e.Has(process.NoStart)}
		if before, ok := n.before(events[:i], e, latest); ok {
			w.Before, w.First, w.Enabled = before, false, before.End
			w.HandOff = before.Resource != e.Resource
		}
		if n.config.Enabled != nil {
			if at, known := n.config.Enabled(e); known {
				w.Enabled, w.First = min(at, e.Start), false
			}
		}
		w.Rework = n.seen[e.Activity] == n.number
		n.seen[e.Activity] = n.number
		if i == 0 || e.End >= latest.End {
			latest = e
		}
		to = append(to, w)
	}
	return to
}

// before finds the instance whose end enabled e: the latest end, no later than
// the start of e, among those earlier in order that do not run side by side
// with it.
func (n *enabler) before(earlier []process.Event, e, latest process.Event) (process.Event, bool) {
	if len(earlier) == 0 {
		return process.Event{}, false
	}
	declared := n.declared[e.Activity]
	if declared == nil && latest.End <= e.Start && !n.concurrent.Is(latest.Activity, e.Activity) {
		return latest, true // the usual case
	}
	var best process.Event
	found := false
	for _, y := range slices.Backward(earlier) {
		if y.End > e.Start || found && y.End <= best.End {
			continue
		}
		if declared != nil && !declared[y.Activity] || declared == nil && n.concurrent.Is(y.Activity, e.Activity) {
			continue
		}
		best, found = y, true
	}
	return best, found
}
