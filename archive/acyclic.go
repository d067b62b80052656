package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// maxSearch is how many records the search for a circle looks at from one side; where
// both sides are longer, the edge is refused rather than searched for.
const maxSearch = 100_000

// refuseCircle refuses an edge of an acyclic type over which its source would reach
// itself; fresh says that the source is only being filed. Records that were merged are one.
func refuseCircle(ctx context.Context, tx Tx, ref Reference, fresh bool) error {
	info, _ := ref.Type.Info()
	if !info.Acyclic || ref.Source.Kind != EndRecord || ref.Target.Kind != EndRecord {
		return nil
	}
	s := search{tx: tx, kind: ref.Type, put: RecordID(ref.Source.Value), fresh: fresh}
	met, err := s.run(ctx, RecordID(ref.Target.Value), RecordID(ref.Source.Value))
	if err == nil && met {
		err = circle(ref)
	}
	return err
}

// leads reports whether a record leads to another over edges of a type.
func leads(ctx context.Context, tx Tx, t ReferenceType, from, to RecordID) (bool, error) {
	return (&search{tx: tx, kind: t}).run(ctx, from, to)
}

func circle(ref Reference) error {
	return &RefusedError{Command: "refer", Unmet: []Unmet{{
		Condition: "acyclic", Ref: ref.Target.Value,
		Text: fmt.Sprintf("%q already leads to %q over %s: take that edge back first, or turn this one round", ref.Target.Value, ref.Source.Value, ref.Type),
	}}}
}

// search looks for a way over edges of a type. It goes from both ends, step by step from
// the one that has fewer records ahead: from one along the edges, from the other against
// them. The side that has no more records ends the search: to a record that is just being
// filed hardly anything leads, however long the chain that it continues.
//
// Each record is read by id before its edges are, but for the one that was put in this
// unit, so that nobody adds one there before the transaction commits (see
// Edging.PutReference), and two writers cannot close a circle from both sides.
type search struct {
	tx    Tx
	kind  ReferenceType
	put   RecordID // in this unit
	fresh bool     // by which it is filed: it was merged with nothing
}

func (s *search) run(ctx context.Context, from, to RecordID) (met bool, err error) {
	if from == to {
		return true, nil
	}
	along, against := newSide(Outward, from), newSide(Inward, to)
	for !along.done() && !against.done() {
		one, other := against, along
		if along.before(against) {
			one, other = along, against
		}
		if one.endless {
			return false, &RefusedError{Command: "refer", Unmet: []Unmet{{
				Condition: "acyclic", Ref: string(to),
				Text: fmt.Sprintf("more than %d records lie beyond %q and before %q over %s: shorten the chain", maxSearch, from, to, s.kind),
			}}}
		}
		if met, err = s.step(ctx, one, other); met || err != nil {
			return met, err
		}
	}
	return false, nil
}

// side is what was found from one end.
type side struct {
	way     Direction
	seen    map[RecordID]bool
	next    []RecordID // found, and not looked beyond
	endless bool       // too much lies there to be looked at
}

func newSide(way Direction, id RecordID) *side {
	return &side{way: way, seen: map[RecordID]bool{id: true}, next: []RecordID{id}}
}

// done reports whether all that lies on this side was looked at.
func (s *side) done() bool { return len(s.next) == 0 && !s.endless }

// before reports whether this side is the one to go on with.
func (s *side) before(o *side) bool {
	switch {
	case s.endless != o.endless:
		return o.endless
	case len(s.next) != len(o.next):
		return len(s.next) < len(o.next)
	}
	return len(s.seen) < len(o.seen)
}

// step looks beyond some of the records ahead of one side, and reports whether that is
// where the other has been.
func (s *search) step(ctx context.Context, one, other *side) (met bool, err error) {
	some := one.next[:min(len(one.next), MaxEnds)]
	for _, id := range some {
		if id == s.put {
			continue
		}
		if _, err := s.tx.Record(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	back := Inward
	if one.way == Inward {
		back = Outward
	}
	queries := []EdgeQuery{
		{Records: some, Direction: one.way, Types: []ReferenceType{s.kind, MergedInto}},
		{Records: some, Direction: back, Types: []ReferenceType{MergedInto}},
	}
	if s.fresh && len(some) == 1 && some[0] == s.put {
		queries = queries[:1]
	}
	one.next = slices.Clone(one.next[len(some):])
	for _, q := range queries {
		edges, err := s.tx.Edges(ctx, q)
		if errors.Is(err, ErrInvalid) { // more than are given at once
			one.endless = true
			return false, nil
		}
		if err != nil || one.extend(edges, q.Direction, other) {
			return err == nil, err
		}
	}
	one.endless = len(one.seen) > maxSearch
	return false, nil
}

// extend takes in the records at the other ends of edges, and reports whether the other
// side has been at one.
func (s *side) extend(edges []Edge, way Direction, o *side) (met bool) {
	for i := range edges {
		end := other(&edges[i].Reference, way)
		id := RecordID(end.Value)
		if end.Kind != EndRecord || s.seen[id] {
			continue
		}
		if o.seen[id] {
			return true
		}
		s.seen[id] = true
		s.next = append(s.next, id)
	}
	return false
}
