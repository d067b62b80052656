package planning

import (
	"context"
	"sync"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// memory keeps compiled things by the revision they were made of. Only what a
// View has read is put into it: what an Update reads may never be committed.
type memory struct {
	mu        sync.Mutex
	networks  recent[planKey, *schedule.Network]
	positions recent[string, materials]
	teams     recent[string, crew]
	answers   recent[planKey, *answer]
}

// planKey names a plan of a tenant.
type planKey struct{ tenant, plan string }

// materials are the book of a tenant, compiled.
type materials struct {
	book     *supply.Book
	position *supply.Position
}

// crew is the roster of a tenant, compiled.
type crew struct {
	roster *staff.Roster
	team   *staff.Team
}

// answer is a readiness with what it was worked out from.
type answer struct {
	readiness     *schedule.Readiness
	asOf          time.Time
	plan          int64
	supply, staff int64
	others        string // the other plans, with their revisions
	materials     materials
	crew          crew
}

func newMemory(size int) *memory {
	return &memory{
		networks:  recent[planKey, *schedule.Network]{size: 4 * size},
		positions: recent[string, materials]{size: size},
		teams:     recent[string, crew]{size: size},
		answers:   recent[planKey, *answer]{size: size},
	}
}

// recent keeps the last values that were used, each at a revision.
type recent[K comparable, V any] struct {
	size  int
	clock int64
	held  map[K]entry[V]
}

type entry[V any] struct {
	rev   int64
	used  int64
	value V
}

func (r *recent[K, V]) get(k K, rev int64) (V, bool) {
	e, ok := r.held[k]
	if !ok || e.rev != rev {
		var none V
		return none, false
	}
	r.clock++
	e.used = r.clock
	r.held[k] = e
	return e.value, true
}

func (r *recent[K, V]) put(k K, rev int64, v V) {
	if r.held == nil {
		r.held = make(map[K]entry[V])
	}
	if e, ok := r.held[k]; ok && e.rev > rev {
		return // an older snapshot came later
	}
	r.clock++
	r.held[k] = entry[V]{rev, r.clock, v}
	if len(r.held) <= r.size {
		return
	}
	var oldest K
	least := r.clock + 1
	for x, e := range r.held {
		if e.used < least {
			oldest, least = x, e.used
		}
	}
	delete(r.held, oldest)
}

// through gets a value of a revision from memory, or makes it and keeps it.
func through[K comparable, V any](m *memory, r *recent[K, V], k K, rev int64, mk func() (V, error)) (V, error) {
	m.mu.Lock()
	v, ok := r.get(k, rev)
	m.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := mk()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	r.put(k, rev, v)
	m.mu.Unlock()
	return v, nil
}

// network returns a plan compiled, inside a View.
func (s *Service) network(ctx context.Context, tx register.Tx, tenant, plan string) (*schedule.Network, error) {
	row, err := headBook().Get(ctx, tx, plan)
	if err != nil {
		return nil, err
	}
	return s.networkOf(ctx, tx, tenant, &row)
}

// networkOf is network for a plan whose head is read already.
func (s *Service) networkOf(ctx context.Context, tx register.Tx, tenant string, row *register.Row[head]) (*schedule.Network, error) {
	return through(s.kept, &s.kept.networks, planKey{tenant, row.ID}, row.Rev, func() (*schedule.Network, error) {
		p, err := loadPlan(ctx, tx, row)
		if err != nil {
			return nil, err
		}
		return schedule.Compile(p)
	})
}

// materials returns what is known of materials, inside a View.
func (s *Service) materials(ctx context.Context, tx register.Tx, tenant string) (materials, int64, error) {
	row, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return materials{}, 0, err
	}
	m, err := through(s.kept, &s.kept.positions, tenant, row.Rev, func() (materials, error) {
		b, err := loadBook(ctx, tx, &row.Value)
		if err != nil {
			return materials{}, err
		}
		p, err := supply.Compile(b)
		return materials{b, p}, err
	})
	return m, row.Rev, err
}

// crew returns what is known of people, inside a View.
func (s *Service) crew(ctx context.Context, tx register.Tx, tenant string) (crew, int64, error) {
	row, err := guard(ctx, tx, staffBook(), guardStaff)
	if err != nil {
		return crew{}, 0, err
	}
	c, err := through(s.kept, &s.kept.teams, tenant, row.Rev, func() (crew, error) {
		r, err := loadRoster(ctx, tx, &row.Value)
		if err != nil {
			return crew{}, err
		}
		t, err := staff.Compile(r)
		return crew{r, t}, err
	})
	return c, row.Rev, err
}
