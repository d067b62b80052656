package coordination

import (
	"context"
	"errors"
	"io"

	"github.com/coordkit/coordkit/archive"
)

// Upload keeps a content, so that records can be filed by its digest; see
// archive.Blobs.PutBlob. It is refused where the desk has no Blobs.
func (d *Desk) Upload(ctx context.Context, tenant string, from io.Reader, want archive.Digest) (archive.Blob, error) {
	if d.cfg.Blobs == nil {
		return archive.Blob{}, &archive.RefusedError{Command: "upload", Unmet: []archive.Unmet{{
			Condition: "blobs", Text: "the office has no place for contents that are uploaded: file it within the record, or give the desk one",
		}}}
	}
	return d.cfg.Blobs.PutBlob(ctx, tenant, from, want)
}

// Uploaded describes a content that was uploaded, for archive.File.Stored. One that
// was not is a *archive.ValidationError.
func (d *Desk) Uploaded(ctx context.Context, tenant string, digest archive.Digest) (archive.Blob, error) {
	absent := &archive.ValidationError{Fields: []archive.Field{{Pointer: "/digest", Code: "unknown", Text: "is not that of a content that was uploaded: upload it first"}}}
	if d.cfg.Blobs == nil {
		return archive.Blob{}, absent
	}
	blob, err := d.cfg.Blobs.StatBlob(ctx, tenant, digest)
	if errors.Is(err, archive.ErrNotFound) {
		err = absent
	}
	return blob, err
}

// OpenContent returns a record with a reader of its content; see
// archive.Service.OpenContent.
func (d *Desk) OpenContent(ctx context.Context, tenant string, id archive.RecordID) (archive.Record, archive.BlobReader, error) {
	return d.file.OpenContent(ctx, tenant, id)
}
