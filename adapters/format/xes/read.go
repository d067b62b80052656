package xes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// Limits of a file.
const (
	MaxValue = 1 << 20 // bytes of one tag with its values
	MaxDepth = 64      // elements within elements
)

// Options say how a file is read.
type Options struct {
	File       string         // how problems name the file
	Zone       *time.Location // of times without an offset; nil makes them errors
	Classifier string         // the log's classifier that names the activity; "" means concept:name
	Attributes bool           // hand all attributes to the sink, not only those with a field of their own
	Progress   func(offset int64)
}

// Read reads a log into a sink. It returns a *process.Problem where it had to
// stop, and an error of the sink as it is.
func Read(r io.Reader, sink process.Sink, options Options) error {
	text, form, err := plaintext.Open(r)
	if err != nil {
		return process.Stop(sink, process.Problem{
			Position: process.Position{File: options.File}, Reason: process.ReasonDamaged, Detail: err.Error(),
		})
	}
	s := &scanner{
		window: plaintext.NewWindow(text, MaxValue, options.Progress), sink: sink, options: options,
		form: form, utf8: form.Encoding != "", times: process.Times{Zone: options.Zone}, keys: [][]byte{[]byte("concept:name")},
	}
	return s.run()
}

// kind is what an element means.
type kind uint8

const (
	other kind = iota
	logElement
	traceElement
	eventElement
	attributeElement
	valuesElement
)

// element is an open element.
type element struct {
	kind kind
	name string
}

// scanner reads one file.
type scanner struct {
	window  *plaintext.Window
	sink    process.Sink
	options Options
	tag     tag
	stack   []element
	root    bool // the log element has come
	over    bool // and is closed
	strayed bool // text after it was reported
	header  header
	latin   bool // the text is ISO-8859-1 or Windows-1252
	utf8    bool // the byte order mark said so already
	keys    [][]byte
	trace   trace
	event   event
	raw     process.Raw
	times   process.Times
	form    plaintext.Form
}

func (s *scanner) run() error {
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := s.element(); err != nil {
			return err
		}
	}
	if len(s.stack) > 0 {
		return s.stopAt(process.ReasonTruncated, "the file ends within "+s.stack[len(s.stack)-1].name)
	}
	if !s.root {
		return s.stopAt(process.ReasonRefused, "there is no log element; this is no XES")
	}
	if err := s.handHeader(); err != nil {
		return err
	}
	return s.finishText()
}

// here is the position of the tag at hand.
func (s *scanner) here() process.Position {
	return process.Position{File: s.options.File, Line: s.window.Line(), Offset: s.window.Offset()}
}

func (s *scanner) stopAt(reason process.Reason, detail string) error {
	if s.trace.open && s.trace.events > 0 {
		// What is complete counts, also in a trace that is cut.
		if err := s.endTrace(); err != nil {
			return err
		}
	}
	if err := s.handHeader(); err != nil {
		return err
	}
	if err := s.finishText(); err != nil {
		return err
	}
	return process.Stop(s.sink, process.Problem{Position: s.here(), Reason: reason, Detail: detail})
}

// next brings the next tag into s.tag; its bytes stay at the window's begin,
// so that here() is its place, until the next call. It says false at the end.
func (s *scanner) next() (bool, error) {
	s.window.Skip(s.tagLen())
	for {
		b := s.window.Bytes()
		i := bytes.IndexByte(b, '<')
		if err := s.stray(b, i); err != nil {
			return false, err
		}
		if i < 0 {
			s.window.Skip(len(b))
			if !s.window.More() {
				return false, s.ended()
			}
			continue
		}
		s.window.Skip(i)
		b = b[i:]
		if len(b) < 2 {
			if !s.window.More() {
				return false, s.unfinished()
			}
			continue
		}
		if b[1] == '!' || b[1] == '?' {
			if err := s.aside(b[1]); err != nil {
				return false, err
			}
			continue
		}
		n, end := s.tag.read(b)
		switch end {
		case whole:
			s.tag.length = n
			return true, nil
		case broken:
			return false, s.stopAt(process.ReasonDamaged, fmt.Sprintf("malformed tag %.60q", b[:min(len(b), n+20)]))
		case cut:
			if !s.window.More() {
				return false, s.unfinished()
			}
		}
	}
}

