package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
)

var _ coordination.Indexed = (*Tx)(nil)

// checkPage is how many rows are compared at once.
const checkPage = 500

// CheckIndex implements coordination.Indexed.
func (t *Tx) CheckIndex(ctx context.Context, report coordination.Misfiled) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	for _, check := range []func(context.Context, coordination.Misfiled) error{t.checkRequests, t.checkBundles, t.checkSheets} {
		if err := check(ctx, report); err != nil {
			return err
		}
	}
	return nil
}

// checkRequests compares the columns by which requests are listed, and their items
// and words, with the requests.
func (t *Tx) checkRequests(ctx context.Context, report coordination.Misfiled) error {
	found := requestWords()
	for after := ""; ; {
		var page []changereq.Request
		err := t.run.Query(ctx, changeRequestRows, []any{t.tenant, after, checkPage}, func(row Row) error {
			var (
				rev int64
				doc []byte
			)
			if err := row.Scan(&after, &rev, &doc); err != nil {
				return err
			}
			r, err := readRequest(rev, doc)
			if err != nil {
				return fmt.Errorf("request %q: %w", after, err)
			}
			r.ID = changereq.ID(after)
			page = append(page, r)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range page {
			if err := t.checkColumns(ctx, &page[i], report); err != nil {
				return err
			}
			for n := range found {
				if err := found[n].check(ctx, t, &page[i], report); err != nil {
					return err
				}
			}
		}
		if len(page) < checkPage {
			break
		}
	}
	for i := range found {
		w := &found[i]
		there, err := t.count(ctx, w.total, t.tenant)
		if err == nil && there != w.seen {
			err = report(coordination.RoomChangeRequest, "", fmt.Sprintf("%d %s lead to what has none such", there-w.seen, w.what))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkColumns compares the columns of a request.
func (t *Tx) checkColumns(ctx context.Context, r *changereq.Request, report coordination.Misfiled) error {
	as, err := t.count(ctx, changeRequestAs, append([]any{t.tenant, string(r.ID)}, requestColumns(r)...)...)
	if err == nil && as != 1 {
		err = report(coordination.RoomChangeRequest, string(r.ID), "lists take it for another than it is")
	}
	return err
}

// words are the items, or the words, by which requests are found.
type words struct {
	what               string
	list, array, total string // statements
	of                 func(index) []string
	seen               int // those that were looked at and are there
}

// requestWords are both of them.
func requestWords() []words {
	return []words{
		{what: "items", list: changeItemsOf, array: changeItemsOfArray, total: countChangeItems, of: func(x index) []string { return x.items }},
		{what: "words", list: changeTermsOf, array: changeTermsOfArray, total: countChangeTerms, of: func(x index) []string { return x.terms }},
	}
}

func (w *words) check(ctx context.Context, t *Tx, r *changereq.Request, report coordination.Misfiled) error {
	x := indexOf(r)
	want := storableOnes(w.of(x))
	list, err := t.list(want)
	if err != nil {
		return err
	}
	query := w.list
	if !t.dialect.OneWriter {
		query = w.array
	}
	there, err := t.count(ctx, query, t.tenant, list, x.opened, string(r.ID))
	w.seen += there
	if err == nil && there != len(want) {
		err = report(coordination.RoomChangeRequest, string(r.ID), fmt.Sprintf("it is found by %d of its %d %s", there, len(want), w.what))
	}
	return err
}

func (t *Tx) count(ctx context.Context, query string, args ...any) (n int, err error) {
	_, err = t.one(ctx, query, args, func(row Row) error { return row.Scan(&n) })
	return n, err
}

// checkBundles compares the columns of bundles with the bundles.
func (t *Tx) checkBundles(ctx context.Context, report coordination.Misfiled) error {
	for after := ""; ; {
		n := 0
		err := t.run.Query(ctx, changeBundleRows, []any{t.tenant, after, checkPage}, func(row Row) error {
			var (
				events, created, rev int64
				doc                  []byte
				b                    bundle.Bundle
			)
			if err := row.Scan(&after, &events, &created, &rev, &doc); err != nil {
				return err
			}
			n++
			if err := json.Unmarshal(doc, &b); err != nil {
				return fmt.Errorf("bundle %q: sqlstore: read stored bundle: %w", after, err)
			}
			if b.ID == after && b.Events == events && b.Created.UnixMicro() == created {
				return nil
			}
			return report(coordination.RoomBundle, after, "lists take it for another than it is")
		})
		if err != nil || n < checkPage {
			return err
		}
	}
}
