package coordination

import (
	"context"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// stands reports whether a record has its contents still, by what became of it.
func stands(k Keeping) bool { return k.Fate != retention.Destroyed && !k.Cleared }

// condemn marks those contents of a record that no other has as going. A content that
// is the last by the count is looked for in the rows of the tenant before, all of them:
// what was filed past the count keeps its bytes. The store looks for the records with each
// content; every filing is read, in pages, only where a content was ever uploaded, shared or made of
// another, while the sheets of the contents are locked.
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
	o := others{tx: tx, beside: beside, digests: digests, having: make(map[archive.RecordID][]archive.Digest)}
	counted := false
	for _, digest := range digests {
		if err := o.filed(ctx, digest); err != nil {
			return nil, err
		}
		_, known, err := lookup(ctx, tx, holdings(), string(digest))
		if err != nil {
			return nil, err
		}
		counted = counted || known
	}
	if counted { // else it is no revision or rendition: those are the desk's alone, which counts them
		if err := o.arranged(ctx); err != nil {
			return nil, err
		}
	}
	out := make(map[archive.Digest]int64)
	for _, contents := range o.having {
		for _, d := range contents {
			out[d]++
		}
	}
	return out, nil
}

// others are the records beside one that have some contents.
type others struct {
	tx      Tx
	beside  archive.RecordID
	digests []archive.Digest
	having  map[archive.RecordID][]archive.Digest
}

// note takes in a record with contents, unless it has given them up.
func (o *others) note(ctx context.Context, id archive.RecordID, contents ...archive.Digest) error {
	contents = slices.DeleteFunc(contents, func(d archive.Digest) bool { return !slices.Contains(o.digests, d) || slices.Contains(o.having[id], d) })
	if id == o.beside || len(contents) == 0 {
		return nil
	}
	keeping, _, err := lookup(ctx, o.tx, keepings(), string(id))
	if err == nil && stands(keeping.Value) {
		o.having[id] = append(o.having[id], contents...)
	}
	return err
}

// filed takes in the records that were filed with a content.
func (o *others) filed(ctx context.Context, digest archive.Digest) error {
	for q := (archive.Query{Digest: digest, Limit: archive.MaxLimit}); ; {
		page, next, err := o.tx.Records(ctx, q)
		if err != nil {
			return err
		}
		for i := range page {
			if err := o.note(ctx, page[i].ID, digest); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return nil
		}
	}
}

// arranged takes in the records that have a content as a revision or a rendition.
func (o *others) arranged(ctx context.Context) error {
	for q := (register.Query{Limit: register.MaxLimit}); ; {
		page, next, err := filings().List(ctx, o.tx, q)
		if err != nil {
			return err
		}
		for i := range page {
			if err := o.note(ctx, page[i].Value.Record, page[i].Value.Contents()...); err != nil {
				return err
			}
		}
		if q.After = next; next == "" {
			return nil
		}
	}
}
