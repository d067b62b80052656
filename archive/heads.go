package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Heads gives what a record has become as of a time: those of its successors over supersedes that nothing supersedes
// themselves, the record itself if there are none. Successions split and merge, so it is a set; it is in byte order. The
// zero time takes in every edge. Successors that visible does not show, or that are not filed, are none; a nil visible
// shows all. A record that is not filed is ErrNotFound.
//
// Each step reads the edges at one record; a succession of more than 100,000 records is a *RefusedError.
func (s *Service) Heads(ctx context.Context, tenant string, id RecordID, at time.Time, visible func(RecordID) bool) ([]RecordID, error) {
	var out []RecordID
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		out = nil
		if _, err := tx.Record(ctx, id); err != nil {
			return err
		}
		seen := map[RecordID]bool{id: true}
		for next := []RecordID{id}; len(next) > 0; next = next[1:] {
			later, err := successors(ctx, tx, next[0], at, visible)
			if err != nil {
				return err
			}
			if len(later) == 0 {
				out = append(out, next[0])
			}
			for _, id := range later {
				if !seen[id] {
					seen[id] = true
					next = append(next, id)
				}
			}
			if len(seen) > maxSearch {
				return &RefusedError{Command: "heads", Unmet: []Unmet{{
					Condition: "bounded", Ref: string(id), Text: fmt.Sprintf("more than %d records succeed %q: ask for one that is nearer to the end", maxSearch, id),
				}}}
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b RecordID) int { return strings.Compare(string(a), string(b)) })
	return out, err
}

// successors are the filed records that supersede one directly as of a time.
func successors(ctx context.Context, tx Tx, id RecordID, at time.Time, visible func(RecordID) bool) ([]RecordID, error) {
	var out []RecordID
	for q := (ReferenceQuery{End: ToRecord(id), Direction: Inward, Limit: MaxLimit}); ; {
		page, next, err := tx.References(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			by := RecordID(page[i].Source.Value)
			switch {
			case page[i].Type != Supersedes || page[i].Source.Kind != EndRecord || (!at.IsZero() && !page[i].ValidAt(at)):
			case visible != nil && !visible(by):
			default:
				if _, err := tx.Record(ctx, by); errors.Is(err, ErrNotFound) {
					continue
				} else if err != nil {
					return nil, err
				}
				out = append(out, by)
			}
		}
		if next == "" {
			return out, nil
		}
		q.After = next
	}
}
