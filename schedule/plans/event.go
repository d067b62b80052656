package plans

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Event is something that happened to a plan. Events of one command share Rev.
type Event struct {
	Plan string
	Rev  int64 // of the plan afterwards
	At   time.Time
	By   string
	Data Data
}

// Data is what an event says.
type Data interface{ Kind() Kind }

// Kind is a class of events.
type Kind string

// The kinds of event.
const (
	KindCreated    Kind = "created"
	KindRevised    Kind = "revised"
	KindProgressed Kind = "progressed"
	KindAccepted   Kind = "accepted"
	KindBaselined  Kind = "baselined"
)

// The data of events.
type (
	// Created is the beginning of a plan; activities follow as Revised.
	Created struct {
		Head
	}

	// Revised carries everything that was put or taken away.
	Revised struct {
		Head       *Head               `json:"head,omitempty"`
		Calendars  []schedule.Calendar `json:"calendars,omitempty"`
		Activities []schedule.Activity `json:"activities,omitempty"`
		Cancel     []string            `json:"cancel,omitempty"`
		Unrelate   []schedule.Relation `json:"unrelate,omitempty"`
		Relations  []schedule.Relation `json:"relations,omitempty"`
	}

	// Progressed carries what has happened to activities.
	Progressed struct {
		Progress []Progress `json:"progress"`
	}

	// Accepted carries moves with their causes and the status date of the
	// proposal.
	Accepted struct {
		AsOf  time.Time       `json:"as_of"`
		Moves []schedule.Move `json:"moves"`
	}

	// Baselined carries dates of a baseline.
	Baselined struct {
		Label string                    `json:"label"`
		Taken time.Time                 `json:"taken"`
		Dates map[string]schedule.Dates `json:"dates"`
	}
)

// Kind of the event.
func (Created) Kind() Kind { return KindCreated }

// Kind of the event.
func (Revised) Kind() Kind { return KindRevised }

// Kind of the event.
func (Progressed) Kind() Kind { return KindProgressed }

// Kind of the event.
func (Accepted) Kind() Kind { return KindAccepted }

// Kind of the event.
func (Baselined) Kind() Kind { return KindBaselined }

// envelope is the stored form: the revision stands beside the data.
type envelope struct {
	Rev  int64           `json:"rev"`
	Data json.RawMessage `json:"data"`
}

// MarshalData writes what an event says, with its revision, as it is stored.
func MarshalData(ev Event) ([]byte, error) {
	data, err := json.Marshal(ev.Data)
	if err != nil {
		return nil, fmt.Errorf("plans: event %s: %w", ev.Data.Kind(), err)
	}
	return json.Marshal(envelope{ev.Rev, data})
}

// UnmarshalData reads what MarshalData writes.
func UnmarshalData(kind Kind, stored []byte) (rev int64, data Data, err error) {
	var e envelope
	if err := json.Unmarshal(stored, &e); err != nil {
		return 0, nil, fmt.Errorf("plans: event %s: %w", kind, err)
	}
	switch kind {
	case KindCreated:
		data, err = read[Created](e.Data)
	case KindRevised:
		data, err = read[Revised](e.Data)
	case KindProgressed:
		data, err = read[Progressed](e.Data)
	case KindAccepted:
		data, err = read[Accepted](e.Data)
	case KindBaselined:
		data, err = read[Baselined](e.Data)
	default:
		err = fmt.Errorf("%w: the kind %q of event is not known", schedule.ErrInvalid, kind)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("plans: event %s: %w", kind, err)
	}
	return e.Rev, data, nil
}

func read[T Data](b []byte) (Data, error) {
	var v T
	err := json.Unmarshal(b, &v)
	return v, err
}
