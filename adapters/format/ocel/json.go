package ocel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// ReadJSON reads the JSON form into a sink. It returns a *process.Problem where
// it had to stop, and an error of the sink as it is.
func ReadJSON(r io.Reader, sink process.Sink, options Options) error {
	s, err := open(r, sink, options)
	if err != nil {
		return err
	}
	j := &jsonReader{reader: s, in: json.NewDecoder(s.text)}
	if err := j.document(); err != nil {
		return err
	}
	return s.finishText()
}

type jsonReader struct {
	*reader
	in     *json.Decoder
	events bool // the list of events has come
}

func (j *jsonReader) fail(err error) error { return j.broken(j.in.InputOffset(), err) }

// document reads the one object that a log is.
func (j *jsonReader) document() error {
	opening, err := j.in.Token()
	if err != nil {
		return j.fail(err)
	}
	if opening != json.Delim('{') {
		return j.stop(j.in.InputOffset(), process.ReasonRefused, "want a JSON object; this is no OCEL")
	}
	for j.in.More() {
		key, err := j.in.Token()
		if err != nil {
			return j.fail(err)
		}
		name, _ := key.(string)
		if err := j.member(name); err != nil {
			return err
		}
	}
	if _, err := j.in.Token(); err != nil {
		return j.fail(err)
	}
	if !j.events {
		return j.stop(j.in.InputOffset(), process.ReasonRefused, `there is no list "events"; this is no OCEL 2.0`)
	}
	return nil
}

func (j *jsonReader) member(name string) error {
	var take func(text []byte, at process.Position) error
	switch name {
	case "objectTypes":
		take = j.typeOf("object")
	case "eventTypes":
		take = j.typeOf("event")
	case "objects":
		take = j.jsonObject
	case "events":
		take, j.events = j.jsonEvent, true
	default:
		_, _, err := j.next()
		return err
	}
	opening, err := j.in.Token()
	if err != nil {
		return j.fail(err)
	}
	if opening != json.Delim('[') {
		return j.stop(j.in.InputOffset(), process.ReasonRefused, name+" is no list")
	}
	for j.in.More() {
		text, at, err := j.next()
		if err != nil {
			return err
		}
		if err := take(text, at); err != nil {
			return err
		}
	}
	if _, err := j.in.Token(); err != nil {
		return j.fail(err)
	}
	return nil
}

// next reads one value, as UTF-8.
func (j *jsonReader) next() (json.RawMessage, process.Position, error) {
	var text json.RawMessage
	if err := j.in.Decode(&text); err != nil {
		return nil, process.Position{}, j.fail(err)
	}
	end := j.in.InputOffset()
	at := j.position(end - int64(len(text)))
	j.text.Reached(end)
	if !utf8.Valid(text) {
		text = plaintext.AppendWindows1252(nil, text)
		if err := j.problem(at, process.ReasonEncoding, process.Repaired, "a value is not UTF-8 and was read as Windows-1252"); err != nil {
			return nil, at, err
		}
	}
	return text, at, nil
}

func (j *jsonReader) typeOf(what string) func([]byte, process.Position) error {
	return func(text []byte, at process.Position) error {
		var declared struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(text, &declared); err != nil {
			return j.problem(at, process.ReasonLine, process.Dropped, err.Error())
		}
		j.types[what+declared.Name] = true
		return nil
	}
}

// jsonEntry is an event or an object in JSON.
type jsonEntry struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Time       string          `json:"time,omitempty"`
	Attributes []jsonAttribute `json:"attributes"`
	Relations  []jsonRelation  `json:"relationships"`
}

type jsonAttribute struct {
	Name  string          `json:"name"`
	Time  *string         `json:"time,omitempty"`
	Value json.RawMessage `json:"value"`
}

type jsonRelation struct {
	Object    string `json:"objectId"` //nolint:tagliatelle // the standard's name
	Qualifier string `json:"qualifier"`
}

func (j *jsonReader) entry(text []byte, at process.Position) (*entry, error) {
	var in jsonEntry
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, j.problem(at, process.ReasonLine, process.Dropped, fmt.Sprintf("%v: %.60s", err, text))
	}
	e := &entry{id: in.ID, kind: in.Type, at: in.Time}
	for _, a := range in.Attributes {
		out := attribute{name: a.Name, timed: a.Time != nil}
		if out.timed {
			out.at = *a.Time
		}
		out.value, out.kind = scalar(a.Value)
		e.attributes = append(e.attributes, out)
	}
	for _, r := range in.Relations {
		e.relations = append(e.relations, relation{object: r.Object, qualifier: r.Qualifier})
	}
	return e, nil
}

// scalar gives a JSON value as text with its type.
func scalar(value json.RawMessage) (string, process.Kind) {
	value = bytes.TrimSpace(value)
	var text string
	switch {
	case len(value) == 0:
		return "", process.Text
	case value[0] == '"':
		if json.Unmarshal(value, &text) == nil {
			return text, process.Text
		}
	case string(value) == "true", string(value) == "false":
		return string(value), process.Bool
	case value[0] == '-' || value[0] >= '0' && value[0] <= '9':
		if strings.ContainsAny(string(value), ".eE") {
			return string(value), process.Float
		}
		return string(value), process.Int
	}
	return string(value), process.Text
}

func (j *jsonReader) jsonEvent(text []byte, at process.Position) error {
	e, err := j.entry(text, at)
	if err != nil || e == nil {
		return err
	}
	return j.event(e, at)
}

func (j *jsonReader) jsonObject(text []byte, at process.Position) error {
	e, err := j.entry(text, at)
	if err != nil || e == nil {
		return err
	}
	return j.object(e, at)
}
