package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

// launchRoster is forty people in five departments.
func launchRoster(start time.Time) *staff.Roster {
	r := &staff.Roster{
		Calendar: "leipzig", Calendars: plants(),
		Parts: []staff.DayPart{{Name: "morning", From: 0, To: schedule.At(12, 0)}, {Name: "afternoon", From: schedule.At(12, 0), To: schedule.At(24, 0)}},
		Remedies: []staff.Remedy{
			{Kind: schedule.ActBorrow, Skill: "testing", Level: 2, From: "central laboratory", People: 1, LeadDays: 15, Cost: 400},
			{Kind: schedule.ActOvertime, Skill: "quality", Level: 2, From: "quality", People: 1, LeadDays: 3, Cost: 200},
			{Kind: schedule.ActTrain, Skill: "plastics", Level: 2, From: "academy", People: 2, LeadDays: 25, Cost: 900},
			{Kind: schedule.ActHire, Skill: "electrical", Level: 2, From: "agency", LeadDays: 30, Cost: 3000},
			{Kind: schedule.ActHire, Skill: "mechanical", Level: 2, From: "agency", LeadDays: 30, Cost: 3000},
			{Kind: schedule.ActBorrow, Skill: "toolmaking", Level: 2, From: "plant Graz", People: 2, LeadDays: 20, Cost: 700},
		},
	}
	for _, g := range groups() {
		for n := range g.people {
			p := staff.Person{ID: fmt.Sprintf("%s-%d", g.prefix, n+1), Department: g.department, Calendar: g.plant, Efficiency: 90 + pick(30, g.prefix, strconv.Itoa(n))}
			for _, s := range g.skills {
				p.Skills = append(p.Skills, staff.Skill{Name: s, Level: 2 + n%2})
			}
			r.People = append(r.People, p)
		}
	}
	for i := range r.People {
		if p := &r.People[i]; i%4 == 1 {
			r.Attendance = append(r.Attendance, staff.Record{
				ID: fmt.Sprintf("A-%d", i), Person: p.ID, Kind: staff.Leave, State: []staff.State{staff.Approved, staff.Requested}[i%8/4],
				Interval: schedule.Interval{Start: start.AddDate(0, 0, 20+i*4), Finish: start.AddDate(0, 0, 30+i*4)},
			})
		}
	}
	r.People[0].Skills[0].To = schedule.DateIn(start.AddDate(0, 0, 60), time.UTC) // a certificate that ends
	return r
}

// group is people who can do the same.
type group struct {
	prefix, department, plant string
	people                    int
	skills                    []string
}

func groups() []group {
	return []group{
		{"des", "development", "leipzig", 3, []string{"plastics"}},
		{"ele", "development", "leipzig", 3, []string{"electrical"}},
		{"mec", "development", "leipzig", 2, []string{"mechanical"}},
		{"fw", "development", "leipzig", 3, []string{"firmware"}},
		{"tool", "production", "leipzig", 3, []string{"toolmaking", "toolmaking-leipzig"}},
		{"tbr", "production", "brno", 3, []string{"toolmaking-brno"}},
		{"tsu", "production", "suzhou", 3, []string{"toolmaking-suzhou"}},
		{"ple", "production", "leipzig", 4, []string{"production", "production-leipzig"}},
		{"pbr", "production", "brno", 3, []string{"production-brno", "quality-brno"}},
		{"psu", "production", "suzhou", 3, []string{"production-suzhou", "quality-suzhou"}},
		{"qua", "quality", "leipzig", 3, []string{"quality", "quality-leipzig", "certification"}},
		{"test", "quality", "leipzig", 2, []string{"testing"}},
		{"mkt", "sales", "leipzig", 2, []string{"marketing", "sales", "product"}},
		{"log", "supply chain", "leipzig", 2, []string{"logistics", "purchasing"}},
		{"doc", "sales", "leipzig", 1, []string{"documentation", "service", "product"}},
	}
}
