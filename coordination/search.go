package coordination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookSearch is the book that says how far the search index has followed the
// journal.
const BookSearch = "search"

// The facets of a record.
const (
	FacetSubject   = "subject"
	FacetMediaType = "media_type"
	FacetFiledBy   = "filed_by"
)

// The sheets that say how far the one index of a tenant has followed records, and
// erasures.
const cursorID, erasedID = "records", "erasures"

// indexedAtOnce is how much text, in bytes, is handed to the index at a time.
const indexedAtOnce = 16 << 20

// indexCursor is how far an index is.
type indexCursor struct {
	Position int64 `json:"position"`
}

func cursors() register.Register[indexCursor] {
	return register.Register[indexCursor]{Book: BookSearch}
}

// Index has the search index follow the journal of a tenant to its end, and says
// how many entries it looked at. A service calls it now and then, like Sequence; broken off
// anywhere it goes on where it was. Several at once do no harm: an entry that is looked at
// twice gives the same index. Without Config.Searcher it is ErrInvalid.
func (d *Desk) Index(ctx context.Context, tenant string) (int, error) {
	if d.cfg.Searcher == nil {
		return 0, fmt.Errorf("%w: the desk has no Searcher", ErrInvalid)
	}
	total, err := toTheEnd(ctx, tenant, d.indexPage)
	if err == nil {
		_, err = toTheEnd(ctx, tenant, d.indexErased) // the same entries, looked at again
	}
	return total, err
}

// toTheEnd takes page after page, each of so many entries, until there is none.
func toTheEnd(ctx context.Context, tenant string, page func(context.Context, string) (int, error)) (int, error) {
	for total := 0; ; {
		n, err := page(ctx, tenant)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// Reindex has the index follow the journal from its beginning: after the index
// was lost, as one in memory is when the program ends, or made anew.
func (d *Desk) Reindex(ctx context.Context, tenant string) (int, error) {
	cursor, err := d.cursor(ctx, tenant, cursorID)
	if err != nil {
		return 0, err
	}
	if cursor.Rev > 0 {
		cursor.Value.Position = 0
		err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
			_, err := cursors().Put(ctx, tx, cursor)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return d.Index(ctx, tenant)
}

// indexPage takes in the records of one page of the journal. Whoever finds that
// another was faster has written what may be older than what that one wrote: it
// writes the same records again, as they are now, before it goes on.
func (d *Desk) indexPage(ctx context.Context, tenant string) (int, error) {
	return d.follows(ctx, tenant, cursorID, RoomArchive, recordsOf)
}

// indexErased takes in what a page of the journal says was erased of records.
func (d *Desk) indexErased(ctx context.Context, tenant string) (int, error) {
	return d.follows(ctx, tenant, erasedID, BookErasure, func(page []Entry) (out []archive.RecordID) {
		for i := range page {
			var e Erased
			if json.Unmarshal(page[i].Data, &e) == nil {
				out = append(out, e.Records...)
			}
		}
		return out
	})
}

func (d *Desk) follows(
	ctx context.Context, tenant, id string, room Room, of func([]Entry) []archive.RecordID,
) (int, error) {
	cursor, err := d.cursor(ctx, tenant, id)
	if err != nil {
		return 0, err
	}
	page, next, err := d.Journal(ctx, tenant, JournalQuery{After: cursor.Value.Position, Room: room, Limit: archive.MaxLimit})
	if err != nil || next == cursor.Value.Position {
		return 0, err
	}
	records := of(page)
	if err := d.indexRecords(ctx, tenant, records); err != nil {
		return 0, err
	}
	looked := int(next - cursor.Value.Position)
	cursor.Value.Position = next
	err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		_, err := cursors().Put(ctx, tx, cursor)
		return err
	})
	if errors.Is(err, register.ErrConflict) {
		return looked, d.indexRecords(ctx, tenant, records)
	}
	return looked, err
}

func (d *Desk) cursor(ctx context.Context, tenant, id string) (register.Row[indexCursor], error) {
	row := register.Row[indexCursor]{ID: id}
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		got, err := cursors().Get(ctx, tx, id)
		switch {
		case err == nil:
			row = got
		case !errors.Is(err, register.ErrNotFound):
			return err
		}
		return nil
	})
	return row, err
}

