package archive

import "time"

// RecordID names a record for ever; numbers and places it had elsewhere are no
// identity.
type RecordID string

// Ref names a thing of another room, such as changereq:CR7. It is opaque here.
type Ref string

// Kind says what sort of document a record is.
type Kind string

// The kinds that the office files by itself.
const (
	KindChangeRequest Kind = "change-request" // a copy of a request as it was decided
	KindBrief         Kind = "decision-brief" // the page a decision was made on
	KindImport        Kind = "import-source"  // what an import was read from
	KindDispute       Kind = "dispute"        // what somebody found wrong with a notice
)

// Record is one filed document: what it is and the digest of its content, which
// never changes.
type Record struct {
	ID        RecordID  `json:"id"`
	Rev       int64     `json:"rev"` // raised by one with every stored change; 0 is not stored yet
	Kind      Kind      `json:"kind"`
	Title     string    `json:"title"`
	Subject   Ref       `json:"subject,omitempty"` // the thing it is about
	Name      string    `json:"name,omitempty"`    // original file name
	MediaType string    `json:"media_type"`
	Digest    Digest    `json:"digest"` // of the content
	Size      int64     `json:"size"`   // of the content, in bytes
	Dated     time.Time `json:"dated"`  // the document's own date
	Filed     time.Time `json:"filed"`
	FiledBy   string    `json:"filed_by"`
	Events    int64     `json:"events"` // length of the history
}

// Digest is a SHA-256 in lower-case hexadecimal.
type Digest string

// End is one end of a reference: a record, a thing of another room, an address
// outside, or a text that nobody has resolved.
type End struct {
	Kind  EndKind `json:"kind"`
	Value string  `json:"value"`
}

// EndKind says what the value of an end is.
type EndKind string

// The kinds of end.
const (
	EndRecord EndKind = "record"
	EndRef    EndKind = "ref"
	EndURI    EndKind = "uri"
	EndText   EndKind = "text"
)

// ToRecord makes an end of a record.
func ToRecord(id RecordID) End { return End{Kind: EndRecord, Value: string(id)} }

// ToRef makes an end of a thing of another room.
func ToRef(ref Ref) End { return End{Kind: EndRef, Value: string(ref)} }

// Reference is one typed edge from a source to a target. It is stored once; at
// the target it is read by the inverse name of its type. The same edge twice
// is one edge: its id follows from type, source, target and pins.
type Reference struct {
	ID     string        `json:"id"`
	Type   ReferenceType `json:"type"`
	Source End           `json:"source"`
	Target End           `json:"target"`
	Reason string        `json:"reason,omitempty"`
	Author string        `json:"author"`
	At     time.Time     `json:"at"`
	Terms
}

// Terms say how an edge is meant. The zero Terms are those of an edge that
// somebody declared, without end, between things whatever their revision.
type Terms struct {
	// A pin ties an end that is a record to one content of it; an end without a
	// pin floats: it means what supersedes the record as of the date in question.
	SourcePin Digest `json:"source_pin,omitempty"`
	TargetPin Digest `json:"target_pin,omitempty"`
	// Anchor is the place in the source: a page, a clause.
	Anchor string `json:"anchor,omitempty"`
	// The edge is valid from the one time, included, to the other, excluded; a
	// zero time is no bound.
	ValidFrom time.Time `json:"valid_from,omitzero"`
	ValidTo   time.Time `json:"valid_to,omitzero"`
	Evidence  Evidence  `json:"evidence,omitempty"`
	Rule      string    `json:"rule,omitempty"` // of an extracted edge: the pattern and its version
}

// IsOpen reports whether an end of the edge is a text, which nobody has resolved.
func (r *Reference) IsOpen() bool { return r.Source.Kind == EndText || r.Target.Kind == EndText }

// Evidence says how an edge is known.
type Evidence string

// The kinds of evidence.
const (
	Declared  Evidence = ""          // somebody said so
	Extracted Evidence = "extracted" // a rule found it in the text
)

// ValidAt reports whether the edge holds at a time.
func (t Terms) ValidAt(at time.Time) bool {
	return !at.Before(t.ValidFrom) && (t.ValidTo.IsZero() || at.Before(t.ValidTo))
}

// NewReference makes an edge: ends in the order they are stored in, times in whole
// microseconds, and the id that follows from type, ends and pins. A symmetric type has its pins turned with its ends. It checks nothing.
func NewReference(t ReferenceType, source, target End, terms Terms) Reference {
	from, to := t.oriented(source, target)
	if from != source {
		terms.SourcePin, terms.TargetPin = terms.TargetPin, terms.SourcePin
	}
	if !terms.ValidFrom.IsZero() {
		terms.ValidFrom = terms.ValidFrom.UTC().Truncate(time.Microsecond)
	}
	if !terms.ValidTo.IsZero() {
		terms.ValidTo = terms.ValidTo.UTC().Truncate(time.Microsecond)
	}
	var pins []Digest
	if terms.SourcePin != "" || terms.TargetPin != "" {
		pins = []Digest{terms.SourcePin, terms.TargetPin}
	}
	return Reference{ID: referenceID(t, from, to, pins...), Type: t, Source: from, Target: to, Terms: terms}
}
