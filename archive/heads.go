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
// shows all. A record that is not filed is ErrNotFound. Records that were merged are one, named by the one that stands for
// all.
//
// Each step reads the edges at one record; a succession of more than 100,000 records is a *RefusedError.
func (s *Service) Heads(ctx context.Context, tenant string, id RecordID, at time.Time, visible func(RecordID) bool) ([]RecordID, error) {
	var out []RecordID
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		out = nil
		r, err := tx.Record(ctx, id)
		if err == nil {
			r, err = Survivor(ctx, tx, r)
		}
		if err != nil {
			return err
		}
		seen := map[RecordID]bool{r.ID: true}
		for next := []Record{r}; len(next) > 0; next = next[1:] {
			later, err := successors(ctx, tx, next[0], at, visible)
			if err != nil {
				return err
			}
			if len(later) == 0 {
				out = append(out, next[0].ID)
			}
			for _, r := range later {
				if !seen[r.ID] {
					seen[r.ID] = true
					next = append(next, r)
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

// successors are the filed records that supersede one directly as of a time, or one that was merged with it.
func successors(ctx context.Context, tx Tx, r Record, at time.Time, visible func(RecordID) bool) ([]Record, error) {
	all, err := Merged(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	edges, err := tx.Edges(ctx, EdgeQuery{Records: all, Direction: Inward, Types: []ReferenceType{Supersedes}})
	if err != nil {
		return nil, err
	}
	var out []Record
	for i := range edges {
		by := RecordID(edges[i].Source.Value)
		if !edges[i].Held || (!at.IsZero() && !edges[i].ValidAt(at)) || (visible != nil && !visible(by)) {
			continue
		}
		later, err := tx.Record(ctx, by)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			later, err = Survivor(ctx, tx, later)
		}
		if err != nil {
			return nil, err
		}
		if later.ID != r.ID && (visible == nil || visible(later.ID)) {
			out = append(out, later)
		}
	}
	return out, nil
}
