package coordination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookOutcome is the book of outcomes.
const BookOutcome = "outcome"

// The keys by which outcomes are found.
const (
	keySubject = "subject"
	keyVerdict = "verdict"
	keyCause   = "cause"
)

func outcomes() register.Register[outcome.Filed] {
	return register.Register[outcome.Filed]{Book: BookOutcome, Keys: func(f outcome.Filed) []register.Key {
		keys := []register.Key{{Name: keySubject, Value: string(f.Subject)}, {Name: keyVerdict, Value: string(f.Verdict)}}
		for _, c := range f.Causes {
			keys = append(keys, register.Key{Name: keyCause, Value: c})
		}
		return keys
	}, Evolve: func(f outcome.Filed, ev register.Event) (outcome.Filed, error) {
		return outcome.Evolve(f, ev.Kind, ev.Data)
	}}
}

// RecordOutcome records a verdict on a thing, in a unit of work of its own. An
// outcome without id gets one, and without decider or time the actor's and now. One that
// lacks evidence or a cause, whose evidence is not filed, or that takes the place of
// what is not in force is a *archive.RefusedError; an id that is taken is
// register.ErrConflict.
func (d *Desk) RecordOutcome(ctx context.Context, tenant, actor string, o outcome.Outcome) (outcome.Filed, error) {
	if o.ID == "" {
		o.ID = d.cfg.NewID()
	}
	now := d.cfg.Now().UTC().Truncate(time.Microsecond)
	var out outcome.Filed
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.RecordOutcomeTx(ctx, tx, actor, now, o)
		return err
	})
	return out, err
}

// RecordOutcomeTx records an outcome, which needs an id, inside the caller's
// transaction; now must be UTC in whole microseconds.
func (*Desk) RecordOutcomeTx(ctx context.Context, tx Tx, actor string, now time.Time, o outcome.Outcome) (outcome.Filed, error) {
	if o.DecidedBy == "" {
		o.DecidedBy = actor
	}
	if o.DecidedAt.IsZero() {
		o.DecidedAt = now
	}
	o.DecidedAt = o.DecidedAt.UTC().Truncate(time.Microsecond)
	o.Causes = slices.Compact(slices.Sorted(slices.Values(o.Causes)))
	before, g, err := groundOf(ctx, tx, &o)
	if err != nil {
		return outcome.Filed{}, err
	}
	if err := outcome.Decide(&o, g); err != nil {
		return outcome.Filed{}, err
	}
	row, err := addEvent(ctx, tx, register.Row[outcome.Filed]{ID: o.ID}, actor, now, outcome.KindRecorded, o)
	if err != nil {
		return outcome.Filed{}, err
	}
	if g.Before != nil {
		if _, err := addEvent(ctx, tx, before, actor, now, outcome.KindSuperseded, outcome.Superseded{By: o.ID}); err != nil {
			return outcome.Filed{}, err
		}
	}
	return row.Value, nil
}

// groundOf looks up what an outcome rests on, all of it by id.
func groundOf(ctx context.Context, tx Tx, o *outcome.Outcome) (before register.Row[outcome.Filed], g outcome.Ground, err error) {
	if o.Supersedes != "" && o.Supersedes != o.ID && len(o.Supersedes) <= register.MaxID {
		before, err = outcomes().Get(ctx, tx, o.Supersedes)
		switch {
		case err == nil:
			g.Before = &before.Value
		case !errors.Is(err, register.ErrNotFound):
			return before, g, err
		}
	}
	for _, e := range o.Evidence {
		if e.Kind != archive.EndRecord {
			continue
		}
		id := archive.RecordID(e.Value)
		switch _, err := tx.Record(ctx, id); {
		case errors.Is(err, archive.ErrNotFound):
			g.Unfiled = append(g.Unfiled, id)
		case err != nil:
			return before, g, err
		}
	}
	return before, g, nil
}

