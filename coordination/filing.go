package coordination

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination/register"
)

// Filing is what is known of a record beside its content, as it is kept. Its Rev is 1
// from the moment the record is filed.
type Filing = register.Row[fileplan.Filing]

// BookFiling is the book of the filings of records.
const BookFiling = "filing"

// filings are found by class, aggregation, state, kind and alias.
func filings() register.Register[fileplan.Filing] {
	return register.Register[fileplan.Filing]{Book: BookFiling, Keys: func(f fileplan.Filing) []register.Key {
		keys := slices.Concat(
			present("class", f.Class), present("aggregation", f.Aggregation), present("state", string(f.State)), present("kind", string(f.Kind)),
			present("alias", f.Aliases...),
		)
		return keys[:min(len(keys), register.MaxKeys)]
	}, Evolve: func(f fileplan.Filing, ev register.Event) (fileplan.Filing, error) {
		done, err := fileplan.UnmarshalDone(ev.Kind, ev.Data)
		if err != nil {
			return f, err
		}
		return fileplan.Evolve(f, fileplan.Event{At: ev.At, Actor: ev.Actor, Done: done}), nil
	}}
}

// named is the record that has an alias, for ever.
type named struct {
	Record archive.RecordID `json:"record"`
}

const bookAlias = "alias"

func aliases() register.Register[named] { return register.Register[named]{Book: bookAlias} }

// filingOf reads the filing of a record; one with which nothing was done yet begins.
// Rev is that of the sheet, one below what is shown.
func filingOf(ctx context.Context, tx Tx, id archive.RecordID) (Filing, archive.Record, error) {
	r, err := tx.Record(ctx, id)
	if err != nil {
		return Filing{}, archive.Record{}, err
	}
	row, found, err := lookup(ctx, tx, filings(), string(id))
	if err == nil && !found {
		row.Value = fileplan.Begin(r)
	}
	return row, r, err
}

// recordsOf are those of the records that there are, by id.
func recordsOf(ctx context.Context, tx Tx, ids []archive.RecordID) (map[archive.RecordID]*archive.Record, error) {
	records, err := tx.RecordsOf(ctx, ids)
	out := make(map[archive.RecordID]*archive.Record, len(records))
	for i := range records {
		out[records[i].ID] = &records[i]
	}
	return out, err
}

// shown is a filing as callers see it.
func shown(row Filing) Filing {
	row.Rev++
	return row
}

// Filing returns what is known of a record beside its content, or archive.ErrNotFound; by
// the id of one that was merged, of the record that stands for both.
func (d *Desk) Filing(ctx context.Context, tenant string, id archive.RecordID) (Filing, error) {
	var out Filing
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		id, err := survivorOf(ctx, tx, id)
		if err != nil {
			return err
		}
		row, _, err := filingOf(ctx, tx, id)
		out = shown(row)
		return err
	})
	return out, err
}

// Filings returns a page of the filings with which something was done: by id, or by one
// of the keys class, aggregation, state, kind and alias.
func (d *Desk) Filings(ctx context.Context, tenant string, q register.Query) ([]Filing, string, error) {
	page, next, err := pageOf(ctx, d, tenant, filings(), q)
	for i := range page {
		page[i] = shown(page[i])
	}
	return page, next, err
}

// FilingOrder is a command about a filing made ready for ArrangeTx.
type FilingOrder struct {
	Tenant, Actor string
	Record        archive.RecordID
	Rev           int64 // that was seen; 0: whatever there is
	Command       fileplan.Command
	Now           time.Time
	Verified      archive.Digest // of a declaration: what the content was found to have
}

// PrepareFiling makes a command ready for ArrangeTx: it reads the clock and, for a
// declaration, the content of the record, to its end.
func (d *Desk) PrepareFiling(
	ctx context.Context, tenant, actor string, id archive.RecordID, rev int64, cmd fileplan.Command,
) (FilingOrder, error) {
	o := FilingOrder{Tenant: tenant, Actor: actor, Record: id, Rev: rev, Command: cmd, Now: d.now()}
	if _, ok := cmd.(fileplan.Declare); !ok {
		return o, nil
	}
	f, err := d.Filing(ctx, tenant, id)
	if err != nil {
		return o, err
	}
	content, err := d.file.OpenBlob(ctx, tenant, f.Value.Current())
	if errors.Is(err, archive.ErrNotFound) {
		return o, nil // the refusal names it
	}
	if err != nil {
		return o, err
	}
	_, err = io.Copy(io.Discard, content)
	if err = errors.Join(err, content.Close()); err == nil {
		o.Verified = f.Value.Current()
	}
	if errors.Is(err, archive.ErrAltered) {
		err = nil
	}
	return o, err
}

