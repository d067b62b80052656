package level_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

// BenchmarkSchedules measures passes of the population method, all its work
// included, on one core.
func BenchmarkSchedules(b *testing.B) {
	for _, set := range []string{"j30", "j60", "j120"} {
		b.Run(set, func(b *testing.B) {
			const passes = 5000
			var problems []*level.Problem
			for _, k := range library(b, set, 3) {
				p, err := psplib.ReadFile(k.file)
				require.NoError(b, err)
				problems = append(problems, p)
			}
			next := 0
			for b.Loop() {
				level.Breed(problems[next%len(problems)], passes, 60)
				next++
			}
			b.ReportMetric(float64(passes)*float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
		})
	}
}

// BenchmarkPass measures one pass of the generator; it must not allocate.
func BenchmarkPass(b *testing.B) {
	pass := level.Pass(generated(120, 4, 1))
	b.ReportAllocs()
	for b.Loop() {
		pass()
	}
}

// BenchmarkFirstSchedule measures how long a plan of 10,000 activities and 50
// resources waits for its first schedule, how soon it stops when told to, and by
// how much the first schedule is improved in the ten seconds after it; once
// alone, once with 500 people in departments and 200 materials.
func BenchmarkFirstSchedule(b *testing.B) {
	for name, p := range map[string]*level.Problem{"resources": generated(10_000, 50, 1), "people": staffed(10_000, 50, 500, 1)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ctx, cancel := context.WithCancel(context.Background())
				begin := time.Now()
				var first, told time.Duration
				var before int
				r, err := level.Solve(ctx, p, level.Options{Improved: func(r level.Result) {
					if r.Status != level.Unknown && first == 0 {
						first, before = time.Since(begin), r.Cost
						time.AfterFunc(10*time.Second, func() {
							told = time.Since(begin)
							cancel()
						})
					}
				}})
				stopped := time.Since(begin)
				require.NoError(b, err)
				require.NoError(b, level.Check(p, r.Schedule))
				b.ReportMetric(first.Seconds(), "s-to-first")
				b.ReportMetric((stopped - told).Seconds(), "s-to-stop")
				b.ReportMetric(float64(before), "first")
				b.ReportMetric(float64(r.Cost), "after-10-s")
				b.ReportMetric(float64(r.LowerBound), "bound")
			}
		})
	}
}

// staffed returns a generated plan with people in departments of 25, who have
// two of four skills each, certificates that expire and leave, and with
// materials of which most arrive in time.
func staffed(n, resources, people int, seed uint64) *level.Problem {
	p := generated(n, resources, seed)
	state := seed
	next := func(below int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % below
	}
	departments := people / 25
	for i := range people {
		d := i % departments
		who := level.Person{Skills: []int{4*d + next(4)}}
		if second := 4*d + next(4); next(10) == 0 {
			who.Terms = []level.Term{{Skill: second, From: next(500), To: 2000 + next(2000)}}
		} else {
			who.Skills = append(who.Skills, second)
		}
		if next(3) == 0 {
			from := next(2000)
			who.Away = []level.Window{{From: from, To: from + 1 + next(20)}}
		}
		p.People = append(p.People, who)
	}
	for range 200 {
		p.Stocks = append(p.Stocks, level.Stock{Initial: 60})
	}
	for i := range p.Activities {
		m := &p.Activities[i].Modes[0]
		m.Staff = []level.Assignee{{Skill: 4*next(departments) + next(4), People: 1 + next(2)}}
		k := next(200)
		m.Takes = []level.Amount{{Stock: k, Quantity: 1 + next(5)}}
	}
	for k := range p.Stocks {
		for s := range 10 {
			p.Stocks[k].Receipts = append(p.Stocks[k].Receipts, level.Step{Slot: 100*s + 1 + next(100), Quantity: 20})
		}
	}
	return p
}

// generated returns a plan of n activities in a layered network with short and
// long chains; the same for the same arguments.
func generated(n, resources int, seed uint64) *level.Problem {
	state := seed
	next := func(below int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % below
	}
	p := &level.Problem{}
	for r := range resources {
		p.Resources = append(p.Resources, level.Resource{ID: fmt.Sprint("R", r), Capacity: 6 + next(10)})
	}
	for i := range n {
		m := level.Mode{Duration: 1 + next(10), Uses: make([]int, resources)}
		for range 1 + next(3) {
			m.Uses[next(resources)] = 1 + next(5)
		}
		p.Activities = append(p.Activities, level.Activity{ID: strconv.Itoa(i), Modes: []level.Mode{m}})
		for range next(3) {
			if i > 0 {
				p.Relations = append(p.Relations, level.Relation{From: max(0, i-1-next(30)), To: i})
			}
		}
	}
	return p
}
