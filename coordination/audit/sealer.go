package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Config is what a Sealer needs. Store and Key are mandatory.
type Config struct {
	Store coordination.Store

	// Key gives the key of a tenant's log. Each tenant has a log, and an origin,
	// of its own.
	Key func(tenant string) (Key, error)

	// Witnesses sign checkpoints beside the key of the log.
	Witnesses []note.Signer

	// Anchor keeps the newest checkpoint outside the store, so that a store that
	// was put back to an earlier state is found out before it signs another
	// history. Nil: nothing but the store remembers.
	Anchor Anchor

	// Timestamper has another clock confirm every checkpoint; nil: none does.
	Timestamper evidence.Timestamper

	// Blobs keeps the contents that were uploaded, for the audit; nil: the store has
	// all of them.
	Blobs archive.Blobs

	// Books are the books whose sheets the audit compares with their histories, and an erasure
	// makes anew from them; nil: coordination.Books(). Of others the audit knows how many events they have.
	Books []coordination.Book

	// Personal names the members of events that are sealed each by itself, so that
	// they can be erased later; nil: those that Personal gives. Of what was sealed
	// before they were named nothing but the actor can be erased.
	Personal func(room coordination.Room, kind string) []string

	Random io.Reader        // of salts; nil: crypto/rand
	Now    func() time.Time // nil: time.Now
}

// Anchor keeps the newest signed checkpoint of each tenant's log outside the store:
// a file on another disk, a page that is printed. Safe for concurrent use.
type Anchor interface {
	// LastCheckpoint gives what was kept last, nil if nothing was.
	LastCheckpoint(ctx context.Context, tenant string) (signed []byte, err error)
	// KeepCheckpoint keeps a checkpoint in place of an earlier one.
	KeepCheckpoint(ctx context.Context, tenant string, signed []byte) error
}

// Sealer takes the entries of journals into logs that it keeps in the store
// itself, signs checkpoints of them and proves entries. It is safe for
// concurrent use, also with others like it over the same store, and starts no
// goroutine.
type Sealer struct{ cfg Config }

// New checks the configuration and returns a sealer.
func New(cfg Config) (*Sealer, error) {
	if cfg.Store == nil || cfg.Key == nil {
		return nil, fmt.Errorf("%w: a sealer needs Store and Key", coordination.ErrInvalid)
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Personal == nil {
		cfg.Personal = Personal
	}
	if cfg.Books == nil {
		cfg.Books = coordination.Books()
	}
	return &Sealer{cfg: cfg}, nil
}

// Head is the state of a tenant's log.
type Head struct {
	Size   int64         // entries that were taken in
	Root   evidence.Hash // over them
	Signed int64         // of them, how many the newest checkpoint covers
}

// tries is how often a unit of work is begun again that lost to another sealer.
const tries = 8

// perUnit is how many entries Seal takes in in one unit of work, about: units end
// where a block does, so that each block is written once.
const perUnit = 8 * perBlock

// sequence gives every committed entry its position.
func (s *Sealer) sequence(ctx context.Context) error {
	for n := coordination.MaxLimit; n == coordination.MaxLimit; {
		var err error
		if n, err = s.cfg.Store.Sequence(ctx, coordination.MaxLimit); err != nil {
			return err
		}
	}
	return nil
}

// Seal takes the entries of a tenant's journal that its log does not have into
// it, in units of work of some thousand entries: broken off
// anywhere it goes on where it was. Of several sealers at work each entry is
// taken in by exactly one.
func (s *Sealer) Seal(ctx context.Context, tenant string) (Head, error) {
	for lost := 0; ; {
		if err := s.sequence(ctx); err != nil {
			return Head{}, err
		}
		var (
			head Head
			all  bool
		)
		err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			w, err := openLog(ctx, tx)
			if err != nil {
				return err
			}
			want := perUnit - int(w.edge.Size()%perBlock)
			n, err := s.seal(ctx, tx, w, want)
			head, all = w.head(), n < want
			return err
		})
		switch {
		case errors.Is(err, register.ErrConflict) && lost < tries:
			lost++
		case err != nil:
			return Head{}, err
		case all:
			return head, nil
		}
	}
}

