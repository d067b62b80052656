package handover_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/everystore"
)

// Invariant 14 for a whole archive in a bag: out of one store and into each
// kind of another, with the same state and the same root; a byte that was altered on
// the way is not taken in.
func TestInvariant14WholeArchiveInABag(t *testing.T) {
	t.Parallel()
	h := open(t, everystore.Memory(t))
	for i, id := range []string{"A", "B", "C"} {
		var links []archive.Link
		if i > 0 {
			links = append(links, link(archive.Amends, "A"))
		}
		h.file(t, id, "", links...)
	}
	h.sign(t)
	head, err := h.sealer.Head(t.Context(), "acme")
	require.NoError(t, err)
	var packed bytes.Buffer
	_, err = bagit.Packer{}.Pack(t.Context(), &packed, dossier.Packing{Format: dossier.Zip, Folder: "archive", Date: day(1)},
		func(ctx context.Context, bag dossier.Bag) error {
			got, err := h.service.ExportArchive(ctx, "acme", 0, bag)
			require.Equal(t, 3, got.Records)
			require.Equal(t, head.Size, got.Signed.Size)
			return err
		})
	require.NoError(t, err)
	files := unzip(t, packed.Bytes())
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	known := note.VerifierList(h.key.Verifier)
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		to := fresh(t)
		bag, closer, err := bagit.OpenDir(dir)
		require.NoError(t, err)
		defer func() { require.NoError(t, closer.Close()) }()
		var told []string
		for range 2 {
			got, err := handover.ImportArchive(t.Context(), to, "acme", bag.Open, known, func(file string, _ int64) { told = append(told, file) })
			require.NoError(t, err)
			require.Empty(t, got.Report.Findings)
			require.Equal(t, 3, got.Report.Records)
			require.True(t, got.Log.Complete)
		}
		require.Contains(t, told, "log.jsonl")
		root, err := audit.CheckCarried(t.Context(), to, "acme", "example.org/acme", known)
		require.NoError(t, err)
		require.Equal(t, head.Root, root)
		other := open(t, to)
		r, content, err := other.desk.OpenRecord(t.Context(), "acme", "B")
		require.NoError(t, err)
		require.Equal(t, "content of B", string(content))
		require.Equal(t, "Letter B", r.Title)
	})
	altered := t.TempDir()
	for name, text := range files {
		if name == "data/log.jsonl" {
			text = text[:len(text)-2] + " \n"
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(altered, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(altered, name), []byte(text), 0o600))
	}
	bag, closer, err := bagit.OpenDir(altered)
	require.NoError(t, err)
	defer func() { require.NoError(t, closer.Close()) }()
	_, err = handover.ImportArchive(t.Context(), everystore.Memory(t), "acme", bag.Open, known, nil)
	require.Error(t, err)
}
