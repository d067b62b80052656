package coordination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

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

// What is handed to the index at a time: so many records, or so much text in bytes;
// and of how many entries of the journal at most it is noted at once that they were looked at.
const (
	indexedRecords  = 10_000
	indexedAtOnce   = 16 << 20
	followedEntries = 50_000
)

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

// indexPage takes in the records of a stretch of the journal. Whoever finds that
// another was faster has written what may be older than what that one wrote: it
// writes the same records again, as they are now, before it goes on.
func (d *Desk) indexPage(ctx context.Context, tenant string) (int, error) {
	return d.follows(ctx, tenant, cursorID, RoomArchive, (*followed).take)
}

// indexErased takes in what a stretch of the journal says was erased of records.
func (d *Desk) indexErased(ctx context.Context, tenant string) (int, error) {
	return d.follows(ctx, tenant, erasedID, BookErasure, func(f *followed, e *Entry) {
		var erased Erased
		if json.Unmarshal(e.Data, &erased) == nil {
			for _, id := range erased.Records {
				f.add(id)
			}
		}
	})
}

// followed are the records that a stretch of the journal is about, each once.
type followed struct {
	ids   []archive.RecordID
	seen  map[archive.RecordID]bool
	filed map[archive.RecordID]time.Time // when the first entry of those was recorded that are filed in it
}

func (f *followed) add(id archive.RecordID) {
	if !f.seen[id] {
		f.seen[id] = true
		f.ids = append(f.ids, id)
	}
}

// take notes the record of an entry of the archive.
func (f *followed) take(e *Entry) {
	f.add(archive.RecordID(e.Entity))
	if e.Seq == 1 {
		f.filed[archive.RecordID(e.Entity)] = e.Recorded
	}
}

// follows has the index hold what the next stretch of the journal is about, and
// says how many entries that was.
func (d *Desk) follows(
	ctx context.Context, tenant, id string, room Room, take func(*followed, *Entry),
) (int, error) {
	cursor, err := d.cursor(ctx, tenant, id)
	if err != nil {
		return 0, err
	}
	from := cursor.Value.Position
	f := followed{seen: make(map[archive.RecordID]bool), filed: make(map[archive.RecordID]time.Time)}
	for len(f.ids) < indexedRecords && cursor.Value.Position < from+followedEntries {
		page, next, err := d.Journal(ctx, tenant, JournalQuery{After: cursor.Value.Position, Room: room, Limit: MaxLimit})
		if err != nil {
			return 0, err
		}
		if next == cursor.Value.Position {
			break
		}
		for i := range page {
			take(&f, &page[i])
		}
		cursor.Value.Position = next
	}
	looked := int(cursor.Value.Position - from)
	if looked == 0 {
		return 0, nil
	}
	if err := d.indexRecords(ctx, tenant, f.ids, f.filed); err != nil {
		return 0, err
	}
	err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		_, err := cursors().Put(ctx, tx, cursor)
		return err
	})
	if errors.Is(err, register.ErrConflict) {
		return looked, d.indexRecords(ctx, tenant, f.ids, f.filed)
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

// IndexRecords has the index take in records again as they are now: those whose
// marking changed, of which the journal says nothing. Ids that are not there are
// taken out.
func (d *Desk) IndexRecords(ctx context.Context, tenant string, ids ...archive.RecordID) error {
	if d.cfg.Searcher == nil {
		return fmt.Errorf("%w: the desk has no Searcher", ErrInvalid)
	}
	return d.indexRecords(ctx, tenant, ids, nil)
}

// Search answers a query for a reader as far as Index has come: hits, counts
// and order are those of an archive that holds nothing but what Config.Sight and Config.Clearance
// let the reader see, whatever q.Visible and q.Cleared were. A query that cannot be read is archive.ErrInvalid;
// a desk without Searcher is ErrInvalid.
func (d *Desk) Search(ctx context.Context, tenant, reader string, q search.Query) (search.Result, error) {
	if d.cfg.Searcher == nil {
		return search.Result{}, fmt.Errorf("%w: the desk has no Searcher", ErrInvalid)
	}
	var err error
	if q.Visible, err = d.Sight(ctx, tenant, reader); err != nil {
		return search.Result{}, err
	}
	if q.Cleared = nil; d.cfg.Clearance != nil {
		if q.Cleared, err = d.cfg.Clearance(ctx, tenant, reader); err != nil {
			return search.Result{}, err
		}
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
