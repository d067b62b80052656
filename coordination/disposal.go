package coordination

import (
	"context"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// Disposal is a batch of records that are to go, as it is kept.
type Disposal = register.Row[retention.Batch]

// disposals are found by state, which is "open", "done" or "withdrawn", and by who
// asked.
func disposals() register.Register[retention.Batch] {
	return register.Register[retention.Batch]{Book: bookDisposal, Keys: func(b retention.Batch) []register.Key {
		state := "done"
		switch {
		case b.Withdrawn:
			state = "withdrawn"
		case slices.ContainsFunc(b.Items, func(i retention.BatchItem) bool {
			return i.State == retention.InDisposal || i.State == retention.Destroying
		}):
			state = "open"
		}
		return slices.Concat(present("state", state), present("requester", b.Requester))
	}, Evolve: func(b retention.Batch, ev register.Event) (retention.Batch, error) {
		done, err := retention.UnmarshalEvent(ev.Kind, ev.Data)
		if err != nil {
			return b, err
		}
		return retention.Evolve(b, done), nil
	}}
}

// MaxBatch is how many records a disposal has at most.
const MaxBatch = 500

// AskDisposal asks for the end of records, exactly of these. Each has to be due for
// the action and held by nothing. It changes none of them: others have to approve.
// An id that is taken is ErrConflict; no id: one is made.
func (d *Desk) AskDisposal(ctx context.Context, tenant, actor string, ask retention.Ask, records []archive.RecordID) (Disposal, error) {
	if ask.ID == "" {
		ask.ID = d.cfg.NewID()
	}
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Disposal, error) {
		return d.AskDisposalTx(ctx, tx, actor, now, ask, records)
	})
}

// AskDisposalTx is AskDisposal inside the caller's transaction.
func (d *Desk) AskDisposalTx(
	ctx context.Context, tx Tx, actor string, now time.Time, ask retention.Ask, records []archive.RecordID,
) (Disposal, error) {
	return d.dispose(ctx, tx, Disposal{ID: ask.ID}, actor, now, ask, records)
}

// PreviewDisposal says what would stand against asking for the end of records: nothing
// if the error is nil, else a *archive.RefusedError with everything. The batch is as it
// would be. Nothing is stored.
func (d *Desk) PreviewDisposal(
	ctx context.Context, tenant, actor string, action retention.Action, records []archive.RecordID,
) (out retention.Batch, err error) {
	now := d.now()
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		env, err := d.disposalEnv(ctx, tx, actor, now, now, records)
		if err != nil {
			return err
		}
		ev, err := retention.Decide(retention.Batch{}, retention.Ask{ID: "preview", Action: action, Reason: "preview"}, env)
		if ev != nil {
			out = retention.Evolve(retention.Batch{}, ev)
			out.ID, out.Reason = "", ""
		}
		return err
	})
	return out, err
}

// ApproveDisposal says yes to the scope that the actor has seen. Who asked cannot.
func (d *Desk) ApproveDisposal(ctx context.Context, tenant, actor, id string, rev int64, scope string) (Disposal, error) {
	return d.onDisposal(ctx, tenant, actor, id, rev, retention.Approve{Scope: scope})
}

// WithdrawDisposal ends a batch; what has not gone yet stays.
func (d *Desk) WithdrawDisposal(ctx context.Context, tenant, actor, id string, rev int64, reason string) (Disposal, error) {
	return d.onDisposal(ctx, tenant, actor, id, rev, retention.Withdraw{Reason: reason})
}

// TakeReceipt keeps the receipt of whoever receives the records of a batch that
// transfers. One that does not name just what has not gone, content by content, is a
// *archive.RefusedError that names each record. Nothing of ours goes by it: see HandOver.
func (d *Desk) TakeReceipt(ctx context.Context, tenant, actor, id string, rev int64, cmd retention.TakeReceipt) (Disposal, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Disposal, error) {
		return d.TakeReceiptTx(ctx, tx, actor, now, id, rev, cmd)
	})
}

// TakeReceiptTx is TakeReceipt inside the caller's transaction.
func (d *Desk) TakeReceiptTx(
	ctx context.Context, tx Tx, actor string, now time.Time, id string, rev int64, cmd retention.TakeReceipt,
) (Disposal, error) {
	row, err := disposals().Get(ctx, tx, id)
	if err != nil {
		return row, err
	}
	if err := unseen(disposals(), row, rev); err != nil {
		return row, err
	}
	var here []archive.RecordID
	for _, i := range row.Value.Items {
		if i.State == retention.InDisposal {
			here = append(here, i.Record)
		}
	}
	return d.dispose(ctx, tx, row, actor, now, cmd, here)
}

