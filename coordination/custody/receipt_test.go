package custody_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// What is transferred goes from here only once the receiver has said that he has each
// content of it: a receipt that misses or misstates anything is refused by name, and what
// is made of a record after the receipt keeps it here.
func TestTransfersNeedAReceiptOfAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		ctx := t.Context()
		s := schedule(1, "")
		s.ID, s.Phases[0].Action = "T", retention.Transfer
		_, err := o.AddSchedule(ctx, tenant, "carol", s)
		require.NoError(t, err)
		_, err = o.AddClass(ctx, tenant, "carol", fileplan.Class{ID: "letters", Title: "Letters", Schedule: "T", From: day(2019, 1, 1)})
		require.NoError(t, err)
		o.file("R1", "one")
		o.file("R2", "two")
		render := func(text string) archive.Digest {
			scan, err := o.Upload(ctx, tenant, strings.NewReader(text), "")
			require.NoError(t, err)
			_, err = o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.Render{Rendition: fileplan.Rendition{
				Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("one")), Digest: scan.Digest,
			}})
			require.NoError(t, err)
			return scan.Digest
		}
		scan := render("a scan of one")
		o.set(day(2021, 1, 2))
		b, err := o.AskDisposal(ctx, tenant, "rita", retention.Ask{ID: "B", Action: retention.Transfer, Reason: "due"}, []archive.RecordID{"R1", "R2"})
		require.NoError(t, err)
		b, err = o.ApproveDisposal(ctx, tenant, "anna", "B", b.Rev, b.Value.Scope)
		require.NoError(t, err)

		one := retention.Received{Record: "R1", Digests: []archive.Digest{archive.DigestOf([]byte("one")), scan}}
		two := retention.Received{Record: "R2", Digests: []archive.Digest{archive.DigestOf([]byte("two"))}}
		take := func(rev int64, items ...retention.Received) (coordination.Disposal, error) {
			return o.TakeReceipt(ctx, tenant, "rita", "B", rev, retention.TakeReceipt{Receiver: "state archive", Items: items})
		}
		_, err = take(0, one)
		require.Equal(t, []string{"missing"}, unmet(err))
		require.ErrorContains(t, err, `the receipt misses "R2"`)
		_, err = take(0, retention.Received{Record: "R1", Digests: one.Digests[:1]}, two)
		require.Equal(t, []string{"missing"}, unmet(err))
		require.ErrorContains(t, err, string(scan))
		_, err = take(0, retention.Received{Record: "R1", Digests: append(two.Digests, one.Digests...)}, two)
		require.Equal(t, []string{"misstated"}, unmet(err))
		_, err = o.HandOver(ctx, tenant, "rita", "B", 0, retention.HandOver{Record: "R1"})
		require.Equal(t, []string{"receipt"}, unmet(err))
		same, err := o.Disposal(ctx, tenant, "B")
		require.NoError(t, err)
		require.Equal(t, b, same, "what was refused changed nothing")
		_, err = take(b.Rev+1, one, two)
		require.ErrorIs(t, err, register.ErrConflict)
		b, err = take(b.Rev, two, one)
		require.NoError(t, err)
		require.Equal(t, "state archive", b.Value.Receipt.Receiver)
		require.True(t, o.stored(archive.DigestOf([]byte("one"))), "nothing goes by the receipt")

		_, err = o.HandOver(ctx, tenant, "rita", "B", 0, retention.HandOver{Record: "R2"})
		require.NoError(t, err)
		require.False(t, o.stored(archive.DigestOf([]byte("two"))))
		late := render("another scan of one")
		_, err = o.HandOver(ctx, tenant, "rita", "B", 0, retention.HandOver{Record: "R1"})
		require.Equal(t, []string{"missing"}, unmet(err))
		require.ErrorContains(t, err, string(late))
		_, err = take(0, one, two)
		require.Equal(t, []string{"missing", "state"}, unmet(err), "R2 has gone")
		one.Digests = append(one.Digests, late)
		_, err = take(0, one)
		require.NoError(t, err, "a later receipt takes its place")
		for range 2 { // again is none less
			_, err = o.HandOver(ctx, tenant, "rita", "B", 0, retention.HandOver{Record: "R1"})
			require.NoError(t, err)
		}
		for _, d := range []archive.Digest{scan, late} {
			_, err = o.OpenBlob(ctx, tenant, d)
			require.ErrorIs(t, err, archive.ErrNotFound)
		}
		c, err := o.Certificate(ctx, tenant, "B")
		require.NoError(t, err)
		require.Len(t, c.Done, 2)
		require.Equal(t, "state archive", c.Done[0].Receiver)
		require.Equal(t, []retention.Received{{Record: "R1", Digests: c.Receipt.Items[0].Digests}}, c.Receipt.Items)
		require.ElementsMatch(t, one.Digests, c.Receipt.Items[0].Digests)
	})
}
