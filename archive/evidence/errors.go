package evidence

import (
	"errors"
	"fmt"
)

// The classes of error; test with errors.Is. The typed errors carry the data.
var (
	ErrInvalid  = errors.New("evidence: invalid")      // malformed: it can be judged without any log
	ErrMismatch = errors.New("evidence: does not fit") // well formed, and contradicted by a digest
	ErrFork     = errors.New("evidence: fork")         // two signed states of which neither continues the other
)

// Place names what part of the evidence does not fit.
type Place string

// The places.
const (
	PlaceEntry      Place = "entry"      // the journal entry at Position was changed
	PlaceOrder      Place = "order"      // an entry is missing, inserted or moved at Position
	PlaceTime       Place = "time"       // recorded time falls at Position
	PlaceLog        Place = "log"        // the stored hash of the log at Index was changed
	PlaceEnd        Place = "end"        // the journal or the log ends before Position
	PlaceCheckpoint Place = "checkpoint" // the root at Size is not the signed one
	PlaceOpening    Place = "opening"    // a value at Position does not open its seal
)

// MismatchError is the first place that does not fit. It unwraps to ErrMismatch.
type MismatchError struct {
	Place    Place
	Position int64 // of the entry, from 1; 0 if the place is none
	Index    int64 // of the stored hash, in the layout of tlog.StoredHashIndex; PlaceLog only
	Size     int64 // of the checkpoint; PlaceCheckpoint only
	Reason   string
}

// Error names the place and the reason.
func (e *MismatchError) Error() string {
	switch e.Place {
	case PlaceLog:
		return fmt.Sprintf("evidence: does not fit: stored hash %d: %s", e.Index, e.Reason)
	case PlaceCheckpoint:
		return fmt.Sprintf("evidence: does not fit: checkpoint of size %d: %s", e.Size, e.Reason)
	default:
		return fmt.Sprintf("evidence: does not fit: %s at position %d: %s", e.Place, e.Position, e.Reason)
	}
}

// Unwrap gives ErrMismatch.
func (*MismatchError) Unwrap() error { return ErrMismatch }
