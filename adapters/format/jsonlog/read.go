package jsonlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 1 << 20

// Options say how a file is read.
type Options struct {
	File     string         // how problems name the file
	Zone     *time.Location // of times without an offset; nil makes them errors
	Progress func(offset int64)
}

// attribute is a value beside an event. Depth is more than 0 for one that
// stands within the attribute before it.
type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Kind  string `json:"kind,omitempty"`
	Depth uint8  `json:"depth,omitempty"`
	Since string `json:"since,omitempty"`
}

// reader reads one file.
type reader struct {
	window  *plaintext.Window
	sink    process.Sink
	options Options
	times   process.Times
	form    plaintext.Form
}

// Read reads a log into a sink. It returns a *process.Problem where it had to
// stop, and an error of the sink as it is.
func Read(r io.Reader, sink process.Sink, options Options) error {
	s := &reader{sink: sink, options: options, times: process.Times{Zone: options.Zone}}
	text, form, err := plaintext.Open(r)
	if err != nil {
		return s.stop(process.ReasonDamaged, err.Error())
	}
	s.form = form
	s.window = plaintext.NewWindow(text, MaxLine, options.Progress)
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if !more {
			return s.finishText()
		}
	}
}

func (s *reader) here() process.Position {
	if s.window == nil {
		return process.Position{File: s.options.File}
	}
	return process.Position{File: s.options.File, Line: s.window.Line(), Offset: s.window.Offset()}
}

func (s *reader) problem(reason process.Reason, effect process.Effect, detail string) error {
	return s.sink.Problem(process.Problem{Position: s.here(), Reason: reason, Effect: effect, Detail: detail})
}

func (s *reader) stop(reason process.Reason, detail string) error {
	if err := s.finishText(); err != nil {
		return err
	}
	return process.Stop(s.sink, process.Problem{Position: s.here(), Reason: reason, Detail: detail})
}

// next takes one line; false at the end.
func (s *reader) next() (bool, error) {
	for {
		b := s.window.Bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			err := s.line(b[:i], false)
			s.window.Skip(i + 1)
			return true, err
		}
		if s.window.More() {
			continue
		}
		switch err := s.window.Err(); {
		case errors.Is(err, plaintext.ErrTooLong):
			return true, s.passLong()
		case errors.Is(err, io.ErrUnexpectedEOF):
			return false, s.stop(process.ReasonTruncated, "the file cannot be read on: "+err.Error())
		case !errors.Is(err, io.EOF):
			return false, s.stop(process.ReasonDamaged, "the file cannot be read on: "+err.Error())
		}
		b = s.window.Bytes()
		err := s.line(b, true)
		s.window.Skip(len(b))
		return false, errors.Join(err, s.finishText())
	}
}

// passLong passes over a line that is longer than MaxLine.
func (s *reader) passLong() error {
	err := s.problem(process.ReasonLimit, process.Dropped, fmt.Sprintf("the line is longer than %d bytes and is passed over", MaxLine))
	for err == nil {
		b := s.window.Bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			s.window.Skip(i + 1)
			return nil
		}
		s.window.Skip(len(b))
		if !s.window.More() {
			return nil
		}
	}
	return err
}

// line takes the text of a line.
func (s *reader) line(text []byte, last bool) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil
	}
	if !utf8.Valid(text) {
		text = plaintext.AppendWindows1252(nil, text)
		if err := s.problem(process.ReasonEncoding, process.Repaired, "the line is not UTF-8 and was read as Windows-1252"); err != nil {
			return err
		}
	}
	s.times.Next()
	var in line
	if err := json.Unmarshal(text, &in); err != nil {
		if last && err.Error() == "unexpected end of JSON input" {
			return s.stop(process.ReasonTruncated, "the last line is cut")
		}
		return s.problem(process.ReasonLine, process.Dropped, err.Error())
	}
	for _, name := range in.twice() {
		if err := s.problem(process.ReasonKeyTwice, process.Kept, fmt.Sprintf("%q stands twice; the first counts", name)); err != nil {
			return err
		}
	}
	attributes, err := attributesOf(in.Attributes)
	if err != nil {
		return s.problem(process.ReasonLine, process.Dropped, "attributes: "+err.Error())
	}
	if in.Object.value != nil {
		return s.object(in, attributes)
	}
	return s.event(in, attributes)
}

