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

// holding is how many records have a content, beyond the one for which the store
// itself keeps the bytes: most contents are one record's alone, and those kept in the
// store need no sheet to say so. It guards the bytes: whoever files some that are
// there already and whoever destroys them put it, so that neither goes unseen by the other.
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
	from, err = d.unlessGone(ctx, tenant, id, false, from, err)
	return r, from, err
}

// OpenPart returns a record with a reader of one of its contents: a revision or a
// rendition. Where it is one thing with others it is the one of them that has the content. A
// content that none of them has is archive.ErrNotFound, and of a
// record that has gone a *retention.GoneError.
func (d *Desk) OpenPart(
	ctx context.Context, tenant string, id archive.RecordID, digest archive.Digest,
) (archive.Record, archive.BlobReader, error) {
	all, stands, err := d.Merged(ctx, tenant, id)
	if err != nil {
		return archive.Record{}, nil, err
	}
	r, err := d.partOf(ctx, tenant, all, stands, digest)
	if err != nil {
		return archive.Record{}, nil, err
	}
	from, err := d.file.OpenBlob(ctx, tenant, digest)
	from, err = d.unlessGone(ctx, tenant, r.ID, true, from, err)
	return r, from, err
}

// partOf is the record that has a content, among those that are one thing: first the one
// that stands for all.
func (d *Desk) partOf(
	ctx context.Context, tenant string, all []archive.Record, stands archive.RecordID, digest archive.Digest,
) (out archive.Record, err error) {
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		found := false
		for i := range all {
			f, _, err := filingOf(ctx, tx, all[i].ID)
			if err != nil {
				return err
			}
			if slices.Contains(f.Value.Contents(), digest) && (!found || all[i].ID == stands) {
				out, found = all[i], true
			}
		}
		if found {
			return nil
		}
		return fmt.Errorf("%w: %q has no content %s", archive.ErrNotFound, stands, digest)
	})
	return out, err
}

// OpenBlob returns a reader of a content by its digest, verified when it is read to its
// end, or archive.ErrNotFound; see archive.Service.OpenBlob. Whether anybody may read it
// is the caller's to know.
func (d *Desk) OpenBlob(ctx context.Context, tenant string, digest archive.Digest) (archive.BlobReader, error) {
	return d.file.OpenBlob(ctx, tenant, digest)
}

// FileUpload is FileUploadTx in a unit of work of its own. A document without an id
// gets one.
func (d *Desk) FileUpload(ctx context.Context, tenant, actor string, f archive.File, digest archive.Digest) (archive.Record, error) {
	if f.ID == "" {
		f.ID = archive.RecordID(d.cfg.NewID())
	}
	now := d.now()
	var out archive.Record
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.FileUploadTx(ctx, tx, tenant, actor, now, f, digest)
		return err
	})
	return out, err
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
	return d.file.FileTx(ctx, &counting{Tx: tx}, actor, now, f)
}

// counting is the archive's view of a unit of work: it counts who files a content that
// the store had before, or that is kept elsewhere.
type counting struct {
	Tx

	put []putContent // contents of records that are still to come
}

// putContent is a content that a unit of work has put.
type putContent struct {
	digest  archive.Digest
	content []byte
	fresh   bool // the store did not have it
}

// PutContent of archive.Tx.
func (c *counting) PutContent(ctx context.Context, digest archive.Digest, content []byte) (bool, error) {
	fresh, err := c.Tx.PutContent(ctx, digest, content)
	if err == nil {
		c.put = append(c.put, putContent{digest, content, fresh})
	}
	return fresh, err
}

// PutRecord of archive.Tx.
func (c *counting) PutRecord(ctx context.Context, r archive.Record, ev ...archive.Event) (archive.Record, error) {
	out, err := c.Tx.PutRecord(ctx, r, ev...)
	if err != nil || r.Rev != 0 {
		return out, err
	}
	if err := c.count(ctx, r.Digest); err != nil {
		return archive.Record{}, err
	}
	return out, nil
}

// count counts one more record that has a content, unless the store keeps the bytes for
// this one. Bytes that somebody has destroyed since they were put are kept again.
func (c *counting) count(ctx context.Context, digest archive.Digest) error {
	at := slices.IndexFunc(c.put, func(p putContent) bool { return p.digest == digest })
	var put putContent
	if at >= 0 {
		put = c.put[at]
		c.put = slices.Delete(c.put, at, at+1)
	}
	if put.fresh || !digest.Valid() {
		return nil
	}
	row, err := holdingOf(ctx, c.Tx, digest)
	if err != nil {
		return err
	}
	if at >= 0 {
		if fresh, err := c.Tx.PutContent(ctx, digest, put.content); fresh || err != nil {
			return err
		}
	}
	return use(ctx, c.Tx, row)
}

// useContent counts one more record that has a content which is kept elsewhere.
func (d *Desk) useContent(ctx context.Context, tx Tx, digest archive.Digest) error {
	row, err := holdingOf(ctx, tx, digest)
	if err != nil {
		return err
	}
	return use(ctx, tx, row)
}

func holdingOf(ctx context.Context, tx Tx, digest archive.Digest) (register.Row[holding], error) {
	row, _, err := lookup(ctx, tx, holdings(), string(digest))
	if err == nil && row.Value.Going {
		err = refused("file", "going", string(digest), "this content is being destroyed: send it again when that is done")
	}
	return row, err
}

func use(ctx context.Context, tx Tx, row register.Row[holding]) error {
	row.Value.Uses++
	_, err := holdings().Put(ctx, tx, row)
	return err
}

// usesOf reads how many records have a content, with the sheet that guards it.
func usesOf(ctx context.Context, tx Tx, digest archive.Digest) (row register.Row[holding], uses int64, err error) {
	if row, _, err = lookup(ctx, tx, holdings(), string(digest)); err != nil {
		return row, 0, err
	}
	_, err = tx.Content(ctx, digest)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return row, row.Value.Uses, nil
	case err != nil:
		return row, 0, err
	}
	return row, row.Value.Uses + 1, nil
}

// condemnContent marks a content that nobody else has as going: from then on nobody
// takes it. Before, the rows themselves are asked, and where they know of others than
// the count does it is set right: elsewhere are the records beside the one that loses
// the content that have it.
func condemnContent(ctx context.Context, tx Tx, digest archive.Digest, elsewhere func() (int64, error)) error {
	row, uses, err := usesOf(ctx, tx, digest)
	if err != nil || uses > 1 || row.Value.Going {
		return err
	}
	others, err := elsewhere()
	if err != nil {
		return err
	}
	if others > 0 {
		row.Value.Uses += others + 1 - uses
	} else {
		row.Value.Going = true
	}
	_, err = holdings().Put(ctx, tx, row)
	return err
}

// loseContent counts one record less that has a content, and deletes the bytes if
// it was the last. It runs in the unit of work that says so: the sheet is locked
// meanwhile, and a deletion that was done is none less when it is done again. The
// content was condemned in a unit of work before, so that nobody takes it although
// this one is cut off between the bytes and the commit. Who has filed the same bytes
// in the store since, while these were elsewhere, keeps them.
func (d *Desk) loseContent(ctx context.Context, tx Tx, tenant string, digest archive.Digest) error {
	row, uses, err := usesOf(ctx, tx, digest)
	if err != nil {
		return err
	}
	if uses > 1 {
		row.Value = holding{Uses: row.Value.Uses - 1}
	} else {
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