// Arrange gives a command about the filing of a record. What is forbidden is a
// *archive.RefusedError. A record is moved with its family: with all records that are
// attached to it, or it to them.
func (d *Desk) Arrange(ctx context.Context, tenant, actor string, id archive.RecordID, rev int64, cmd fileplan.Command) (Filing, error) {
	o, err := d.PrepareFiling(ctx, tenant, actor, id, rev, cmd)
	if err != nil {
		return Filing{}, err
	}
	var out Filing
	err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.ArrangeTx(ctx, tx, o)
		return err
	})
	return out, err
}

// ArrangeTx is Arrange inside the caller's transaction, which is of the order's tenant.
func (d *Desk) ArrangeTx(ctx context.Context, tx Tx, o FilingOrder) (Filing, error) {
	row, r, err := filingOf(ctx, tx, o.Record)
	if err != nil {
		return row, err
	}
	if err := unseen(filings(), shown(row), o.Rev); err != nil {
		return row, err
	}
	if err := unmerged(ctx, tx, fileplan.NameOf(o.Command), &r); err != nil {
		return row, err
	}
	env, err := d.filingEnv(ctx, tx, &row.Value, &r, o)
	if err != nil {
		return row, err
	}
	move, moves := o.Command.(fileplan.MoveTo)
	if moves && len(move.Family) == 0 {
		move.Family = env.Family
		o.Command = move
	}
	row, err = d.arrange(ctx, tx, row, o, env)
	if err != nil || !moves {
		return shown(row), err
	}
	for _, id := range env.Family {
		if id == o.Record {
			continue
		}
		member, _, err := filingOf(ctx, tx, id)
		if err != nil {
			return row, err
		}
		above, err := aggregationsFrom(ctx, tx, member.Value.Aggregation)
		if err != nil {
			return row, err
		}
		maps.Copy(env.Aggregation, above)
		if _, err := d.arrange(ctx, tx, member, o, env); err != nil {
			return row, err
		}
	}
	return shown(row), nil
}

// arrange decides on one record and stores what happened.
func (d *Desk) arrange(ctx context.Context, tx Tx, row Filing, o FilingOrder, env fileplan.Env) (Filing, error) {
	ev, err := fileplan.Decide(row.Value, o.Command, env)
	if err != nil {
		return row, err
	}
	row.Value = fileplan.Evolve(row.Value, ev)
	if err := d.followFiling(ctx, tx, o.Tenant, row.Value.Record, ev.Done); err != nil {
		return row, err
	}
	return record(ctx, tx, filings(), row, ev.Kind(), ev.Actor, ev.At, ev.Done)
}

// followFiling keeps what other sheets have to say of a command.
func (d *Desk) followFiling(ctx context.Context, tx Tx, tenant string, id archive.RecordID, cmd fileplan.Command) error {
	switch c := cmd.(type) {
	case fileplan.Call:
		row, found, err := lookup(ctx, tx, aliases(), c.Alias)
		if err != nil || found {
			return err
		}
		row.Value.Record = id
		_, err = aliases().Put(ctx, tx, row)
		return err
	case fileplan.Revise:
		return d.takeUpload(ctx, tx, tenant, c.Revision.Digest)
	case fileplan.Render:
		return d.takeUpload(ctx, tx, tenant, c.Rendition.Digest)
	case fileplan.DropRendition:
		if err := condemn(ctx, tx, id, []archive.Digest{c.Digest}); err != nil {
			return err
		}
		return d.loseContent(ctx, tx, tenant, c.Digest)
	}
	return nil
}

