// Package faultstore wraps a store so that it fails once, at a chosen moment: to
// see that a unit of work happens wholly or not at all, and can be tried again.
package faultstore

import (
	"context"
	"errors"
	"sync"

	"github.com/coordkit/coordkit/coordination"
)

// ErrFault is the error of every planned failure.
var ErrFault = errors.New("faultstore: planned fault")

// Moment says when a store fails.
type Moment int

// The moments.
const (
	Never        Moment = iota
	BeforeCall          // instead of a call
	AfterCall           // after a call has had its effect
	BeforeCommit        // after fn has ended well: nothing is stored
	AfterCommit         // everything is stored, but the caller does not learn it
)

// Plan is one failure. Call counts the calls on transactions from 1 and matters
// for BeforeCall and AfterCall only.
type Plan struct {
	Moment Moment
	Call   int
}

// Store passes everything on to another store and fails once as planned. It is
// safe for concurrent use.
type Store struct {
	inner coordination.Store
	plan  Plan

	mu    sync.Mutex
	calls int
	done  bool // it has failed
}

var _ coordination.Store = (*Store)(nil)

// New wraps a store.
func New(inner coordination.Store, plan Plan) *Store { return &Store{inner: inner, plan: plan} }

// Calls is the number of calls on transactions so far.
func (s *Store) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// View of coordination.Store; only its calls fail.
func (s *Store) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return s.inner.View(ctx, tenant, func(ctx context.Context, inner coordination.Tx) error {
		return fn(ctx, &tx{store: s, inner: inner})
	})
}

// Update of coordination.Store.
func (s *Store) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	err := s.inner.Update(ctx, tenant, func(ctx context.Context, inner coordination.Tx) error {
		if err := fn(ctx, &tx{store: s, inner: inner}); err != nil {
			return err
		}
		return s.fail(BeforeCommit)
	})
	if err != nil {
		return err
	}
	return s.fail(AfterCommit)
}

// Sequence of coordination.Store; it does not fail.
func (s *Store) Sequence(ctx context.Context, limit int) (int, error) {
	return s.inner.Sequence(ctx, limit)
}

// fail is ErrFault if this is the planned moment of a commit.
func (s *Store) fail(moment Moment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done || s.plan.Moment != moment {
		return nil
	}
	s.done = true
	return ErrFault
}

// count counts a call and returns the moment at which it is to fail.
func (s *Store) count() Moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.done || s.calls != s.plan.Call || s.plan.Moment != BeforeCall && s.plan.Moment != AfterCall {
		return Never
	}
	s.done = true
	return s.plan.Moment
}
