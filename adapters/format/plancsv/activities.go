package plancsv

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

func activityFields() []field {
	return []field{
		{"activity", true, []string{"activity id", "id", "task id", "task", "wbs"}},
		{"name", false, []string{"activity name", "task name", "title", "description"}},
		{"kind", false, []string{"type", "activity type"}},
		{"duration", false, []string{"work time"}},
		{"effort", false, []string{"work"}},
		{"calendar", false, nil},
		{"place", false, []string{"location", "site"}},
		{"solid", false, []string{"not interruptible"}},
		{"predecessors", false, []string{"predecessor", "depends on", "after"}},
		{"not before", false, []string{"start not before", "earliest start", "start no earlier than"}},
		{"start by", false, []string{"start not after", "latest start", "start no later than"}},
		{"finish not before", false, []string{"earliest finish", "finish no earlier than"}},
		{"deadline", false, []string{"finish by", "due", "due date", "finish not after", "finish no later than"}},
		{"as late", false, []string{"as late as possible", "alap"}},
		{"manual", false, []string{"manually scheduled", "fixed"}},
		{"start", false, []string{"planned start", "start date"}},
		{"finish", false, []string{"planned finish", "end", "finish date", "end date"}},
		{"actual start", false, []string{"started"}},
		{"actual finish", false, []string{"finished", "actual end"}},
		{"remaining", false, []string{"remaining duration"}},
		{"cancelled", false, []string{"canceled"}},
		{"priority", false, nil},
		{"materials", false, []string{"material", "items"}},
		{"people", false, []string{"staff", "skills", "resources"}},
		{"documents", false, []string{"document"}},
		{"approvals", false, []string{"approval"}},
	}
}

// Activities reads activities and the relations between them.
//
// Durations are open time such as 40h. A predecessor is an id, followed by FS,
// SS, FF or SF and by a lag such as +8h elapsed or -2h working, with the calendar
// of a working lag after it. A material is item:quantity@place, people are
// skill:level*count with the word handover after it if others may go on, and a
// document or approval is its reference, with =met or with @ and the time it is
// expected, / and the last time to act. Level, count, place and what follows a
// reference may be left out.
//
// Relations to activities that are not in the table are problems of their row.
// Rows with problems are left out, and so are the relations of and to them; the
// error wraps ErrFormat or is that of in.
func Activities(in io.Reader, o Options) ([]schedule.Activity, []schedule.Relation, Report, error) {
	t, err := open(in, o, activityFields())
	if err != nil {
		return nil, nil, Report{}, err
	}
	var out []schedule.Activity
	var relations []relation
	seen := make(map[string]int)
	for {
		more, err := t.next()
		if err != nil {
			return nil, nil, t.report, err
		}
		if !more {
			break
		}
		a := t.activity()
		t.fresh(seen, "activity", a.ID)
		links := t.predecessors(a.ID)
		if t.used() {
			out, relations = append(out, a), append(relations, links...)
		}
	}
	return t.join(out, relations)
}

// relation is a relation with where it stands.
type relation struct {
	schedule.Relation

	line int
}

// join drops relations whose other end is not there, and with them the rows
// that name it.
func (t *table) join(out []schedule.Activity, relations []relation) ([]schedule.Activity, []schedule.Relation, Report, error) {
	there := make(map[string]bool, len(out))
	for i := range out {
		there[out[i].ID] = true
	}
	for gone := true; gone; {
		gone = false
		lost := make(map[string]bool)
		for _, r := range relations {
			if !there[r.From] && there[r.To] {
				t.line = r.line
				t.problemf("predecessors", r.From, "unknown", "names no activity of the table that could be read")
				lost[r.To], gone = true, true
			}
		}
		for id := range lost {
			delete(there, id)
		}
		relations = slices.DeleteFunc(relations, func(r relation) bool { return !there[r.To] })
	}
	out = slices.DeleteFunc(out, func(a schedule.Activity) bool { return !there[a.ID] })
	t.report.Read = len(out)
	var links []schedule.Relation
	for _, r := range relations {
		links = append(links, r.Relation)
	}
	return out, links, t.report, nil
}

func (t *table) activity() schedule.Activity {
	a := schedule.Activity{
		ID: t.needed("activity"), Name: t.text("name"), Kind: schedule.ActivityKind(strings.ToLower(t.text("kind"))),
		Duration: t.duration("duration"), Effort: t.duration("effort"), Calendar: t.id("calendar"), Place: t.id("place"), Solid: t.yes("solid"),
		StartBy:  schedule.Bounds{NotBefore: t.time("not before"), NotAfter: t.time("start by")},
		FinishBy: schedule.Bounds{NotBefore: t.time("finish not before"), NotAfter: t.time("deadline")},
		AsLate:   t.yes("as late"), Manual: t.yes("manual"), Planned: schedule.Dates{Start: t.time("start"), Finish: t.time("finish")},
		Actual: schedule.Actual{
			Start: t.time("actual start"), Finish: t.time("actual finish"), Remaining: t.duration("remaining"), Cancelled: t.yes("cancelled"),
		},
		Priority: t.count("priority", -1_000_000, 1_000_000),
	}
	switch a.Kind {
	case "task":
		a.Kind = schedule.Task
	case schedule.Task, schedule.Milestone, schedule.Gate:
	default:
		t.problemf("kind", string(a.Kind), "unknown", "must be task, milestone or gate")
	}
	if a.Planned.Start.IsZero() != a.Planned.Finish.IsZero() {
		t.problemf("finish", t.text("finish"), "required", "a planned start and a planned finish go together")
	}
	a.Needs = slices.Concat(t.materials(), t.people(), t.prerequisites("documents", schedule.Document), t.prerequisites("approvals", schedule.Approval))
	return a
}

