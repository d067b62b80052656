package storetest

import (
	"context"
	"testing"

	"github.com/coordkit/coordkit/coordination"
)

// Config says how to come by a backend and what it can do.
type Config struct {
	// Open returns an empty store that lasts until the test ends. It is called
	// for every subtest, from several goroutines.
	Open func(testing.TB) coordination.Store

	// Reopen closes a store and opens again what it has kept. Nil if the
	// backend keeps nothing.
	Reopen func(testing.TB, coordination.Store) coordination.Store

	// Join begins a transaction that the caller owns, on the database of the
	// store. Nil if the backend cannot join one.
	Join func(testing.TB, coordination.Store, string) Joined

	// Transient is an error of the backend after which Update runs fn again.
	// Nil if it knows none.
	Transient error

	// Writers is how many goroutines write at once in JournalOrder; 0 is 8.
	Writers int

	// Skip maps a case, or case/subtest, to the reason for leaving it out.
	Skip map[string]string
}

// Joined is a transaction that the caller owns and a backend has joined for one
// tenant. It also writes a row of the caller's own.
type Joined struct {
	Tx       coordination.Tx
	WriteRow func(context.Context) error
	Commit   func() error
	Rollback func() error
	Rows     func(context.Context) (int, error) // committed rows of the caller's own, seen from outside
}

// Run proves a backend that open opens; see RunWith.
func Run(t *testing.T, open func(testing.TB) coordination.Store) {
	t.Helper()
	RunWith(t, Config{Open: open})
}

// RunWith runs every case, each subtest on a store of its own and in parallel.
func RunWith(t *testing.T, cfg Config) {
	t.Helper()
	if cfg.Writers == 0 {
		cfg.Writers = 8
	}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &harness{T: t, cfg: cfg, path: c.name}
			h.skipIfTold()
			c.run(h)
		})
	}
}

// contractCase is one part of the contract; run starts its subtests.
type contractCase struct {
	name string
	run  func(*harness)
}

func cases() []contractCase {
	return []contractCase{
		{"RoundTrip", roundTrip},
		{"ErrorIdentity", errorIdentity},
		{"CompareAndSet", compareAndSet},
		{"Rollback", rollback},
		{"Visibility", visibility},
		{"Tenants", tenants},
		{"Paging", paging},
		{"JournalAndDelivery", journalAndDelivery},
		{"JournalOrder", journalOrder},
		{"Concurrency", concurrency},
		{"Aliasing", aliasing},
		{"Durability", durability},
		{"Fault", fault},
		{"Model", model},
		{"Differential", differential},
	}
}

// harness is one subtest with its store.
type harness struct {
	*testing.T

	cfg   Config
	path  string
	store coordination.Store
}

// run starts a subtest on an empty store.
func (h *harness) run(name string, fn func(*harness)) {
	h.Run(name, func(t *testing.T) {
		t.Parallel()
		sub := &harness{T: t, cfg: h.cfg, path: h.path + "/" + name}
		sub.skipIfTold()
		sub.store = h.cfg.Open(t)
		fn(sub)
	})
}

func (h *harness) skipIfTold() {
	if reason, told := h.cfg.Skip[h.path]; told {
		h.Skip(reason)
	}
}
