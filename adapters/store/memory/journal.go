package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/coordkit/coordkit/coordination"
)

// journaled is an entry of the journal, encoded when somebody reads it.
type journaled interface {
	stamp(position, recorded int64)
	of() (room coordination.Room, position int64)
	entry() (coordination.Entry, error)
	replace(with coordination.Entry) // what entry gives from now on, read already
}

// journal holds entries in pages, so that it grows without being copied. A copy
// of a journal is a snapshot of it.
type journal struct {
	pages  []*[journalPage]journaled
	length int64
}

const journalPage = 256

// add appends an entry and returns its position.
func (j *journal) add(e journaled) int64 {
	at := j.length % journalPage
	if at == 0 {
		j.pages = append(j.pages, new([journalPage]journaled))
	}
	j.pages[len(j.pages)-1][at] = e
	j.length++
	return j.length
}

// after yields the entries after a position.
func (j journal) after(position int64) iter.Seq[journaled] {
	return func(yield func(journaled) bool) {
		for i := position; i < j.length; i++ {
			if !yield(j.pages[i/journalPage][i%journalPage]) {
				return
			}
		}
	}
}

// kind is what the events of one room have in common.
type kind[E any] struct {
	room  func(E) coordination.Room
	head  func(E) head
	entry func(E) (coordination.Entry, error)
	event func(coordination.Entry) (E, error) // reads an entry back
	clone func(E) E
}

// head is what all events have.
type head struct {
	entity string
	seq    int64
	at     time.Time
	actor  string
	known  bool // it says something
}

// logged is an event in the history of its entity and in the journal.
type logged[E any] struct {
	kind     *kind[E]
	position int64 // 0 until it is committed
	recorded int64 // in Unix microseconds
	event    E     // as it was stored; see now
	redacted atomic.Pointer[E]
}

// now is the event as it reads now.
func (l *logged[E]) now() E {
	if r := l.redacted.Load(); r != nil {
		return *r
	}
	return l.event
}

func (l *logged[E]) replace(with coordination.Entry) {
	ev, _ := l.kind.event(with) // it was read before
	l.redacted.Store(&ev)
}

func (l *logged[E]) stamp(position, recorded int64) {
	l.position, l.recorded = position, recorded
}

func (l *logged[E]) of() (coordination.Room, int64) { return l.kind.room(l.now()), l.position }

func (l *logged[E]) entry() (coordination.Entry, error) {
	e, err := l.kind.entry(l.now())
	e.Position, e.Recorded = l.position, instant(l.recorded)
	return e, err
}

// log copies events to the end of a history and of the transaction's journal.
func (s *stage[V, E]) log(history []*logged[E], events []E) []*logged[E] {
	if len(events) == 0 {
		return history
	}
	if s.x.log == nil {
		s.x.log = make([]journaled, 0, short)
	}
	history = slices.Grow(history, len(events))
	all := make([]logged[E], len(events))
	for i, ev := range events {
		all[i].kind, all[i].event = s.table.kind, s.table.kind.clone(ev)
		history = append(history, &all[i])
		s.x.log = append(s.x.log, &all[i])
	}
	return history
}

// lead reports whether the events are of that entity, follow one another up to
// number last, and could be given back as they are by every backend.
func (k *kind[E]) lead(entity string, last int64, events []E) bool {
	for i, ev := range events {
		h := k.head(ev)
		if h.entity != entity || h.seq != last-int64(len(events)-1-i) || !h.known || !exact(h.at) || !storable(h.actor) {
			return false
		}
	}
	return true
}

func unled(invalid error, last int64) error {
	return fmt.Errorf("%w: the events do not lead one by one to event %d of their entity, or hold text or times that cannot be stored", invalid, last)
}

// gap says that events do not continue what is stored.
func gap(invalid error, stored, last int64) error {
	return fmt.Errorf("%w: the events do not lead from event %d of the stored history to event %d: pass each once", invalid, stored, last)
}

// maxLooked is how many entries a page with filters looks at.
const maxLooked = 10_000

// JournalEntries of coordination.Tx.
func (x *tx) JournalEntries(_ context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	next := max(q.After, 0)
	rest := x.journal.after(next)
	if q.Entity != "" {
		rest = slices.Values(x.entityEntries(q.Entity, next))
	}
	limit, looked := coordination.ClampLimit(q.Limit), 0
	var page []coordination.Entry
	for e := range rest {
		room, position := e.of()
		if len(page) == limit || looked == maxLooked {
			return page, next, nil
		}
		next = position
		looked++
		if q.Room != "" && q.Room != room {
			continue
		}
		entry, err := x.entryOf(e)
		if err != nil {
			return nil, 0, err
		}
		page = append(page, entry)
	}
	return page, max(next, x.journal.length), nil
}

// entryOf is an entry as the transaction sees it.
func (x *tx) entryOf(e journaled) (coordination.Entry, error) {
	if changed, ok := x.redacted[e]; ok {
		return changed, nil
	}
	return e.entry()
}

// RedactEntry of coordination.Tx. What is replaced is replaced in every version at
// once: nobody needs the words any more.
func (x *tx) RedactEntry(_ context.Context, position int64, actor string, data json.RawMessage) error {
	if err := x.writable(); err != nil {
		return err
	}
	if position < 1 || position > x.journal.length {
		return fmt.Errorf("%w: the journal has no entry at position %d", coordination.ErrNotFound, position)
	}
	at := x.journal.pages[(position-1)/journalPage][(position-1)%journalPage]
	e, err := x.entryOf(at)
	if err == nil {
		e, err = e.Redacted(actor, data)
	}
	if err != nil {
		return err
	}
	if x.redacted == nil {
		x.redacted = make(map[journaled]coordination.Entry)
	}
	x.redacted[at] = e
	return nil
}

// entityEntries returns the entries of the entities with that id in any room.
func (x *tx) entityEntries(id string, after int64) []journaled {
	var out []journaled
	out = appendEntries(out, x.requests.look(id), after)
	out = appendEntries(out, x.records.look(id), after)
	out = appendEntries(out, x.obligations.look(id), after)
	out = appendEntries(out, x.bundles.look(id), after)
	for _, book := range x.books() {
		out = appendEntries(out, x.sheets.look(sheetRow(book, id)), after)
	}
	sort.Slice(out, func(i, j int) bool {
		_, a := out[i].of()
		_, b := out[j].of()
		return a < b
	})
	return out
}

func appendEntries[V, E any](out []journaled, v *version[V, E], after int64) []journaled {
	if v == nil {
		return out
	}
	from := sort.Search(len(v.events), func(i int) bool { return v.events[i].position > after })
	for _, l := range v.events[from:] {
		out = append(out, l)
	}
	return out
}
