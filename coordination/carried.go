package coordination

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
)

// maxCarried is how many records are looked at for the holds that come to one.
const maxCarried = 5000

// carriedTo gives those of some holds that come to a record from others: it goes from the
// record against the ways on which holds go, until each is found or no record is left.
// Every record on the way is read by id before its references are, so that no
// reference is added there, no record on the way reclassified, and no two merged, before a
// unit of work that rests on the answer commits. Holds that were released by a time
// and stop no clock say nothing any more. Who hangs together with too many records is refused, since it
// cannot be said what holds it.
func carriedTo(
	ctx context.Context, tx Tx, self *retention.Facts, r *archive.Record, holds []retention.Hold, since time.Time,
) ([]retention.Carried, error) {
	ways := make(map[retention.Carry][]retention.Hold)
	for _, h := range holds {
		if (h.Released.IsZero() || h.Released.After(since) || h.StopClock) && !h.Scope.Covers(self) {
			ways[h.Carry] = append(ways[h.Carry], h)
		}
	}
	var out []retention.Carried
	for _, carry := range []retention.Carry{{}, {References: true}, {References: true, Optional: true}} {
		if len(ways[carry]) == 0 || (carry == retention.Carry{} && r.Events < 2) { // of the one filed and nothing since none was merged
			continue
		}
		found, err := (&tracing{tx: tx, carry: carry, wanted: ways[carry]}).from(ctx, self.Record)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// tracing is a search for holds that come to a record over the same references.
type tracing struct {
	tx     Tx
	carry  retention.Carry
	wanted []retention.Hold // that were not found yet
	steps  map[archive.RecordID]archive.Reference
	out    []retention.Carried
}

// from searches around a record by frontier, so that each way found is a shortest one.
func (t *tracing) from(ctx context.Context, start archive.RecordID) ([]retention.Carried, error) {
	along, against := t.types()
	t.steps = map[archive.RecordID]archive.Reference{start: {}}
	for next := []archive.RecordID{start}; len(next) > 0; {
		ahead := next[:min(len(next), archive.MaxEnds)]
		next = slices.Clone(next[len(ahead):])
		var some []archive.RecordID
		for _, id := range ahead {
			filed, err := t.look(ctx, id, start)
			if err != nil {
				return nil, err
			}
			if filed {
				some = append(some, id)
			}
		}
		if len(t.wanted) == 0 {
			break
		}
		for _, q := range []archive.EdgeQuery{
			{Records: some, Direction: archive.Outward, Types: against},
			{Records: some, Direction: archive.Inward, Types: along},
		} {
			edges, err := t.tx.Edges(ctx, q)
			if errors.Is(err, archive.ErrInvalid) {
				err = tooMany(start)
			}
			if err != nil {
				return nil, err
			}
			next = append(next, t.extend(edges, q.Direction)...)
		}
		if len(t.steps) > maxCarried {
			return nil, tooMany(start)
		}
	}
	return t.out, nil
}

// types are those along which the holds go from source to target, and those against
// which they go from target to source.
func (t *tracing) types() (along, against []archive.ReferenceType) {
	for _, info := range archive.ReferenceTypes() {
		if t.carry.Along(info, archive.Outward) {
			along = append(along, info.Type)
		}
		if t.carry.Along(info, archive.Inward) {
			against = append(against, info.Type)
		}
	}
	return along, against
}

// look finds which of the holds cover a record by their scope. Over one that is not filed
// no hold goes.
func (t *tracing) look(ctx context.Context, id, start archive.RecordID) (filed bool, err error) {
	f, r, err := filingOf(ctx, t.tx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	if err != nil || id == start {
		return true, err
	}
	facts, err := describe(ctx, t.tx, &f.Value, &r)
	if err != nil {
		return true, err
	}
	left := t.wanted[:0:0]
	for _, h := range t.wanted {
		if !h.Scope.Covers(&facts) {
			left = append(left, h)
			continue
		}
		t.out = append(t.out, retention.Carried{Hold: h.ID, Path: t.path(id, start)})
	}
	t.wanted = left
	return true, nil
}

// extend notes how the records at the other ends were reached, and gives those that are
// new.
func (t *tracing) extend(edges []archive.Edge, d archive.Direction) (fresh []archive.RecordID) {
	for i := range edges {
		end := edges[i].Source
		if d == archive.Outward {
			end = edges[i].Target
		}
		id := archive.RecordID(end.Value)
		if _, seen := t.steps[id]; seen || end.Kind != archive.EndRecord {
			continue
		}
		t.steps[id] = edges[i].Reference
		fresh = append(fresh, id)
	}
	return fresh
}

// path is the way from a record to the one that was started from.
func (t *tracing) path(from, to archive.RecordID) (out []archive.Reference) {
	for id := from; id != to; {
		step := t.steps[id]
		out = append(out, step)
		if other := archive.RecordID(step.Source.Value); other != id {
			id = other
		} else {
			id = archive.RecordID(step.Target.Value)
		}
	}
	return out
}

func tooMany(id archive.RecordID) error {
	return refused("hold", "bounded", string(id), "more than %d records hang together with %q: it cannot be said whether a hold on one of them comes to it; release holds that go over references, or name the records", maxCarried, id)
}
