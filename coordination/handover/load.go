package handover

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
)

// loading brings that part of an archive into memory that a dossier needs: what
// a closure has reached, with what leads from there.
type loading struct {
	tx     coordination.Tx
	order  Order
	sight  coordination.Reading
	follow map[archive.ReferenceType]bool

	records  map[archive.RecordID]*known
	reading  []archive.RecordID // in the order of reading
	expanded map[archive.RecordID]bool
	edges    []archive.Reference
	beside   map[archive.RecordID][]archive.RecordID // by record: the other ends of the edges in its history
	edgeAt   map[string]int64                        // the position of the event that added an edge
}

// known is a record as the journal up to the checkpoint has it.
type known struct {
	record  archive.Record
	filedAt int64            // position
	filing  *fileplan.Filing // nil: nothing was done with it since it was filed
	acts    []dossier.Act
	gone    *dossier.Gone
}

func newLoading(tx coordination.Tx, o Order, sight coordination.Reading) *loading {
	l := &loading{
		tx: tx, order: o, sight: sight, follow: make(map[archive.ReferenceType]bool), records: make(map[archive.RecordID]*known),
		expanded: make(map[archive.RecordID]bool), edgeAt: make(map[string]int64), beside: make(map[archive.RecordID][]archive.RecordID),
	}
	for _, r := range o.Policy.Follow {
		l.follow[r.Type] = true
	}
	for _, info := range archive.ReferenceTypes() {
		if info.Family {
			l.follow[info.Type] = true // families are completed whatever the policy says
		}
	}
	return l
}

// draw reads as far as the closure of the policy goes, layer by layer, and then
// what the records have become.
func (l *loading) draw(ctx context.Context, prefix string, before *Receipt) (dossier.Plan, error) {
	starts, err := l.starts(ctx)
	if err != nil {
		return dossier.Plan{}, err
	}
	if _, err := reference.Grow(l.order.Policy, l.around(ctx), starts...); err != nil {
		return dossier.Plan{}, err
	}
	if err := l.successors(ctx); err != nil {
		return dossier.Plan{}, err
	}
	order := dossier.Order{Matter: l.order.Matter, Starts: starts, Policy: l.order.Policy, Prefix: prefix}
	if before != nil {
		order.First, order.Earlier, order.Since = before.LastBates+1, &before.Handed, before.Size
	}
	documents := make(map[archive.RecordID]dossier.Document, len(l.records))
	for _, id := range l.reading {
		if l.records[id] == nil || !l.expanded[id] {
			continue
		}
		if documents[id], err = l.document(ctx, id); err != nil {
			return dossier.Plan{}, err
		}
	}
	plan, err := dossier.Draw(order, l.graph(), func(id archive.RecordID) (dossier.Document, bool) {
		d, ok := documents[id]
		return d, ok
	})
	if err != nil {
		return plan, err
	}
	return plan, l.resolved(ctx, &plan)
}

// resolved takes from the log what is said of texts that a record was found for by the
// checkpoint: the reference to that one is there beside the one to the text.
func (l *loading) resolved(ctx context.Context, plan *dossier.Plan) error {
	var open []dossier.Withheld
	for _, w := range plan.Withheld {
		if w.End.Kind != archive.EndText || w.Edge == "" {
			open = append(open, w)
			continue
		}
		found, _, err := l.tx.JournalEntries(ctx, coordination.JournalQuery{Room: coordination.BookResolution, Entity: w.Edge, Limit: 1})
		if err != nil {
			return err
		}
		if len(found) > 0 && found[0].Position <= l.order.Size {
			var to coordination.Resolution
			if err := json.Unmarshal(found[0].Data, &to); err != nil {
				return fmt.Errorf("handover: resolution of %s: %w", w.Edge, err)
			}
			if l.sight.Sees(to.Record) {
				continue
			}
		}
		open = append(open, w)
	}
	plan.Withheld = open
	return nil
}