// recordsOf are the records that entries are about, each once.
func recordsOf(page []Entry) []archive.RecordID {
	seen := make(map[string]bool, len(page))
	var out []archive.RecordID
	for i := range page {
		if !seen[page[i].Entity] {
			seen[page[i].Entity] = true
			out = append(out, archive.RecordID(page[i].Entity))
		}
	}
	return out
}

// indexRecords has the index hold records as they are now: those that are there in
// one step, and none of those that are not.
func (d *Desk) indexRecords(ctx context.Context, tenant string, ids []archive.RecordID) error {
	docs := make([]search.Document, 0, len(ids))
	size := 0
	put := func() error {
		if len(docs) == 0 {
			return nil
		}
		if err := d.cfg.Searcher.PutDocuments(ctx, tenant, docs...); err != nil {
			return fmt.Errorf("coordination: index records %q to %q: %w", docs[0].ID, docs[len(docs)-1].ID, err)
		}
		docs, size = docs[:0], 0
		return nil
	}
	for _, id := range ids {
		doc, err := d.document(ctx, tenant, id)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			err = d.cfg.Searcher.DeleteDocument(ctx, tenant, id)
		case err == nil:
			docs, size = append(docs, doc), size+len(doc.Text)
		}
		if err == nil && size > indexedAtOnce {
			err = put()
		}
		if err != nil {
			return fmt.Errorf("coordination: index record %q: %w", id, err)
		}
	}
	return put()
}

// document is what of a record is searched. A record whose content is gone, or
// was altered, is found by its title alone.
func (d *Desk) document(ctx context.Context, tenant string, id archive.RecordID) (search.Document, error) {
	r, err := d.file.Get(ctx, tenant, id)
	if err != nil {
		return search.Document{}, err
	}
	filed, _, err := d.Journal(ctx, tenant, JournalQuery{Room: RoomArchive, Entity: string(id), Limit: 1})
	if err != nil {
		return search.Document{}, err
	}
	doc := search.Document{
		ID: r.ID, Title: plain(r.Title), Kind: r.Kind, Dated: r.Dated,
		Facets: map[string][]string{FacetMediaType: {r.MediaType}, FacetFiledBy: {r.FiledBy}},
	}
	if r.Subject != "" {
		doc.Facets[FacetSubject] = []string{string(r.Subject)}
	}
	if len(filed) > 0 {
		doc.Recorded = filed[0].Recorded
	}
	if !readable(r.MediaType) {
		return doc, nil
	}
	switch _, content, err := d.OpenRecord(ctx, tenant, id); {
	case err == nil:
		doc.Text = plain(string(content))
	case !errors.Is(err, archive.ErrNotFound) && !errors.Is(err, archive.ErrAltered) && !errors.Is(err, archive.ErrGone):
		return doc, err
	}
	return doc, nil
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

// Search answers a query for a reader as far as Index has come: hits, counts
// and order are those of an archive that holds nothing but what Config.Sight lets the reader
// see, whatever q.Visible was. A query that cannot be read is archive.ErrInvalid;
// a desk without Searcher is ErrInvalid.
func (d *Desk) Search(ctx context.Context, tenant, reader string, q search.Query) (search.Result, error) {
	if d.cfg.Searcher == nil {
		return search.Result{}, fmt.Errorf("%w: the desk has no Searcher", ErrInvalid)
	}
	var err error
	if q.Visible, err = d.Sight(ctx, tenant, reader); err != nil {
		return search.Result{}, err
	}
	q.Kinds = slices.Clone(q.Kinds)
	return d.cfg.Searcher.FindDocuments(ctx, tenant, q)
}

// Sight is what a reader may see of a tenant's records; nil is everything.
func (d *Desk) Sight(ctx context.Context, tenant, reader string) (func(archive.RecordID) bool, error) {
	if d.cfg.Sight == nil {
		return nil, nil //nolint:nilnil // nil is an answer: see search.Query.Visible
	}
	return d.cfg.Sight(ctx, tenant, reader)
}
