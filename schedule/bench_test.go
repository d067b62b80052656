package schedule_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/level"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// bigOffice makes a plan of many activities in parallel projects over two years,
// with items, kits, suppliers and people in departments.
func bigOffice(activities, items, heads int) (*schedule.Plan, *supply.Book, *staff.Roster) {
	r := rand.New(rand.NewPCG(1, 2))
	plants := []schedule.Calendar{
		schedule.WorkWeek("berlin", "Europe/Berlin", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(12, 0)}, schedule.Shift{From: schedule.At(13, 0), To: schedule.At(17, 0)}),
		schedule.WorkWeek("detroit", "America/New_York", schedule.Shift{From: schedule.At(7, 0), To: schedule.At(15, 0)}),
		schedule.WorkWeek("pune", "Asia/Kolkata", schedule.Shift{From: schedule.At(9, 0), To: schedule.At(17, 30)}),
	}
	p := &schedule.Plan{ID: "big", Calendar: "berlin", Calendars: plants}
	const chain = 50 // activities of a project
	departments := max(1, heads/25)
	for i := range activities {
		project := i / chain
		a := schedule.Activity{ID: fmt.Sprintf("A%06d", i), Calendar: plants[project%departments%3].ID}
		if i%chain == chain-1 {
			a.Kind = schedule.Gate
		} else {
			a.Duration = time.Duration(1+r.IntN(40)) * time.Hour
			a.Needs = append(a.Needs,
				schedule.Requirement{Material: &schedule.Material{Item: fmt.Sprintf("I%05d", r.IntN(items)), Quantity: int64(1 + r.IntN(20))}},
				schedule.Requirement{Staff: &schedule.Staff{Skill: fmt.Sprintf("S%d-%d", project%departments, r.IntN(4)), Level: r.IntN(3), Count: 1}})
		}
		if i%chain == 0 {
			a.StartBy.NotBefore = benchStart.Add(time.Duration(project%200) * 60 * time.Hour)
		}
		p.Activities = append(p.Activities, a)
		for k := range min(i%chain, 1+r.IntN(2)) {
			from := i - 1 - k*r.IntN(5)
			if from < project*chain {
				continue
			}
			p.Relations = append(p.Relations, schedule.Relation{From: p.Activities[from].ID, To: a.ID, Kind: schedule.Kind(r.IntN(10) / 9), Lag: schedule.Lag{Time: time.Duration(r.IntN(8)) * time.Hour, In: schedule.Working}})
		}
	}
	b := &supply.Book{Calendar: "berlin", Calendars: plants}
	for i := range items {
		x := supply.Item{ID: fmt.Sprintf("I%05d", i)}
		if i%10 == 0 && i+3 < items {
			x.Kit = []supply.Line{{Item: fmt.Sprintf("I%05d", i+1), Quantity: 2}, {Item: fmt.Sprintf("I%05d", i+3), Quantity: 1, Scrap: 20}}
		}
		b.Items = append(b.Items, x)
		b.Lots = append(b.Lots, supply.Lot{ID: "L" + x.ID, Item: x.ID, Quantity: int64(r.IntN(60))})
		b.Sources = append(b.Sources, supply.Source{Item: x.ID, Make: len(x.Kit) > 0, Supplier: fmt.Sprintf("V%02d", i%40), LeadDays: 5 + r.IntN(40), Calendar: "berlin", AdminDays: 1, Multiple: 5})
		for k := range r.IntN(3) {
			b.Orders = append(b.Orders, supply.Order{ID: fmt.Sprintf("P%s-%d", x.ID, k), Item: x.ID, Quantity: int64(5 + r.IntN(40)), State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 1+r.IntN(300))})
		}
	}
	s := &staff.Roster{Calendar: "berlin", Calendars: plants, Remedies: nil}
	for i := range heads {
		d := i % departments
		s.People = append(s.People, staff.Person{
			ID: fmt.Sprintf("W%04d", i), Calendar: plants[d%3].ID, Efficiency: 80 + r.IntN(40),
			Skills: []staff.Skill{{Name: fmt.Sprintf("S%d-%d", d, r.IntN(4)), Level: 2 + r.IntN(2)}, {Name: fmt.Sprintf("S%d-%d", d, r.IntN(4)), Level: 1}},
		})
		if i%3 == 0 {
			day := schedule.DateOf(2026, 6, 1).Add(r.IntN(90))
			s.Attendance = append(s.Attendance, staff.Record{ID: fmt.Sprint("R", i), Person: s.People[i].ID, Kind: staff.Leave, State: staff.Approved, Date: day})
		}
	}
	return p, b, s
}