// starts are the record that the matter names, or those whose subject it is, by id.
func (l *loading) starts(ctx context.Context) ([]archive.RecordID, error) {
	var out []archive.RecordID
	id := archive.RecordID(strings.TrimPrefix(l.order.Matter, "record:"))
	if k, err := l.load(ctx, id); err != nil {
		return nil, err
	} else if k != nil {
		out = append(out, id)
	}
	for after := ""; ; {
		page, next, err := l.tx.Records(ctx, archive.Query{Subject: archive.Ref(l.order.Matter), After: after, Limit: archive.MaxLimit})
		if err != nil {
			return nil, err
		}
		for i := range page {
			k, err := l.load(ctx, page[i].ID)
			if err != nil {
				return nil, err
			}
			if k != nil && page[i].Kind != Kind { // what was handed over before is no part of the matter
				out = append(out, page[i].ID)
			}
		}
		if next == "" {
			break
		}
		after = next
	}
	if len(out) == 0 {
		return nil, absent(PartMatter, "no record is called so or is about it, as the office was at the checkpoint of %d entries; "+
			"of what was filed since, a newer checkpoint has to be signed first", l.order.Size)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// load reads a record from its journal entries, once; nil if it was not filed by
// the checkpoint, or the reader may not know of it.
func (l *loading) load(ctx context.Context, id archive.RecordID) (*known, error) {
	if k, read := l.records[id]; read {
		return k, nil
	}
	l.records[id] = nil
	l.reading = append(l.reading, id)
	if id == "" || !l.sight.Sees(id) {
		return nil, nil //nolint:nilnil // nil is an answer
	}
	var (
		k     *known
		edges []archive.Reference
	)
	q := coordination.JournalQuery{Entity: string(id), Limit: coordination.MaxLimit} // of all the rooms that know it by its id
	for {
		page, next, err := l.tx.JournalEntries(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if page[i].Position > l.order.Size {
				break
			}
			if k == nil && page[i].Room == coordination.RoomArchive {
				k = &known{filedAt: page[i].Position}
			}
			if k == nil {
				continue // something else that is called so
			}
			edge, err := k.happened(&page[i])
			if err != nil {
				return nil, err
			}
			if edge == nil {
				continue
			}
			edges = append(edges, *edge)
			l.edgeAt[edge.ID] = page[i].Position
			for _, e := range []archive.End{edge.Source, edge.Target} {
				if e.Kind == archive.EndRecord && e.Value != string(id) {
					l.beside[id] = append(l.beside[id], archive.RecordID(e.Value))
				}
			}
		}
		if len(page) == 0 || next == q.After || next >= l.order.Size {
			break
		}
		q.After = next
	}
	if k != nil {
		l.records[id] = k
		l.edges = append(l.edges, edges...)
	}
	return k, nil
}

// around reads what records lead to and, over the types that are followed, what
// leads to them, and gives what is new of it.
func (l *loading) around(ctx context.Context) reference.Around {
	nodes, edges := 0, 0 // of what was read, how much was given
	return func(records []archive.RecordID) ([]reference.Node, []*archive.Reference, error) {
		if err := l.expand(ctx, records); err != nil {
			return nil, nil, err
		}
		var held []reference.Node
		for _, id := range l.reading[nodes:] {
			if k := l.records[id]; k != nil {
				held = append(held, reference.Node{ID: id, Dated: k.record.Dated})
			}
		}
		var fresh []*archive.Reference
		for i := edges; i < len(l.edges); i++ {
			if e := &l.edges[i]; !l.hidden(e.Source) && !l.hidden(e.Target) {
				fresh = append(fresh, e)
			}
		}
		nodes, edges = len(l.reading), len(l.edges)
		return held, fresh, nil
	}
}

func (l *loading) expand(ctx context.Context, records []archive.RecordID) error {
	var inward, symmetric []archive.ReferenceType
	for _, info := range archive.ReferenceTypes() {
		if l.follow[info.Type] {
			inward = append(inward, info.Type)
			if info.Symmetric() {
				symmetric = append(symmetric, info.Type)
			}
		}
	}
	for _, id := range records {
		if _, err := l.load(ctx, id); err != nil {
			return err
		}
		l.expanded[id] = true
		for _, other := range l.beside[id] {
			if _, err := l.load(ctx, other); err != nil {
				return err
			}
		}
	}
	// A symmetric edge has its ends in byte order, whichever record's history it
	// stands in.
	for some := range slices.Chunk(records, archive.MaxEnds) {
		for _, q := range []archive.EdgeQuery{
			{Records: some, Direction: archive.Inward, Types: inward},
			{Records: some, Direction: archive.Outward, Types: symmetric},
		} {
			edges, err := l.tx.Edges(ctx, q)
			if err != nil {
				return err
			}
			for i := range edges {
				other := edges[i].Source
				if q.Direction == archive.Outward {
					other = edges[i].Target
				}
				if other.Kind != archive.EndRecord {
					continue
				}
				if _, err := l.load(ctx, archive.RecordID(other.Value)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// others reads the records at the other ends of the edges of the wanted types at
// a record.
func (l *loading) others(
	ctx context.Context, id archive.RecordID, d archive.Direction, wanted func(archive.ReferenceType) bool,
) ([]archive.RecordID, error) {
	var out []archive.RecordID
	for after := ""; ; {
		page, next, err := l.tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: d, After: after, Limit: archive.MaxLimit})
		if err != nil {
			return nil, err
		}
		for i := range page {
			other := page[i].Source
			if d == archive.Outward {
				other = page[i].Target
			}
			if !wanted(page[i].Type) || other.Kind != archive.EndRecord {
				continue
			}
			k, err := l.load(ctx, archive.RecordID(other.Value))
			if err != nil {
				return nil, err
			}
			if k != nil {
				out = append(out, archive.RecordID(other.Value))
			}
		}
		if next == "" {
			return out, nil
		}
		after = next
	}
}

// successors reads what supersedes the records, and what supersedes that, so
// that their heads are known though the policy does not lead there.
func (l *loading) successors(ctx context.Context) error {
	var next []archive.RecordID
	for _, id := range l.reading {
		if l.expanded[id] {
			next = append(next, id)
		}
	}
	seen := make(map[archive.RecordID]bool)
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		later, err := l.others(ctx, id, archive.Inward, func(t archive.ReferenceType) bool { return t == archive.Supersedes })
		if err != nil {
			return err
		}
		next = append(next, later...)
	}
	return nil
}

// graph is what was read so far. Ends that the reader may not know of are in no
// edge.
func (l *loading) graph() *reference.Graph {
	var nodes []reference.Node
	for _, id := range l.reading {
		if k := l.records[id]; k != nil {
			nodes = append(nodes, reference.Node{ID: id, Dated: k.record.Dated})
		}
	}
	edges := slices.DeleteFunc(slices.Clone(l.edges), func(e archive.Reference) bool { return l.hidden(e.Source) || l.hidden(e.Target) })
	slices.SortFunc(edges, func(a, b archive.Reference) int { return cmp.Compare(a.ID, b.ID) })
	return reference.NewGraph(nodes, edges)
}

func (l *loading) hidden(e archive.End) bool {
	return !l.sight.SeesEnd(e)
}

// document is a record of the dossier with the outcomes about it.
func (l *loading) document(ctx context.Context, id archive.RecordID) (dossier.Document, error) {
	k := l.records[id]
	r := k.record
	d, err := l.life(ctx, k)
	if err != nil {
		return d, err
	}
	subjects := []archive.Ref{archive.Ref("record:" + string(id))}
	if r.Subject != "" {
		subjects = append(subjects, r.Subject)
	}
	for _, subject := range subjects {
		found, err := l.outcomes(ctx, subject)
		if err != nil {
			return d, err
		}
		d.Outcomes = append(d.Outcomes, found...)
	}
	return d, nil
}

// outcomes are those about a subject that the journal up to the checkpoint has.
func (l *loading) outcomes(ctx context.Context, subject archive.Ref) ([]outcome.Outcome, error) {
	var out []outcome.Outcome
	for q := (coordination.OutcomeQuery{Subject: subject}); ; {
		page, next, err := coordination.OutcomesTx(ctx, l.tx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			first, _, err := l.tx.JournalEntries(ctx, coordination.JournalQuery{Room: coordination.BookOutcome, Entity: page[i].ID, Limit: 1})
			if err != nil {
				return nil, err
			}
			if len(first) == 0 || first[0].Position > l.order.Size {
				continue
			}
			shown, seen, err := l.sight.ShownOutcome(ctx, l.tx, page[i])
			if err != nil {
				return nil, err
			}
			if seen {
				out = append(out, shown.Outcome)
			}
		}
		if next == "" {
			return out, nil
		}
		q.After = next
	}
}

var errNoEntry = errors.New("handover: the journal ends before the checkpoint")

// recorded is when the last entry that the checkpoint covers was recorded.
func (l *loading) recorded(ctx context.Context) (time.Time, error) {
	page, _, err := l.tx.JournalEntries(ctx, coordination.JournalQuery{After: l.order.Size - 1, Limit: 1})
	if err == nil && len(page) == 0 {
		err = errNoEntry
	}
	if err != nil {
		return time.Time{}, err
	}
	return page[0].Recorded, nil
}
