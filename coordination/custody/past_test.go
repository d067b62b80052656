package custody_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination"
)

// past files on the same store without the desk, as an import does.
func (o *office) past() *archive.Service {
	s, err := archive.New(archive.Config{Store: coordination.Archive(o.store), Now: o.tick, NewID: func() string { return "" }})
	require.NoError(o.tb, err)
	return s
}

func old(id archive.RecordID, content string) archive.File {
	return archive.File{ID: id, Kind: "letter", Title: "Old", MediaType: "text/plain", Content: []byte(content)}
}

// uncounted files within a unit of work, where nobody counts it: as every record that
// was imported before these were counted.
func (o *office) uncounted(f archive.File) {
	service := o.past()
	require.NoError(o.tb, o.store.Update(o.ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		_, err := service.FileTx(ctx, tx, "import", day(2020, 1, 1), f)
		return err
	}))
}

func (o *office) reads(id archive.RecordID, want string) {
	_, content, err := o.OpenRecord(o.ctx, tenant, id)
	require.NoError(o.tb, err)
	require.Equal(o.tb, want, string(content))
}

func (o *office) destroy(id archive.RecordID) {
	b := o.approved(id)
	_, err := o.Destroy(o.ctx, tenant, "rita", b.ID, 0, id)
	require.NoError(o.tb, err)
}

// What a record has that was filed past the desk, as an import does, is not destroyed
// with that of a record of the desk; it goes with the last that has it.
func TestContentsFiledPastTheDeskStay(t *testing.T) {
	t.Parallel()
	for name, counted := range map[string]bool{"counted": true, "uncounted": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, o *office) {
				t.Helper()
				o.plan()
				o.file("R1", "same")
				for _, id := range []archive.RecordID{"P1", "P2"} {
					if !counted {
						o.uncounted(old(id, "same"))
						continue
					}
					_, err := o.past().File(o.ctx, tenant, "import", old(id, "same"))
					require.NoError(t, err)
				}
				o.set(day(2022, 1, 2))
				o.destroy("R1")
				o.reads("P1", "same")
				o.reads("P2", "same")
				o.file("R2", "same")
				for _, id := range []archive.RecordID{"P1", "P2"} {
					o.declare(id)
				}
				o.set(day(2025, 1, 2))
				o.destroy("P1")
				o.destroy("R2")
				o.reads("P2", "same")
				o.destroy("P2")
				require.False(t, o.stored(archive.DigestOf([]byte("same"))), "the bytes are gone with the last")
			})
		})
	}
}

// Of an import and the destruction of the same content that are done at once: either
// the new record has it, or it was not filed.
func TestImportingWhatIsBeingDestroyed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		service := o.past()
		o.plan()
		for i := range 8 {
			o.set(day(2020, 1, 1))
			content := "imported by turns " + string(name(i))
			o.file(name(i), content)
			o.set(day(2022, 2, 2))
			batch := o.approved(name(i))
			again := "again" + name(i)
			var (
				wg                sync.WaitGroup
				filedErr, goneErr error
			)
			wg.Go(func() { _, filedErr = service.File(o.ctx, tenant, "import", old(again, content)) })
			wg.Go(func() { _, goneErr = o.Destroy(o.ctx, tenant, "rita", batch.ID, 0, name(i)) })
			wg.Wait()
			require.NoError(t, goneErr)
			if filedErr != nil {
				require.Equal(t, []string{"going"}, unmet(filedErr), "%v", filedErr)
				continue
			}
			o.reads(again, content)
		}
	})
}

// A content that is one record's rendition stays, although two others that were filed past
// every count had it as their own, and went.
func TestRenditionsOutlastWhatWasFiledPastTheDesk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		t.Helper()
		o.plan()
		o.file("R1", "the original")
		o.uncounted(old("P1", "same"))
		o.uncounted(old("P2", "same"))
		blob, err := o.Upload(t.Context(), tenant, strings.NewReader("same"), "")
		require.NoError(t, err)
		_, err = o.Arrange(t.Context(), tenant, "carol", "R1", 0, fileplan.Render{Rendition: fileplan.Rendition{
			Purpose: "text", DerivedFrom: archive.DigestOf([]byte("the original")), Digest: blob.Digest,
		}})
		require.NoError(t, err)
		for _, id := range []archive.RecordID{"P1", "P2"} {
			o.declare(id)
		}
		o.set(day(2023, 1, 2))
		for _, id := range []archive.RecordID{"P1", "P2"} {
			o.destroy(id)
			_, from, err := o.OpenPart(t.Context(), tenant, "R1", blob.Digest)
			require.NoError(t, err, "after %s", id)
			require.NoError(t, from.Close())
		}
		o.destroy("R1")
		require.False(t, o.stored(blob.Digest))
	})
}
