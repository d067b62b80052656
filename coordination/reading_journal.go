package coordination

import (
	"context"
	"encoding/json"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/coordination/register"
)

// The books of what names records.
const (
	bookHold     = "hold"
	bookDisposal = "disposal"
	// BookResolution is the book of what open references came to lead to.
	BookResolution = "resolution"
)

// Journal is Desk.Journal without the entries that tell of what he may not see; those
// that are left keep their positions.
func (r Reading) Journal(ctx context.Context, q JournalQuery) ([]Entry, int64, error) {
	page, next, err := r.desk.Journal(ctx, r.tenant, q)
	if err != nil || r.visible == nil {
		return page, next, err
	}
	var out []Entry
	err = r.desk.cfg.Store.View(ctx, r.tenant, func(ctx context.Context, tx Tx) error {
		out = nil
		for i := range page {
			seen, err := r.seesEntry(ctx, tx, &page[i])
			if err != nil {
				return err
			}
			if seen {
				out = append(out, page[i])
			}
		}
		return nil
	})
	return out, next, err
}

// SeesEntries reports whether he may see every entry of the journal after a position and
// up to another.
func (r Reading) SeesEntries(ctx context.Context, after, to int64) (bool, error) {
	if r.visible == nil {
		return true, nil
	}
	for q := (JournalQuery{After: after, Limit: MaxLimit}); q.After < to; {
		page, next, err := r.desk.Journal(ctx, r.tenant, q)
		if err != nil || len(page) == 0 {
			return err == nil, err
		}
		seen := true
		err = r.desk.cfg.Store.View(ctx, r.tenant, func(ctx context.Context, tx Tx) error {
			for i := range page {
				if page[i].Position > to {
					break
				}
				if seen, err = r.seesEntry(ctx, tx, &page[i]); err != nil || !seen {
					return err
				}
			}
			return nil
		})
		if err != nil || !seen {
			return false, err
		}
		q.After = next
	}
	return true, nil
}

// seesEntry reports whether he may see the thing that an entry tells of, as it is now,
// and the records that it names.
func (r Reading) seesEntry(ctx context.Context, tx Tx, e *Entry) (bool, error) {
	switch e.Room {
	case RoomArchive, BookFiling, BookKeeping:
		return r.Sees(archive.RecordID(e.Entity)) && r.seesData(e), nil
	case BookItem:
		return seesRow(ctx, tx, items(), e.Entity, func(i *paper.Item) bool { return r.seesItem(i) && r.seesData(e) })
	case BookOutcome:
		seen, err := seesRow(ctx, tx, outcomes(), e.Entity, r.seesWhole)
		var later outcome.Superseded
		if err != nil || !seen || e.Kind != outcome.KindSuperseded || json.Unmarshal(e.Data, &later) != nil {
			return seen, err
		}
		return seesRow(ctx, tx, outcomes(), later.By, r.seesOutcome)
	case bookHold:
		row, known, err := lookup(ctx, tx, holds(), e.Entity)
		all := len(row.Value.Scope.Records)
		return !known || r.seesHold(&row.Value) && len(row.Value.Scope.Records) == all, err
	case bookDisposal:
		row, known, err := lookup(ctx, tx, disposals(), e.Entity)
		return !known || r.seesBatch(&row), err
	case BookResolution:
		ref, err := tx.OpenReference(ctx, e.Entity)
		if isNotFound(err) {
			return true, nil
		}
		return err == nil && r.seesEdge(&ref) && r.seesData(e), err
	case RoomChangeRequest, RoomBundle, RoomNotice:
	}
	return true, nil
}

// seesWhole reports whether he may see an outcome with all that it rests on.
func (r Reading) seesWhole(f *outcome.Filed) bool {
	evidence := len(f.Evidence)
	return r.seesOutcome(f) && len(f.Evidence) == evidence
}

func seesRow[T any](ctx context.Context, tx Tx, of register.Register[T], id string, sees func(*T) bool) (bool, error) {
	row, known, err := lookup(ctx, tx, of, id)
	return !known || sees(&row.Value), err
}

// seesData reports whether he may see the records that the data of an entry name.
func (r Reading) seesData(e *Entry) bool {
	var named struct {
		Record    archive.RecordID   `json:"record"`
		Family    []archive.RecordID `json:"family"`
		Reference json.RawMessage    `json:"reference"`
	}
	if json.Unmarshal(e.Data, &named) != nil {
		return false
	}
	for _, id := range append(named.Family, named.Record) {
		if id != "" && !r.Sees(id) {
			return false
		}
	}
	var ref archive.Reference
	if len(named.Reference) == 0 || named.Reference[0] != '{' {
		return true
	}
	return json.Unmarshal(named.Reference, &ref) == nil && r.seesEdge(&ref)
}
