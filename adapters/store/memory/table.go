package memory

import (
	"iter"
	"slices"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/window"
)

// table holds the rows of one kind in every version that somebody can see, and
// the orders in which they are listed. The tenant's lock guards it.
type table[V, E any] struct {
	layout[V]

	rows  map[string]*version[V, E] // the newest of each id
	kind  *kind[E]                  // nil: the rows have no events
	under [fields]map[string]*ordered
	slots window.Index[string]
	stale queue[superseded]

	unmarked marks // those of versions without any
}

// version is a row as one commit left it. It never changes.
type version[V, E any] struct {
	*marks // nil: there is no value, the row was taken away

	at     int64 // comes before the id in the order of lists
	commit uint64
	value  V
	events []*logged[E]
	older  *version[V, E]
}

// layout says where the values of a table stand in lists; without at they stand
// in none.
type layout[V any] struct {
	at func(*V) int64

	// key returns the i-th key of a value, and false behind the last.
	key func(v *V, i int) (key, bool)

	// marks returns what more there is, or nil. What the value that it replaces
	// has, if there is one, may save work.
	marks func(v, before *V, had *marks) *marks
}

// marks are the places of a row that are kept because it takes work to find
// them. They never change.
type marks struct {
	terms []string          // the words under which it is found, sorted
	slot  *changereq.Window // the time that it claims, or nil
	due   []mark            // where it stands in lists with an order of their own
}

// mark is a place in the list under a key that no row stands under otherwise.
type mark struct {
	key key
	at  int64
}

// key is one thing that a list can ask for; the zero key is everything.
type key struct {
	field field
	value string
}

// field says what the value of a key is.
type field uint8

// The fields by which rows are found, each within its table.
const (
	byNothing field = iota
	byState
	byCategory
	byApplicant
	byItem
	byTerm
	byKind
	bySubject
	byRecipient
	byDue
	byBook
	byName
	byOpenEnd
	bySource
)

// byTarget stands behind what the kinds of ends add to bySource.
const byTarget = bySource + endFields

// What an end's kind adds to the field of its side; see endKey.
const (
	recordEnd field = 1 + iota
	refEnd
	endFields
)

// fields is how many fields there are.
const fields = byTarget + endFields

// superseded is an id with a version that was the newest before that commit.
type superseded struct {
	commit uint64
	id     string
}

// all is the one key of values that are found in the list of all only.
func all[V any](_ *V, i int) (key, bool) { return key{}, i == 0 }

func newTable[V, E any](place layout[V], kind *kind[E]) *table[V, E] {
	return &table[V, E]{layout: place, rows: make(map[string]*version[V, E]), kind: kind}
}

// place says where a new version stands that replaces another, which may be nil.
func (t *table[V, E]) place(v, before *version[V, E]) {
	v.marks = &t.unmarked
	if t.at != nil {
		v.at = t.at(&v.value)
	}
	if t.marks == nil {
		return
	}
	if before != nil {
		v.marks = t.marks(&v.value, &before.value, before.marks)
	} else {
		v.marks = t.marks(&v.value, nil, &t.unmarked)
	}
}

// keys yields what a version is found under.
func (t *table[V, E]) keys(v *version[V, E]) iter.Seq[key] {
	return func(yield func(key) bool) {
		if t.key == nil {
			return
		}
		for i := 0; ; i++ {
			k, ok := t.key(&v.value, i)
			if !ok {
				break
			}
			if !yield(k) {
				return
			}
		}
		for _, term := range v.terms {
			if !yield(key{byTerm, term}) {
				return
			}
		}
	}
}

// has reports whether a row is found under all of these keys.
func (t *table[V, E]) has(v *version[V, E], want []key) bool {
	for _, k := range want {
		if !t.found(v, k) {
			return false
		}
	}
	return true
}

func (t *table[V, E]) found(v *version[V, E], k key) bool {
	if k.field == byTerm {
		_, found := slices.BinarySearch(v.terms, k.value)
		return found
	}
	for i := 0; ; i++ {
		have, ok := t.key(&v.value, i)
		if !ok || have == k {
			return ok
		}
	}
}

// asOf returns the version that a commit and those after it saw, or nil; v is
// the newest.
func (v *version[V, E]) asOf(commit uint64) *version[V, E] {
	for v != nil && v.commit > commit {
		v = v.older
	}
	return v.present()
}

// gone reports whether the row was taken away.
func (v *version[V, E]) gone() bool { return v.marks == nil }

