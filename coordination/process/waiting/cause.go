package waiting

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process"
)

// Cause is why an instance waits.
type Cause uint8

// The causes, in the order in which they claim time.
const (
	Batching Cause = iota
	Contention
	Prioritisation
	Unavailability
	Extraneous
	Causes // how many there are
)

// String gives the cause as a word.
func (c Cause) String() string {
	names := [...]string{"batching", "contention", "prioritisation", "unavailability", "extraneous"}
	if int(c) >= len(names) {
		return fmt.Sprintf("cause %d", uint8(c))
	}
	return names[c]
}

// Shares are microseconds by cause.
type Shares [Causes]int64

// Total is the sum of the shares.
func (s Shares) Total() int64 {
	sum := int64(0)
	for _, v := range s {
		sum += v
	}
	return sum
}

func (s *Shares) add(t Shares) {
	for i, v := range t {
		s[i] += v
	}
}

// Wait is the wait of one activity instance.
type Wait struct {
	Event   process.Event // what waited
	Before  process.Event // the instance whose end enabled it
	First   bool          // nothing came before: enabled at its start, so it did not wait
	Enabled int64
	Start   int64

	Shares   Shares // exclusive; their total is Start − Enabled
	Sure     Shares // while nothing else was true
	Possible Shares // while it was true, whatever else was

	Batch        int  // number of its batch from 1, or 0
	NoResource   bool // no resource is known, so all of the wait is extraneous
	UnknownStart bool // the start is not known: the window runs to the end and nothing is sure
	Rework       bool // the case had done the activity before
	HandOff      bool // another resource came before
}

// Kind is how the members of a batch were done.
type Kind uint8

// The kinds of batches.
const (
	Chained     Kind = iota // one after the other
	SameStart               // begun together
	SameEnd                 // ended together
	Together                // both
	Overlapping             // none of these
)

// String gives the kind as a word.
func (k Kind) String() string {
	names := [...]string{"chained", "same start", "same end", "together", "overlapping"}
	if int(k) >= len(names) {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return names[k]
}

// Batch is a run of instances that were done together.
type Batch struct {
	Activity, Resource uint32
	Kind               Kind
	Size               int
	Ready              int64 // when its last member was enabled
	Start, End         int64
}

// Analysis is the result of Analyse.
type Analysis struct {
	Waits   []Wait // in the order of cases, and within a case of D1
	Batches []Batch
	Shares  Shares // of all waits
}
