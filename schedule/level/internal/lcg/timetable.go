package lcg

// Timetable is the cumulative constraint over resources that share a profile:
// task i holds its demand in [start, start+length). It finds the compulsory
// parts, adds them up slot by slot, and pushes starts out of slots that are
// full. Explanations are pointwise: one slot, and a least set of tasks that
// fill it (Schutt, Feydy, Stuckey & Wallace 2011).
//
// Four resources lie in one word of a slot, 15 bits of free capacity and a
// guard each, as in the packed profile of the schedule generator, so that a
// test of a slot is a test of them all.
type Timetable struct {
	words    int
	free     []uint64 // rows of words, now
	tasks    []task
	demand   []uint64
	changed  []int32
	used     [][]int32 // tasks by resource
	capacity []uint64  // rows as given
	lits     []Lit

	grownFrom, grownTo int32 // slots that have less free since tasks were last pushed
}

type task struct {
	start     Var
	length    int32
	only      Lit   // holds nothing unless this is true
	from, to  int32 // compulsory part in the profile
	isChanged bool  // in the list of changed tasks
	moved     bool  // bounds moved since it was last pushed
}

const guards = uint64(0x8000_8000_8000_8000)

// MaxLane is the greatest capacity a Timetable can count.
const MaxLane = 1<<15 - 1

// NewTimetable makes a constraint for resources whose capacity in slot
// t is capacity[t].
func NewTimetable(resources int, capacity [][]int32) *Timetable {
	words := max(1, (resources+3)/4)
	c := &Timetable{words: words, used: make([][]int32, resources)}
	c.capacity = make([]uint64, len(capacity)*words)
	for t, row := range capacity {
		for w := range words {
			c.capacity[t*words+w] = guards
		}
		for r, q := range row {
			c.capacity[t*words+r/4] |= uint64(q) << (r % 4 * 16)
		}
	}
	c.free = append([]uint64(nil), c.capacity...)
	return c
}

// AddTask adds a task that counts where only holds. Demands are at most
// MaxLane.
func (c *Timetable) AddTask(start Var, length int32, demand []int32, only Lit) {
	i := int32(len(c.tasks))
	c.tasks = append(c.tasks, task{start: start, length: length, only: only, isChanged: true})
	c.changed = append(c.changed, i)
	row := make([]uint64, c.words)
	for r, q := range demand {
		row[r/4] |= uint64(q) << (r % 4 * 16)
		if q > 0 {
			c.used[r] = append(c.used[r], i)
		}
	}
	c.demand = append(c.demand, row...)
}

// Post adds the constraint to a solver. No task is added afterwards.
func (c *Timetable) Post(s *Solver) {
	self := s.AddPropagator(c)
	for i := range c.tasks {
		t := &c.tasks[i]
		s.Watch(self, t.start.Lower(), int32(i))
		s.Watch(self, t.start.Upper(), int32(i))
		if t.only.Side >= 0 {
			s.Watch(self, t.only.Side, int32(i))
		}
	}
}

// Touch implements Propagator.
func (c *Timetable) Touch(i int32) {
	if t := &c.tasks[i]; !t.isChanged {
		t.isChanged = true
		c.changed = append(c.changed, i)
	}
}

// Propagate implements Propagator.
func (c *Timetable) Propagate(s *Solver, self int32) bool {
	c.release(s)
	if full, ok := c.hold(s); !ok {
		return c.overload(s, full)
	}
	from, to := c.grownFrom, c.grownTo
	for i := range c.tasks {
		t := &c.tasks[i]
		if !t.moved && (s.Lo(t.start) >= to || from >= s.Lo(t.start)+t.length) &&
			(s.Hi(t.start) >= to || from >= s.Hi(t.start)+t.length) {
			continue
		}
		t.moved = false
		if s.Lo(t.start) == s.Hi(t.start) && s.True(t.only) {
			continue
		}
		if !c.push(s, self, int32(i)) {
			t.moved = true
			return false
		}
	}
	c.grownFrom, c.grownTo = int32(1)<<30, 0
	return true
}

// part returns the compulsory part of a task by its bounds.
func (t *task) part(s *Solver) (from, to int32) {
	from, to = s.Hi(t.start), s.Lo(t.start)+t.length
	if from >= to || !s.True(t.only) {
		return 0, 0
	}
	return from, to
}

// release takes out of the profile what is no longer compulsory.
func (c *Timetable) release(s *Solver) {
	for _, i := range c.changed {
		t := &c.tasks[i]
		from, to := t.part(s)
		if to <= t.from || t.to <= from { // nothing in common
			c.add(i, t.from, t.to, false)
			t.from, t.to = 0, 0
			continue
		}
		c.add(i, t.from, from, false)
		c.add(i, to, t.to, false)
		t.from, t.to = max(t.from, from), min(t.to, to)
	}
}

