package coordination

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// Tx is one transaction's view of one tenant over all rooms. Backends pass
// storetest.Run.
type Tx interface {
	changereq.Tx
	archive.Tx
	notice.Tx
	register.Tx

	// JournalEntries returns a page of the sequenced entries with Position above
	// q.After that match q, in order of Position. next is the position to go on
	// after: every entry up to it was looked at, so it can move on although the
	// page is empty. Entries appear at most once and never out of order; one
	// that is committed but not yet sequenced appears later. next equals
	// q.After when there is nothing newer.
	JournalEntries(ctx context.Context, q JournalQuery) (page []Entry, next int64, err error)

	// RedactEntry replaces what the entry at a position says of who acted and of what
	// was said, in the journal and in the history of its entity, for good: the one
	// way in which a stored event changes, for erasing what is personal. All else of
	// the entry stays, and the row of the entity is the caller's to put. A position
	// that JournalEntries does not give to this unit is ErrNotFound, data that is
	// none of the entry's kind ErrInvalid. Whoever reads a snapshot that was taken
	// before may still read it as it was.
	RedactEntry(ctx context.Context, position int64, actor string, data json.RawMessage) error

	// IdempotentReply returns what was answered under a principal's key, or
	// ErrNotFound.
	IdempotentReply(ctx context.Context, principal, key string) (Reply, error)

	// PutIdempotentReply keeps a reply. A reply that is already kept under the
	// key is ErrConflict, unless it has expired at r.Created: then it is replaced.
	PutIdempotentReply(ctx context.Context, r Reply) error

	// DropIdempotentReplies forgets up to limit replies that expired before that
	// time, by Expires, then Principal, then Key, and returns how many.
	DropIdempotentReplies(ctx context.Context, before time.Time, limit int) (int, error)
}

// Store opens transactions over all rooms.
//
// What an Update reads by id is still true when it commits, absence included; a
// list is a snapshot, and a rule over a list needs a lock on something read by
// id. fn may run more than once and has no other effect than on tx. View is a
// read-only snapshot: a write in it is ErrReadOnly. The empty tenant is
// ErrInvalid. If ctx ends before the commit, nothing is stored and the error is
// ctx.Err(). Safe for concurrent use, also a View inside an Update.
type Store interface {
	View(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error
	Update(ctx context.Context, tenant string, fn func(context.Context, Tx) error) error

	// Sequence gives positions to committed journal entries that have none, up
	// to limit of them over all tenants, and returns how many. One call at a
	// time does so; others return 0 at once. Positions of a tenant count from 1
	// without gaps, follow each entity's order, and never change.
	Sequence(ctx context.Context, limit int) (int, error)
}

// Misfiled is told that a row is found by what it does not say, or not by what it says. The
// entity is empty where it is not known which one.
type Misfiled func(room Room, entity, text string) error

// Indexed is a Tx of a store that keeps what its lists go by beside its rows: columns, words
// and keys.
type Indexed interface {
	// CheckIndex compares that with the rows, all of the tenant's. It is for audits, in a
	// View; the error is of reading, or the first of report.
	CheckIndex(ctx context.Context, report Misfiled) error
}

// Reply is what was answered to a command that a client may repeat.
type Reply struct {
	Principal string
	Key       string
	Operation string
	Digest    string // of the request body, so that a key is not used for another
	Status    int
	Header    string // JSON object
	Body      []byte
	Created   time.Time
	Expires   time.Time
}

// DropExpiredReplies forgets the kept replies of a tenant that have expired, and
// returns how many. A service calls it now and then; nothing else does.
func (d *Desk) DropExpiredReplies(ctx context.Context, tenant string) (int, error) {
	now := d.cfg.Now().UTC().Truncate(time.Microsecond)
	for total := 0; ; {
		dropped := 0
		err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
			var err error
			dropped, err = tx.DropIdempotentReplies(ctx, now, MaxLimit)
			return err
		})
		total += dropped
		if err != nil || dropped < MaxLimit {
			return total, err
		}
	}
}

// ChangeRequests narrows a store to change requests.
func ChangeRequests(s Store) changereq.Store {
	return narrow[changereq.Tx]{s, func(tx Tx) changereq.Tx { return tx }}
}

// Archive narrows a store to the archive. A record that is filed there, by an import
// say, is counted among those that have its content, as the desk counts its own: while
// it stands nobody destroys the bytes, and bytes that are just being destroyed are
// refused to it as *archive.RefusedError.
func Archive(s Store) archive.Store {
	return narrow[archive.Tx]{s, func(tx Tx) archive.Tx { return &counting{Tx: tx} }}
}

// Notices narrows a store to obligations.
func Notices(s Store) notice.Store {
	return narrow[notice.Tx]{s, func(tx Tx) notice.Tx { return tx }}
}

// Registers narrows a store to the sheets of the registers.
func Registers(s Store) register.Store {
	return narrow[register.Tx]{s, func(tx Tx) register.Tx { return tx }}
}

// narrow shows a wide store as the store of one room.
type narrow[T any] struct {
	store Store
	as    func(Tx) T
}

func (n narrow[T]) View(ctx context.Context, tenant string, fn func(context.Context, T) error) error {
	return n.store.View(ctx, tenant, func(ctx context.Context, tx Tx) error { return fn(ctx, n.as(tx)) })
}

func (n narrow[T]) Update(ctx context.Context, tenant string, fn func(context.Context, T) error) error {
	return n.store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error { return fn(ctx, n.as(tx)) })
}
