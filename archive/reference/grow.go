package reference

import (
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Around gives what is known around records: those of them, and of the records at
// the other ends of their edges, that are held; and their edges of the types that
// Policy.Wanted names. More edges do no harm, and neither does the same edge again.
// It is asked once for each record.
type Around func(records []archive.RecordID) (held []Node, edges []archive.Reference, err error)

// Wanted are the types of edges that a closure by this policy goes by, along their
// direction and against it.
func (p Policy) Wanted() (along, against []archive.ReferenceType) {
	for _, info := range archive.ReferenceTypes() {
		out, in := info.Family, info.Family
		for _, r := range p.Follow {
			if r.Type != info.Type {
				continue
			}
			either := info.Symmetric() && (r.Out != 0 || r.In != 0)
			out = out || either || r.Out != 0
			in = in || either || r.In != 0
		}
		if out {
			along = append(along, info.Type)
		}
		if in {
			against = append(against, info.Type)
		}
	}
	return along, against
}

// Grow is Closure over a graph that is read as far as the policy leads: step by
// step what is around all records that were reached last. It gives the closure that
// the whole graph has, and the part of the graph that was read. The error is that
// of around.
func Grow(p Policy, around Around, starts ...archive.RecordID) (Closure, *Graph, error) {
	r := reading{graph: newGrowing(len(starts), len(starts)), around: around}
	r.walk = r.graph.walk(p)
	err := r.read(once(starts))
	if err == nil {
		r.walk.start(starts)
		r.done = len(r.walk.out.Items)
	}
	for err == nil && len(r.walk.next) > 0 {
		if err = r.rest(); err == nil {
			r.walk.step()
		}
	}
	for i := 0; err == nil && i < len(r.walk.out.Items); {
		if err = r.rest(); err == nil {
			i = r.walk.families(i)
		}
	}
	return r.walk.out, r.graph.Graph, err
}

// reading is a call of Grow under way.
type reading struct {
	graph  *growing
	walk   *walk
	around Around
	done   int // of the items, those around which was read
}

// rest reads around the items around which was not read yet.
func (r *reading) rest() error {
	items := r.walk.out.Items[r.done:]
	r.done += len(items)
	if len(items) == 0 {
		return nil
	}
	ids := make([]archive.RecordID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	return r.read(ids)
}

func (r *reading) read(ids []archive.RecordID) error {
	held, edges, err := r.around(ids)
	if err != nil {
		return err
	}
	r.graph.add(held, edges)
	for _, id := range ids {
		if n, ok := r.graph.nodes[archive.ToRecord(id)]; ok {
			r.graph.sort(n)
		}
	}
	r.walk.fit()
	return nil
}

// fit makes room for the nodes that the graph has now.
func (w *walk) fit() {
	more := len(w.g.ends) - len(w.seen)
	w.seen = append(w.seen, make([]uint8, more)...)
	w.item = append(w.item, make([]int32, more)...)
}

// once leaves out what came before.
func once(ids []archive.RecordID) []archive.RecordID {
	seen := make(map[archive.RecordID]bool, len(ids))
	return slices.DeleteFunc(slices.Clone(ids), func(id archive.RecordID) bool {
		was := seen[id]
		seen[id] = true
		return was
	})
}
