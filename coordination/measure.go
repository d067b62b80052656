package coordination

import (
	"context"
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
	Versions []engage.Measure `json:"versions"` // the first is version 1
	Changed  time.Time        `json:"changed"`
	By       string           `json:"by"`
}

// MeasureDefinition is a definition with its revision.
type MeasureDefinition = register.Row[Definition]

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

// with is the definition with one more version.
func (d Definition) with(m engage.Measure, at time.Time, by string) Definition {
	return Definition{ID: m.Name, Versions: append(slices.Clip(d.Versions), m), Changed: at, By: by}
}

func measures() register.Register[Definition] {
	return register.Register[Definition]{Book: BookMeasure, Evolve: func(d Definition, ev register.Event) (Definition, error) {
		m, err := last(engage.Measure{}, ev)
		return d.with(m, ev.At, ev.Actor), err
	}}
}

// DefineMeasure adds a version to a definition and gives it the id as its name
// and the next number. rev 0 defines a new one; else it is the revision the actor
// has seen. The error is engage.ErrInvalid, or register.ErrConflict.
func (d *Desk) DefineMeasure(
	ctx context.Context, tenant string, actor changereq.Actor, id string, rev int64, m engage.Measure,
) (MeasureDefinition, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (MeasureDefinition, error) {
		return d.DefineMeasureTx(ctx, tx, actor, now, id, rev, m)
	})
}

// DefineMeasureTx is DefineMeasure inside the caller's transaction.
func (*Desk) DefineMeasureTx(
	ctx context.Context, tx Tx, actor changereq.Actor, now time.Time, id string, rev int64, m engage.Measure,
) (MeasureDefinition, error) {
	row := MeasureDefinition{ID: id}
	if rev != 0 {
		var err error
		if row, err = measures().Get(ctx, tx, id); err != nil {
			return MeasureDefinition{}, err
		}
		row.Rev = rev
	}
	m.Name, m.Version = id, len(row.Value.Versions)+1
	if err := m.Validate(); err != nil {
		return MeasureDefinition{}, err
	}
	row.Value = row.Value.with(m, now, actor.ID)
	return record(ctx, tx, measures(), row, "defined", actor.ID, now, m)
}

// Measure returns a definition, or register.ErrNotFound.
func (d *Desk) Measure(ctx context.Context, tenant, id string) (MeasureDefinition, error) {
	return rowOf(ctx, d, tenant, measures(), id)
}

// Measures returns a page of definitions in order of their ids.
func (d *Desk) Measures(ctx context.Context, tenant string, q register.Query) ([]MeasureDefinition, string, error) {
	return pageOf(ctx, d, tenant, measures(), q)
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
	m, err := definition.Value.Version(version)
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
