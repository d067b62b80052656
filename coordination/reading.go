package coordination

import (
	"context"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// Reading is the archive as one reader sees it: as if it held nothing but the records
// that Config.Sight lets him see. Lists and counts, how pages are cut and the tokens that
// lead on are those of that smaller archive; what he may not know of is not found, like
// what is not there. A list therefore reads on until a page is full, however much is
// hidden in between.
type Reading struct {
	desk    *Desk
	tenant  string
	visible func(archive.RecordID) bool // nil: everything
}

// Reading returns the archive as a reader sees it now.
func (d *Desk) Reading(ctx context.Context, tenant, reader string) (Reading, error) {
	visible, err := d.Sight(ctx, tenant, reader)
	return Reading{desk: d, tenant: tenant, visible: visible}, err
}

// Whole reports whether nothing is hidden from the reader.
func (r Reading) Whole() bool { return r.visible == nil }

// Sees reports whether the reader may know of a record; of none that is not there it
// says anything.
func (r Reading) Sees(id archive.RecordID) bool { return r.visible == nil || r.visible(id) }

// SeesEnd reports whether he may know of an end of a reference.
func (r Reading) SeesEnd(e archive.End) bool {
	return e.Kind != archive.EndRecord || r.Sees(archive.RecordID(e.Value))
}

func (r Reading) seesEdge(e *archive.Reference) bool {
	return r.SeesEnd(e.Source) && r.SeesEnd(e.Target)
}

// Named is a unit of work in which records that the reader may not see are not found by
// id. It is for commands that look at nothing but the records they name.
func (r Reading) Named(tx Tx) Tx {
	if r.visible == nil {
		return tx
	}
	return sighted{tx, r}
}

type sighted struct {
	Tx

	reading Reading
}

// Record of archive.Tx.
func (s sighted) Record(ctx context.Context, id archive.RecordID) (archive.Record, error) {
	if !s.reading.Sees(id) {
		return archive.Record{}, archive.ErrNotFound
	}
	return s.Tx.Record(ctx, id)
}

// RecordsOf of archive.Tx.
func (s sighted) RecordsOf(ctx context.Context, ids []archive.RecordID) ([]archive.Record, error) {
	return s.Tx.RecordsOf(ctx, slices.DeleteFunc(slices.Clone(ids), func(id archive.RecordID) bool { return !s.reading.Sees(id) }))
}

// Disposable refuses records that the reader may not see, as AskDisposal does those that
// are not there.
func (r Reading) Disposable(records []archive.RecordID) error {
	for _, id := range records {
		if !r.Sees(id) {
			return unfiled(archive.ErrNotFound, id)
		}
	}
	return nil
}

// Twin refuses a record that the reader may not see, as Handle does one that is not there.
func (r Reading) Twin(record archive.RecordID) error {
	if !r.Sees(record) {
		return fieldNotFound(archive.ErrNotFound, "/record", textUnfiled)
	}
	return nil
}

// sifting is a list of which a reader sees a part.
type sifting[T any] struct {
	limit int
	fetch func(after string, limit int) ([]T, string, error)
	keep  func(*T) (bool, error) // it may take from the item what he may not see
}

// page is the page after a token.
func (s sifting[T]) page(after string) ([]T, string, error) {
	var (
		out  []T
		last struct { // where the last item was read
			after string
			index int
		}
	)
	for {
		page, next, err := s.fetch(after, s.limit)
		if err != nil {
			return nil, "", err
		}
		for i := range page {
			kept, err := s.keep(&page[i])
			if err != nil {
				return nil, "", err
			}
			if !kept {
				continue
			}
			if len(out) == s.limit { // there is more
				token, err := s.token(last.after, last.index)
				return out, token, err
			}
			out = append(out, page[i])
			last.after, last.index = after, i
		}
		if next == "" {
			return out, "", nil
		}
		after = next
	}
}

// token is the one that leads on behind the item with an index of what is read after
// another token. A list may look at more than it gives, so the least limit is searched
// for under which it gives that item.
func (s sifting[T]) token(after string, index int) (string, error) {
	low, high := index+1, s.limit
	for limit := low; low < high; limit = (low + high) / 2 {
		page, _, err := s.fetch(after, limit)
		if err != nil {
			return "", err
		}
		if len(page) > index {
			high = limit
		} else {
			low = limit + 1
		}
	}
	_, next, err := s.fetch(after, low)
	return next, err
}

// Records is Desk.Records.
func (r Reading) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	fetch := func(after string, limit int) ([]archive.Record, string, error) {
		q := q
		q.After, q.Limit = after, limit
		return r.desk.Records(ctx, r.tenant, q)
	}
	if r.visible == nil {
		return fetch(q.After, q.Limit)
	}
	return sifting[archive.Record]{archive.ClampLimit(q.Limit), fetch, func(x *archive.Record) (bool, error) { return r.Sees(x.ID), nil }}.page(q.After)
}

