package sqlstore

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// slotColumns are class, start and end of the time that a request claims, or
// three NULLs.
func slotColumns(r *changereq.Request) []any {
	slot := r.Slot()
	if slot == nil {
		return []any{nil, nil, nil}
	}
	start, end := slot.Start.UnixMicro(), slot.End.UnixMicro()
	return []any{slotClass(end - start), start, end}
}

// The classes that changeWindows knows: up to 18 minutes, and every length that
// commands admit.
const (
	shortestSlotClass = 15
	longestSlotClass  = 27
)

// slotClass is the smallest class whose slots may last that many microseconds:
// 4 to the power of the class. All that reaches into a window then lies in a few
// short ranges of an ordinary index.
func slotClass(length int64) int64 {
	class := int64(shortestSlotClass)
	for class < longestSlotClass && length > 1<<(2*class) {
		class++
	}
	return class
}

// ChangeWindows implements changereq.Tx.
func (t *Tx) ChangeWindows(ctx context.Context, q changereq.WindowQuery) (out []changereq.Request, next string, err error) {
	after, err := goOn(q.After, q.Filter(), oldestFirst(), changereq.ErrInvalid)
	if err != nil || q.Window.Empty() {
		return nil, "", err
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	limit := changereq.ClampLimit(q.Limit)
	args := []any{t.tenant, q.Window.Start.UnixMicro(), q.Window.End.UnixMicro(), after.at, after.id, limit + 1}
	err = t.run.Query(ctx, changeWindows, args, func(row Row) error {
		var (
			rev int64
			doc []byte
		)
		if err := row.Scan(&rev, &doc); err != nil {
			return err
		}
		r, err := readRequest(rev, doc)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(r changereq.Request) string {
		return place{r.Slot().Start.UnixMicro(), string(r.ID)}.token(q.Filter())
	})
	return out, next, nil
}
