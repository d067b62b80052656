package notice

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The classes of error; test with errors.Is.
var (
	ErrNotFound = errors.New("notice: not found")
	ErrConflict = errors.New("notice: conflict")
	ErrInvalid  = errors.New("notice: invalid")
	ErrRefused  = errors.New("notice: refused")
)

// Kind names a type of event, for ever.
type Kind string

// Kind returns the kind of the event.
func (e Event) Kind() Kind { return e.Data.kind() }

// Data is what an event says; the types below are all there are, and Unknown
// for what a later version wrote.
type Data interface{ kind() Kind }

type (
	// OwedData begins an obligation.
	OwedData struct {
		Recipient string `json:"recipient"`
		About     string `json:"about"`
		Subject   string `json:"subject"`

		Digest      string     `json:"digest,omitempty"`
		Due         *time.Time `json:"due,omitempty"`
		Acknowledge bool       `json:"acknowledge,omitempty"`
	}
	// SettledData moves it on.
	SettledData struct {
		State    State  `json:"state"`
		Evidence string `json:"evidence,omitempty"`
		Reason   string `json:"reason,omitempty"`

		AnswerBy *time.Time `json:"answer_by,omitempty"`
	}
	// Unknown keeps an event that this version does not know.
	Unknown struct {
		Of  Kind
		Raw json.RawMessage
	}
)

func (OwedData) kind() Kind { return "owed" }

func (SettledData) kind() Kind { return "settled" }

func (u Unknown) kind() Kind { return u.Of }

// MarshalData writes the data of an event as JSON; what UnmarshalData did not
// know comes out as it came in.
func MarshalData(d Data) ([]byte, error) {
	if u, ok := d.(Unknown); ok {
		return slices.Clone(u.Raw), nil
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("notice: encode %s: %w", d.kind(), err)
	}
	return b, nil
}

// UnmarshalData reads what MarshalData wrote. An unknown kind gives Unknown;
// JSON that does not fit a known kind is an error.
func UnmarshalData(kind Kind, raw []byte) (Data, error) {
	switch kind {
	case OwedData{}.kind():
		return read[OwedData](kind, raw)
	case SettledData{}.kind():
		return read[SettledData](kind, raw)
	}
	return Unknown{Of: kind, Raw: slices.Clone(raw)}, nil
}

func read[T Data](kind Kind, raw []byte) (Data, error) {
	var d T
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("notice: decode %s: %w", kind, err)
	}
	return d, nil
}

// Clone returns a copy that shares no memory with e.
func (e Event) Clone() Event {
	switch d := e.Data.(type) {
	case OwedData:
		d.Due = clonePtr(d.Due)
		e.Data = d
	case SettledData:
		d.AnswerBy = clonePtr(d.AnswerBy)
		e.Data = d
	case Unknown:
		d.Raw = slices.Clone(d.Raw)
		e.Data = d
	}
	return e
}
