package waiting

import (
	"cmp"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
)

// maxBatch is the largest batch; what goes on after it counts as a queue.
const maxBatch = 200

// batcher finds batches. Its tables serve one resource after the other.
type batcher struct {
	analysis *Analysis
	pause    time.Duration
	counts   []int32 // by activity, of the resource at hand; zero in between
	order    []uint32
	flat     []int32
}

// find finds the batches in the work of a resource, which is in order of
// starts. Work on one activity with short pauses is one run, and only its
// beginning can be a batch: what joins later found a queue that is being
// worked off. Nor is it a batch if the resource was off all the time in which
// it might have begun earlier.
func (b *batcher) find(work []instance, calendar *process.Calendar) {
	if b.pause < 0 {
		return
	}
	longest := cmp.Or(b.pause, 15*time.Minute).Microseconds()
	for from, list := 0, b.byActivity(work); from < len(list); {
		to := from + 1
		for to < len(list) && work[list[to]].activity == work[list[from]].activity {
			to++
		}
		for same := list[from:to]; len(same) > 0; {
			run, members := measureRun(work, same, longest)
			if members > 1 && couldBegin(work, same[:members], calendar) {
				b.analysis.batch(work, same[:members])
			}
			same = same[run:]
		}
		from = to
	}
}

// byActivity lists the work by activity, in the order in which each first
// comes.
func (b *batcher) byActivity(work []instance) []int32 {
	b.order = b.order[:0]
	for i := range work {
		id := work[i].activity
		if b.counts[id] == 0 {
			b.order = append(b.order, id)
		}
		b.counts[id]++
	}
	at := int32(0)
	for _, id := range b.order {
		b.counts[id], at = at, at+b.counts[id]
	}
	if cap(b.flat) < len(work) {
		b.flat = make([]int32, len(work))
	}
	list := b.flat[:len(work)]
	for i := range work {
		next := &b.counts[work[i].activity]
		list[*next] = int32(i)
		*next++
	}
	for _, id := range b.order {
		b.counts[id] = 0
	}
	return list
}

// measureRun gives how many instances follow each other with short pauses, and
// how many of them, from the first, may be a batch.
func measureRun(work []instance, list []int32, longest int64) (run, members int) {
	first := &work[list[0]]
	end, several, together := first.end, false, true
	for run, members = 1, 1; run < len(list); run++ {
		x := &work[list[run]]
		if x.start-end > longest {
			break
		}
		end = max(end, x.end)
		if together = together && x.enabled <= first.start && members < maxBatch; together {
			several = several || x.name != first.name
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
func couldBegin(work []instance, list []int32, calendar *process.Calendar) bool {
	enabled, start := work[list[0]].enabled, work[list[0]].start
	for _, i := range list {
		enabled = min(enabled, work[i].enabled)
	}
	return enabled == start || calendar.Working(enabled, start) > 0
}

// batch makes a batch of instances.
func (a *Analysis) batch(work []instance, list []int32) {
	first := &work[list[0]]
	b := Batch{
		Activity: first.activity, Resource: a.Waits[first.wait].Event.Resource, Size: len(list), Start: first.start, End: first.end,
		Ready: first.enabled,
	}
	starts, ends, chained := true, true, true
	for _, i := range list[1:] {
		x := &work[i]
		starts = starts && x.start == b.Start
		ends = ends && x.end == first.end
		chained = chained && x.start >= b.End
		b.Ready, b.End = max(b.Ready, x.enabled), max(b.End, x.end)
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
		work[i].ready, work[i].batch = b.Ready, int32(len(a.Batches))
		a.Waits[work[i].wait].Batch = len(a.Batches)
	}
}
