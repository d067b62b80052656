package level

// Regret-biased sampling (Drexl 1991; Kolisch 1995): a list is drawn activity
// by activity from those whose predecessors are drawn, the more likely the
// earlier its latest finish.

// sampler draws lists of activities that keep the relations.
type sampler struct {
	pr       *project
	latest   []int32 // latest finish, up to a constant
	waits    []int32
	eligible []int32
	weight   []int
}

func newSampler(pr *project) *sampler {
	s := &sampler{pr: pr, latest: make([]int32, pr.n), waits: make([]int32, pr.n), weight: make([]int, pr.n)}
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
	s.eligible = s.eligible[:0]
	for j := range int32(s.pr.n) {
		s.waits[j] = int32(len(s.pr.in.of(j)))
		if s.waits[j] == 0 {
			s.eligible = append(s.eligible, j)
		}
	}
	for k := range list {
		e := s.pick(r)
		j := s.eligible[e]
		s.eligible[e] = s.eligible[len(s.eligible)-1]
		s.eligible = s.eligible[:len(s.eligible)-1]
		list[k] = j
		for _, a := range s.pr.out.of(j) {
			if s.waits[a.node]--; s.waits[a.node] == 0 {
				s.eligible = append(s.eligible, a.node)
			}
		}
	}
}

// pick returns the place of the next activity among the eligible ones.
func (s *sampler) pick(r *random) int {
	first, last := 0, s.latest[s.eligible[0]]
	for k, j := range s.eligible {
		last = max(last, s.latest[j])
		best := s.eligible[first]
		if s.latest[j] < s.latest[best] || s.latest[j] == s.latest[best] && j < best {
			first = k
		}
	}
	if r == nil {
		return first
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
