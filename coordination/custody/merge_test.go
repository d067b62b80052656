package custody_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

func (o *office) merge(id, into archive.RecordID) {
	r, err := o.Merge(o.ctx, tenant, "carol", id, 0, into, "the same letter")
	require.NoError(o.tb, err)
	require.Equal(o.tb, into, r.ID)
}

// Invariant 6: what was merged is one thing to whoever reads: record, filing, content,
// references, heads, names, paper and search; and nothing of what was filed is lost.
func TestInvariant6MergedRecordsAreOne(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		ctx, store, index := t.Context(), open(t), new(search.Indexes)
		o := &office{tb: t, ctx: ctx, now: day(2020, 1, 1), blobs: blobs.New(), store: store}
		var err error
		o.Desk, err = coordination.NewDesk(coordination.Config{Store: store, Now: o.tick, Blobs: o.blobs, Searcher: index})
		require.NoError(t, err)
		o.plan()
		o.file("A", "the canary sang")
		o.file("B", "the parrot sang")
		o.file("C", "an answer", archive.Link{Type: archive.Answers, Target: archive.ToRecord("A")})
		o.file("N", "the next one", archive.Link{Type: archive.Supersedes, Target: archive.ToRecord("B")})
		cites := o.refer("B", archive.References, "C")
		scan, err := o.Upload(ctx, tenant, strings.NewReader("a scan"), "")
		require.NoError(t, err)
		_, err = o.Arrange(ctx, tenant, "carol", "A", 0, fileplan.Render{Rendition: fileplan.Rendition{Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("the canary sang")), Digest: scan.Digest}})
		require.NoError(t, err)
		_, err = o.Arrange(ctx, tenant, "carol", "A", 0, fileplan.Call{Alias: "LETTER-7"})
		require.NoError(t, err)
		item, err := o.RegisterItem(ctx, tenant, "carol", "CK", paper.Item{Title: "letter", Kind: paper.Document, Home: "A", Record: "A"})
		require.NoError(t, err)
		before, err := o.Record(ctx, tenant, "A")
		require.NoError(t, err)

		_, err = o.Merge(ctx, tenant, "carol", "A", before.Rev+1, "B", "the same")
		require.ErrorIs(t, err, archive.ErrConflict)
		_, err = o.Merge(ctx, tenant, "carol", "A", before.Rev, "B", " ")
		require.ErrorIs(t, err, archive.ErrInvalid)
		_, err = o.Merge(ctx, tenant, "carol", "A", before.Rev, "nobody", "the same")
		require.ErrorIs(t, err, archive.ErrInvalid)
		_, err = o.Merge(ctx, tenant, "carol", "nobody", 0, "B", "the same")
		require.ErrorIs(t, err, archive.ErrNotFound)
		_, err = o.Merge(ctx, tenant, "carol", "C", 0, "A", "the same")
		require.Equal(t, []string{"acyclic"}, unmet(err), "an answer is not what it answers")
		_, err = o.Refer(ctx, tenant, "carol", "C", archive.Link{Type: archive.MergedInto, Target: archive.ToRecord("N")})
		require.ErrorIs(t, err, archive.ErrInvalid, "by no other way")
		o.merge("A", "B")

		r, err := o.Record(ctx, tenant, "A")
		require.NoError(t, err)
		require.Equal(t, archive.RecordID("B"), r.ID)
		f, err := o.Filing(ctx, tenant, "A")
		require.NoError(t, err)
		require.Equal(t, archive.RecordID("B"), f.Value.Record)
		_, content, err := o.OpenRecord(ctx, tenant, "A")
		require.NoError(t, err)
		require.Equal(t, "the parrot sang", string(content))
		for _, digest := range []archive.Digest{before.Digest, scan.Digest} {
			part, from, err := o.OpenPart(ctx, tenant, "B", digest)
			require.NoError(t, err)
			require.NoError(t, from.Close())
			require.Equal(t, archive.RecordID("A"), part.ID, "what it had is here")
		}
		all, stands, err := o.Merged(ctx, tenant, "B")
		require.NoError(t, err)
		require.Equal(t, archive.RecordID("B"), stands)
		require.Equal(t, []string{"Letter A", "Letter B"}, []string{all[0].Title, all[1].Title})
		for _, id := range []archive.RecordID{"A", "B"} {
			in, _, err := o.References(ctx, tenant, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: archive.Inward})
			require.NoError(t, err)
			require.Len(t, in, 3, "answered, superseded and merged")
			out, _, err := o.References(ctx, tenant, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: archive.Outward})
			require.NoError(t, err)
			require.Len(t, out, 2)
			require.Contains(t, []string{out[0].ID, out[1].ID}, cites.ID)
			heads, err := o.Heads(ctx, tenant, "ann", id, time.Time{})
			require.NoError(t, err)
			require.Equal(t, []archive.RecordID{"N"}, heads)
			items, _, err := o.Items(ctx, tenant, register.Query{Key: "record"}.Only(string(id)))
			require.NoError(t, err)
			require.Len(t, items, 1)
			require.Equal(t, item.ID, items[0].ID)
		}
		page, _, err := o.Records(ctx, tenant, archive.Query{})
		require.NoError(t, err)
		require.Len(t, page, 3)
		_, err = o.Refer(ctx, tenant, "carol", "N", archive.Link{Type: archive.References, Target: archive.End{Kind: archive.EndText, Value: "LETTER-7"}})
		require.NoError(t, err)
		openEnds, _, err := o.OpenReferences(ctx, tenant, "", 0)
		require.NoError(t, err)
		require.Equal(t, archive.RecordID("B"), openEnds[0].Called, "who is called as the one is the other")
		_, err = o.Refer(ctx, tenant, "carol", "A", archive.Link{Type: archive.Supersedes, Target: archive.ToRecord("N")})
		require.Equal(t, []string{"acyclic"}, unmet(err), "N supersedes what A is")
		for _, cmd := range []fileplan.Command{fileplan.Annotate{Text: "x"}, fileplan.Call{Alias: "x"}, fileplan.MoveTo{Aggregation: "F"}} {
			_, err = o.Arrange(ctx, tenant, "carol", "A", 0, cmd)
			require.Equal(t, []string{"merged"}, unmet(err))
		}
		for _, pair := range [][2]archive.RecordID{{"A", "B"}, {"B", "A"}, {"A", "C"}} {
			_, err = o.Merge(ctx, tenant, "carol", pair[0], 0, pair[1], "again")
			require.Contains(t, unmet(err), "merged")
		}

		_, err = store.Sequence(ctx, 1000)
		require.NoError(t, err)
		_, err = o.Index(ctx, tenant)
		require.NoError(t, err)
		require.ElementsMatch(t, []archive.RecordID{"B"}, o.hits("sang"), "one is found")
		require.Empty(t, o.hits("canary"))
		s := o.sealer(store)
		_, err = s.Seal(ctx, tenant)
		require.NoError(t, err)
		report, err := s.Audit(ctx, tenant)
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
	})
}

