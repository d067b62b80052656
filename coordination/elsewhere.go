package coordination

import (
	"context"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// counting is the archive's view of a unit of work: it counts who files a content that
// the store had before, or that is kept elsewhere.
type counting struct {
	Tx

	fresh map[archive.Digest]bool // put by this unit, for a record that is still to come
}

// PutContent of archive.Tx.
func (c *counting) PutContent(ctx context.Context, digest archive.Digest, content []byte) (bool, error) {
	fresh, err := c.Tx.PutContent(ctx, digest, content)
	if fresh && err == nil {
		if c.fresh == nil {
			c.fresh = make(map[archive.Digest]bool)
		}
		c.fresh[digest] = true
	}
	return fresh, err
}

// PutRecord of archive.Tx.
func (c *counting) PutRecord(ctx context.Context, r archive.Record, ev ...archive.Event) (archive.Record, error) {
	out, err := c.Tx.PutRecord(ctx, r, ev...)
	if err != nil || r.Rev != 0 || !r.Digest.Valid() {
		return out, err
	}
	if c.fresh[r.Digest] {
		delete(c.fresh, r.Digest) // the store keeps the bytes for this one
		return out, nil
	}
	row, err := holdingOf(ctx, c.Tx, r.Digest)
	if err != nil {
		return archive.Record{}, err
	}
	return out, use(ctx, c.Tx, row)
}

// stands reports whether a record has its contents still, by what became of it.
func stands(k Keeping) bool { return k.Fate != retention.Destroyed && !k.Cleared }

// condemn marks those contents of a record that no other has as going. A content that
// is the last by the count is looked for in the rows of the tenant before, all of them:
// what was filed past the count keeps its bytes. That reads every record and every
// filing once per call, in pages, while the sheets of the contents are locked: what is
// destroyed for good is worth it.
func condemn(ctx context.Context, tx Tx, record archive.RecordID, digests []archive.Digest) error {
	var found map[archive.Digest]int64
	for _, digest := range digests {
		err := condemnContent(ctx, tx, digest, func() (int64, error) {
			var err error
			if found == nil {
				found, err = elsewhere(ctx, tx, record, digests)
			}
			return found[digest], err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// elsewhere says how many records beside one have each of some contents.
func elsewhere(ctx context.Context, tx Tx, beside archive.RecordID, digests []archive.Digest) (map[archive.Digest]int64, error) {
	having := make(map[archive.RecordID][]archive.Digest)
	note := func(id archive.RecordID, contents ...archive.Digest) error {
		contents = slices.DeleteFunc(contents, func(d archive.Digest) bool { return !slices.Contains(digests, d) || slices.Contains(having[id], d) })
		if id == beside || len(contents) == 0 {
			return nil
		}
		keeping, _, err := lookup(ctx, tx, keepings(), string(id))
		if err == nil && stands(keeping.Value) {
			having[id] = append(having[id], contents...)
		}
		return err
	}
	if err := eachRecord(ctx, tx, func(r *archive.Record) error { return note(r.ID, r.Digest) }); err != nil {
		return nil, err
	}
	for q := (register.Query{Limit: register.MaxLimit}); ; {
		page, next, err := filings().List(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if err := note(page[i].Value.Record, page[i].Value.Contents()...); err != nil {
				return nil, err
			}
		}
		if q.After = next; next == "" {
			break
		}
	}
	out := make(map[archive.Digest]int64)
	for _, contents := range having {
		for _, d := range contents {
			out[d]++
		}
	}
	return out, nil
}

// eachRecord tells of every record, newest first.
func eachRecord(ctx context.Context, tx Tx, tell func(*archive.Record) error) error {
	for q := (archive.Query{Limit: archive.MaxLimit}); ; {
		page, next, err := tx.Records(ctx, q)
		if err != nil {
			return err
		}
		for i := range page {
			if err := tell(&page[i]); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return nil
		}
	}
}
