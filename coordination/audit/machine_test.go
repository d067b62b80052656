package audit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
	"github.com/coordkit/coordkit/internal/faultstore"
)

// house is one tenant of a store at work, whose store fails now and then.
type house struct {
	tenant string
	store  coordination.Store
	index  *search.Indexes
	signed []evidence.Checkpoint
	filed  int
	erased int
	known  time.Time // everything recorded by then was looked at as
	then   search.Result
}

// parts are desk and sealer over the store, or over one that fails once.
func (h *house) parts(t *rapid.T, plan faultstore.Plan) (*coordination.Desk, *audit.Sealer) {
	store := coordination.Store(faultstore.New(h.store, plan))
	sealer := sealerOf(t, store)
	desk, err := coordination.NewDesk(coordination.Config{
		Store: store, Searcher: h.index, Eraser: sealer, Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
	})
	require.NoError(t, err)
	return desk, sealer
}

// attempt does one step over a store that may fail, and does it again over one
// that does not: that it was begun before must not matter.
func (h *house) attempt(t *rapid.T, step func(context.Context, *coordination.Desk, *audit.Sealer) error) {
	plan := faultstore.Plan{
		Moment: faultstore.Moment(rapid.IntRange(int(faultstore.Never), int(faultstore.AfterCommit)).Draw(t, "moment")),
		Call:   rapid.IntRange(1, 12).Draw(t, "call"),
	}
	desk, sealer := h.parts(t, plan)
	err := step(context.Background(), desk, sealer)
	if errors.Is(err, faultstore.ErrFault) {
		desk, sealer = h.parts(t, faultstore.Plan{})
		err = step(context.Background(), desk, sealer)
	}
	require.NoError(t, err)
}

// unless passes over an error that says that a step had been done before it was
// seen to fail.
func unless(err, done error) error {
	if errors.Is(err, done) {
		return nil
	}
	return err
}

func (h *house) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"file": func(t *rapid.T) {
			h.filed++
			f := archive.File{
				ID: archive.RecordID("R" + strconv.Itoa(h.filed)), Kind: "note", Title: "Note", MediaType: "text/plain",
				Content: []byte("word " + strconv.Itoa(h.filed%3)),
			}
			if h.filed > 1 && rapid.Bool().Draw(t, "refers") {
				f.References = []archive.Link{{Type: archive.Amends, Target: archive.ToRecord(archive.RecordID("R" + strconv.Itoa(h.filed-1)))}}
			}
			h.attempt(t, func(ctx context.Context, d *coordination.Desk, _ *audit.Sealer) error {
				_, err := d.File(ctx, h.tenant, "carol", f)
				return unless(err, archive.ErrConflict)
			})
		},
		"outcome": func(t *rapid.T) {
			if h.filed == 0 {
				return // there is no evidence yet
			}
			o := outcome.Outcome{ID: fmt.Sprint("O", h.filed), Subject: "x", Verdict: outcome.Mixed, Causes: []string{"c"}, Evidence: []archive.End{archive.ToRecord("R1")}}
			h.attempt(t, func(ctx context.Context, d *coordination.Desk, _ *audit.Sealer) error {
				_, err := d.RecordOutcome(ctx, h.tenant, "olga", o)
				return unless(err, register.ErrConflict)
			})
		},
		"seal": func(t *rapid.T) {
			h.attempt(t, func(ctx context.Context, _ *coordination.Desk, s *audit.Sealer) error {
				_, err := s.Seal(ctx, h.tenant)
				return err
			})
		},
		"sign": func(t *rapid.T) {
			h.attempt(t, func(ctx context.Context, _ *coordination.Desk, s *audit.Sealer) error {
				c, err := s.Sign(ctx, h.tenant)
				if err != nil {
					return unless(err, coordination.ErrNotFound)
				}
				name := "example.org/" + h.tenant
				read, _, err := evidence.Open([]byte(c.Note), name, note.VerifierList(keyOf(t, name).Verifier))
				if n := len(h.signed); err == nil && (n == 0 || h.signed[n-1].Size < read.Size) {
					h.signed = append(h.signed, read)
				}
				return err
			})
		},
		"erase": func(t *rapid.T) {
			_, sealer := h.parts(t, faultstore.Plan{})
			head, err := sealer.Head(context.Background(), h.tenant)
			require.NoError(t, err)
			if head.Size == 0 {
				return // nothing is sealed yet
			}
			id := fmt.Sprint("E", h.erased)
			h.erased++
			h.known = time.Time{} // what is erased is erased from the past as well
			positions := rapid.SliceOfN(rapid.Int64Range(1, head.Size), 1, 4).Draw(t, "positions")
			h.attempt(t, func(ctx context.Context, d *coordination.Desk, _ *audit.Sealer) error {
				_, err := d.Erase(ctx, h.tenant, "dpo", coordination.Erasure{ID: id, Positions: positions, Authority: "request 7"})
				if refused, ok := errors.AsType[*archive.RefusedError](err); ok && refused.Unmet[0].Condition == "nothing" {
					return nil
				}
				return err
			})
		},
		"index": func(t *rapid.T) {
			h.attempt(t, func(ctx context.Context, d *coordination.Desk, _ *audit.Sealer) error {
				_, err := d.Index(ctx, h.tenant)
				return err
			})
		},
		"check": h.check,
	}
}