// HandOver says that our copy of a record of a batch that transfers goes: the receipt
// that was taken has to name all of it. It is deleted as that of Destroy is.
func (d *Desk) HandOver(ctx context.Context, tenant, actor, id string, rev int64, cmd retention.HandOver) (Disposal, error) {
	row, err := rowOf(ctx, d, tenant, disposals(), id)
	if err != nil {
		return row, err
	}
	if !at(row.Value, cmd.Record, retention.Transferred) {
		if row, err = d.onDisposal(ctx, tenant, actor, id, rev, cmd, cmd.Record); err != nil {
			return row, err
		}
	}
	return row, d.clear(ctx, tenant, actor, d.now(), cmd.Record, nil)
}

// at reports whether a record of a batch is that far.
func at(b retention.Batch, record archive.RecordID, state retention.ItemState) bool {
	return slices.ContainsFunc(b.Items, func(i retention.BatchItem) bool { return i.Record == record && i.State == state })
}

// Destroy carries out the end of one record of a batch: every condition is looked at
// again in the unit of work that marks the record as going, then its contents are
// deleted, those of renditions included, and what stays is a tombstone. A content that
// another record has stays: before the last goes, the store looks through the records of the
// tenant for others that have it. Done again after a failure it goes on where it was.
func (d *Desk) Destroy(ctx context.Context, tenant, actor, id string, rev int64, record archive.RecordID) (Disposal, error) {
	row, err := rowOf(ctx, d, tenant, disposals(), id)
	if err != nil {
		return row, err
	}
	if !at(row.Value, record, retention.Destroying) {
		if row, err = d.onDisposal(ctx, tenant, actor, id, rev, retention.Begin{Record: record}, record); err != nil {
			return row, err
		}
	}
	now := d.now()
	err = d.clear(ctx, tenant, actor, now, record, func(ctx context.Context, tx Tx) error {
		row, err = disposals().Get(ctx, tx, id)
		if err != nil {
			return err
		}
		row, err = d.dispose(ctx, tx, row, actor, now, retention.Finish{Record: record}, nil)
		return err
	})
	return row, err
}

// clear deletes the contents of a record that nobody else has, first marking them so
// that nobody takes them, and finishes in the same unit of work.
func (d *Desk) clear(ctx context.Context, tenant, actor string, now time.Time, record archive.RecordID, finish func(context.Context, Tx) error) error {
	for {
		err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
			f, _, err := filingOf(ctx, tx, record)
			if err != nil {
				return err
			}
			if keeping, _, err := lookup(ctx, tx, keepings(), string(record)); err != nil || !stands(keeping.Value) {
				return err // it has lost them: they are others' now
			}
			return condemn(ctx, tx, record, f.Value.Contents())
		})
		if err == nil {
			err = d.forget(ctx, tenant, record)
		}
		if err != nil {
			return err
		}
		again := false
		err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
			var err error
			if again, err = d.clearTx(ctx, tx, tenant, actor, now, record); err != nil || again || finish == nil {
				return err
			}
			return finish(ctx, tx)
		})
		if err != nil || !again {
			return err
		}
	}
}

// clearTx loses the contents of a record, once: a record says itself that it is
// cleared. Again reports that a content has to be marked first.
func (d *Desk) clearTx(ctx context.Context, tx Tx, tenant, actor string, now time.Time, id archive.RecordID) (again bool, err error) {
	f, _, err := filingOf(ctx, tx, id)
	if err != nil {
		return false, err
	}
	keeping, err := keepings().Get(ctx, tx, string(id))
	if err != nil || !stands(keeping.Value) {
		return false, err
	}
	digests := f.Value.Contents()
	for _, digest := range digests {
		row, uses, err := usesOf(ctx, tx, digest)
		if err != nil {
			return false, err
		}
		if uses <= 1 && !row.Value.Going {
			return true, nil // before anything is lost
		}
	}
	for _, digest := range digests {
		if err := d.loseContent(ctx, tx, tenant, digest); err != nil {
			return false, err
		}
	}
	keeping.Value.Cleared = true
	_, err = record(ctx, tx, keepings(), keeping, kindCleared, actor, now, struct{}{})
	return false, err
}

