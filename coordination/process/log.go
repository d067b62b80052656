package process

import (
	"iter"
	"slices"
)

// Log is an event log: events in the order of the input, the names they point
// to, and columns beside them for what only some logs have. A log of cases is
// an object-centric log with one type of object, so both are read with the
// same methods; Flatten gives the view of one type.
//
// A Log is built by a Builder and not changed afterwards; it may then be read
// from many goroutines.
type Log struct {
	Events     []Event
	Activities *Names
	Cases      *Names // cases, which are objects
	Resources  *Names
	Instances  *Names
	Lifecycles *Names
	Header     Header // what the log says of itself
	Report     Report // what the readers could not use

	groups  column[uint32] // by Seq: role or department, an id of groupNames
	offsets column[offset] // by Seq: where the times stood as they were read
	costs   column[cost]   // by Seq
	lines   column[uint32] // by Seq, if the Builder kept them
	links   links          // by Seq
	attrs   attributes     // by Seq
	objects objects        // by case id

	file string // of lines

	groupNames, keys, values, types, qualifiers, currencies *Names
}

// offset is where start and end of an event stood from UTC, in minutes.
type offset struct{ start, end int16 }

// column holds a value per position that most logs do not have: it stays empty
// until the first value that is not zero.
type column[T comparable] []T

func (c column[T]) at(i int) T {
	var zero T
	if i >= len(c) {
		return zero
	}
	return c[i]
}

func (c *column[T]) set(i int, v T) {
	var zero T
	if v == zero && i >= len(*c) {
		return
	}
	if grow := i + 1 - len(*c); grow > 0 {
		*c = append(*c, make([]T, grow)...)
	}
	(*c)[i] = v
}

// newLog makes an empty log with names of its own.
func newLog() *Log {
	return &Log{
		Activities: &Names{}, Cases: &Names{}, Resources: &Names{}, Instances: &Names{}, Lifecycles: &Names{},
		groupNames: &Names{}, keys: &Names{}, values: &Names{}, types: &Names{}, qualifiers: &Names{},
		currencies: &Names{},
	}
}

// Activity gives the name of what was done.
func (l *Log) Activity(e Event) string { return l.Activities.Of(e.Activity) }

// Case gives the name of the event's case.
func (l *Log) Case(e Event) string { return l.Cases.Of(e.Case) }

// Resource gives the name of who or what did the work, or "".
func (l *Log) Resource(e Event) string { return l.Resources.Of(e.Resource) }

// Lifecycle gives the transition as the log names it, or "".
func (l *Log) Lifecycle(e Event) string { return l.Lifecycles.Of(uint32(e.Lifecycle)) }

// Instance gives the name of the activity instance, or "".
func (l *Log) Instance(e Event) string { return l.Instances.Of(e.Instance) }

// Group gives the role or department that the log states for an event, or "".
func (l *Log) Group(e Event) string { return l.groupNames.Of(l.groups.at(int(e.Seq))) }

// Position gives the file and line at which an event stood, as far as the
// Builder kept them.
func (l *Log) Position(e Event) Position {
	return Position{File: l.file, Line: int(l.lines.at(int(e.Seq)))}
}

// Offsets gives how many minutes east of UTC start and end of an event stood
// in the source.
func (l *Log) Offsets(e Event) (start, end int16) {
	o := l.offsets.at(int(e.Seq))
	return o.start, o.end
}

// Attribute is a value beside the columns that every log has.
type Attribute struct {
	Key, Value string
	Kind       Kind
	Depth      uint8 // 0 for the event's own, more for one within the attribute before it
	Since      int64 // of an object's attribute: microseconds since when it holds
	Timed      bool  // whether Since is given
}

// Attributes lists what else the log says of an event, in the order of the
// source. It is empty unless the Builder kept attributes.
func (l *Log) Attributes(e Event) iter.Seq[Attribute] {
	return l.attrs.of(int(e.Seq), l.keys, l.values)
}

// Link ties an event, or an object, to an object.
type Link struct {
	Object    uint32 // Log.Cases
	Qualifier string
}

// Links lists the objects of an event, in the order of the source.
func (l *Log) Links(e Event) iter.Seq[Link] { return l.links.of(int(e.Seq), l.qualifiers) }

// Object is a case or an object with what the log says of it.
type Object struct {
	ID         uint32 // Log.Cases
	Name, Type string
	Attributes []Attribute
	Links      []Link
}

// Objects lists the objects, and the cases of which the log says more than
// their name, in the order in which they were first described.
func (l *Log) Objects() iter.Seq[Object] {
	return func(yield func(Object) bool) {
		for i, id := range l.objects.ids {
			o := Object{
				ID: id, Name: l.Cases.Of(id), Type: l.types.Of(l.objects.types[i]),
				Attributes: slices.Collect(l.objects.attrs.of(i, l.keys, l.values)),
				Links:      slices.Collect(l.objects.links.of(i, l.qualifiers)),
			}
			if !yield(o) {
				return
			}
		}
	}
}

// ObjectType gives the type of an object, or "" for a case.
func (l *Log) ObjectType(id uint32) string { return l.types.Of(l.objects.typeOf(id)) }

// objects are described cases and objects.
type objects struct {
	ids   []uint32
	types []uint32 // beside ids
	place map[uint32]int
	attrs attributes // by place
	links links      // by place
}

func (o *objects) typeOf(id uint32) uint32 {
	if i, ok := o.place[id]; ok {
		return o.types[i]
	}
	return None
}

// attributes are lists of attributes, one list for each position.
type attributes struct {
	ends []uint32 // where the list of a position ends; empty positions at the end are left out
	list []attribute
}

type attribute struct {
	key, value uint32
	kind       Kind
	depth      uint8
	timed      bool
	since      int64
}

// span is the part of a list that belongs to a position.
func span(ends []uint32, i int) (from, to uint32) {
	if i < 0 || i >= len(ends) {
		return 0, 0
	}
	if i > 0 {
		from = ends[i-1]
	}
	return from, ends[i]
}

// reach sets where the list of position i ends; positions skipped are empty.
func reach(ends []uint32, i, before, after int) []uint32 {
	for len(ends) < i {
		ends = append(ends, uint32(before))
	}
	return append(ends, uint32(after))
}

func (a *attributes) of(i int, keys, values *Names) iter.Seq[Attribute] {
	return func(yield func(Attribute) bool) {
		from, to := span(a.ends, i)
		for _, x := range a.list[from:to] {
			out := Attribute{
				Key: keys.Of(x.key), Value: values.Of(x.value), Kind: x.kind, Depth: x.depth, Since: x.since, Timed: x.timed,
			}
			if !yield(out) {
				return
			}
		}
	}
}

// links are lists of links, one list for each position.
type links struct {
	ends []uint32
	list []link
}

type link struct{ object, qualifier uint32 }

func (l *links) of(i int, qualifiers *Names) iter.Seq[Link] {
	return func(yield func(Link) bool) {
		from, to := span(l.ends, i)
		for _, x := range l.list[from:to] {
			if !yield(Link{Object: x.object, Qualifier: qualifiers.Of(x.qualifier)}) {
				return
			}
		}
	}
}