// Invariants 7 and 8 over merged records: every hold on one holds all, the one that is
// kept longer rules, and a batch that was approved before says nothing of them any more.
func TestInvariants7And8MergedRecordsGoTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.furnish() // R1 is a note, due after a month
		o.file("L", "a letter, due after two years")
		o.set(day(2020, 6, 1))
		early := o.approved("R1")
		hold := o.holdFor("H", retention.Carry{}, "R1")
		o.merge("R1", "L")
		for _, id := range []archive.RecordID{"R1", "L"} {
			where, err := o.Retention(ctx, tenant, id)
			require.NoError(t, err)
			require.Equal(t, "2022-01-02", where.Standing.Due.String(), "the longer one rules")
			require.Len(t, where.Holds, 1, "%s", id)
		}
		_, err := o.Destroy(ctx, tenant, "rita", early.ID, 0, "R1")
		require.Equal(t, []string{"lapsed", "due", "held"}, unmet(err))
		o.set(day(2022, 2, 1))
		_, err = o.AskDisposal(ctx, tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, []archive.RecordID{"L"})
		require.Equal(t, []string{"merged", "held"}, unmet(err))
		_, err = o.ReleaseHold(ctx, tenant, "lena", hold.ID, 0, "settled")
		require.NoError(t, err)
		_, err = o.Destroy(ctx, tenant, "rita", early.ID, 0, "R1")
		require.Equal(t, []string{"lapsed"}, unmet(err))
		_, err = o.Review(ctx, tenant, "rita", "R1", "no")
		require.Equal(t, []string{"due"}, unmet(err))
		both := o.approved("L", "R1")
		_, err = o.Destroy(ctx, tenant, "rita", both.ID, 0, "L")
		require.NoError(t, err)
		_, _, err = o.OpenRecord(ctx, tenant, "R1")
		require.ErrorIs(t, err, archive.ErrGone, "what stands for it has gone")
		_, err = o.Merge(ctx, tenant, "carol", "R2", 0, "L", "too late")
		require.Equal(t, []string{"gone"}, unmet(err))
		_, err = o.Destroy(ctx, tenant, "rita", both.ID, 0, "R1")
		require.NoError(t, err)
		require.False(t, o.stored(archive.DigestOf([]byte("R1"))))
		certificate, err := o.Certificate(ctx, tenant, both.ID)
		require.NoError(t, err)
		require.Len(t, certificate.Done, 2)
	})
}