// SealTx takes up to coordination.MaxLimit sequenced entries in inside the
// caller's transaction, and says how many there were. Fewer than that are all
// there were.
func (s *Sealer) SealTx(ctx context.Context, tx coordination.Tx) (int, Head, error) {
	w, err := openLog(ctx, tx)
	if err != nil {
		return 0, Head{}, err
	}
	n, err := s.seal(ctx, tx, w, coordination.MaxLimit)
	if err != nil {
		return 0, Head{}, err
	}
	return n, w.head(), nil
}

// seal takes up to so many entries in, and says how many there were.
func (s *Sealer) seal(ctx context.Context, tx coordination.Tx, w *writing, want int) (n int, err error) {
	for n < want {
		limit := min(want-n, coordination.MaxLimit)
		page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: w.edge.Size(), Limit: limit})
		if err != nil {
			return 0, err
		}
		if err := s.take(w, page); err != nil {
			return 0, err
		}
		n += len(page)
		if len(page) < limit {
			break // there are no more
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, w.store(ctx, tx)
}

// take seals entries, each with salts of its own.
func (s *Sealer) take(w *writing, page []coordination.Entry) error {
	salts := make([]byte, 64*len(page))
	if _, err := io.ReadFull(s.cfg.Random, salts); err != nil {
		return fmt.Errorf("audit: salt: %w", err)
	}
	wanted := make(map[[2]string]func(pointer, member []byte) bool) // by room and kind
	var at scanner
	for i := range page {
		if want := w.edge.Size() + 1; page[i].Position != want {
			return &evidence.MismatchError{Place: evidence.PlaceOrder, Position: want, Reason: fmt.Sprintf("entry %d came instead", page[i].Position)}
		}
		actor, data := pairOf[evidence.Salt](salts[64*i:])
		e := page[i]
		kind := [2]string{string(e.Room), e.Kind}
		if wanted[kind] == nil {
			wanted[kind] = named(s.cfg.Personal(e.Room, e.Kind))
		}
		var (
			parts []sealedPart
			err   error
		)
		if e.Data, parts, err = s.parts(&at, e.Data, wanted[kind]); err != nil {
			return err
		}
		sealed := leaf(&e, actor, data)
		if err := w.append(&sealed, actor, data, parts); err != nil {
			return err
		}
	}
	return nil
}

// parts seals the personal parts of the data of an entry with fresh salts: it gives
// the data in the form that withParts gives again, and the parts. Data that is no JSON,
// which no room writes, has none.
func (s *Sealer) parts(by *scanner, data []byte, wanted func(pointer, member []byte) bool) ([]byte, []sealedPart, error) {
	at, err := by.spans(data, wanted)
	if err != nil || len(at) == 0 {
		return data, nil, nil //nolint:nilerr // it is sealed as a whole
	}
	const size = len(evidence.Salt{})
	salts := make([]byte, size*len(at))
	if _, err := io.ReadFull(s.cfg.Random, salts); err != nil {
		return nil, nil, fmt.Errorf("audit: salt: %w", err)
	}
	out := make([]sealedPart, len(at))
	for i := range at {
		out[i] = sealedPart{Name: at[i].name, Salt: salts[i*size : (i+1)*size : (i+1)*size]}
	}
	return replaced(data, at, func(i int) (string, bool) {
		return evidence.Close(evidence.Salt(out[i].Salt), data[at[i].from:at[i].to]).Erased(), true
	}), out, nil
}

// Head gives the state of a tenant's log as it is kept; that of a log that was
// never sealed has size 0.
func (s *Sealer) Head(ctx context.Context, tenant string) (Head, error) {
	var head Head
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		w, err := openLog(ctx, tx)
		if err == nil {
			head = w.head()
		}
		return err
	})
	return head, err
}
