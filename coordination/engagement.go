package coordination

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookEngagement is the book of time-boxed jobs on a process.
const BookEngagement = "engagement"

// Engagement is a job with its revision.
type Engagement = register.Row[engage.Engagement]

func engagements() register.Register[engage.Engagement] {
	return register.Register[engage.Engagement]{Book: BookEngagement, Keys: func(e engage.Engagement) []register.Key {
		return []register.Key{{Name: "state", Value: string(e.State)}, {Name: "measure", Value: e.Measure.Name}}
	}, Evolve: func(e engage.Engagement, ev register.Event) (engage.Engagement, error) {
		if ev.Seq == 1 {
			return last(e, ev)
		}
		happened, err := last(engage.Event{}, ev)
		if err != nil {
			return e, err
		}
		return engage.Evolve(e, happened), nil
	}}
}

// EngagementOrder asks for an engagement. Its measure is a version of a
// definition, the newest for 0, and its baseline is read by that from a log.
type EngagementOrder struct {
	Plan     engage.Plan // without its measure; an empty id takes one
	Measure  string
	Version  int
	Source   LogSource
	Baseline process.Interval
}

// PrepareEngagement reads the baseline and checks the plan, outside of any unit
// of work. The errors are those of TakeReading, and engage.ErrInvalid.
func (d *Desk) PrepareEngagement(ctx context.Context, tenant string, order EngagementOrder) (engage.Engagement, error) {
	definition, err := d.Measure(ctx, tenant, order.Measure)
	if err != nil {
		return engage.Engagement{}, err
	}
	if order.Plan.Measure, err = definition.Value.Version(order.Version); err != nil {
		return engage.Engagement{}, err
	}
	baseline, err := d.read(ctx, tenant, order.Plan.Measure, order.Source, order.Baseline)
	if err != nil {
		return engage.Engagement{}, err
	}
	if order.Plan.ID == "" {
		order.Plan.ID = d.cfg.NewID()
	}
	return engage.Propose(order.Plan, baseline, d.cfg.Now().UnixMicro())
}

// Engage begins an engagement: it freezes the baseline and the definition.
func (d *Desk) Engage(ctx context.Context, tenant string, actor changereq.Actor, order EngagementOrder) (Engagement, error) {
	e, err := d.PrepareEngagement(ctx, tenant, order)
	if err != nil {
		return Engagement{}, err
	}
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, _ time.Time) (Engagement, error) {
		return d.EngageTx(ctx, tx, actor, e)
	})
}

// EngageTx keeps a prepared engagement inside the caller's transaction. An id
// that is taken is register.ErrConflict.
func (*Desk) EngageTx(ctx context.Context, tx Tx, actor changereq.Actor, e engage.Engagement) (Engagement, error) {
	return record(ctx, tx, engagements(), Engagement{ID: e.ID, Value: e}, "proposed", actor.ID, process.Time(e.Since), e)
}

// Report reads the measure of an engagement from a log, for a window, and takes
// the reading: the exit test is judged, and during the watch whether the problem
// returns. rev is the revision the actor has seen. What the engagement does not
// take is engage.ErrRefused, a stale rev register.ErrConflict.
func (d *Desk) Report(
	ctx context.Context, tenant string, actor changereq.Actor, id string, rev int64, source LogSource, window process.Interval,
) (Engagement, error) {
	e, err := d.Engagement(ctx, tenant, id) // its measure never changes
	if err != nil {
		return Engagement{}, err
	}
	reading, err := d.read(ctx, tenant, e.Value.Measure, source, window)
	if err != nil {
		return Engagement{}, err
	}
	return d.Steer(ctx, tenant, actor, id, rev, engage.Command{Reading: &reading})
}

// Steer gives a command to an engagement; one without content only looks at the
// date. A command that changes nothing writes nothing.
func (d *Desk) Steer(
	ctx context.Context, tenant string, actor changereq.Actor, id string, rev int64, command engage.Command,
) (Engagement, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Engagement, error) {
		return d.SteerTx(ctx, tx, actor, now, id, rev, command)
	})
}

// SteerTx is Steer inside the caller's transaction.
func (*Desk) SteerTx(
	ctx context.Context, tx Tx, actor changereq.Actor, now time.Time, id string, rev int64, command engage.Command,
) (Engagement, error) {
	row, err := engagements().Get(ctx, tx, id)
	if err != nil {
		return Engagement{}, err
	}
	if rev != row.Rev {
		return Engagement{}, fmt.Errorf("%w: engagement %q is at revision %d, not %d; read it again", register.ErrConflict, id, row.Rev, rev)
	}
	happened, err := engage.Decide(row.Value, command, now.UnixMicro())
	if err != nil || len(happened) == 0 {
		return row, err
	}
	var events []register.Event
	for _, ev := range happened {
		kind := "read"
		if ev.State != row.Value.State {
			kind = string(ev.State)
		}
		row.Value = engage.Evolve(row.Value, ev)
		told, err := occurrence(kind, actor.ID, now, ev)
		if err != nil {
			return Engagement{}, err
		}
		events = append(events, told)
	}
	return engagements().Put(ctx, tx, row, events...)
}

// Engagement returns one engagement, or register.ErrNotFound.
func (d *Desk) Engagement(ctx context.Context, tenant, id string) (Engagement, error) {
	return rowOf(ctx, d, tenant, engagements(), id)
}

// Engagements returns a page of engagements in order of their ids; with a state,
// those in that state.
func (d *Desk) Engagements(ctx context.Context, tenant string, state engage.State, q register.Query) ([]Engagement, string, error) {
	if state != "" {
		q.Key = "state"
		q = q.Only(string(state))
	}
	return pageOf(ctx, d, tenant, engagements(), q)
}
