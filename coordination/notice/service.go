package notice

import (
	"context"
	"fmt"
	"time"
)

// Service keeps the obligations. It is safe for concurrent use.
type Service struct {
	store Store
	now   func() time.Time
}

// New returns a service over a store and a clock.
func New(store Store, now func() time.Time) (*Service, error) {
	if store == nil || now == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a clock", ErrInvalid)
	}
	return &Service{store: store, now: now}, nil
}

// Owe begins an obligation in a transaction of its own; see OweTx.
func (s *Service) Owe(ctx context.Context, tenant, actor string, c Owe) (Obligation, error) {
	now := s.instant()
	var out Obligation
	err := s.store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = s.OweTx(ctx, tx, actor, now, c)
		return err
	})
	return out, err
}

// OweTx begins an obligation inside the caller's transaction. An id that is
// already owed is ErrConflict.
func (s *Service) OweTx(ctx context.Context, tx Tx, actor string, now time.Time, c Owe) (Obligation, error) {
	events, err := DecideOwe(c, actor, now)
	if err != nil {
		return Obligation{}, err
	}
	return tx.PutObligation(ctx, Fold(events), events...)
}

// Settle moves an obligation on in a transaction of its own; see DecideSettle.
func (s *Service) Settle(ctx context.Context, tenant, actor, id string, c Settle) (Obligation, error) {
	now := s.instant()
	var out Obligation
	err := s.store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = s.SettleTx(ctx, tx, actor, now, id, c)
		return err
	})
	return out, err
}

// SettleTx moves an obligation on inside the caller's transaction.
func (s *Service) SettleTx(ctx context.Context, tx Tx, actor string, now time.Time, id string, c Settle) (Obligation, error) {
	o, err := tx.Obligation(ctx, id)
	if err != nil {
		return Obligation{}, err
	}
	events, err := DecideSettle(o, c, actor, now)
	if err != nil || len(events) == 0 {
		return o, err
	}
	for _, ev := range events {
		o = Evolve(o, ev)
	}
	return tx.PutObligation(ctx, o, events...)
}

// Get returns one obligation, or ErrNotFound.
func (s *Service) Get(ctx context.Context, tenant, id string) (Obligation, error) {
	var out Obligation
	err := s.store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = tx.Obligation(ctx, id)
		return err
	})
	return out, err
}

// List returns a page of obligations, oldest first; see Tx.Obligations.
func (s *Service) List(ctx context.Context, tenant string, q Query) (page []Obligation, next string, err error) {
	err = s.store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = tx.Obligations(ctx, q)
		return err
	})
	return page, next, err
}

// Claim hands out owed notices to deliver, each to one claimer until the lease
// ends; see Tx.ClaimObligations.
func (s *Service) Claim(ctx context.Context, tenant string, lease time.Duration, limit int) ([]Obligation, error) {
	now := s.instant()
	var out []Obligation
	err := s.store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = tx.ClaimObligations(ctx, now, now.Add(lease), limit)
		return err
	})
	return out, err
}

func (s *Service) instant() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
