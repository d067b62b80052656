package sqlstore

import (
	"context"
	"errors"
	"hash/fnv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// Tx is one transaction's view of one tenant. It is not safe for concurrent use.
type Tx struct {
	run     Runner
	dialect *Dialect
	tenant  string
	mode    Mode
	now     func() time.Time // of the entries it numbers itself

	known  map[key]standing // what this unit has read by id or written
	guards map[key]bool     // the locks it holds on what was not there
	unsent map[key]bool     // written since the last flush

	appended int64      // entries written to the journal
	end      journalEnd // of those, where one writer numbers them
}

var _ coordination.Tx = (*Tx)(nil)

// Mode is what a transaction is for.
type Mode int

// The modes.
const (
	View   Mode = iota // reads only
	Update             // one run of a unit of work
	Joined             // somebody else's transaction, who may roll back parts of it
)

// New returns the transaction of a tenant over a runner.
func New(run Runner, d *Dialect, tenant string, mode Mode) (*Tx, error) {
	if err := CheckTenant(tenant); err != nil {
		return nil, err
	}
	return &Tx{
		run: run, dialect: d, tenant: tenant, mode: mode, now: time.Now,
		known: make(map[key]standing), guards: make(map[key]bool), unsent: make(map[key]bool),
	}, nil
}

// CheckTenant refuses a tenant that has no name or one that cannot be stored.
func CheckTenant(tenant string) error {
	if tenant == "" || !storable(tenant) {
		return tenantError{}
	}
	return nil
}

// tenantError is an error of every room, because every room's store may be
// opened without a tenant.
type tenantError struct{}

func (tenantError) Error() string {
	return "coordination: invalid: the tenant is empty or no storable text: name it"
}

func (tenantError) Unwrap() []error {
	return []error{coordination.ErrInvalid, changereq.ErrInvalid, archive.ErrInvalid, notice.ErrInvalid, bundle.ErrInvalid, register.ErrInvalid}
}

// key names a thing within a tenant.
type key struct{ kind, id string }

const (
	kindRequest    = "change-request"
	kindItem       = "change-item"
	kindBundle     = "change-bundle"
	kindRecord     = "record"
	kindContent    = "content"
	kindReference  = "reference"
	kindObligation = "obligation"
	kindReply      = "reply"
	kindSheet      = "sheet"
)

// lock is the number under which a key is locked. Two keys with the same number
// only wait for each other.
func (t *Tx) lock(k key) int64 {
	h := fnv.New64a()
	for _, s := range []string{k.kind, t.tenant, k.id} {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	return int64(h.Sum64())
}

// standing is what is stored under an id: nothing where rev is 0.
type standing struct {
	rev, events int64
	index       index          // of a change request
	keys        []register.Key // of a sheet
}

// locks reports whether reads by id must lock to be still true at commit.
func (t *Tx) locks() bool { return t.mode != View && !t.dialect.OneWriter }

// writable refuses writes in a view.
func (t *Tx) writable() error {
	if t.mode == View {
		return coordination.ErrReadOnly
	}
	return nil
}

// find reads what stands under k. In a unit of work it is locked until the end;
// where nothing is, the id is locked and looked at again, since what somebody
// had inserted before is there only now.
func (t *Tx) find(ctx context.Context, k key, q lookup, scan func(Row) error, args ...any) (bool, error) {
	if !storable(k.id) {
		return false, nil
	}
	if t.unsent[k] {
		if err := t.flush(ctx); err != nil {
			return false, err
		}
	}
	query := q.plain
	if t.locks() {
		query = q.locking
	}
	args = append([]any{t.tenant}, args...)
	if t.dialect.OneWriter { // nothing is waited for, and to watch the context costs as much as the read
		if err := ctx.Err(); err != nil {
			return false, err
		}
		ctx = context.WithoutCancel(ctx)
	}
	found, err := t.one(ctx, query, args, scan)
	if found || err != nil || !t.guard(k) {
		return found, err
	}
	return t.one(ctx, query, args, scan)
}

// lookup is a read by id, as it is and locking what it finds.
type lookup struct{ plain, locking string }

// fixed reads what never changes once it is there.
func fixed(query string) lookup { return lookup{query, query} }

func (t *Tx) one(ctx context.Context, query string, args []any, scan func(Row) error) (bool, error) {
	found := false
	err := t.run.Query(ctx, query, args, func(row Row) error {
		found = true
		return scan(row)
	})
	return found, err
}

// guard locks an id under which nothing is; it reports whether that is news.
func (t *Tx) guard(k key) bool {
	if !t.locks() || t.guards[k] {
		return false
	}
	t.run.Lock(t.lock(k))
	t.guards[k] = t.mode != Joined // there a savepoint may take the lock away again
	return true
}

// stands returns what a write builds on. It is read unless this unit knows it;
// a creation that need not read only guards the id, and if something is there
// its insert will say so.
func (t *Tx) stands(k key, blind bool, read func() error) (standing, error) {
	if t.mode != Joined {
		if had, ok := t.known[k]; ok {
			return had, nil
		}
		if blind && !t.dialect.Snapshot {
			t.guard(k)
			return standing{}, nil
		}
	}
	if err := read(); err != nil {
		return standing{}, err
	}
	return t.known[k], nil
}

// unlessAbsent lets pass that nothing was found.
func unlessAbsent[T any](_ T, err error) error {
	for _, absent := range []error{
		changereq.ErrNotFound, archive.ErrNotFound, notice.ErrNotFound, coordination.ErrNotFound, bundle.ErrNotFound, register.ErrNotFound,
	} {
		if errors.Is(err, absent) {
			return nil
		}
	}
	return err
}

// write hands on a write to what stands under k.
func (t *Tx) write(ctx context.Context, k key, w Write) error {
	t.unsent[k] = true
	return t.run.Exec(ctx, w)
}

// flush sends what was kept back, so that lists see it.
func (t *Tx) flush(ctx context.Context) error {
	clear(t.unsent)
	return t.run.Flush(ctx)
}

// storable reports whether every engine keeps the text as it is.
func storable(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

func allStorable(texts ...string) bool {
	for _, s := range texts {
		if !storable(s) {
			return false
		}
	}
	return true
}

func exact(t time.Time) bool { return t.Location() == time.UTC && t.Nanosecond()%1000 == 0 }

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }
