package ocel

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// MaxElement is the longest event or object that is read, in bytes.
const MaxElement = 16 << 20

// Options say how a log is read.
type Options struct {
	File     string         // how problems name the file
	Zone     *time.Location // of times without an offset; nil makes them errors
	Progress func(offset int64)
}

// attribute is a named value as the text has it.
type attribute struct {
	name, value, at string
	timed           bool
	kind            process.Kind
}

// relation ties an element to an object.
type relation struct{ object, qualifier string }

// entry is an event or an object as the text has it.
type entry struct {
	id, kind, at string
	attributes   []attribute
	relations    []relation
}

// reader hands entries to a sink.
type reader struct {
	sink    process.Sink
	options Options
	text    *plaintext.Tracker
	times   process.Times
	form    plaintext.Form
	types   map[string]bool // declared: "event"+name and "object"+name
}

// open begins to read a file.
func open(r io.Reader, sink process.Sink, options Options) (*reader, error) {
	s := &reader{sink: sink, options: options, types: make(map[string]bool), times: process.Times{Zone: options.Zone}}
	text, form, err := plaintext.Open(r)
	if err != nil {
		return nil, s.stop(0, process.ReasonDamaged, err.Error())
	}
	s.form = form
	if options.Progress != nil {
		text = &watched{in: text, progress: options.Progress}
	}
	s.text = plaintext.NewTracker(text, MaxElement)
	return s, nil
}

// watched tells how far a text has been read.
type watched struct {
	in       io.Reader
	offset   int64
	progress func(int64)
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.in.Read(p)
	w.offset += int64(n)
	w.progress(w.offset)
	return n, err
}

func (s *reader) position(offset int64) process.Position {
	p := process.Position{File: s.options.File, Offset: offset}
	if s.text != nil {
		p.Line = s.text.Line(offset)
	}
	return p
}

func (s *reader) stop(offset int64, reason process.Reason, detail string) error {
	if err := s.finishText(); err != nil {
		return err
	}
	return process.Stop(s.sink, process.Problem{Position: s.position(offset), Reason: reason, Detail: detail})
}

// broken explains an error of a decoder.
func (s *reader) broken(offset int64, err error) error {
	var problem *process.Problem
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &problem):
		return err
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return s.stop(offset, process.ReasonTruncated, "the file ends in the middle")
	case errors.Is(err, plaintext.ErrTooLong):
		return s.stop(offset, process.ReasonLimit, fmt.Sprintf("an element is longer than %d bytes", MaxElement))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return s.stop(offset, process.ReasonTruncated, "the file ends in the middle")
	}
	return s.stop(offset, process.ReasonDamaged, err.Error())
}

func (s *reader) problem(at process.Position, reason process.Reason, effect process.Effect, detail string) error {
	return s.sink.Problem(process.Problem{Position: at, Reason: reason, Effect: effect, Detail: detail})
}

// event hands an event to the sink.
func (s *reader) event(e *entry, at process.Position) error {
	s.times.Next()
	raw := &process.Raw{At: at, Activity: []byte(e.kind), Instance: present(e.id), Objects: links(e.relations)}
	if err := s.declared("event", e.kind, at); err != nil {
		return err
	}
	start := ""
	for _, a := range e.attributes {
		if field := fieldOf(raw, a.name); field != nil && *field == nil {
			*field = []byte(a.value)
			continue
		}
		if a.name == startName && start == "" {
			start = a.value
			continue
		}
		if a.name == handName && a.value == "true" {
			raw.Hand = true
			continue
		}
		raw.Attributes = append(raw.Attributes, process.RawAttribute{Key: []byte(a.name), Value: []byte(a.value), Kind: a.kind})
	}
	if e.at != "" {
		var ok bool
		var err error
		if raw.End, ok, err = s.times.Read([]byte(e.at), "", at, process.Dropped, s.sink); !ok || err != nil {
			return err
		}
		raw.Start, raw.HasEnd = raw.End, true
	}
	if start != "" {
		var err error
		if raw.Start, raw.HasStart, err = s.times.Read([]byte(start), startName, at, process.Dropped, s.sink); !raw.HasStart || err != nil {
			return err
		}
	}
	return s.sink.Event(raw)
}

// Attributes that stand for what the standard has no place for.
const (
	startName = "start_timestamp"
	handName  = "observation:hand"
)

// fieldOf is the place of an attribute that is one of the columns of an event.
func fieldOf(raw *process.Raw, name string) *[]byte {
	switch name {
	case "org:resource", "resource":
		return &raw.Resource
	case "org:group", "org:role":
		return &raw.Group
	case "lifecycle:transition":
		return &raw.Lifecycle
	case "cost:total":
		return &raw.Cost
	case "cost:currency":
		return &raw.Currency
	}
	return nil
}

// object hands an object to the sink.
func (s *reader) object(e *entry, at process.Position) error {
	s.times.Next()
	if err := s.declared("object", e.kind, at); err != nil {
		return err
	}
	raw := &process.RawObject{ID: []byte(e.id), Type: []byte(e.kind), Objects: links(e.relations), At: at}
	for _, a := range e.attributes {
		out := process.RawAttribute{Key: []byte(a.name), Value: []byte(a.value), Kind: a.kind}
		if a.timed {
			stamp, ok, err := s.times.Read([]byte(a.at), "", at, process.Repaired, s.sink)
			if err != nil {
				return err
			}
			out.Time, out.Timed = stamp, ok
		}
		raw.Attributes = append(raw.Attributes, out)
	}
	return s.sink.Object(raw)
}

func present(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text)
}

func links(relations []relation) []process.RawLink {
	var out []process.RawLink
	for _, r := range relations {
		out = append(out, process.RawLink{Object: []byte(r.object), Qualifier: []byte(r.qualifier)})
	}
	return out
}

// declared reports a type that the log does not declare, once.
func (s *reader) declared(what, name string, at process.Position) error {
	if len(s.types) == 0 || name == "" || s.types[what+name] {
		return nil
	}
	s.types[what+name] = true
	return s.problem(at, process.ReasonType, process.Kept, fmt.Sprintf("the %s type %q is not declared", what, name))
}

// finishText reports what is known only at the end, once.
func (s *reader) finishText() error {
	mended := s.form.Mended()
	s.form = plaintext.Form{}
	return errors.Join(process.ReportMended(s.sink, s.options.File, mended), s.times.Finish(s.sink))
}
