// Package custody_test proves on every store what the desk promises of filing, holds
// and disposal.
package custody_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

func TestMain(m *testing.M) { os.Exit(everystore.Main(m)) }

const tenant = "acme"

// office is a desk with a clock that is set by hand and goes on by a millisecond at
// each look.
type office struct {
	*coordination.Desk

	tb    require.TestingT
	ctx   context.Context
	blobs archive.Blobs
	store coordination.Store
	mu    sync.Mutex
	now   time.Time
}

func (o *office) tick() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(time.Millisecond)
	return o.now
}

func (o *office) set(at time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = at
}

func newOffice(tb require.TestingT, ctx context.Context, store coordination.Store) *office {
	return newOfficeIn(tb, ctx, store, time.UTC)
}

func newOfficeIn(tb require.TestingT, ctx context.Context, store coordination.Store, zone *time.Location) *office {
	o := &office{tb: tb, ctx: ctx, now: day(2020, 1, 1), blobs: blobs.New(), store: store}
	desk, err := coordination.NewDesk(coordination.Config{
		Store: store, Now: o.tick, Blobs: o.blobs, Office: retention.Office{Zone: zone, Fiscal: time.January},
	})
	require.NoError(tb, err)
	o.Desk = desk
	return o
}

// stored reports whether the bytes of a content that was filed are there.
func (o *office) stored(digest archive.Digest) bool {
	err := o.store.View(o.ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.Content(ctx, digest)
		return err
	})
	if !errors.Is(err, archive.ErrNotFound) {
		require.NoError(o.tb, err)
	}
	return err == nil
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 9, 0, 0, 0, time.UTC) }

// plan has a class of which records are destroyed two years after they were filed.
func (o *office) plan() {
	_, err := o.AddSchedule(o.ctx, tenant, "carol", schedule(2, ""))
	require.NoError(o.tb, err)
	_, err = o.AddClass(o.ctx, tenant, "carol", fileplan.Class{ID: "letters", Title: "Letters", Schedule: "S", From: day(2019, 1, 1)})
	require.NoError(o.tb, err)
}

func schedule(years int, shortens string) retention.Schedule {
	return retention.Schedule{ID: "S", From: retention.Date{Year: 2019, Month: 1, Day: 1}, Shortens: shortens, Phases: []retention.Phase{{
		Trigger: coordination.TriggerFiled, Period: retention.Period{Years: years}, Action: retention.Destroy, Approvals: 1, Authority: "Act 1",
	}}}
}

// file files a letter and declares it.
func (o *office) file(id archive.RecordID, content string, refs ...archive.Link) {
	_, err := o.File(o.ctx, tenant, "carol", archive.File{
		ID: id, Kind: "letter", Title: "Letter " + string(id), Subject: "matter:1", MediaType: "text/plain", Content: []byte(content), References: refs,
	})
	require.NoError(o.tb, err)
	o.declare(id)
}

func (o *office) declare(id archive.RecordID) {
	for _, cmd := range []fileplan.Command{fileplan.Classify{Class: "letters"}, fileplan.Finish{}, fileplan.Declare{}} {
		_, err := o.Arrange(o.ctx, tenant, "carol", id, 0, cmd)
		require.NoError(o.tb, err)
	}
}

// approved is a batch of records that only waits to be carried out.
func (o *office) approved(records ...archive.RecordID) coordination.Disposal {
	b, err := o.AskDisposal(o.ctx, tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, records)
	require.NoError(o.tb, err)
	b, err = o.ApproveDisposal(o.ctx, tenant, "anna", b.ID, b.Rev, b.Value.Scope)
	require.NoError(o.tb, err)
	return b
}

func unmet(err error) (out []string) {
	if r, ok := errors.AsType[*archive.RefusedError](err); ok {
		for _, u := range r.Unmet {
			out = append(out, u.Condition)
		}
	}
	return out
}

