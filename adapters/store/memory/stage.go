package memory

import (
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/internal/cursor"
)

// stage is what one transaction sees and does in one table.
type stage[V, E any] struct {
	x       *tx
	table   *table[V, E]
	touched map[string]*touch[V, E]
}

// touch is what a transaction has read and put under one id.
type touch[V, E any] struct {
	place

	seen   *version[V, E] // nil: nothing was there
	noted  bool           // seen must still be the newest at commit
	put    bool           // value and events are to be stored
	value  *V
	events []*logged[E]
}

// current is the value as the transaction sees it, or nil.
func (w *touch[V, E]) current() *V {
	switch {
	case w.put:
		return w.value
	case w.seen != nil:
		return w.seen.value
	}
	return nil
}

// history is the length of the history as the transaction sees it.
func (w *touch[V, E]) history() int64 {
	n := len(w.events)
	if w.seen != nil {
		n += len(w.seen.events)
	}
	return int64(n)
}

// look returns the version that the transaction sees in the store.
func (s *stage[V, E]) look(id string) *version[V, E] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	return s.table.rows[id].asOf(s.x.commit)
}

// touch looks an id up and notes what was there.
func (s *stage[V, E]) touch(id string) *touch[V, E] {
	w := s.touched[id]
	if w == nil {
		w = &touch[V, E]{seen: s.look(id)}
		s.add(id, w)
	}
	w.noted = w.noted || !w.put
	return w
}

func (s *stage[V, E]) add(id string, w *touch[V, E]) {
	if s.touched == nil {
		s.touched = make(map[string]*touch[V, E])
	}
	s.touched[id] = w
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

// put stages a value with the events that led to it; nil takes the row away.
func (s *stage[V, E]) put(w *touch[V, E], value *V, events ...*logged[E]) {
	w.put, w.value = true, value
	w.events = append(w.events, events...)
	if s.table.place != nil && value != nil {
		had := &version[V, E]{}
		if w.seen != nil {
			had = w.seen
		}
		w.place = s.table.place(value, had.value, had.place)
	}
}

// putOnce stages a value that is the same whoever stores it: if it is there
// already, or is at commit, nothing happens.
func (s *stage[V, E]) putOnce(id string, value func() *V) {
	w := s.touched[id]
	if w == nil {
		w = &touch[V, E]{seen: s.look(id)}
		if w.seen != nil {
			return
		}
		s.add(id, w)
	}
	if w.current() == nil {
		s.put(w, value())
	}
}

// holds reports whether everything noted is still so.
func (s *stage[V, E]) holds() bool {
	for id, w := range s.touched {
		if w.noted && s.table.newest(id) != w.seen {
			return false
		}
	}
	return true
}

// apply stores what was put.
func (s *stage[V, E]) apply(commit uint64) {
	for id, w := range s.touched {
		if !w.put || !w.noted && s.table.newest(id) != nil {
			continue
		}
		v := &version[V, E]{place: w.place, commit: commit, value: w.value, events: w.events}
		if w.seen != nil && len(w.seen.events) > 0 {
			v.events = append(w.seen.events, w.events...) // beyond what older versions see
		}
		s.table.push(id, v)
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
	for id, w := range s.touched {
		if !w.put || w.value == nil || !w.has(want) {
			continue
		}
		f := found[V]{at: w.at, id: id, value: w.value}
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
	return spot[V]{at: f.at, id: f.id}.compare(spot[V]{at: o.at, id: o.id})
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
		if w := s.touched[r.id]; w != nil && w.put {
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

// events returns a page of the history of an id.
func (s *stage[V, E]) events(id string, after int64, limit int) (page []E, next int64) {
	var older, newer []*logged[E]
	if w := s.touched[id]; w != nil {
		newer = w.events
		if w.seen != nil {
			older = w.seen.events
		}
	} else if v := s.look(id); v != nil {
		older = v.events
	}
	total := int64(len(older) + len(newer))
	after = max(after, 0)
	until := min(after+int64(limit), total)
	if after >= until {
		return nil, 0
	}
	page = make([]E, 0, until-after)
	for i := after; i < until; i++ {
		e := newer
		at := i - int64(len(older))
		if at < 0 {
			e, at = older, i
		}
		page = append(page, s.table.kind.clone(e[at].event))
	}
	if until < total {
		next = until
	}
	return page, next
}
