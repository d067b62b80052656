package bundle

import "context"

// Tx is one transaction's view of one tenant's bundles. What an Update reads by
// id, absence included, is still true when it commits; lists are snapshots.
// Returned values share no memory with the store. Backends pass storetest.Run.
type Tx interface {
	// ChangeBundle returns the bundle with that id, or ErrNotFound.
	ChangeBundle(ctx context.Context, id string) (Bundle, error)

	// ChangeBundles returns a page of the bundles, newest first: by Created, then
	// by ID, both descending. next continues after the page and is empty at the
	// end. A cursor of another list is ErrInvalid.
	ChangeBundles(ctx context.Context, q Query) (page []Bundle, next string, err error)

	// PutChangeBundle stores b with the events that led to it, all or nothing.
	// Rev 0 creates; else Rev must be the stored one. Otherwise it is ErrConflict,
	// from this call or, for a creation, from Update, which then stores nothing.
	// The result has the new Rev, one higher. Events continue the stored history
	// without a gap, else ErrInvalid.
	PutChangeBundle(ctx context.Context, b Bundle, ev ...Event) (Bundle, error)

	// ChangeBundleEvents returns a page of the events of a bundle with Seq above
	// after, in order of Seq. next is the Seq to go on after, 0 at the end.
	ChangeBundleEvents(ctx context.Context, id string, after int64, limit int) (page []Event, next int64, err error)
}

// Query asks for a page of the list of bundles.
type Query struct {
	After string // next of the page before
	Limit int    // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (Query) Filter() string { return "change-bundles" }

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
