package memory

import (
	"slices"

	"github.com/coordkit/coordkit/changereq"
)

// overlapping returns at most limit rows whose slot shares an instant with w, in
// the order of its start and their id, after a place, nil for the beginning.
func (s *stage[V, E]) overlapping(w changereq.Window, after *spot, limit int) []found[V] {
	out := s.claimed(w)
	for i := range s.touched.list {
		if t := &s.touched.list[i]; t.next.present() != nil && t.next.slot != nil && t.next.slot.Overlaps(w) {
			out = append(out, found[V]{spot{t.next.slot.Start.UnixMicro(), t.id}, &t.next.value})
		}
	}
	slices.SortFunc(out, func(a, b found[V]) int { return a.compare(b.spot) })
	if after != nil {
		i := slices.IndexFunc(out, func(f found[V]) bool { return f.compare(*after) > 0 })
		if i < 0 {
			return nil
		}
		out = out[i:]
	}
	return out[:min(len(out), limit)]
}

// claimed is overlapping without what the transaction has put itself.
func (s *stage[V, E]) claimed(w changereq.Window) []found[V] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	var out []found[V]
	for e := range s.table.slots.Overlapping(w) {
		if t := s.touched.find(e.Key); t != nil && t.next != nil {
			continue
		}
		if v := s.table.rows[e.Key].asOf(s.x.commit); v != nil && v.slot != nil && v.slot.Equal(e.Window) {
			out = append(out, found[V]{spot{e.Window.Start.UnixMicro(), e.Key}, &v.value})
		}
	}
	return out
}
