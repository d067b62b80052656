package search

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
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
	return s.change(ctx, func(tx *sql.Tx) error {
		if len(last) == 0 {
			return nil
		}
		if err := s.engine.settled(ctx, tx, tenant); err != nil {
			return err
		}
		changed, there, err := s.changed(ctx, tx, tenant, last)
		if err != nil {
			return err
		}
		more, err := s.engine.remove(ctx, tx, tenant, there)
		if err != nil {
			return err
		}
		for marking := range more {
			more[marking] *= -1
		}
		for _, d := range changed {
			more[d.Marking]++
		}
		if err := recount(ctx, tx, tenant, more); err != nil {
			return err
		}
		return s.engine.put(ctx, tx, tenant, changed)
	})
}

// storedColumns are what is kept of a document.
const storedColumns = "d.id, d.kind, d.dated, d.recorded, d.facets, d.marking, t.title, t.text"

// changed are the documents that are not there as they come, in their order, and
// the ids of those of them that are there otherwise. To take one out of an index costs many
// times what it costs to look.
func (s *Searcher) changed(ctx context.Context, tx *sql.Tx, tenant string, ds []*search.Document) (changed []*search.Document, there []string, err error) {
	come := make(map[string]*search.Document, len(ds))
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = string(d.ID)
		come[ids[i]] = d
	}
	rows, err := s.engine.stored(ctx, tx, tenant, ids)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	same := make(map[archive.RecordID]bool)
	for rows.Next() {
		var (
			id, kind, facets, marking string
			dated, recorded           int64
			title, text               sql.RawBytes
		)
		if err := rows.Scan(&id, &kind, &dated, &recorded, &facets, &marking, &title, &text); err != nil {
			return nil, nil, err
		}
		d := come[id]
		known, err := facetText(d.Facets)
		if err != nil {
			return nil, nil, err
		}
		same[d.ID] = string(d.Kind) == kind && d.Dated.UnixMicro() == dated && d.Recorded.UnixMicro() == recorded &&
			known == facets && d.Marking == marking && d.Title == string(title) && d.Text == string(text)
		if !same[d.ID] {
			there = append(there, id)
		}
	}
	for _, d := range ds {
		if !same[d.ID] {
			changed = append(changed, d)
		}
	}
	return changed, there, rows.Err()
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
