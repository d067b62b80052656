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

// Contents gives the contents that a record should have, by the snapshot that is
// audited; gone if it was destroyed or handed over as the rules say.
type Contents func(ctx context.Context, tx Tx, id RecordID) (more []Digest, gone bool, err error)

// Audit goes through every record of a tenant, newest filing first, and compares
// it with its history, its content with its digest, and its references with the
// events that added them. Each flaw is given to report; the error is of reading on,
// or the first of report. It holds one page at a time; what changes meanwhile may be looked at before or
// after.
func (s *Service) Audit(ctx context.Context, tenant string, report func(Flaw) error) (records int, err error) {
	for after := ""; ; {
		var (
			page []Record
			next string
		)
		err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error { // those that were merged as well
			var err error
			page, next, err = tx.Records(ctx, Query{After: after, Limit: MaxLimit})
			return err
		})
		if err != nil {
			return records, err
		}
		for i := range page {
			records++
			flaws, err := s.auditRecord(ctx, tenant, page[i].ID)
			if err != nil {
				return records, err
			}
			for _, flaw := range flaws {
				if err := report(Flaw{Record: page[i].ID, Err: flaw}); err != nil {
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

// auditRecord looks at one record in one snapshot.
func (s *Service) auditRecord(ctx context.Context, tenant string, id RecordID) (flaws []error, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		flaws = nil
		r, err := tx.Record(ctx, id)
		if err != nil {
			return err
		}
		folded, references, err := history(ctx, tx, id)
		if err != nil {
			return err
		}
		folded.Rev = r.Rev // the row's own
		if folded != r {
			flaws = append(flaws, fmt.Errorf("%w: the row of %q is not what its history gives", ErrAltered, id))
		}
		found, err := s.auditContents(ctx, tx, tenant, folded)
		if err != nil {
			return err
		}
		flaws = append(flaws, found...)
		for _, want := range references {
			switch got, err := tx.Reference(ctx, want.Source, want.ID); {
			case err != nil:
				flaws = append(flaws, fmt.Errorf("reference %s of %q: %w", want.ID, id, err))
			case got != want:
				flaws = append(flaws, fmt.Errorf("%w: reference %s of %q is not what its event says", ErrAltered, want.ID, id))
			}
		}
		return nil
	})
	return flaws, err
}

// auditContents looks at every content that a record should have.
func (s *Service) auditContents(ctx context.Context, tx Tx, tenant string, r Record) (flaws []error, err error) {
	want := []Blob{{Digest: r.Digest, Size: r.Size}}
	if s.cfg.Contents != nil {
		more, gone, err := s.cfg.Contents(ctx, tx, r.ID)
		if err != nil || gone {
			return nil, err
		}
		for _, d := range more {
			if d != r.Digest {
				want = append(want, Blob{Digest: d, Size: -1})
			}
		}
	}
	for _, b := range want {
		if flaw := s.auditContent(ctx, tx, tenant, b); flaw != nil {
			flaws = append(flaws, fmt.Errorf("content %s of %q: %w", b.Digest, r.ID, flaw))
		}
	}
	return flaws, nil
}

// auditContent reads a content to its end, which verifies it.
func (s *Service) auditContent(ctx context.Context, tx Tx, tenant string, b Blob) error {
	from, err := s.contentTx(ctx, tx, tenant, b)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, from)
	return errors.Join(err, from.Close())
}

// history folds the events of a record and collects the references they added.
func history(ctx context.Context, tx Tx, id RecordID) (Record, []Reference, error) {
	var (
		r          Record
		references []Reference
	)
	for after := int64(0); ; {
		page, next, err := tx.RecordEvents(ctx, id, after, MaxLimit)
		if err != nil {
			return r, nil, err
		}
		for _, ev := range page {
			r = Evolve(r, ev)
			if d, ok := ev.Data.(ReferredData); ok {
				references = append(references, d.Reference)
			}
		}
		if next == 0 {
			return r, references, nil
		}
		after = next
	}
}
