package custody_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/internal/everystore"
)

// sealerOf audits the office.
func (o *office) sealer(store coordination.Store) *audit.Sealer {
	key, err := audit.NewKey("example.org/"+tenant, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)))
	require.NoError(o.tb, err)
	s, err := audit.New(audit.Config{Store: store, Blobs: o.blobs, Now: o.tick, Key: func(string) (audit.Key, error) { return key, nil }})
	require.NoError(o.tb, err)
	return s
}

// Who asks for what was destroyed is told what became of it, whichever way he asks
// and although another record has the same content; the search knows no word of it,
// and an audit takes the hole for what it is. A hole without a disposal is a flaw.
func TestWhatIsGoneIsNamed(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		ctx, store, index := t.Context(), open(t), new(search.Indexes)
		o := &office{tb: t, ctx: ctx, now: day(2020, 1, 1), blobs: blobs.New(), store: store}
		var err error
		o.Desk, err = coordination.NewDesk(coordination.Config{Store: store, Now: o.tick, Blobs: o.blobs, Searcher: index})
		require.NoError(t, err)
		o.plan()
		o.file("R1", "the canary sang")
		o.file("R2", "the canary sang")
		scan, err := o.Upload(ctx, tenant, strings.NewReader("a scan"), "")
		require.NoError(t, err)
		_, err = o.Arrange(ctx, tenant, "carol", "R1", 0, fileplan.Render{Rendition: fileplan.Rendition{
			Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("the canary sang")), Digest: scan.Digest,
		}})
		require.NoError(t, err)
		_, err = store.Sequence(ctx, 1000)
		require.NoError(t, err)
		_, err = o.Index(ctx, tenant)
		require.NoError(t, err)
		require.ElementsMatch(t, []archive.RecordID{"R1", "R2"}, o.hits("canary"))

		o.set(day(2022, 1, 2))
		b := o.approved("R1")
		_, err = o.Destroy(ctx, tenant, "dora", b.ID, 0, "R1")
		require.NoError(t, err)
		ways := map[string]func() error{
			"content": func() error { _, _, err := o.OpenContent(ctx, tenant, "R1"); return err },
			"record":  func() error { _, _, err := o.OpenRecord(ctx, tenant, "R1"); return err },
			"part":    func() error { _, _, err := o.OpenPart(ctx, tenant, "R1", scan.Digest); return err },
		}
		for name, ask := range ways {
			err := ask()
			require.ErrorIs(t, err, archive.ErrGone, name)
			require.NotErrorIs(t, err, archive.ErrNotFound, name)
			var gone *retention.GoneError
			require.ErrorAs(t, err, &gone, name)
			require.Equal(t, retention.Destroyed, gone.State)
			require.Equal(t, b.ID, gone.Batch)
			require.Equal(t, "dora", gone.Stone.By)
			require.Equal(t, archive.DigestOf([]byte("the canary sang")), gone.Stone.Digest)
			require.Contains(t, err.Error(), "was destroyed by dora on 2022-01-02 under disposal "+b.ID)
		}
		_, _, err = o.OpenPart(ctx, tenant, "R1", archive.DigestOf([]byte("another's")))
		require.ErrorIs(t, err, archive.ErrNotFound, "it never had that")
		_, _, err = o.OpenContent(ctx, tenant, "R9")
		require.ErrorIs(t, err, archive.ErrNotFound)
		_, _, err = o.OpenRecord(ctx, tenant, "R2")
		require.NoError(t, err)

		require.Equal(t, []archive.RecordID{"R2"}, o.hits("canary"))
		_, err = o.Reindex(ctx, tenant)
		require.NoError(t, err)
		require.Equal(t, []archive.RecordID{"R2"}, o.hits("canary"), "nor does it come back")
		require.Contains(t, o.hits("letter"), archive.RecordID("R1"), "its title stays")

		s := o.sealer(store)
		_, err = s.Seal(ctx, tenant)
		require.NoError(t, err)
		report, err := s.Audit(ctx, tenant)
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
		require.Equal(t, 1, report.Gone)
		require.NoError(t, store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			return tx.DropContent(ctx, archive.DigestOf([]byte("the canary sang")))
		}))
		report, err = s.Audit(ctx, tenant)
		require.NoError(t, err)
		require.Len(t, report.Flaws, 1)
		require.Equal(t, "R2", report.Flaws[0].Entity)
	})
}

// An audit reads every content that a record has: those that were uploaded, its
// revisions and its renditions.
func TestAuditReadsRenditions(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	o := newOffice(t, t.Context(), store)
	o.plan()
	o.file("R1", "one")
	scan, err := o.Upload(t.Context(), tenant, strings.NewReader("a scan"), "")
	require.NoError(t, err)
	_, err = o.Arrange(t.Context(), tenant, "carol", "R1", 0, fileplan.Render{Rendition: fileplan.Rendition{
		Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("one")), Digest: scan.Digest,
	}})
	require.NoError(t, err)
	s := o.sealer(store)
	_, err = s.Seal(t.Context(), tenant)
	require.NoError(t, err)
	report, err := s.Audit(t.Context(), tenant)
	require.NoError(t, err)
	require.True(t, report.Sound(), "%+v", report.Flaws)
	require.NoError(t, o.blobs.DeleteBlob(t.Context(), tenant, scan.Digest))
	report, err = s.Audit(t.Context(), tenant)
	require.NoError(t, err)
	require.Len(t, report.Flaws, 1)
	require.Contains(t, report.Flaws[0].Text, string(scan.Digest))
}

// hits are the records that a search finds.
func (o *office) hits(text string) (out []archive.RecordID) {
	found, err := o.Search(o.ctx, tenant, "ann", search.Query{Text: text})
	require.NoError(o.tb, err)
	for _, h := range found.Hits {
		out = append(out, h.Key.ID)
	}
	return out
}

// late does something else just before documents are put into the index.
type late struct {
	search.Searcher

	first func()
}

func (l *late) PutDocuments(ctx context.Context, tenant string, ds ...search.Document) error {
	if first := l.first; first != nil {
		l.first = nil
		first()
	}
	return l.Searcher.PutDocuments(ctx, tenant, ds...)
}

// Who read a record for the index before it was destroyed, and comes to put it in
// afterwards, leaves no word of it there, alone or among many.
func TestIndexForgetsWhatGoesMeanwhile(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		for _, others := range []int{0, 60} {
			ctx, store, index := t.Context(), open(t), &late{Searcher: new(search.Indexes)}
			o := &office{tb: t, ctx: ctx, now: day(2020, 1, 1), blobs: blobs.New(), store: store}
			var err error
			o.Desk, err = coordination.NewDesk(coordination.Config{Store: store, Now: o.tick, Blobs: o.blobs, Searcher: index})
			require.NoError(t, err)
			o.plan()
			o.file("R1", "the canary sang")
			for i := range others {
				o.file(archive.RecordID("O"+strconv.Itoa(i)), "the sparrow sang")
			}
			o.set(day(2022, 1, 2))
			b := o.approved("R1")
			index.first = func() {
				_, err := o.Destroy(ctx, tenant, "dora", b.ID, 0, "R1")
				require.NoError(t, err)
			}
			_, err = o.Index(ctx, tenant)
			require.NoError(t, err)
			require.Nil(t, index.first)
			require.Empty(t, o.hits("canary"))
			require.Len(t, o.hits("sparrow"), min(others, search.DefaultLimit))
		}
	})
}
