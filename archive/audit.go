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

// Audit goes through every record of a tenant, newest filing first, and compares
// it with its history, its content with its digest, and its references with the
// events that added them. Each flaw is given to report; the error is of reading on,
// or the first of report. It holds one page at a time; what changes meanwhile may be looked at before or
// after.
func (s *Service) Audit(ctx context.Context, tenant string, report func(Flaw) error) (records int, err error) {
	for after := ""; ; {
		page, next, err := s.List(ctx, tenant, Query{After: after, Limit: MaxLimit})
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
		if flaw := s.auditContent(ctx, tx, tenant, folded); flaw != nil {
			flaws = append(flaws, fmt.Errorf("content of %q: %w", id, flaw))
		}
		for _, want := range references {
			switch got, err := tx.Reference(ctx, want.ID); {
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

// auditContent reads a content to its end, which verifies it.
func (s *Service) auditContent(ctx context.Context, tx Tx, tenant string, r Record) error {
	from, err := s.contentTx(ctx, tx, tenant, Blob{Digest: r.Digest, Size: r.Size})
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
