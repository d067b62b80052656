package coordination

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination/register"
)

// MaxSearched is how many bytes of a content are searched, from its beginning on.
const MaxSearched = 4 << 20

// indexRecords has the index hold records as they are now: those that are there,
// many in one step, and none of those that are not. Filed says when some of them were filed
// as far as that is known.
func (d *Desk) indexRecords(ctx context.Context, tenant string, ids []archive.RecordID, filed map[archive.RecordID]time.Time) error {
	for len(ids) > 0 {
		l := lot{filed: filed}
		err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
			l.docs, l.absent, l.elsewhere, l.size = nil, nil, nil, 0
			return l.read(ctx, tx, ids)
		})
		if err == nil {
			err = d.complete(ctx, tenant, &l)
		}
		if err != nil {
			return fmt.Errorf("coordination: index records from %q: %w", ids[0], err)
		}
		if err := d.indexLot(ctx, tenant, &l); err != nil {
			return err
		}
		ids = ids[len(l.docs)+len(l.absent):]
	}
	return nil
}

// indexLot hands a lot to the index. A content that went since it was read is taken
// out again: whoever had the index forget it may have done so before.
func (d *Desk) indexLot(ctx context.Context, tenant string, l *lot) error {
	if len(l.docs) > 0 {
		if err := d.cfg.Searcher.PutDocuments(ctx, tenant, l.docs...); err != nil {
			return fmt.Errorf("coordination: index records %q to %q: %w", l.docs[0].ID, l.docs[len(l.docs)-1].ID, err)
		}
	}
	for _, id := range l.absent {
		if err := d.cfg.Searcher.DeleteDocument(ctx, tenant, id); err != nil {
			return fmt.Errorf("coordination: index record %q: %w", id, err)
		}
	}
	var gone []archive.RecordID
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		gone = nil
		for i := range l.docs {
			if l.docs[i].Text != "" {
				gone = append(gone, l.docs[i].ID)
			}
		}
		went, err := goneAmong(ctx, tx, gone)
		gone = slices.DeleteFunc(gone, func(id archive.RecordID) bool { return !went[id] })
		return err
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	return d.indexRecords(ctx, tenant, gone, nil)
}

// goneAmong are those of the records that have gone. Where there are many, and few
// records have gone at all, those are read once.
func goneAmong(ctx context.Context, tx Tx, ids []archive.RecordID) (map[archive.RecordID]bool, error) {
	gone := make(map[archive.RecordID]bool)
	if len(ids) > 50 {
		page, next, err := tx.Sheets(ctx, register.Query{Book: BookKeeping, Key: keyFate, Limit: register.MaxLimit})
		for i := range page {
			gone[archive.RecordID(page[i].ID)] = true
		}
		if err != nil || next == "" {
			return gone, err
		}
	}
	for some := range slices.Chunk(ids, register.MaxLimit) {
		rows, err := keepings().RowsOf(ctx, tx, textsOf(some))
		if err != nil {
			return nil, err
		}
		for id, row := range rows {
			gone[archive.RecordID(id)] = row.Value.Fate != ""
		}
	}
	return gone, nil
}

// mergedAmong are those of the records that were merged into another, all asked
// for at once.
func mergedAmong(ctx context.Context, tx Tx, ids []archive.RecordID) (map[archive.RecordID]bool, error) {
	out := make(map[archive.RecordID]bool)
	for some := range slices.Chunk(ids, archive.MaxEnds) {
		edges, err := tx.Edges(ctx, archive.EdgeQuery{Records: some, Direction: archive.Outward, Types: []archive.ReferenceType{archive.MergedInto}})
		if err != nil {
			return nil, err
		}
		for i := range edges {
			out[archive.RecordID(edges[i].Source.Value)] = true
		}
	}
	return out, nil
}

// lot is what of some records is searched, of as many as are handed to the index
// at once.
type lot struct {
	filed        map[archive.RecordID]time.Time
	gone, merged map[archive.RecordID]bool
	docs         []search.Document
	absent       []archive.RecordID // are not there
	elsewhere    []int              // docs whose contents the store does not keep
	size         int64              // of the texts, in bytes
}

