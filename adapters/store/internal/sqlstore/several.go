package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// several are the statements that look several ids up: with a list, with an array, and
// with an array locking what they find, in the order of the ids.
type several struct{ list, array, locking string }

// findAll is find for several ids of one kind, each of which is storable. Scan reads a
// row and says whose it is; by is what stands before the ids in the statement.
func (t *Tx) findAll(
	ctx context.Context, q several, keyOf func(id string) key, ids []string, scan func(Row) (string, error), by ...any,
) error {
	if slices.ContainsFunc(ids, func(id string) bool { return t.unsent[keyOf(id)] }) {
		if err := t.flush(ctx); err != nil {
			return err
		}
	}
	query, there := q.list, make(map[string]bool)
	switch {
	case t.locks():
		query = q.locking
	case !t.dialect.OneWriter:
		query = q.array
	}
	look := func(ids []string) error {
		list, err := t.list(ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		return t.run.Query(ctx, query, slices.Concat([]any{t.tenant}, by, []any{list}), func(row Row) error {
			id, err := scan(row)
			if t.locks() {
				there[id] = true
			}
			return err
		})
	}
	if err := look(ids); err != nil || !t.locks() {
		return err
	}
	return look(slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return there[id] || !t.guard(keyOf(id)) }))
}

// list is a list as the engine takes one: an array, or where there are none the text of
// an array of JSON.
func (t *Tx) list(texts []string) (any, error) {
	if !t.dialect.OneWriter {
		return texts, nil
	}
	text, err := json.Marshal(texts)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: write a list: %w", err)
	}
	return string(text), nil
}

// storableOnes are the texts that can be stored, each once: others stand nowhere.
func storableOnes[S ~string](texts []S) []string {
	out := make([]string, 0, len(texts))
	for _, s := range texts {
		if storable(string(s)) {
			out = append(out, string(s))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
