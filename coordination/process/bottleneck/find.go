package bottleneck

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// Config says how bottlenecks are looked for. The zero value is useful.
type Config struct {
	Waiting waiting.Config
	// Party names who has the work, for hand-offs: a department, or the
	// resource if nil. "" is unknown and hands nothing off.
	Party func(e process.Event) string
	// Resamples is how often the cases are drawn again for Stability; 0 means
	// 200, below zero never.
	Resamples int
	Seed      uint64
}

// score is what one case adds to a place.
type score struct {
	place int
	wait  int64 // waiting
	chain int64 // of it on the critical chain
}

// finder collects the scores.
type finder struct {
	log      *process.Log
	config   Config
	places   map[Place]int
	findings []Finding
	scores   []score
	from     []int // where the scores of a case begin
	queues   [][]int64
	mark     []int32 // by place: where its score of this case stands, from 1
	report   *Report
}

// Find looks for bottlenecks in a log of cases.
func Find(log *process.Log, config Config) *Report {
	if config.Party == nil {
		config.Party = log.Resource
	}
	f := &finder{log: log, config: config, places: make(map[Place]int), report: &Report{Analysis: waiting.Analyse(log, config.Waiting)}}
	waits := f.report.Analysis.Waits
	for i := 0; i < len(waits); {
		j := i
		for j < len(waits) && waits[j].Event.Case == waits[i].Event.Case {
			j++
		}
		f.take(waits[i:j])
		i = j
	}
	f.from = append(f.from, len(f.scores))
	f.report.States = MeasureStates(log, f.report.Analysis, config.Waiting.Calendars)
	f.addResources()
	f.finish()
	return f.report
}

// placesOf are the places at which an instance waits.
func (f *finder) placesOf(w *waiting.Wait) []int {
	out := []int{f.place(Place{Kind: Activity, Name: f.log.Activity(w.Event)})}
	if w.Event.Resource != process.None {
		out = append(out, f.place(Place{Kind: Resource, Name: f.log.Resource(w.Event)}))
	}
	if !w.First {
		from, to := f.config.Party(w.Before), f.config.Party(w.Event)
		if from != "" && to != "" && from != to {
			out = append(out, f.place(Place{Kind: HandOff, From: from, Name: to}))
		}
	}
	return out
}

func (f *finder) place(p Place) int {
	at, ok := f.places[p]
	if !ok {
		at = len(f.findings)
		f.places[p] = at
		f.findings = append(f.findings, Finding{Place: p})
		f.queues = append(f.queues, nil)
		f.mark = append(f.mark, 0)
	}
	return at
}

// take adds the waits of one case.
func (f *finder) take(waits []waiting.Wait) {
	f.from = append(f.from, len(f.scores))
	chain := Chain(waits)
	for i := range waits {
		w := &waits[i]
		wait := w.Start - w.Enabled
		f.report.Waiting.Add(wait)
		for _, at := range f.placesOf(w) {
			x := &f.findings[at]
			x.Instances++
			x.Waiting.Add(wait)
			for c, v := range w.Shares {
				x.Causes[c].Add(v)
			}
			if wait > 0 {
				f.queues[at] = append(f.queues[at], w.Enabled, w.Start)
			}
			s := f.score(at)
			s.wait += wait
			s.chain += chain[i].Wait
			x.ChainWait.Add(chain[i].Wait)
			x.ChainWork.Add(chain[i].Work)
		}
		f.report.Chain.Add(chain[i].Wait + chain[i].Work)
	}
	for _, s := range f.scores[f.from[len(f.from)-1]:] {
		f.mark[s.place] = 0
	}
}

// score finds or makes the score of a place in the case at hand.
func (f *finder) score(at int) *score {
	if f.mark[at] == 0 {
		f.scores = append(f.scores, score{place: at})
		f.mark[at] = int32(len(f.scores))
	}
	return &f.scores[f.mark[at]-1]
}

// addResources adds what only resources have.
func (f *finder) addResources() {
	starved := make(map[string]float64)
	for _, s := range f.report.States {
		starved[s.Resource] = s.Share(Starved)
		if at, ok := f.places[Place{Kind: Resource, Name: s.Resource}]; ok {
			f.findings[at].Utilisation = s.Utilisation()
		}
	}
	after := make(map[string][2]float64) // sum and count of what those after a resource are starved
	for i := range f.report.Analysis.Waits {
		w := &f.report.Analysis.Waits[i]
		if w.First || w.Before.Resource == w.Event.Resource || w.Before.Resource == process.None || w.Event.Resource == process.None {
			continue
		}
		from := f.log.Resource(w.Before)
		sum := after[from]
		after[from] = [2]float64{sum[0] + starved[f.log.Resource(w.Event)], sum[1] + 1}
	}
	for name, sum := range after {
		f.findings[f.place(Place{Kind: Resource, Name: name})].Turning = sum[0]/sum[1] - starved[name]
	}
}

