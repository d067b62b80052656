package process

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrMerge is returned by Merge for statistics that keep different numbers of
// values, so that their quantiles cannot be joined.
var ErrMerge = errors.New("process: statistics that keep different numbers of values cannot be merged")

// ObserverConfig says how an Observer works.
type ObserverConfig struct {
	// Activities and Cases are the names that events point to. They may grow
	// while events are observed.
	Activities, Cases *Names
	// Delay is how long, in microseconds, an event may come after others that
	// start later. It waits that long for the events before it, so that they
	// are taken in the order D1.
	Delay int64
	// Keep is how many values each distribution keeps for exact quantiles,
	// below zero all. Beyond it quantiles come from a Sketch.
	Keep int
}

// Late is an event that came too late to be placed.
type Late struct {
	Event
	Behind int64 // microseconds by which it missed the Delay
}

// Observer watches a process: it takes one event at a time and gives at any
// moment the Statistics that Measure would give for the events it has taken in.
// The events may come in any order as long as none is later than the Delay;
// one that is later is counted, listed and left out, never placed silently.
//
// An observation takes constant time, but for the logarithm of the number of
// waiting events, and allocates nothing once cases, edges and variants are
// known and Keep values are kept. A case takes 48 bytes for good: Close ends
// its counting as open, not its memory. Not safe for concurrent use.
type Observer struct {
	config   ObserverConfig
	waiting  []Event // a heap by Event.Before
	frontier int64   // latest start seen
	begun    bool

	flushed   bool
	flushedAt int64 // events that start before it are late

	events     int
	cases      []openCase
	seen       int // cases with events
	finished   gather
	closed     int
	activities []int
	starts     []int
	unknown    []int
	edges      edgeIndex
	times      []gather // by edge
	overlap    []Sum    // by edge
	service    []gather // by activity
	ways       trie
	late       []Late
	lateCount  int
}

// openCase is what an Observer knows of a case.
type openCase struct {
	first, last int64 // earliest start, latest end
	end         int64 // of the event last in order
	activity    uint32
	way         uint32 // node of the trie
	events      uint32
	closed      bool
}

// NewObserver makes an Observer.
func NewObserver(config ObserverConfig) *Observer {
	return &Observer{config: config, edges: newEdgeIndex(config.Activities.Len()), ways: newTrie()}
}

// Observe takes an event in. It says false for an event that is too late, or
// that has no case.
func (o *Observer) Observe(e Event) bool {
	if e.Case == None {
		return false
	}
	if !o.begun {
		o.begun, o.frontier = true, e.Start
	}
	if behind := o.behind(e); behind > 0 {
		if o.lateCount++; len(o.late) < ListedProblems {
			o.late = append(o.late, Late{Event: e, Behind: behind})
		}
		return false
	}
	o.push(e)
	if e.Start > o.frontier {
		o.frontier = e.Start
		o.release(o.frontier - o.config.Delay)
	}
	return true
}

// behind is by how much an event misses what was taken in already.
func (o *Observer) behind(e Event) int64 {
	if o.flushed {
		return max(o.frontier-o.config.Delay-e.Start, o.flushedAt-e.Start)
	}
	return o.frontier - o.config.Delay - e.Start
}

// Flush takes in the events that wait. Those that come later and start before
// the latest of them are late.
func (o *Observer) Flush() {
	o.release(o.frontier + 1)
	o.flushed, o.flushedAt = o.begun, o.frontier+1
}

// Waiting is how many events wait for others that may come before them.
func (o *Observer) Waiting() int { return len(o.waiting) }

// Late gives how many events came too late, and the first ListedProblems.
func (o *Observer) Late() (int, []Late) { return o.lateCount, slices.Clone(o.late) }

// release takes in the waiting events that start before a time.
func (o *Observer) release(before int64) {
	for len(o.waiting) > 0 && o.waiting[0].Start < before {
		o.take(o.pop())
	}
}

