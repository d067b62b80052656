package archive

import (
	"context"
	"errors"
	"fmt"
)

// maxSearch is how many records the search for a circle looks at; a longer
// chain is refused rather than searched.
const maxSearch = 100_000

// refuseCircle refuses an edge of an acyclic type over which its source would
// reach itself. It goes from the target towards the source and reads each record
// on the way by id: since an edge stands in the history of its source, nobody
// can add one there before this transaction commits, and two writers cannot
// close a circle from both sides.
func refuseCircle(ctx context.Context, tx Tx, ref Reference) error {
	info, _ := ref.Type.Info()
	if !info.Acyclic || ref.Target.Kind != EndRecord {
		return nil
	}
	seen := map[End]bool{ref.Target: true}
	for next := []End{ref.Target}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		if at == ref.Source {
			return circle(ref)
		}
		if _, err := tx.Record(ctx, RecordID(at.Value)); errors.Is(err, ErrNotFound) {
			continue // nothing leads from what is not filed
		} else if err != nil {
			return err
		}
		ends, err := targets(ctx, tx, at, ref.Type)
		if err != nil {
			return err
		}
		for _, end := range ends {
			if end.Kind == EndRecord && !seen[end] {
				seen[end] = true
				next = append(next, end)
			}
		}
		if len(seen) > maxSearch {
			return &RefusedError{Command: "refer", Unmet: []Unmet{{
				Condition: "acyclic", Ref: ref.Source.Value,
				Text: fmt.Sprintf("more than %d records lie beyond %q over %s: shorten the chain", maxSearch, ref.Target.Value, ref.Type),
			}}}
		}
	}
	return nil
}

func circle(ref Reference) error {
	return &RefusedError{Command: "refer", Unmet: []Unmet{{
		Condition: "acyclic", Ref: ref.Target.Value,
		Text: fmt.Sprintf("%q already leads to %q over %s: take that edge back first, or turn this one round", ref.Target.Value, ref.Source.Value, ref.Type),
	}}}
}

// targets are the ends to which edges of a type lead from an end.
func targets(ctx context.Context, tx Tx, from End, t ReferenceType) ([]End, error) {
	var out []End
	for after := ""; ; {
		page, next, err := tx.References(ctx, ReferenceQuery{End: from, Direction: Outward, After: after, Limit: MaxLimit})
		if err != nil {
			return nil, err
		}
		for i := range page {
			if page[i].Type == t {
				out = append(out, page[i].Target)
			}
		}
		if next == "" {
			return out, nil
		}
		after = next
	}
}
