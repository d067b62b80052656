package custody_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// holdFor holds records for a matter, and what hangs on them.
func (o *office) holdFor(id string, carry retention.Carry, records ...archive.RecordID) coordination.Hold {
	h, err := o.IssueHold(o.ctx, tenant, "lena", retention.Hold{ID: id, Matter: "M", Reason: "claim", Carry: carry, Scope: retention.Scope{Records: records}})
	require.NoError(o.tb, err)
	return h
}

func (o *office) refer(from archive.RecordID, kind archive.ReferenceType, to archive.RecordID) archive.Reference {
	ref, err := o.Refer(o.ctx, tenant, "carol", from, archive.Link{Type: kind, Target: archive.ToRecord(to)})
	require.NoError(o.tb, err)
	return ref
}

// Invariant 7 for holds that go over references: it makes no difference whether the
// reference was there when the hold was issued. Each is listed with its way.
func TestInvariant7HoldsGoOverLaterReferences(t *testing.T) {
	t.Parallel()
	over, optional := retention.Carry{References: true}, retention.Carry{References: true, Optional: true}
	for name, tc := range map[string]struct {
		carry    retention.Carry
		from, to archive.RecordID
		kind     archive.ReferenceType
		held     bool
	}{
		"part":                    {over, "K", "R", archive.HasPart, true},
		"whole of a part":         {over, "R", "K", archive.HasPart, false},
		"format":                  {over, "K", "R", archive.HasFormat, true},
		"format, the other way":   {over, "R", "K", archive.HasFormat, true},
		"attachment":              {over, "R", "K", archive.AttachmentOf, true},
		"what it is attached to":  {over, "K", "R", archive.AttachmentOf, true},
		"successor":               {over, "R", "K", archive.Supersedes, false},
		"successor, asked for":    {optional, "R", "K", archive.Supersedes, true},
		"predecessor, asked for":  {optional, "K", "R", archive.Supersedes, true},
		"cited":                   {optional, "K", "R", archive.References, false},
		"part, but nothing is to": {retention.Carry{}, "K", "R", archive.HasPart, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, o *office) {
				t.Helper()
				ctx := t.Context()
				o.plan()
				o.file("K", "kept")
				o.file("R", "one")
				hold := o.holdFor("H", tc.carry, "K")
				o.set(day(2022, 1, 2))
				batch := o.approved("R")
				ref := o.refer(tc.from, tc.kind, tc.to)
				where, err := o.Retention(ctx, tenant, "R")
				require.NoError(t, err)
				if !tc.held {
					require.Empty(t, where.Holds)
					require.Empty(t, where.Carried)
					_, err := o.Destroy(ctx, tenant, "rita", batch.ID, 0, "R")
					require.NoError(t, err)
					return
				}
				require.Len(t, where.Holds, 1)
				require.Equal(t, []retention.Carried{{Hold: "H", Path: []archive.Reference{ref}}}, where.Carried)
				_, err = o.Destroy(ctx, tenant, "rita", batch.ID, 0, "R")
				require.Equal(t, []string{"held"}, unmet(err))
				_, err = o.AskDisposal(ctx, tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"R"})
				require.Equal(t, []string{"held"}, unmet(err))
				_, err = o.ReleaseHold(ctx, tenant, "lena", hold.ID, hold.Rev, "settled")
				require.NoError(t, err)
				_, err = o.Destroy(ctx, tenant, "rita", batch.ID, 0, "R")
				require.Equal(t, []string{"lapsed"}, unmet(err), "who approved did not know of the hold's end")
				again := o.approved("R")
				_, err = o.Destroy(ctx, tenant, "rita", again.ID, 0, "R")
				require.NoError(t, err)
			})
		})
	}
}

// A hold goes on from record to record, by the shortest way, from whatever its scope
// covers; it stops a transfer, the loss of a rendition and the removal of the paper as
// well.
func TestInvariant7CarriedHoldsStopEveryEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.furnish()
		o.file("K", "kept")
		o.file("M", "middle")
		_, err := o.OpenAggregation(ctx, tenant, "carol", fileplan.Aggregation{ID: "box", Title: "Box"})
		require.NoError(t, err)
		_, err = o.IssueHold(ctx, tenant, "lena", retention.Hold{
			ID: "H", Matter: "M", Reason: "claim", Carry: retention.Carry{References: true}, Scope: retention.Scope{Aggregations: []string{"box"}},
		})
		require.NoError(t, err)
		paperOf, err := o.RegisterItem(ctx, tenant, "carol", "CK", paper.Item{Title: "deed", Kind: paper.Document, Home: "A", Record: "R2"})
		require.NoError(t, err)
		o.set(day(2021, 1, 2))
		batch, err := o.AskDisposal(ctx, tenant, "rita", retention.Ask{Action: retention.Transfer, Reason: "due"}, []archive.RecordID{"R2"})
		require.NoError(t, err)
		for _, who := range []string{"anna", "bert"} {
			batch, err = o.ApproveDisposal(ctx, tenant, who, batch.ID, batch.Rev, batch.Value.Scope)
			require.NoError(t, err)
		}
		one := o.refer("M", archive.HasPart, "R2")
		two := o.refer("K", archive.HasFormat, "M")
		o.refer("R1", archive.AttachmentOf, "R2")
		for _, id := range []archive.RecordID{"K", "M", "R2", "R1"} {
			where, err := o.Retention(ctx, tenant, id)
			require.NoError(t, err)
			require.Empty(t, where.Holds, "nothing is in the box")
		}
		_, err = o.Arrange(ctx, tenant, "carol", "K", 0, fileplan.MoveTo{Aggregation: "box"})
		require.NoError(t, err)
		where, err := o.Retention(ctx, tenant, "R2")
		require.NoError(t, err)
		require.Equal(t, []retention.Carried{{Hold: "H", Path: []archive.Reference{two, one}}}, where.Carried)
		where, err = o.Retention(ctx, tenant, "R1")
		require.NoError(t, err)
		require.Len(t, where.Carried[0].Path, 3)

		_, err = o.HandOver(ctx, tenant, "rita", batch.ID, 0, retention.HandOver{Record: "R2"})
		require.Equal(t, []string{"held", "receipt"}, unmet(err))
		_, err = o.Handle(ctx, tenant, "carol", 0, paper.Remove{Code: paperOf.Value.Barcode, Reason: "shelf is full"})
		require.Equal(t, []string{"held"}, unmet(err))
		_, err = o.Item(ctx, tenant, paperOf.Value.Barcode)
		require.NoError(t, err)
		_, err = o.IssueHold(ctx, tenant, "lena", retention.Hold{ID: "H2", Matter: "M", Reason: "r", Carry: retention.Carry{Optional: true}, Scope: retention.Scope{Records: []archive.RecordID{"K"}}})
		require.ErrorIs(t, err, archive.ErrInvalid)
		_, err = o.Hold(ctx, tenant, "H2")
		require.ErrorIs(t, err, register.ErrNotFound)
	})
}

