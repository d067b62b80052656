package storetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// units replaces how units of work run.
func units(name string, update func(s coordination.Store) func(context.Context, string, work) error, kills ...string) mutant {
	return mutant{name, kills, func(s coordination.Store) coordination.Store { return &bent{Store: s, update: update(s)} }}
}

func errorMutants() []mutant {
	return slices.Concat(sentinelMutants(), poisonMutants(), []mutant{
		{"any tenant", []string{"ErrorIdentity/EmptyTenant"}, func(s coordination.Store) coordination.Store {
			named := func(tenant string) string { return max(tenant, " ") }
			return &bent{
				Store:  s,
				view:   func(ctx context.Context, tenant string, fn work) error { return s.View(ctx, named(tenant), fn) },
				update: func(ctx context.Context, tenant string, fn work) error { return s.Update(ctx, named(tenant), fn) },
			}
		}},
		{"words kept for ever", []string{"JournalAndDelivery/Redaction", "RoundTrip/RedactedReference"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return remembers{tx}
		})},
		{"content kept for ever", []string{"RoundTrip/DroppedContent"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return keeps{tx}
		})},
		units("deaf to the context", func(s coordination.Store) func(context.Context, string, work) error {
			return func(ctx context.Context, tenant string, fn work) error {
				return s.Update(context.WithoutCancel(ctx), tenant, fn)
			}
		}, "ErrorIdentity/EndedContext", "Rollback/Cancel", "Model/Units"),
		{"events numbered anew", []string{"ErrorIdentity/Gaps"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return lax{Tx: tx, anySeq: true}
		})},
		{
			"reply replaced",
			[]string{"ErrorIdentity/Replies", "ErrorIdentity/SwallowedConflict"},
			bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx { return lax{Tx: tx, anyReply: true} }),
		},
		{"the last edge wins", []string{"ErrorIdentity/SameAgain"}, func(s coordination.Store) coordination.Store {
			var last sync.Map
			return bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return lastEdge{tx, &last} })(s)
		}},
		{"drops all that expire", []string{"ErrorIdentity/ExpiredReplies"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return dropsAll{tx}
		})},
		{
			"numbers burnt",
			[]string{"ErrorIdentity/Numbers", "Concurrency/Numbers"},
			bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx { return burns{tx, u} }),
		},
	})
}

func sentinelMutants() []mutant {
	masked := func(fn func(context.Context, string, work) error) func(context.Context, string, work) error {
		return func(ctx context.Context, tenant string, work work) error {
			if err := fn(ctx, tenant, work); err != nil {
				return errors.New(err.Error()) //nolint:err113 // the bug
			}
			return nil
		}
	}
	return []mutant{
		{"plain error for a sentinel", []string{"ErrorIdentity/NotFound"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx {
			return plainAbsence{tx}
		})},
		{"no history is an error", []string{"ErrorIdentity/NoHistory"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx {
			return strictHistory{tx}
		})},
		units("own error masked", func(s coordination.Store) func(context.Context, string, work) error { return masked(s.Update) },
			"ErrorIdentity/OwnError"),
	}
}

type plainAbsence struct{ coordination.Tx }

func (p plainAbsence) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	o, err := p.Tx.Obligation(ctx, id)
	if errors.Is(err, notice.ErrNotFound) {
		err = errPlain
	}
	return o, err
}

type strictHistory struct{ coordination.Tx }

func (s strictHistory) RecordEvents(ctx context.Context, id archive.RecordID, after int64, limit int) ([]archive.Event, int64, error) {
	if _, err := s.Record(ctx, id); err != nil {
		return nil, 0, err
	}
	return s.Tx.RecordEvents(ctx, id, after, limit)
}

type lastEdge struct {
	coordination.Tx

	last *sync.Map
}

func (l lastEdge) PutReference(ctx context.Context, ref archive.Reference) error {
	l.last.Store(ref.ID, ref)
	return l.Tx.PutReference(ctx, ref)
}

