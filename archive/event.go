package archive

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Event is one thing that happened to a record. Seq counts from 1 without gaps.
type Event struct {
	Record RecordID
	Seq    int64
	At     time.Time
	Actor  string
	Data   Data
}

// EventKind names a type of event, for ever.
type EventKind string

// Kind returns the kind of the event.
func (e Event) Kind() EventKind { return e.Data.kind() }

// Data is what an event says; the types below are all there are, and Unknown
// for what a later version wrote.
type Data interface{ kind() EventKind }

type (
	// FiledData begins a record.
	FiledData struct {
		Kind      Kind      `json:"kind"`
		Title     string    `json:"title"`
		Subject   Ref       `json:"subject,omitempty"`
		Name      string    `json:"name,omitempty"`
		MediaType string    `json:"media_type"`
		Digest    Digest    `json:"digest"`
		Size      int64     `json:"size"`
		Dated     time.Time `json:"dated"`
	}
	// ReferredData adds a reference to the file. It stands in the history of its
	// source if that is a record, else of its target.
	ReferredData struct {
		Reference Reference `json:"reference"`
	}
	// AbsorbedData says that another record was merged into this one, by a reference
	// that stands in the history of that.
	AbsorbedData struct {
		Record    RecordID `json:"record"`
		Reference string   `json:"reference"`
	}
	// Unknown keeps an event that this version does not know.
	Unknown struct {
		Of  EventKind
		Raw json.RawMessage
	}
)

func (FiledData) kind() EventKind { return "filed" }

func (ReferredData) kind() EventKind { return "referred" }

func (AbsorbedData) kind() EventKind { return "absorbed" }

func (u Unknown) kind() EventKind { return u.Of }

// MarshalData writes the data of an event as JSON; what UnmarshalData did not
// know comes out as it came in.
func MarshalData(d Data) ([]byte, error) {
	if u, ok := d.(Unknown); ok {
		return slices.Clone(u.Raw), nil
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("archive: encode %s: %w", d.kind(), err)
	}
	return b, nil
}

// UnmarshalData reads what MarshalData wrote. An unknown kind gives Unknown;
// JSON that does not fit a known kind is an error.
func UnmarshalData(kind EventKind, raw []byte) (Data, error) {
	switch kind {
	case FiledData{}.kind():
		return read[FiledData](kind, raw)
	case ReferredData{}.kind():
		return read[ReferredData](kind, raw)
	case AbsorbedData{}.kind():
		return read[AbsorbedData](kind, raw)
	}
	return Unknown{Of: kind, Raw: slices.Clone(raw)}, nil
}

func read[T Data](kind EventKind, raw []byte) (Data, error) {
	var d T
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("archive: decode %s: %w", kind, err)
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

// Evolve returns the record after one event. It is total and leaves r untouched.
func Evolve(r Record, ev Event) Record {
	r.Events = ev.Seq
	if d, ok := ev.Data.(FiledData); ok {
		r.ID, r.Kind, r.Title, r.Subject, r.Name = ev.Record, d.Kind, d.Title, d.Subject, d.Name
		r.MediaType, r.Digest, r.Size, r.Dated = d.MediaType, d.Digest, d.Size, d.Dated
		r.Filed, r.FiledBy = ev.At, ev.Actor
	}
	return r
}

// Fold returns the record that its events lead to.
func Fold(events []Event) Record {
	var r Record
	for _, ev := range events {
		r = Evolve(r, ev)
	}
	return r
}