func (o *Observer) push(e Event) {
	o.waiting = append(o.waiting, e)
	i := len(o.waiting) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.Before(o.waiting[up]) {
			break
		}
		o.waiting[i] = o.waiting[up]
		i = up
	}
	o.waiting[i] = e
}

func (o *Observer) pop() Event {
	top, n := o.waiting[0], len(o.waiting)-1
	e := o.waiting[n]
	o.waiting = o.waiting[:n]
	i := 0
	for {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && o.waiting[down+1].Before(o.waiting[down]) {
			down++
		}
		if !o.waiting[down].Before(e) {
			break
		}
		o.waiting[i] = o.waiting[down]
		i = down
	}
	if n > 0 {
		o.waiting[i] = e
	}
	return top
}

// take counts an event; those of a case come in the order D1.
func (o *Observer) take(e Event) {
	o.grow(e)
	o.events++
	o.activities[e.Activity]++
	if e.Flags&NoStart != 0 {
		o.unknown[e.Activity]++
	}
	o.service[e.Activity].add(e.End-e.Start, o.config.Keep)
	c := &o.cases[e.Case]
	if c.events == 0 {
		o.seen++
		o.starts[e.Activity]++
		c.first, c.last = e.Start, e.End
	} else {
		o.pair(c, e)
		c.last = max(c.last, e.End)
	}
	c.way = o.ways.step(c.way, e.Activity)
	c.end, c.activity = e.End, e.Activity
	c.events++
}

func (o *Observer) pair(c *openCase, e Event) {
	edge := o.edges.id(c.activity, e.Activity)
	if int(edge) == len(o.times) {
		o.times = append(o.times, gather{})
		o.overlap = append(o.overlap, Sum{})
	}
	gap := e.Start - c.end
	if gap < 0 {
		o.overlap[edge].Add(-gap)
		gap = 0
	}
	o.times[edge].add(gap, o.config.Keep)
}

// grow makes room for the names of an event.
func (o *Observer) grow(e Event) {
	if int(e.Activity) >= len(o.activities) {
		n := max(int(e.Activity)+1, o.config.Activities.Len())
		o.activities = append(o.activities, make([]int, n-len(o.activities))...)
		o.starts = append(o.starts, make([]int, n-len(o.starts))...)
		o.unknown = append(o.unknown, make([]int, n-len(o.unknown))...)
		o.service = append(o.service, make([]gather, n-len(o.service))...)
		o.edges.reach(n)
	}
	if int(e.Case) >= len(o.cases) {
		n := max(int(e.Case)+1, o.config.Cases.Len())
		o.cases = append(o.cases, make([]openCase, n-len(o.cases))...)
	}
}

// Close says that a case has ended. Events may still come; they count as
// before. It does nothing for a case that is unknown or closed.
func (o *Observer) Close(id uint32) {
	if int(id) >= len(o.cases) || o.cases[id].events == 0 || o.cases[id].closed {
		return
	}
	c := &o.cases[id]
	c.closed = true
	o.closed++
	o.finished.add(c.last-c.first, o.config.Keep)
}

// Open is how many cases have events and are not closed.
func (o *Observer) Open() int { return o.seen - o.closed }

// Finished describes the durations of the cases that were closed, as they were
// then. Statistics.Duration is of all cases.
func (o *Observer) Finished() Distribution { return o.finished.distribution() }

