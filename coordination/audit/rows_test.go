package audit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// furnish puts into each room some things of which a and c are as their histories have
// them, and b as spoil makes it.
func furnish(ctx context.Context, tx coordination.Tx, spoil bool) error {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, id := range []string{"a", "b", "c"} {
		opened := changereq.Event{Request: changereq.ID(id), Seq: 1, At: at, Actor: "ann", Data: changereq.OpenedData{
			Number: id, Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1}, State: "draft", Applicant: "ann", Content: changereq.Content{Title: "door"},
		}}
		r := changereq.Fold([]changereq.Event{opened})
		created := bundle.Event{Bundle: id, Seq: 1, At: at, Actor: "ann", Data: bundle.CreatedData{Title: "spring", Mode: bundle.Atomic}}
		b := bundle.Fold([]bundle.Event{created})
		owed := notice.Event{Obligation: id, Seq: 1, At: at, Actor: "ann", Data: notice.OwedData{Recipient: "ann", About: "changereq:a#1", Subject: "approved"}}
		o := notice.Fold([]notice.Event{owed})
		s := register.Sheet{Book: "own", ID: id, Events: 1, Body: []byte(`{}`)}
		said := []register.Event{{Book: "own", Sheet: id, Seq: 1, Kind: "said", At: at, Actor: "ann", Data: []byte(`{}`)}}
		if spoil && id == "b" {
			r.Content.Title, b.Title, o.Subject = "window", "autumn", "refused"
		}
		_, rErr := tx.PutChangeRequest(ctx, r, opened)
		_, bErr := tx.PutChangeBundle(ctx, b, created)
		_, oErr := tx.PutObligation(ctx, o, owed)
		_, sErr := tx.PutSheet(ctx, s, said...)
		if err := errors.Join(rErr, bErr, oErr, sErr); err != nil {
			return err
		}
	}
	return nil
}

// flawsOf are the flaws of an office, by room and id, one each.
func flawsOf(t *testing.T, store coordination.Store) (flaws []string, rows int) {
	t.Helper()
	s := sealerOf(t, store)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	report, err := s.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Nil(t, report.Mismatch)
	for _, f := range report.Flaws {
		flaws = append(flaws, string(f.Room)+"/"+f.Entity+": "+f.Text)
	}
	return flaws, report.Rows
}

// Invariant 1: a row of any room that is not what its history gives is found, and no
// other row beside it.
func TestInvariant1RowsOfEveryRoomAreAudited(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		for _, spoil := range []bool{false, true} {
			store := open(t)
			require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				return furnish(ctx, tx, spoil)
			}))
			flaws, rows := flawsOf(t, store)
			require.Equal(t, 12, rows)
			var want []string
			if spoil {
				const text = ": the row is not what its history gives"
				want = []string{"changereq/b" + text, "bundle/b" + text, "notice/b" + text}
			}
			require.Equal(t, want, flaws)
		}
	})
}

// partial is a store that does not show some rows, or cannot read some histories.
type partial struct {
	coordination.Store

	tx partialTx
}

func (p *partial) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return p.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		x := p.tx
		x.Tx = tx
		return fn(ctx, x)
	})
}

type partialTx struct {
	coordination.Tx

	hidden, unreadable string
	fewer              int64 // events than a sheet has
}

func (x partialTx) Obligations(ctx context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	page, next, err := x.Tx.Obligations(ctx, q)
	return slices.DeleteFunc(page, func(o notice.Obligation) bool { return o.ID == x.hidden }), next, err
}

func (x partialTx) ObligationEvents(ctx context.Context, id string, after int64, limit int) ([]notice.Event, int64, error) {
	if id == x.unreadable {
		return nil, 0, errors.New("unreadable")
	}
	return x.Tx.ObligationEvents(ctx, id, after, limit)
}

func (x partialTx) SheetsOf(ctx context.Context, book string, ids []string) ([]register.Sheet, error) {
	out, err := x.Tx.SheetsOf(ctx, book, ids)
	for i := range out {
		out[i].Events -= x.fewer
	}
	return slices.DeleteFunc(out, func(s register.Sheet) bool { return s.ID == x.hidden }), err
}

func (x partialTx) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	page, next, err := x.Tx.Records(ctx, q)
	return slices.DeleteFunc(page, func(r archive.Record) bool { return string(r.ID) == x.hidden }), next, err
}

func (x partialTx) RecordsOf(ctx context.Context, ids []archive.RecordID) ([]archive.Record, error) {
	out, err := x.Tx.RecordsOf(ctx, ids)
	return slices.DeleteFunc(out, func(r archive.Record) bool { return string(r.ID) == x.hidden }), err
}

// Rows that went, and histories that cannot be read, are found each by its name, and those
// beside them are sound.
func TestMissingAndUnreadableRowsAreFound(t *testing.T) {
	t.Parallel()
	const gone = ": its events are there and the row is not"
	for name, c := range map[string]struct {
		tx   partialTx
		want []string
	}{
		"hidden":     {partialTx{hidden: "b"}, []string{"archive/b" + gone, "notice/b" + gone, "own/b" + gone}},
		"unreadable": {partialTx{unreadable: "b"}, []string{"notice/b: it cannot be read: unreadable"}},
		"shorter": {partialTx{fewer: 1}, []string{
			"own/a: the sheet stands at event 0, and there are 1", "own/b: the sheet stands at event 0, and there are 1", "own/c: the sheet stands at event 0, and there are 1",
		}},
	} {
		store := everystore.Memory(t)
		desk, err := coordination.NewDesk(coordination.Config{Store: store})
		require.NoError(t, err)
		for _, id := range []archive.RecordID{"a", "b", "c"} {
			_, err := desk.File(t.Context(), "acme", "carol", archive.File{ID: id, Kind: "note", Title: "Note", MediaType: "text/plain", Content: []byte(id)})
			require.NoError(t, err)
		}
		require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error { return furnish(ctx, tx, false) }))
		flaws, _ := flawsOf(t, &partial{store, c.tx})
		require.ElementsMatch(t, c.want, flaws, name)
	}
}
