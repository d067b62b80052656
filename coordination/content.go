package coordination

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination/register"
)

// holding is how many records have a content. It guards the bytes: whoever files
// them and whoever destroys them put it, so that neither goes unseen by the other.
type holding struct {
	Uses int64 `json:"uses"`
	// Going: the last record that has it is being destroyed; nobody takes it any more.
	Going bool `json:"going,omitempty"`
}

func holdings() register.Register[holding] { return register.Register[holding]{Book: "content"} }

// Upload keeps a content, so that records can be filed by its digest; see
// archive.Blobs.PutBlob. It is refused where the desk has no Blobs.
func (d *Desk) Upload(ctx context.Context, tenant string, from io.Reader, want archive.Digest) (archive.Blob, error) {
	if d.cfg.Blobs == nil {
		return archive.Blob{}, refused("upload", "blobs", "", "the office has no place for contents that are uploaded: file it within the record, or give the desk one")
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
// archive.Service.OpenContent. That of a record that was destroyed or handed over, or
// is about to be, is a *retention.GoneError, also where others have the same content.
func (d *Desk) OpenContent(ctx context.Context, tenant string, id archive.RecordID) (archive.Record, archive.BlobReader, error) {
	r, from, err := d.file.OpenContent(ctx, tenant, id)
	from, err = d.unlessGone(ctx, tenant, id, from, err)
	return r, from, err
}

// OpenPart returns a record with a reader of one of its contents: a revision or a
// rendition. A content that is not the record's is archive.ErrNotFound, and of a
// record that has gone a *retention.GoneError.
func (d *Desk) OpenPart(
	ctx context.Context, tenant string, id archive.RecordID, digest archive.Digest,
) (archive.Record, archive.BlobReader, error) {
	f, err := d.Filing(ctx, tenant, id)
	if err != nil {
		return archive.Record{}, nil, err
	}
	if !slices.Contains(f.Value.Contents(), digest) {
		return archive.Record{}, nil, fmt.Errorf("%w: %q has no content %s", archive.ErrNotFound, id, digest)
	}
	r, err := d.Record(ctx, tenant, id)
	if err != nil {
		return r, nil, err
	}
	from, err := d.file.OpenBlob(ctx, tenant, digest)
	from, err = d.unlessGone(ctx, tenant, id, from, err)
	return r, from, err
}

// FileUploadTx files a document with a content that was uploaded, inside the
// caller's transaction, which is the tenant's. The document needs an id; now must be
// UTC in whole microseconds. A digest that nobody has uploaded is a
// *archive.ValidationError.
func (d *Desk) FileUploadTx(
	ctx context.Context, tx Tx, tenant, actor string, now time.Time, f archive.File, digest archive.Digest,
) (archive.Record, error) {
	if err := d.useContent(ctx, tx, digest); err != nil {
		return archive.Record{}, err
	}
	var err error
	if f.Stored, err = d.Uploaded(ctx, tenant, digest); err != nil { // now that nobody can destroy it
		return archive.Record{}, err
	}
	return d.file.FileTx(ctx, tx, actor, now, f)
}

// fileTx files a document and counts its content.
func (d *Desk) fileTx(ctx context.Context, tx Tx, actor string, now time.Time, f archive.File) (archive.Record, error) {
	if f.Stored != (archive.Blob{}) {
		return archive.Record{}, fmt.Errorf("%w: file what was uploaded with FileUploadTx", ErrInvalid)
	}
	r, err := d.file.FileTx(ctx, tx, actor, now, f)
	if err != nil {
		return archive.Record{}, err
	}
	return r, d.useContent(ctx, tx, r.Digest)
}

// useContent counts one more record that has a content.
func (d *Desk) useContent(ctx context.Context, tx Tx, digest archive.Digest) error {
	row, _, err := lookup(ctx, tx, holdings(), string(digest))
	if err != nil {
		return err
	}
	if row.Value.Going {
		return refused("file", "going", string(digest), "this content is being destroyed: send it again when that is done")
	}
	row.Value.Uses++
	_, err = holdings().Put(ctx, tx, row)
	return err
}

// condemnContent marks a content that nobody else has as going: from then on nobody
// takes it.
func (d *Desk) condemnContent(ctx context.Context, tx Tx, digest archive.Digest) error {
	row, _, err := lookup(ctx, tx, holdings(), string(digest))
	if err != nil || row.Value.Uses > 1 {
		return err
	}
	row.Value.Going = true
	_, err = holdings().Put(ctx, tx, row)
	return err
}

// loseContent counts one record less that has a content, and deletes the bytes if
// it was the last. It runs in the unit of work that says so: the sheet is locked
// meanwhile, and a deletion that was done is none less when it is done again. The
// content was condemned in a unit of work before, so that nobody takes it although
// this one is cut off between the bytes and the commit.
func (d *Desk) loseContent(ctx context.Context, tx Tx, tenant string, digest archive.Digest) error {
	row, _, err := lookup(ctx, tx, holdings(), string(digest))
	if err != nil {
		return err
	}
	if row.Value.Uses--; row.Value.Uses <= 0 {
		row.Value = holding{}
		if err := tx.DropContent(ctx, digest); err != nil {
			return err
		}
		if d.cfg.Blobs != nil {
			if err := d.cfg.Blobs.DeleteBlob(ctx, tenant, digest); err != nil {
				return err
			}
		}
	}
	_, err = holdings().Put(ctx, tx, row)
	return err
}