func (t *table) predecessors(to string) []relation {
	var out []relation
	for _, s := range t.list("predecessors") {
		r := schedule.Relation{From: s, To: to}
		for head := s; ; {
			i := strings.LastIndexByte(head, ' ')
			if i <= 0 {
				break
			}
			kind, ok := kindOf(head[i+1:])
			if head = head[:i]; ok {
				r.From, r.Kind, r.Lag = strings.TrimSpace(head), kind, t.lag(s, strings.TrimSpace(s[i+3:]))
				break
			}
		}
		if r.From == to {
			t.problemf("predecessors", s, "invalid", "is the activity itself")
		}
		out = append(out, relation{r, t.line})
	}
	return out
}

func kindOf(s string) (schedule.Kind, bool) {
	for k := schedule.FinishStart; k <= schedule.StartFinish; k++ {
		if strings.EqualFold(s, k.String()) {
			return k, true
		}
	}
	return 0, false
}

func (t *table) lag(cell, text string) schedule.Lag {
	if text == "" {
		return schedule.Lag{}
	}
	long, rest, _ := strings.Cut(text, " ")
	in, calendar, _ := strings.Cut(strings.TrimSpace(rest), " ")
	out := schedule.Lag{
		Time: t.durationOf("predecessors", strings.TrimPrefix(long, "+")), In: schedule.LagTime(strings.ToLower(in)), Calendar: strings.TrimSpace(calendar),
	}
	if (out.In != schedule.Elapsed && out.In != schedule.Working) || (out.In == schedule.Elapsed && out.Calendar != "") {
		t.problemf("predecessors", cell, "invalid", "a lag says what it counts: +8h elapsed, or +8h working with or without a calendar")
	}
	return out
}

func (t *table) materials() []schedule.Requirement {
	var out []schedule.Requirement
	for _, s := range t.list("materials") {
		item, rest := cutLast(s, ":")
		quantity, place, _ := strings.Cut(rest, "@")
		n, err := strconv.ParseInt(strings.TrimSpace(quantity), 10, 64)
		if item == "" || err != nil || n < 1 {
			t.problemf("materials", s, "invalid", "write item:quantity or item:quantity@place, the quantity a whole number above 0")
			continue
		}
		out = append(out, schedule.Requirement{Material: &schedule.Material{Item: item, Quantity: n, Place: strings.TrimSpace(place)}})
	}
	return out
}

func (t *table) people() []schedule.Requirement {
	var out []schedule.Requirement
	for _, s := range t.list("people") {
		x := schedule.Staff{Count: 1}
		text, handover := strings.CutSuffix(s, " handover")
		x.Handover = handover
		good := true
		number := func(s string) int {
			n, err := strconv.Atoi(strings.TrimSpace(s))
			good = good && err == nil && n >= 0
			return n
		}
		if before, count := cutLast(text, "*"); before != "" {
			text, x.Count = before, number(count)
		}
		if x.Skill = strings.TrimSpace(text); strings.Contains(text, ":") {
			var level string
			x.Skill, level = cutLast(text, ":")
			x.Level = number(level)
		}
		if !good || x.Skill == "" || x.Count < 1 {
			t.problemf("people", s, "invalid", "write skill, skill:level, skill*count or skill:level*count")
			continue
		}
		out = append(out, schedule.Requirement{Staff: &x})
	}
	return out
}

func (t *table) prerequisites(name string, kind schedule.PrerequisiteKind) []schedule.Requirement {
	var out []schedule.Requirement
	for _, s := range t.list(name) {
		x := schedule.Prerequisite{Kind: kind}
		var met bool
		if x.Ref, met = strings.CutSuffix(s, "=met"); met {
			x.Met = true
		} else if ref, when := cutLast(s, "@"); ref != "" {
			by, act, _ := strings.Cut(when, "/")
			x.Ref, x.ExpectedBy = ref, t.expected(name, s, by)
			if act != "" {
				x.ActBy = t.expected(name, s, act)
			}
		}
		out = append(out, schedule.Requirement{Prerequisite: &x})
	}
	return out
}

func (t *table) expected(name, cell, s string) time.Time {
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(s))
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		t.problemf(name, cell, "invalid", "after @ write the time it is expected as 2026-03-04T08:00:00Z")
	}
	return at.UTC().Truncate(time.Microsecond)
}

// cutLast cuts at the last separator; what is before is empty without one.
func cutLast(s, separator string) (before, after string) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return "", s
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+len(separator):])
}
