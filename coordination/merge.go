package coordination

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
)

// MergeOrder is what Merge is asked for inside somebody's unit of work.
type MergeOrder struct {
	Actor  string
	Now    time.Time // UTC, in whole microseconds
	Record archive.RecordID
	Rev    int64 // of the record, that was seen; 0: whatever there is
	Into   archive.RecordID
	Reason string
}

// Merge says that a record is the same thing as another, which stands for both from then
// on: who reads the one by its id is given the other, the references at either are those
// of both and keep their ids, and a search finds one. What was filed stays, content and
// history included. Every hold on one holds both, and they are kept as long as the one that is kept
// longer; they go together, in one disposal that was asked for after the merge.
//
// A record that is being destroyed or was, that was merged before, and one from which
// references of an acyclic type lead to the other, is a *archive.RefusedError.
func (d *Desk) Merge(ctx context.Context, tenant, actor string, id archive.RecordID, rev int64, into archive.RecordID, reason string) (archive.Record, error) {
	o := MergeOrder{Actor: actor, Now: d.now(), Record: id, Rev: rev, Into: into, Reason: reason}
	var out archive.Record
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.MergeTx(ctx, tx, o)
		return err
	})
	if err != nil || d.cfg.Searcher == nil {
		return out, err
	}
	return out, d.indexRecords(ctx, tenant, []archive.RecordID{id, into}, nil)
}

// MergeTx is Merge inside the caller's unit of work. The search index follows with Index.
func (d *Desk) MergeTx(ctx context.Context, tx Tx, o MergeOrder) (archive.Record, error) {
	r, err := tx.Record(ctx, o.Record)
	if err != nil {
		return archive.Record{}, err
	}
	if o.Rev != 0 && o.Rev != r.Rev {
		return archive.Record{}, &archive.ConflictError{ID: r.ID, Have: r.Rev, Want: o.Rev}
	}
	var unmet []archive.Unmet
	for _, id := range []archive.RecordID{o.Record, o.Into} {
		row, _, err := lookup(ctx, tx, keepings(), string(id))
		if err != nil {
			return archive.Record{}, err
		}
		if fate := row.Value.Fate; fate != "" {
			unmet = append(unmet, archive.Unmet{Condition: "gone", Ref: string(id), Text: fmt.Sprintf("%q is %s under batch %s: only what is here is merged", id, fate, row.Value.Batch)})
		}
	}
	if len(unmet) > 0 {
		return archive.Record{}, &archive.RefusedError{Command: "merge", Unmet: unmet}
	}
	if _, err := d.file.MergeTx(ctx, tx, o.Actor, o.Now, o.Record, o.Into, o.Reason); err != nil {
		return archive.Record{}, fieldNotFoundBeside(err, r.ID)
	}
	return tx.Record(ctx, o.Into)
}

// fieldNotFoundBeside says of a record that is not filed that it is the one to merge
// into: the other one was found.
func fieldNotFoundBeside(err error, id archive.RecordID) error {
	return fieldNotFound(err, "/into", fmt.Sprintf("is not filed: merge %q into a record that is", id))
}

// Merged returns the records that are one thing with a record, itself included, as they
// were filed, by id; stands is the one that stands for all of them.
func (d *Desk) Merged(ctx context.Context, tenant string, id archive.RecordID) (all []archive.Record, stands archive.RecordID, err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		all = nil
		r, err := tx.Record(ctx, id)
		if err != nil {
			return err
		}
		ids, err := archive.Merged(ctx, tx, r)
		if err != nil {
			return err
		}
		for _, other := range ids {
			one, err := tx.Record(ctx, other)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		r, err = archive.Survivor(ctx, tx, r)
		stands = r.ID
		return err
	})
	return all, stands, err
}

// survivorOf is the id of the record that stands for one; of one that is not filed its
// own.
func survivorOf(ctx context.Context, tx Tx, id archive.RecordID) (archive.RecordID, error) {
	r, err := tx.Record(ctx, id)
	if err == nil {
		r, err = archive.Survivor(ctx, tx, r)
	}
	if errors.Is(err, archive.ErrNotFound) {
		return id, nil
	}
	return r.ID, err
}

// unmerged refuses a command on a record that another one stands for.
func unmerged(ctx context.Context, tx Tx, command string, r *archive.Record) error {
	stands, err := archive.Survivor(ctx, tx, *r)
	if err == nil && stands.ID != r.ID {
		err = refused(command, "merged", string(stands.ID), "%q was merged into %q: do it there", r.ID, stands.ID)
	}
	return err
}

// together completes what is known of a record's end by the records that it is one thing
// with and that are still here: they stand under the longest of their standings.
func (d *Desk) together(
	ctx context.Context, tx Tx, f *retention.Facts, phase retention.Phase, r *archive.Record, now time.Time,
) (retention.Phase, error) {
	f.Rules = r.ID
	all, err := archive.Merged(ctx, tx, *r)
	if err != nil || len(all) == 1 {
		return phase, err
	}
	approvals := phase.Approvals
	for _, id := range all {
		row, other, err := filingOf(ctx, tx, id)
		if err != nil {
			return phase, err
		}
		edges, err := tx.Edges(ctx, archive.EdgeQuery{Records: []archive.RecordID{id}, Direction: archive.Outward, Types: []archive.ReferenceType{archive.MergedInto}})
		if err != nil {
			return phase, err
		}
		for i := range edges {
			if edges[i].At.After(f.Joined) {
				f.Joined = edges[i].At
			}
		}
		keeping, _, err := lookup(ctx, tx, keepings(), string(id))
		if err != nil {
			return phase, err
		}
		if id == r.ID || keeping.Value.Fate != "" {
			continue
		}
		f.Merged = append(f.Merged, id)
		standing, p, err := d.standing(ctx, tx, &row.Value, &other, &keeping.Value, f.Stops(d.cfg.Office), now)
		if err != nil {
			return phase, err
		}
		approvals = max(approvals, p.Approvals)
		if standing.Longer(f.Standing) {
			f.Standing, phase, f.Rules = standing, p, id
		}
	}
	phase.Approvals = approvals
	return phase, nil
}