func (l lastEdge) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	page, next, err := l.Tx.References(ctx, q)
	for i := range page {
		if ref, ok := l.last.Load(page[i].ID); ok {
			page[i], _ = ref.(archive.Reference)
		}
	}
	return page, next, err
}

type dropsAll struct{ coordination.Tx }

func (d dropsAll) DropIdempotentReplies(ctx context.Context, before time.Time, _ int) (int, error) {
	return d.Tx.DropIdempotentReplies(ctx, before, 1000)
}

type burns struct {
	coordination.Tx

	u unit
}

// NextChangeNumber takes the number in a unit of its own, like a sequence of a
// database.
func (b burns) NextChangeNumber(ctx context.Context, series string) (n int64, err error) {
	err = b.u.store.Update(ctx, b.u.tenant, func(ctx context.Context, tx coordination.Tx) error {
		n, err = tx.NextChangeNumber(ctx, series)
		return err
	})
	return n, err
}

// poisonMutants: an error that fn has dealt with fails the unit all the same.
func poisonMutants() []mutant {
	poisoned := func(class error) func(coordination.Store) coordination.Store {
		return func(s coordination.Store) coordination.Store {
			return &bent{Store: s, update: func(ctx context.Context, tenant string, fn work) error {
				return s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					p := &poison{Tx: tx, class: class}
					if err := fn(ctx, p); err != nil {
						return err
					}
					return p.err
				})
			}}
		}
	}
	return []mutant{
		{"conflict poisons", []string{"ErrorIdentity/SwallowedConflict"}, poisoned(changereq.ErrConflict)},
		{"absence poisons", []string{"ErrorIdentity/SwallowedNotFound"}, poisoned(changereq.ErrNotFound)},
		{"fault poisons", []string{"ErrorIdentity/SwallowedInvalid"}, poisoned(changereq.ErrInvalid)},
	}
}

type poison struct {
	coordination.Tx

	class, err error
}

func (p *poison) taste(err error) {
	if errors.Is(err, p.class) {
		p.err = errPlain
	}
}

func (p *poison) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	r, err := p.Tx.ChangeRequest(ctx, id)
	p.taste(err)
	return r, err
}

func (p *poison) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	out, err := p.Tx.PutChangeRequest(ctx, r, ev...)
	p.taste(err)
	return out, err
}

// rollbackMutants: what ends badly is stored all the same.
func rollbackMutants() []mutant {
	stored := func(when func(error) bool) func(s coordination.Store) func(context.Context, string, work) error {
		return func(s coordination.Store) func(context.Context, string, work) error {
			return func(ctx context.Context, tenant string, fn work) error {
				var own error
				err := s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					if own = fn(ctx, tx); own != nil && !when(own) {
						return own
					}
					return nil
				})
				return errors.Join(own, err)
			}
		}
	}
	return []mutant{
		units("error commits", stored(func(err error) bool { return err.Error() == "boom" }), "Rollback/Error"),
		units("the owner's rollback commits", stored(func(err error) bool { return errors.Is(err, errPlain) }), "Rollback/Joined"),
		units("one room outside the unit", roomOutside("PutObligation"), "Rollback/Error", "Rollback/Panic", "Fault/DeskDecide", "Fault/DeskSchedule", "Fault/DeskTell"),
		units("the file outside the unit", roomOutside("PutRecord"), "Rollback/Error", "Fault/ArchiveFile", "Fault/ArchiveRefer"),
		units("sheets outside the unit", roomOutside("PutSheet"), "Rollback/Error", "Fault/RegisterPut"),
		units("requests outside the unit", roomOutside("PutChangeRequest", "ChangeRequest", "NextChangeNumber"),
			"Rollback/Error", "Fault/ChangeRequestOpen", "Fault/ChangeRequestMove", "Fault/DeskOpen"),
		units("sheets outside the unit", roomOutside("PutSheet", "Sheet"),
			"Fault/DeskAnalyse", "Fault/DeskDefineMeasure", "Fault/DeskEngage", "Fault/DeskReport", "Fault/DeskFileObservation"),
		{"lock not given back", []string{"Rollback/Goexit", "Rollback/PanicInView"}, neverUnlocked},
	}
}

