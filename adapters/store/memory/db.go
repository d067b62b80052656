package memory

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// DB is a store in memory. It is safe for concurrent use and starts no
// goroutine.
type DB struct {
	mu      sync.RWMutex
	tenants map[string]*tenant
}

var _ coordination.Store = (*DB)(nil)

// New returns an empty store.
func New() *DB { return &DB{tenants: make(map[string]*tenant)} }

// optimistic is how often fn runs beside others before it gets the turn alone.
const optimistic = 3

// View runs fn on a read-only snapshot; see coordination.Store.
func (db *DB) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	if err := admissible(ctx, tenant); err != nil {
		return err
	}
	db.mu.RLock()
	t := db.tenants[tenant]
	db.mu.RUnlock()
	if t == nil {
		t = newTenant() // nothing was ever stored; looking creates nothing
	}
	x := t.begin(true)
	defer t.end(x)
	return fn(ctx, x)
}

// Update runs fn on a stage and commits it; see coordination.Store.
func (db *DB) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	if err := admissible(ctx, tenant); err != nil {
		return err
	}
	t := db.tenant(tenant)
	for range optimistic {
		if committed, err := t.attempt(ctx, fn); committed || err != nil {
			return err
		}
	}
	return t.alone(ctx, fn)
}

// Sequence has nothing to do: entries get their position when they are
// committed.
func (db *DB) Sequence(ctx context.Context, _ int) (int, error) { return 0, ctx.Err() }

func admissible(ctx context.Context, tenant string) error {
	if tenant == "" || !storable(tenant) {
		return fmt.Errorf("memory: the tenant is empty or no text: name one (%w, %w, %w, %w, %w, %w)",
			coordination.ErrInvalid, changereq.ErrInvalid, archive.ErrInvalid, notice.ErrInvalid, bundle.ErrInvalid, register.ErrInvalid)
	}
	return ctx.Err()
}

func (db *DB) tenant(name string) *tenant {
	db.mu.RLock()
	t := db.tenants[name]
	db.mu.RUnlock()
	if t != nil {
		return t
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if t = db.tenants[name]; t == nil {
		t = newTenant()
		db.tenants[name] = t
	}
	return t
}

// attempt runs fn beside others. It has not committed, without an error, if
// what fn looked at has changed meanwhile.
func (t *tenant) attempt(ctx context.Context, fn func(context.Context, coordination.Tx) error) (committed bool, err error) {
	x := t.begin(false)
	defer t.end(x)
	if err := fn(ctx, x); err != nil {
		return false, err
	}
	if err := t.takeTurn(ctx); err != nil {
		return false, err
	}
	defer t.passTurn()
	return t.commit(ctx, x)
}

// alone runs fn while nobody else commits, so that nothing it looks at changes.
func (t *tenant) alone(ctx context.Context, fn func(context.Context, coordination.Tx) error) error {
	if err := t.takeTurn(ctx); err != nil {
		return err
	}
	defer t.passTurn()
	x := t.begin(false)
	defer t.end(x)
	if err := fn(ctx, x); err != nil {
		return err
	}
	_, err := t.commit(ctx, x)
	return err
}

// takeTurn waits for the right to commit. Reading never waits for it.
func (t *tenant) takeTurn(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *tenant) passTurn() { <-t.turn }

// now is the clock that stamps journal entries, in Unix microseconds.
func now() int64 { return time.Now().UnixMicro() }
