package search

import (
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/coordkit/coordkit/archive"
)

// Index holds documents in memory and finds them by inverted lists. The zero
// Index is empty. It is safe for concurrent use.
type Index struct {
	mu     sync.RWMutex
	docs   []entry // by number
	number map[archive.RecordID]uint32
	word   map[string]uint32 // index of the list of a word
	lists  []list
	vocab  []string // sorted; nil: to be made
	gone   int
}

// entry is a document with the words of title and text, as indexes of lists.
type entry struct {
	doc         *Document // nil: taken out
	title, text []uint32
}

// list is where a word stands: numbers of documents, ascending.
type list struct {
	any   []uint32 // in title or text
	title []uint32
}

// Put takes a document in, in place of one with the same id. The index keeps the
// document: it is not to be changed afterwards.
func (x *Index) Put(d *Document) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.put(d)
	x.compact()
}

func (x *Index) put(d *Document) {
	if x.number == nil {
		x.number, x.word = make(map[archive.RecordID]uint32), make(map[string]uint32)
	}
	x.remove(d.ID)
	n := uint32(len(x.docs))
	x.number[d.ID] = n
	e := entry{doc: d}
	for t := range Tokens(d.Title) {
		w := x.at(t.Word)
		e.title = append(e.title, w)
		x.lists[w].title = add(x.lists[w].title, n)
		x.lists[w].any = add(x.lists[w].any, n)
	}
	for t := range Tokens(d.Text) {
		w := x.at(t.Word)
		e.text = append(e.text, w)
		x.lists[w].any = add(x.lists[w].any, n)
	}
	e.title, e.text = slices.Clip(e.title), slices.Clip(e.text)
	x.docs = append(x.docs, e)
}

// at is the index of the list of a word, which is made if there is none.
func (x *Index) at(word string) uint32 {
	w, known := x.word[word]
	if !known {
		w = uint32(len(x.lists))
		x.word[strings.Clone(word)] = w // the text of the document goes with it
		x.lists = append(x.lists, list{})
		x.vocab = nil
	}
	return w
}

func add(list []uint32, n uint32) []uint32 {
	if len(list) > 0 && list[len(list)-1] == n {
		return list
	}
	return append(list, n)
}

// Delete takes a document out: its text is held no longer.
func (x *Index) Delete(id archive.RecordID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
	x.compact()
}

func (x *Index) remove(id archive.RecordID) {
	if n, ok := x.number[id]; ok {
		x.docs[n] = entry{}
		delete(x.number, id)
		x.gone++
	}
}

// compact makes the lists again when half of what they hold is gone.
func (x *Index) compact() {
	if x.gone < 64 || x.gone*2 < len(x.docs) {
		return
	}
	docs := x.docs
	x.docs, x.number, x.word, x.lists, x.vocab, x.gone = nil, nil, nil, nil, nil, 0
	for _, e := range docs {
		if e.doc != nil {
			x.put(e.doc)
		}
	}
}

// Find answers a query. A query that cannot be read is ErrInvalid.
func (x *Index) Find(q *Query) (Result, error) {
	terms, err := Parse(q.Text)
	if err != nil {
		return Result{}, err
	}
	x.prepare(terms)
	x.mu.RLock()
	defer x.mu.RUnlock()
	f := finding{x: x, terms: terms, found: NewCollector(q)}
	f.run()
	return f.found.Result(terms, func(ids []archive.RecordID) (map[archive.RecordID]Text, error) {
		out := make(map[archive.RecordID]Text, len(ids))
		for _, id := range ids {
			d := x.docs[x.number[id]].doc
			out[id] = Text{d.Title, d.Text}
		}
		return out, nil
	})
}

// prepare sorts the words if a prefix needs it.
func (x *Index) prepare(terms []Term) {
	if !slices.ContainsFunc(terms, func(t Term) bool { return t.Prefix }) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.vocab == nil {
		x.vocab = slices.Sorted(maps.Keys(x.word))
	}
}

type finding struct {
	x       *Index
	terms   []Term
	titles  [][]uint32 // by word or prefix asked for: documents with it in the title
	without [][]uint32 // documents with a word or prefix that is excluded
	phrases []phrase
	found   *Collector
}

// phrase is a sequence of words, as indexes of lists.
type phrase struct {
	words   []uint32
	exclude bool
}