// roomOutside runs the units so that some methods work in a unit of their own,
// which is committed however the other one ends.
func roomOutside(methods ...string) func(coordination.Store) func(context.Context, string, work) error {
	return func(s coordination.Store) func(context.Context, string, work) error {
		return func(ctx context.Context, tenant string, fn work) error {
			var (
				inner    error
				panicked any
			)
			outer := s.Update(context.WithoutCancel(ctx), tenant, func(_ context.Context, outside coordination.Tx) error {
				defer func() { panicked = recover() }()
				inner = s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					return fn(ctx, divert(tx, func() coordination.Tx { return outside }, methods...))
				})
				return nil
			})
			if panicked != nil {
				panic(panicked)
			}
			return errors.Join(inner, outer)
		}
	}
}

// neverUnlocked holds a lock while a transaction runs and gives it back only
// where fn returns.
func neverUnlocked(s coordination.Store) coordination.Store {
	var mu sync.Mutex
	locked := func(run func(context.Context, string, work) error) func(context.Context, string, work) error {
		return func(ctx context.Context, tenant string, fn work) error {
			if !mu.TryLock() {
				return errPlain
			}
			err := run(ctx, tenant, fn)
			mu.Unlock()
			return err
		}
	}
	return &bent{Store: s, view: locked(s.View), update: locked(s.Update)}
}

func visibilityMutants() []mutant {
	unseen := func(methods ...string) func(coordination.Store) coordination.Store {
		return bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx { return divert(tx, u.fresh, methods...) })
	}
	return []mutant{
		{"own writes unseen by id", []string{"Visibility/OwnWritesByID"}, unseen(readsByID()...)},
		{
			"lists not flushed",
			[]string{"Visibility/OwnWritesInLists", "Visibility/OwnChangesInLists", "Visibility/OwnWritesInPages"},
			unseen(readsOfLists()...),
		},
		{"dirty reads", []string{"Visibility/Uncommitted"}, dirtyReads},
		{"view reads live", []string{"Visibility/ViewStandsStill", "Visibility/ViewInView"}, bendTx(func(tx coordination.Tx, u unit) coordination.Tx {
			if !u.readOnly {
				return tx
			}
			return router{func(string) coordination.Tx { return u.fresh() }}
		})},
		{"view writes", []string{"Visibility/ReadOnly"}, func(s coordination.Store) coordination.Store {
			return &bent{Store: s, view: s.Update}
		}},
	}
}

// dirty shows views what is put but not committed.
type dirty struct {
	coordination.Tx

	put *sync.Map
}

func dirtyReads(s coordination.Store) coordination.Store {
	var put sync.Map
	return bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return dirty{tx, &put} })(s)
}

func (d dirty) PutObligation(ctx context.Context, o notice.Obligation, ev ...notice.Event) (notice.Obligation, error) {
	out, err := d.Tx.PutObligation(ctx, o, ev...)
	if err == nil {
		d.put.Store(o.ID, out)
	}
	return out, err
}

func (d dirty) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	if put, ok := d.put.Load(id); ok {
		o, _ := put.(notice.Obligation)
		return o, nil
	}
	return d.Tx.Obligation(ctx, id)
}

