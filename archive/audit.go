package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Flaw is what an audit of the records found.
type Flaw struct {
	Record RecordID
	Err    error // ErrAltered for what does not fit, ErrNotFound for what is gone
}

// Kept is what there should be of a record.
type Kept struct {
	Contents []Digest // all that it has beside the one it was filed with, which may be among them
	Gone     bool     // they were destroyed or handed over as the rules say
}

// Contents gives what there should be of records, by the snapshot that is audited; of
// one that is not in the answer it is the content that it was filed with.
type Contents func(ctx context.Context, tx Tx, records []Record) (map[RecordID]Kept, error)

// Audit goes through every record of a tenant, newest filing first, and compares
// it with its history, its content with its digest, and its references with the
// events that added them, each record with all that is its own in one snapshot. Each flaw is given to report; the error is of reading on,
// or the first of report. It holds one page at a time; what changes meanwhile may be looked at before or
// after.
func (s *Service) Audit(ctx context.Context, tenant string, report func(Flaw) error) (records int, err error) {
	for after := ""; ; {
		page, next, err := s.auditPage(ctx, tenant, after)
		if err != nil {
			return records, err
		}
		for i := range page.records {
			records++
			if id := page.records[i].ID; page.alone || len(page.flaws[id]) > 0 {
				if err := s.auditAlone(ctx, tenant, id, report); err != nil {
					return records, err
				}
			}
		}
		if next == "" {
			return records, nil
		}
		after = next
	}
}

// audited is a look at some records, all in one snapshot.
type audited struct {
	*Service

	tenant    string
	records   []Record
	flaws     map[RecordID][]error
	elsewhere []filedBlob // contents that the store does not keep
	alone     bool        // something cannot be read: which it is shows one by one
}

// filedBlob is a content that a record should have.
type filedBlob struct {
	of RecordID
	Blob
}

// auditPage looks at a page of records at once. What it finds is looked at again one
// by one: contents that are kept elsewhere may have gone since, as the rules say.
func (s *Service) auditPage(ctx context.Context, tenant, after string) (a audited, next string, err error) {
	var listed bool
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		a = audited{Service: s, tenant: tenant}
		var err error
		a.records, next, err = tx.Records(ctx, Query{After: after, Limit: MaxLimit}) // those that were merged as well
		if listed = err == nil; listed {
			err = a.compare(ctx, tx)
		}
		return err
	})
	if err == nil {
		err = a.open(ctx)
	}
	if err != nil && listed && ctx.Err() == nil {
		a.alone, err = true, nil
	}
	return a, next, err
}

// auditAlone looks at one record and reports what it finds.
func (s *Service) auditAlone(ctx context.Context, tenant string, id RecordID, report func(Flaw) error) error {
	var a audited
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.Record(ctx, id)
		a = audited{Service: s, tenant: tenant, records: []Record{r}}
		if err == nil {
			err = a.compare(ctx, tx)
		}
		return err
	})
	if err == nil {
		err = a.open(ctx)
	}
	if err != nil {
		return err
	}
	for _, flaw := range a.flaws[id] {
		if err := report(Flaw{Record: id, Err: flaw}); err != nil {
			return err
		}
	}
	return nil
}

func (a *audited) flaw(id RecordID, err error) {
	if a.flaws == nil {
		a.flaws = make(map[RecordID][]error)
	}
	a.flaws[id] = append(a.flaws[id], err)
}

// compare looks at everything that the store keeps of the records.
func (a *audited) compare(ctx context.Context, tx Tx) error {
	if len(a.records) == 0 {
		return nil
	}
	histories, err := pastOf(ctx, tx, a.records)
	if err != nil {
		return err
	}
	for i := range a.records {
		r := &a.records[i]
		folded := histories[r.ID].record
		folded.Rev = r.Rev // the row's own
		if folded != *r {
			a.flaw(r.ID, fmt.Errorf("%w: the row of %q is not what its history gives", ErrAltered, r.ID))
		}
	}
	if err := a.compareContents(ctx, tx, histories); err != nil {
		return err
	}
	return a.compareReferences(ctx, tx, histories)
}

// past is what the events of a record say: what it is and the references they added.
type past struct {
	record     Record
	references []Reference
}

// pastOf folds the events of records.
func pastOf(ctx context.Context, tx Tx, records []Record) (map[RecordID]*past, error) {
	out := make(map[RecordID]*past, len(records))
	ids := make([]RecordID, len(records))
	for i := range records {
		ids[i] = records[i].ID
		out[ids[i]] = &past{}
	}
	take := func(events []Event) {
		for i := range events {
			p := out[events[i].Record]
			p.record = Evolve(p.record, events[i])
			if d, ok := events[i].Data.(ReferredData); ok {
				p.references = append(p.references, d.Reference)
			}
		}
	}
	events, err := tx.RecordHistories(ctx, ids)
	if take(events); !errors.Is(err, ErrInvalid) {
		return out, err
	}
	for _, id := range ids { // together they are too many
		for after := int64(-1); after != 0; {
			events, next, err := tx.RecordEvents(ctx, id, max(after, 0), MaxLimit)
			if err != nil {
				return nil, err
			}
			take(events)
			after = next
		}
	}
	return out, nil
}