// hold puts into the profile what has become compulsory. It stops before the
// first task that would overload a slot and returns the slot; that task and
// the others stay changed, so that the profile itself is never overloaded.
func (c *Timetable) hold(s *Solver) (full int32, ok bool) {
	for n, i := range c.changed {
		t := &c.tasks[i]
		from, to := t.part(s)
		if from < to {
			left, right := t.from, t.to // what is in the profile already
			if left >= right {
				left, right = to, to
			}
			u, a := c.add(i, from, left, true)
			v, b := c.add(i, right, to, true)
			if a || b {
				c.add(i, from, left, false)
				c.add(i, right, to, false)
				c.changed = append(c.changed[:0], c.changed[n:]...)
				if b {
					u = v
				}
				return u, false
			}
			t.from, t.to = from, to
			c.grownFrom, c.grownTo = min(c.grownFrom, from), max(c.grownTo, to)
		}
		t.isChanged, t.moved = false, true
	}
	c.changed = c.changed[:0]
	return 0, true
}

// add puts a task into the profile between two slots or takes it out. It
// reports a slot that is overloaded afterwards.
func (c *Timetable) add(i, from, to int32, hold bool) (full int32, bad bool) {
	for t := from; t < to; t++ {
		at := int(t) * c.words
		for w := range c.words {
			d := c.demand[int(i)*c.words+w]
			if hold {
				c.free[at+w] -= d
				if c.free[at+w]&guards != guards {
					full, bad = t, true
				}
			} else {
				c.free[at+w] += d
			}
		}
	}
	return full, bad
}

// fits reports whether task i fits into a slot beside the compulsory parts of
// the others.
func (c *Timetable) fits(i, slot int32) bool {
	if t := &c.tasks[i]; t.from <= slot && slot < t.to {
		return true
	}
	at := int(slot) * c.words
	for w := range c.words {
		if (c.free[at+w]-c.demand[int(i)*c.words+w])&guards != guards {
			return false
		}
	}
	return true
}

// push moves the bounds of task i out of slots where it does not fit.
func (c *Timetable) push(s *Solver, self, i int32) bool {
	t := &c.tasks[i]
	if s.False(t.only) || t.length == 0 {
		return true
	}
	held := s.True(t.only)
	low, high := s.Lo(t.start), s.Hi(t.start)
	unseen := low
	for u := low + t.length - 1; u >= unseen; {
		if c.fits(i, u) {
			u--
			continue
		}
		if !held {
			if u+1 <= high {
				break // it may still run later
			}
			return s.Push(t.only.Not(), self, c.data(i, u))
		}
		if !s.Push(t.start.GE(u+1), self, c.data(i, u)) {
			return false
		}
		unseen, low = low+t.length, u+1
		u = low + t.length - 1
	}
	if !held {
		return true
	}
	unseen = high + t.length - 1
	for u := high; u <= unseen; {
		if c.fits(i, u) {
			u++
			continue
		}
		if !s.Push(t.start.LE(u-t.length), self, c.data(i, u)) {
			return false
		}
		unseen, high = high-1, u-t.length
		u = high
	}
	return true
}

// data packs a task and a slot into one number for Explain.
func (c *Timetable) data(i, slot int32) int32 {
	return slot*int32(len(c.tasks)) + i
}

// Explain implements Propagator: task i was pushed out of a slot because the
// others fill it.
func (c *Timetable) Explain(s *Solver, l Lit, data int32, out []Lit) []Lit {
	n := int32(len(c.tasks))
	i, slot := data%n, data/n
	t := &c.tasks[i]
	if t.only.Side >= 0 && l == t.only.Not() {
		out = append(out, t.start.GE(slot-t.length+1), t.start.LE(slot))
		return c.fill(s, i, slot, out)
	}
	if t.only.Side >= 0 {
		out = append(out, t.only)
	}
	if l.Side == t.start.Lower() {
		out = append(out, t.start.GE(slot-t.length+1))
	} else {
		out = append(out, t.start.LE(slot))
	}
	return c.fill(s, i, slot, out)
}

// overload states the conflict of a slot that compulsory parts overfill.
func (c *Timetable) overload(s *Solver, slot int32) bool {
	c.lits = c.fill(s, -1, slot, c.lits[:0])
	return s.Fail(c.lits)
}

// fill appends why the tasks with a compulsory part in a slot leave too little
// for task i, or overfill it if i is -1. It drops tasks that are not needed.
func (c *Timetable) fill(s *Solver, i, slot int32, out []Lit) []Lit {
	for r := range c.used {
		shift := r % 4 * 16
		lane := func(rows []uint64, row int) int32 {
			return int32(rows[row*c.words+r/4] >> shift & MaxLane)
		}
		spare := -lane(c.capacity, int(slot)) // sum of demands above capacity
		if i >= 0 {
			spare += lane(c.demand, int(i))
			if lane(c.demand, int(i)) == 0 {
				continue
			}
		}
		for _, k := range c.used[r] {
			if k != i && c.covers(s, k, slot) {
				spare += lane(c.demand, int(k))
			}
		}
		if spare <= 0 {
			continue
		}
		for _, k := range c.used[r] {
			if k == i || !c.covers(s, k, slot) {
				continue
			}
			if d := lane(c.demand, int(k)); d < spare {
				spare -= d
				continue
			}
			t := &c.tasks[k]
			out = append(out, t.start.LE(slot), t.start.GE(slot-t.length+1))
			if t.only.Side >= 0 {
				out = append(out, t.only)
			}
		}
		return out
	}
	return out
}

// covers reports whether task k must run in a slot.
func (c *Timetable) covers(s *Solver, k, slot int32) bool {
	t := &c.tasks[k]
	return s.Hi(t.start) <= slot && slot < s.Lo(t.start)+t.length && s.True(t.only)
}
