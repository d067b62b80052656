package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// checkSheets compares the keys under which sheets are found with those that they have.
func (t *Tx) checkSheets(ctx context.Context, report coordination.Misfiled) error {
	seen := make(map[string]int) // keys of each book that were looked at
	for last := (register.Sheet{}); ; {
		page, err := t.keyedSheets(ctx, last.Book, last.ID)
		if err != nil {
			return err
		}
		for from := 0; from < len(page); {
			book, to := page[from].Book, from
			for to < len(page) && page[to].Book == book {
				to++
			}
			n, err := t.checkKeys(ctx, page[from:to], report)
			if err != nil {
				return err
			}
			seen[book] += n
			from = to
		}
		if len(page) < checkPage {
			return t.countKeys(ctx, seen, report)
		}
		last = page[len(page)-1]
	}
}

// keyedSheets are the sheets behind one, by book and id, with no more than their keys.
func (t *Tx) keyedSheets(ctx context.Context, book, id string) (page []register.Sheet, err error) {
	err = t.run.Query(ctx, sheetRows, []any{t.tenant, book, id, checkPage}, func(row Row) error {
		var (
			s    register.Sheet
			keys []byte
		)
		if err := row.Scan(&s.Book, &s.ID, &keys); err != nil {
			return err
		}
		if err := json.Unmarshal(keys, &s.Keys); err != nil {
			return fmt.Errorf("sqlstore: read keys of sheet %q: %w", s.ID, err)
		}
		page = append(page, s)
		return nil
	})
	return page, err
}

// filed is that a sheet is found under a value.
type filed struct{ id, value string }

func (f filed) compare(o filed) int {
	return cmp.Or(cmp.Compare(f.id, o.id), cmp.Compare(f.value, o.value))
}

// checkKeys compares those of a few sheets of one book, which are in the order of their ids,
// and says how many are stored.
func (t *Tx) checkKeys(ctx context.Context, sheets []register.Sheet, report coordination.Misfiled) (seen int, err error) {
	want := make(map[string]map[filed]bool)
	for i := range sheets {
		for _, k := range sheets[i].Keys {
			if want[k.Name] == nil {
				want[k.Name] = make(map[filed]bool)
			}
			want[k.Name][filed{sheets[i].ID, k.Value}] = true
		}
	}
	book, first, last := sheets[0].Book, sheets[0].ID, sheets[len(sheets)-1].ID
	for _, name := range slices.Sorted(maps.Keys(want)) {
		there, err := t.filedUnder(ctx, book, name, want[name], first, last)
		if err != nil {
			return 0, err
		}
		seen += len(there)
		for _, differ := range []struct {
			ones, others map[filed]bool
			text         string
		}{{want[name], there, "it is not found by its %s %q"}, {there, want[name], "it is found by the %s %q, which it has not"}} {
			for _, f := range slices.SortedFunc(maps.Keys(differ.ones), filed.compare) {
				if differ.others[f] {
					continue
				}
				if err := report(coordination.Room(book), f.id, fmt.Sprintf(differ.text, name, f.value)); err != nil {
					return 0, err
				}
			}
		}
	}
	return seen, nil
}

// filedUnder looks up which sheets of a range of ids are found under the values of some.
func (t *Tx) filedUnder(ctx context.Context, book, name string, want map[filed]bool, first, last string) (map[filed]bool, error) {
	var values []string
	for f := range want {
		values = append(values, f.value)
	}
	list, err := t.list(storableOnes(values))
	if err != nil {
		return nil, err
	}
	query := sheetKeysAmong
	if !t.dialect.OneWriter {
		query = sheetKeysAmongArray
	}
	there := make(map[filed]bool, len(want))
	err = t.run.Query(ctx, query, []any{t.tenant, list, book, name, first, last}, func(row Row) error {
		var f filed
		err := row.Scan(&f.value, &f.id)
		there[f] = true
		return err
	})
	return there, err
}

// countKeys finds keys that no sheet has: those that were not looked at.
func (t *Tx) countKeys(ctx context.Context, seen map[string]int, report coordination.Misfiled) error {
	there := make(map[string]int)
	err := t.run.Query(ctx, countSheetKeys, []any{t.tenant}, func(row Row) error {
		var (
			book string
			n    int
		)
		err := row.Scan(&book, &n)
		there[book] = n
		return err
	})
	if err != nil {
		return err
	}
	for _, book := range slices.Sorted(maps.Keys(there)) {
		if beyond := there[book] - seen[book]; beyond != 0 {
			if err := report(coordination.Room(book), "", fmt.Sprintf("%d keys lead to what has none such", beyond)); err != nil {
				return err
			}
		}
	}
	return nil
}