// stray reports text that stands after the end of the log and before the next
// tag, if there is one; once.
func (s *scanner) stray(text []byte, tag int) error {
	if !s.over || s.strayed {
		return nil
	}
	if tag >= 0 {
		text = text[:tag]
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	s.strayed = true
	return s.problem(s.here(), process.ReasonDamaged, process.Kept, fmt.Sprintf("text after the end of the log is passed over: %.40q", text))
}

func (s *scanner) tagLen() int {
	n := s.tag.length
	s.tag.length = 0
	return n
}

// ended is the error, if any, of a text that ended between tags.
func (s *scanner) ended() error {
	if err := s.window.Err(); !errors.Is(err, io.EOF) {
		return s.unreadable(err)
	}
	return nil
}

// unfinished is the error of a text that ended within a tag.
func (s *scanner) unfinished() error {
	switch err := s.window.Err(); {
	case errors.Is(err, io.EOF):
		return s.stopAt(process.ReasonTruncated, "the file ends within a tag")
	case errors.Is(err, plaintext.ErrTooLong):
		return s.stopAt(process.ReasonLimit, fmt.Sprintf("a tag is longer than %d bytes", MaxValue))
	default:
		return s.unreadable(err)
	}
}

func (s *scanner) unreadable(err error) error {
	reason := process.ReasonDamaged
	if errors.Is(err, io.ErrUnexpectedEOF) {
		reason = process.ReasonTruncated
	}
	return s.stopAt(reason, "the file cannot be read on: "+err.Error())
}

// aside passes over what is no element.
func (s *scanner) aside(second byte) error {
	ends := []struct{ begin, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}}
	if second == '?' {
		ends = ends[:0]
		ends = append(ends, struct{ begin, end string }{"<?", "?>"})
	}
	for len(s.window.Bytes()) < len("<![CDATA[") && s.window.More() {
	}
	b := s.window.Bytes()
	for _, e := range ends {
		if bytes.HasPrefix(b, []byte(e.begin)) {
			return s.pass(len(e.begin), e.end)
		}
	}
	return s.stopAt(process.ReasonRefused, "DOCTYPE and other declarations are not read")
}

// pass skips to the end of a comment or an instruction, however long.
func (s *scanner) pass(begin int, end string) error {
	if b := s.window.Bytes(); bytes.HasPrefix(b, []byte("<?xml")) {
		if err := s.declaration(); err != nil {
			return err
		}
	}
	s.window.Skip(begin)
	for {
		b := s.window.Bytes()
		if i := bytes.Index(b, []byte(end)); i >= 0 {
			s.window.Skip(i + len(end))
			return nil
		}
		s.window.Skip(max(0, len(b)-len(end)+1))
		if !s.window.More() {
			return s.unfinished()
		}
	}
}

// declaration reads the encoding that <?xml … ?> names.
func (s *scanner) declaration() error {
	for bytes.IndexByte(s.window.Bytes(), '>') < 0 && s.window.More() {
	}
	text, _, _ := bytes.Cut(s.window.Bytes(), []byte(">"))
	_, after, found := bytes.Cut(text, []byte("encoding"))
	if !found || s.utf8 {
		return nil
	}
	after = bytes.TrimLeft(after, " =\t\r\n")
	if len(after) < 2 {
		return nil
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	switch strings.ToLower(string(name)) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16": // the last stands falsely in text that is none
	case "iso-8859-1", "latin1", "windows-1252", "cp1252", "iso-8859-15":
		s.latin = true
	default:
		return s.stopAt(process.ReasonEncoding, fmt.Sprintf("the encoding %q is not read", name))
	}
	return nil
}

