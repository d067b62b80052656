package xes

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination/process"
)

// Write writes a log of cases. Traces come in the order in which the log first
// names them, the events of each in the order of the input, so that reading
// the file again gives an equal log. An event with a start of its own gets a
// start_timestamp. What the log says of itself (Log.Header) comes first, with
// the extensions of XES that the events use where it does not name them. The characters that XML 1.0 cannot hold (control characters
// besides tab and line ends) are replaced by U+FFFD.
func Write(w io.Writer, log *process.Log) error {
	out := &writer{out: bufio.NewWriter(w), log: log}
	out.text(`<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
`)
	out.header(log.Header)
	described := make(map[uint32]process.Object)
	for o := range log.Objects() {
		described[o.ID] = o
	}
	byCase := make([][]int32, log.Cases.Len())
	for i, e := range log.Events {
		byCase[e.Case] = append(byCase[e.Case], int32(i))
	}
	for id := uint32(1); int(id) < len(byCase); id++ {
		about, known := described[id]
		if len(byCase[id]) == 0 && !known {
			continue
		}
		out.trace(log.Cases.Of(id), about.Attributes, byCase[id])
	}
	out.text("</log>\n")
	if err := out.out.Flush(); err != nil {
		return fmt.Errorf("xes: %w", err)
	}
	return nil
}

type writer struct {
	out *bufio.Writer // keeps the first error, which Flush gives
	log *process.Log
	buf []byte
}

func (w *writer) text(s string) { _, _ = w.out.WriteString(s) }

func (w *writer) trace(name string, attributes []process.Attribute, events []int32) {
	w.text("  <trace>\n")
	w.value(2, process.Text, "concept:name", name)
	w.nested(2, attributes)
	for _, i := range events {
		w.event(w.log.Events[i])
	}
	w.text("  </trace>\n")
}

func (w *writer) event(e process.Event) {
	w.text("    <event>\n")
	w.value(3, process.Text, "concept:name", w.log.Activity(e))
	start, end := w.log.Offsets(e)
	if !e.Has(process.NoStart) {
		w.time("start_timestamp", e.Start, start)
	}
	w.time("time:timestamp", e.End, end)
	if e.Resource != process.None {
		w.value(3, process.Text, "org:resource", w.log.Resource(e))
	}
	if e.Lifecycle != 0 {
		w.value(3, process.Text, "lifecycle:transition", w.log.Lifecycle(e))
	}
	if e.Instance != process.None {
		w.value(3, process.Text, "concept:instance", w.log.Instance(e))
	}
	if e.Has(process.Hand) {
		w.value(3, process.Bool, handKey, "true")
	}
	if cost, stated := w.log.Cost(e); stated {
		w.buf = process.AppendCost(w.buf[:0], cost.Micros)
		w.value(3, process.Float, "cost:total", string(w.buf))
		if cost.Currency != "" {
			w.value(3, process.Text, "cost:currency", cost.Currency)
		}
	}
	group := w.log.Group(e)
	var rest []process.Attribute
	for a := range w.log.Attributes(e) {
		if field([]byte(a.Key)) == groupField && a.Depth == 0 && a.Value == group {
			group = "" // stands among the attributes
		}
		rest = append(rest, a)
	}
	if group != "" {
		w.value(3, process.Text, "org:group", group)
	}
	w.nested(3, rest)
	w.text("    </event>\n")
}

func (w *writer) time(key string, micros int64, offset int16) {
	w.buf = process.AppendTime(w.buf[:0], micros, offset)
	w.value(3, process.Date, key, string(w.buf))
}

func (w *writer) open(depth int, kind process.Kind, key, value string) {
	w.text(strings.Repeat("  ", depth))
	w.text("<" + kind.String() + ` key="`)
	w.escape(key)
	w.text(`" value="`)
	w.escape(value)
	w.text(`"`)
}

func (w *writer) value(depth int, kind process.Kind, key, value string) {
	w.open(depth, kind, key, value)
	w.text("/>\n")
}

// nested writes attributes within attributes; each knows its depth.
func (w *writer) nested(depth int, attributes []process.Attribute) {
	var stack []process.Kind
	for i, a := range attributes {
		for len(stack) > int(a.Depth) {
			w.shut(depth, &stack)
		}
		w.open(depth+len(stack), a.Kind, a.Key, a.Value)
		if i+1 < len(attributes) && attributes[i+1].Depth > a.Depth {
			w.text(">\n")
			stack = append(stack, a.Kind)
			continue
		}
		w.text("/>\n")
	}
	for len(stack) > 0 {
		w.shut(depth, &stack)
	}
}

func (w *writer) shut(depth int, stack *[]process.Kind) {
	last := len(*stack) - 1
	w.text(strings.Repeat("  ", depth+last) + "</" + (*stack)[last].String() + ">\n")
	*stack = (*stack)[:last]
}

// escape writes a value so that every reader of XML gives it back.
func (w *writer) escape(s string) {
	for _, r := range s {
		switch {
		case r == '&':
			w.text("&amp;")
		case r == '<':
			w.text("&lt;")
		case r == '>':
			w.text("&gt;")
		case r == '"':
			w.text("&quot;")
		case r == '\n', r == '\r', r == '\t':
			_, _ = fmt.Fprintf(w.out, "&#%d;", r)
		case r < ' ', r == 0xfffe, r == 0xffff:
			_, _ = w.out.WriteRune(utf8.RuneError)
		default:
			_, _ = w.out.WriteRune(r)
		}
	}
}
