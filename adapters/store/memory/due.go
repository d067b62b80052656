package memory

import (
	"context"
	"math"
	"slices"

	"github.com/coordkit/coordkit/changereq"
)

// dueMarks are the places of a request in the lists of what is due.
func dueMarks(r *changereq.Request) []mark {
	var room [7]mark
	out := room[:0]
	for _, kind := range changereq.DueKinds() {
		if at := r.Deadline(kind); at != nil {
			out = append(out, mark{dueKey(kind, r.State), at.UnixMicro()})
		}
	}
	return slices.Clone(out)
}

// dueKey is the list of a kind, and for the age of states that of the state.
func dueKey(kind changereq.DueKind, state string) key {
	if kind == changereq.DueState {
		return key{byDue, state}
	}
	return key{byDue, "\x00" + string(kind)} // no state begins like this
}

// ChangeRequestsDue of changereq.Tx.
func (x *tx) ChangeRequestsDue(_ context.Context, q changereq.DueQuery) ([]changereq.Request, error) {
	from := spot{at: math.MinInt64}
	if !q.AfterAt.IsZero() {
		from = spot{at: q.AfterAt.UnixMicro(), id: string(q.AfterID)}
	}
	var out []changereq.Request
	for _, f := range x.requests.marked(dueKey(q.Kind, q.State), from, q.Until.UnixMicro(), changereq.ClampDue(q.Limit)) {
		out = append(out, f.value.Clone())
	}
	return out, nil
}

// marked returns at most limit rows that stand in the list under a key, behind a
// place and up to a time.
func (s *stage[V, E]) marked(k key, from spot, until int64, limit int) []found[V] {
	out := s.markedBefore(k, from, until, limit)
	for i := range s.touched.list {
		w := &s.touched.list[i]
		if w.next.present() == nil {
			continue
		}
		for _, m := range w.next.due {
			if at := (spot{at: m.at, id: w.id}); m.key == k && m.at <= until && at.compare(from) > 0 {
				out = append(out, found[V]{at, &w.next.value})
			}
		}
	}
	slices.SortFunc(out, func(a, b found[V]) int { return a.compare(b.spot) })
	return out[:min(len(out), limit)]
}

// markedBefore is marked without what the transaction has put itself.
func (s *stage[V, E]) markedBefore(k key, from spot, until int64, limit int) []found[V] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	rows := s.table.under[k.field][k.value]
	if rows == nil {
		return nil
	}
	var out []found[V]
	rows.ascend(&from, func(r spot) bool {
		if r.at > until {
			return false
		}
		if w := s.touched.find(r.id); w != nil && w.next != nil {
			return true
		}
		if v := s.table.rows[r.id].asOf(s.x.commit); v != nil && slices.Contains(v.due, mark{k, r.at}) {
			out = append(out, found[V]{r, &v.value})
		}
		return len(out) < limit
	})
	return out
}
