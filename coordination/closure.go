package coordination

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// Closure gives what a policy takes in from some records, as far as a reader may see
// them, in one snapshot; see reference.Graph.Closure. It reads the edges of all
// records that are as many steps away at once, so that its cost is that of the edges, not of the records
// one by one.
func (d *Desk) Closure(
	ctx context.Context, tenant, reader string, p reference.Policy, starts ...archive.RecordID,
) (reference.Closure, error) {
	visible, err := d.Sight(ctx, tenant, reader)
	if err != nil {
		return reference.Closure{}, err
	}
	var out reference.Closure
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, _, err = reference.Grow(p, around(ctx, tx, p, visible), starts...)
		return err
	})
	return out, err
}

// around reads what is around records. What a reader may not see is not there.
func around(ctx context.Context, tx Tx, p reference.Policy, visible func(archive.RecordID) bool) reference.Around {
	along, against := p.Wanted()
	a := surroundings{tx: tx, visible: visible, known: make(map[archive.RecordID]bool)}
	return func(records []archive.RecordID) ([]reference.Node, []archive.Reference, error) {
		a.held, a.edges = nil, nil
		for _, id := range records { // of others it is known from the edge that led there
			if err := a.start(ctx, id); err != nil {
				return nil, nil, err
			}
		}
		for some := range slices.Chunk(records, archive.MaxEnds) {
			for _, q := range []archive.EdgeQuery{
				{Records: some, Direction: archive.Outward, Types: along},
				{Records: some, Direction: archive.Inward, Types: against},
			} {
				if err := a.read(ctx, q); err != nil {
					return nil, nil, err
				}
			}
		}
		return a.held, a.edges, nil
	}
}

type surroundings struct {
	tx      Tx
	visible func(archive.RecordID) bool
	known   map[archive.RecordID]bool // by record: that it is held

	held  []reference.Node
	edges []archive.Reference
}

func (a *surroundings) sees(e archive.End) bool {
	return a.visible == nil || e.Kind != archive.EndRecord || a.visible(archive.RecordID(e.Value))
}

// start looks a record up to which no edge has led.
func (a *surroundings) start(ctx context.Context, id archive.RecordID) error {
	if a.known[id] || !a.sees(archive.ToRecord(id)) {
		return nil
	}
	r, err := a.tx.Record(ctx, id)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	a.hold(id, r.Dated)
	return nil
}

func (a *surroundings) hold(id archive.RecordID, dated time.Time) {
	if !a.known[id] {
		a.known[id] = true
		a.held = append(a.held, reference.Node{ID: id, Dated: dated})
	}
}

// read takes in the edges that a reader may know of: those of which he sees both ends.
func (a *surroundings) read(ctx context.Context, q archive.EdgeQuery) error {
	edges, err := a.tx.Edges(ctx, q)
	if err != nil {
		return err
	}
	a.edges = slices.Grow(a.edges, len(edges))
	for i := range edges {
		e := &edges[i]
		if !a.sees(e.Source) || !a.sees(e.Target) {
			continue
		}
		a.edges = append(a.edges, e.Reference)
		other := e.Source
		if q.Direction == archive.Outward {
			other = e.Target
		}
		if e.Held {
			a.hold(archive.RecordID(other.Value), e.Dated)
		}
	}
	return nil
}
