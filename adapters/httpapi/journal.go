package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/coordination"
)

// ReadJournal returns entries after a position.
func (a *api) ReadJournal(ctx context.Context, in ReadJournalRequestObject) (ReadJournalResponseObject, error) {
	q := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Journal(ctx, coordination.JournalQuery{
		After: value(q.After), Room: word[coordination.Room](q.Room), Entity: value(q.Entity), Limit: int(value(q.Limit)),
	})
	if err != nil {
		return nil, err
	}
	out := ReadJournal200JSONResponse{Items: make([]JournalEntry, len(page)), Next: next}
	for i, e := range page {
		if out.Items[i], err = entryTo(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
