package coordination

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/register"
)

// Resolution is what an open reference came to lead to: the record that its text means, and the reference between the two
// ends. The open one stays as it was filed.
type Resolution struct {
	Record    archive.RecordID `json:"record"`
	Reference string           `json:"reference"`
}

// resolutions are found by the id of the open reference.
func resolutions() register.Register[Resolution] {
	return register.Register[Resolution]{Book: BookResolution, Evolve: last[Resolution]}
}

// OpenReference is a reference with an end that is a text, and the record that is called so by now.
type OpenReference struct {
	archive.Reference

	Called archive.RecordID // by its id or another name; empty while there is none
}

// text is the open end; a reference between two texts is open at its target first.
func (o *OpenReference) text() archive.End {
	if o.Target.Kind == archive.EndText {
		return o.Target
	}
	return o.Source
}

// resolved is the reference between the two, and the record that it leads from, once the text means a record.
func (o *OpenReference) resolved(to archive.RecordID) (from archive.RecordID, l archive.Link) {
	l = archive.Link{Type: o.Type, Target: archive.ToRecord(to), Reason: o.Reason, Terms: o.Terms}
	if o.Target.Kind == archive.EndText {
		return archive.RecordID(o.Source.Value), l
	}
	l.Target = o.Target
	return to, l
}

// OpenReferences returns a page of the references with an end that is a text and that nobody has resolved, by id. A page may
// hold fewer than its limit, or none, and yet not be the last: next is empty at the end.
func (d *Desk) OpenReferences(ctx context.Context, tenant, after string, limit int) (page []OpenReference, next string, err error) {
	return d.openReferences(ctx, tenant, after, limit, func(archive.RecordID) bool { return true })
}

// openReferences lists them for somebody: what was resolved to a record that he does not see is open to him.
func (d *Desk) openReferences(
	ctx context.Context, tenant, after string, limit int, sees func(archive.RecordID) bool,
) (page []OpenReference, next string, err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		page = nil
		var edges []archive.Reference
		if edges, next, err = tx.References(ctx, archive.ReferenceQuery{Direction: archive.Open, After: after, Limit: limit}); err != nil {
			return err
		}
		for i := range edges {
			row, resolved, err := lookup(ctx, tx, resolutions(), edges[i].ID)
			if err != nil {
				return err
			}
			if resolved && sees(row.Value.Record) {
				continue
			}
			one := OpenReference{Reference: edges[i]}
			if one.Called, err = called(ctx, tx, one.text().Value); err != nil {
				return err
			}
			page = append(page, one)
		}
		return nil
	})
	return page, next, err
}

// called is the record of an id or another name; empty if there is none.
func called(ctx context.Context, tx Tx, name string) (archive.RecordID, error) {
	switch _, err := tx.Record(ctx, archive.RecordID(name)); {
	case err == nil:
		return survivorOf(ctx, tx, archive.RecordID(name))
	case !errors.Is(err, archive.ErrNotFound):
		return "", err
	}
	row, found, err := lookup(ctx, tx, aliases(), name)
	if errors.Is(err, register.ErrInvalid) { // no name that could be given
		return "", nil
	}
	if err != nil || !found {
		return "", err
	}
	return survivorOf(ctx, tx, row.Value.Record)
}

// Resolve says which record the open end of a reference means: the reference between the two is added with the terms of the
// open one, which stays and is open no more. No record is the one that is called as the text says. What is not open is
// archive.ErrNotFound; what was resolved otherwise, and a text that nobody is called by, are a *archive.RefusedError; doing it again changes nothing.
func (d *Desk) Resolve(ctx context.Context, tenant, actor, reference string, record archive.RecordID) (archive.Reference, error) {
	o := ResolutionOrder{Actor: actor, Now: changereq.Instant(d.cfg.Now()), Reference: reference, Record: record}
	var (
		out archive.Reference
		err error
	)
	if o.Visible, err = d.Sight(ctx, tenant, actor); err != nil {
		return out, err
	}
	err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.ResolveTx(ctx, tx, o)
		return err
	})
	return out, err
}

