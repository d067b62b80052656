package planning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
)

// Config is what a Service needs. Only Store and Now are mandatory.
type Config struct {
	Store register.Store
	Now   func() time.Time
	// Keep is how many positions, teams and answers are kept in memory, and of
	// compiled plans four times as many; 0 is 16. An answer that is worked out goes
	// through all plans that want material: where they are more it reads them again.
	Keep int
}

// Service plans on what is kept. It is safe for concurrent use and starts no
// goroutine that outlives a call.
type Service struct {
	cfg  Config
	kept *memory
}

// New checks the configuration.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Now == nil {
		return nil, fmt.Errorf("%w: planning needs a store and a clock", schedule.ErrInvalid)
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 16
	}
	return &Service{cfg: cfg, kept: newMemory(cfg.Keep)}, nil
}

// now is the time of a command, as it is stored.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// update runs a command as a unit of work of its own.
func update[T any](ctx context.Context, s *Service, tenant string, fn func(context.Context, register.Tx) (T, error)) (T, error) {
	var out T
	err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		var err error
		out, err = fn(ctx, tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// view reads one state of affairs.
func view[T any](ctx context.Context, s *Service, tenant string, fn func(context.Context, register.Tx) (T, error)) (T, error) {
	var out T
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		var err error
		out, err = fn(ctx, tx)
		return err
	})
	return out, err
}

// Stamp is who gives a command and when.
type Stamp struct {
	By string
	At time.Time
}

// Stamp makes a stamp for commands inside the caller's transaction: it reads the
// clock once, before a unit of work that may run more than once.
func (s *Service) Stamp(by string) Stamp { return Stamp{By: by, At: s.now()} }

func (x Stamp) check() error {
	if x.By == "" {
		return &schedule.ValidationError{Fields: []schedule.Field{{Pointer: "", Code: "required", Text: "a command says who gives it"}}}
	}
	return nil
}

// event is an event of a sheet with data as JSON.
func (x Stamp) event(kind string, data any) (register.Event, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return register.Event{}, fmt.Errorf("planning: event %s: %w", kind, err)
	}
	return register.Event{Kind: kind, At: x.At, Actor: x.By, Data: b}, nil
}

// find reads a row that may be missing: then it has revision 0.
func find[T any](ctx context.Context, tx register.Tx, r register.Register[T], id string) (register.Row[T], error) {
	row, err := r.Get(ctx, tx, id)
	if errors.Is(err, register.ErrNotFound) {
		return register.Row[T]{ID: id}, nil
	}
	return row, err
}

// Absent is the revision of what was seen not to be there yet.
const Absent int64 = -2

// seen refuses a row that is not at the revision that was seen; 0 is any.
func seen[T any](row *register.Row[T], book string, rev int64) error {
	if rev != 0 && rev != row.Rev && (rev != Absent || row.Rev != 0) {
		return fmt.Errorf("%w: %s %q is at revision %d, not %d; read it again", register.ErrConflict, book, row.ID, row.Rev, rev)
	}
	return nil
}

// all lists everything that a query matches.
func all[T any](ctx context.Context, tx register.Tx, r register.Register[T], q register.Query) ([]register.Row[T], error) {
	var out []register.Row[T]
	q.Limit = register.MaxLimit
	for {
		page, next, err := r.List(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if next == "" {
			return out, nil
		}
		q.After = next
	}
}