// Invariant 7 with a reference and a disposal at once, in every direction and over a
// record between: either the record went before the reference was added, or it is here
// and held.
func TestInvariant7NoCarriedHoldIsRaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		o.file("K", "kept")
		o.holdFor("H", retention.Carry{References: true}, "K")
		const rounds = 24
		for i := range rounds {
			o.file(name(i), "content "+string(name(i)))
			o.file("M"+name(i), "between "+string(name(i)))
		}
		o.set(day(2022, 2, 2))
		var won [2]int
		for i := range rounds {
			id, between := name(i), "M"+name(i)
			batch := o.approved(id)
			link := func() (archive.RecordID, archive.Link) {
				switch i % 4 {
				case 0:
					return "K", archive.Link{Type: archive.HasPart, Target: archive.ToRecord(id)}
				case 1:
					return id, archive.Link{Type: archive.AttachmentOf, Target: archive.ToRecord("K")}
				case 2:
					return "K", archive.Link{Type: archive.HasPart, Target: archive.ToRecord(between)}
				}
				return between, archive.Link{Type: archive.HasFormat, Target: archive.ToRecord("K")}
			}
			if i%4 > 1 {
				o.refer(between, archive.HasPart, id)
			}
			from, l := link()
			var (
				wg                 sync.WaitGroup
				wasGone            bool
				referErr, goingErr error
			)
			begin, now := make(chan struct{}), o.tick()
			wg.Go(func() {
				<-begin
				referErr = o.store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					if _, err := o.ReferTx(ctx, tx, "carol", now, from, l); err != nil {
						return err
					}
					var err error
					wasGone, err = isGone(ctx, tx, id) // which is so when the reference is added
					return err
				})
			})
			wg.Go(func() {
				<-begin
				_, goingErr = o.Destroy(ctx, tenant, "rita", batch.ID, 0, id)
			})
			close(begin)
			wg.Wait()
			require.NoError(t, referErr)
			where, err := o.Retention(ctx, tenant, id)
			require.NoError(t, err)
			require.Len(t, where.Holds, 1, "it hangs on what is held")
			if goingErr != nil {
				won[1]++
				require.Equal(t, []string{"held"}, unmet(goingErr), "%v", goingErr)
				_, _, err := o.OpenRecord(ctx, tenant, id)
				require.NoError(t, err, "it is here, whole")
				continue
			}
			won[0]++
			require.True(t, wasGone, "round %d: it was held when it went", i)
		}
		t.Logf("destroyed first %d times, referred first %d times", won[0], won[1])
	})
}

// isGone reports whether a record has come to its end, read by id.
func isGone(ctx context.Context, tx coordination.Tx, id archive.RecordID) (bool, error) {
	s, err := tx.Sheet(ctx, "keeping", string(id))
	if errors.Is(err, register.ErrNotFound) {
		return false, nil
	}
	var k coordination.Keeping
	return err == nil && json.Unmarshal(s.Body, &k) == nil && k.Fate != "", err
}

// interrupted runs something else after the first unit of work has done all it does, and
// before it commits.
type interrupted struct {
	coordination.Store

	meanwhile func()
}

func (s *interrupted) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		err := fn(ctx, tx)
		if other := s.meanwhile; other != nil {
			s.meanwhile = nil
			other()
		}
		return err
	})
}

// Invariant 7, the one order that a race seldom hits: the reference commits between the
// last look of the disposal and its commit, which has to look again.
func TestInvariant7ReferenceBeforeTheCommitOfADisposal(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]struct{ from, to archive.RecordID }{"to the record": {"K", "R"}, "to one before it": {"K", "M"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &interrupted{Store: memory.New()}
			o := newOffice(t, t.Context(), store)
			o.plan()
			for _, id := range []archive.RecordID{"K", "M", "R"} {
				o.file(id, string(id))
			}
			o.holdFor("H", retention.Carry{References: true}, "K")
			o.refer("M", archive.HasPart, "R")
			o.set(day(2022, 1, 2))
			batch := o.approved("R")
			store.meanwhile = func() { o.refer(link.from, archive.HasPart, link.to) }
			_, err := o.Destroy(t.Context(), tenant, "rita", batch.ID, 0, "R")
			require.Equal(t, []string{"held"}, unmet(err))
			require.Nil(t, store.meanwhile)
			o.reads("R", "R")
		})
	}
}
