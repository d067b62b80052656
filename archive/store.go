package archive

import (
	"context"
	"fmt"
	"time"
)

// Tx is one transaction's view of one tenant's archive. What an Update reads by
// id, absence included, is still true when it commits; lists are snapshots.
// Returned values share no memory with the store. Backends pass storetest.Run.
type Tx interface {
	Edging
	ContentKeeping

	// Record returns the record with that id, or ErrNotFound.
	Record(ctx context.Context, id RecordID) (Record, error)

	// RecordsOf returns those of the records with these ids that there are, each once, by
	// ID ascending. An Update is held to all of them as by Record. More ids than MaxLimit
	// are ErrInvalid.
	RecordsOf(ctx context.Context, ids []RecordID) ([]Record, error)

	// Records returns a page of the records that match q, newest filing first:
	// by Filed, then by ID, both descending. next continues after the page and
	// is empty at the end. A cursor of other filters is ErrInvalid.
	Records(ctx context.Context, q Query) (page []Record, next string, err error)

	// PutRecord stores r with the events that led to it. Rev 0 creates; else Rev
	// must be the stored one. Otherwise it is ErrConflict, from this call or,
	// for a creation, from Update, which then stores nothing. The result has
	// the new Rev, one higher.
	PutRecord(ctx context.Context, r Record, ev ...Event) (Record, error)

	// RecordEvents returns a page of the events of a record with Seq above
	// after, in order of Seq. next is the Seq to go on after, 0 at the end.
	RecordEvents(ctx context.Context, id RecordID, after int64, limit int) (page []Event, next int64, err error)

	// RecordHistories returns all events of several records, by record and then by Seq,
	// both ascending. More records than MaxLimit, or more events than MaxEvents, are
	// ErrInvalid: RecordEvents reads those of one in pages.
	RecordHistories(ctx context.Context, ids []RecordID) ([]Event, error)
}

// ContentKeeping is the part of a transaction about the bytes of contents.
type ContentKeeping interface {
	// PutContent keeps bytes under their digest, and reports whether they are new:
	// the same again change nothing and are not. Of several units that put the same
	// bytes one alone is told that they are new, unless they were dropped in between.
	PutContent(ctx context.Context, digest Digest, content []byte) (fresh bool, err error)

	// Content returns the bytes kept under a digest, or ErrNotFound.
	Content(ctx context.Context, digest Digest) ([]byte, error)

	// ContentsOf returns the bytes kept under several digests, each as by Content; a digest
	// under which nothing is kept is left out. They are all in memory at once, so ask
	// for as many as fit. More digests than MaxLimit are ErrInvalid.
	ContentsOf(ctx context.Context, digests []Digest) (map[Digest][]byte, error)

	// DropContent forgets the bytes kept under a digest, for good; what records say
	// of them stays. Where there are none nothing changes. Whether anybody else has
	// the same content is the caller's to know.
	DropContent(ctx context.Context, digest Digest) error
}

// Edging is the part of a transaction about references.
type Edging interface {
	// PutReference stores an edge. Another one with its source and id, which is the
	// same edge, changes nothing. That ids differ where sources do is the caller's to
	// see to, as NewReference does. Where rules rest on the edges at a record, those of
	// acyclic types, a list is held to: the edges that an Update finds at a record which
	// it has read by id before, absence included, are all of that type there when it
	// commits, whoever puts one.
	PutReference(ctx context.Context, ref Reference) error

	// RedactReference replaces reason and author of the edge with that id that leads
	// from source, for erasing what is personal; all else of it stays as it is. An
	// edge that is not there is ErrNotFound.
	RedactReference(ctx context.Context, source End, id, reason, author string) error

	// Reference returns the edge with that id that leads from source, as it is stored,
	// or ErrNotFound. Edges are kept with their source: an id alone finds none.
	Reference(ctx context.Context, source End, id string) (Reference, error)

	// OpenReference returns the edge with that id if one of its ends is a text, or
	// ErrNotFound.
	OpenReference(ctx context.Context, id string) (Reference, error)

	// References returns a page of the edges at an end, or of those with an
	// open end, by ID ascending. next continues after the page and is empty at the end.
	References(ctx context.Context, q ReferenceQuery) (page []Reference, next string, err error)

	// Edges returns all edges of some types at several records at once, each with
	// what is known of its other end, by record and then by ID, both ascending. More records than MaxEnds,
	// or more edges than MaxEdges, are ErrInvalid.
	Edges(ctx context.Context, q EdgeQuery) ([]Edge, error)
}

