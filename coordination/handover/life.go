package handover

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// happened takes in one entry about a record, and gives the edge that it added.
func (k *known) happened(e *coordination.Entry) (*archive.Reference, error) {
	switch e.Room {
	case coordination.RoomArchive:
		ev, err := e.RecordEvent()
		if err != nil {
			return nil, err
		}
		k.record = archive.Evolve(k.record, ev)
		switch data := ev.Data.(type) {
		case archive.FiledData:
		case archive.ReferredData:
			return &data.Reference, nil
		default:
			k.act(e, nil)
		}
	case coordination.BookFiling:
		return nil, k.arranged(e)
	case coordination.BookKeeping:
		return nil, k.kept(e)
	case coordination.RoomChangeRequest, coordination.RoomBundle, coordination.RoomNotice: // of something else that is called so
	}
	return nil, nil //nolint:nilnil // most entries add no edge
}

// act adds to what was done with the record.
func (k *known) act(e *coordination.Entry, data json.RawMessage) {
	k.acts = append(k.acts, dossier.Act{At: e.At, By: e.Actor, What: e.Kind, Data: data, Position: e.Position})
}

// arranged takes in what was done with the filing of the record.
func (k *known) arranged(e *coordination.Entry) error {
	cmd, err := fileplan.UnmarshalDone(e.Kind, e.Data)
	if err != nil {
		return err
	}
	if k.filing == nil {
		k.filing = new(fileplan.Begin(k.record))
	}
	*k.filing = fileplan.Evolve(*k.filing, fileplan.Event{At: e.At, Actor: e.Actor, Done: cmd})
	if move, ok := cmd.(fileplan.MoveTo); ok {
		move.Family = nil // the reader may not know of all of it
		cmd = move
	}
	said, err := fileplan.MarshalDone(cmd)
	if err != nil {
		return fmt.Errorf("handover: %s of %q: %w", e.Kind, k.record.ID, err)
	}
	k.act(e, said)
	return nil
}

// kept takes in what happened to how long the record is kept.
func (k *known) kept(e *coordination.Entry) error {
	k.act(e, e.Data)
	switch state := retention.ItemState(e.Kind); state {
	case retention.Destroying, retention.Destroyed, retention.Transferred:
		var moved coordination.Moved
		if err := json.Unmarshal(e.Data, &moved); err != nil {
			return fmt.Errorf("handover: end of %q: %w", k.record.ID, err)
		}
		k.gone = &dossier.Gone{State: state, Batch: moved.Batch, Stone: moved.Tombstone, Position: e.Position}
	case retention.InDisposal:
	}
	return nil
}

// life is a record with its contents, what was done with it and with the paper that it
// is, and its end, all of it as the journal up to the checkpoint has it. What was
// destroyed after the checkpoint is no longer there either, and that is said.
func (l *loading) life(ctx context.Context, k *known) (dossier.Document, error) {
	r := k.record
	d := dossier.Document{Record: r, Contents: contents(k), Custody: k.acts, Gone: k.gone}
	now, err := coordination.GoneTx(ctx, l.tx, r.ID)
	if err != nil {
		return d, err
	}
	if d.Gone == nil && now != nil {
		d.Gone = &dossier.Gone{State: now.State, Batch: now.Batch, Stone: now.Stone}
	}
	if d.Gone != nil {
		for i := range d.Contents {
			d.Contents[i].Lost = string(d.Gone.State)
		}
	}
	if f := k.filing; f != nil {
		d.Aliases = f.Aliases
		if d.Metadata, err = metadata(f); err != nil {
			return d, err
		}
		if err := l.dropped(ctx, &d, f); err != nil {
			return d, err
		}
	}
	handled, err := l.handled(ctx, r.ID)
	d.Custody = slices.Concat(d.Custody, handled)
	slices.SortFunc(d.Custody, func(a, b dossier.Act) int { return cmp.Compare(a.Position, b.Position) })
	return d, err
}