// References is Desk.References, of edges between what he may see.
func (r Reading) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	fetch := func(after string, limit int) ([]archive.Reference, string, error) {
		q := q
		q.After, q.Limit = after, limit
		return r.desk.References(ctx, r.tenant, q)
	}
	if r.visible == nil {
		return fetch(q.After, q.Limit)
	}
	return sifting[archive.Reference]{archive.ClampLimit(q.Limit), fetch, func(x *archive.Reference) (bool, error) { return r.seesEdge(x), nil }}.page(q.After)
}

// OpenReferences is Desk.OpenReferences.
func (r Reading) OpenReferences(ctx context.Context, after string, limit int) ([]OpenReference, string, error) {
	fetch := func(after string, limit int) ([]OpenReference, string, error) {
		return r.desk.openReferences(ctx, r.tenant, after, limit, r.Sees)
	}
	if r.visible == nil {
		return fetch(after, limit)
	}
	return sifting[OpenReference]{archive.ClampLimit(limit), fetch, func(x *OpenReference) (bool, error) {
		if !r.Sees(x.Called) {
			x.Called = ""
		}
		return r.seesEdge(&x.Reference), nil
	}}.page(after)
}

// sifted is a page of a register of which he sees a part.
func sifted[T any](
	r Reading, q register.Query, list func(register.Query) ([]T, string, error), keep func(*T) (bool, error),
) ([]T, string, error) {
	if r.visible == nil {
		return list(q)
	}
	return sifting[T]{register.ClampLimit(q.Limit), func(after string, limit int) ([]T, string, error) {
		q := q
		q.After, q.Limit = after, limit
		return list(q)
	}, keep}.page(q.After)
}

// Filings is Desk.Filings.
func (r Reading) Filings(ctx context.Context, q register.Query) ([]Filing, string, error) {
	return sifted(r, q, func(q register.Query) ([]Filing, string, error) { return r.desk.Filings(ctx, r.tenant, q) },
		func(x *Filing) (bool, error) { return r.Sees(x.Value.Record), nil })
}

// DueRecords is Desk.DueRecords.
func (r Reading) DueRecords(ctx context.Context, after string, limit int) ([]Retention, string, error) {
	return sifted(r, register.Query{After: after, Limit: limit}, func(q register.Query) ([]Retention, string, error) {
		return r.desk.DueRecords(ctx, r.tenant, q.After, q.Limit)
	}, func(x *Retention) (bool, error) { return r.Sees(x.Record), nil })
}

// ShownHolds are holds on what he may see, without the names of what he may not.
func (r Reading) ShownHolds(holds []retention.Hold) []retention.Hold {
	out := slices.Clone(holds)
	for i := range out {
		r.seesHold(&out[i])
	}
	return out
}

// seesHold takes from the scope of a hold what he may not see, and reports whether
// anything is left of it.
func (r Reading) seesHold(h *retention.Hold) bool {
	named := len(h.Scope.Records)
	h.Scope.Records = slices.DeleteFunc(slices.Clone(h.Scope.Records), func(id archive.RecordID) bool { return !r.Sees(id) })
	s := &h.Scope
	return named == 0 || len(s.Records)+len(s.Classes)+len(s.Aggregations)+len(s.Conditions) > 0
}

// Holds is Desk.Holds. One of nothing but hidden records is none.
func (r Reading) Holds(ctx context.Context, q register.Query) ([]Hold, string, error) {
	return sifted(r, q, func(q register.Query) ([]Hold, string, error) { return r.desk.Holds(ctx, r.tenant, q) },
		func(x *Hold) (bool, error) { return r.seesHold(&x.Value), nil })
}

// Hold is Desk.Hold.
func (r Reading) Hold(ctx context.Context, id string) (Hold, error) {
	row, err := r.desk.Hold(ctx, r.tenant, id)
	return orNone(row, err, func(x *Hold) bool { return r.seesHold(&x.Value) })
}

// orNone gives what was read if it is seen.
func orNone[T any](row T, err error, sees func(*T) bool) (T, error) {
	if err == nil && !sees(&row) {
		var none T
		return none, register.ErrNotFound
	}
	return row, err
}

// seesBatch reports whether he may see all the records of a disposal: its scope tells of
// all of them.
func (r Reading) seesBatch(x *Disposal) bool {
	return !slices.ContainsFunc(x.Value.Items, func(i retention.BatchItem) bool { return !r.Sees(i.Record) })
}

// Disposals is Desk.Disposals, of those whose records he sees all.
func (r Reading) Disposals(ctx context.Context, q register.Query) ([]Disposal, string, error) {
	return sifted(r, q, func(q register.Query) ([]Disposal, string, error) { return r.desk.Disposals(ctx, r.tenant, q) },
		func(x *Disposal) (bool, error) { return r.seesBatch(x), nil })
}

// Disposal is Desk.Disposal.
func (r Reading) Disposal(ctx context.Context, id string) (Disposal, error) {
	row, err := r.desk.Disposal(ctx, r.tenant, id)
	return orNone(row, err, r.seesBatch)
}

