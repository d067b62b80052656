package xes

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process"
)

// stretch is a part of an arena.
type stretch struct {
	from, to int
	there    bool
}

func (p stretch) of(text []byte) []byte {
	if !p.there {
		return nil
	}
	return text[p.from:p.to:p.to]
}

// pair is an attribute in an arena.
type pair struct {
	key, value stretch
	kind       process.Kind
	depth      uint8
}

// body is what is collected of an event or a trace: bytes in one arena.
type body struct {
	text  []byte
	pairs []pair
}

func (b *body) reset() { b.text, b.pairs = b.text[:0], b.pairs[:0] }

// put copies bytes into the arena.
func (b *body) put(text []byte, latin bool) (stretch, flaw) {
	if text == nil {
		return stretch{}, 0
	}
	from := len(b.text)
	var f flaw
	b.text, f = appendValue(b.text, text, latin)
	return stretch{from: from, to: len(b.text), there: true}, f
}

// attributes gives the collected attributes; they point into the arena.
func (b *body) attributes(to []process.RawAttribute) []process.RawAttribute {
	to = to[:0]
	for _, p := range b.pairs {
		to = append(to, process.RawAttribute{Key: p.key.of(b.text), Value: p.value.of(b.text), Kind: p.kind, Depth: p.depth})
	}
	return to
}

// Fields of an event that have a place of their own.
const (
	activityField = iota // the first of as many as the classifier has keys
	timeField
	startField
	resourceField
	lifecycleField
	instanceField
	groupField
	costField
	currencyField
	handField
	fieldCount
)

// event is the event being read.
type event struct {
	body
	at      process.Position
	inTrace bool
	open    bool
	depth   int // length of the stack within the event
	fields  [fieldCount]stretch
	parts   []stretch // values of the classifier's keys
	flaws   flaw
}

func (e *event) begin(at process.Position, inTrace bool) {
	e.reset()
	e.at, e.inTrace, e.open, e.depth, e.flaws = at, inTrace, true, 0, 0
	e.fields = [fieldCount]stretch{}
	e.parts = e.parts[:0]
}

// handKey marks an event that a person observed and no system recorded.
const handKey = "observation:hand"

// field finds the place of a key that stands directly within an event.
func field(key []byte) int {
	switch string(key) {
	case "time:timestamp":
		return timeField
	case "org:resource":
		return resourceField
	case "lifecycle:transition":
		return lifecycleField
	case "concept:instance":
		return instanceField
	case "org:role", "org:group":
		return groupField
	case "start_timestamp":
		return startField
	case "cost:total":
		return costField
	case "cost:currency":
		return currencyField
	case handKey:
		return handField
	}
	return fieldCount
}

func kindOf(name []byte) process.Kind {
	for k := process.Text; k <= process.Container; k++ {
		if k.String() == string(name) {
			return k
		}
	}
	return process.Text
}

// attribute takes the start tag of an attribute.
func (s *scanner) attribute() error {
	depth, within := 0, other
	for i := len(s.stack) - 1; i >= 0 && within == other; i-- {
		switch s.stack[i].kind {
		case attributeElement:
			depth++
		case valuesElement: // stands between a list and its members
		default:
			if within = s.stack[i].kind; within == other || within == logElement {
				return s.headerAttribute(i, depth)
			}
		}
	}
	switch within {
	case eventElement:
		return s.eventAttribute(depth)
	case traceElement:
		return s.traceAttribute(depth)
	case other, logElement, attributeElement, valuesElement:
	}
	return nil
}

func (s *scanner) eventAttribute(depth int) error {
	e := &s.event
	if s.tag.key == nil || !e.open {
		return nil
	}
	if depth == 0 {
		if taken, err := s.eventField(); taken || err != nil {
			return err
		}
	}
	if s.options.Attributes {
		e.flaws |= e.keep(&s.tag, depth, s.latin)
	}
	return nil
}

