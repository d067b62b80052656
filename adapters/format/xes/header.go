package xes

import (
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// MaxHeader is how many declarations and attributes of the log itself are kept.
const MaxHeader = 10_000

// header collects what a log says of itself.
type header struct {
	process.Header
	count int
	flaws flaw
}

// room says whether one more declaration is kept; that there are too many is
// reported once.
func (s *scanner) room() (bool, error) {
	s.header.count++
	if s.header.count == MaxHeader+1 {
		return false, s.problem(s.here(), process.ReasonLimit, process.Kept,
			"the log has more declarations and attributes of its own than are kept; events are not concerned")
	}
	return s.header.count <= MaxHeader, nil
}

// text is a value of a tag as UTF-8.
func (s *scanner) text(raw []byte) string {
	out, f := appendValue(nil, raw, s.latin)
	s.header.flaws |= f
	return string(out)
}

// declare takes an extension, a classifier or a global declaration of the log.
func (s *scanner) declare() error {
	if len(s.stack) != 1 {
		return nil // only the log declares
	}
	ok, err := s.room()
	if !ok || err != nil {
		return err
	}
	h := &s.header.Header
	switch string(s.tag.name) {
	case "extension":
		h.Extensions = append(h.Extensions, process.Extension{
			Name: s.text(s.tag.other("name")), Prefix: s.text(s.tag.other("prefix")), URI: s.text(s.tag.other("uri")),
		})
	case "classifier":
		h.Classifiers = append(h.Classifiers, process.Classifier{
			Name: s.text(s.tag.other("name")), Scope: s.text(s.tag.other("scope")), Keys: s.text(s.tag.other("keys")),
		})
	case "global":
		h.Globals = append(h.Globals, process.Global{Scope: s.text(s.tag.other("scope"))})
	}
	return nil
}

// headerAttribute takes an attribute that stands in the log itself or in one of
// its global declarations, which is the open element at a level of the stack.
func (s *scanner) headerAttribute(level, depth int) error {
	h := &s.header.Header
	to := &h.Attributes
	if s.stack[level].kind != logElement {
		if level != 1 || s.stack[level].name != "global" || len(h.Globals) == 0 {
			return nil
		}
		to = &h.Globals[len(h.Globals)-1].Attributes
	}
	if s.tag.key == nil {
		return nil
	}
	ok, err := s.room()
	if !ok || err != nil {
		return err
	}
	*to = append(*to, process.Attribute{
		Key: s.text(s.tag.key), Value: s.text(s.tag.value), Kind: kindOf(s.tag.name), Depth: uint8(depth),
	})
	return nil
}

// handHeader gives what was collected to a sink that takes it, once.
func (s *scanner) handHeader() error {
	sink, takes := s.sink.(process.HeaderSink)
	h := s.header
	s.header = header{}
	if !takes || h.count == 0 {
		return nil
	}
	if err := s.reportFlaws(process.Position{File: s.options.File}, h.flaws); err != nil {
		return err
	}
	return sink.Header(h.Header)
}

// header writes what a log says of itself, in the order of the standard.
func (w *writer) header(h process.Header) {
	const base = "http://www.xes-standard.org/"
	extensions := slices.Clone(h.Extensions)
	for _, own := range []process.Extension{
		{Name: "Concept", Prefix: "concept"},
		{Name: "Time", Prefix: "time"},
		{Name: "Organizational", Prefix: "org"},
		{Name: "Lifecycle", Prefix: "lifecycle"},
		{Name: "Cost", Prefix: "cost"},
	} {
		own.URI = base + own.Prefix + ".xesext"
		named := func(e process.Extension) bool { return e.Prefix == own.Prefix }
		if !slices.ContainsFunc(extensions, named) && (own.Prefix != "cost" || w.hasCost()) {
			extensions = append(extensions, own)
		}
	}
	for _, e := range extensions {
		w.tag("extension", "name", e.Name, "prefix", e.Prefix, "uri", e.URI)
		w.text("/>\n")
	}
	for _, g := range h.Globals {
		w.tag("global", "scope", g.Scope)
		w.text(">\n")
		w.nested(2, g.Attributes)
		w.text("  </global>\n")
	}
	for _, c := range h.Classifiers {
		w.tag("classifier", "name", c.Name, "scope", c.Scope, "keys", c.Keys)
		w.text("/>\n")
	}
	w.nested(1, h.Attributes)
}

func (w *writer) hasCost() bool {
	return slices.ContainsFunc(w.log.Events, func(e process.Event) bool {
		_, stated := w.log.Cost(e)
		return stated
	})
}

// tag opens a declaration; what has no value is left out.
func (w *writer) tag(name string, pairs ...string) {
	w.text("  <" + name)
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := pairs[i+1]; value != "" {
			w.text(" " + pairs[i] + `="`)
			w.escape(value)
			w.text(`"`)
		}
	}
}
