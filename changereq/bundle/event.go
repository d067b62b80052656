package bundle

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Event is one thing that happened to a bundle. Seq counts from 1 without gaps;
// At never falls within a bundle.
type Event struct {
	Bundle string
	Seq    int64
	At     time.Time
	Actor  string
	Data   Data
}

// Kind names a type of event, for ever.
type Kind string

// Kind returns the kind of the event.
func (e Event) Kind() Kind { return e.Data.kind() }

// Data is what an event says; the types below are all there are, and Unknown for
// what a later version wrote.
type Data interface{ kind() Kind }

type (
	// CreatedData begins a bundle.
	CreatedData struct {
		Title string `json:"title"`
		Mode  Mode   `json:"mode"`
	}
	// AddedData says that a request became a member.
	AddedData struct {
		Request string `json:"request"`
	}
	// RemovedData says that a member was taken out.
	RemovedData struct {
		Request string `json:"request"`
		Reason  string `json:"reason"`
	}
	// Unknown keeps an event that this version does not know.
	Unknown struct {
		Of  Kind
		Raw json.RawMessage
	}
)

func (CreatedData) kind() Kind { return "created" }

func (AddedData) kind() Kind { return "member-added" }

func (RemovedData) kind() Kind { return "member-removed" }

func (u Unknown) kind() Kind { return u.Of }

// MarshalData writes the data of an event as JSON; what UnmarshalData did not
// know comes out as it came in.
func MarshalData(d Data) ([]byte, error) {
	if u, ok := d.(Unknown); ok {
		return slices.Clone(u.Raw), nil
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("bundle: encode %s: %w", d.kind(), err)
	}
	return b, nil
}

// UnmarshalData reads what MarshalData wrote. An unknown kind gives Unknown; JSON
// that does not fit a known kind is an error.
func UnmarshalData(kind Kind, raw []byte) (Data, error) {
	switch kind {
	case CreatedData{}.kind():
		return read[CreatedData](kind, raw)
	case AddedData{}.kind():
		return read[AddedData](kind, raw)
	case RemovedData{}.kind():
		return read[RemovedData](kind, raw)
	}
	return Unknown{Of: kind, Raw: slices.Clone(raw)}, nil
}

func read[T Data](kind Kind, raw []byte) (Data, error) {
	var d T
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("bundle: decode %s: %w", kind, err)
	}
	return d, nil
}

// Clone returns a copy that shares no memory with e.
func (e Event) Clone() Event {
	if u, ok := e.Data.(Unknown); ok {
		u.Raw = slices.Clone(u.Raw)
		e.Data = u
	}
	return e
}