// auditedAtOnce is how many bytes of contents an audit has in memory.
const auditedAtOnce = 16 << 20

// compareContents looks at every content that the records should have.
func (a *audited) compareContents(ctx context.Context, tx Tx, histories map[RecordID]*past) error {
	var kept map[RecordID]Kept
	if a.cfg.Contents != nil {
		var err error
		if kept, err = a.cfg.Contents(ctx, tx, a.records); err != nil {
			return err
		}
	}
	var (
		some []filedBlob
		size int64
	)
	for i := range a.records {
		id := a.records[i].ID
		for _, b := range contentsOf(histories[id].record, kept[id]) {
			some = append(some, filedBlob{id, b})
			if b.Size < 0 {
				b.Size = MaxContent
			}
			if size += b.Size; size < auditedAtOnce && len(some) < MaxLimit {
				continue
			}
			if err := a.read(ctx, tx, some); err != nil {
				return err
			}
			some, size = some[:0], 0
		}
	}
	return a.read(ctx, tx, some)
}

// contentsOf are the contents that a record should have; of a size below 0 nothing
// is known.
func contentsOf(r Record, kept Kept) []Blob {
	if kept.Gone {
		return nil
	}
	out := []Blob{{Digest: r.Digest, Size: r.Size}}
	for _, d := range kept.Contents {
		if d != r.Digest {
			out = append(out, Blob{Digest: d, Size: -1})
		}
	}
	return out
}

// read looks at those of the contents that the store keeps.
func (a *audited) read(ctx context.Context, tx Tx, some []filedBlob) error {
	digests := make([]Digest, len(some))
	for i := range some {
		digests[i] = some[i].Digest
	}
	contents, err := tx.ContentsOf(ctx, digests)
	if err != nil {
		return err
	}
	for i := range some {
		content, ok := contents[some[i].Digest]
		if !ok {
			a.elsewhere = append(a.elsewhere, some[i])
			continue
		}
		err := some[i].fits(int64(len(content)))
		if got := DigestOf(content); err == nil && got != some[i].Digest {
			err = errDigest(some[i].Digest, got)
		}
		a.content(&some[i], err)
	}
	return nil
}

// content notes what is wrong with a content, if anything.
func (a *audited) content(b *filedBlob, err error) {
	if err != nil {
		a.flaw(b.of, fmt.Errorf("content %s of %q: %w", b.Digest, b.of, err))
	}
}

// open reads the contents that the store does not keep to their end, which verifies
// them.
func (a *audited) open(ctx context.Context) error {
	for i := range a.elsewhere {
		from, err := a.openElsewhere(ctx, a.tenant, a.elsewhere[i].Blob)
		if err == nil {
			_, err = io.Copy(io.Discard, from)
			err = errors.Join(err, from.Close())
		}
		a.content(&a.elsewhere[i], err)
	}
	return ctx.Err()
}

// compareReferences looks at every edge that the events added.
func (a *audited) compareReferences(ctx context.Context, tx Tx, histories map[RecordID]*past) error {
	edges, err := edgesFrom(ctx, tx, histories)
	if err != nil {
		return err
	}
	for i := range a.records {
		id := a.records[i].ID
		for _, want := range histories[id].references {
			got, ok := edges[edgeKey{want.Source, want.ID}]
			if !ok {
				got, err = tx.Reference(ctx, want.Source, want.ID)
			}
			switch {
			case err != nil:
				a.flaw(id, fmt.Errorf("reference %s of %q: %w", want.ID, id, err))
			case got != want:
				a.flaw(id, fmt.Errorf("%w: reference %s of %q is not what its event says", ErrAltered, want.ID, id))
			}
			err = nil
		}
	}
	return nil
}

// edgeKey is what an edge is found by.
type edgeKey struct {
	source End
	id     string
}

// edgesFrom are the edges that lead from the records to whose histories edges were
// added; none of them, if they are too many to be read at once.
func edgesFrom(ctx context.Context, tx Tx, histories map[RecordID]*past) (map[edgeKey]Reference, error) {
	q := EdgeQuery{Direction: Outward}
	for id, p := range histories {
		if len(p.references) > 0 {
			q.Records = append(q.Records, id)
		}
	}
	for _, info := range ReferenceTypes() {
		q.Types = append(q.Types, info.Type)
	}
	edges, err := tx.Edges(ctx, q)
	if err != nil && !errors.Is(err, ErrInvalid) {
		return nil, err
	}
	out := make(map[edgeKey]Reference, len(edges))
	for i := range edges {
		out[edgeKey{edges[i].Source, edges[i].ID}] = edges[i].Reference
	}
	return out, nil
}
