package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
)

// Personal names the members in which the events of a kind say who somebody is,
// wherever in their data they stand: texts and lists of texts. An empty kind asks for
// those of the rows of a room. Config.Personal may add to them.
func Personal(room coordination.Room, kind string) []string {
	if room == coordination.BookOutcome {
		return []string{"decided_by"} // what supersedes it is in by
	}
	names := []string{
		"actor", "applicant", "author", "by", "custodian", "decided_by", "filed_by", "holder", "implementer", "issuer", "owed_by", "owner",
		"person", "receiver", "recipient", "recorded_by", "requester", "updated_by", "verified_by",
	}
	switch {
	case room == coordination.RoomChangeRequest && (kind == "" || strings.Contains(kind, "delegat")):
		names = append(names, "for", "from", "to")
	case room == coordination.RoomChangeRequest:
		names = append(names, "for") // in whose place somebody votes
	case room == "item" && (kind == "" || kind == "lend"):
		names = append(names, "to") // who borrows it
	}
	return names
}

// span is where a text stands in JSON, its quotes included.
type span struct {
	name     string // JSON pointer
	from, to int
}

// errForm is JSON that the scanner does not read.
var errNoJSON = errors.New("it is no JSON")

// maxNesting is how deep the scanner follows arrays and objects.
const maxNesting = 100

// spans finds the texts in JSON, in their order, that are wanted by their pointer or
// by the name of the nearest member above them. Empty texts are left out. What wanted
// is given lasts until it returns.
func spans(data []byte, wanted func(pointer, member []byte) bool) ([]span, error) {
	return new(scanner).spans(data, wanted)
}

// scanner goes through values of JSON, each once.
type scanner struct {
	data    []byte
	at      int
	pointer []byte
	wanted  func(pointer, member []byte) bool
	found   []span
}

// spans is spans in the memory of the last call, whose result it takes back.
func (s *scanner) spans(data []byte, wanted func(pointer, member []byte) bool) ([]span, error) {
	*s = scanner{data: data, pointer: s.pointer[:0], wanted: wanted, found: s.found[:0]}
	if !s.value(nil, 0) || s.space() != 0 {
		return nil, errNoJSON
	}
	return s.found, nil
}

// named wants the texts of some members.
func named(names []string) func(pointer, member []byte) bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return func(_, member []byte) bool { return set[string(member)] }
}

// space passes blanks and gives the byte after them, 0 at the end.
func (s *scanner) space() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// value passes a value that stands under a member.
func (s *scanner) value(member []byte, depth int) bool {
	if depth > maxNesting {
		return false
	}
	switch s.space() {
	case '{':
		return s.object(depth)
	case '[':
		return s.array(member, depth)
	case '"':
		from := s.at
		if !s.text() {
			return false
		}
		if s.at-from > len(`""`) && s.wanted(s.pointer, member) {
			s.found = append(s.found, span{string(s.pointer), from, s.at})
		}
		return true
	case 0:
		return false
	}
	for from := s.at; s.at < len(s.data); s.at++ {
		if c := s.data[s.at]; c == ',' || c == '}' || c == ']' || c <= ' ' {
			return s.at > from
		}
	}
	return true
}

func (s *scanner) object(depth int) bool {
	for more := s.opened('}'); more; {
		name, ok := s.name()
		if !ok {
			return false
		}
		above := s.below(name)
		if !s.value(name, depth+1) {
			return false
		}
		s.pointer = s.pointer[:above]
		if more, ok = s.another('}'); !ok {
			return false
		}
	}
	return true
}

func (s *scanner) array(member []byte, depth int) bool {
	var number [20]byte
	for i, more := 0, s.opened(']'); more; i++ {
		above := s.below(strconv.AppendInt(number[:0], int64(i), 10))
		if !s.value(member, depth+1) {
			return false
		}
		s.pointer = s.pointer[:above]
		var ok bool
		if more, ok = s.another(']'); !ok {
			return false
		}
	}
	return true
}

// opened passes the bracket that opens a list, and the other one if it is empty.
func (s *scanner) opened(end byte) (more bool) {
	s.at++
	if s.space() != end {
		return true
	}
	s.at++
	return false
}