func addEvent(
	ctx context.Context, tx Tx, row register.Row[outcome.Filed], actor string, now time.Time, kind string, data any,
) (register.Row[outcome.Filed], error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return row, fmt.Errorf("coordination: outcome: %w", err)
	}
	if row.Value, err = outcome.Evolve(row.Value, kind, raw); err != nil {
		return row, err
	}
	return outcomes().Put(ctx, tx, row, register.Event{Kind: kind, At: now, Actor: actor, Data: raw})
}

// Outcome returns one outcome, or register.ErrNotFound.
func (d *Desk) Outcome(ctx context.Context, tenant, id string) (outcome.Filed, error) {
	var out outcome.Filed
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		row, err := outcomes().Get(ctx, tx, id)
		out = row.Value
		return err
	})
	return out, err
}

// OutcomeQuery asks for outcomes; empty fields do not filter.
type OutcomeQuery struct {
	Subject archive.Ref
	Verdict outcome.Verdict
	Cause   string
	InForce bool // only those that no other takes the place of
	After   string
	Limit   int // 0 is register.DefaultLimit; more than register.MaxLimit is that
}

// list is the list of the register in which the answer stands: that of the
// narrowest filter. The others are asked of each outcome.
func (q OutcomeQuery) list() register.Query {
	out := register.Query{After: q.After, Limit: q.Limit}
	switch {
	case q.Subject != "":
		out.Key = keySubject
		return out.Only(string(q.Subject))
	case q.Cause != "":
		out.Key = keyCause
		return out.Only(q.Cause)
	case q.Verdict != "":
		out.Key = keyVerdict
		return out.Only(string(q.Verdict))
	}
	return out
}

func (q OutcomeQuery) admits(f *outcome.Filed) bool {
	return (q.Subject == "" || f.Subject == q.Subject) && (q.Verdict == "" || f.Verdict == q.Verdict) &&
		(q.Cause == "" || slices.Contains(f.Causes, q.Cause)) && (!q.InForce || f.InForce())
}

// Outcomes returns a page of the outcomes that match, by id. A page may hold fewer
// than asked for; only an empty next is the end.
func (d *Desk) Outcomes(ctx context.Context, tenant string, q OutcomeQuery) (page []outcome.Filed, next string, err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		page, next, err = OutcomesTx(ctx, tx, q)
		return err
	})
	return page, next, err
}

// OutcomesTx is Desk.Outcomes inside the caller's transaction.
func OutcomesTx(ctx context.Context, tx Tx, q OutcomeQuery) (page []outcome.Filed, next string, err error) {
	rows, next, err := outcomes().List(ctx, tx, q.list())
	for i := range rows {
		if q.admits(&rows[i].Value) {
			page = append(page, rows[i].Value)
		}
	}
	return page, next, err
}

// OutcomeReport says how things came out.
type OutcomeReport struct {
	Verdicts []outcome.Tally      // in the order of the verdicts
	Causes   []outcome.CauseCount // most first
}

// OutcomeReport counts the outcomes in force that match a query, by verdict and
// by cause. It reads all of them.
func (d *Desk) OutcomeReport(ctx context.Context, tenant string, q OutcomeQuery) (OutcomeReport, error) {
	return reportOf(q, func(q OutcomeQuery) ([]outcome.Filed, string, error) { return d.Outcomes(ctx, tenant, q) })
}

// reportOf counts what a list gives.
func reportOf(q OutcomeQuery, list func(OutcomeQuery) ([]outcome.Filed, string, error)) (OutcomeReport, error) {
	q.InForce, q.After, q.Limit = true, "", register.MaxLimit
	var all []outcome.Outcome
	for {
		page, next, err := list(q)
		if err != nil {
			return OutcomeReport{}, err
		}
		for i := range page {
			all = append(all, page[i].Outcome)
		}
		if next == "" {
			return OutcomeReport{Verdicts: outcome.Count(all), Causes: outcome.Causes(all)}, nil
		}
		q.After = next
	}
}
