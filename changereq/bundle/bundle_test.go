package bundle_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/bundle"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A bundle holds what a set would hold, whatever is added and removed; the row
// is the fold of its events, and a refused command gives none.
func TestBundleIsASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b bundle.Bundle
		var events []bundle.Event
		do := func(cmd bundle.Command) error {
			now := noon.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "minutes")) * time.Minute)
			more, err := bundle.Decide(b, cmd, "carl", now)
			if err != nil && len(more) > 0 {
				t.Fatalf("%v was refused and gave events", cmd)
			}
			for _, ev := range more {
				if ev.At.Before(b.Updated) || ev.Seq != b.Events+1 {
					t.Fatalf("event %+v after %+v", ev, b)
				}
				b, events = bundle.Evolve(b, ev), append(events, ev)
			}
			return err
		}
		require.ErrorIs(t, do(bundle.Add{Request: "1"}), bundle.ErrNotFound)
		require.NoError(t, do(bundle.Create{ID: "B", Title: "spring", Mode: bundle.Atomic}))
		require.ErrorIs(t, do(bundle.Create{ID: "B", Title: "again", Mode: bundle.Atomic}), bundle.ErrConflict)
		set := make(map[string]bool)
		for range rapid.IntRange(0, 30).Draw(t, "commands") {
			id := strconv.Itoa(rapid.IntRange(0, 6).Draw(t, "request"))
			if rapid.Bool().Draw(t, "add") {
				require.NoError(t, do(bundle.Add{Request: id}))
				set[id] = true
				continue
			}
			err := do(bundle.Remove{Request: id, Reason: "moved"})
			require.Equal(t, set[id], err == nil)
			delete(set, id)
		}
		var want []string
		for id := range set {
			want = append(want, id)
		}
		slices.Sort(want)
		require.Empty(t, cmp.Diff(want, b.Members))
		require.Empty(t, cmp.Diff(b, bundle.Fold(events)))
		for _, ev := range events {
			raw, err := bundle.MarshalData(ev.Data)
			require.NoError(t, err)
			data, err := bundle.UnmarshalData(ev.Kind(), raw)
			require.NoError(t, err)
			require.Equal(t, ev.Data, data)
		}
	})
}

func TestWhatABundleRefuses(t *testing.T) {
	t.Parallel()
	for name, cmd := range map[string]bundle.Command{
		"no id":         bundle.Create{Title: "x", Mode: bundle.Atomic},
		"long id":       bundle.Create{ID: strings.Repeat("x", 65), Title: "x", Mode: bundle.Atomic},
		"no title":      bundle.Create{ID: "B", Title: " ", Mode: bundle.Atomic},
		"no mode":       bundle.Create{ID: "B", Title: "x"},
		"NUL":           bundle.Create{ID: "B", Title: "x\x00", Mode: bundle.Atomic},
		"no request":    bundle.Add{},
		"bad UTF-8":     bundle.Add{Request: "\xff"},
		"no reason":     bundle.Remove{Request: "1"},
		"nothing to do": bundle.Remove{Reason: "x"},
	} {
		_, err := bundle.Decide(bundle.Bundle{}, cmd, "carl", noon)
		require.ErrorIs(t, err, bundle.ErrInvalid, name)
	}
	full := bundle.Bundle{ID: "B", Events: 1}
	for i := range bundle.MaxMembers {
		full.Members = append(full.Members, strconv.Itoa(i+1000))
	}
	_, err := bundle.Decide(full, bundle.Add{Request: "1"}, "carl", noon)
	require.ErrorIs(t, err, bundle.ErrRefused)
}

func TestUnknownEventsAreKept(t *testing.T) {
	t.Parallel()
	data, err := bundle.UnmarshalData("later", []byte(`{"x":1}`))
	require.NoError(t, err)
	b := bundle.Evolve(bundle.Bundle{ID: "B", Members: []string{"1"}}, bundle.Event{Seq: 7, At: noon, Data: data})
	require.Equal(t, []string{"1"}, b.Members)
	require.EqualValues(t, 7, b.Events)
	_, err = bundle.UnmarshalData("created", []byte(`[]`))
	require.Error(t, err)
}
