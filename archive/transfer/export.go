package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// line is one event as it stands in the file.
type line struct {
	Record archive.RecordID  `json:"record"`
	Seq    int64             `json:"seq"`
	At     time.Time         `json:"at"`
	Actor  string            `json:"actor"`
	Kind   archive.EventKind `json:"kind"`
	Data   json.RawMessage   `json:"data"`
}

// Export writes the events of every record of a tenant, newest filing first, and
// gives each record to keep with its content, a content that several records share more
// than once. The content is nil where the store does not have it: it is kept elsewhere
// (archive.Blobs), or gone for good. It reads record by record: what is filed while it runs may be in it or
// not. The same archive gives the same bytes. The result is how many records there were.
func Export(
	ctx context.Context, from archive.Store, tenant string, out io.Writer, keep func(archive.Record, []byte) error,
) (records int, err error) {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for after := ""; ; {
		var (
			page []archive.Record
			next string
		)
		err := from.View(ctx, tenant, func(ctx context.Context, tx archive.Tx) error {
			var err error
			page, next, err = tx.Records(ctx, archive.Query{After: after, Limit: archive.MaxLimit})
			return err
		})
		if err != nil {
			return records, err
		}
		for i := range page {
			if err := exportRecord(ctx, from, tenant, page[i].ID, enc, keep); err != nil {
				return records, fmt.Errorf("transfer: record %q: %w", page[i].ID, err)
			}
			records++
		}
		if next == "" {
			return records, nil
		}
		after = next
	}
}

// exportRecord reads one record in one snapshot, then writes it.
func exportRecord(
	ctx context.Context, from archive.Store, tenant string, id archive.RecordID, enc *json.Encoder, keep func(archive.Record, []byte) error,
) error {
	var (
		r       archive.Record
		events  []archive.Event
		content []byte
	)
	err := from.View(ctx, tenant, func(ctx context.Context, tx archive.Tx) error {
		var err error
		if r, err = tx.Record(ctx, id); err != nil {
			return err
		}
		if content, err = tx.Content(ctx, r.Digest); errors.Is(err, archive.ErrNotFound) {
			content, err = nil, nil
		} else if err == nil && content == nil {
			content = []byte{} // there, and empty
		}
		if err != nil {
			return err
		}
		events, err = history(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if got := archive.DigestOf(content); content != nil && got != r.Digest {
		return fmt.Errorf("%w: its content has digest %s, filed was %s", archive.ErrAltered, got, r.Digest)
	}
	if err := keep(r, content); err != nil {
		return err
	}
	for _, ev := range events {
		data, err := archive.MarshalData(ev.Data)
		if err != nil {
			return err
		}
		if err := enc.Encode(line{Record: ev.Record, Seq: ev.Seq, At: ev.At, Actor: ev.Actor, Kind: ev.Kind(), Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// history reads all events of a record.
func history(ctx context.Context, tx archive.Tx, id archive.RecordID) ([]archive.Event, error) {
	var out []archive.Event
	for after := int64(0); ; {
		page, next, err := tx.RecordEvents(ctx, id, after, archive.MaxLimit)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if next == 0 {
			return out, nil
		}
		after = next
	}
}
