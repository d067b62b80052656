package coordination

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// GoneTx says of a record that has gone what became of it; nil of one that is here.
func GoneTx(ctx context.Context, tx Tx, id archive.RecordID) (*retention.GoneError, error) {
	row, _, err := lookup(ctx, tx, keepings(), string(id))
	if k := row.Value; err == nil && k.Fate != "" {
		return &retention.GoneError{Record: id, State: k.Fate, Batch: k.Batch, Stone: k.Stone}, nil
	}
	return nil, err
}

// goneError says of a record that has gone what became of it; nil of one that is here.
func goneError(ctx context.Context, tx Tx, id archive.RecordID) error {
	gone, err := GoneTx(ctx, tx, id)
	if gone != nil {
		return gone
	}
	return err
}

// unlessGone gives up a content that was opened, or was not to be found, where the
// record has gone, or the one that stands for it; own says that the content is its own and
// not that one's. It looks afterwards: a record that goes meanwhile is found gone,
// and none that is gone comes back.
func (d *Desk) unlessGone(
	ctx context.Context, tenant string, id archive.RecordID, own bool, from archive.BlobReader, err error,
) (archive.BlobReader, error) {
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return nil, err
	}
	gone := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		stands, err := survivorOf(ctx, tx, id)
		if err == nil {
			err = goneError(ctx, tx, stands)
		}
		if err == nil && own {
			err = goneError(ctx, tx, id)
		}
		return err
	})
	if gone == nil {
		return from, err
	}
	if from != nil {
		gone = errors.Join(gone, from.Close())
	}
	return nil, gone
}

// ContentsTx says for an audit which contents records have, renditions included, and
// which of them have gone: by events, which the log proves, not by rows.
func ContentsTx(ctx context.Context, tx Tx, records ...archive.Record) (map[archive.RecordID]archive.Kept, error) {
	out := make(map[archive.RecordID]archive.Kept, len(records))
	for some := range slices.Chunk(records, register.MaxLimit) {
		ids := make([]string, len(some))
		for i := range some {
			ids[i] = string(some[i].ID)
		}
		done, err := filings().HistoriesByID(ctx, tx, ids)
		if err != nil {
			return nil, fmt.Errorf("coordination: contents of records from %q: %w", ids[0], err)
		}
		for i := range some {
			f, err := filings().Retell(fileplan.Begin(some[i]), done[ids[i]])
			if err != nil {
				return nil, fmt.Errorf("coordination: contents of %q: %w", ids[i], err)
			}
			out[some[i].ID] = archive.Kept{Contents: f.Contents()}
		}
		if err := goneByEvents(ctx, tx, ids, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// goneByEvents notes which of some records have gone.
func goneByEvents(ctx context.Context, tx Tx, ids []string, kept map[archive.RecordID]archive.Kept) error {
	return keepings().Histories(ctx, tx, ids, func(ev *register.Event) {
		switch retention.ItemState(ev.Kind) {
		case retention.Destroying, retention.Destroyed, retention.Transferred:
			kept[archive.RecordID(ev.Sheet)] = archive.Kept{Gone: true}
		case retention.InDisposal:
		}
	})
}

// DropGone deletes the bytes of a record that is gone where some are here and no other
// record has them: the end of a record that was here may have come with an import. Of a
// record that is not gone it is a *archive.RefusedError. Done again it changes nothing.
func (d *Desk) DropGone(ctx context.Context, tenant string, id archive.RecordID) error {
	var here []archive.Digest
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		switch gone, err := GoneTx(ctx, tx, id); {
		case err != nil:
			return err
		case gone == nil:
			return refused("drop", "gone", string(id), "%q is here: what it has goes with a disposal", id)
		}
		f, _, err := filingOf(ctx, tx, id)
		here = f.Value.Contents()
		return err
	})
	if err != nil {
		return err
	}
	for _, digest := range here {
		from, err := d.OpenBlob(ctx, tenant, digest)
		if errors.Is(err, archive.ErrNotFound) {
			continue
		}
		if err == nil {
			err = from.Close()
		}
		if err == nil {
			err = d.dropContent(ctx, tenant, id, digest)
		}
		if err != nil {
			return err
		}
	}
	return d.forget(ctx, tenant, id)
}

// dropContent marks a content that only a record which is gone has, and then loses it.
func (d *Desk) dropContent(ctx context.Context, tenant string, id archive.RecordID, digest archive.Digest) error {
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error { return condemn(ctx, tx, id, []archive.Digest{digest}) })
	if err != nil {
		return err
	}
	return d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		row, _, err := usesOf(ctx, tx, digest)
		if err != nil || !row.Value.Going {
			return err // others have it
		}
		return d.loseContent(ctx, tx, tenant, digest)
	})
}

// forget has the search index keep no word of a content that goes. Whoever indexes
// the record at the same time finds, like this, that it has no content any more.
func (d *Desk) forget(ctx context.Context, tenant string, id archive.RecordID) error {
	if d.cfg.Searcher == nil {
		return nil
	}
	return d.indexRecords(ctx, tenant, []archive.RecordID{id}, nil)
}
