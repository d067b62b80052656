package plans

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Limits of what is kept.
const (
	MaxEvent    = 512 << 10 // bytes of the data of one event
	MaxActivity = 12 << 10  // bytes of one activity, written as JSON
	MaxID       = 200       // bytes of an id
	// MaxBaselines bounds the baselines of a plan.
	MaxBaselines = 50
)

// events gathers what a command gives.
type events struct {
	plan string
	rev  int64
	at   time.Time
	by   string
	list []Event
}

func (e *events) add(d Data) {
	e.list = append(e.list, Event{Plan: e.plan, Rev: e.rev, At: e.at, By: e.by, Data: d})
}

// Decide checks a command against a plan and returns what happens. A plan of
// revision 0 does not exist yet. The plan is not changed. Errors:
// *schedule.ValidationError and *schedule.CycleError for a command that is not
// well formed or after which the plan would not be; *schedule.ConflictError for a
// proposal of another revision; *schedule.RefusedError for one that a rule stands
// against.
func Decide(p *schedule.Plan, c Command, by string, at time.Time) ([]Event, error) {
	_, create := c.(Create)
	if create != (p.Rev == 0) {
		text := fmt.Sprintf("plan %q is there already", p.ID)
		if p.Rev == 0 {
			text = "there is no such plan"
		}
		return nil, refuse(c, "state", p.ID, text)
	}
	e := &events{plan: p.ID, rev: p.Rev + 1, at: at, by: by}
	if err := c.decide(p, e); err != nil {
		return nil, err
	}
	return e.list, nil
}

func refuse(c Command, condition, ref, text string) error {
	return &schedule.RefusedError{Command: c.Name(), Unmet: []schedule.Unmet{{Condition: condition, Ref: ref, Text: text}}}
}

func (c Create) decide(_ *schedule.Plan, e *events) error {
	p := c.Plan
	f := &schedule.Faults{}
	if p.ID == "" || len(p.ID) > MaxID {
		f.Addf("/id", "invalid", "must have 1 to %d bytes", MaxID)
		return f.Err()
	}
	p.Rev, p.Baselines, e.plan = 0, nil, p.ID
	if err := keepable(&p, p.Activities, p.Relations, p.Calendars); err != nil {
		return err
	}
	e.add(Created{Head{p.Start, p.Calendar, p.Frozen}})
	e.revised(Revised{Calendars: p.Calendars, Activities: p.Activities, Relations: p.Relations})
	return nil
}

