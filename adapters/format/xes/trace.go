package xes

import (
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// trace is the trace being read. Its name may come after its events, which
// then wait for it.
type trace struct {
	body
	at      process.Position
	open    bool
	number  int // of traces, from 1
	events  int
	name    []byte
	waiting []process.Raw
	flaws   flaw
}

func (t *trace) begin(at process.Position) {
	t.reset()
	t.at, t.open, t.events, t.name, t.waiting, t.flaws = at, true, 0, t.name[:0], t.waiting[:0], 0
	t.number++
}

func (s *scanner) traceAttribute(depth int) error {
	t := &s.trace
	if s.tag.key == nil || !t.open {
		return nil
	}
	if depth == 0 && string(s.tag.key) == "concept:name" {
		if len(t.name) > 0 {
			return s.twice()
		}
		var f flaw
		t.name, f = appendValue(t.name[:0], s.tag.value, s.latin)
		t.flaws |= f
		return s.release()
	}
	if s.options.Attributes {
		t.flaws |= t.keep(&s.tag, depth, s.latin)
	}
	return nil
}

// toTrace hands an event on if its case is known, or keeps a copy.
func (s *scanner) toTrace(raw *process.Raw) error {
	t := &s.trace
	if len(t.name) > 0 {
		raw.Case = t.name
		return s.sink.Event(raw)
	}
	t.waiting = append(t.waiting, clone(raw))
	return nil
}

func clone(raw *process.Raw) process.Raw {
	out := *raw
	for _, f := range []*[]byte{&out.Activity, &out.Resource, &out.Lifecycle, &out.Instance, &out.Group, &out.Cost, &out.Currency} {
		*f = slices.Clone(*f)
	}
	out.Attributes = slices.Clone(raw.Attributes)
	for i := range out.Attributes {
		a := &out.Attributes[i]
		a.Key, a.Value = slices.Clone(a.Key), slices.Clone(a.Value)
	}
	return out
}

// release hands on the events that waited for the name.
func (s *scanner) release() error {
	t := &s.trace
	if len(t.name) == 0 {
		return nil
	}
	for i := range t.waiting {
		t.waiting[i].Case = t.name
		if err := s.sink.Event(&t.waiting[i]); err != nil {
			return err
		}
	}
	t.waiting = t.waiting[:0]
	return nil
}

// endTrace hands the case itself to the sink.
func (s *scanner) endTrace() error {
	t := &s.trace
	if !t.open {
		return nil
	}
	t.open = false
	if err := s.reportFlaws(t.at, t.flaws); err != nil {
		return err
	}
	if len(t.name) == 0 {
		t.name = fmt.Appendf(t.name[:0], "#%d", t.number)
		err := s.problem(t.at, process.ReasonUnnamedCase, process.Repaired,
			fmt.Sprintf("the trace has no name and is called %s", t.name))
		if err != nil {
			return err
		}
		if err := s.release(); err != nil {
			return err
		}
	}
	if t.events == 0 {
		if err := s.problem(t.at, process.ReasonEmptyCase, process.Kept, fmt.Sprintf("the trace %.80q has no events and is not counted", t.name)); err != nil {
			return err
		}
	}
	return s.sink.Object(&process.RawObject{ID: t.name, Attributes: t.attributes(nil), At: t.at})
}