// present returns the version, or nil if it holds no value.
func (v *version[V, E]) present() *version[V, E] {
	if v == nil || v.gone() {
		return nil
	}
	return v
}

// newest returns the newest version of an id, or nil if there is none.
func (t *table[V, E]) newest(id string) *version[V, E] { return t.rows[id].present() }

// push makes v the newest version of an id.
func (t *table[V, E]) push(id string, v *version[V, E]) {
	v.older = t.rows[id]
	if v.older != nil || v.gone() {
		t.stale.push(superseded{commit: v.commit, id: id})
	}
	t.rows[id] = v
	if !v.gone() {
		t.enter(id, v)
	}
}

// enter puts the newest version of a row into the lists that it is not yet in.
func (t *table[V, E]) enter(id string, v *version[V, E]) {
	if v.slot != nil && !v.older.claims(v.slot) {
		t.slots.Add(*v.slot, id)
	}
	for _, m := range v.due {
		if !v.older.marked(m) {
			t.list(m.key).insert(spot{at: m.at, id: id})
		}
	}
	old := v.older.present()
	if old != nil && old.at != v.at {
		old = nil
	}
	for k := range t.keys(v) {
		if old == nil || !t.found(old, k) {
			t.list(k).insert(spot{at: v.at, id: id})
		}
	}
}

// list is the list under a key, which begins with it.
func (t *table[V, E]) list(k key) *ordered {
	o := t.under[k.field][k.value]
	if o == nil {
		o = &ordered{}
		if t.under[k.field] == nil {
			t.under[k.field] = make(map[string]*ordered)
		}
		t.under[k.field][k.value] = o
	}
	return o
}

// drop takes a row out of the list under a key.
func (t *table[V, E]) drop(k key, s spot) {
	if o := t.under[k.field][k.value]; o != nil {
		o.remove(s)
		if o.count == 0 {
			delete(t.under[k.field], k.value)
		}
	}
}

// leave takes a row out of the lists in which only the forgotten version put it.
func (t *table[V, E]) leave(id string, gone *version[V, E]) {
	newest := t.rows[id]
	if gone.slot != nil && !newest.claims(gone.slot) {
		t.slots.Remove(*gone.slot, id)
	}
	for _, m := range gone.due {
		if !newest.marked(m) {
			t.drop(m.key, spot{at: m.at, id: id})
		}
	}
	for k := range t.keys(gone) {
		if !t.keeps(newest, gone.at, k) {
			t.drop(k, spot{at: gone.at, id: id})
		}
	}
}

// keeps reports whether v or an older version stands at that place under k.
func (t *table[V, E]) keeps(v *version[V, E], at int64, k key) bool {
	for ; v != nil; v = v.older {
		if !v.gone() && v.at == at && t.found(v, k) {
			return true
		}
	}
	return false
}

// claims reports whether v or an older version claims that time.
func (v *version[V, E]) claims(slot *changereq.Window) bool {
	for ; v != nil; v = v.older {
		if !v.gone() && v.slot != nil && v.slot.Equal(*slot) {
			return true
		}
	}
	return false
}

// marked reports whether v or an older version stands at that mark.
func (v *version[V, E]) marked(m mark) bool {
	for ; v != nil; v = v.older {
		if !v.gone() && slices.Contains(v.due, m) {
			return true
		}
	}
	return false
}

// prune forgets the versions that no transaction as of oldest or later sees.
func (t *table[V, E]) prune(oldest uint64) {
	for {
		s, ok := t.stale.front()
		if !ok || s.commit > oldest {
			return
		}
		t.stale.pop()
		t.cut(s.id, oldest)
	}
}

func (t *table[V, E]) cut(id string, oldest uint64) {
	newest := t.rows[id]
	seen := newest
	for seen != nil && seen.commit > oldest {
		seen = seen.older
	}
	if seen == nil {
		return // the row is gone since an earlier cut
	}
	gone := seen.older
	seen.older = nil
	for ; gone != nil; gone = gone.older {
		if !gone.gone() {
			t.leave(id, gone)
		}
	}
	if newest.gone() && newest.older == nil {
		delete(t.rows, id)
	}
}

// shortest returns the shortest list that holds every row found under all of
// these keys; nil if there is no such row.
func (t *table[V, E]) shortest(want []key) *ordered {
	var best *ordered
	for _, k := range want {
		o := t.under[k.field][k.value]
		if o == nil {
			return nil
		}
		if best == nil || o.count < best.count {
			best = o
		}
	}
	return best
}
