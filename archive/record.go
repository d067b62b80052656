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
// is one edge: its id follows from type, source and target.
type Reference struct {
	ID     string        `json:"id"`
	Type   ReferenceType `json:"type"`
	Source End           `json:"source"`
	Target End           `json:"target"`
	Reason string        `json:"reason,omitempty"`
	Author string        `json:"author"`
	At     time.Time     `json:"at"`
}
