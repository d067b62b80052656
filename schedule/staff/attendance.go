package staff

import (
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Record is one statement about where somebody is. Records are never changed.
type Record struct {
	ID     string `json:"id,omitzero"`
	Person string `json:"person,omitzero"`
	Kind   Kind   `json:"kind,omitzero"`
	State  State  `json:"state,omitzero"`
	// When: an interval, or a date with a named part of the day, which the
	// person's calendar places in its zone; an empty part is the full day.
	schedule.Interval `json:"interval,omitzero"`

	Date schedule.Date `json:"date,omitzero"`
	Part string        `json:"part,omitzero"`

	By       string    `json:"by,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Corrects string    `json:"corrects,omitzero"` // the record that this one takes the place of
	Void     bool      `json:"void,omitzero"`     // nothing takes its place
	Reason   string    `json:"reason,omitzero"`   // of a correction
}

// Kind says what somebody is doing. It is for who keeps attendance; others are
// only told whether a person is available.
type Kind string

// The kinds of record. Work adds nothing to the calendar: it can stand beside a
// leave in the other half of a day.
const (
	Work     Kind = "work"
	Leave    Kind = "leave"
	Sick     Kind = "sick"
	Training Kind = "training"
	Travel   Kind = "travel"
)

// Absent reports whether the person cannot be assigned meanwhile.
func (k Kind) Absent() bool { return k != Work }

// State says how certain a record is.
type State string

// The states of a record. What is requested makes a person uncertain only.
const (
	Requested State = "requested"
	Approved  State = "approved"
	Recorded  State = "recorded"
	Declined  State = "declined"
)

func (r *Record) validate(f *schedule.Faults, at string, parts map[string]bool) {
	if r.ID == "" {
		f.Addf(at+"/id", "required", "needs an id")
	}
	switch r.Kind {
	case Work, Leave, Sick, Training, Travel:
	default:
		f.Addf(at+"/kind", "unknown", "must be work, leave, sick, training or travel")
	}
	switch r.State {
	case Requested, Approved, Recorded, Declined:
	default:
		f.Addf(at+"/state", "unknown", "must be requested, approved, recorded or declined")
	}
	if r.Date == 0 {
		interval(f, at, r.Interval)
	} else if !r.Start.IsZero() || !r.Finish.IsZero() {
		f.Addf(at+"/date", "invalid", "stands for a day or a part of it: leave the interval out")
	}
	if r.Part != "" && !parts[r.Part] {
		f.Addf(at+"/part", "unknown", "names no part of a day: %q", r.Part)
	}
}

// Append adds a record to attendance. Errors: *schedule.ValidationError for one
// that is not well formed; schedule.ErrConflict if what it corrects is corrected
// already; schedule.ErrRefused if it corrects what is not there or somebody
// else's record, or gives no reason.
func Append(attendance []Record, r Record, parts []DayPart) ([]Record, error) {
	f := &schedule.Faults{}
	names := make(map[string]bool)
	for _, p := range parts {
		names[p.Name] = true
	}
	r.validate(f, "", names)
	if r.Person == "" {
		f.Addf("/person", "required", "says who")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	refuse := func(condition, format string, args ...any) error {
		return &schedule.RefusedError{Command: "append", Unmet: []schedule.Unmet{{Condition: condition, Ref: r.ID, Text: fmt.Sprintf(format, args...)}}}
	}
	var base *Record
	for i := range attendance {
		x := &attendance[i]
		switch {
		case x.ID == r.ID:
			return nil, fmt.Errorf("%w: attendance record %q is there already", schedule.ErrConflict, r.ID)
		case r.Corrects != "" && x.Corrects == r.Corrects:
			return nil, fmt.Errorf("%w: record %q was corrected by %q; correct that one", schedule.ErrConflict, r.Corrects, x.ID)
		case x.ID == r.Corrects:
			base = x
		}
	}
	if r.Corrects != "" || r.Void {
		switch {
		case base == nil:
			return nil, refuse("base", "record %q corrects one that is not there: %q", r.ID, r.Corrects)
		case base.Person != r.Person:
			return nil, refuse("person", "record %q is about somebody else than %q", r.ID, r.Corrects)
		case r.Reason == "":
			return nil, refuse("reason", "a correction says why")
		}
	}
	return append(slices.Clip(attendance), r), nil
}

// standing returns the records that no later one has corrected.
func standing(attendance []Record) []*Record {
	corrected := make(map[string]bool)
	for i := range attendance {
		if c := attendance[i].Corrects; c != "" {
			corrected[c] = true
		}
	}
	var out []*Record
	for i := range attendance {
		if r := &attendance[i]; !r.Void && !corrected[r.ID] && r.State != Declined {
			out = append(out, r)
		}
	}
	return out
}

// when places a record in time, by the clock of the person's calendar.
func (r *Record) when(h *schedule.Hours, parts []DayPart) schedule.Interval {
	if r.Date == 0 {
		return r.Interval
	}
	return part(r.Date, r.Part, h, parts)
}

func part(d schedule.Date, name string, h *schedule.Hours, parts []DayPart) schedule.Interval {
	from, to := schedule.Clock(0), schedule.At(24, 0)
	for _, p := range parts {
		if p.Name == name {
			from, to = p.From, p.To
		}
	}
	return schedule.Interval{Start: h.ClockOn(d, from), Finish: h.ClockOn(d, to)}
}
