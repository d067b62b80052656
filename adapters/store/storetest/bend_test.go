package storetest_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

// work is a unit of work.
type work = func(context.Context, coordination.Tx) error

// bent is a store of which some methods are replaced; nil ones are passed on.
type bent struct {
	coordination.Store

	view   func(ctx context.Context, tenant string, fn work) error
	update func(ctx context.Context, tenant string, fn work) error
	seq    func(ctx context.Context, limit int) (int, error)
}

func (b *bent) View(ctx context.Context, tenant string, fn work) error {
	if b.view != nil {
		return b.view(ctx, tenant, fn)
	}
	return b.Store.View(ctx, tenant, fn)
}

func (b *bent) Update(ctx context.Context, tenant string, fn work) error {
	if b.update != nil {
		return b.update(ctx, tenant, fn)
	}
	return b.Store.Update(ctx, tenant, fn)
}

func (b *bent) Sequence(ctx context.Context, limit int) (int, error) {
	if b.seq != nil {
		return b.seq(ctx, limit)
	}
	return b.Store.Sequence(ctx, limit)
}

// unit is where a transaction belongs.
type unit struct {
	store    coordination.Store
	tenant   string
	readOnly bool
}

// fresh is a transaction that sees what is committed now. It is good for one
// read at once.
func (u unit) fresh() coordination.Tx {
	var got coordination.Tx
	_ = u.store.View(context.Background(), u.tenant, func(_ context.Context, tx coordination.Tx) error {
		got = tx
		return nil
	})
	return got
}

// bendTx replaces every transaction of a store.
func bendTx(change func(tx coordination.Tx, u unit) coordination.Tx) func(coordination.Store) coordination.Store {
	return func(s coordination.Store) coordination.Store {
		return &bent{
			Store: s,
			view: func(ctx context.Context, tenant string, fn work) error {
				return s.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					return fn(ctx, change(tx, unit{s, tenant, true}))
				})
			},
			update: func(ctx context.Context, tenant string, fn work) error {
				return s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					return fn(ctx, change(tx, unit{s, tenant, false}))
				})
			},
		}
	}
}

// bendUpdates replaces the transactions of units of work only.
func bendUpdates(change func(tx coordination.Tx, u unit) coordination.Tx) func(coordination.Store) coordination.Store {
	return bendTx(func(tx coordination.Tx, u unit) coordination.Tx {
		if u.readOnly {
			return tx
		}
		return change(tx, u)
	})
}

// errPasses is the error after which a retrying store runs a unit again.
var errPasses = errors.New("passes by itself")

// retrying gives memory what only SQL backends have: an error that passes by
// itself, and reopening, by remembering what was committed.
type retrying struct {
	coordination.Store

	rows atomic.Int64 // of whoever joins

	mu   sync.Mutex
	done []func(coordination.Store) error
}

func newRetrying(s coordination.Store) *retrying { return &retrying{Store: s} }

func (r *retrying) Update(ctx context.Context, tenant string, fn work) error {
	for {
		err := r.Store.Update(ctx, tenant, fn)
		if err == nil {
			r.mu.Lock()
			r.done = append(r.done, func(s coordination.Store) error { return s.Update(context.Background(), tenant, fn) })
			r.mu.Unlock()
		}
		if !errors.Is(err, errPasses) {
			return err
		}
	}
}

// memoryOf finds the store under the mutant.
func memoryOf(s coordination.Store) *retrying {
	for {
		switch x := s.(type) {
		case *retrying:
			return x
		case *bent:
			s = x.Store
		case *forgetful:
			s = x.Store
		}
	}
}

// forgetful is a store that has lost its last commit when it is opened again.
type forgetful struct{ coordination.Store }

func reopen(tb testing.TB, s coordination.Store) coordination.Store {
	tb.Helper()
	if _, forgets := s.(*forgetful); !forgets {
		return s
	}
	done := memoryOf(s).done
	next := newRetrying(memory.New())
	for _, redo := range done[:len(done)-1] {
		if err := redo(next); err != nil {
			tb.Fatal(err)
		}
	}
	return next
}

// join begins a transaction in a goroutine of its own that ends as its owner
// says, together with a row of the owner's.
func join(tb testing.TB, s coordination.Store, tenant string) storetest.Joined {
	tb.Helper()
	var (
		given  = make(chan coordination.Tx)
		end    = make(chan error)
		ended  = make(chan error, 1)
		staged int
		rows   = &memoryOf(s).rows
	)
	go func() {
		ended <- s.Update(context.WithoutCancel(tb.Context()), tenant, func(_ context.Context, tx coordination.Tx) error {
			given <- tx
			return <-end
		})
	}()
	return storetest.Joined{
		Tx: <-given,
		WriteRow: func(context.Context) error {
			staged++
			return nil
		},
		Commit: func() error {
			end <- nil
			err := <-ended
			if err == nil {
				rows.Add(int64(staged))
			}
			return err
		},
		Rollback: func() error {
			end <- errPlain
			if err := <-ended; !errors.Is(err, errPlain) {
				return err
			}
			return nil
		},
		Rows: func(context.Context) (int, error) { return int(rows.Load()), nil },
	}
}

var errPlain = errors.New("plain")
