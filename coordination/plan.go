package coordination

import (
	"context"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// Versions is all versions of a thing that has versions, the first one first.
type Versions[T any] struct {
	Versions []T `json:"versions"`
}

// PlanClass is a class of the file plan with all its versions.
type PlanClass = register.Row[Versions[fileplan.Class]]

// Aggregation is a file, folder or volume as it is kept.
type Aggregation = register.Row[fileplan.Aggregation]

// RecordKind is what a sort of record has to have, as it is kept.
type RecordKind = register.Row[fileplan.Kind]

// maxNesting is how deep classes and aggregations are read; deeper ones are refused.
const maxNesting = 64

func classes() register.Register[Versions[fileplan.Class]] {
	return register.Register[Versions[fileplan.Class]]{Book: "class", Evolve: versioned[fileplan.Class]}
}

func aggregations() register.Register[fileplan.Aggregation] {
	return register.Register[fileplan.Aggregation]{Book: "aggregation", Keys: func(a fileplan.Aggregation) []register.Key {
		return present("parent", a.Parent)
	}, Evolve: func(a fileplan.Aggregation, ev register.Event) (fileplan.Aggregation, error) {
		switch ev.Kind {
		case kindClosed:
			return a.Close(ev.At)
		case kindReopened:
			why, err := last(reopening{}, ev)
			if err != nil {
				return a, err
			}
			return a.Reopen(why.Authority, why.Reason)
		}
		return last(a, ev)
	}}
}

// The kinds of the events of an aggregation that was opened.
const (
	kindClosed   = "closed"
	kindReopened = "reopened"
)

// reopening is on whose authority an aggregation was opened again, and why.
type reopening struct {
	Authority string `json:"authority"`
	Reason    string `json:"reason"`
}

func recordKinds() register.Register[fileplan.Kind] {
	return register.Register[fileplan.Kind]{Book: "record-kind", Evolve: last[fileplan.Kind]}
}

// present are the keys of a name whose values are not empty.
func present(name string, values ...string) []register.Key {
	var out []register.Key
	for _, v := range values {
		if v != "" && len(v) <= register.MaxValue {
			out = append(out, register.Key{Name: name, Value: v})
		}
	}
	return out
}

// AddClass adds a version of a class to the file plan: version 1 of a new class, or
// the next of one that is there. What cannot be a plan is archive.ErrInvalid, another
// version than the next ErrConflict.
func (d *Desk) AddClass(ctx context.Context, tenant, actor string, c fileplan.Class) (PlanClass, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (PlanClass, error) {
		return d.AddClassTx(ctx, tx, actor, now, c)
	})
}

// AddClassTx is AddClass inside the caller's transaction.
func (d *Desk) AddClassTx(ctx context.Context, tx Tx, actor string, now time.Time, c fileplan.Class) (PlanClass, error) {
	c.From = c.From.UTC().Truncate(time.Microsecond)
	row, _, err := lookup(ctx, tx, classes(), c.ID)
	if err != nil {
		return row, err
	}
	if c.Version == 0 {
		c.Version = len(row.Value.Versions) + 1
	}
	if c.Version != len(row.Value.Versions)+1 {
		return row, unseen(classes(), row, int64(c.Version))
	}
	if len(row.Value.Versions) > 0 && !d.ahead(retention.DateOf(c.From, d.cfg.Office.Zone), now) {
		return row, refused("version", "past", c.ID, "a later version is in force from tomorrow on at the earliest: what records came under stays so")
	}
	if c.Schedule != "" {
		if _, err := schedules().Get(ctx, tx, c.Schedule); err != nil {
			return row, fieldNotFound(err, "/schedule", "is no retention schedule: add it first")
		}
	}
	row.Value.Versions = append(slices.Clip(row.Value.Versions), c)
	above, err := lineage(ctx, tx, row.Value.Versions)
	if err != nil {
		return row, err
	}
	if _, err := fileplan.NewPlan(above); err != nil {
		return row, err
	}
	return record(ctx, tx, classes(), row, "versioned", actor, now, c)
}

// lineage is the versions of a class with those of every class that is, at any time,
// above it. All of them are read by id.
func lineage(ctx context.Context, tx Tx, versions []fileplan.Class) ([]fileplan.Class, error) {
	out := slices.Clone(versions)
	seen := make(map[string]bool)
	for _, v := range versions {
		seen[v.ID] = true
	}
	for i := 0; i < len(out); i++ {
		parent := out[i].Parent
		if parent == "" || seen[parent] {
			continue
		}
		seen[parent] = true
		row, found, err := lookup(ctx, tx, classes(), parent)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, row.Value.Versions...)
		}
	}
	return out, nil
}

// planOf is the part of the file plan that a class stands in; without the class if
// there is none.
func planOf(ctx context.Context, tx Tx, class string) (*fileplan.Plan, error) {
	row, _, err := lookup(ctx, tx, classes(), class)
	if err != nil {
		return nil, err
	}
	above, err := lineage(ctx, tx, row.Value.Versions)
	if err != nil {
		return nil, err
	}
	return fileplan.NewPlan(above)
}

// Classes returns a page of the file plan, by id.
func (d *Desk) Classes(ctx context.Context, tenant string, q register.Query) ([]PlanClass, string, error) {
	return pageOf(ctx, d, tenant, classes(), q)
}