func each(t *testing.T, run func(t *testing.T, o *office)) {
	t.Helper()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		run(t, newOffice(t, t.Context(), open(t)))
	})
}

// A record goes its whole way: filed, declared, due, asked for, approved by another,
// destroyed; what stays is the record without its content, its references, the
// tombstone and the certificate.
func TestTheWayOfARecordToItsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		o.file("R1", "one")
		o.file("R2", "two", archive.Link{Type: archive.Answers, Target: archive.ToRecord("R1")})
		blob, err := o.Upload(ctx, tenant, strings.NewReader("scan of one"), "")
		require.NoError(t, err)
		_, err = o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.Render{Rendition: fileplan.Rendition{Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("one")), Digest: blob.Digest}})
		require.NoError(t, err)

		page, _, err := o.DueRecords(ctx, tenant, "", 0)
		require.NoError(t, err)
		require.Empty(t, page)
		_, err = o.AskDisposal(ctx, tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"R1"})
		require.Equal(t, []string{"due"}, unmet(err))

		o.set(day(2022, 1, 2))
		page, _, err = o.DueRecords(ctx, tenant, "", 0)
		require.NoError(t, err)
		require.Len(t, page, 2)
		require.Equal(t, "2022-01-02", page[0].Standing.Due.String())
		preview, err := o.PreviewDisposal(ctx, tenant, "rita", retention.Destroy, []archive.RecordID{"R1"})
		require.NoError(t, err)
		b, err := o.AskDisposal(ctx, tenant, "rita", retention.Ask{ID: "B1", Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"R1"})
		require.NoError(t, err)
		require.Equal(t, preview.Scope, b.Value.Scope)
		_, err = o.AskDisposal(ctx, tenant, "rita", retention.Ask{ID: "B1", Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"R2"})
		require.ErrorIs(t, err, register.ErrConflict)
		_, err = o.ApproveDisposal(ctx, tenant, "rita", "B1", 0, b.Value.Scope)
		require.Equal(t, []string{"separation"}, unmet(err))
		_, err = o.Destroy(ctx, tenant, "rita", "B1", 0, "R1")
		require.Equal(t, []string{"approved"}, unmet(err))
		_, err = o.ApproveDisposal(ctx, tenant, "anna", "B1", b.Rev+1, b.Value.Scope)
		require.ErrorIs(t, err, register.ErrConflict)
		_, err = o.ApproveDisposal(ctx, tenant, "anna", "B1", b.Rev, b.Value.Scope)
		require.NoError(t, err)
		_, err = o.Destroy(ctx, tenant, "rita", "B1", 0, "R1")
		require.NoError(t, err)

		_, _, err = o.OpenRecord(ctx, tenant, "R1")
		require.ErrorIs(t, err, archive.ErrGone)
		_, err = o.blobs.StatBlob(ctx, tenant, blob.Digest)
		require.ErrorIs(t, err, archive.ErrNotFound, "with everything made of it")
		r, err := o.Record(ctx, tenant, "R1")
		require.NoError(t, err)
		require.Equal(t, "Letter R1", r.Title)
		refs, _, err := o.References(ctx, tenant, archive.ReferenceQuery{End: archive.ToRecord("R1"), Direction: archive.Inward})
		require.NoError(t, err)
		require.Len(t, refs, 1)
		where, err := o.Retention(ctx, tenant, "R1")
		require.NoError(t, err)
		require.Equal(t, retention.Destroyed, where.Keeping.Fate)
		require.Equal(t, r.Digest, where.Keeping.Stone.Digest)
		c, err := o.Certificate(ctx, tenant, "B1")
		require.NoError(t, err)
		require.Len(t, c.Done, 1)
		require.Equal(t, "anna", c.Approvals[0].By)
		page, _, err = o.DueRecords(ctx, tenant, "", 0)
		require.NoError(t, err)
		require.Len(t, page, 1, "what is gone is not due")

		_, err = o.Destroy(ctx, tenant, "rita", "B1", 0, "R1")
		require.Equal(t, []string{"gone"}, unmet(err))
		_, err = o.IssueHold(ctx, tenant, "lena", retention.Hold{Matter: "M", Reason: "claim", Scope: retention.Scope{Records: []archive.RecordID{"R1"}}})
		require.Equal(t, []string{"gone"}, unmet(err))
		o.file("R3", "one")
		_, content, err := o.OpenRecord(ctx, tenant, "R3")
		require.NoError(t, err)
		require.Equal(t, "one", string(content), "the same can be filed again")
	})
}