// onDisposal runs a command on a batch that the actor has seen, with the records at
// hand.
func (d *Desk) onDisposal(
	ctx context.Context, tenant, actor, id string, rev int64, cmd retention.Command, records ...archive.RecordID,
) (Disposal, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Disposal, error) {
		row, err := disposals().Get(ctx, tx, id)
		if err != nil {
			return row, err
		}
		if err := unseen(disposals(), row, rev); err != nil {
			return row, err
		}
		return d.dispose(ctx, tx, row, actor, now, cmd, records)
	})
}

// dispose decides on a batch and stores what happened, with what became of a record.
func (d *Desk) dispose(
	ctx context.Context, tx Tx, row Disposal, actor string, now time.Time, cmd retention.Command, records []archive.RecordID,
) (Disposal, error) {
	since := now
	if row.Value.ID != "" {
		since = row.Value.Requested
	}
	env, err := d.disposalEnv(ctx, tx, actor, now, since, records)
	if err != nil {
		return row, err
	}
	ev, err := retention.Decide(row.Value, cmd, env)
	if err != nil {
		return row, err
	}
	row.Value = retention.Evolve(row.Value, ev)
	if moved, ok := ev.(retention.Moved); ok {
		if err := d.moved(ctx, tx, row.ID, actor, now, moved); err != nil {
			return row, err
		}
	}
	return record(ctx, tx, disposals(), row, retention.KindOf(ev), actor, now, ev)
}

// moved keeps with a record what became of it. A hold that names the record reads this
// sheet, so of the two one comes first.
func (*Desk) moved(ctx context.Context, tx Tx, batch, actor string, now time.Time, m retention.Moved) error {
	row, _, err := lookup(ctx, tx, keepings(), string(m.Record))
	if err != nil {
		return err
	}
	under := Moved{m, batch}
	row.Value = row.Value.moved(under)
	_, err = record(ctx, tx, keepings(), row, string(m.To), actor, now, under)
	return err
}

// disposalEnv reads what a decision about records rests on, with the holds since a time. What it reads by id, and
// the guard of the holds, stays so until the unit of work commits.
func (d *Desk) disposalEnv(ctx context.Context, tx Tx, actor string, now, since time.Time, records []archive.RecordID) (retention.Env, error) {
	env := retention.Env{Now: now, Actor: actor, Office: d.cfg.Office, Phases: make(map[archive.RecordID]retention.Phase)}
	if len(records) == 0 {
		return env, nil
	}
	if len(records) > MaxBatch {
		return env, refused("ask", "size", "", "%d records are more than %d: ask for them in parts", len(records), MaxBatch)
	}
	all, err := guardedHolds(ctx, tx)
	if err != nil {
		return env, err
	}
	for _, id := range records {
		f, phase, keeping, err := d.factsOf(ctx, tx, id, now, since, all)
		if err != nil {
			return env, unfiled(err, id)
		}
		if fate := keeping.Value.Fate; fate != "" {
			return env, refused("dispose", "gone", string(id), "%q is %s under batch %s", id, fate, keeping.Value.Batch)
		}
		env.Facts, env.Phases[id] = append(env.Facts, f), phase
	}
	return env, nil
}

// unfiled is the fault of a disposal of a record that is not there.
func unfiled(err error, id archive.RecordID) error {
	return fieldNotFound(err, "/records", "names a record that is not filed: "+string(id))
}

// Disposal returns a batch, or register.ErrNotFound.
func (d *Desk) Disposal(ctx context.Context, tenant, id string) (Disposal, error) {
	return rowOf(ctx, d, tenant, disposals(), id)
}

// Disposals returns a page of batches: by id, or by one of the keys state and
// requester.
func (d *Desk) Disposals(ctx context.Context, tenant string, q register.Query) ([]Disposal, string, error) {
	return pageOf(ctx, d, tenant, disposals(), q)
}

// Certificate says what was done under a batch, from its events.
func (d *Desk) Certificate(ctx context.Context, tenant, id string) (retention.Certificate, error) {
	var events []retention.Event
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		if _, err := disposals().Get(ctx, tx, id); err != nil {
			return err
		}
		events = nil
		for after := int64(0); ; {
			page, next, err := disposals().History(ctx, tx, id, after, register.MaxLimit)
			if err != nil {
				return err
			}
			for _, e := range page {
				ev, err := retention.UnmarshalEvent(e.Kind, e.Data)
				if err != nil {
					return err
				}
				events = append(events, ev)
			}
			if next == 0 {
				return nil
			}
			after = next
		}
	})
	return retention.Certify(events), err
}