var benchStart = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

// BenchmarkAssess is the full readiness of a plan, from data to verdicts.
func BenchmarkAssess(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("activities=%d", n), func(b *testing.B) {
			p, book, roster := bigOffice(n, n/5, n/20)
			b.ReportAllocs()
			for b.Loop() {
				f := facts(b, book, roster)
				network, err := schedule.Compile(p)
				require.NoError(b, err)
				out, err := schedule.Assess(network, benchStart, f)
				require.NoError(b, err)
				_ = out.Plan()
			}
		})
	}
}

func BenchmarkCriticalPath(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("activities=%d", n), func(b *testing.B) {
			p, _, _ := bigOffice(n, n/5, n/20)
			network, err := schedule.Compile(p)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := network.CriticalPath(benchStart)
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkWhatIf is one change of a plan of 10,000 activities.
func BenchmarkWhatIf(b *testing.B) {
	p, book, roster := bigOffice(10_000, 2_000, 500)
	f := facts(b, book, roster)
	network, err := schedule.Compile(p)
	require.NoError(b, err)
	base, err := schedule.Assess(network, benchStart, f)
	require.NoError(b, err)
	b.Run("receipt", func(b *testing.B) {
		for k := 0; b.Loop(); k++ {
			o := book.Orders[k*97%len(book.Orders)]
			o.Due = o.Due.Add(-20)
			position, items, err := f.Supply.(*supply.Position).With(o)
			require.NoError(b, err)
			_, err = base.WhatIf(schedule.Change{Supply: position, Items: items})
			require.NoError(b, err)
		}
	})
	b.Run("person", func(b *testing.B) {
		for k := 0; b.Loop(); k++ {
			x := roster.People[k*97%len(roster.People)]
			x.ID = "new"
			team, skills, err := f.Staff.(*staff.Team).With(x)
			require.NoError(b, err)
			_, err = base.WhatIf(schedule.Change{Staff: team, Skills: skills})
			require.NoError(b, err)
		}
	})
	b.Run("move", func(b *testing.B) {
		for k := 0; b.Loop(); k++ {
			a := p.Activities[k*977%len(p.Activities)]
			_, err = base.WhatIf(schedule.Change{Moves: []schedule.Floor{{Activity: a.ID, At: benchStart.AddDate(0, 0, 30+k%300)}}})
			require.NoError(b, err)
		}
	})
}

// BenchmarkLevel levels the plan of 10,000 activities with its 500 people and
// 2,000 materials: the first levelled plan, checked and explained, and what the
// search makes of it in ten seconds more.
func BenchmarkLevel(b *testing.B) {
	p, book, roster := bigOffice(10_000, 2_000, 500)
	for i := range p.Activities { // people are what is short: more of them for each, and all projects at once
		p.Activities[i].StartBy = schedule.Bounds{}
		for k := range p.Activities[i].Needs {
			if s := p.Activities[i].Needs[k].Staff; s != nil {
				s.Count = 1 + i%3
			}
		}
	}
	f := facts(b, book, roster)
	network, err := schedule.Compile(p)
	require.NoError(b, err)
	base, err := schedule.Assess(network, benchStart, f)
	require.NoError(b, err)
	crew := f.Staff.(*staff.Team).Crew()
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			out, err := base.Level(context.Background(), crew, schedule.LevelOptions{Search: level.Options{Schedules: 1}})
			require.NoError(b, err)
			require.NotEmpty(b, out.Dates)
			b.ReportMetric(out.Finish.Sub(benchStart).Hours()/24, "days")
		}
	})
	b.Run("ten-seconds", func(b *testing.B) {
		for b.Loop() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			begin := time.Now()
			var first time.Duration
			var days float64
			out, err := base.Level(ctx, crew, schedule.LevelOptions{Search: level.Options{Schedules: 1 << 40}, Improved: func(x *schedule.Levelled) {
				if first == 0 {
					first, days = time.Since(begin), x.Finish.Sub(benchStart).Hours()/24
				}
			}})
			cancel()
			require.NoError(b, err)
			b.ReportMetric(first.Seconds(), "s-to-first")
			b.ReportMetric(days, "days-first")
			b.ReportMetric(out.Finish.Sub(benchStart).Hours()/24, "days-last")
			b.ReportMetric(float64(len(out.Left)), "left")
		}
	})
}