// Store opens transactions. View is a read-only snapshot in which writes fail;
// Update commits when fn returns nil and may run fn more than once. The empty
// tenant is ErrInvalid. Safe for concurrent use.
type Store interface {
	View(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
	Update(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
}

// Query filters a list of records; empty fields do not filter.
type Query struct {
	Kind    Kind
	Subject Ref
	Digest  Digest // of the content it was filed with; backends have no index for that and look at every row
	After   string
	Limit   int // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q Query) Filter() string {
	if q.Digest == "" {
		return fmt.Sprintf("records %q %q", q.Kind, q.Subject)
	}
	return fmt.Sprintf("records %q %q %q", q.Kind, q.Subject, q.Digest)
}

// ReferenceQuery names an end and the direction in which to look from it. A
// symmetric edge is stored with its ends in byte order, so whoever wants all of
// them looks in both directions. In the direction Open no end is named.
type ReferenceQuery struct {
	End       End
	Direction Direction
	After     string
	Limit     int
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q ReferenceQuery) Filter() string {
	return fmt.Sprintf("references %q %q %q", q.End.Kind, q.End.Value, q.Direction)
}

// EdgeQuery names records and the edges at them that are wanted.
type EdgeQuery struct {
	Records   []RecordID // at most MaxEnds; the same again is one
	Direction Direction
	Types     []ReferenceType // none: there are no edges
}

// The limits of Edges.
const (
	MaxEnds  = 500
	MaxEdges = 100_000
)

// Check reports, as ErrInvalid, a direction that there is not, and more records
// than MaxEnds. Every backend asks it.
func (q *EdgeQuery) Check() error {
	switch {
	case q.Direction != Outward && q.Direction != Inward:
		return fmt.Errorf("%w: direction is neither outward nor inward", ErrInvalid)
	case len(q.Records) > MaxEnds:
		return fmt.Errorf("%w: %d records are more than %d: ask for some at a time", ErrInvalid, len(q.Records), MaxEnds)
	}
	return nil
}

// TooMany is the error of a backend that finds more than MaxEdges.
func (q *EdgeQuery) TooMany() error {
	return fmt.Errorf("%w: there are more than %d edges at the records: ask for fewer of them, or for pages with References", ErrInvalid, MaxEdges)
}

// Edge is a reference with what is known of the end that was not asked for.
type Edge struct {
	Reference

	Held  bool      // it is a record that is held
	Dated time.Time // that record's own date
}

// Direction is where a reference leads, seen from an end.
type Direction string

// The directions.
const (
	Outward Direction = "outward" // the end is the source
	Inward  Direction = "inward"  // the end is the target
	Open    Direction = "open"    // either end is a text that nobody has resolved
)

// The sizes of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// MaxEvents is how many events RecordHistories gives.
const MaxEvents = 10_000

// CheckSeveral reports, as ErrInvalid, that more than MaxLimit things are asked for at
// once. Every backend asks it.
func CheckSeveral(n int) error {
	if n > MaxLimit {
		return fmt.Errorf("%w: %d are more than %d at once: ask for some at a time", ErrInvalid, n, MaxLimit)
	}
	return nil
}

// CheckHistories is the error of a backend that finds more than MaxEvents.
func CheckHistories(events int) error {
	if events > MaxEvents {
		return fmt.Errorf("%w: the records have more than %d events: ask for fewer of them, or for pages with RecordEvents", ErrInvalid, MaxEvents)
	}
	return nil
}

// ClampLimit returns the page size that a limit asks for.
func ClampLimit(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}
