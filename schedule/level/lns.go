package level

import (
	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// Large-neighbourhood search (Shaw 1998) over the exact core, with windows of
// time as in LSSPER (Palpant, Artigues & Michelon 2004): what is finished
// before the window in the left-justified schedule stays there, what starts
// after it in the right-justified schedule stays there but one slot earlier,
// and the core rearranges the rest or proves that it cannot. The clauses it
// learns hold everywhere and serve every later window.

// neighbourhood chooses windows for one schedule.
type neighbourhood struct {
	early, late []int32 // starts of the left- and the right-justified schedule
	size        int     // activities to free
	tries       int     // conflicts of a window
	// patience is after how many schedules without a gain a window may take twice
	// as many conflicts as before; 0 is never.
	patience float64
}

const (
	windowLeast = 8
	windowFirst = 40
	windowTries = 50
	windowMost  = 800 // conflicts of a window that patience allows
)

// prepare sets the assumptions of a window and returns the part of all
// activities that it frees.
func (w *neighbourhood) prepare(x *exact, o *lcg.Options) float64 {
	if w.size == 0 {
		w.size = windowFirst
	}
	n := x.pr.n
	o.Wish = x.c.wish(x.best)
	o.Restart = 1 << 20
	if !x.pr.symmetric {
		return w.prepareFixed(x, o)
	}
	o.Conflicts = min(o.Conflicts, w.allowed(x.spent-x.gained))
	middle := w.middle(x)
	reach, free := int32(0), 0
	for free < min(w.size, n) {
		reach++
		free = 0
		for j := range n {
			if !w.before(x, j, middle-reach) && w.late[j] < middle+reach {
				free++
			}
		}
	}
	for j := range x.c.start {
		switch {
		case w.before(x, j, middle-reach):
			x.keep(o, j, w.early[j])
		case w.late[j] >= middle+reach:
			x.keep(o, j, w.late[j]-1)
		}
	}
	return float64(free) / float64(n)
}

// allowed returns the conflicts of the next window after some schedules without a gain.
func (w *neighbourhood) allowed(idle float64) int {
	tries := w.tries
	for w.patience > 0 && idle > w.patience && tries < windowMost {
		tries, idle = 2*tries, idle-w.patience
	}
	return tries
}

// keep assumes a start for an activity, and its mode if it has a choice.
func (x *exact) keep(o *lcg.Options, j int, start int32) {
	v := x.c.start[j]
	o.Assume = append(o.Assume, v.LE(start), v.GE(start))
	if l := x.c.mode[j]; len(l) > 1 {
		o.Assume = append(o.Assume, l[x.best.Mode[j]])
	}
}

// middle returns a slot, mostly the start of some activity so that crowded
// times come up more often.
func (w *neighbourhood) middle(x *exact) int32 {
	if x.random.below(2) == 0 {
		return int32(x.random.below(x.cost))
	}
	return w.early[x.random.below(x.pr.n)]
}

func (w *neighbourhood) before(x *exact, j int, slot int32) bool {
	return w.early[j]+x.pr.duration[j] <= slot
}

// prepareFixed frees the activities nearest in time to a random one, and, as
// often, a random set; the others keep start and mode. It serves problems that
// do not look the same from both ends, for which a shift is not free.
func (w *neighbourhood) prepareFixed(x *exact, o *lcg.Options) float64 {
	n := x.pr.n
	size := min(w.size, n)
	middle := w.early[x.random.below(n)]
	spread := x.random.below(2) == 0
	free := 0
	for j := range x.c.start {
		distance := int(max(w.early[j]-middle, middle-w.early[j]))
		keep := distance > 2*size
		if spread {
			keep = x.random.below(n) >= size
		}
		if x.pr.p.Objective == Makespan && w.early[j] >= middle {
			keep = false // all that comes later must move for a gain
		}
		if !keep {
			free++
			continue
		}
		x.keep(o, j, w.early[j])
	}
	o.Conflicts = min(o.Conflicts, 60)
	return float64(max(1, free)) / float64(n)
}

// learn adapts the size: smaller after a window that was too hard, larger
// after one that was refuted at once.
func (w *neighbourhood) learn(gaveUp bool, conflicts int) {
	switch {
	case gaveUp:
		w.size = max(windowLeast, w.size-1)
	case conflicts < 10:
		w.size++
	}
}
