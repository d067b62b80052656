package staff

import (
	"cmp"
	"slices"

	"github.com/coordkit/coordkit/schedule"
)

// Team is a roster made ready to answer calls. It does not change and is safe
// for concurrent use. It implements schedule.Availability.
type Team struct {
	roster *Roster
	office *schedule.Hours
	hours  map[string]*schedule.Hours // by calendar
	people []person
	able   map[string][]able // by skill, in the order people are taken
	group  map[string]string
}

var _ schedule.Availability = (*Team)(nil)

// person is somebody with the time they can be assigned.
type person struct {
	id        string
	calendar  *schedule.Hours
	hours     *schedule.Hours     // calendar less absence and bookings
	away      []schedule.Interval // absences and bookings
	uncertain []schedule.Interval // absences that are asked for
}

// able is a skill of a person.
type able struct {
	person   int32
	level    int
	from, to schedule.Date
}

// Compile checks a roster and makes it ready. The roster must not change while
// the team is used. Errors: *schedule.ValidationError.
func Compile(r *Roster) (*Team, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	t := &Team{roster: r, people: make([]person, len(r.People)), able: make(map[string][]able)}
	hours := map[string]*schedule.Hours{"": schedule.Always()}
	for i := range r.Calendars {
		h, err := r.Calendars[i].Compile()
		if err != nil {
			return nil, err
		}
		hours[r.Calendars[i].ID] = h
	}
	t.office, t.hours = hours[r.Calendar], hours
	index := make(map[string]int32, len(r.People))
	away := make([][]schedule.Interval, len(r.People))
	for i := range r.People {
		index[r.People[i].ID] = int32(i)
		t.people[i] = person{id: r.People[i].ID, calendar: hours[r.People[i].Calendar]}
	}
	for _, x := range standing(r.Attendance) {
		p := &t.people[index[x.Person]]
		switch {
		case !x.Kind.Absent():
		case x.State == Requested:
			p.uncertain = append(p.uncertain, x.when(p.calendar, r.Parts))
		default:
			away[index[x.Person]] = append(away[index[x.Person]], x.when(p.calendar, r.Parts))
		}
	}
	for _, b := range r.Bookings {
		away[index[b.Person]] = append(away[index[b.Person]], b.Interval)
	}
	for i := range t.people {
		t.people[i].away = away[i]
		t.people[i].hours = t.people[i].calendar.Without(away[i])
	}
	t.compileSkills()
	return t, nil
}

// compileSkills lists who can do what. Those who can do least else come first,
// then those whose level is least above what may be asked, then the quicker.
func (t *Team) compileSkills() {
	first := make(map[string]string) // skills joined by people, by one of them
	find := func(s string) string {
		for first[s] != s {
			first[s] = first[first[s]]
			s = first[s]
		}
		return s
	}
	for i := range t.roster.People {
		p := &t.roster.People[i]
		for k, s := range p.Skills {
			t.able[s.Name] = append(t.able[s.Name], able{int32(i), s.Level, s.From, s.To})
			if first[s.Name] == "" {
				first[s.Name] = s.Name
			}
			if k > 0 {
				a, b := find(p.Skills[0].Name), find(s.Name)
				first[max(a, b)] = min(a, b)
			}
		}
	}
	t.group = make(map[string]string, len(t.able))
	for name, list := range t.able {
		t.group[name] = find(name)
		slices.SortStableFunc(list, func(a, b able) int {
			p, q := &t.roster.People[a.person], &t.roster.People[b.person]
			return cmp.Or(cmp.Compare(len(p.Skills), len(q.Skills)), cmp.Compare(a.level, b.level), -cmp.Compare(p.Efficiency, q.Efficiency), cmp.Compare(p.ID, q.ID))
		})
	}
}

// Group returns one of the skills that people connect with this one; a skill
// that nobody has is a group of its own.
func (t *Team) Group(skill string) string {
	if g, ok := t.group[skill]; ok {
		return g
	}
	return skill
}

// With returns the team as it would be with more people, and their skills. They
// are there whenever their calendars are open. Errors: *schedule.ValidationError.
func (t *Team) With(people ...Person) (*Team, []string, error) {
	r := *t.roster
	r.People = append(slices.Clip(r.People), people...)
	if err := r.Validate(); err != nil {
		return nil, nil, err
	}
	out := *t
	out.roster = &r
	out.people = slices.Clip(t.people)
	var skills []string
	for i := range people {
		h := t.hours[people[i].Calendar]
		out.people = append(out.people, person{id: people[i].ID, calendar: h, hours: h})
		for _, s := range people[i].Skills {
			skills = append(skills, s.Name)
		}
	}
	out.able = make(map[string][]able, len(t.able))
	out.compileSkills()
	return &out, skills, nil
}

// Crew lists the people for levelling; see schedule.Readiness.Level. Absences
// that are only asked for are not counted.
func (t *Team) Crew() []schedule.CrewMember {
	out := make([]schedule.CrewMember, len(t.people))
	for i := range t.people {
		out[i] = schedule.CrewMember{ID: t.people[i].id, Hours: t.people[i].hours}
		for _, s := range t.roster.People[i].Skills {
			out[i].Skills = append(out[i].Skills, schedule.CrewSkill(s))
		}
	}
	return out
}
