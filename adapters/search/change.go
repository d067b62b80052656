package search

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
)

// PutDocuments takes documents in, in one transaction; see search.Searcher.
func (s *Searcher) PutDocuments(ctx context.Context, tenant string, ds ...search.Document) error {
	if err := check(tenant); err != nil {
		return err
	}
	for i := range ds {
		if err := ds[i].Validate(); err != nil {
			return err
		}
	}
	last := latest(ds)
	ids := make([]string, len(last))
	for i, d := range last {
		ids[i] = string(d.ID)
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if len(last) == 0 {
			return nil
		}
		if err := s.engine.settled(ctx, tx, tenant); err != nil {
			return err
		}
		more, err := s.engine.remove(ctx, tx, tenant, ids)
		if err != nil {
			return err
		}
		for marking := range more {
			more[marking] *= -1
		}
		for _, d := range last {
			more[d.Marking]++
		}
		if err := recount(ctx, tx, tenant, more); err != nil {
			return err
		}
		return s.engine.put(ctx, tx, tenant, last)
	})
}

// latest are the documents by date, of those with one id the last: engines write
// far less when numbers rise.
func latest(ds []search.Document) []*search.Document {
	at := make(map[archive.RecordID]int, len(ds))
	var out []*search.Document
	for i := range ds {
		if k, twice := at[ds[i].ID]; twice {
			out[k] = &ds[i]
			continue
		}
		at[ds[i].ID] = len(out)
		out = append(out, &ds[i])
	}
	slices.SortStableFunc(out, func(a, b *search.Document) int { return cmp.Compare(secondOf(a.Dated), secondOf(b.Dated)) })
	return out
}

// DeleteDocument takes a document out; see search.Searcher.
func (s *Searcher) DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error {
	if err := check(tenant, string(id)); err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.engine.settled(ctx, tx, tenant); err != nil {
			return err
		}
		more, err := s.engine.remove(ctx, tx, tenant, []string{string(id)})
		if err != nil {
			return err
		}
		for marking := range more {
			more[marking] *= -1
		}
		return recount(ctx, tx, tenant, more)
	})
}

// facetText is how facets stand in a row; facetsOf reads it.
func facetText(facets map[string][]string) (string, error) {
	if len(facets) == 0 {
		return "", nil
	}
	raw, err := json.Marshal(facets)
	return string(raw), err
}

func facetsOf(text string) (out map[string][]string, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, err
}