// read takes records in, from one state of the store.
func (l *lot) read(ctx context.Context, tx Tx, ids []archive.RecordID) error {
	var err error
	if l.gone, err = goneAmong(ctx, tx, ids); err != nil {
		return err
	}
	if l.merged, err = mergedAmong(ctx, tx, ids); err != nil {
		return err
	}
	for some := range slices.Chunk(ids, archive.MaxLimit) {
		records, err := recordsOf(ctx, tx, some)
		if err != nil {
			return err
		}
		for len(some) > 0 {
			n, digests := portion(some, records)
			contents, err := tx.ContentsOf(ctx, digests)
			if err != nil {
				return err
			}
			for _, id := range some[:n] {
				if err := l.take(ctx, tx, id, records, contents); err != nil || l.size > indexedAtOnce {
					return err
				}
			}
			some = some[n:]
		}
	}
	return nil
}

// portion is how many of the records have contents that are read at once, and which
// those are.
func portion(ids []archive.RecordID, records map[archive.RecordID]*archive.Record) (n int, digests []archive.Digest) {
	size := int64(0)
	for ; n < len(ids) && size <= indexedAtOnce; n++ {
		if r := records[ids[n]]; r != nil && readable(r.MediaType) {
			digests = append(digests, r.Digest)
			size += min(r.Size, archive.MaxContent) // the store keeps none beyond
		}
	}
	return n, digests
}

// take takes a record in, if it is there and stands for itself.
func (l *lot) take(
	ctx context.Context, tx Tx, id archive.RecordID, records map[archive.RecordID]*archive.Record, contents map[archive.Digest][]byte,
) error {
	r := records[id]
	stands := r != nil
	if stands && l.merged[id] { // the one that stands for both is found
		other, err := archive.Survivor(ctx, tx, *r)
		if err != nil {
			return err
		}
		stands = other.ID == id
	}
	if !stands {
		l.absent = append(l.absent, id)
		return nil
	}
	return l.add(ctx, tx, r, contents)
}

// add takes a record in. One whose content is gone, or was altered, is found by its
// title alone.
func (l *lot) add(ctx context.Context, tx Tx, r *archive.Record, contents map[archive.Digest][]byte) error {
	doc := search.Document{
		ID: r.ID, Title: plain(r.Title), Kind: r.Kind, Dated: r.Dated,
		Facets: map[string][]string{FacetMediaType: {r.MediaType}, FacetFiledBy: {r.FiledBy}},
	}
	if r.Subject != "" {
		doc.Facets[FacetSubject] = []string{string(r.Subject)}
	}
	var known bool
	if doc.Recorded, known = l.filed[r.ID]; !known {
		filed, _, err := tx.JournalEntries(ctx, JournalQuery{Room: RoomArchive, Entity: string(r.ID), Limit: 1})
		if err != nil {
			return err
		}
		if len(filed) > 0 {
			doc.Recorded = filed[0].Recorded
		}
	}
	if readable(r.MediaType) && !l.gone[r.ID] {
		switch content, kept := contents[r.Digest]; {
		case !kept:
			l.elsewhere = append(l.elsewhere, len(l.docs))
		case int64(len(content)) == r.Size && archive.DigestOf(content) == r.Digest:
			doc.Text = plain(string(content))
		}
	}
	l.docs = append(l.docs, doc)
	l.size += int64(len(doc.Text))
	return nil
}

// complete reads what the store does not keep: contents and markings.
func (d *Desk) complete(ctx context.Context, tenant string, l *lot) error {
	for _, i := range l.elsewhere {
		switch text, err := d.beginning(ctx, tenant, l.docs[i].ID); {
		case err == nil:
			l.docs[i].Text = plain(text)
		case !errors.Is(err, archive.ErrNotFound) && !errors.Is(err, archive.ErrAltered) && !errors.Is(err, archive.ErrGone):
			return err
		}
	}
	if d.cfg.Marking == nil {
		return nil
	}
	ids := make([]archive.RecordID, len(l.docs))
	for i := range l.docs {
		ids[i] = l.docs[i].ID
	}
	markings, err := d.cfg.Marking(ctx, tenant, ids)
	for i := range l.docs {
		l.docs[i].Marking = markings[l.docs[i].ID]
	}
	return err
}

// beginning is the part of a content that is searched: MaxSearched bytes. All of it
// is read, and so verified.
func (d *Desk) beginning(ctx context.Context, tenant string, id archive.RecordID) (string, error) {
	_, from, err := d.OpenContent(ctx, tenant, id)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	_, err = io.Copy(&text, io.LimitReader(from, MaxSearched))
	if err == nil {
		_, err = io.Copy(io.Discard, from)
	}
	return text.String(), errors.Join(err, from.Close())
}

// plain is text that every engine takes.
func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", " ")
}

// readable reports whether content of a media type is text as it stands.
func readable(mediaType string) bool {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return false
	}
	return strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "application/xml" ||
		strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}