func (f *finding) run() {
	found, all := f.candidates()
	if all {
		for n := range f.x.docs {
			f.consider(uint32(n))
		}
		return
	}
	for _, n := range found {
		f.consider(n)
	}
}

// candidates are the documents with every word, in the order of their numbers;
// all says that no word is asked for.
func (f *finding) candidates() (found []uint32, all bool) {
	all = true
	for _, t := range f.terms {
		if len(t.Words) > 1 {
			f.phrases = append(f.phrases, f.x.phrase(t))
		}
		for _, w := range t.Words {
			l := f.x.find(w, t.Prefix)
			switch {
			case t.Exclude && len(t.Words) == 1:
				f.without = append(f.without, l.any)
				continue
			case t.Exclude:
				continue
			}
			f.titles = append(f.titles, l.title)
			if all {
				found, all = l.any, false
			} else {
				found = intersect(found, l.any)
			}
		}
	}
	return found, all
}

// phrase finds the words of a phrase; a word that nobody uses is given a number
// that no list has.
func (x *Index) phrase(t Term) phrase {
	p := phrase{exclude: t.Exclude}
	for _, w := range t.Words {
		at, known := x.word[w]
		if !known {
			at = math.MaxUint32
		}
		p.words = append(p.words, at)
	}
	return p
}

// find is where a word stands, or every word that begins so.
func (x *Index) find(word string, prefix bool) list {
	if !prefix {
		if w, known := x.word[word]; known {
			return x.lists[w]
		}
		return list{}
	}
	var anywhere, titles union
	for _, w := range x.matches(word) {
		anywhere.add(x.lists[w].any, len(x.docs))
		titles.add(x.lists[w].title, len(x.docs))
	}
	return list{any: anywhere.list(), title: titles.list()}
}

// matches are the lists of the words that begin so. Words that came after the
// words were sorted are not missed: Put unsorts them, and then all are looked at.
func (x *Index) matches(prefix string) []uint32 {
	var out []uint32
	if x.vocab == nil {
		for word, w := range x.word {
			if strings.HasPrefix(word, prefix) {
				out = append(out, w)
			}
		}
		return out
	}
	from, _ := slices.BinarySearch(x.vocab, prefix)
	for _, word := range x.vocab[from:] {
		if !strings.HasPrefix(word, prefix) {
			break
		}
		out = append(out, x.word[word])
	}
	return out
}

// union adds lists up, a bit for each document.
type union struct{ bits []uint64 }

func (u *union) add(list []uint32, docs int) {
	if u.bits == nil && len(list) > 0 {
		u.bits = make([]uint64, docs/64+1)
	}
	for _, n := range list {
		u.bits[n/64] |= 1 << (n % 64)
	}
}

func (u *union) list() []uint32 {
	var out []uint32
	for i, word := range u.bits {
		for ; word != 0; word &= word - 1 {
			out = append(out, uint32(i*64+bits.TrailingZeros64(word)))
		}
	}
	return out
}

// intersect keeps what is in both ascending lists, going through the shorter.
func intersect(a, b []uint32) []uint32 {
	if len(a) > len(b) {
		a, b = b, a
	}
	out := make([]uint32, 0, len(a))
	for _, n := range a {
		i, ok := slices.BinarySearch(b, n)
		if ok {
			out = append(out, n)
		}
		b = b[i:]
	}
	return out
}

func has(list []uint32, n uint32) bool {
	_, ok := slices.BinarySearch(list, n)
	return ok
}

// consider takes a candidate in if it passes everything.
func (f *finding) consider(n uint32) {
	e := &f.x.docs[n]
	if e.doc == nil || !f.fits(e, n) {
		return
	}
	titled := len(f.titles) > 0
	for _, titles := range f.titles {
		titled = titled && has(titles, n)
	}
	f.found.Add(e.doc, titled)
}

// fits checks what the lists of the words cannot tell: what is excluded, and words
// that follow each other.
func (f *finding) fits(e *entry, n uint32) bool {
	for _, list := range f.without {
		if has(list, n) {
			return false
		}
	}
	for _, p := range f.phrases {
		if (follow(e.title, p.words) || follow(e.text, p.words)) == p.exclude {
			return false
		}
	}
	return true
}
