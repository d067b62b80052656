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
// itself. It searches from both ends, step by step from the one that has fewer records
// ahead: from the target along the edges, from the source against them. The side that
// has no more records ends the search: to a record that is just being filed hardly anything leads,
// however long the chain that it continues.
//
// Each record is read by id before its edges are (the source was put in this unit), so
// that nobody adds one there before the transaction commits (see Edging.PutReference),
// and two writers cannot close a circle from both sides.
func refuseCircle(ctx context.Context, tx Tx, ref Reference) error {
	info, _ := ref.Type.Info()
	if !info.Acyclic || ref.Source.Kind != EndRecord || ref.Target.Kind != EndRecord {
		return nil
	}
	if ref.Source == ref.Target {
		return circle(ref)
	}
	along, against := newSide(Outward, ref.Target), newSide(Inward, ref.Source)
	against.held[RecordID(ref.Source.Value)] = true
	for len(along.next) > 0 && len(against.next) > 0 {
		one, other := against, along
		if along.before(against) {
			one, other = along, against
		}
		if one.endless {
			return &RefusedError{Command: "refer", Unmet: []Unmet{{
				Condition: "acyclic", Ref: ref.Source.Value,
				Text: fmt.Sprintf("more than %d records lie beyond %q and before %q over %s: shorten the chain", maxSearch, ref.Target.Value, ref.Source.Value, ref.Type),
			}}}
		}
		met, err := one.step(ctx, tx, ref.Type, other)
		if err != nil {
			return err
		}
		if met {
			return circle(ref)
		}
	}
	return nil
}

func circle(ref Reference) error {
	return &RefusedError{Command: "refer", Unmet: []Unmet{{
		Condition: "acyclic", Ref: ref.Target.Value,
		Text: fmt.Sprintf("%q already leads to %q over %s: take that edge back first, or turn this one round", ref.Target.Value, ref.Source.Value, ref.Type),
	}}}
}

// side is what was found from one end of an edge.
type side struct {
	way     Direction
	seen    map[RecordID]bool
	held    map[RecordID]bool // read or put by id in this unit
	next    []RecordID        // found, and not looked beyond
	endless bool              // too much lies there to be looked at
}

func newSide(way Direction, from End) *side {
	id := RecordID(from.Value)
	return &side{way: way, seen: map[RecordID]bool{id: true}, held: make(map[RecordID]bool), next: []RecordID{id}}
}

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

// step looks beyond some of the records ahead, and reports whether that is where the
// other side has been.
func (s *side) step(ctx context.Context, tx Tx, t ReferenceType, other *side) (met bool, err error) {
	some := s.next[:min(len(s.next), MaxEnds)]
	for _, id := range some {
		if s.held[id] {
			continue
		}
		if _, err := tx.Record(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	edges, err := tx.Edges(ctx, EdgeQuery{Records: some, Direction: s.way, Types: []ReferenceType{t}})
	if errors.Is(err, ErrInvalid) { // more edges than are given at once
		s.endless = true
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.next = slices.Clone(s.next[len(some):])
	for i := range edges {
		end := edges[i].Target
		if s.way == Inward {
			end = edges[i].Source
		}
		id := RecordID(end.Value)
		if end.Kind != EndRecord || s.seen[id] {
			continue
		}
		if other.seen[id] {
			return true, nil
		}
		s.seen[id] = true
		s.next = append(s.next, id)
	}
	s.endless = len(s.seen) > maxSearch
	return false, nil
}
