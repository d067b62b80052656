package waiting

import (
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// part is one stretch of a wait that is judged by one threshold: work that was
// enabled no later competes, other work overtakes.
type part struct {
	x         int32 // of work
	from, to  int32 // bounds
	threshold int32 // a bound
	batching  bool  // the stretch waits for the batch, whatever else is true
}

// split shares out the waits for one resource. Its work is in order of starts.
func (a *Analysis) split(work []instance, calendar *process.Calendar, capacity int) {
	s := cutUp(work, calendar, capacity)
	parts := make([]part, 0, len(work))
	busy := make(map[int32][][2]int32) // by batch: when its members so far are worked on
	for i := range work {
		x := &work[i]
		if number := x.batch; number > 0 {
			parts = x.inBatch(parts, int32(i), busy[number])
			busy[number] = join(busy[number], x.startAt, s.at(x.end))
		} else if x.enabledAt < x.startAt {
			parts = append(parts, part{x: int32(i), from: x.enabledAt, to: x.startAt, threshold: x.enabledAt})
		}
	}
	s.judge(work, parts, calendar, a.Waits)
}

// join adds a stretch that begins no earlier than the others.
func join(busy [][2]int32, from, to int32) [][2]int32 {
	if n := len(busy); n > 0 && from <= busy[n-1][1] {
		busy[n-1][1] = max(busy[n-1][1], to)
		return busy
	}
	return append(busy, [2]int32{from, to})
}

// inBatch makes the parts of the wait of a member of a batch: until the batch is
// ready; until it begins; and then turns of other members, among whom it counts
// when this one was enabled, with pauses between them.
func (x *instance) inBatch(parts []part, i int32, busy [][2]int32) []part {
	add := func(from, to, threshold int32, batching bool) {
		if from < to {
			parts = append(parts, part{x: i, from: from, to: to, threshold: threshold, batching: batching})
		}
	}
	ready := min(x.readyAt, x.startAt)
	add(x.enabledAt, ready, x.readyAt, true)
	at := ready
	for _, b := range busy {
		from, to := max(at, min(b[0], x.startAt)), min(b[1], x.startAt)
		add(at, from, x.readyAt, false)
		add(from, to, x.enabledAt, false)
		at = max(from, to)
	}
	add(at, x.startAt, x.readyAt, false)
	return parts
}

// judge answers, for all parts at once, how long the oldest or the newest work
// in hand was enabled by the threshold: the segments enter two trees of sums in
// order of their enabling, the parts ask in order of their threshold.
func (s *segments) judge(work []instance, parts []part, calendar *process.Calendar, waits []Wait) {
	n := len(s.length)
	asks := orderBy(n+1, len(parts), func(i int) int32 { return parts[i].threshold })
	oldest := orderBy(n+1, n, func(i int) int32 { return s.oldest[i] })
	olds := newSums(n)
	newest, news := []int32(nil), olds
	if !slices.Equal(s.oldest, s.newest) { // the resource works on several things at once
		newest, news = orderBy(n+1, n, func(i int) int32 { return s.newest[i] }), newSums(n)
	}
	found := make([]stretch, len(parts))
	for _, ask := range asks {
		p := &parts[ask]
		for ; len(oldest) > 0 && s.oldest[oldest[0]] <= p.threshold; oldest = oldest[1:] {
			olds.add(oldest[0], s.length[oldest[0]], s.open[oldest[0]])
		}
		for ; len(newest) > 0 && s.newest[newest[0]] <= p.threshold; newest = newest[1:] {
			news.add(newest[0], s.length[newest[0]], s.open[newest[0]])
		}
		t := &found[ask]
		t.competing, t.competingOpen = olds.between(p.from, p.to)
		t.onlyOlder, t.onlyOlderOpen = news.between(p.from, p.to)
	}
	// The waits lie all over the memory: touching them one after the other, with
	// nothing in between, lets the processor fetch many at once.
	for i := range parts {
		s.share(&waits[work[parts[i].x].wait], &parts[i], calendar, &found[i])
	}
}

// orderBy lists 0..n-1 in order of their keys, which are below limit; what has
// the key idle is left out.
func orderBy(limit, n int, key func(int) int32) []int32 {
	next := make([]int32, limit+1)
	busy := 0
	for i := range n {
		if k := key(i); k != idle {
			next[k+1]++
			busy++
		}
	}
	for k := range limit {
		next[k+1] += next[k]
	}
	out := make([]int32, busy)
	for i := range n {
		if k := key(i); k != idle {
			out[next[k]] = int32(i)
			next[k]++
		}
	}
	return out
}

// stretch is what the sums say of a part: how long some work in hand competed,
// and how long all of it did; of both, how long by the calendar.
type stretch struct{ competing, competingOpen, onlyOlder, onlyOlderOpen int64 }

// share adds what a part says to the wait.
func (s *segments) share(w *Wait, p *part, calendar *process.Calendar, t *stretch) {
	total := s.bounds[p.to] - s.bounds[p.from]
	free := s.free.between(p.from, p.to)
	freeOpen := s.freeOpen.between(p.from, p.to)
	open := s.openAll.between(p.from, p.to)
	busy := total - free
	w.Possible[Contention] += t.competing
	w.Possible[Prioritisation] += busy - t.onlyOlder
	w.Possible[Unavailability] += total - open
	if p.batching {
		w.Shares[Batching] += total
		w.Possible[Batching] += total
		w.Sure[Batching] += freeOpen
		return
	}
	w.Shares[Contention] += t.competing
	w.Shares[Prioritisation] += busy - t.competing
	w.Shares[Unavailability] += free - freeOpen
	w.Shares[Extraneous] += freeOpen
	w.Possible[Extraneous] += freeOpen
	w.Sure[Extraneous] += freeOpen
	w.Sure[Contention] += t.onlyOlderOpen
	w.Sure[Prioritisation] += open - freeOpen - t.competingOpen
	if !calendar.Found() {
		w.Sure[Unavailability] += free - freeOpen
	}
}
