package lcg

// activity orders literals by how often conflicts needed them lately (VSIDS,
// Moskewicz et al. 2001). Every value of every variable has one atom, the
// literal var >= value, whose contrary shares it; atoms that were never needed
// are not in the heap.
type activity struct {
	first []int32 // atom of var >= low+1
	low   []int32 // least value of each variable when the order was made
	of    []Var   // variable of each atom
	score []float32
	place []int32 // index in heap, or -1
	heap  []int32
	step  float32
}

// mostAtoms bounds the memory of the order. A solver with more falls back on
// the smallest start.
const mostAtoms = 4 << 20

// open lays out an atom for every value of every variable.
func (o *activity) open(s *Solver) {
	*o = activity{step: 1}
	vars := len(s.lo) / 2
	total := 0
	for v := range vars {
		total += int(-s.lo[2*v+1] - s.lo[2*v])
	}
	if total > mostAtoms {
		return
	}
	o.first, o.low = make([]int32, vars), make([]int32, vars)
	o.of = make([]Var, total)
	o.score, o.place = make([]float32, total), make([]int32, total)
	next := int32(0)
	for v := range vars {
		o.first[v], o.low[v] = next, s.lo[2*v]
		for range -s.lo[2*v+1] - s.lo[2*v] {
			o.of[next], o.place[next] = Var(v), -1
			next++
		}
	}
}

// atom returns the atom of a literal that is open without decisions.
func (o *activity) atom(l Lit) int32 {
	v := l.Side.Var()
	value := l.Bound
	if l.Side&1 == 1 {
		value = 1 - l.Bound // not (v <= -Bound)
	}
	return o.first[v] + value - o.low[v] - 1
}

func (o *activity) bump(l Lit) {
	if o.first == nil {
		return
	}
	k := o.atom(l)
	o.score[k] += o.step
	if o.score[k] > 1e20 {
		for i := range o.score {
			o.score[i] *= 1e-20
		}
		o.step *= 1e-20
	}
	if o.place[k] >= 0 {
		o.up(o.place[k])
	} else {
		o.insert(k)
	}
}

func (o *activity) decay() { o.step *= 1 / 0.95 }

// restore puts back the atoms that an undone move of a side had settled.
func (o *activity) restore(side Side, old, now int32) {
	if o.first == nil {
		return
	}
	v := side.Var()
	from, to := old+1, now // atoms v >= from..to
	if side&1 == 1 {
		from, to = 1-now, -old // v <= -now was undone: atoms v >= 1-now..-old
	}
	k := o.first[v] + from - o.low[v] - 1
	for end := k + to - from; k <= end; k++ {
		if o.place[k] < 0 && o.score[k] > 0 {
			o.insert(k)
		}
	}
}

func (o *activity) insert(k int32) {
	o.place[k] = int32(len(o.heap))
	o.heap = append(o.heap, k)
	o.up(o.place[k])
}

func (o *activity) up(i int32) {
	k := o.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if o.score[o.heap[parent]] >= o.score[k] {
			break
		}
		o.heap[i] = o.heap[parent]
		o.place[o.heap[i]] = i
		i = parent
	}
	o.heap[i] = k
	o.place[k] = i
}

// pop takes out the atom with the highest score.
func (o *activity) pop() int32 {
	top := o.heap[0]
	o.place[top] = -1
	n := int32(len(o.heap) - 1)
	k := o.heap[n]
	o.heap = o.heap[:n]
	if n == 0 {
		return top
	}
	i := int32(0)
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && o.score[o.heap[child+1]] > o.score[o.heap[child]] {
			child++
		}
		if o.score[o.heap[child]] <= o.score[k] {
			break
		}
		o.heap[i] = o.heap[child]
		o.place[o.heap[i]] = i
		i = child
	}
	o.heap[i] = k
	o.place[k] = i
	return top
}

// pick returns the open literal v >= value with the highest score.
func (o *activity) pick(s *Solver) (v Var, value int32, ok bool) {
	for len(o.heap) > 0 {
		k := o.pop()
		v = o.of[k]
		value = k - o.first[v] + o.low[v] + 1
		if s.Lo(v) < value && value <= s.Hi(v) {
			return v, value, true
		}
	}
	return 0, 0, false
}
