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
	touched touches[V, E]

	// Once a list was asked for that much was put before, what was put is found by
	// its keys: indexed is how many of the touched rows were looked at for that.
	byKey   map[key][]int
	indexed int
}

// look returns the version that the transaction sees in the store.
func (s *stage[V, E]) look(id string) *version[V, E] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	return s.table.rows[id].asOf(s.x.commit)
}

// touch looks an id up and notes what was there.
func (s *stage[V, E]) touch(id string) *touch[V, E] {
	w := s.touched.find(id)
	if w == nil {
		w = s.touched.add(touch[V, E]{id: id, seen: s.look(id)})
	}
	w.noted = w.noted || w.next == nil
	return w
}

// get returns the value under an id, or nil. An Update is held to it.
func (s *stage[V, E]) get(id string) *V {
	if !s.x.readOnly {
		return s.touch(id).current()
	}
	return s.see(id)
}

// see returns the value under an id as the transaction sees it, or nil, and
// holds nobody to it.
func (s *stage[V, E]) see(id string) *V {
	if w := s.touched.find(id); w != nil {
		return w.current()
	}
	if v := s.look(id); v != nil {
		return &v.value
	}
	return nil
}

// put stages a value with the events that led to it.
func (s *stage[V, E]) put(w *touch[V, E], value V, events ...E) {
	v := &version[V, E]{value: value}
	s.table.place(v, w.version())
	if w.next != nil {
		v.events = w.next.events
	}
	v.events = s.log(v.events, events)
	had := w.next
	if w.next = v; s.byKey != nil {
		if i := s.touched.byID[w.id]; i < s.indexed {
			s.index(i, had)
		}
	}
}

// index makes a touched row found by the keys that what was put there before did
// not have.
func (s *stage[V, E]) index(i int, had *version[V, E]) {
	v := s.touched.list[i].next
	if v == nil || v.gone() {
		return
	}
	had = had.present()
	for k := range s.table.keys(v) {
		if had == nil || !s.table.found(had, k) {
			s.byKey[k] = append(s.byKey[k], i)
		}
	}
}

// mine calls each with the rows that were put and may be found under all
// of these keys, some perhaps more than once.
func (s *stage[V, E]) mine(want []key, each func(*touch[V, E])) {
	list := s.touched.list
	if s.touched.byID == nil {
		for i := range list {
			each(&list[i])
		}
		return
	}
	if s.byKey == nil {
		s.byKey = make(map[key][]int)
	}
	for ; s.indexed < len(list); s.indexed++ {
		s.index(s.indexed, nil)
	}
	few := s.byKey[want[0]]
	for _, k := range want[1:] {
		if with := s.byKey[k]; len(with) < len(few) {
			few = with
		}
	}
	for _, i := range few {
		each(&list[i])
	}
}

// remove stages that a row without a history is taken away.
func (s *stage[V, E]) remove(w *touch[V, E]) {
	w.next = &version[V, E]{}
}

// absent returns where to put a value that is the same whoever stores it, or
// nil if it is there already. If it is there at commit, nothing happens.
func (s *stage[V, E]) absent(id string) *touch[V, E] {
	w := s.touched.find(id)
	if w == nil {
		if s.look(id) != nil {
			return nil
		}
		return s.touched.add(touch[V, E]{id: id})
	}
	if w.current() != nil {
		return nil
	}
	return w
}

// holds reports whether everything noted is still so.
func (s *stage[V, E]) holds() bool {
	for i := range s.touched.list {
		if w := &s.touched.list[i]; w.noted && s.table.newest(w.id) != w.seen {
			return false
		}
	}
	return true
}

// apply stores what was put.
func (s *stage[V, E]) apply(commit uint64) {
	for i := range s.touched.list {
		w := &s.touched.list[i]
		if w.next == nil || !w.noted && s.table.newest(w.id) != nil {
			continue
		}
		v := w.next
		v.commit = commit
		if w.seen != nil && len(w.seen.events) > 0 {
			v.events = append(w.seen.events, v.events...) // beyond what older versions see
		}
		s.table.push(w.id, v)
	}
}

// found is a row of a list.
type found[V any] struct {
	spot

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
func (s *stage[V, E]) list(want []key, after *spot, dir order, limit int) []found[V] {
	if len(want) == 0 {
		want = []key{{}}
	}
	out := s.stored(want, after, dir, limit)
	stored := len(out)
	s.mine(want, func(w *touch[V, E]) {
		if w.next == nil || w.next.gone() || !s.table.has(w.next, want) {
			return
		}
		f := found[V]{spot: spot{at: w.next.at, id: w.id}, value: &w.next.value}
		if after == nil || f.compare(*after)*int(dir) > 0 {
			out = append(out, f)
		}
	})
	if len(out) > stored {
		slices.SortFunc(out, func(a, b found[V]) int { return a.compare(b.spot) * int(dir) })
		out = slices.CompactFunc(out, func(a, b found[V]) bool { return a.spot == b.spot })
	}
	return out[:min(len(out), limit)]
}

// stored is list without what the transaction has put itself.
func (s *stage[V, E]) stored(want []key, after *spot, dir order, limit int) []found[V] {
	s.x.tenant.mu.RLock()
	defer s.x.tenant.mu.RUnlock()
	rows := s.table.shortest(want)
	if rows == nil || limit <= 0 {
		return nil
	}
	out := make([]found[V], 0, min(limit, rows.count))
	take := func(r spot) bool {
		if w := s.touched.find(r.id); w != nil && w.next != nil {
			return true
		}
		if v := s.table.rows[r.id].asOf(s.x.commit); v != nil && v.at == r.at && s.table.has(v, want) {
			out = append(out, found[V]{spot: r, value: &v.value})
		}
		return len(out) < limit
	}
	if dir == ascending {
		rows.ascend(after, take)
	} else {
		rows.descend(after, take)
	}
	return out
}

// page returns a page of a list and the cursor that goes on after it. A cursor
// that does not fit the filter is an error.
func (s *stage[V, E]) page(want []key, filter, after string, dir order, limit int, clone func(*V) V) ([]V, string, error) {
	from, err := goOn(after, filter)
	if err != nil {
		return nil, "", err
	}
	page, next := cut(s.list(want, from, dir, limit+1), filter, limit, clone)
	return page, next, nil
}

// goOn reads a cursor; nil is the beginning of a list.
func goOn(after, filter string) (*spot, error) {
	if after == "" {
		return nil, nil //nolint:nilnil // the beginning
	}
	parts, err := cursor.Decode(after, filter, 2)
	if err != nil {
		return nil, err
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, cursor.ErrMalformed
	}
	return &spot{at: at, id: parts[1]}, nil
}

// cut makes a page of rows that are one more than the limit if there is more,
// and the cursor that goes on after it.
func cut[V any](rows []found[V], filter string, limit int, clone func(*V) V) ([]V, string) {
	if len(rows) == 0 {
		return nil, ""
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
	return out, next
}

// events returns a page of the history of an id.
func (s *stage[V, E]) events(id string, after int64, limit int) (page []E, next int64) {
	var older, newer []*logged[E]
	if w := s.touched.find(id); w != nil {
		if w.next != nil {
			newer = w.next.events
		}
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
		page = append(page, s.table.kind.clone(s.read(e[at])))
	}
	if until < total {
		next = until
	}
	return page, next
}

// read is an event as the transaction sees it.
func (s *stage[V, E]) read(l *logged[E]) E {
	if len(s.x.redacted) > 0 {
		if e, ok := s.x.redacted[l]; ok {
			if ev, err := s.table.kind.event(e); err == nil {
				return ev
			}
		}
	}
	return l.now()
}
