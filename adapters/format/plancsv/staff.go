package plancsv

import (
	"io"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

func peopleFields() []field {
	return []field{
		{"person", true, []string{"person id", "id", "employee", "employee id", "staff id", "resource", "user"}},
		{"department", false, []string{"dept", "team", "group", "unit", "organisation"}},
		{"calendar", false, []string{"working time", "shift", "work schedule"}},
		{"efficiency", false, []string{"efficiency percent", "productivity"}},
		{"skills", false, []string{"qualifications", "competences"}},
		{"skill", false, []string{"qualification", "competence", "role"}},
		{"level", false, []string{"skill level", "grade"}},
		{"valid from", false, []string{"skill from", "qualified from", "from"}},
		{"valid to", false, []string{"skill to", "qualified to", "valid until", "expires", "to"}},
	}
}

// People reads people. Skills stand as a list in one cell, as welding:2 or
// welding:2@2026-01-01..2026-12-31 with the first and last day they are valid
// (either may be left out), or one in each row of a person. What rows of one
// person say besides must agree or be left empty. Rows with problems are left
// out; the error wraps ErrFormat or is that of in.
func People(in io.Reader, o Options) ([]staff.Person, Report, error) {
	t, err := open(in, o, peopleFields())
	if err != nil {
		return nil, Report{}, err
	}
	var out []staff.Person
	at := make(map[string]int)
	for {
		more, err := t.next()
		if err != nil || !more {
			return out, t.report, err
		}
		p := staff.Person{
			ID: t.needed("person"), Department: t.text("department"), Calendar: t.id("calendar"), Efficiency: t.count("efficiency", 0, 1000),
			Skills: t.skills(),
		}
		k, known := at[p.ID]
		if known {
			t.samePerson(&out[k], &p)
		}
		if !t.used() {
			continue
		}
		if !known {
			at[p.ID] = len(out)
			out = append(out, p)
			continue
		}
		out[k].Skills = append(out[k].Skills, p.Skills...)
	}
}

func (t *table) samePerson(old, p *staff.Person) {
	differ := func(name, was, is string) {
		if is != "" && is != was {
			t.problemf(name, is, "duplicate", "an earlier row of the person says %q", was)
		}
	}
	differ("department", old.Department, p.Department)
	differ("calendar", old.Calendar, p.Calendar)
	if p.Efficiency != 0 && p.Efficiency != old.Efficiency {
		t.problemf("efficiency", strconv.Itoa(p.Efficiency), "duplicate", "an earlier row of the person says %d", old.Efficiency)
	}
	for _, s := range p.Skills {
		for _, x := range old.Skills {
			if s == x {
				t.problemf("skill", s.Name, "duplicate", "an earlier row of the person says the same")
			}
		}
	}
	if len(p.Skills) == 0 {
		t.problemf("person", p.ID, "duplicate", "stands in an earlier row, and this one adds no skill")
	}
}

// skills reads the list and the columns of one skill.
func (t *table) skills() []staff.Skill {
	var out []staff.Skill
	for _, s := range t.list("skills") {
		name, days, _ := strings.Cut(s, "@")
		name, level, graded := strings.Cut(name, ":")
		x := staff.Skill{Name: strings.TrimSpace(name)}
		if graded {
			n, err := strconv.Atoi(strings.TrimSpace(level))
			if err != nil || n < 0 || n > 1000 {
				t.problemf("skills", s, "invalid", "the level after the colon must be a number from 0 to 1000")
			}
			x.Level = n
		}
		if days != "" {
			from, to, ok := strings.Cut(days, "..")
			if !ok {
				t.problemf("skills", s, "invalid", "write the days after @ as 2026-01-01..2026-12-31; either may be left out")
			}
			x.From, x.To = t.dateOf("skills", strings.TrimSpace(from)), t.dateOf("skills", strings.TrimSpace(to))
		}
		out = append(out, t.skill("skills", x))
	}
	x := staff.Skill{Name: t.id("skill"), Level: t.count("level", 0, 1000), From: t.date("valid from"), To: t.date("valid to")}
	switch {
	case x.Name != "":
		out = append(out, t.skill("skill", x))
	case x != (staff.Skill{}):
		t.problemf("skill", "", "required", "is empty, and the row has a level or days of one")
	}
	return out
}

func (t *table) skill(field string, x staff.Skill) staff.Skill {
	switch {
	case x.Name == "":
		t.problemf(field, "", "required", "a skill needs a name")
	case x.To != 0 && x.To < x.From:
		t.problemf(field, x.Name, "invalid", "is valid to a day before the day it is valid from")
	}
	return x
}

func attendanceFields() []field {
	return []field{
		{"person", true, []string{"person id", "employee", "employee id", "staff id", "resource", "user"}},
		{"kind", true, []string{"type", "absence type", "reason code", "leave type"}},
		{"state", false, []string{"status", "approval status"}},
		{"date", false, []string{"day", "on"}},
		{"part", false, []string{"day part", "half day"}},
		{"start", false, []string{"from", "begin", "start time"}},
		{"finish", false, []string{"to", "until", "end", "end time"}},
		{"reason", false, []string{"note", "comment", "remark"}},
		{"record", false, []string{"record id", "id"}},
	}
}

// Attendance reads records of where people are: for a date, with or without a
// part of the day, or from a start to a finish. Without a state it is recorded.
// A row without a record id gets one that follows from what it says, so that the
// same row read again is the same record. Who recorded it and when is for the
// caller to set. Rows with problems are left out; the error wraps ErrFormat or is
// that of in.
func Attendance(in io.Reader, o Options) ([]staff.Record, Report, error) {
	t, err := open(in, o, attendanceFields())
	if err != nil {
		return nil, Report{}, err
	}
	var out []staff.Record
	seen := make(map[string]int)
	for {
		more, err := t.next()
		if err != nil || !more {
			return out, t.report, err
		}
		r := staff.Record{
			ID: t.id("record"), Person: t.needed("person"), Kind: staff.Kind(strings.ToLower(t.needed("kind"))),
			State: staff.State(strings.ToLower(t.text("state"))), Date: t.date("date"), Part: t.id("part"), Reason: t.text("reason"),
			Interval: schedule.Interval{Start: t.time("start"), Finish: t.time("finish")},
		}
		t.record(&r)
		t.fresh(seen, "record", r.ID)
		if t.used() {
			out = append(out, r)
		}
	}
}

func (t *table) record(r *staff.Record) {
	switch r.Kind {
	case staff.Work, staff.Leave, staff.Sick, staff.Training, staff.Travel:
	default:
		t.problemf("kind", string(r.Kind), "unknown", "must be work, leave, sick, training or travel")
	}
	switch r.State {
	case "":
		r.State = staff.Recorded
	case staff.Requested, staff.Approved, staff.Recorded, staff.Declined:
	default:
		t.problemf("state", string(r.State), "unknown", "must be requested, approved, recorded or declined")
	}
	when := r.Date.String()
	switch {
	case r.Date != 0 && (!r.Start.IsZero() || !r.Finish.IsZero()):
		t.problemf("date", when, "invalid", "stands beside a start or a finish: leave one of both out")
	case r.Date == 0 && r.Part != "":
		t.problemf("part", r.Part, "invalid", "needs a date")
	case r.Date == 0 && (r.Start.IsZero() || r.Finish.IsZero()):
		t.problemf("start", t.text("start"), "required", "a row needs a date, or a start and a finish")
	case r.Date == 0 && !r.Start.Before(r.Finish):
		t.problemf("finish", t.text("finish"), "invalid", "must lie after the start")
	case r.Date == 0:
		when = r.Start.Format("20060102T150405Z") + "-" + r.Finish.Format("20060102T150405Z")
	}
	if r.ID == "" {
		r.ID = strings.Join([]string{r.Person, string(r.Kind), when, r.Part, string(r.State)}, "/")
	}
}
