package coordination

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookMeasure is the book of what productivity, effectiveness and cost mean here.
const BookMeasure = "measure"

// Definition is what a measure means and has meant. Old versions stay, so that
// an old figure can be computed again.
type Definition struct {
	ID       string           `json:"id"`
	Rev      int64            `json:"-"`
	Versions []engage.Measure `json:"versions"` // the first is version 1
	Changed  time.Time        `json:"changed"`
	By       string           `json:"by"`
}

// Version gives a version of the definition, the newest for 0, or
// register.ErrNotFound.
func (d Definition) Version(n int) (engage.Measure, error) {
	if n == 0 {
		n = len(d.Versions)
	}
	if n < 1 || n > len(d.Versions) {
		return engage.Measure{}, fmt.Errorf("%w: measure %q has no version %d", register.ErrNotFound, d.ID, n)
	}
	return d.Versions[n-1], nil
}

func measures() register.Register[Definition] {
	return register.Register[Definition]{Book: BookMeasure}
}

// DefineMeasure adds a version to a definition and gives it the id as its name
// and the next number. rev 0 defines a new one; else it is the revision the actor
// has seen. The error is engage.ErrInvalid, or register.ErrConflict.
func (d *Desk) DefineMeasure(
	ctx context.Context, tenant string, actor changereq.Actor, id string, rev int64, m engage.Measure,
) (Definition, error) {
	now := changereq.Instant(d.cfg.Now())
	var out Definition
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.DefineMeasureTx(ctx, tx, actor, now, id, rev, m)
		return err
	})
	return out, err
}

// DefineMeasureTx is DefineMeasure inside the caller's transaction.
func (*Desk) DefineMeasureTx(
	ctx context.Context, tx Tx, actor changereq.Actor, now time.Time, id string, rev int64, m engage.Measure,
) (Definition, error) {
	row := register.Row[Definition]{ID: id}
	if rev != 0 {
		var err error
		if row, err = measures().Get(ctx, tx, id); err != nil {
			return Definition{}, err
		}
		row.Rev = rev
	}
	m.Name, m.Version = id, len(row.Value.Versions)+1
	if err := m.Validate(); err != nil {
		return Definition{}, err
	}
	row.Value = Definition{ID: id, Versions: append(slices.Clip(row.Value.Versions), m), Changed: now, By: actor.ID}
	data, err := json.Marshal(m)
	if err != nil {
		return Definition{}, fmt.Errorf("measure: %w", err)
	}
	row, err = measures().Put(ctx, tx, row, register.Event{Kind: "defined", At: now, Actor: actor.ID, Data: data})
	row.Value.Rev = row.Rev
	return row.Value, err
}

// Measure returns a definition, or register.ErrNotFound.
func (d *Desk) Measure(ctx context.Context, tenant, id string) (Definition, error) {
	var out Definition
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		row, err := measures().Get(ctx, tx, id)
		out = row.Value
		out.Rev = row.Rev
		return err
	})
	return out, err
}

// Measures returns a page of definitions in order of their ids.
func (d *Desk) Measures(ctx context.Context, tenant string, q register.Query) ([]Definition, string, error) {
	var out []Definition
	var next string
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		page, after, err := measures().List(ctx, tx, q)
		out, next = nil, after
		for _, row := range page {
			row.Value.Rev = row.Rev
			out = append(out, row.Value)
		}
		return err
	})
	return out, next, err
}

// TakeReading computes a measure on a log, for the cases that end in a window.
// version 0 is the newest.
func (d *Desk) TakeReading(
	ctx context.Context, tenant, measure string, version int, source LogSource, window process.Interval,
) (engage.Reading, error) {
	definition, err := d.Measure(ctx, tenant, measure)
	if err != nil {
		return engage.Reading{}, err
	}
	m, err := definition.Version(version)
	if err != nil {
		return engage.Reading{}, err
	}
	return d.read(ctx, tenant, m, source, window)
}

func (d *Desk) read(ctx context.Context, tenant string, m engage.Measure, source LogSource, window process.Interval) (engage.Reading, error) {
	if window.To <= window.From {
		return engage.Reading{}, fmt.Errorf("%w: the window is empty", engage.ErrInvalid)
	}
	log, err := d.ReadLog(ctx, tenant, source)
	if err != nil {
		return engage.Reading{}, err
	}
	return m.Read(log.Log, window)
}