// Invariants 5 to 8 with merges at once: two records are not merged into each other, one
// that goes is not merged, and no merge closes a circle that a reference closes too.
func TestInvariants5To8NoMergeIsRaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		o.plan()
		const rounds = 8
		at := func(i int, of string) archive.RecordID { return name(i) + archive.RecordID(of) }
		for i := range rounds {
			for _, of := range []string{"a", "b", "c", "gone"} {
				o.file(at(i, of), string(at(i, of)))
			}
			o.refer(at(i, "b"), archive.Supersedes, at(i, "c"))
		}
		o.set(day(2022, 2, 2))
		both := func(one, other func() error) (error, error) {
			var (
				wg   sync.WaitGroup
				a, b error
			)
			begin := make(chan struct{})
			wg.Go(func() { <-begin; a = one() })
			wg.Go(func() { <-begin; b = other() })
			close(begin)
			wg.Wait()
			return a, b
		}
		merge := func(id, into archive.RecordID) func() error {
			return func() error {
				_, err := o.Merge(context.WithoutCancel(ctx), tenant, "carol", id, 0, into, "the same")
				return err
			}
		}
		for i := range rounds {
			a, b, c, gone := at(i, "a"), at(i, "b"), at(i, "c"), at(i, "gone")
			// a is what c is, and a supersedes b, which supersedes c: not both.
			one, other := both(merge(a, c), func() error {
				_, err := o.Refer(ctx, tenant, "carol", a, archive.Link{Type: archive.Supersedes, Target: archive.ToRecord(b)})
				return err
			})
			require.NotEqual(t, one == nil, other == nil, "round %d: %v, %v", i, one, other)
			for _, err := range []error{one, other} {
				if err != nil {
					require.Equal(t, []string{"acyclic"}, unmet(err), "%v", err)
				}
			}
			batch := o.approved(gone)
			one, other = both(merge(gone, b), func() error {
				_, err := o.Destroy(ctx, tenant, "rita", batch.ID, 0, gone)
				return err
			})
			require.NotEqual(t, one == nil, other == nil, "round %d: %v, %v", i, one, other)
			if one != nil {
				require.Equal(t, []string{"gone"}, unmet(one), "%v", one)
			} else {
				require.Contains(t, unmet(other), "lapsed", "%v", other)
			}
			o.file(at(i, "x"), "x")
			o.file(at(i, "y"), "y")
			one, other = both(merge(at(i, "x"), at(i, "y")), merge(at(i, "y"), at(i, "x")))
			require.NotEqual(t, one == nil, other == nil, "round %d: %v, %v", i, one, other)
		}
	})
}