// OpenAggregation adds a file, folder or volume. One with that id is ErrConflict.
func (d *Desk) OpenAggregation(ctx context.Context, tenant, actor string, a fileplan.Aggregation) (Aggregation, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Aggregation, error) {
		return d.OpenAggregationTx(ctx, tx, actor, now, a)
	})
}

// OpenAggregationTx is OpenAggregation inside the caller's transaction.
func (*Desk) OpenAggregationTx(ctx context.Context, tx Tx, actor string, now time.Time, a fileplan.Aggregation) (Aggregation, error) {
	if a.Parent != "" {
		above, err := aggregationsFrom(ctx, tx, a.Parent)
		if err != nil {
			return Aggregation{}, err
		}
		parent, found := above[a.Parent]
		switch {
		case !found:
			return Aggregation{}, fieldNotFound(register.ErrNotFound, "/parent", "is no aggregation: open it first")
		case !parent.Closed.IsZero():
			return Aggregation{}, refused("open", "closed", a.Parent, "%s is closed", a.Parent)
		case len(above) >= maxNesting:
			return Aggregation{}, refused("open", "depth", a.Parent, "it would be more than %d deep", maxNesting)
		}
	}
	a.Closed = time.Time{}
	return record(ctx, tx, aggregations(), Aggregation{ID: a.ID, Value: a}, "opened", actor, now, a)
}

// CloseAggregation closes an aggregation: it takes nothing more in.
func (d *Desk) CloseAggregation(ctx context.Context, tenant, actor, id string, rev int64) (Aggregation, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Aggregation, error) {
		return d.aggregate(ctx, tx, actor, id, rev, now, kindClosed, struct{}{}, func(a fileplan.Aggregation) (fileplan.Aggregation, error) { return a.Close(now) })
	})
}

// ReopenAggregation opens a closed one again, on somebody's authority and for a reason.
func (d *Desk) ReopenAggregation(ctx context.Context, tenant, actor, id string, rev int64, authority, reason string) (Aggregation, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Aggregation, error) {
		return d.aggregate(ctx, tx, actor, id, rev, now, kindReopened, reopening{authority, reason}, func(a fileplan.Aggregation) (fileplan.Aggregation, error) {
			return a.Reopen(authority, reason)
		})
	})
}

func (*Desk) aggregate(
	ctx context.Context, tx Tx, actor, id string, rev int64, now time.Time, kind string, data any, do func(fileplan.Aggregation) (fileplan.Aggregation, error),
) (Aggregation, error) {
	row, err := aggregations().Get(ctx, tx, id)
	if err != nil {
		return row, err
	}
	if err := unseen(aggregations(), row, rev); err != nil {
		return row, err
	}
	if row.Value, err = do(row.Value); err != nil {
		return row, err
	}
	return record(ctx, tx, aggregations(), row, kind, actor, now, data)
}

// Aggregations returns a page of aggregations: by id, or with the key "parent" those
// directly in one.
func (d *Desk) Aggregations(ctx context.Context, tenant string, q register.Query) ([]Aggregation, string, error) {
	return pageOf(ctx, d, tenant, aggregations(), q)
}

// aggregationsFrom is an aggregation with all above it, each read by id; those that
// are not there are left out.
func aggregationsFrom(ctx context.Context, tx Tx, ids ...string) (map[string]fileplan.Aggregation, error) {
	out := make(map[string]fileplan.Aggregation)
	for _, id := range ids {
		for id != "" && len(out) <= 2*maxNesting {
			if _, known := out[id]; known {
				break
			}
			row, found, err := lookup(ctx, tx, aggregations(), id)
			if err != nil {
				return nil, err
			}
			if !found {
				break
			}
			out[id] = row.Value
			id = row.Value.Parent
		}
	}
	return out, nil
}

// PutRecordKind says what records of a kind have to have. Rev is the one that was
// seen, 0 for a kind of which nothing was said yet. Records that are declared already
// stay as they are.
func (d *Desk) PutRecordKind(ctx context.Context, tenant, actor string, rev int64, k fileplan.Kind) (RecordKind, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (RecordKind, error) {
		return d.PutRecordKindTx(ctx, tx, actor, now, rev, k)
	})
}

// PutRecordKindTx is PutRecordKind inside the caller's transaction.
func (*Desk) PutRecordKindTx(ctx context.Context, tx Tx, actor string, now time.Time, rev int64, k fileplan.Kind) (RecordKind, error) {
	row := RecordKind{ID: string(k.Kind)}
	if rev != 0 {
		var err error
		if row, err = recordKinds().Get(ctx, tx, string(k.Kind)); err != nil {
			return row, err
		}
		if err := unseen(recordKinds(), row, rev); err != nil {
			return row, err
		}
	}
	row.Value = k
	return record(ctx, tx, recordKinds(), row, "defined", actor, now, k)
}

// RecordKinds returns a page of the kinds of record of which something was said, by
// their name.
func (d *Desk) RecordKinds(ctx context.Context, tenant string, q register.Query) ([]RecordKind, string, error) {
	return pageOf(ctx, d, tenant, recordKinds(), q)
}

// fieldNotFound is the fault of a command that names something that is not there.
func fieldNotFound(err error, pointer, text string) error {
	if !isNotFound(err) {
		return err
	}
	return &archive.ValidationError{Fields: []archive.Field{{Pointer: pointer, Code: "unknown", Text: text}}}
}
