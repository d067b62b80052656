package evidence

import (
	"cmp"
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Row is an entry as it is kept, with the values its seals hold. A nil opening
// was erased, or is not to be looked at.
type Row struct {
	Entry       Entry
	Actor, Data *Opening
	Parts       []Part // of the data, personal ones
}

// Audit is what Verify found in order.
type Audit struct {
	Entries int64 // of the journal
	Root    Hash  // over them
	Signed  int64 // how many of them the largest checkpoint covers
	Erased  int64 // seals without an opening, those of parts included
}

// Verify goes once through a journal, in its order, and compares it with its log
// and with checkpoints that were signed, in any order; a log that is not kept is
// nil. The first place that does not fit is a *MismatchError:
//
//   - an entry that is missing, inserted, moved or older than the one before it;
//   - a value that does not open its seal;
//   - an entry whose leaf is not the one of the log, where the checkpoints side with the log;
//   - a stored hash of the log, where the checkpoints side with the journal, or
//     that is not the hash of its children;
//   - a checkpoint whose root neither gives: then Reason says between which
//     positions the change lies.
//
// An error of the journal ends the audit and is returned as it is. It takes memory for the
// logarithm of the journal only, beside the log itself.
func Verify(journal iter.Seq2[Row, error], log *Log, signed ...Checkpoint) (Audit, error) {
	signed = slices.Clone(signed)
	slices.SortFunc(signed, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	a := auditor{log: log, signed: signed}
	if err := a.checkpoints(); err != nil {
		return a.result(), err
	}
	for row, err := range journal {
		if err != nil {
			return a.result(), err
		}
		if err := a.row(&row); err != nil {
			return a.result(), a.first(err)
		}
	}
	return a.result(), a.first(a.end())
}

// auditor holds the complete subtrees over the journal and, from the first leaf
// on that differs from the log, those over the leaves of the log.
type auditor struct {
	log     *Log
	signed  []Checkpoint // those not reached yet
	journal []Hash
	stored  []Hash
	size    int64
	index   int64 // of the next stored hash
	last    time.Time
	covered int64
	erased  int64
	text    []byte
	// suspect is the first leaf in which journal and log differ, until a
	// checkpoint says which of them was changed.
	suspect *MismatchError
}

func (a *auditor) result() Audit {
	return Audit{Entries: a.size, Root: fold(a.journal), Signed: a.covered, Erased: a.erased}
}

// first puts an undecided suspect before what was found after it.
func (a *auditor) first(err error) error {
	if a.suspect == nil {
		return err
	}
	a.suspect.Reason += "; no checkpoint says which of them was changed"
	return a.suspect
}

func (a *auditor) row(r *Row) error {
	e := &r.Entry
	switch expected := a.size + 1; {
	case e.Position > expected:
		return a.fault(PlaceOrder, fmt.Sprintf("missing: entry %d follows", e.Position))
	case e.Position < expected:
		return a.fault(PlaceOrder, fmt.Sprintf("entry %d stands here again", e.Position))
	case e.Recorded.Before(a.last):
		return a.fault(PlaceTime, "it was recorded before the entry in front of it")
	}
	a.last = e.Recorded
	if err := a.seals(r); err != nil {
		return err
	}
	text, err := e.AppendText(a.text[:0])
	if err != nil {
		return a.fault(PlaceEntry, err.Error())
	}
	a.text = text
	if err := a.grow(tlog.RecordHash(text)); err != nil {
		return err
	}
	return a.checkpoints()
}

func (a *auditor) seals(r *Row) error {
	for _, s := range [...]struct {
		name    string
		seal    Seal
		opening *Opening
	}{{"actor", r.Entry.Actor, r.Actor}, {"data", r.Entry.Data, r.Data}} {
		switch {
		case s.opening == nil:
			a.erased++
		case !s.opening.Opens(s.seal):
			return a.fault(PlaceOpening, "the "+s.name+" is not what was sealed")
		}
	}
	for _, p := range r.Parts {
		switch {
		case p.Opening == nil:
			a.erased++
		case !p.Opening.Opens(p.Seal):
			return a.fault(PlaceOpening, p.Name+" of the data is not what was sealed")
		}
	}
	return nil
}

// fault is at the entry after those that were taken.
func (a *auditor) fault(place Place, reason string) error {
	return &MismatchError{Place: place, Position: a.size + 1, Reason: reason}
}

// grow takes a leaf and compares it, and every subtree it completes, with the
// log.
func (a *auditor) grow(leaf Hash) error {
	var kept []Hash
	if a.log != nil && a.suspect == nil {
		if a.size >= a.log.size {
			return a.fault(PlaceEnd, "the log ends before it")
		}
		kept = a.log.hashes[a.index:]
		if leaf != kept[0] {
			a.suspect = &MismatchError{Place: PlaceEntry, Position: a.size + 1, Reason: "its text does not give the leaf of the log"}
			a.stored = slices.Clone(a.journal)
			kept = nil
		}
	}
	merges := bits.TrailingZeros64(^uint64(a.size))
	if a.suspect != nil {
		if a.size >= a.log.size {
			return a.fault(PlaceEnd, "the log ends before it")
		}
		a.stored, _ = merge(a.stored, a.log.hashes[a.index], merges, nil)
	}
	var bad int
	a.journal, bad = merge(a.journal, leaf, merges, kept)
	if bad > 0 {
		return &MismatchError{Place: PlaceLog, Position: a.size + 1, Index: a.index + int64(bad), Reason: "it is not the hash of the two below it"}
	}
	a.size++
	a.index += 1 + int64(merges)
	return nil
}

// merge adds a leaf to complete subtrees. Where the hashes that are kept of it are
// given, bad is the first that differs.
func merge(subtrees []Hash, h Hash, merges int, kept []Hash) (out []Hash, bad int) {
	for i := range merges {
		last := len(subtrees) - 1
		h = tlog.NodeHash(subtrees[last], h)
		subtrees = subtrees[:last]
		if kept != nil && h != kept[1+i] && bad == 0 {
			bad = 1 + i
		}
	}
	return append(subtrees, h), bad
}

// checkpoints compares the journal with those of its present size.
func (a *auditor) checkpoints() error {
	for len(a.signed) > 0 && a.signed[0].Size <= a.size {
		c := a.signed[0]
		a.signed = a.signed[1:]
		if c.Size < a.size {
			continue // below 0: no log has such a size, and Open reads none
		}
		if err := a.compare(c); err != nil {
			return err
		}
		a.covered = c.Size
	}
	return nil
}

func (a *auditor) compare(c Checkpoint) error {
	fits := fold(a.journal) == c.Root
	if s := a.suspect; s != nil {
		a.suspect = nil
		switch {
		case fits:
			leaf := s.Position - 1
			return &MismatchError{
				Place: PlaceLog, Position: s.Position, Index: tlog.StoredHashIndex(0, leaf),
				Reason: "it is not the leaf of the entry, which the checkpoint confirms",
			}
		case fold(a.stored) == c.Root:
			s.Reason += ", which the checkpoint confirms"
		default:
			s.Reason += fmt.Sprintf("; neither gives the checkpoint of size %d", c.Size)
		}
		return s
	}
	if !fits {
		return &MismatchError{Place: PlaceCheckpoint, Size: c.Size, Reason: fmt.Sprintf("the entries from %d to %d do not give its root", a.covered+1, c.Size)}
	}
	return nil
}

func (a *auditor) end() error {
	switch {
	case a.log != nil && a.log.size > a.size:
		return a.fault(PlaceEnd, fmt.Sprintf("the journal ends; the log has %d entries", a.log.size))
	case len(a.signed) > 0 && a.signed[len(a.signed)-1].Size > a.size:
		return a.fault(PlaceEnd, fmt.Sprintf("the journal ends; a checkpoint of %d entries was signed", a.signed[len(a.signed)-1].Size))
	}
	return nil
}
