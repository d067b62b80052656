package register

import "context"

// Tx is one transaction's view of one tenant's sheets. What an Update reads by
// id, absence included, is still true when it commits; lists are snapshots.
// Returned values share no memory with the store. Backends pass storetest.Run.
type Tx interface {
	// Sheet returns the sheet of a book with that id, or ErrNotFound.
	Sheet(ctx context.Context, book, id string) (Sheet, error)

	// SheetsOf returns those of the sheets of a book with these ids that there are, each
	// once, by ID ascending. An Update is held to all of them as by Sheet. More ids than
	// MaxLimit are ErrInvalid.
	SheetsOf(ctx context.Context, book string, ids []string) ([]Sheet, error)

	// Sheets returns a page of the sheets that match q, in the order of q; see
	// Query. next continues after the page and is empty at the end. A cursor of
	// another list is ErrInvalid, and so is what Query.Check refuses.
	Sheets(ctx context.Context, q Query) (page []Sheet, next string, err error)

	// PutSheet stores s with the events that led to it, all or nothing. Rev 0
	// creates; else Rev must be the stored one. Otherwise it is ErrConflict, from
	// this call or, for a creation, from Update, which then stores nothing. The
	// result has the new Rev, one higher. s.Events is the length of the history
	// with ev, which continues what is stored without a gap; else, and where
	// Sheet.Storable says so, it is ErrInvalid. Events are not required.
	PutSheet(ctx context.Context, s Sheet, ev ...Event) (Sheet, error)

	// SheetEvents returns a page of the events of a sheet with Seq above after, in
	// order of Seq. next is the Seq to go on after, 0 at the end.
	SheetEvents(ctx context.Context, book, id string, after int64, limit int) (page []Event, next int64, err error)

	// SheetHistories returns all events of several sheets of a book, by sheet and then by
	// Seq, both ascending. More sheets than MaxLimit, or more events than MaxEvents, are
	// ErrInvalid: SheetEvents reads those of one in pages.
	SheetHistories(ctx context.Context, book string, ids []string) ([]Event, error)
}

// Store opens transactions. View is a read-only snapshot in which writes fail;
// Update commits when fn returns nil and may run fn more than once. The empty
// tenant is ErrInvalid. Safe for concurrent use.
type Store interface {
	View(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
	Update(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
}