// finish ranks the findings and explains the ranks.
func (f *finder) finish() {
	for i := range f.findings {
		x := &f.findings[i]
		x.Share = ratio(x.Waiting.Big(), f.report.Waiting.Big())
		sum := x.ChainWait
		sum.Merge(x.ChainWork)
		x.ChainShare = ratio(sum.Big(), f.report.Chain.Big())
		x.Growth = growth(f.queues[i])
	}
	order := make([]int, len(f.findings))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareFindings(&f.findings[a], &f.findings[b]) })
	f.stability(order)
	lists := [...]*[]Finding{Activity: &f.report.Activities, Resource: &f.report.Resources, HandOff: &f.report.HandOffs}
	for _, at := range order {
		x := f.findings[at]
		list := lists[x.Kind]
		x.Rank = len(*list) + 1
		*list = append(*list, x)
	}
	for _, list := range lists {
		explain(*list)
	}
}

// compareFindings orders by kind and within a kind by rank.
func compareFindings(a, b *Finding) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), b.ChainWait.Big().Cmp(a.ChainWait.Big()), b.Waiting.Big().Cmp(a.Waiting.Big()),
		comparePlaces(a.Place, b.Place))
}

// stability draws the cases again and counts how often each place keeps its
// rank or a better one.
func (f *finder) stability(order []int) {
	draws := cmp.Or(f.config.Resamples, 200)
	cases := len(f.from) - 1
	if draws < 0 || cases == 0 {
		return
	}
	rank := make([]int, len(order)) // by place, over all kinds: the order is by kind first
	for i, at := range order {
		rank[at] = i
	}
	hits := make([]int, len(order))
	chain, wait := make([]float64, len(order)), make([]float64, len(order))
	again := slices.Clone(order)
	dice := dice(f.config.Seed)
	for range draws {
		clear(chain)
		clear(wait)
		for range cases {
			n := dice.below(cases)
			for _, s := range f.scores[f.from[n]:f.from[n+1]] {
				chain[s.place] += float64(s.chain)
				wait[s.place] += float64(s.wait)
			}
		}
		slices.SortFunc(again, func(a, b int) int {
			x, y := &f.findings[a], &f.findings[b]
			return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(chain[b], chain[a]), cmp.Compare(wait[b], wait[a]), cmp.Compare(rank[a], rank[b]))
		})
		for i, at := range again {
			if i <= rank[at] {
				hits[at]++
			}
		}
	}
	for at, n := range hits {
		f.findings[at].Stability = process.Wilson(n, draws, process.Normal95)
	}
}

// dice are random numbers from a seed (splitmix64, Steele, Lea & Flood 2014).
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }

// explain says in words what the scores say, of the findings of one kind.
func explain(list []Finding) {
	for i := range list {
		x := &list[i]
		main, part := x.Causes.Main()
		sayf := func(format string, args ...any) { x.Reasons = append(x.Reasons, fmt.Sprintf(format, args...)) }
		if x.Waiting.Big().Sign() == 0 {
			sayf("nothing waits here")
			continue
		}
		sayf("%.1f %% of all waiting, %.1f %% of it by %v", 100*x.Share, 100*part, main)
		sayf("%.1f %% of the time of the critical chains", 100*x.ChainShare)
		if main == waiting.Extraneous {
			sayf("against it: what it waits for is not in the log, so it may be a rule and no jam")
		}
		if x.Kind == Resource {
			sayf("busy in %.0f %% of its time", 100*x.Utilisation)
			if x.Turning > 0 {
				sayf("those after it are short of work %.0f points more than it is", 100*x.Turning)
			}
		}
		if x.Growth > 0 {
			sayf("the queue grew by %.2f a day", x.Growth)
		}
		if x.Stability.Of > 0 && x.Stability.Low < 0.5 {
			sayf("against it: it keeps its rank in %d of %d draws of the cases only", x.Stability.Hits, x.Stability.Of)
		}
	}
}

// growth is the slope of the queue over time, in waiting instances a day, by
// least squares over the exact course of the queue. bounds are pairs of when
// waiting began and ended.
func growth(bounds []int64) float64 {
	if len(bounds) == 0 {
		return 0
	}
	first, last := slices.Min(bounds), slices.Max(bounds)
	if first == last {
		return 0
	}
	// With t from −1 to 1 over the log, the slope is ∫t·q dt / ∫t² dt, and
	// ∫t·q dt is the sum over waits of (to² − from²)/2.
	half := float64(last-first) / 2
	middle := float64(first) + half
	sum := 0.0
	for i := 0; i < len(bounds); i += 2 {
		from, to := (float64(bounds[i])-middle)/half, (float64(bounds[i+1])-middle)/half
		sum += (to - from) * (to + from) / 2
	}
	const day = 86_400e6
	return sum / (2.0 / 3) / half * day
}
