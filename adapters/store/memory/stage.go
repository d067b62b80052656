package memory

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/internal/cursor"
)

// stage is what one transaction sees and does in one table.
type stage[V, E any] struct {
	x       *tx
	table   *table[V, E]
	touched []*touch[V, E]
	byID    map[string]*touch[V, E] // of touched, once they are many
}

// touch is what a transaction has read and put under one id.
type touch[V, E any] struct {
	id    string
	seen  *version[V, E] // nil: nothing was there
	noted bool           // seen must still be the newest at commit
	next  *version[V, E] // what is to be stored, with the new events only; nil: nothing
}

// current is the value as the transaction sees it, or nil.
func (w *touch[V, E]) current() *V {
	switch {
	case w.next != nil:
		return w.next.value
	case w.seen != nil:
		return w.seen.value
	}
	return nil
}

// events are the history as the transaction sees it, in two parts.
func (w *touch[V, E]) events() (stored, own []*logged[E]) {
	if w.seen != nil {
		stored = w.seen.events
	}
	if w.next != nil {
		own = w.next.events
	}
	return stored, own
}

// history is the length of the history as the transaction sees it.
func (w *touch[V, E]) history() int64 {
	stored, own := w.events()
	return int64(len(stored) + len(own))
}

// few is how many touches are looked through one by one.
const few = 8

// find returns what was touched under an id, or nil.
func (s *stage[V, E]) find(id string) *touch[V, E] {
	if s.byID != nil {
		return s.byID[id]
	}
	for _, w := range s.touched {
		if w.id == id {
			return w
		}
	}
	return nil
}

func (s *stage[V, E]) add(w *touch[V, E]) {
	s.touched = append(s.touched, w)
	switch {
	case s.byID != nil:
		s.byID[w.id] = w
	case len(s.touched) > few:
		s.byID = make(map[string]*touch[V, E])
		for _, w := range s.touched {
			s.byID[w.id] = w
		}
	}
}

// look returns the version that the transaction sees in the store.
func (s *stage[V, E]) look(id string) *version[V, E] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	return s.table.rows[id].asOf(s.x.commit)
}

// touch looks an id up and notes what was there.
func (s *stage[V, E]) touch(id string) *touch[V, E] {
	w := s.find(id)
	if w == nil {
		w = &touch[V, E]{id: id, seen: s.look(id)}
		s.add(w)
	}
	w.noted = w.noted || w.next == nil
	return w
}

// get returns the value under an id, or nil. An Update is held to it.
func (s *stage[V, E]) get(id string) *V {
	if !s.x.readOnly {
		return s.touch(id).current()
	}
	if v := s.look(id); v != nil {
		return v.value
	}
	return nil
}

// put stages a value with the events that led to it.
func (s *stage[V, E]) put(w *touch[V, E], value V, events ...*logged[E]) {
	next := &version[V, E]{kept: value, events: events}
	next.value = &next.kept
	if _, own := w.events(); len(own) > 0 {
		next.events = append(own, events...)
	}
	w.next = next
	if s.table.place != nil {
		had := &version[V, E]{}
		if w.seen != nil {
			had = w.seen
		}
		next.place = s.table.place(next.value, had.value, had.place)
	}
}

// drop stages that a row goes away.
func (s *stage[V, E]) drop(w *touch[V, E]) { w.next = &version[V, E]{} }

// putOnce stages a value that is the same whoever stores it: if it is there
// already, or is at commit, nothing happens.
func (s *stage[V, E]) putOnce(id string, value func() V) {
	w := s.find(id)
	if w == nil {
		w = &touch[V, E]{id: id, seen: s.look(id)}
		if w.seen != nil {
			return
		}
		s.add(w)
	}
	if w.current() == nil {
		s.put(w, value())
	}
}

// holds reports whether everything noted is still so.
func (s *stage[V, E]) holds() bool {
	for _, w := range s.touched {
		if w.noted && s.table.newest(w.id) != w.seen {
			return false
		}
	}
	return true
}