// Statistics gives the figures of the events taken in so far; events that wait
// are not among them. Its work grows with the number of cases.
func (o *Observer) Statistics() *Statistics {
	names := o.config.Activities
	s := &Statistics{Cases: o.seen, Events: o.events, kept: o.config.Keep}
	s.Activities, s.Starts = counted(o.activities, names), counted(o.starts, names)
	ends, ways := make([]int, len(o.activities)), make([]int, o.ways.len())
	var durations gather
	for _, c := range o.cases {
		if c.events > 0 {
			ends[c.activity]++
			ways[c.way]++
			durations.add(c.last-c.first, o.config.Keep)
		}
	}
	s.Ends, s.Duration = counted(ends, names), durations.distribution()
	for edge := range o.times {
		from, to := o.edges.ends(uint32(edge))
		s.Edges = append(s.Edges, Edge{
			From: names.Of(from), To: names.Of(to), Time: o.times[edge].distribution(), Overlap: o.overlap[edge],
		})
	}
	for node, n := range ways {
		if n > 0 {
			s.Variants = append(s.Variants, Variant{Activities: o.ways.spell(uint32(node), names), Cases: n})
		}
	}
	for activity := range o.service {
		if o.service[activity].count > 0 {
			s.Service = append(s.Service, Service{
				Activity: names.Of(uint32(activity)), Time: o.service[activity].distribution(), Unknown: o.unknown[activity],
			})
		}
	}
	s.order()
	return s
}

// trie numbers sequences of activities by their prefixes.
type trie struct {
	next  map[uint64]uint32 // by node<<32 | activity
	nodes []step
}

type step struct{ before, activity uint32 }

func newTrie() trie { return trie{next: make(map[uint64]uint32), nodes: make([]step, 1)} }

func (t *trie) len() int { return len(t.nodes) }

func (t *trie) step(from, activity uint32) uint32 {
	key := uint64(from)<<32 | uint64(activity)
	node, ok := t.next[key]
	if !ok {
		node = uint32(len(t.nodes))
		t.nodes = append(t.nodes, step{from, activity})
		t.next[key] = node
	}
	return node
}

func (t *trie) spell(node uint32, names *Names) []string {
	var out []string
	for ; node != 0; node = t.nodes[node].before {
		out = append(out, names.Of(t.nodes[node].activity))
	}
	slices.Reverse(out)
	return out
}

// Merge joins the statistics of two shards. The shards must not share a case;
// then the result is that of all events together, whatever the split. It
// returns ErrMerge if they keep different numbers of values.
func Merge(a, b *Statistics) (*Statistics, error) {
	if a.kept != b.kept {
		return nil, fmt.Errorf("%w: %d and %d", ErrMerge, a.kept, b.kept)
	}
	s := &Statistics{Cases: a.Cases + b.Cases, Events: a.Events + b.Events, Duration: a.Duration.merge(b.Duration, a.kept), kept: a.kept}
	s.Activities, s.Starts, s.Ends = mergeCounts(a.Activities, b.Activities), mergeCounts(a.Starts, b.Starts), mergeCounts(a.Ends, b.Ends)
	s.Edges = join(a.Edges, b.Edges, func(x, y Edge) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) },
		func(x, y Edge) Edge {
			x.Time = x.Time.merge(y.Time, a.kept)
			x.Overlap.Merge(y.Overlap)
			return x
		})
	s.Variants = join(a.Variants, b.Variants, func(x, y Variant) int { return slices.Compare(x.Activities, y.Activities) },
		func(x, y Variant) Variant { return Variant{Activities: x.Activities, Cases: x.Cases + y.Cases} })
	s.Service = join(a.Service, b.Service, func(x, y Service) int { return cmp.Compare(x.Activity, y.Activity) },
		func(x, y Service) Service {
			return Service{Activity: x.Activity, Time: x.Time.merge(y.Time, a.kept), Unknown: x.Unknown + y.Unknown}
		})
	s.order()
	return s, nil
}

func mergeCounts(a, b []Count) []Count {
	return join(a, b, func(x, y Count) int { return cmp.Compare(x.Name, y.Name) },
		func(x, y Count) Count { return Count{Name: x.Name, Count: x.Count + y.Count} })
}

// join merges two lists by a key; elements of one key are added.
func join[T any](a, b []T, compare func(T, T) int, add func(T, T) T) []T {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, compare)
	var out []T
	for _, x := range all {
		if n := len(out); n > 0 && compare(out[n-1], x) == 0 {
			out[n-1] = add(out[n-1], x)
			continue
		}
		out = append(out, x)
	}
	return out
}
