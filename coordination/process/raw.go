package process

// Raw is an event as a reader found it, before names have numbers. Byte slices
// belong to the reader and are valid until the sink returns; nil means absent,
// an empty slice means an empty value.
type Raw struct {
	Case, Activity, Resource, Lifecycle, Instance []byte
	Group                                         []byte // role or department
	Start, End                                    Stamp
	HasStart, HasEnd                              bool
	Cost, Currency                                []byte // a decimal number, and in what
	Hand                                          bool   // observed by hand
	Objects                                       []RawLink
	Attributes                                    []RawAttribute
	At                                            Position
}

// RawLink ties an event or an object to an object.
type RawLink struct {
	Object, Qualifier []byte
}

// RawAttribute is a named value. Depth is 0 for an attribute of the event
// itself and one more for each attribute it stands within, which is the one
// nearest before it of a lesser depth.
type RawAttribute struct {
	Key, Value []byte
	Kind       Kind
	Depth      uint8
	Time       Stamp // of an object's attribute: since when it has this value
	Timed      bool
}

// Kind is the type of an attribute's value, which is kept as it was written.
type Kind uint8

// The types that XES and OCEL know.
const (
	Text Kind = iota
	Date
	Int
	Float
	Bool
	ID
	List
	Container
)

// String gives the name that XES has for the kind.
func (k Kind) String() string {
	names := [...]string{"string", "date", "int", "float", "boolean", "id", "list", "container"}
	if int(k) >= len(names) {
		return "string"
	}
	return names[k]
}

// RawObject is an object of an object-centric log, or a case with its
// attributes, whose type is then nil.
type RawObject struct {
	ID, Type   []byte
	Attributes []RawAttribute
	Objects    []RawLink
	At         Position
}

// Sink takes what a reader finds. An error from a sink stops the reader, which
// returns it. The Builder is one; a program that needs no log in memory brings
// its own.
type Sink interface {
	// Event takes an event. It need not be complete: the sink judges it.
	Event(raw *Raw) error
	// Object takes an object or a case. It may come before or after its events.
	Object(raw *RawObject) error
	// Problem takes what the reader could not use.
	Problem(p Problem) error
}

// Stop reports why nothing more of a file is read, and gives the problem as the
// error that a reader returns; an error of the sink goes before it.
func Stop(sink Sink, p Problem) error {
	p.Effect = Stopped
	if err := sink.Problem(p); err != nil {
		return err
	}
	return &p
}

// ReportMended tells a sink, if there were any, how many characters of a file
// could not be read and were replaced by U+FFFD. Readers call it at the end.
func ReportMended(sink Sink, file string, n int) error {
	if n == 0 {
		return nil
	}
	return sink.Problem(Problem{
		Position: Position{File: file}, Reason: ReasonEncoding, Effect: Repaired, Times: n,
		Detail: "characters that are not UTF-16 were replaced by U+FFFD",
	})
}
