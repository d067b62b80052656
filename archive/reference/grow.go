package reference

import (
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Around gives what is known around records: those of them, and of the records at
// the other ends of their edges, that are held; and their edges of the types that
// Policy.Wanted names, unless it gave them before. More edges do no harm, and neither do
// the same again; none is to be changed afterwards. It is asked once for each record.
type Around func(records []archive.RecordID) (held []Node, edges []*archive.Reference, err error)

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
// the whole graph has. The error is that of around.
func Grow(p Policy, around Around, starts ...archive.RecordID) (Closure, error) {
	r := reading{walk: newGraph(len(starts)).walk(p), around: around}
	err := r.read(once(starts))
	if err == nil {
		r.start(starts)
		r.finish()
	}
	for err == nil && r.followed < len(r.visits) {
		if err = r.rest(); err == nil {
			r.step()
		}
	}
	for err == nil && r.completed < len(r.items) {
		if err = r.rest(); err == nil {
			r.families()
		}
	}
	return r.closure(), err
}

// reading is a call of Grow under way.
type reading struct {
	*walk

	around Around
	done   int // of the items, those around which was read
}

// rest reads around the items around which was not read yet.
func (r *reading) rest() error {
	var ids []archive.RecordID
	for _, at := range r.items[r.done:] {
		ids = append(ids, r.record(at))
	}
	if len(ids) == 0 {
		return nil
	}
	err := r.read(ids)
	r.finish()
	return err
}

func (r *reading) read(ids []archive.RecordID) error {
	held, edges, err := r.around(ids)
	if err != nil {
		return err
	}
	r.g.hold(held)
	for _, e := range edges {
		r.g.link(e)
	}
	more := len(r.g.nodes) - len(r.seen)
	r.seen = append(r.seen, make([]uint8, more)...)
	return nil
}

// finish notes that the edges at the items are all there.
func (r *reading) finish() {
	for ; r.done < len(r.items); r.done++ {
		r.g.finish(&r.g.nodes[r.visits[r.items[r.done]].node])
	}
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
