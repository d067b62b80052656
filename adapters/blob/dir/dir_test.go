package dir_test

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/blob/blobtest"
	"github.com/coordkit/coordkit/adapters/blob/dir"
	"github.com/coordkit/coordkit/archive"
)

func open(tb testing.TB, folder string, limit int64) *dir.Blobs {
	tb.Helper()
	b, err := dir.OpenWithLimit(folder, limit)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, b.Close()) })
	return b
}

func TestConformance(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(tb testing.TB, limit int64) archive.Blobs {
		tb.Helper()
		return open(tb, tb.TempDir(), limit)
	})
}

func BenchmarkDir(b *testing.B) {
	blobtest.Benchmark(b, func(tb testing.TB) archive.Blobs {
		tb.Helper()
		return open(tb, tb.TempDir(), dir.MaxSize)
	})
}

// files are those below a folder, without the temporary ones.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(p, filepath.Join(folder, "tmp")) {
			out = append(out, p)
		}
		return err
	}))
	return out
}

// Whatever happens to a file, reading says so, and sending it again heals it.
func TestSpoiledFiles(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(path string) error{
		"flipped":   func(p string) error { return os.WriteFile(p, []byte("texT"), 0o600) },
		"truncated": func(p string) error { return os.Truncate(p, 2) },
		"empty":     func(p string) error { return os.Truncate(p, 0) },
		"longer":    func(p string) error { return os.WriteFile(p, []byte("texttext"), 0o600) },
		"link": func(p string) error {
			if err := os.Remove(p); err != nil {
				return err
			}
			return os.Symlink("/etc/passwd", p)
		},
	} {
		folder := t.TempDir()
		b := open(t, folder, 100)
		kept, err := b.PutBlob(t.Context(), "acme", strings.NewReader("text"), "")
		require.NoError(t, err)
		all := files(t, folder)
		require.Len(t, all, 1)
		require.NoError(t, spoil(all[0]))
		r, err := b.OpenBlob(t.Context(), "acme", kept.Digest)
		if err == nil {
			_, err = io.ReadAll(r)
			require.NoError(t, r.Close())
		}
		require.ErrorIs(t, err, archive.ErrAltered, name)

		_, err = b.PutBlob(t.Context(), "acme", strings.NewReader("text"), "")
		require.NoError(t, err)
		r, err = b.OpenBlob(t.Context(), "acme", kept.Digest)
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, "text", string(text))
		require.NoError(t, r.Close())
	}
}

func TestStrayFilesAndClean(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	b := open(t, folder, 100)
	kept, err := b.PutBlob(t.Context(), "acme", strings.NewReader("text"), "")
	require.NoError(t, err)
	shard := filepath.Dir(files(t, folder)[0])
	for _, stray := range []string{"x", strings.Repeat("0", 64)} {
		require.NoError(t, os.WriteFile(filepath.Join(shard, stray), nil, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tmp", "left"), []byte("te"), 0o600))
	page, _, err := b.ListBlobs(t.Context(), "acme", "", 0)
	require.NoError(t, err)
	require.Equal(t, []archive.Blob{kept}, page)
	n, err := b.Clean(t.Context(), time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Zero(t, n, "it may be under way")
	n, err = b.Clean(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = dir.Open(filepath.Join(folder, "none"))
	require.Error(t, err)
}

// Invariant 15: a process that is killed while it writes leaves contents that
// fit or files nobody speaks of. What it said it had kept is there.
func TestInvariant15Killed(t *testing.T) {
	t.Parallel()
	if folder := os.Getenv("BLOB_WRITER"); folder != "" {
		writeForEver(t, folder)
	}
	folder := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=TestInvariant15Killed")
	cmd.Env = append(os.Environ(), "BLOB_WRITER="+folder)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var said []archive.Digest
	for len(said) < 20 {
		var d archive.Digest
		_, err := fmt.Fscanln(out, &d)
		require.NoError(t, err)
		said = append(said, d)
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())

	b := open(t, folder, dir.MaxSize)
	page, _, err := b.ListBlobs(t.Context(), "acme", "", 0)
	require.NoError(t, err)
	there := make(map[archive.Digest]bool)
	for _, kept := range page {
		there[kept.Digest] = true
		r, err := b.OpenBlob(t.Context(), "acme", kept.Digest)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	for _, d := range said {
		require.True(t, there[d])
	}
}

func writeForEver(t *testing.T, folder string) {
	t.Helper()
	b := open(t, folder, dir.MaxSize)
	for i := 0; ; i++ {
		kept, err := b.PutBlob(t.Context(), "acme", io.LimitReader(strings.NewReader(strings.Repeat(strconv.Itoa(i), 100_000)), 100_000), "")
		require.NoError(t, err)
		fmt.Println(kept.Digest)
	}
}
