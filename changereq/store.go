package changereq

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Tx is one transaction's view of one tenant's change requests. What an Update
// reads by id, absence included, is still true when it commits; lists are
// snapshots. Returned values share no memory with the store, and what is passed
// in may be changed afterwards. Backends pass storetest.Run.
type Tx interface {
	bundle.Tx

	// ChangeRequest returns the request with that id, or ErrNotFound.
	ChangeRequest(ctx context.Context, id ID) (Request, error)

	// ChangeRequests returns a page of the requests that match q, newest first:
	// by Opened, then by ID, both descending. next continues after the page and
	// is empty at the end. A cursor of other filters is ErrInvalid.
	ChangeRequests(ctx context.Context, q Query) (page []Request, next string, err error)

	// PutChangeRequest stores r with the events that led to it, all or nothing.
	// Rev 0 creates: an existing id is ErrConflict. Otherwise Rev must be the
	// stored one, else ErrConflict; an absent id is ErrConflict too. The result
	// has the new Rev, one higher. Events continue the stored history without
	// a gap. Text that is not valid UTF-8 or holds NUL, and times that are not
	// whole microseconds in UTC, are ErrInvalid. After ErrConflict or
	// ErrInvalid the transaction can go on.
	PutChangeRequest(ctx context.Context, r Request, ev ...Event) (Request, error)

	// ChangeRequestEvents returns a page of the events of a request with Seq
	// above after, in order of Seq. next is the Seq to go on after, 0 at the
	// end. A request that does not exist has no events.
	ChangeRequestEvents(ctx context.Context, id ID, after int64, limit int) (page []Event, next int64, err error)

	// NextChangeNumber counts a series up by one, from 1, without gaps: a number
	// taken by a transaction that does not commit is given again.
	NextChangeNumber(ctx context.Context, series string) (int64, error)

	// ChangeWindows returns a page of the requests whose Slot overlaps the window
	// of q, by the start of the slot, then by ID. next continues after the page
	// and is empty at the end. It reads no other requests, however many there
	// are. A cursor of another window is ErrInvalid.
	ChangeWindows(ctx context.Context, q WindowQuery) (page []Request, next string, err error)

	// ChangeRequestsDue returns requests with a Deadline of the kind, and in the
	// state if one is given, at or before q.Until, by that instant, then by ID,
	// from behind (q.AfterAt, q.AfterID). Fewer than the limit are the last.
	ChangeRequestsDue(ctx context.Context, q DueQuery) ([]Request, error)

	// LockChangeItems keeps every other Update that locks one of these items
	// waiting, or running again, until this one ends. It guards a rule over
	// the list of requests that affect an item.
	LockChangeItems(ctx context.Context, items ...ItemID) error
}

// Store opens transactions. View is a read-only snapshot in which writes fail;
// Update commits when fn returns nil and may run fn more than once, so fn has
// no other effect. The empty tenant is ErrInvalid. Safe for concurrent use.
type Store interface {
	View(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
	Update(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
}

// Query filters a list of requests; empty fields do not filter.
type Query struct {
	State     string
	Category  lifecycle.Category
	Applicant string
	Item      ItemID
	Text      string // every word of it stands in number, title or labels; see Terms
	After     string // next of the page before
	Limit     int    // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q Query) Filter() string {
	return fmt.Sprintf("change-requests %q %q %q %q %q", q.State, q.Category, q.Applicant, q.Item, q.Terms())
}

// WindowQuery asks for the requests that claim time in a window.
type WindowQuery struct {
	Window Window
	After  string // next of the page before
	Limit  int    // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q WindowQuery) Filter() string {
	return fmt.Sprintf("change-windows %d %d", q.Window.Start.UnixMicro(), q.Window.End.UnixMicro())
}

// DueQuery asks for the requests that have a deadline of a kind. The zero
// AfterAt is the beginning. An unknown kind finds nothing.
type DueQuery struct {
	Kind    DueKind
	State   string // of DueState only, and mandatory there
	AfterAt time.Time
	AfterID ID
	Until   time.Time
	Limit   int // at least 1; more than MaxLimit + 1 is MaxLimit + 1
}

// ClampDue returns the number of rows that a DueQuery asks for.
func ClampDue(limit int) int { return max(1, min(limit, MaxLimit+1)) }

// The sizes of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// ClampLimit returns the page size that a limit asks for.
func ClampLimit(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}
