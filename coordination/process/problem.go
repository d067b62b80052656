package process

import (
	"errors"
	"fmt"
	"io"
)

// ErrMalformed is the class of every error about the text of a log.
var ErrMalformed = errors.New("process: malformed log")

// Reason says what is wrong with a part of a log, in a word that programs may
// compare.
type Reason string

// What readers and the builder find.
const (
	ReasonNoCase         Reason = "no-case"          // the event names no case
	ReasonNoActivity     Reason = "no-activity"      // the event names no activity
	ReasonNoTime         Reason = "no-time"          // the event has no time, or an empty one
	ReasonBadTime        Reason = "bad-time"         // a time that is none of the accepted spellings
	ReasonNoZone         Reason = "no-zone"          // a time without an offset where no zone was declared
	ReasonZoneAssumed    Reason = "zone-assumed"     // a time without an offset was read in the declared zone
	ReasonStartAbsent    Reason = "start-absent"     // one start is empty in a log that has starts
	ReasonStartsAbsent   Reason = "starts-absent"    // the start column is empty throughout: a point log
	ReasonEndBeforeStart Reason = "end-before-start" // the start was moved to the end
	ReasonDuplicate      Reason = "duplicate"        // equal to an event before it in all that is kept; counted all the same
	ReasonEmptyCase      Reason = "empty-case"       // a case or object without events
	ReasonUnnamedCase    Reason = "unnamed-case"     // a trace without a name was named by its position
	ReasonCaseTwice      Reason = "case-twice"       // two traces of one name are one case
	ReasonEventTwice     Reason = "event-twice"      // two events of one id; both count
	ReasonKeyTwice       Reason = "key-twice"        // a key came twice; the first counts
	ReasonRagged         Reason = "ragged-row"       // a row has more or fewer fields than the header
	ReasonOpenQuote      Reason = "open-quote"       // a quote that does not close
	ReasonEncoding       Reason = "encoding"         // bytes that are not what the encoding says
	ReasonEntity         Reason = "entity"           // an entity reference that is kept as it was written
	ReasonValue          Reason = "bad-value"        // a value that is not of its declared type, kept as text
	ReasonObject         Reason = "unknown-object"   // a link to an object that is not in the log
	ReasonType           Reason = "unknown-type"     // a type that was not declared
	ReasonLine           Reason = "bad-line"         // a line that cannot be read at all
	ReasonTruncated      Reason = "truncated"        // the file ends in the middle
	ReasonDamaged        Reason = "damaged"          // the file cannot be read on
	ReasonLimit          Reason = "limit"            // larger than a stated limit
	ReasonRefused        Reason = "refused"          // something that no log needs and that is not read, such as DOCTYPE
)

// Effect says what became of the part that a problem is about.
type Effect uint8

// Kept means nothing was changed; Repaired that the event counts, after a
// change; Dropped that it does not count; Stopped that nothing after it was
// read.
const (
	Kept Effect = iota
	Repaired
	Dropped
	Stopped
)

// String gives the effect as a word.
func (e Effect) String() string {
	switch e {
	case Kept:
		return "kept"
	case Repaired:
		return "repaired"
	case Dropped:
		return "dropped"
	case Stopped:
		return "stopped"
	}
	return fmt.Sprintf("effect %d", uint8(e))
}

// Position is a place in a file. Line counts from 1, Offset (in the
// decompressed text) from 0; Line 0 means the file as a whole.
type Position struct {
	File   string
	Line   int
	Offset int64
}

// String gives file and line as editors understand them.
func (p Position) String() string {
	file := p.File
	if file == "" {
		file = "log"
	}
	if p.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, p.Line)
}

// Problem is something a reader met that is not as it should be. It is an
// error that unwraps to ErrMalformed; a reader returns it where it stopped, or
// in Strict mode.
type Problem struct { //nolint:errname // first of all a finding, and an error only where a reader stops
	Position
	Reason Reason
	Effect Effect
	Detail string // what stood there and what is expected
	Times  int    // how often, where one problem speaks for many; 0 means once
}

// Error gives place, effect and reason.
func (p *Problem) Error() string {
	return fmt.Sprintf("%v: %v: %s: %s", p.Position, p.Effect, p.Reason, p.Detail)
}

// Unwrap makes errors.Is(err, ErrMalformed) true, and lets a truncated file be
// found as io.ErrUnexpectedEOF.
func (p *Problem) Unwrap() []error {
	if p.Reason == ReasonTruncated {
		return []error{ErrMalformed, io.ErrUnexpectedEOF}
	}
	return []error{ErrMalformed}
}

// ListedProblems is how many problems of one kind a Report lists; all are
// counted.
const ListedProblems = 1000

// Tally is how often a problem came, with the first ListedProblems of them.
type Tally struct {
	Reason Reason
	Effect Effect
	Count  int
	First  []Problem
}

// Report counts what was kept, repaired and dropped, by reason. The zero value
// is ready to use.
type Report struct {
	tallies []Tally
}

// Add counts a problem.
func (r *Report) Add(p Problem) {
	t := r.tally(p.Reason, p.Effect)
	t.Count += max(1, p.Times)
	if len(t.First) < ListedProblems {
		t.First = append(t.First, p)
	}
}

// tally finds or makes the tally. There are few, so a search is quick.
func (r *Report) tally(reason Reason, effect Effect) *Tally {
	for i := range r.tallies {
		if t := &r.tallies[i]; t.Reason == reason && t.Effect == effect {
			return t
		}
	}
	r.tallies = append(r.tallies, Tally{Reason: reason, Effect: effect})
	return &r.tallies[len(r.tallies)-1]
}

// Tallies lists what was found, in the order in which each kind first came.
func (r *Report) Tallies() []Tally { return r.tallies }

// Count is the number of problems with an effect.
func (r *Report) Count(e Effect) int {
	n := 0
	for _, t := range r.tallies {
		if t.Effect == e {
			n += t.Count
		}
	}
	return n
}

// Of is the number of problems with a reason.
func (r *Report) Of(reason Reason) int {
	n := 0
	for _, t := range r.tallies {
		if t.Reason == reason {
			n += t.Count
		}
	}
	return n
}

// Merge adds another report to this one.
func (r *Report) Merge(other Report) {
	for _, t := range other.tallies {
		own := r.tally(t.Reason, t.Effect)
		own.Count += t.Count
		room := min(len(t.First), ListedProblems-len(own.First))
		own.First = append(own.First, t.First[:room]...)
	}
}