// takeUpload counts a content that was uploaded for a record.
func (d *Desk) takeUpload(ctx context.Context, tx Tx, tenant string, digest archive.Digest) error {
	if err := d.useContent(ctx, tx, digest); err != nil {
		return err
	}
	_, err := d.Uploaded(ctx, tenant, digest)
	return err
}

// filingEnv looks up what a decision on a filing rests on.
func (d *Desk) filingEnv(ctx context.Context, tx Tx, f *fileplan.Filing, r *archive.Record, o FilingOrder) (env fileplan.Env, err error) {
	env = fileplan.Env{Now: o.Now, Actor: o.Actor, Kind: fileplan.Kind{Kind: f.Kind}, Verified: o.Verified}
	kind, found, err := lookup(ctx, tx, recordKinds(), string(f.Kind))
	if err != nil {
		return env, err
	}
	if found {
		env.Kind = kind.Value
	}
	class := f.Class
	switch c := o.Command.(type) {
	case fileplan.Classify:
		class = c.Class
	case fileplan.MoveTo:
		if env.Family, err = familyOf(ctx, tx, f.Record); err != nil {
			return env, err
		}
		if env.Aggregation, err = aggregationsFrom(ctx, tx, f.Aggregation, c.Aggregation); err != nil {
			return env, err
		}
	case fileplan.Call:
		row, found, err := lookup(ctx, tx, aliases(), c.Alias)
		if err != nil {
			return env, err
		}
		if found {
			env.Named = map[string]archive.RecordID{c.Alias: row.Value.Record}
		}
	case fileplan.DropRendition:
		if env.Holds, err = d.heldNow(ctx, tx, f, r, o.Now); err != nil {
			return env, err
		}
	}
	env.Plan, err = planOf(ctx, tx, class)
	return env, err
}

// maxFamily is how many records one may be attached to, directly or not.
const maxFamily = 1000

// familyOf is a record with all that are attached to it or it to them, in byte order.
func familyOf(ctx context.Context, tx Tx, id archive.RecordID) ([]archive.RecordID, error) {
	return spread(ctx, tx, []archive.RecordID{id}, func(info archive.TypeInfo) archive.Carry {
		if info.Family {
			return archive.CarryBoth
		}
		return archive.CarryNone
	}, maxFamily)
}

// spread is the records that are reached from some over the types of reference that
// carry, in byte order, up to a limit. Records that are not held are left out. Every
// record is read by id, so what leads from it stays as it is.
func spread(
	ctx context.Context, tx Tx, from []archive.RecordID, carries func(archive.TypeInfo) archive.Carry, limit int,
) ([]archive.RecordID, error) {
	seen := make(map[archive.RecordID]bool)
	for next := from; len(next) > 0; {
		id := next[0]
		next = next[1:]
		if seen[id] {
			continue
		}
		switch _, err := tx.Record(ctx, id); {
		case errors.Is(err, archive.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		}
		if seen[id] = true; len(seen) > limit {
			return nil, refused("spread", "family", string(id), "more than %d records hang together", limit)
		}
		for _, dir := range []archive.Direction{archive.Outward, archive.Inward} {
			ends, err := neighbours(ctx, tx, id, dir, carries)
			if err != nil {
				return nil, err
			}
			next = append(slices.Clip(next), ends...)
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// neighbours are the records at the other ends of the references that carry from a
// record in a direction.
func neighbours(
	ctx context.Context, tx Tx, id archive.RecordID, dir archive.Direction, carries func(archive.TypeInfo) archive.Carry,
) ([]archive.RecordID, error) {
	var out []archive.RecordID
	for after := ""; ; {
		page, next, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: dir, After: after, Limit: archive.MaxLimit})
		if err != nil {
			return nil, err
		}
		for i := range page {
			info, _ := page[i].Type.Info()
			carry, end := carries(info), page[i].Target
			if dir == archive.Inward {
				end = page[i].Source
			}
			if end.Kind == archive.EndRecord && (carry == archive.CarryBoth || carry == archive.CarryDown && dir == archive.Outward) {
				out = append(out, archive.RecordID(end.Value))
			}
		}
		if next == "" {
			return out, nil
		}
		after = next
	}
}

func isNotFound(err error) bool {
	return errors.Is(err, register.ErrNotFound) || errors.Is(err, archive.ErrNotFound)
}
