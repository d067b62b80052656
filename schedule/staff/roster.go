package staff

import (
	"fmt"

	"github.com/coordkit/coordkit/schedule"
)

// Roster is what is known of people at one moment.
type Roster struct {
	Calendar   string // of the office: lead times of remedies count its open days; empty is every day
	Calendars  []schedule.Calendar
	Parts      []DayPart // named parts of a day, for attendance and coverage
	People     []Person
	Attendance []Record
	Bookings   []Booking
	Remedies   []Remedy
}

// Person is somebody who can be assigned.
type Person struct {
	ID         string  `json:"id,omitzero"`
	Department string  `json:"department,omitzero"`
	Calendar   string  `json:"calendar,omitzero"` // empty is always there; part-time work is a calendar
	Skills     []Skill `json:"skills,omitzero"`
	Efficiency int     `json:"efficiency,omitzero"` // in percent; of people who could be taken, the higher first
}

// Skill is a qualification of one person.
type Skill struct {
	Name  string        `json:"name,omitzero"`
	Level int           `json:"level,omitzero"`
	From  schedule.Date `json:"from,omitzero"` // first and last day it is valid; zero sets no bound
	To    schedule.Date `json:"to,omitzero"`   // first and last day it is valid; zero sets no bound
}

// DayPart is a named part of a day on the wall clock.
type DayPart struct {
	Name string         `json:"name,omitzero"`
	From schedule.Clock `json:"from,omitzero"`
	To   schedule.Clock `json:"to,omitzero"`
}

// Booking is time a person has given to something else, which need not be named.
type Booking struct {
	Person            string `json:"person,omitzero"`
	schedule.Interval `json:"interval,omitzero"`
}

// Remedy is a way to get more people with a skill.
type Remedy struct {
	Kind     schedule.ActionKind `json:"kind,omitzero"` // overtime, borrow, train or hire
	Skill    string              `json:"skill,omitzero"`
	Level    int                 `json:"level,omitzero"` // it gives people of this level
	From     string              `json:"from,omitzero"`
	People   int                 `json:"people,omitzero"`    // how many it gives at most; zero is any number
	LeadDays int                 `json:"lead_days,omitzero"` // open days of the office until they can work
	Cost     int64               `json:"cost,omitzero"`
}

// Limits of a roster.
const (
	MaxPeople = 100_000
	maxLead   = 3650
)

// Validate notes everything that is wrong with the form of a roster. The error
// is a *schedule.ValidationError.
func (r *Roster) Validate() error {
	f := &schedule.Faults{}
	if len(r.People) > MaxPeople {
		f.Addf("/people", "out_of_range", "are more than %d", MaxPeople)
		return f.Err()
	}
	calendars := make(map[string]bool)
	for i := range r.Calendars {
		calendars[r.Calendars[i].ID] = true
	}
	calendar := func(at, id string) {
		if id != "" && !calendars[id] {
			f.Addf(at, "unknown", "names no calendar of the roster: %q", id)
		}
	}
	calendar("/calendar", r.Calendar)
	people := make(map[string]bool, len(r.People))
	for i := range r.People {
		p, at := &r.People[i], fmt.Sprintf("/people/%d", i)
		if p.ID == "" || people[p.ID] {
			f.Addf(at+"/id", "duplicate", "needs an id that no other has: %q", p.ID)
		}
		people[p.ID] = true
		calendar(at+"/calendar", p.Calendar)
		for k, s := range p.Skills {
			if s.Name == "" || (s.To != 0 && s.To < s.From) {
				f.Addf(fmt.Sprintf("%s/skills/%d", at, k), "invalid", "needs a name, and days that end after they begin")
			}
		}
	}
	parts := make(map[string]bool)
	for i, p := range r.Parts {
		if p.Name == "" || parts[p.Name] || p.From < 0 || p.To <= p.From || p.To > schedule.At(48, 0) {
			f.Addf(fmt.Sprintf("/parts/%d", i), "invalid", "needs a name of its own and must end after it begins")
		}
		parts[p.Name] = true
	}
	known := func(at, id string) {
		if !people[id] {
			f.Addf(at+"/person", "unknown", "names nobody of the roster: %q", id)
		}
	}
	for i, b := range r.Bookings {
		at := fmt.Sprintf("/bookings/%d", i)
		known(at, b.Person)
		interval(f, at, b.Interval)
	}
	for i := range r.Attendance {
		at := fmt.Sprintf("/attendance/%d", i)
		known(at, r.Attendance[i].Person)
		r.Attendance[i].validate(f, at, parts)
	}
	for i, x := range r.Remedies {
		if x.Skill == "" || x.LeadDays < 0 || x.LeadDays > maxLead || x.People < 0 {
			f.Addf(fmt.Sprintf("/remedies/%d", i), "invalid", "needs a skill and a lead of 0 to %d days", maxLead)
		}
	}
	return f.Err()
}

func interval(f *schedule.Faults, at string, x schedule.Interval) {
	if !x.Start.Before(x.Finish) || x.Start.Year() < 1900 || x.Finish.Year() > 2200 {
		f.Addf(at, "invalid", "must end after it begins, within the years 1900 to 2200")
	}
}
