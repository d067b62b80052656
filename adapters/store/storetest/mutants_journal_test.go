package storetest_test

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// gazette is a transaction whose journal is read otherwise.
type gazette struct {
	coordination.Tx

	read func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error)
}

func (g gazette) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	return g.read(ctx, g.Tx, q)
}

func journalMutants() []mutant {
	reads := func(
		name string,
		read func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error),
		kills ...string,
	) mutant {
		return mutant{name, kills, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return gazette{tx, read} })}
	}
	return []mutant{
		reads("an entry missing", func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
			page, next, err := tx.JournalEntries(ctx, q)
			return slices.DeleteFunc(page, func(e coordination.Entry) bool { return e.Kind == "referred" }), next, err
		}, "JournalAndDelivery/EntryPerEvent"),
		reads("recorded when it happened", func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
			page, next, err := tx.JournalEntries(ctx, q)
			for i := range page {
				page[i].Recorded = page[i].At
			}
			return page, next, err
		}, "JournalAndDelivery/Recorded"),
		reads("after is included", func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
			q.After = max(q.After-1, 0)
			return tx.JournalEntries(ctx, q)
		}, "JournalAndDelivery/After"),
		reads("room ignored", func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
			if q.Entity != "" {
				q.Room = ""
			}
			return tx.JournalEntries(ctx, q)
		}, "JournalAndDelivery/RoomsAndEntities"),
		reads("next stays before what does not match",
			func(ctx context.Context, tx coordination.Tx, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
				page, next, err := tx.JournalEntries(ctx, q)
				if len(page) == 0 {
					next = q.After
				}
				return page, next, err
			}, "JournalAndDelivery/LongWayToTheNext"),
		{"position at append", []string{"JournalAndDelivery/Positions", "JournalOrder/Followed"}, positionAtAppend},
		{"own entries shown", []string{"JournalAndDelivery/OwnEntries"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return &ownEntries{Tx: tx}
		})},
		{"more than the limit", []string{"JournalAndDelivery/SequenceLimit"}, func(s coordination.Store) coordination.Store {
			return &bent{Store: s, seq: func(_ context.Context, limit int) (int, error) { return limit % 1000, nil }}
		}},
	}
}

// numbering gives positions when an event is put, as an identity column does.
type numbering struct {
	mu       sync.Mutex
	last     map[string]int64            // of a tenant
	position map[string]map[string]int64 // of an entry of a tenant
}

func positionAtAppend(s coordination.Store) coordination.Store {
	n := &numbering{last: make(map[string]int64), position: make(map[string]map[string]int64)}
	return bendTx(func(tx coordination.Tx, u unit) coordination.Tx { return appended{tx, u.tenant, n} })(s)
}

type appended struct {
	coordination.Tx

	tenant string
	n      *numbering
}

func entryKey(room coordination.Room, entity string, seq int64) string {
	return string(room) + "\x00" + entity + "\x00" + string(rune(seq))
}

func (a appended) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	out, err := a.Tx.PutChangeRequest(ctx, r, ev...)
	a.n.mu.Lock()
	defer a.n.mu.Unlock()
	if a.n.position[a.tenant] == nil {
		a.n.position[a.tenant] = make(map[string]int64)
	}
	for _, e := range ev {
		a.n.last[a.tenant]++
		a.n.position[a.tenant][entryKey(coordination.RoomChangeRequest, string(r.ID), e.Seq)] = a.n.last[a.tenant]
	}
	return out, err
}

// JournalEntries shows what is committed by the position it got when it was put.
func (a appended) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	var all []coordination.Entry
	for inner := (coordination.JournalQuery{}); ; {
		page, next, err := a.Tx.JournalEntries(ctx, inner)
		if err != nil {
			return nil, q.After, err
		}
		all = append(all, page...)
		if next == inner.After {
			break
		}
		inner.After = next
	}
	a.n.mu.Lock()
	for i, e := range all {
		all[i].Position = a.n.position[a.tenant][entryKey(e.Room, e.Entity, e.Seq)]
	}
	a.n.mu.Unlock()
	slices.SortFunc(all, func(x, y coordination.Entry) int { return cmp.Compare(x.Position, y.Position) })
	all = slices.DeleteFunc(all, func(e coordination.Entry) bool { return e.Position <= q.After })
	all = all[:min(len(all), coordination.ClampLimit(q.Limit))]
	if len(all) == 0 {
		return nil, q.After, nil
	}
	return all, all[len(all)-1].Position, nil
}