// contents are the revisions of a record, each with what was made of it.
func contents(k *known) []dossier.Content {
	r := &k.record
	revisions := []dossier.Content{{Revision: 1, Name: cmp.Or(r.Name, "content"), MediaType: r.MediaType, Digest: r.Digest, Size: r.Size}}
	if k.filing == nil {
		return revisions
	}
	for _, v := range k.filing.Revisions {
		revisions = append(revisions, dossier.Content{
			Revision: v.Number, Name: cmp.Or(v.Name, r.Name, "content"), MediaType: v.MediaType, Digest: v.Digest, Size: v.Size,
		})
	}
	var out []dossier.Content
	for _, v := range revisions {
		out = append(out, v)
		made := []archive.Digest{v.Digest}
		for _, x := range k.filing.Renditions { // in the order they came: one is made of what was there
			if slices.Contains(made, x.DerivedFrom) {
				made = append(made, x.Digest)
				out = append(out, dossier.Content{
					Revision: v.Revision, Rendition: x.Purpose, DerivedFrom: x.DerivedFrom, Name: x.Purpose, Digest: x.Digest,
				})
			}
		}
	}
	return out
}

// metadata is what is known of a record beside its contents.
func metadata(f *fileplan.Filing) (json.RawMessage, error) {
	out, err := json.Marshal(struct {
		fileplan.Filing

		// Told elsewhere.
		Record    any `json:"record,omitempty"`
		Kind      any `json:"kind,omitempty"`
		Digest    any `json:"digest,omitempty"`
		Aliases   any `json:"aliases,omitempty"`
		Revisions any `json:"revisions,omitempty"`
	}{Filing: *f})
	if err != nil {
		return nil, fmt.Errorf("handover: metadata of %q: %w", f.Record, err)
	}
	return out, nil
}

// dropped marks the renditions that were taken away after the checkpoint.
func (l *loading) dropped(ctx context.Context, d *dossier.Document, f *fileplan.Filing) error {
	if len(f.Renditions) == 0 || d.Gone != nil {
		return nil
	}
	kept, err := coordination.ContentsTx(ctx, l.tx, d.Record)
	for i := range d.Contents {
		if err == nil && !slices.Contains(kept[d.Record.ID].Contents, d.Contents[i].Digest) {
			d.Contents[i].Lost = dossier.LostDropped
		}
	}
	return err
}

// handled is what was done with the paper that a record is.
func (l *loading) handled(ctx context.Context, id archive.RecordID) ([]dossier.Act, error) {
	var out []dossier.Act
	q := register.Query{Book: coordination.BookItem, Key: "record", Limit: register.MaxLimit}.Only(string(id))
	for {
		sheets, next, err := l.tx.Sheets(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range sheets {
			acts, err := l.handledItem(ctx, sheets[i].ID, id)
			if err != nil {
				return nil, err
			}
			out = append(out, acts...)
		}
		if next == "" {
			return out, nil
		}
		q.After = next
	}
}

func (l *loading) handledItem(ctx context.Context, code string, id archive.RecordID) (out []dossier.Act, err error) {
	for q := (coordination.JournalQuery{Room: coordination.BookItem, Entity: code, Limit: coordination.MaxLimit}); ; {
		page, next, err := l.tx.JournalEntries(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			e := &page[i]
			if e.Position > l.order.Size {
				return out, nil
			}
			cmd, err := paper.UnmarshalDone(e.Kind, e.Data)
			if err != nil {
				return nil, err
			}
			if twin, ok := cmd.(paper.Verify); ok && twin.Record != id && l.hidden(archive.ToRecord(twin.Record)) {
				continue
			}
			out = append(out, dossier.Act{At: e.At, By: e.Actor, What: e.Kind, Item: code, Data: e.Data, Position: e.Position})
		}
		if len(page) == 0 || next == q.After || next >= l.order.Size {
			return out, nil
		}
		q.After = next
	}
}
