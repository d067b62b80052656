package memory

import (
	"cmp"
	"slices"
)

// table holds the rows of one kind in every version that somebody can see, and
// the orders in which they are listed. The tenant's lock guards it.
type table[V, E any] struct {
	kinds[V, E]

	rows  map[string]*row[V, E]
	all   ordered[row[V, E]] // unless byKey
	under map[key]*ordered[row[V, E]]
	stale queue[superseded[V, E]]
}

// kinds says what is particular to the rows of a table.
type kinds[V, E any] struct {
	// place puts a row, which was there before unless had is nil, in its lists.
	// Nil: the rows are never listed.
	place func(now *V, had *V, was place) place
	byKey bool     // the rows are listed under a key only
	kind  *kind[E] // nil: the rows have no events
}

// row is one id with its versions.
type row[V, E any] struct {
	id     string
	newest *version[V, E]
}

// version is a row as one commit left it. It never changes.
type version[V, E any] struct {
	place

	commit uint64
	value  *V // nil: the row is gone
	events []*logged[E]
	older  *version[V, E]
}

// place is where a row stands in lists: at comes before its id in the order,
// and it is found under each of its keys, which are sorted.
type place struct {
	at   int64
	keys []key
}

// key is one thing that a list can ask for.
type key struct {
	field field
	value string
}

// field says what the value of a key is.
type field uint8

// The fields by which rows are found, each within its table.
const (
	byState field = iota
	byCategory
	byApplicant
	byItem
	byTerm
	byKind
	bySubject
	bySource
	byTarget
	byRecipient
)

// superseded is a row with a version that was the newest before that commit.
type superseded[V, E any] struct {
	commit uint64
	row    *row[V, E]
}

func newTable[V, E any](k kinds[V, E]) *table[V, E] {
	return &table[V, E]{kinds: k, rows: make(map[string]*row[V, E]), under: make(map[key]*ordered[row[V, E]])}
}

func compareKeys(a, b key) int {
	if a.field != b.field {
		return cmp.Compare(a.field, b.field)
	}
	return cmp.Compare(a.value, b.value)
}

// has reports whether a row is found under all of these keys.
func (p *place) has(want []key) bool {
	for _, k := range want {
		if !p.under(k) {
			return false
		}
	}
	return true
}

func (p *place) under(k key) bool {
	_, found := slices.BinarySearchFunc(p.keys, k, compareKeys)
	return found
}

// asOf returns the version that a commit and those after it saw, or nil.
func (r *row[V, E]) asOf(commit uint64) *version[V, E] {
	if r == nil {
		return nil
	}
	v := r.newest
	for v != nil && v.commit > commit {
		v = v.older
	}
	if v == nil || v.value == nil {
		return nil
	}
	return v
}

// newest returns the newest version of an id, or nil if there is none.
func (t *table[V, E]) newest(id string) *version[V, E] {
	r := t.rows[id]
	if r == nil || r.newest.value == nil {
		return nil
	}
	return r.newest
}

// push makes v the newest version of an id.
func (t *table[V, E]) push(id string, v *version[V, E]) {
	r := t.rows[id]
	if r == nil {
		r = &row[V, E]{id: id}
		t.rows[id] = r
	} else {
		t.stale.push(superseded[V, E]{commit: v.commit, row: r})
	}
	v.older, r.newest = r.newest, v
	if t.place != nil && v.value != nil {
		t.enter(r, v)
	}
}

// enter puts the newest version of a row into the lists that it is not yet in.
func (t *table[V, E]) enter(r *row[V, E], v *version[V, E]) {
	old := v.older
	stays := old != nil && old.value != nil && old.at == v.at
	if stays && slices.Equal(old.keys, v.keys) {
		v.keys = old.keys // one copy is enough
		return
	}
	s := spot[row[V, E]]{at: v.at, id: r.id, row: r}
	if !stays && !t.byKey {
		t.all.insert(s)
	}
	for _, k := range v.keys {
		if stays && old.under(k) {
			continue
		}
		o := t.under[k]
		if o == nil {
			o = &ordered[row[V, E]]{}
			t.under[k] = o
		}
		o.insert(s)
	}
}

// leave takes a row out of the lists in which only the forgotten version put it.
func (t *table[V, E]) leave(r *row[V, E], gone *version[V, E]) {
	s := spot[row[V, E]]{at: gone.at, id: r.id}
	if !r.newest.keeps(gone.at, nil) {
		t.all.remove(s)
	}
	for i := range gone.keys {
		k := &gone.keys[i]
		if r.newest.keeps(gone.at, k) {
			continue
		}
		if o := t.under[*k]; o != nil {
			o.remove(s)
			if o.count == 0 {
				delete(t.under, *k)
			}
		}
	}
}

// keeps reports whether v or an older version stands at that place under k.
func (v *version[V, E]) keeps(at int64, k *key) bool {
	for ; v != nil; v = v.older {
		if v.value != nil && v.at == at && (k == nil || v.under(*k)) {
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
		t.cut(s.row, oldest)
	}
}

func (t *table[V, E]) cut(r *row[V, E], oldest uint64) {
	seen := r.newest
	for seen.commit > oldest {
		seen = seen.older
	}
	gone := seen.older
	seen.older = nil
	if t.place != nil {
		for ; gone != nil; gone = gone.older {
			if gone.value != nil && (gone.at != seen.at || !slices.Equal(gone.keys, seen.keys) || seen.value == nil) {
				t.leave(r, gone)
			}
		}
	}
	if r.newest.value == nil && r.newest.older == nil {
		delete(t.rows, r.id)
	}
}

// shortest returns the shortest list that holds every row found under all of
// these keys; nil if there is no such row.
func (t *table[V, E]) shortest(want []key) *ordered[row[V, E]] {
	best := &t.all
	for i, k := range want {
		o := t.under[k]
		if o == nil {
			return nil
		}
		if o.count < best.count || i == 0 {
			best = o
		}
	}
	return best
}