// check holds what is kept against what can be known of it independently.
func (h *house) check(t *rapid.T) {
	ctx := context.Background()
	desk, s := h.parts(t, faultstore.Plan{})
	report, err := s.Audit(ctx, h.tenant)
	require.NoError(t, err)
	require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
	// 1 and 2: the log rebuilt from the texts has the root, now and at every
	// checkpoint, and each checkpoint continues the ones before.
	var log evidence.Log
	for n := int64(0); n*256 < report.Entries; n++ {
		width := min(report.Entries-n*256, 256)
		bundle, err := s.Bundle(ctx, h.tenant, n, int(width))
		require.NoError(t, err)
		for range width {
			size := int(bundle[0])<<8 | int(bundle[1])
			log.AppendHash(tlog.RecordHash(bundle[2 : 2+size]))
			bundle = bundle[2+size:]
		}
	}
	for _, c := range h.signed {
		root, err := log.Root(c.Size)
		require.NoError(t, err)
		require.Equal(t, c.Root, root)
	}
	head, err := s.Head(ctx, h.tenant)
	require.NoError(t, err)
	root, err := log.Root(log.Size())
	require.NoError(t, err)
	require.Equal(t, head.Root, root)
	// 15: what was said to be stored is there, once.
	page, _, err := desk.Records(ctx, h.tenant, archive.Query{Limit: archive.MaxLimit})
	require.NoError(t, err)
	require.Len(t, page, h.filed)
	h.lookBack(t, desk)
}

// lookBack holds invariant 11: what was known by a time does not change through
// what comes later.
func (h *house) lookBack(t *rapid.T, desk *coordination.Desk) {
	q := search.Query{Text: "word", AsKnownAt: h.known}
	if !h.known.IsZero() {
		got, err := desk.Search(context.Background(), h.tenant, "ann", q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(h.then, got, cmpopts.EquateEmpty()))
	}
	journal, _, err := desk.Journal(context.Background(), h.tenant, coordination.JournalQuery{Limit: coordination.MaxLimit})
	require.NoError(t, err)
	_, err = desk.Index(context.Background(), h.tenant)
	require.NoError(t, err)
	if len(journal) == 0 || !journal[len(journal)-1].Recorded.Before(time.Now().Add(-time.Microsecond)) {
		return // what comes next may be recorded in the same microsecond
	}
	h.known = journal[len(journal)-1].Recorded
	q.AsKnownAt = h.known
	h.then, err = desk.Search(context.Background(), h.tenant, "ann", q)
	require.NoError(t, err)
}

// Invariants 1, 2, 11 and 15 as one machine, on every store: whatever is done in
// whatever order, and wherever the store fails, nothing is lost, told twice or
// unproved.
func TestInvariants1And2And11And15(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		runs := 0
		rapid.Check(t, func(t *rapid.T) {
			runs++
			h := &house{tenant: "t" + strconv.Itoa(runs), store: store, index: new(search.Indexes)}
			actions := h.actions()
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(actions))), 1, 12).Draw(t, "actions") {
				actions[name](t)
			}
			h.check(t)
		})
	})
}