// apply stores what was put.
func (s *stage[V, E]) apply(commit uint64) {
	for _, w := range s.touched {
		switch {
		case w.next == nil, w.next.value == nil && w.seen == nil, !w.noted && s.table.newest(w.id) != nil:
			continue
		}
		w.next.commit = commit
		if stored, own := w.events(); len(stored) > 0 {
			w.next.events = append(stored, own...) // beyond what older versions see
		}
		s.table.push(w.id, w.next)
	}
}

// found is a row of a list.
type found[V any] struct {
	at    int64
	id    string
	value *V
}

// order is the direction of a list.
type order int

const (
	ascending  order = 1
	descending order = -1
)

// list returns at most limit rows under all of these keys after a place, nil
// for the beginning, as the transaction sees them.
func (s *stage[V, E]) list(want []key, after *found[V], dir order, limit int) []found[V] {
	out := s.stored(want, after, dir, limit)
	for _, w := range s.touched {
		if w.current() == nil || w.next == nil || !w.next.has(want) {
			continue
		}
		f := found[V]{at: w.next.at, id: w.id, value: w.next.value}
		if after == nil || f.compare(*after)*int(dir) > 0 {
			out = append(out, f)
		}
	}
	if len(s.touched) > 0 {
		slices.SortFunc(out, func(a, b found[V]) int { return a.compare(b) * int(dir) })
	}
	return out[:min(len(out), limit)]
}

func (f found[V]) compare(o found[V]) int {
	return cmp.Or(cmp.Compare(f.at, o.at), cmp.Compare(f.id, o.id))
}

// stored is list without what the transaction has put itself.
func (s *stage[V, E]) stored(want []key, after *found[V], dir order, limit int) []found[V] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	rows := s.table.shortest(want)
	if rows == nil || limit <= 0 {
		return nil
	}
	var from *spot[row[V, E]]
	if after != nil {
		from = &spot[row[V, E]]{at: after.at, id: after.id}
	}
	out := make([]found[V], 0, min(limit, rows.count))
	take := func(r spot[row[V, E]]) bool {
		if w := s.find(r.id); w != nil && w.next != nil {
			return true
		}
		if v := r.row.asOf(s.x.commit); v != nil && v.at == r.at && v.has(want) {
			out = append(out, found[V]{at: r.at, id: r.id, value: v.value})
		}
		return len(out) < limit
	}
	if dir == ascending {
		rows.ascend(from, take)
	} else {
		rows.descend(from, take)
	}
	return out
}

// page returns a page of a list and the cursor that goes on after it. A cursor
// that does not fit the filter is an error.
func (s *stage[V, E]) page(want []key, filter, after string, dir order, limit int, clone func(*V) V) ([]V, string, error) {
	var from *found[V]
	if after != "" {
		parts, err := cursor.Decode(after, filter, 2)
		if err != nil {
			return nil, "", err
		}
		at, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			return nil, "", cursor.ErrMalformed
		}
		from = &found[V]{at: at, id: parts[1]}
	}
	rows := s.list(want, from, dir, limit+1)
	if len(rows) == 0 {
		return nil, "", nil
	}
	var next string
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = cursor.Encode(filter, strconv.FormatInt(last.at, 10), last.id)
	}
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = clone(r.value)
	}
	return out, next, nil
}

// history returns a page of the events of an id.
func (s *stage[V, E]) history(id string, after int64, limit int) (page []E, next int64) {
	w := s.find(id)
	if w == nil {
		w = &touch[V, E]{seen: s.look(id)}
	}
	stored, own := w.events()
	total := w.history()
	after = max(after, 0)
	until := min(after+int64(limit), total)
	if after >= until {
		return nil, 0
	}
	page = make([]E, 0, until-after)
	for i := after; i < until; i++ {
		e, at := stored, i
		if at >= int64(len(stored)) {
			e, at = own, i-int64(len(stored))
		}
		page = append(page, s.table.kind.clone(e[at].event))
	}
	if until < total {
		next = until
	}
	return page, next
}
