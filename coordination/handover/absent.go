package handover

import (
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// The parts of an order that name something.
const (
	PartMatter    = "matter"
	PartContinues = "continues"
	PartSize      = "size"
)

// AbsentError says which part of an order names something that is not there, or that
// the reader may not know of, and what to do. It unwraps to archive.ErrNotFound, that of
// a checkpoint to coordination.ErrNotFound.
type AbsentError struct {
	Part string
	Text string
}

// Error names the part.
func (e *AbsentError) Error() string { return fmt.Sprintf("handover: %s: %s", e.Part, e.Text) }

// Unwrap gives the class of the error.
func (e *AbsentError) Unwrap() error {
	if e.Part == PartSize {
		return coordination.ErrNotFound
	}
	return archive.ErrNotFound
}

func absent(part, format string, args ...any) error {
	return &AbsentError{Part: part, Text: fmt.Sprintf(format, args...)}
}

// unsigned says of a checkpoint that is not there why.
func unsigned(err error, size int64) error {
	switch {
	case !errors.Is(err, coordination.ErrNotFound):
		return err
	case size == 0:
		return absent(PartSize, "no checkpoint of the journal was signed yet, and a dossier is drawn as of one: sign one first")
	}
	return absent(PartSize, "no checkpoint of %d entries was signed: take one that was, or the newest", size)
}