// What two records have goes with the second.
func TestSharedContentsStay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		o.plan()
		o.file("R1", "same")
		o.file("R2", "same")
		o.set(day(2022, 1, 2))
		b := o.approved("R1", "R2")
		_, err := o.Destroy(t.Context(), tenant, "rita", b.ID, 0, "R1")
		require.NoError(t, err)
		_, content, err := o.OpenRecord(t.Context(), tenant, "R2")
		require.NoError(t, err)
		require.Equal(t, "same", string(content))
		_, err = o.Destroy(t.Context(), tenant, "rita", b.ID, 0, "R2")
		require.NoError(t, err)
		_, _, err = o.OpenRecord(t.Context(), tenant, "R2")
		require.ErrorIs(t, err, archive.ErrGone)
		require.False(t, o.stored(archive.DigestOf([]byte("same"))), "the bytes are gone with the last")
	})
}

// Every kind of hold stops a disposal that was approved before; released, it takes a
// new batch.
func TestHoldsStopDisposals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		_, err := o.OpenAggregation(ctx, tenant, "carol", fileplan.Aggregation{ID: "F", Title: "File"})
		require.NoError(t, err)
		o.file("R1", "one")
		o.file("R2", "two", archive.Link{Type: archive.AttachmentOf, Target: archive.ToRecord("R1")})
		moved, err := o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.MoveTo{Aggregation: "F"})
		require.NoError(t, err)
		require.Equal(t, "F", moved.Value.Aggregation)
		annex, err := o.Filing(ctx, tenant, "R2")
		require.NoError(t, err)
		require.Equal(t, "F", annex.Value.Aggregation, "a family moves together")
		o.set(day(2022, 1, 2))
		for name, h := range map[string]struct {
			scope retention.Scope
			carry retention.Carry
		}{
			"record":      {retention.Scope{Records: []archive.RecordID{"R2"}}, retention.Carry{}},
			"family":      {retention.Scope{Records: []archive.RecordID{"R1"}}, retention.Carry{References: true}},
			"class":       {retention.Scope{Classes: []string{"letters"}}, retention.Carry{}},
			"aggregation": {retention.Scope{Aggregations: []string{"F"}}, retention.Carry{}},
			"condition":   {retention.Scope{Conditions: []retention.Condition{{Field: coordination.FieldSubject, Value: "matter:1"}}}, retention.Carry{}},
		} {
			b := o.approved("R2")
			held, err := o.IssueHold(ctx, tenant, "lena", retention.Hold{Matter: "M", Reason: "claim", Scope: h.scope, Carry: h.carry})
			require.NoError(t, err, name)
			_, err = o.Destroy(ctx, tenant, "rita", b.ID, 0, "R2")
			require.Equal(t, []string{"lapsed", "held"}, unmet(err), name)
			_, err = o.AskDisposal(ctx, tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"R2"})
			require.Equal(t, []string{"held"}, unmet(err), name)
			_, err = o.ReleaseHold(ctx, tenant, "lena", held.ID, held.Rev, "settled")
			require.NoError(t, err)
			_, err = o.ReleaseHold(ctx, tenant, "lena", held.ID, 0, "settled")
			require.Equal(t, []string{"released"}, unmet(err))
			_, err = o.Destroy(ctx, tenant, "rita", b.ID, 0, "R2")
			require.Equal(t, []string{"lapsed"}, unmet(err), name)
		}
	})
}

