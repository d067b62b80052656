package notice

import (
	"context"
	"fmt"
	"time"
)

// Tx is one transaction's view of one tenant's obligations. What an Update
// reads by id, absence included, is still true when it commits; lists are
// snapshots. Backends pass storetest.Run.
type Tx interface {
	// Obligation returns the obligation with that id, or ErrNotFound.
	Obligation(ctx context.Context, id string) (Obligation, error)

	// Obligations returns a page of the obligations that match q, oldest first:
	// by OwedAt, then by ID. next continues after the page and is empty at the
	// end. A cursor of other filters is ErrInvalid.
	Obligations(ctx context.Context, q Query) (page []Obligation, next string, err error)

	// PutObligation stores o with the events that led to it. Rev 0 creates; else
	// Rev must be the stored one. Otherwise it is ErrConflict, from this call
	// or, for a creation, from Update, which then stores nothing. The result
	// has the new Rev, one higher.
	PutObligation(ctx context.Context, o Obligation, ev ...Event) (Obligation, error)

	// ObligationEvents returns a page of the events of an obligation with Seq
	// above after, in order of Seq. next is the Seq to go on after, 0 at the end.
	ObligationEvents(ctx context.Context, id string, after int64, limit int) (page []Event, next int64, err error)

	// ClaimObligations hands out up to limit obligations that are Owed and not
	// claimed beyond now, oldest first, each to one claimer until that lease
	// ends. Claiming is no event and changes no Rev: whoever settles an
	// obligation ends the claim.
	ClaimObligations(ctx context.Context, now, until time.Time, limit int) ([]Obligation, error)
}

// Store opens transactions. View is a read-only snapshot in which writes fail;
// Update commits when fn returns nil and may run fn more than once. The empty
// tenant is ErrInvalid. Safe for concurrent use.
type Store interface {
	View(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
	Update(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
}

// Query filters a list of obligations; empty fields do not filter.
type Query struct {
	Recipient string
	State     State
	After     string
	Limit     int // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q Query) Filter() string { return fmt.Sprintf("obligations %q %q", q.Recipient, q.State) }

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
