package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

func windowList() list {
	return list{
		name: "ChangeWindows", invalid: changereq.ErrInvalid, compare: oldestFirst,
		add: func(ctx context.Context, tx coordination.Tx, at int64, id string) error {
			data := append([]changereq.Data{opened("door")}, claimed(between(at, at+1))...)
			_, err := addToRequest(ctx, tx, changereq.ID(id), data...)
			return err
		},
		remove: func(ctx context.Context, tx coordination.Tx, id string) error {
			_, err := addToRequest(ctx, tx, changereq.ID(id), changereq.HeldData{Reason: "wait"})
			return err
		},
		page: func(ctx context.Context, tx coordination.Tx, after string, limit int) ([]string, string, error) {
			page, next, err := tx.ChangeWindows(ctx, changereq.WindowQuery{Window: between(-9, 1_000_000), After: after, Limit: limit})
			return ids(page, func(r changereq.Request) string { return string(r.ID) }), next, err
		},
		other: func(ctx context.Context, tx coordination.Tx, after string) error {
			_, _, err := tx.ChangeWindows(ctx, changereq.WindowQuery{Window: between(0, 7), After: after})
			return err
		},
	}
}

// slots are windows of lengths from a microsecond to a century, some of which
// touch, and one that nobody claims any more.
func slots() map[changereq.ID]changereq.Window {
	out := make(map[changereq.ID]changereq.Window)
	for i, length := range []time.Duration{
		time.Microsecond, time.Second, 18 * time.Minute, 1073741824 * time.Microsecond, 1073741825 * time.Microsecond,
		time.Hour, 25 * time.Hour, 40 * 24 * time.Hour, 3 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour,
	} {
		for j, begin := range []time.Duration{-length, 0, time.Minute, -time.Minute, 1 - length/2, -1000 * time.Hour} {
			start := minute(0).Add(begin).Truncate(time.Microsecond)
			out[changereq.ID(fmt.Sprintf("%d-%d", i, j))] = changereq.Window{Start: start, End: start.Add(length)}
		}
	}
	return out
}

// windowsOverlap: the requests whose slot shares an instant with a window, and
// no others, whatever their lengths; one that claims its time no longer is gone,
// one that claims another is there.
func windowsOverlap(h *harness) {
	claims := slots()
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for id, w := range claims {
			if _, err := addToRequest(ctx, tx, id, append([]changereq.Data{opened("door")}, claimed(w)...)...); err != nil {
				return err
			}
		}
		_, err := addToRequest(ctx, tx, "draft", opened("door"))
		return err
	})
	h.compareSlots(claims)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		if _, err := addToRequest(ctx, tx, "5-1", changereq.HeldData{Reason: "wait"}); err != nil {
			return err
		}
		_, err := addToRequest(ctx, tx, "6-1", claimed(between(500, 900))...)
		return err
	})
	delete(claims, "5-1")
	claims["6-1"] = between(500, 900)
	h.compareSlots(claims)
}

func (h *harness) compareSlots(claims map[changereq.ID]changereq.Window) {
	h.Helper()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, w := range []changereq.Window{
			between(0, 1), between(-1, 0), between(-100, 100), between(2, 600), between(899, 901), between(900, 901), between(3, 3), between(9, 2),
			{Start: minute(0), End: minute(0).Add(time.Microsecond)},
			{Start: minute(0).AddDate(50, 0, 0), End: minute(0).AddDate(60, 0, 0)},
		} {
			page, _, err := tx.ChangeWindows(ctx, changereq.WindowQuery{Window: w, Limit: changereq.MaxLimit})
			require.NoError(h, err)
			var want []changereq.ID
			for id, slot := range claims {
				if slot.Start.Before(w.End) && w.Start.Before(slot.End) && w.Start.Before(w.End) {
					want = append(want, id)
				}
			}
			slices.SortFunc(want, func(a, b changereq.ID) int {
				return cmp.Or(claims[a].Start.Compare(claims[b].Start), strings.Compare(string(a), string(b)))
			})
			require.Equal(h, want, ids(page, func(r changereq.Request) changereq.ID { return r.ID }), "%v", w)
		}
		return nil
	})
}
