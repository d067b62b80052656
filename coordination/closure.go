package coordination

import (
	"context"
	"slices"

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
		a := surroundings{tx: tx, visible: visible}
		a.along, a.against = p.Wanted()
		var err error
		if a.held, err = a.filed(ctx, starts); err != nil {
			return err
		}
		out, err = reference.Grow(p, func(records []archive.RecordID) ([]reference.Node, []*archive.Reference, error) {
			return a.around(ctx, records)
		}, starts...)
		return err
	})
	return out, err
}

// surroundings reads what is around records. What a reader may not see is not there.
type surroundings struct {
	tx             Tx
	visible        func(archive.RecordID) bool
	along, against []archive.ReferenceType

	held  []reference.Node
	edges []*archive.Reference
}

func (a *surroundings) sees(e archive.End) bool {
	return a.visible == nil || e.Kind != archive.EndRecord || a.visible(archive.RecordID(e.Value))
}

// filed are those of some records that are held. Of others it is known from the edges that
// lead to them.
func (a *surroundings) filed(ctx context.Context, ids []archive.RecordID) (held []reference.Node, err error) {
	seen := slices.DeleteFunc(slices.Clone(ids), func(id archive.RecordID) bool { return !a.sees(archive.ToRecord(id)) })
	for some := range slices.Chunk(seen, archive.MaxLimit) {
		records, err := a.tx.RecordsOf(ctx, some)
		if err != nil {
			return nil, err
		}
		for i := range records {
			held = append(held, reference.Node{ID: records[i].ID, Dated: records[i].Dated})
		}
	}
	return held, nil
}

// around is a reference.Around; what is known of the starts is in its first answer.
func (a *surroundings) around(ctx context.Context, records []archive.RecordID) ([]reference.Node, []*archive.Reference, error) {
	for some := range slices.Chunk(records, archive.MaxEnds) {
		for _, q := range []archive.EdgeQuery{
			{Records: some, Direction: archive.Outward, Types: a.along},
			{Records: some, Direction: archive.Inward, Types: a.against},
		} {
			if err := a.read(ctx, q); err != nil {
				return nil, nil, err
			}
		}
	}
	held, edges := a.held, a.edges
	a.held, a.edges = nil, nil
	return held, edges, nil
}

// read takes in the edges that a reader may know of: those of which he sees both ends.
func (a *surroundings) read(ctx context.Context, q archive.EdgeQuery) error {
	edges, err := a.tx.Edges(ctx, q)
	if err != nil {
		return err
	}
	a.edges, a.held = slices.Grow(a.edges, len(edges)), slices.Grow(a.held, len(edges))
	for i := range edges {
		e := &edges[i]
		if !a.sees(e.Source) || !a.sees(e.Target) {
			continue
		}
		a.edges = append(a.edges, &e.Reference)
		if e.Held {
			other := e.Source
			if q.Direction == archive.Outward {
				other = e.Target
			}
			a.held = append(a.held, reference.Node{ID: archive.RecordID(other.Value), Dated: e.Dated})
		}
	}
	return nil
}
