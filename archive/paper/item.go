package paper

import (
	"time"

	"github.com/coordkit/coordkit/archive"
)

// The classes of error are those of the archive; test with errors.Is.
var (
	ErrInvalid  = archive.ErrInvalid
	ErrRefused  = archive.ErrRefused // see *archive.RefusedError
	ErrNotFound = archive.ErrNotFound
)

// Shelf names a place that holds items.
type Shelf string

// Item is a thing with a barcode.
type Item struct {
	Barcode   Barcode          `json:"barcode"`
	Title     string           `json:"title"`
	Kind      Kind             `json:"kind"`
	Record    archive.RecordID `json:"record,omitempty"` // the record it is, or is a copy of
	Copy      Copy             `json:"copy"`
	Pages     int              `json:"pages,omitempty"`
	Home      Shelf            `json:"home"`      // where it belongs
	At        Shelf            `json:"at"`        // where it was put; empty inside a container or on loan
	In        Barcode          `json:"in"`        // the container it is in; empty for none
	Custodian string           `json:"custodian"` // who answers for it
	Loan      *Loan            `json:"loan,omitempty"`
	Missing   time.Time        `json:"missing,omitzero"` // since when nobody knows where it is
	Twin      *Twin            `json:"twin,omitempty"`
	Gone      time.Time        `json:"gone,omitzero"` // destroyed or handed over; the barcode is never given again
}

// Kind says what an item is.
type Kind string

// The kinds. Only a container takes others in.
const (
	Document  Kind = "document"
	Container Kind = "container"
)

// Copy says what a document is in law.
type Copy string

// The kinds of copy.
const (
	Original  Copy = "original"
	Certified Copy = "certified"
	Plain     Copy = "copy"
)

// Loan is an item out of the house.
type Loan struct {
	To      string    `json:"to"`
	Purpose string    `json:"purpose"`
	Out     time.Time `json:"out"`
	Due     time.Time `json:"due"`
}

// Twin is the electronic record of the same, and who verified that.
type Twin struct {
	Record     archive.RecordID `json:"record"`
	Digest     archive.Digest   `json:"digest"`
	VerifiedBy string           `json:"verified_by"`
	VerifiedAt time.Time        `json:"verified_at"`
}

// Overdue reports whether an item should have come back. It is computed and
// never stored.
func (i *Item) Overdue(at time.Time) bool { return i.Loan != nil && at.After(i.Loan.Due) }
