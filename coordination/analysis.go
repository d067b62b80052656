package coordination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/conform"
	"github.com/coordkit/coordkit/coordination/process/summary"
	"github.com/coordkit/coordkit/coordination/register"
)

// Analysis is what was found in a log at one time. It does not change; its parts
// stand beside it, each in a book of its own.
type Analysis struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Source  LogSource       `json:"source"`
	Note    string          `json:"note"` // choices of the reader
	At      time.Time       `json:"at"`
	By      string          `json:"by"`
	Outline summary.Outline `json:"outline"`
}

// The books of analyses.
const (
	BookAnalysis = "analysis"
	bookFigures  = "analysis.figures"
	bookWaits    = "analysis.waits"
	bookPictures = "analysis.pictures"
	bookBrief    = "analysis.brief"
)

func analyses() register.Register[Analysis] {
	return register.Register[Analysis]{Book: BookAnalysis, Keys: func(a Analysis) []register.Key {
		return []register.Key{{Name: "record", Value: string(a.Source.Record)}}
	}, Evolve: last[Analysis]}
}

// partOf is the book of a part of analyses.
func partOf[T any](book string) register.Register[T] { return register.Register[T]{Book: book} }

// AnalysisOrder asks for an analysis.
type AnalysisOrder struct {
	ID        string // "" takes one
	Title     string
	Source    LogSource
	Calendars map[string]*process.Calendar // of resources
	Stages    map[string]string            // of activities
}

// PreparedAnalysis is an analysis with its parts, ready to be kept.
type PreparedAnalysis struct {
	Analysis

	summary *summary.Summary
}

// Analyse reads a log, finds out what happens in it, where and why it waits, and
// keeps that. The errors are those of ReadLog; an id that is taken is
// register.ErrConflict.
func (d *Desk) Analyse(ctx context.Context, tenant string, actor changereq.Actor, order AnalysisOrder) (Analysis, error) {
	prepared, err := d.PrepareAnalysis(ctx, tenant, actor, order)
	if err != nil {
		return Analysis{}, err
	}
	return prepared.Analysis, d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		return d.KeepAnalysisTx(ctx, tx, prepared)
	})
}

// PrepareAnalysis does the work of Analyse outside of any unit of work.
func (d *Desk) PrepareAnalysis(ctx context.Context, tenant string, actor changereq.Actor, order AnalysisOrder) (*PreparedAnalysis, error) {
	zone, err := zoneOf(order.Source.Zone)
	if err != nil {
		return nil, err
	}
	log, err := d.ReadLog(ctx, tenant, order.Source)
	if err != nil {
		return nil, err
	}
	found, err := summary.Of(log.Log, summary.Config{
		Title: order.Title, Calendars: order.Calendars, Stages: order.Stages, Zone: zone, Complete: log.Complete,
	})
	if err != nil {
		return nil, fmt.Errorf("analysis: %w", err)
	}
	id := order.ID
	if id == "" {
		id = d.cfg.NewID()
	}
	return &PreparedAnalysis{summary: found, Analysis: Analysis{
		ID: id, Title: order.Title, Source: order.Source, Note: log.Note, At: changereq.Instant(d.cfg.Now()), By: actor.ID, Outline: found.Outline,
	}}, nil
}

// KeepAnalysisTx keeps a prepared analysis inside the caller's transaction.
func (*Desk) KeepAnalysisTx(ctx context.Context, tx Tx, p *PreparedAnalysis) error {
	data, err := json.Marshal(p.Analysis)
	if err != nil {
		return fmt.Errorf("analysis: %w", err)
	}
	_, err = analyses().Put(ctx, tx, register.Row[Analysis]{ID: p.ID, Value: p.Analysis},
		register.Event{Kind: "analysed", At: p.At, Actor: p.By, Data: data})
	return errors.Join(err,
		putPart(ctx, tx, bookFigures, p.ID, p.summary.Figures), putPart(ctx, tx, bookWaits, p.ID, p.summary.Waits),
		putPart(ctx, tx, bookPictures, p.ID, p.summary.Pictures), putPart(ctx, tx, bookBrief, p.ID, p.summary.Brief))
}