// ownEntries shows the unit its own entries as if they had a position.
type ownEntries struct {
	coordination.Tx

	own []coordination.Entry
}

func (o *ownEntries) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	for _, x := range ev {
		e, err := coordination.ChangeRequestEntry(x)
		if err != nil {
			return changereq.Request{}, err
		}
		o.own = append(o.own, e)
	}
	return o.Tx.PutChangeRequest(ctx, r, ev...)
}

func (o *ownEntries) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	page, next, err := o.Tx.JournalEntries(ctx, q)
	if next == q.After && len(o.own) > 0 {
		e := o.own[0]
		o.own = o.own[1:]
		e.Position = next + 1
		return []coordination.Entry{e}, e.Position, err
	}
	return page, next, err
}

// deliveryMutants claim what is not theirs, or not for long enough.
func deliveryMutants() []mutant {
	claiming := func(
		name string, how func(ctx context.Context, tx coordination.Tx, u unit, now, until time.Time, limit int) ([]notice.Obligation, error),
		kills ...string,
	) mutant {
		return mutant{name, kills, bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx { return claimer{tx, u, how} })}
	}
	return []mutant{
		claiming("no lease", func(ctx context.Context, tx coordination.Tx, _ unit, _, _ time.Time, limit int) ([]notice.Obligation, error) {
			page, _, err := tx.Obligations(ctx, notice.Query{State: notice.Owed, Limit: limit})
			runtime.Gosched()
			return page, err
		}, "JournalAndDelivery/ClaimOldestFirst", "JournalAndDelivery/ManyRelays"),
		claiming("lease for ever", func(ctx context.Context, tx coordination.Tx, _ unit, now, _ time.Time, limit int) ([]notice.Obligation, error) {
			return tx.ClaimObligations(ctx, now, now.AddDate(1, 0, 0), limit)
		}, "JournalAndDelivery/LeaseEnds"),
		claiming("also what is settled", func(ctx context.Context, tx coordination.Tx, _ unit, now, until time.Time, limit int) ([]notice.Obligation, error) {
			if rows, err := tx.ClaimObligations(ctx, now, until, limit); err != nil || len(rows) == limit {
				return rows, err
			}
			page, _, err := tx.Obligations(ctx, notice.Query{Limit: limit})
			return page, err
		}, "JournalAndDelivery/ClaimOnlyOwed", "JournalAndDelivery/SettlingEndsTheClaim"),
		claiming("a claim is a change", func(ctx context.Context, tx coordination.Tx, _ unit, now, until time.Time, limit int) ([]notice.Obligation, error) {
			rows, err := tx.ClaimObligations(ctx, now, until, limit)
			for _, o := range rows {
				_, putErr := tx.PutObligation(ctx, o)
				err = errors.Join(err, putErr)
			}
			return rows, err
		}, "JournalAndDelivery/ClaimIsNoEvent"),
		claiming("a claim of its own", func(ctx context.Context, _ coordination.Tx, u unit, now, until time.Time, limit int) (rows []notice.Obligation, err error) {
			err = u.store.Update(ctx, u.tenant, func(ctx context.Context, tx coordination.Tx) error {
				rows, err = tx.ClaimObligations(ctx, now, until, limit)
				return err
			})
			return rows, err
		}, "JournalAndDelivery/ClaimRollsBack"),
	}
}

type claimer struct {
	coordination.Tx

	u   unit
	how func(ctx context.Context, tx coordination.Tx, u unit, now, until time.Time, limit int) ([]notice.Obligation, error)
}

func (c claimer) ClaimObligations(ctx context.Context, now, until time.Time, limit int) ([]notice.Obligation, error) {
	return c.how(ctx, c.Tx, c.u, now, until, limit)
}

// wholeMutants are found by what looks at a store as a whole.
func wholeMutants() []mutant {
	return []mutant{
		{"the last commit lost", []string{"Durability/Reopen"}, func(s coordination.Store) coordination.Store { return &forgetful{s} }},
		{"row without its event", []string{"Model/Units"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx {
			return &warped{Tx: tx, event: func(ev changereq.Event) (changereq.Event, bool) {
				_, released := ev.Data.(changereq.ReleasedData)
				return ev, !released
			}}
		})},
	}
}