// Invariants 7 and 8: of a hold and a disposal that are given at once exactly one comes
// first. A hold that names the record and its destruction never both succeed; a hold by
// class stands, and a record that was destroyed all the same was so before it.
func TestInvariants7And8NoHoldIsRaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		const rounds = 24
		for i := range rounds {
			o.file(name(i), "content "+string(name(i)))
		}
		o.set(day(2022, 2, 2))
		var won [2]int
		for i := range rounds {
			id := name(i)
			batch := o.approved(id)
			scope := retention.Scope{Records: []archive.RecordID{id}}
			if i%2 == 1 {
				scope = retention.Scope{Classes: []string{"letters"}}
			}
			var (
				wg                sync.WaitGroup
				holdErr, goingErr error
				held              coordination.Hold
			)
			begin := make(chan struct{})
			wg.Go(func() {
				<-begin
				held, holdErr = o.IssueHold(ctx, tenant, "lena", retention.Hold{ID: "H" + string(id), Matter: "M", Reason: "claim", Scope: scope})
			})
			wg.Go(func() {
				<-begin
				_, goingErr = o.Destroy(ctx, tenant, "rita", batch.ID, 0, id)
			})
			close(begin)
			wg.Wait()
			issued, going := o.position("hold", "H"+string(id), "issued"), o.position("keeping", string(id), "destroying")
			if goingErr == nil {
				won[0]++
				require.Positive(t, going)
				if holdErr == nil {
					require.Equal(t, 1, i%2, "a hold that names it came too late")
					require.Less(t, going, issued)
				} else {
					require.Equal(t, []string{"gone"}, unmet(holdErr), "%v", holdErr)
				}
			} else {
				won[1]++
				require.NotEmpty(t, unmet(goingErr), "%v", goingErr)
				require.NoError(t, holdErr, "one of them is done")
				require.Zero(t, going)
				_, _, err := o.OpenRecord(ctx, tenant, id)
				require.NoError(t, err, "it is here, whole")
			}
			if holdErr == nil {
				_, err := o.ReleaseHold(ctx, tenant, "lena", held.ID, 0, "next round")
				require.NoError(t, err)
			}
		}
		t.Logf("destroyed first %d times, held first %d times", won[0], won[1])
	})
}

func name(i int) archive.RecordID { return archive.RecordID("R" + string(rune('A'+i))) }

// position is the place in the journal of the first event of a kind, 0 for none.
func (o *office) position(room, entity, kind string) int64 {
	page, _, err := o.Journal(o.ctx, tenant, coordination.JournalQuery{Room: coordination.Room(room), Entity: entity})
	require.NoError(o.tb, err)
	for _, e := range page {
		if e.Kind == kind {
			return e.Position
		}
	}
	return 0
}

// Whoever destroys a content and whoever files the same at once: either the new record
// has it, or it was not filed.
func TestFilingWhatIsBeingDestroyed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		for i := range 8 {
			o.set(day(2020, 1, 1))
			o.file(name(i), "shared by turns")
			o.set(day(2022, 2, 2))
			batch := o.approved(name(i))
			again := archive.RecordID("again" + string(name(i)))
			var (
				wg                  sync.WaitGroup
				filedErr, goingErrs error
			)
			wg.Go(func() {
				_, filedErr = o.File(ctx, tenant, "carol", archive.File{ID: again, Kind: "k", Title: "t", MediaType: "m", Content: []byte("shared by turns")})
			})
			wg.Go(func() { _, goingErrs = o.Destroy(ctx, tenant, "rita", batch.ID, 0, name(i)) })
			wg.Wait()
			require.NoError(t, goingErrs)
			if filedErr != nil {
				require.Equal(t, []string{"going"}, unmet(filedErr), "%v", filedErr)
				continue
			}
			_, content, err := o.OpenRecord(ctx, tenant, again)
			require.NoError(t, err)
			require.Equal(t, "shared by turns", string(content))
		}
	})
}