// element takes a start or end tag.
func (s *scanner) element() error {
	if s.tag.closing {
		return s.end()
	}
	what := s.kind()
	switch {
	case len(s.stack) == 0 && (what != logElement || s.root):
		return s.stopAt(process.ReasonRefused, fmt.Sprintf("the root is %.40q; want one log element", s.tag.name))
	case len(s.stack) == MaxDepth:
		return s.stopAt(process.ReasonLimit, fmt.Sprintf("more than %d elements within each other", MaxDepth))
	}
	if err := s.begin(what); err != nil {
		return err
	}
	s.stack = append(s.stack, element{kind: what, name: nameOf(s.tag.name)})
	if s.tag.empty {
		return s.close(what)
	}
	return nil
}

// names are those that XES knows; they need no memory of their own.
//
//nolint:gochecknoglobals // a table
var names = []string{
	"log", "trace", "event", "string", "date", "int", "float", "boolean", "id", "list", "container", "values",
	"global", "extension", "classifier",
}

func nameOf(b []byte) string {
	for _, n := range names {
		if n == string(b) {
			return n
		}
	}
	return string(b)
}

func (s *scanner) kind() kind {
	switch string(s.tag.name) {
	case "string", "date", "int", "float", "boolean", "id", "list", "container":
		return attributeElement
	case "event":
		return eventElement
	case "trace":
		return traceElement
	case "log":
		return logElement
	case "values":
		return valuesElement
	}
	return other
}

// end takes an end tag.
func (s *scanner) end() error {
	if len(s.stack) == 0 || s.stack[len(s.stack)-1].name != string(s.tag.name) {
		want := "none"
		if len(s.stack) > 0 {
			want = s.stack[len(s.stack)-1].name
		}
		return s.stopAt(process.ReasonDamaged, fmt.Sprintf("the end tag is %.40q; want %s", s.tag.name, want))
	}
	return s.close(s.stack[len(s.stack)-1].kind)
}

func (s *scanner) begin(what kind) error {
	switch what {
	case logElement:
		s.root = true
	case traceElement:
		s.trace.begin(s.here())
	case eventElement:
		inTrace := s.trace.open && len(s.stack) > 0 && s.stack[len(s.stack)-1].kind == traceElement
		if inTrace {
			s.trace.events++
		}
		s.event.begin(s.here(), inTrace)
	case attributeElement:
		return s.attribute()
	case valuesElement:
	case other:
		if string(s.tag.name) == "classifier" {
			s.classifier()
		}
		return s.declare()
	}
	return nil
}

func (s *scanner) close(what kind) error {
	s.stack = s.stack[:len(s.stack)-1]
	switch what {
	case traceElement:
		return s.endTrace()
	case eventElement:
		return s.endEvent()
	case logElement:
		s.over = true
	case other, attributeElement, valuesElement:
	}
	return nil
}

// classifier takes over the keys of the classifier that was asked for.
func (s *scanner) classifier() {
	if s.options.Classifier == "" || string(s.tag.other("name")) != s.options.Classifier {
		return
	}
	keys, _ := appendValue(nil, s.tag.other("keys"), s.latin)
	s.keys = slices.Clone(bytes.Fields(keys))
}

// Writing problems of single events goes through here.
func (s *scanner) problem(at process.Position, reason process.Reason, effect process.Effect, detail string) error {
	return s.sink.Problem(process.Problem{Position: at, Reason: reason, Effect: effect, Detail: detail})
}

// finishText reports what is known only at the end, once.
func (s *scanner) finishText() error {
	mended := s.form.Mended()
	s.form = plaintext.Form{}
	return errors.Join(process.ReportMended(s.sink, s.options.File, mended), s.times.Finish(s.sink))
}
