package coordination

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// Hold is a hold as it is kept.
type Hold = register.Row[retention.Hold]

// holds are found by matter and by whether they are in force.
func holds() register.Register[retention.Hold] {
	return register.Register[retention.Hold]{Book: bookHold, Keys: func(h retention.Hold) []register.Key {
		state := "in-force"
		if !h.Released.IsZero() {
			state = "released"
		}
		return slices.Concat(present("matter", h.Matter), present("state", state))
	}, Evolve: func(h retention.Hold, ev register.Event) (retention.Hold, error) {
		if ev.Kind == kindReleased {
			h.Released = ev.At
			return h, nil
		}
		return last(h, ev)
	}}
}

// kindReleased is the kind of the event that ends a hold.
const kindReleased = "released"

// The sheet that everybody puts who issues or releases a hold, and everybody reads who
// lets a record go: so of a hold and a disposal that meet one comes first.
const holdGuardBook, holdGuardID = "hold-guard", "holds"

// maxHeld is how many records a hold names.
const maxHeld = 5000

// IssueHold keeps records for a matter, whatever their schedules say, from now on.
// Records that it names have to be here. Those that hang on them over references of the
// hold's Carry are held with them, whenever the reference is added. An id that is taken is ErrConflict; no id: one is made. A hold that names a record that is being
// destroyed or was is a *archive.RefusedError.
func (d *Desk) IssueHold(ctx context.Context, tenant, actor string, h retention.Hold) (Hold, error) {
	if h.ID == "" {
		h.ID = d.cfg.NewID()
	}
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Hold, error) {
		return d.IssueHoldTx(ctx, tx, actor, now, h)
	})
}

// IssueHoldTx is IssueHold inside the caller's transaction. The hold needs an id; now
// must be UTC in whole microseconds.
func (*Desk) IssueHoldTx(ctx context.Context, tx Tx, actor string, now time.Time, h retention.Hold) (Hold, error) {
	h.Issuer, h.Issued, h.Released = actor, now, time.Time{}
	if err := checkHold(&h); err != nil {
		return Hold{}, err
	}
	var unmet []archive.Unmet
	for some := range slices.Chunk(h.Scope.Records, archive.MaxLimit) {
		filed, err := recordsOf(ctx, tx, some)
		if err != nil {
			return Hold{}, err
		}
		rows, err := keepings().RowsOf(ctx, tx, textsOf(some))
		if err != nil {
			return Hold{}, err
		}
		for _, id := range some {
			if filed[id] == nil {
				return Hold{}, fieldNotFound(archive.ErrNotFound, "/scope/records", fmt.Sprintf("names %q, which is not filed", id))
			}
			if k := rows[string(id)].Value; k.Fate != "" {
				unmet = append(unmet, archive.Unmet{Condition: "gone", Ref: string(id), Text: fmt.Sprintf("%q is %s under batch %s: a hold comes too late", id, k.Fate, k.Batch)})
			}
		}
	}
	if len(unmet) > 0 {
		return Hold{}, &archive.RefusedError{Command: "hold", Unmet: unmet}
	}
	if err := guard(ctx, tx, holdGuardBook, holdGuardID); err != nil {
		return Hold{}, err
	}
	return record(ctx, tx, holds(), Hold{ID: h.ID, Value: h}, "issued", actor, now, h)
}

func checkHold(h *retention.Hold) error {
	var fields []archive.Field
	for pointer, text := range map[string]string{"/matter": h.Matter, "/reason": h.Reason} {
		if strings.TrimSpace(text) == "" {
			fields = append(fields, archive.Field{Pointer: pointer, Code: "required", Text: "is empty: fill it in"})
		}
	}
	s := &h.Scope
	if len(s.Records)+len(s.Classes)+len(s.Aggregations)+len(s.Conditions) == 0 {
		fields = append(fields, archive.Field{Pointer: "/scope", Code: "required", Text: "covers nothing: name records, classes, aggregations or conditions"})
	}
	if len(s.Records) > maxHeld {
		fields = append(fields, archive.Field{Pointer: "/scope/records", Code: "too_long", Text: fmt.Sprintf("names more than %d records: issue several holds", maxHeld)})
	}
	if h.Carry.Optional && !h.Carry.References {
		fields = append(fields, archive.Field{Pointer: "/carry", Code: "invalid", Text: "goes over the optional references alone: have it go over the others as well"})
	}
	if len(fields) == 0 {
		return nil
	}
	slices.SortFunc(fields, func(a, b archive.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	return &archive.ValidationError{Fields: fields}
}

// ReleaseHold ends a hold. Approvals of disposals that were asked for before lapse for
// the records that it covered.
func (d *Desk) ReleaseHold(ctx context.Context, tenant, actor, id string, rev int64, reason string) (Hold, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Hold, error) {
		row, err := holds().Get(ctx, tx, id)
		if err != nil {
			return row, err
		}
		if err := unseen(holds(), row, rev); err != nil {
			return row, err
		}
		if !row.Value.Released.IsZero() {
			return row, refused("release", "released", id, "%s was released on %s", id, row.Value.Released.Format(time.DateOnly))
		}
		if strings.TrimSpace(reason) == "" {
			return row, &archive.ValidationError{Fields: []archive.Field{{Pointer: "/reason", Code: "required", Text: "is empty: say why it ends"}}}
		}
		row.Value.Released = now
		if err := guard(ctx, tx, holdGuardBook, holdGuardID); err != nil {
			return row, err
		}
		return record(ctx, tx, holds(), row, kindReleased, actor, now, struct {
			Reason string `json:"reason"`
		}{reason})
	})
}

// Hold returns a hold, or register.ErrNotFound.
func (d *Desk) Hold(ctx context.Context, tenant, id string) (Hold, error) {
	return rowOf(ctx, d, tenant, holds(), id)
}

// Holds returns a page of holds: by id, or by one of the keys matter and state, which
// is "in-force" or "released".
func (d *Desk) Holds(ctx context.Context, tenant string, q register.Query) ([]Hold, string, error) {
	return pageOf(ctx, d, tenant, holds(), q)
}

// everyHold is all holds there ever were, by id.
func everyHold(ctx context.Context, tx Tx) ([]retention.Hold, error) {
	rows, err := everyRow(ctx, tx, holds(), register.Query{})
	out := make([]retention.Hold, len(rows))
	for i := range rows {
		out[i] = rows[i].Value
	}
	return out, err
}

// guardedHolds is everyHold for a decision that no hold issued or released meanwhile
// is to miss.
func guardedHolds(ctx context.Context, tx Tx) ([]retention.Hold, error) {
	if _, _, err := lookup(ctx, tx, register.Register[struct{}]{Book: holdGuardBook}, holdGuardID); err != nil {
		return nil, err
	}
	return everyHold(ctx, tx)
}

// heldNow are the ids of the holds in force on a record, those that come to it over
// references included.
func (*Desk) heldNow(ctx context.Context, tx Tx, f *fileplan.Filing, r *archive.Record, now time.Time) ([]string, error) {
	all, err := guardedHolds(ctx, tx)
	if err != nil {
		return nil, err
	}
	facts, err := describe(ctx, tx, f, r)
	if err != nil {
		return nil, err
	}
	facts.Holds = all
	if facts.Carried, err = carriedTo(ctx, tx, &facts, r, all, now); err != nil {
		return nil, err
	}
	var out []string
	for _, h := range facts.Held(now) {
		out = append(out, h.ID)
	}
	return out, nil
}