// seesItem reports whether he may see the records that an item is, or is the same as.
func (r Reading) seesItem(i *paper.Item) bool {
	return (i.Record == "" || r.Sees(i.Record)) && (i.Twin == nil || r.Sees(i.Twin.Record))
}

// Items is Desk.Items.
func (r Reading) Items(ctx context.Context, q register.Query) ([]Item, string, error) {
	return sifted(r, q, func(q register.Query) ([]Item, string, error) { return r.desk.Items(ctx, r.tenant, q) },
		func(x *Item) (bool, error) { return r.seesItem(&x.Value), nil })
}

// OverdueItems is Desk.OverdueItems.
func (r Reading) OverdueItems(ctx context.Context, after string, limit int) ([]Item, string, error) {
	return sifted(r, register.Query{After: after, Limit: limit}, func(q register.Query) ([]Item, string, error) {
		return r.desk.OverdueItems(ctx, r.tenant, q.After, q.Limit)
	}, func(x *Item) (bool, error) { return r.seesItem(&x.Value), nil })
}

// Item is Desk.Item.
func (r Reading) Item(ctx context.Context, code paper.Barcode) (PlacedItem, error) {
	row, err := r.desk.Item(ctx, r.tenant, code)
	return orNone(row, err, func(x *PlacedItem) bool { return r.seesItem(&x.Value) })
}

// TakeInventory is Desk.TakeInventory of the items that he may see; a barcode of another
// is none that is known.
func (r Reading) TakeInventory(ctx context.Context, shelf paper.Shelf, scanned []string) ([]paper.Difference, error) {
	return r.desk.takeInventory(ctx, r.tenant, shelf, scanned, r.seesItem)
}

// seesOutcome takes from an outcome the evidence that he may not see, and reports whether
// he may know of it: of one that is about a hidden record, or rests on nothing else, not.
func (r Reading) seesOutcome(f *outcome.Filed) bool {
	if id, ok := strings.CutPrefix(string(f.Subject), "record:"); ok && !r.Sees(archive.RecordID(id)) {
		return false
	}
	had := len(f.Evidence)
	f.Evidence = slices.DeleteFunc(slices.Clone(f.Evidence), func(e archive.End) bool { return !r.SeesEnd(e) })
	return had == 0 || len(f.Evidence) > 0
}

// ShownOutcome is an outcome as he sees it, and whether he does: without hidden evidence,
// and in force again where only a hidden one takes its place.
func (r Reading) ShownOutcome(ctx context.Context, tx Tx, f outcome.Filed) (outcome.Filed, bool, error) {
	if r.visible == nil {
		return f, true, nil
	}
	if !r.seesOutcome(&f) {
		return f, false, nil
	}
	for _, other := range []*string{&f.SupersededBy, &f.Supersedes} {
		if *other == "" {
			continue
		}
		row, known, err := lookup(ctx, tx, outcomes(), *other)
		if err != nil {
			return f, false, err
		}
		if !known || !r.seesOutcome(&row.Value) {
			*other = ""
		}
	}
	return f, true, nil
}

// Outcomes is Desk.Outcomes.
func (r Reading) Outcomes(ctx context.Context, q OutcomeQuery) (page []outcome.Filed, next string, err error) {
	if r.visible == nil {
		return r.desk.Outcomes(ctx, r.tenant, q)
	}
	inForce := q.InForce
	q.InForce = false // it is so by what he sees
	err = r.desk.cfg.Store.View(ctx, r.tenant, func(ctx context.Context, tx Tx) error {
		page, next, err = sifting[outcome.Filed]{register.ClampLimit(q.Limit), func(after string, limit int) ([]outcome.Filed, string, error) {
			q := q
			q.After, q.Limit = after, limit
			return OutcomesTx(ctx, tx, q)
		}, func(x *outcome.Filed) (bool, error) {
			shown, seen, err := r.ShownOutcome(ctx, tx, *x)
			*x = shown
			return seen && (!inForce || x.InForce()), err
		}}.page(q.After)
		return err
	})
	return page, next, err
}

// Outcome is Desk.Outcome.
func (r Reading) Outcome(ctx context.Context, id string) (out outcome.Filed, err error) {
	err = r.desk.cfg.Store.View(ctx, r.tenant, func(ctx context.Context, tx Tx) error {
		row, err := outcomes().Get(ctx, tx, id)
		if err != nil {
			return err
		}
		var seen bool
		if out, seen, err = r.ShownOutcome(ctx, tx, row.Value); err == nil && !seen {
			out, err = outcome.Filed{}, register.ErrNotFound
		}
		return err
	})
	return out, err
}

// OutcomeReport is Desk.OutcomeReport.
func (r Reading) OutcomeReport(ctx context.Context, q OutcomeQuery) (OutcomeReport, error) {
	return reportOf(q, func(q OutcomeQuery) ([]outcome.Filed, string, error) { return r.Outcomes(ctx, q) })
}
