package staff

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Row is the coverage of one skill in one part of a day.
type Row struct {
	Date     schedule.Date
	Part     string
	Needed   int
	Present  int // certainly there throughout the part, and qualified
	AtRisk   int // there unless an absence that is asked for is granted
	Short    int // needed and not present for certain
	Presence []Presence
}

// Presence says of one qualified person whether he or she is there.
type Presence struct {
	Person string
	State  PresenceState
}

// PresenceState says whether somebody is there; why not is nobody's business.
type PresenceState string

// The states of presence.
const (
	Present      PresenceState = "present"
	AtRisk       PresenceState = "at-risk"
	NotAvailable PresenceState = "not-available"
)

// maxRows bounds a coverage table.
const maxTableDays = 3660

// Coverage lists for each date from first to last and each part of the day of
// the roster, or for whole days if it has none, how many people with the skill
// are there, and who; the whole team is listed. Needs says how many are wanted;
// nil wants one. Parts in which nobody of the team ever works are left out. The
// error is a *schedule.ValidationError.
func (t *Team) Coverage(skill string, level int, first, last schedule.Date, needs func(schedule.Date, string) int) ([]Row, error) {
	if first == 0 || last < first || last-first > maxTableDays {
		f := &schedule.Faults{}
		f.Addf("/first", "out_of_range", "must not be after the last day, nor more than %d days before it", maxTableDays)
		return nil, f.Err()
	}
	parts := t.roster.Parts
	if len(parts) == 0 {
		parts = []DayPart{{From: 0, To: schedule.At(24, 0)}}
	}
	if needs == nil {
		needs = func(schedule.Date, string) int { return 1 }
	}
	var out []Row
	for d := first; d <= last; d++ {
		for _, p := range parts {
			if row, worked := t.row(skill, level, d, p); worked {
				row.Needed = needs(d, p.Name)
				row.Short = max(0, row.Needed-row.Present)
				out = append(out, row)
			}
		}
	}
	return out, nil
}

func (t *Team) row(skill string, level int, d schedule.Date, p DayPart) (row Row, worked bool) {
	row = Row{Date: d, Part: p.Name}
	seen := make(map[int32]bool)
	for _, x := range t.able[skill] {
		if x.level < level || seen[x.person] || d < x.from || (x.to != 0 && d > x.to) {
			continue
		}
		seen[x.person] = true
		who := &t.people[x.person]
		from, to := who.calendar.ClockOn(d, p.From), who.calendar.ClockOn(d, p.To)
		should := who.calendar.Between(from, to)
		worked = worked || should > 0
		state := NotAvailable
		if should > 0 && who.hours.Between(from, to) == should {
			state = Present
			if slices.ContainsFunc(who.uncertain, func(u schedule.Interval) bool { return u.Start.Before(to) && from.Before(u.Finish) }) {
				state = AtRisk
			}
		}
		switch state {
		case Present:
			row.Present++
		case AtRisk:
			row.AtRisk++
		case NotAvailable:
		}
		row.Presence = append(row.Presence, Presence{who.id, state})
	}
	slices.SortFunc(row.Presence, func(a, b Presence) int {
		if a.Person < b.Person {
			return -1
		}
		return 1
	})
	return row, worked
}

// Sole is a person without whom calls that are served would fail: the skill is
// one person deep there.
type Sole struct {
	Person string
	Skill  string
	Calls  []string // ids, in their order
}

// Soles takes each person in turn out of each call he or she serves, and lists
// those for whom nobody else could step in, not even by an exchange. It is sorted
// by person and skill.
func (t *Team) Soles(asOf time.Time, calls []schedule.Call) ([]Sole, error) {
	a, _, err := t.assign(asOf, calls)
	if err != nil {
		return nil, err
	}
	type key struct {
		person int32
		skill  string
	}
	found := make(map[key][]string)
	var keys []key
	for i := range calls {
		for _, k := range a.of[i] {
			for _, p := range a.work[k].team {
				if a.replaceable(p, k) {
					continue
				}
				at := key{p, calls[i].Skill}
				if list := found[at]; len(list) == 0 {
					keys = append(keys, at)
				} else if list[len(list)-1] == calls[i].ID {
					continue // another window of the same call
				}
				found[at] = append(found[at], calls[i].ID)
			}
		}
	}
	out := make([]Sole, len(keys))
	for i, k := range keys {
		out[i] = Sole{t.people[k.person].id, k.skill, found[k]}
	}
	slices.SortFunc(out, func(a, b Sole) int {
		if a.Person != b.Person {
			if a.Person < b.Person {
				return -1
			}
			return 1
		}
		if a.Skill < b.Skill {
			return -1
		}
		return 1
	})
	return out, nil
}

// replaceable reports whether a stretch could be served without a person.
func (a *assigning) replaceable(p, k int32) bool {
	for q := range a.t.qualified(&a.work[k]) {
		if q == p || slices.Contains(a.work[k].team, q) {
			continue
		}
		if _, n := a.clash(q, &a.work[k]); n == 0 && a.t.present(q, &a.work[k]) {
			return true
		}
	}
	return len(a.exchange(k, p)) > 0
}