func putPart[T any](ctx context.Context, tx Tx, book, id string, value T) error {
	_, err := partOf[T](book).Put(ctx, tx, register.Row[T]{ID: id, Value: value})
	return err
}

// Analyses returns a page of analyses in order of their ids.
func (d *Desk) Analyses(ctx context.Context, tenant string, q register.Query) ([]Analysis, string, error) {
	var out []Analysis
	var next string
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		page, after, err := analyses().List(ctx, tx, q)
		out, next = nil, after
		for i := range page {
			out = append(out, page[i].Value)
		}
		return err
	})
	return out, next, err
}

// Analysis returns one analysis, or register.ErrNotFound. So do those for its
// parts.
func (d *Desk) Analysis(ctx context.Context, tenant, id string) (Analysis, error) {
	return kept(ctx, d, tenant, id, analyses())
}

// Figures returns the statistics of an analysis.
func (d *Desk) Figures(ctx context.Context, tenant, id string) (summary.Figures, error) {
	return kept(ctx, d, tenant, id, partOf[summary.Figures](bookFigures))
}

// Waits returns why and where work waits.
func (d *Desk) Waits(ctx context.Context, tenant, id string) (summary.Waits, error) {
	return kept(ctx, d, tenant, id, partOf[summary.Waits](bookWaits))
}

// Pictures returns what can be drawn of an analysis.
func (d *Desk) Pictures(ctx context.Context, tenant, id string) (summary.Pictures, error) {
	return kept(ctx, d, tenant, id, partOf[summary.Pictures](bookPictures))
}

// ProcessBrief returns the page of an analysis, in Markdown.
func (d *Desk) ProcessBrief(ctx context.Context, tenant, id string) (string, error) {
	return kept(ctx, d, tenant, id, partOf[string](bookBrief))
}

// kept reads one value of a register.
func kept[T any](ctx context.Context, d *Desk, tenant, id string, from register.Register[T]) (T, error) {
	var out T
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		row, err := from.Get(ctx, tx, id)
		out = row.Value
		return err
	})
	return out, err
}

// Agreed is what a log is held against: a tree of activities, or a state machine
// such as a lifecycle, and rules beside it. One of Tree and States is needed
// unless there are rules.
type Agreed struct {
	Tree        *conform.Node
	Initial     string
	Final       []string
	Transitions []conform.Transition
	Rules       []conform.Constraint
}

// Held is how a log keeps to what was agreed.
type Held struct {
	Log         EventLog
	Conformance *conform.Conformance // nil without a model
	Violations  []conform.Violation
}

// Conform holds a log against what was agreed. Its errors are those of ReadLog,
// conform.ErrModel and conform.ErrLimit.
func (d *Desk) Conform(ctx context.Context, tenant string, source LogSource, agreed Agreed) (Held, error) {
	model, err := agreed.model()
	if err != nil {
		return Held{}, err
	}
	log, err := d.ReadLog(ctx, tenant, source)
	if err != nil {
		return Held{}, err
	}
	out := Held{Log: log}
	if model != nil {
		if out.Conformance, err = conform.Check(model, log.Log, 0); err != nil {
			return Held{}, err
		}
	}
	now := d.cfg.Now().UnixMicro()
	out.Violations = conform.Violations(log.Log, agreed.Rules, source.Record == "", now)
	return out, nil
}

func (a Agreed) model() (*conform.Model, error) {
	switch {
	case a.Tree != nil && a.Transitions != nil:
		return nil, fmt.Errorf("%w: a tree and a state machine; want one of them", conform.ErrModel)
	case a.Tree != nil:
		return conform.Compile(*a.Tree)
	case a.Transitions != nil:
		return conform.States(a.Initial, a.Final, a.Transitions)
	case len(a.Rules) == 0:
		return nil, fmt.Errorf("%w: neither a model nor rules", conform.ErrModel)
	}
	return nil, nil //nolint:nilnil // rules alone
}
