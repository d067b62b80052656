package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Erase forgets the salts of entries for ever: from their seals nobody can then
// tell, or confirm by guessing, who acted and what was said. Leaves, tiles, roots and checkpoints
// stay as they are, and every other entry stays proved; of these the audit compares all but actor
// and data. What the journal itself says is for whoever keeps it to erase: Erase is the half
// without which that would be in vain. An entry that is not sealed is
// coordination.ErrNotFound, and nothing is erased then.
func (s *Sealer) Erase(ctx context.Context, tenant string, positions ...int64) error {
	return s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		w, err := openLog(ctx, tx) // no sealer appends to a block meanwhile
		if err != nil {
			return err
		}
		for _, position := range slices.Compact(slices.Sorted(slices.Values(positions))) {
			if position < 1 || position > w.edge.Size() {
				return fmt.Errorf("%w: no entry is sealed at position %d", coordination.ErrNotFound, position)
			}
			if err := erase(ctx, tx, position); err != nil {
				return err
			}
		}
		return nil
	})
}

func erase(ctx context.Context, tx coordination.Tx, position int64) error {
	row, err := getBlock(ctx, tx, blockID(saltsOf, (position-1)/perBlock))
	at := int((position - 1) % perBlock)
	if errors.Is(err, register.ErrNotFound) || (err == nil && len(row.Value.Bytes) < (at+1)*64) {
		return &evidence.MismatchError{Place: evidence.PlaceOpening, Position: position, Reason: "its salts are not kept any more"}
	}
	if err != nil {
		return err
	}
	if slices.Contains(row.Value.Erased, at) {
		return nil
	}
	clear(row.Value.Bytes[at*64 : (at+1)*64])
	row.Value.Erased = append(row.Value.Erased, at)
	slices.Sort(row.Value.Erased)
	return putBlock(ctx, tx, row)
}