// another passes what stands behind an element, and says whether that is one more;
// ok is false for neither a comma nor the end.
func (s *scanner) another(end byte) (more, ok bool) {
	c := s.space()
	if c != ',' && c != end {
		return false, false
	}
	s.at++
	return c == ',', true
}

// name passes the name of a member and the colon.
func (s *scanner) name() (name []byte, ok bool) {
	if s.space() != '"' {
		return nil, false
	}
	from := s.at
	if !s.text() {
		return nil, false
	}
	name = s.data[from+1 : s.at-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		var text string
		if json.Unmarshal(s.data[from:s.at], &text) != nil {
			return nil, false
		}
		name = []byte(text)
	}
	if s.space() != ':' {
		return nil, false
	}
	s.at++
	return name, true
}

// below goes one step down the pointer and gives where the step begins.
func (s *scanner) below(step []byte) (above int) {
	above = len(s.pointer)
	s.pointer = append(s.pointer, '/')
	for _, c := range step {
		switch c {
		case '~':
			s.pointer = append(s.pointer, "~0"...)
		case '/':
			s.pointer = append(s.pointer, "~1"...)
		default:
			s.pointer = append(s.pointer, c)
		}
	}
	return above
}

// text passes a text.
func (s *scanner) text() bool {
	for s.at++; s.at < len(s.data); s.at++ {
		switch s.data[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return true
		}
	}
	return false
}

// replaced is JSON with other texts at some places, which are in order. The texts are
// such as evidence.Seal.Erased gives: nothing in them is written otherwise in JSON.
func replaced(data []byte, at []span, with func(i int) (text string, ok bool)) []byte {
	out := make([]byte, 0, len(data)+len(at)*80)
	done := 0
	for i, p := range at {
		text, ok := with(i)
		if !ok {
			continue
		}
		out = append(out, data[done:p.from]...)
		out = append(append(append(out, '"'), text...), '"')
		done = p.to
	}
	return append(out, data[done:]...)
}

// sealedPart is a personal part of an entry as it is kept: where it stands, and the
// salt of its seal until it is erased. The value is in the journal.
type sealedPart struct {
	Name string `json:"name"`
	Salt []byte `json:"salt,omitempty"`
}

// erased reports whether nothing of the part is left.
func (p *sealedPart) erased() bool { return len(p.Salt) == 0 }

// withParts gives the data of an entry as it was sealed, with its parts in the form
// that they have once they are erased, and the parts. What the parts do not lead to,
// or what stands there instead of what was erased, is an error.
func withParts(data []byte, parts []sealedPart) ([]byte, []evidence.Part, error) {
	if len(parts) == 0 {
		return data, nil, nil
	}
	next := 0
	at, err := spans(data, func(pointer, _ []byte) bool {
		is := next < len(parts) && string(pointer) == parts[next].Name
		if is {
			next++
		}
		return is
	})
	if err == nil && len(at) != len(parts) {
		err = errors.New("a part of it is missing")
	}
	if err != nil {
		return nil, nil, err
	}
	out := make([]evidence.Part, len(parts))
	for i := range parts {
		value := data[at[i].from:at[i].to]
		out[i].Name = parts[i].Name
		if parts[i].erased() {
			var text string
			if json.Unmarshal(value, &text) != nil {
				return nil, nil, errNoJSON
			}
			seal, ok := evidence.ParseErased(text)
			if !ok {
				return nil, nil, errors.New(parts[i].Name + " was erased, and something stands there")
			}
			out[i].Seal = seal
			continue
		}
		if len(parts[i].Salt) != len(evidence.Salt{}) {
			return nil, nil, errors.New("the salt of " + parts[i].Name + " is none")
		}
		out[i].Opening = &evidence.Opening{Salt: evidence.Salt(parts[i].Salt), Value: value}
		out[i].Seal = evidence.Close(out[i].Opening.Salt, value)
	}
	return replaced(data, at, func(i int) (string, bool) { return out[i].Seal.Erased(), true }), out, nil
}