// concurrencyMutants do not hold what they have read.
func concurrencyMutants() []mutant {
	unheld := bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx { return divert(tx, u.fresh, readsByID()...) })
	kills := []string{"Concurrency/WriteSkew", "Concurrency/WriteSkewOfSeveral", "Concurrency/Replies", "Concurrency/Circle", "Concurrency/Edges"}
	for _, kind := range []string{"ChangeRequest", "Bundle", "Record", "Records", "Reference", "Content", "Contents", "Obligation", "Sheet", "Sheets", "Reply"} {
		kills = append(kills, "Concurrency/Absence"+kind)
	}
	return []mutant{
		{"reads by id not held", kills[:2], unheld},
		{"absence not held", kills[3:], unheld},
		{"merge of stale snapshots", []string{"Concurrency/LostUpdate"}, bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx {
			return lax{Tx: divert(tx, u.fresh, "ChangeRequest"), anyRev: true}
		})},
		{"replies not looked up", kills[2:3], bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return lax{Tx: forgets{tx}, anyReply: true}
		})},
		{"guard not read", []string{"Concurrency/GuardedList"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx { return unguarded{tx} })},
		{"children read later", []string{"Concurrency/History"}, bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx {
			return divert(tx, u.fresh, "ChangeRequestEvents")
		})},
		{"every content is new", []string{"Concurrency/NewContent"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx { return allNew{tx} })},
		{"locks in the order of reading", []string{"Concurrency/LockOrder"}, lockingInOrder},
		units("transient error comes out", func(s coordination.Store) func(context.Context, string, work) error {
			return memoryOf(s).Store.Update
		}, "Concurrency/Transient"),
		units("every error runs again", func(s coordination.Store) func(context.Context, string, work) error {
			return func(ctx context.Context, tenant string, fn work) error {
				err := s.Update(ctx, tenant, fn)
				if err != nil {
					err = s.Update(ctx, tenant, fn)
				}
				return err
			}
		}, "Concurrency/Plain"),
	}
}

type forgets struct{ coordination.Tx }

func (forgets) IdempotentReply(context.Context, string, string) (coordination.Reply, error) {
	return coordination.Reply{}, coordination.ErrNotFound
}

type unguarded struct{ coordination.Tx }

func (unguarded) LockChangeItems(context.Context, ...changereq.ItemID) error { return nil }

// lockingInOrder locks requests as they are read, until the unit ends. Instead
// of standing still for ever it gives up after a while.
func lockingInOrder(s coordination.Store) coordination.Store {
	var locks sync.Map
	return &bent{Store: s, update: func(ctx context.Context, tenant string, fn work) error {
		var held []*sync.Mutex
		defer func() {
			for _, mu := range held {
				mu.Unlock()
			}
		}()
		return s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			return fn(ctx, lockedReads{tx, func(id changereq.ID) error {
				lock, _ := locks.LoadOrStore(id, new(sync.Mutex))
				mu, _ := lock.(*sync.Mutex)
				if slices.Contains(held, mu) {
					return nil
				}
				for range 10_000 {
					if mu.TryLock() {
						held = append(held, mu)
						return nil
					}
					runtime.Gosched()
				}
				return errPlain
			}})
		})
	}}
}

type lockedReads struct {
	coordination.Tx

	lock func(changereq.ID) error
}

func (l lockedReads) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	if err := l.lock(id); err != nil {
		return changereq.Request{}, err
	}
	return l.Tx.ChangeRequest(ctx, id)
}

// remembers what an entry said.
type remembers struct{ coordination.Tx }

func (r remembers) RedactEntry(ctx context.Context, position int64, actor string, _ json.RawMessage) error {
	page, _, err := r.JournalEntries(ctx, coordination.JournalQuery{After: position - 1, Limit: 1})
	if err != nil || len(page) == 0 {
		return errors.Join(err, coordination.ErrNotFound)
	}
	return r.Tx.RedactEntry(ctx, position, actor, page[0].Data)
}

func (remembers) RedactReference(context.Context, archive.End, string, string, string) error {
	return nil
}

// keeps forgets no content.
type keeps struct{ coordination.Tx }

func (keeps) DropContent(context.Context, archive.Digest) error { return nil }

// allNew calls every content new.
type allNew struct{ coordination.Tx }

func (a allNew) PutContent(ctx context.Context, digest archive.Digest, content []byte) (bool, error) {
	_, err := a.Tx.PutContent(ctx, digest, content)
	return true, err
}
