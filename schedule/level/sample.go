package level

import "slices"

// Regret-biased sampling (Drexl 1991; Kolisch 1995): a list is drawn activity
// by activity from those whose predecessors are drawn, the more likely the
// earlier its latest finish. In a plan of thousands of activities, where that
// would leave little of the rule, the latest finishes are shaken instead, by more
// or less, and the rule is kept to.

// sampler draws lists of activities that keep the relations.
type sampler struct {
	pr       *project
	latest   []int32 // latest finish, up to a constant
	shaken   []int32 // the same as the draw at hand takes it
	waits    []int32
	eligible []int32
	weight   []int
}

func newSampler(pr *project) *sampler {
	s := &sampler{pr: pr, latest: make([]int32, pr.n), shaken: make([]int32, pr.n), waits: make([]int32, pr.n), weight: make([]int, pr.n)}
	s.choose()
	return s
}

// choose follows a change of modes.
func (s *sampler) choose() {
	if s.pr.plain {
		s.pr.tails(s.latest)
		for j := range s.latest {
			s.latest[j] = s.pr.duration[j] - s.latest[j]
		}
		return
	}
	for j := range s.latest {
		s.latest[j] = s.pr.latest[j] + s.pr.duration[j]
		if a := &s.pr.p.Activities[j]; s.pr.p.Objective == WeightedTardiness && a.Weight > 0 {
			s.latest[j] = min(s.latest[j], int32(a.Due))
		}
	}
}

// draw fills list. Without a random source it takes the smallest latest finish
// each time (rule LFT), the smaller index among equals.
func (s *sampler) draw(list []int32, r *random) {
	rule := s.shake(r)
	s.eligible = s.eligible[:0]
	for j := range int32(s.pr.n) {
		if s.waits[j] = int32(len(s.pr.in.of(j))); s.waits[j] == 0 {
			s.admit(j, rule)
		}
	}
	for k := range list {
		var j int32
		if rule {
			j = s.first()
		} else {
			e := s.pick(r)
			j = s.eligible[e]
			s.eligible[e] = s.eligible[len(s.eligible)-1]
			s.eligible = s.eligible[:len(s.eligible)-1]
		}
		list[k] = j
		for _, a := range s.pr.out.of(j) {
			if s.waits[a.node]--; s.waits[a.node] == 0 {
				s.admit(a.node, rule)
			}
		}
	}
}

// manyActivities is the size from which on a draw shakes the rule.
const manyActivities = 1500

// shake sets the latest finishes for a draw and reports whether the rule is kept
// to.
func (s *sampler) shake(r *random) bool {
	copy(s.shaken, s.latest)
	if r == nil || s.pr.n < manyActivities {
		return r == nil
	}
	by := int(slices.Max(s.latest)-slices.Min(s.latest))>>(3+r.below(6)) + 1
	for j := range s.shaken {
		s.shaken[j] += int32(r.below(by))
	}
	return true
}

// sooner reports whether rule LFT takes the activity at place a before that at
// place b.
func (s *sampler) sooner(a, b int) bool {
	i, j := s.eligible[a], s.eligible[b]
	return s.shaken[i] < s.shaken[j] || s.shaken[i] == s.shaken[j] && i < j
}

// admit adds an eligible activity; with ordered set, as to a heap.
func (s *sampler) admit(j int32, ordered bool) {
	s.eligible = append(s.eligible, j)
	for k := len(s.eligible) - 1; ordered && k > 0 && s.sooner(k, (k-1)/2); k = (k - 1) / 2 {
		s.eligible[k], s.eligible[(k-1)/2] = s.eligible[(k-1)/2], s.eligible[k]
	}
}

// first takes the top of the heap.
func (s *sampler) first() int32 {
	top, last := s.eligible[0], len(s.eligible)-1
	s.eligible[0] = s.eligible[last]
	s.eligible = s.eligible[:last]
	for k := 0; ; {
		child := 2*k + 1
		if child+1 < last && s.sooner(child+1, child) {
			child++
		}
		if child >= last || !s.sooner(child, k) {
			return top
		}
		s.eligible[k], s.eligible[child] = s.eligible[child], s.eligible[k]
		k = child
	}
}

// pick returns the place of the next activity among the eligible ones.
func (s *sampler) pick(r *random) int {
	last := s.latest[s.eligible[0]]
	for _, j := range s.eligible {
		last = max(last, s.latest[j])
	}
	total := 0
	for k, j := range s.eligible {
		s.weight[k] = int(last-s.latest[j]) + 1
		total += s.weight[k]
	}
	at := int(r.next() % uint64(total))
	k := 0
	for ; at >= s.weight[k]; k++ {
		at -= s.weight[k]
	}
	return k
}
