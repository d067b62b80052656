package memory

// touch is what a transaction has read and put under one id.
type touch[V, E any] struct {
	id    string
	seen  *version[V, E] // nil: nothing was there
	noted bool           // seen must still be the newest at commit
	next  *version[V, E] // to be stored, with the new events only; nil: nothing was put
}

// version is the row as the transaction sees it, or nil.
func (w *touch[V, E]) version() *version[V, E] {
	if w.next != nil {
		return w.next.present()
	}
	return w.seen
}

// current is the value as the transaction sees it, or nil.
func (w *touch[V, E]) current() *V {
	if v := w.version(); v != nil {
		return &v.value
	}
	return nil
}

// history is the length of the history as the transaction sees it.
func (w *touch[V, E]) history() int64 {
	n := 0
	if w.next != nil {
		n = len(w.next.events)
	}
	if w.seen != nil {
		n += len(w.seen.events)
	}
	return int64(n)
}

// touches are what a transaction has touched in one table: mostly a few rows,
// sometimes thousands.
type touches[V, E any] struct {
	list []touch[V, E]
	byID map[string]int // place in the list; nil while it is short
}

// The length that most lists do not exceed, and the one up to which they are
// searched without a map.
const (
	usual = 2
	short = 16
)

// find returns what was touched under an id, or nil. It stays where it is until
// the next add.
func (t *touches[V, E]) find(id string) *touch[V, E] {
	if t.byID != nil {
		if i, ok := t.byID[id]; ok {
			return &t.list[i]
		}
		return nil
	}
	for i := range t.list {
		if t.list[i].id == id {
			return &t.list[i]
		}
	}
	return nil
}

// add appends w, whose id is not there yet.
func (t *touches[V, E]) add(w touch[V, E]) *touch[V, E] {
	if t.list == nil {
		t.list = make([]touch[V, E], 0, usual)
	}
	t.list = append(t.list, w)
	last := len(t.list) - 1
	if t.byID == nil && len(t.list) > short {
		t.byID = make(map[string]int, len(t.list))
		for i := range t.list {
			t.byID[t.list[i].id] = i
		}
	} else if t.byID != nil {
		t.byID[w.id] = last
	}
	return &t.list[last]
}