// attributesOf reads attributes as a list or as an object, whose order is kept.
func attributesOf(text json.RawMessage) ([]attribute, error) {
	if len(text) == 0 || text[0] == '[' || string(text) == "null" {
		var list []attribute
		if len(text) == 0 {
			return nil, nil
		}
		err := json.Unmarshal(text, &list)
		return list, err
	}
	in := json.NewDecoder(bytes.NewReader(text))
	if opening, err := in.Token(); err != nil || opening != json.Delim('{') {
		return nil, errors.Join(errors.New("want an object or a list"), err)
	}
	var list []attribute
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
		if string(value) != "null" { // a word for nothing
			list = append(list, scalar(name, value))
		}
	}
	return list, nil
}

func scalar(key string, value json.RawMessage) attribute {
	a := attribute{Key: key, Value: string(value)}
	var text string
	var number json.Number
	switch {
	case json.Unmarshal(value, &text) == nil && value[0] == '"':
		a.Value = text
	case json.Unmarshal(value, &number) == nil:
		a.Kind = process.Int.String()
		if bytes.ContainsAny(value, ".eE") {
			a.Kind = process.Float.String()
		}
	case string(value) == "true", string(value) == "false":
		a.Kind = process.Bool.String()
	}
	return a
}

func (s *reader) event(in line, attributes []attribute) error {
	raw := &process.Raw{
		At: s.here(), Case: in.Case.value, Activity: in.Activity.value, Resource: in.Resource.value, Group: in.Group.value,
		Lifecycle: in.Lifecycle.value, Instance: in.Instance.value, Objects: linksOf(in.Objects),
		Cost: in.Cost.value, Currency: in.Currency.value, Hand: in.Hand,
	}
	end := in.End.value
	if len(end) == 0 {
		end = in.Time.value
	}
	var ok bool
	var err error
	if raw.End, raw.HasEnd, ok, err = s.time(end); !ok || err != nil {
		return err
	}
	if raw.Start, raw.HasStart, ok, err = s.time(in.Start.value); !ok || err != nil {
		return err
	}
	if raw.Attributes, err = s.raw(attributes); err != nil {
		return err
	}
	return s.sink.Event(raw)
}

func (s *reader) object(in line, attributes []attribute) error {
	raw := &process.RawObject{At: s.here(), ID: in.Object.value, Type: in.Type.value, Objects: linksOf(in.Objects)}
	var err error
	if raw.Attributes, err = s.raw(attributes); err != nil {
		return err
	}
	return s.sink.Object(raw)
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}

func linksOf(relations []relation) []process.RawLink {
	var out []process.RawLink
	for _, r := range relations {
		out = append(out, process.RawLink{Object: []byte(r.ID), Qualifier: bytesOf(r.Qualifier)})
	}
	return out
}

func (s *reader) raw(attributes []attribute) ([]process.RawAttribute, error) {
	var out []process.RawAttribute
	for _, a := range attributes {
		r := process.RawAttribute{Key: []byte(a.Key), Value: []byte(a.Value), Depth: a.Depth}
		for k := process.Text; k <= process.Container; k++ {
			if k.String() == a.Kind {
				r.Kind = k
			}
		}
		if a.Since != "" {
			var err error
			if r.Time, r.Timed, _, err = s.time([]byte(a.Since)); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// time reads a time. ok is false if the line was dropped for it.
func (s *reader) time(text []byte) (stamp process.Stamp, has, ok bool, err error) {
	if len(text) == 0 {
		return stamp, false, true, nil
	}
	stamp, ok, err = s.times.Read(text, "", s.here(), process.Dropped, s.sink)
	return stamp, ok, ok, err
}

// finishText reports what is known only at the end, once.
func (s *reader) finishText() error {
	mended := s.form.Mended()
	s.form = plaintext.Form{}
	return errors.Join(process.ReportMended(s.sink, s.options.File, mended), s.times.Finish(s.sink))
}