// ResolutionOrder is what Resolve is asked for inside somebody's unit of work.
type ResolutionOrder struct {
	Actor     string
	Now       time.Time // UTC, in whole microseconds
	Reference string
	Record    archive.RecordID            // empty: the one that is called as the text says
	Visible   func(archive.RecordID) bool // what the actor may see; nil is everything
}

// sees reports whether the actor may know of an end.
func (o *ResolutionOrder) sees(end archive.End) bool {
	return o.Visible == nil || end.Kind != archive.EndRecord || o.Visible(archive.RecordID(end.Value))
}

// ResolveTx is Resolve inside the caller's unit of work. What the actor may not see is answered as if it were not there.
func (d *Desk) ResolveTx(ctx context.Context, tx Tx, o ResolutionOrder) (archive.Reference, error) {
	id := o.Record
	edge, err := tx.OpenReference(ctx, o.Reference)
	if err != nil {
		return archive.Reference{}, err
	}
	if !o.sees(edge.Source) || !o.sees(edge.Target) || (id != "" && !o.sees(archive.ToRecord(id))) {
		return archive.Reference{}, archive.ErrNotFound
	}
	open := OpenReference{Reference: edge}
	row, resolved, err := lookup(ctx, tx, resolutions(), edge.ID)
	if err != nil {
		return archive.Reference{}, err
	}
	if resolved && (id == "" || id == row.Value.Record) {
		from, link := open.resolved(row.Value.Record)
		edge = archive.NewReference(link.Type, archive.ToRecord(from), link.Target, link.Terms)
		return tx.Reference(ctx, edge.Source, row.Value.Reference)
	}
	if id == "" {
		if id, err = called(ctx, tx, open.text().Value); err != nil {
			return archive.Reference{}, err
		}
		if !o.sees(archive.ToRecord(id)) {
			id = ""
		}
	}
	if err := resolvable(&open, id, resolved, row.Value); err != nil {
		return archive.Reference{}, err
	}
	if _, err := tx.Record(ctx, id); err != nil {
		return archive.Reference{}, fmt.Errorf("record %q: %w", id, err)
	}
	from, link := open.resolved(id)
	out, err := d.ReferTx(ctx, tx, o.Actor, o.Now, from, link)
	if err != nil {
		return archive.Reference{}, err
	}
	row.Value = Resolution{Record: id, Reference: out.ID}
	_, err = record(ctx, tx, resolutions(), row, "resolved", o.Actor, o.Now, row.Value)
	return out, err
}

// resolvable refuses what cannot be resolved so.
func resolvable(open *OpenReference, id archive.RecordID, resolved bool, as Resolution) error {
	refuse := func(condition, text string) error {
		return &archive.RefusedError{Command: "resolve", Unmet: []archive.Unmet{{Condition: condition, Ref: open.ID, Text: text}}}
	}
	switch {
	case open.Source.Kind == archive.EndText && open.Target.Kind == archive.EndText:
		return refuse("open", "both ends of the reference are texts: it leads from no record")
	case resolved:
		return refuse("resolved", fmt.Sprintf("the reference was resolved to %q: add another one if it means more", as.Record))
	case id == "":
		return refuse("called", fmt.Sprintf("no record is called %q: name the one that is meant, or give it this name first", open.text().Value))
	}
	return nil
}

// Heads gives what a record has become as of a time, among the records that the reader may see; see archive.Service.Heads.
func (d *Desk) Heads(ctx context.Context, tenant, reader string, id archive.RecordID, at time.Time) ([]archive.RecordID, error) {
	visible, err := d.Sight(ctx, tenant, reader)
	if err != nil {
		return nil, err
	}
	if visible != nil && !visible(id) {
		return nil, archive.ErrNotFound
	}
	return d.file.Heads(ctx, tenant, id, at, visible)
}