// keepable reports whether a plan compiles and whether what is new in it is
// within the limits.
func keepable(p *schedule.Plan, activities []schedule.Activity, relations []schedule.Relation, calendars []schedule.Calendar) error {
	f := &schedule.Faults{}
	for i := range activities {
		a := &activities[i]
		at := fmt.Sprintf("/activities/%d", i)
		if len(a.ID) > MaxID {
			f.Addf(at+"/id", "out_of_range", "is longer than %d bytes", MaxID)
		}
		if n := size(a); n > MaxActivity {
			f.Addf(at, "out_of_range", "has %d bytes with its requirements; at most %d are kept", n, MaxActivity)
		}
	}
	seen := make(map[schedule.Relation]bool, len(relations))
	for i := range relations {
		if k := ends(&relations[i]); seen[k] {
			f.Addf(fmt.Sprintf("/relations/%d", i), "duplicate", "stands twice: one relation %s from %q to %q is kept", k.Kind, k.From, k.To)
		} else {
			seen[k] = true
		}
		if n := size(&relations[i]); n > 1000 {
			f.Addf(fmt.Sprintf("/relations/%d", i), "out_of_range", "is too long: its ids have %d bytes together", n)
		}
	}
	for i := range calendars {
		if n := size(&calendars[i]); n > MaxEvent {
			f.Addf(fmt.Sprintf("/calendars/%d", i), "out_of_range", "has %d bytes; at most %d are kept", n, MaxEvent)
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	_, err := schedule.Compile(p)
	return err
}

// size is the number of bytes as JSON; what JSON cannot hold counts as nothing
// here and is refused by Compile.
func size(v any) int {
	b, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(b)
}

func (c Revise) decide(p *schedule.Plan, e *events) error {
	r, err := c.settle(p)
	if err != nil {
		return err
	}
	next := revise(*p, r)
	if err := keepable(&next, r.Activities, r.Relations, r.Calendars); err != nil {
		return err
	}
	if e.revised(r); len(e.list) == 0 {
		return &schedule.ValidationError{Fields: []schedule.Field{{Pointer: "", Code: "required", Text: "changes nothing: name what is to change"}}}
	}
	return nil
}

// settle fills in the dates that a revision leaves to the plan, and refuses those
// it would set past Accept and Record.
func (c Revise) settle(p *schedule.Plan) (Revised, error) {
	r := Revised{
		Head: c.Head, Calendars: c.Calendars, Activities: slices.Clone(c.Activities), Relations: c.Relations, Unrelate: c.Unrelate, Cancel: c.Cancel,
	}
	f := &schedule.Faults{}
	index := indexOf(p.Activities)
	var unmet []schedule.Unmet
	for i := range r.Activities {
		a := &r.Activities[i]
		var old schedule.Activity
		if k, ok := index[a.ID]; ok {
			old = p.Activities[k]
		}
		switch {
		case a.Planned.IsZero():
			a.Planned = old.Planned
		case !a.Manual && !equal(a.Planned, old.Planned):
			unmet = append(unmet, schedule.Unmet{Condition: "planned", Ref: a.ID, Text: a.ID + " would move: propose the change of dates and accept it"})
		}
		switch {
		case a.Actual == (schedule.Actual{}):
			a.Actual = old.Actual
		case !same(a.Actual, old.Actual):
			unmet = append(unmet, schedule.Unmet{Condition: "actual", Ref: a.ID, Text: "what has happened to " + a.ID + " is recorded as progress"})
		}
	}
	for i, id := range c.Cancel {
		if _, ok := index[id]; !ok {
			f.Addf(fmt.Sprintf("/cancel/%d", i), "unknown", "names no activity of the plan: %q", id)
		}
	}
	for i, x := range c.Unrelate {
		if !slices.ContainsFunc(p.Relations, func(y schedule.Relation) bool { return ends(&x) == ends(&y) }) {
			f.Addf(fmt.Sprintf("/unrelate/%d", i), "unknown", "the plan has no relation %s from %q to %q", x.Kind, x.From, x.To)
		}
	}
	if err := f.Err(); err != nil {
		return r, err
	}
	if len(unmet) > 0 {
		return r, &schedule.RefusedError{Command: c.Name(), Unmet: unmet}
	}
	return r, nil
}

func equal(a, b schedule.Dates) bool { return a.Start.Equal(b.Start) && a.Finish.Equal(b.Finish) }

func same(a, b schedule.Actual) bool {
	return a.Start.Equal(b.Start) && a.Finish.Equal(b.Finish) && a.Remaining == b.Remaining && a.Cancelled == b.Cancelled
}

// ends is what tells relations of a plan apart.
func ends(x *schedule.Relation) schedule.Relation {
	return schedule.Relation{From: x.From, To: x.To, Kind: x.Kind}
}

func indexOf(list []schedule.Activity) map[string]int {
	out := make(map[string]int, len(list))
	for i := range list {
		out[list[i].ID] = i
	}
	return out
}

func (c Record) decide(p *schedule.Plan, e *events) error {
	f := &schedule.Faults{}
	index := indexOf(p.Activities)
	seen := make(map[string]bool)
	for i, x := range c.Progress {
		at := fmt.Sprintf("/progress/%d", i)
		if _, ok := index[x.Activity]; !ok || seen[x.Activity] {
			f.Addf(at+"/activity", "unknown", "must name an activity of the plan, each once: %q", x.Activity)
		}
		seen[x.Activity] = true
		for _, t := range []time.Time{x.Actual.Start, x.Actual.Finish} {
			if t.After(e.at) {
				f.Addf(at+"/actual", "out_of_range", "has not happened yet: %s", t.Format(time.RFC3339))
			}
		}
	}
	if len(c.Progress) == 0 {
		f.Addf("/progress", "required", "says what has happened")
	}
	if err := f.Err(); err != nil {
		return err
	}
	d := Progressed(c)
	next := Evolve(*p, Event{Rev: e.rev, Data: d})
	if _, err := schedule.Compile(&next); err != nil {
		return err
	}
	for part := range slices.Chunk(c.Progress, 1000) {
		e.add(Progressed{part})
	}
	return nil
}

func (c Accept) decide(p *schedule.Plan, e *events) error {
	got, err := schedule.Accept(p, c.Proposal, e.by, e.at)
	if err != nil {
		return err
	}
	var unmet []schedule.Unmet
	frozen := make(map[string]bool)
	for _, m := range c.Proposal.Moves {
		if m.Zone == schedule.ZoneFrozen {
			frozen[m.Activity] = true
			if !slices.Contains(c.Confirm, m.Activity) {
				unmet = append(unmet, schedule.Unmet{Condition: "confirm", Ref: m.Activity, Text: fmt.Sprintf("%s is planned within the frozen horizon and would move to %s: confirm it by name", m.Activity, m.New.Start.Format(time.RFC3339))})
			}
		}
	}
	for _, id := range c.Confirm {
		if !frozen[id] {
			unmet = append(unmet, schedule.Unmet{Condition: "confirm", Ref: id, Text: id + " is confirmed and is no frozen activity that the proposal moves: look at the proposal again"})
		}
	}
	if len(unmet) > 0 {
		return &schedule.RefusedError{Command: c.Name(), Unmet: unmet}
	}
	if len(got) == 0 {
		return refuse(c, "keep", p.ID, "the proposal moves nothing: there is nothing to accept")
	}
	for _, x := range got {
		for part := range slices.Chunk(x.Moves, 250) {
			e.add(Accepted{AsOf: x.AsOf, Moves: part})
		}
	}
	return nil
}

func (c TakeBaseline) decide(p *schedule.Plan, e *events) error {
	f := &schedule.Faults{}
	if c.Label == "" || len(c.Label) > MaxID {
		f.Addf("/label", "invalid", "must have 1 to %d bytes", MaxID)
	}
	if len(p.Baselines) >= MaxBaselines {
		f.Addf("/label", "out_of_range", "the plan has %d baselines, as many as are kept", MaxBaselines)
	}
	if err := f.Err(); err != nil {
		return err
	}
	if slices.ContainsFunc(p.Baselines, func(b schedule.Baseline) bool { return b.Name == c.Label }) {
		return refuse(c, "label", c.Label, fmt.Sprintf("there is a baseline %q already, and none is ever changed", c.Label))
	}
	n, err := schedule.Compile(p)
	if err != nil {
		return err
	}
	t, err := n.CriticalPath(c.AsOf)
	if err != nil {
		return err
	}
	b := schedule.TakeBaseline(c.Label, e.at, t)
	part := make(map[string]schedule.Dates)
	for i := range p.Activities {
		if d, ok := b.Dates[p.Activities[i].ID]; ok {
			part[p.Activities[i].ID] = d
		}
		if len(part) == 1000 || i == len(p.Activities)-1 {
			e.add(Baselined{Label: b.Name, Taken: b.Taken, Dates: part})
			part = make(map[string]schedule.Dates)
		}
	}
	if len(e.list) == 0 {
		e.add(Baselined{Label: b.Name, Taken: b.Taken, Dates: part})
	}
	return nil
}

// revised adds a revision as events that are not longer than MaxEvent. What is
// taken away goes first, calendars before those who keep them.
func (e *events) revised(r Revised) {
	if r.Head != nil || len(r.Cancel) > 0 || len(r.Unrelate) > 0 {
		head := r.Head
		for part := range parts(r.Unrelate, func(*schedule.Relation) int { return 1000 }) {
			e.add(Revised{Head: head, Unrelate: part})
			head = nil
		}
		for part := range parts(r.Cancel, func(s *string) int { return len(*s) + 8 }) {
			e.add(Revised{Head: head, Cancel: part})
			head = nil
		}
		if head != nil {
			e.add(Revised{Head: head})
		}
	}
	for part := range parts(r.Calendars, func(c *schedule.Calendar) int { return size(c) }) {
		e.add(Revised{Calendars: part})
	}
	for part := range parts(r.Activities, func(a *schedule.Activity) int { return size(a) }) {
		e.add(Revised{Activities: part})
	}
	for part := range parts(r.Relations, func(*schedule.Relation) int { return 1000 }) {
		e.add(Revised{Relations: part})
	}
}

// parts cuts a list so that no part is longer than an event may be, unless one
// element is.
func parts[T any](list []T, size func(*T) int) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		from, sum := 0, 0
		for i := range list {
			n := size(&list[i]) + 1
			if i > from && sum+n > MaxEvent-1024 {
				if !yield(list[from:i:i]) {
					return
				}
				from, sum = i, 0
			}
			sum += n
		}
		if from < len(list) {
			yield(list[from:])
		}
	}
}