// keep collects an attribute.
func (b *body) keep(t *tag, depth int, latin bool) flaw {
	key, f := b.put(t.key, latin)
	value, g := b.put(t.value, latin)
	b.pairs = append(b.pairs, pair{key: key, value: value, kind: kindOf(t.name), depth: uint8(depth)})
	return f | g
}

// eventField takes an attribute that has a place of its own, and says whether
// it is not to be kept as an attribute besides.
func (s *scanner) eventField() (bool, error) {
	e := &s.event
	at := field(s.tag.key)
	for i, key := range s.keys {
		if string(key) != string(s.tag.key) {
			continue
		}
		for len(e.parts) <= i {
			e.parts = append(e.parts, stretch{})
		}
		if e.parts[i].there {
			return true, s.twice()
		}
		var f flaw
		e.parts[i], f = e.put(s.tag.value, s.latin)
		e.flaws |= f
		if at == fieldCount {
			return i == 0 && len(s.keys) == 1, nil
		}
	}
	switch {
	case at == fieldCount:
		return false, nil
	case e.fields[at].there:
		if at == groupField { // role and group: the first names the department
			return false, nil
		}
		return true, s.twice()
	}
	var f flaw
	e.fields[at], f = e.put(s.tag.value, s.latin)
	e.flaws |= f
	return at != groupField, nil
}

func (s *scanner) twice() error {
	return s.problem(s.here(), process.ReasonKeyTwice, process.Kept,
		fmt.Sprintf("%.80q stands twice; the first counts", s.tag.key))
}

// endEvent hands the event to the sink.
func (s *scanner) endEvent() error {
	e := &s.event
	if !e.open {
		return nil
	}
	e.open = false
	if err := s.reportFlaws(e.at, e.flaws); err != nil {
		return err
	}
	activity := s.activity()
	raw := &s.raw
	attributes := raw.Attributes
	*raw = process.Raw{
		At: e.at, Activity: activity, Resource: e.fields[resourceField].of(e.text),
		Lifecycle: e.fields[lifecycleField].of(e.text), Instance: e.fields[instanceField].of(e.text),
		Group: e.fields[groupField].of(e.text), Attributes: e.attributes(attributes),
		Cost: e.fields[costField].of(e.text), Currency: e.fields[currencyField].of(e.text),
		Hand: string(e.fields[handField].of(e.text)) == "true",
	}
	s.times.Next()
	var ok bool
	var err error
	if raw.End, raw.HasEnd, ok, err = s.time(e.fields[timeField]); !ok || err != nil {
		return err
	}
	if raw.Start, raw.HasStart, ok, err = s.time(e.fields[startField]); !ok || err != nil {
		return err
	}
	if !e.inTrace {
		return s.sink.Event(raw)
	}
	return s.toTrace(raw)
}

// activity joins the values of the classifier's keys.
func (s *scanner) activity() []byte {
	e := &s.event
	if len(s.keys) == 1 {
		if len(e.parts) == 0 {
			return nil
		}
		return e.parts[0].of(e.text)
	}
	var out []byte
	for i := range s.keys {
		if i >= len(e.parts) || !e.parts[i].there {
			return nil
		}
		if i > 0 {
			out = append(out, '+')
		}
		out = append(out, e.parts[i].of(e.text)...)
	}
	return out
}

// time reads a time. ok is false if the event was dropped for it.
func (s *scanner) time(p stretch) (stamp process.Stamp, has, ok bool, err error) {
	text := p.of(s.event.text)
	if len(text) == 0 {
		return stamp, false, true, nil
	}
	stamp, ok, err = s.times.Read(text, "", s.event.at, process.Dropped, s.sink)
	return stamp, ok, ok, err
}

func (s *scanner) reportFlaws(at process.Position, f flaw) error {
	if f&notUTF8 != 0 {
		if err := s.problem(at, process.ReasonEncoding, process.Repaired, "a value is not UTF-8 and was read as Windows-1252"); err != nil {
			return err
		}
	}
	if f&entityKept != 0 {
		return s.problem(at, process.ReasonEntity, process.Kept, "a value has an & that begins no entity of XML; it is kept as written")
	}
	return nil
}
