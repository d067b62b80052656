package bagit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/bagit"
)

func create(tb testing.TB) (*bagit.Writer, string) {
	tb.Helper()
	dir := tb.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = root.Close() })
	w, err := bagit.Create(root)
	require.NoError(tb, err)
	return w, dir
}

// small is a bag of three payload files and a tag file.
func small(tb testing.TB) string {
	tb.Helper()
	w, dir := create(tb)
	for name, text := range map[string]string{"b.txt": "b", "a/100%.txt": "a", "ä\n.txt": ""} {
		_, err := w.AddPayload(tb.Context(), name, strings.NewReader(text))
		require.NoError(tb, err)
	}
	_, err := w.AddTag(tb.Context(), "metadata/x.csv", strings.NewReader("x\n"))
	require.NoError(tb, err)
	d, err := w.Close(tb.Context(), bagit.Element{Label: "Bagging-Date", Value: "2026-03-02"}, bagit.Element{Label: "Note", Value: "two\nlines"})
	require.NoError(tb, err)
	require.Len(tb, d.SHA256, 64)
	return dir
}

func validate(tb testing.TB, dir string) (*bagit.Bag, bagit.Report) {
	tb.Helper()
	b, closer, err := bagit.OpenDir(dir)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = closer.Close() })
	r, err := b.Validate(tb.Context())
	require.NoError(tb, err)
	return b, r
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	dir := small(t)
	b, r := validate(t, dir)
	require.Empty(t, r.Findings)
	require.Equal(t, bagit.Valid, r.Verdict())
	require.Equal(t, int64(3), r.Files)
	require.Equal(t, int64(2), r.Bytes)
	require.Equal(t, []string{"data/a/100%.txt", "data/b.txt", "data/ä\n.txt"}, b.Paths())
	require.Empty(t, cmp.Diff([]bagit.Element{{Label: "Bagging-Date", Value: "2026-03-02"}, {Label: "Note", Value: "two\nlines"}, {Label: "Payload-Oxum", Value: "2.3"}}, b.Info))
	require.Equal(t, []string{"two\nlines"}, b.Values("note"))

	text, err := os.ReadFile(filepath.Join(dir, "manifest-sha256.txt"))
	require.NoError(t, err)
	require.Contains(t, string(text), "  data/a/100%25.txt\n")
	require.Contains(t, string(text), "  data/ä%0A.txt\n")
}

func TestOpenVerifies(t *testing.T) {
	t.Parallel()
	dir := small(t)
	b, _ := validate(t, dir)
	f, err := b.Open("data/b.txt")
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, errors.Join(err, f.Close()))
	require.Equal(t, "b", string(text))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "b.txt"), []byte("c"), 0o600))
	f, err = b.Open("data/b.txt")
	require.NoError(t, err)
	_, err = io.ReadAll(f)
	require.ErrorIs(t, err, bagit.ErrDigest)
	var at *bagit.DigestError
	require.ErrorAs(t, err, &at)
	require.Equal(t, "data/b.txt", at.Finding.Path)
	require.Contains(t, err.Error(), "data/b.txt")
	require.NoError(t, f.Close())
	_, err = b.Open("data/none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.Remove(filepath.Join(dir, "data", "b.txt")))
	_, err = b.Open("data/b.txt")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Equal files make equal bags, in whatever order they are added, also as one
// file.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	var tars [2]bytes.Buffer
	for i := range tars {
		root, err := os.OpenRoot(small(t)) // map order differs
		require.NoError(t, err)
		require.NoError(t, bagit.WriteTar(t.Context(), &tars[i], root.FS(), "bag", time.Unix(1e9, 5)))
		require.NoError(t, root.Close())
	}
	require.Equal(t, tars[0].Bytes(), tars[1].Bytes())
	require.ErrorIs(t, bagit.WriteTar(t.Context(), io.Discard, os.DirFS("."), "../bag", time.Time{}), bagit.ErrInvalid)
	dir := small(t)
	require.NoError(t, os.Symlink("b.txt", filepath.Join(dir, "data", "link")))
	require.ErrorIs(t, bagit.WriteTar(t.Context(), io.Discard, os.DirFS(dir), "bag", time.Time{}), bagit.ErrInvalid)
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	_, err := w.AddPayload(t.Context(), "Name", strings.NewReader(""))
	require.NoError(t, err)
	_, err = w.AddPayload(t.Context(), "\u00e9", strings.NewReader(""))
	require.NoError(t, err)
	for _, name := range []string{"", "../x", "a/../../x", "a//b", "./a", "a/", "/a", "NAME", "e\u0301", "\xff", "a\x00", `a\..\b`} {
		_, err := w.AddPayload(t.Context(), name, strings.NewReader(""))
		require.ErrorIs(t, err, bagit.ErrInvalid, "%q", name)
	}
	for _, name := range []string{"", "~x", "C:x", "/x", `\\share`, "%HOME%/x", "data", "data/x", "bagit.txt", "bag-info.txt", "manifest-sha1.txt", "tagmanifest-x.txt", "fetch.txt"} {
		_, err := w.AddTag(t.Context(), name, strings.NewReader(""))
		require.ErrorIs(t, err, bagit.ErrInvalid, "%q", name)
	}
	for _, e := range []bagit.Element{
		{Label: ""},
		{Label: " a"},
		{Label: "a:b"},
		{Label: "a\nb"},
		{Label: "\xff"},
		{Label: "payload-oxum", Value: "1.1"},
		{Label: "a", Value: " b"},
		{Label: "a", Value: "b\n"},
		{Label: "a", Value: "b\rc"},
		{Label: "a", Value: "\xff"},
	} {
		_, err := w.Close(t.Context(), e)
		require.ErrorIs(t, err, bagit.ErrInvalid, "%q", e)
	}
	_, err = w.Close(t.Context())
	require.NoError(t, err)
	_, err = w.AddPayload(t.Context(), "late", strings.NewReader(""))
	require.ErrorIs(t, err, bagit.ErrInvalid)
	_, r := validate(t, dir)
	require.Empty(t, r.Findings)

	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { _ = root.Close() }()
	_, err = bagit.Create(root)
	require.ErrorIs(t, err, bagit.ErrInvalid, "the folder is not empty")
}

func TestStoppedWriting(t *testing.T) {
	t.Parallel()
	w, _ := create(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.AddPayload(ctx, "a", strings.NewReader("text"))
	require.ErrorIs(t, err, context.Canceled)
	b, _, err := bagit.OpenDir(small(t))
	require.NoError(t, err)
	_, err = b.Validate(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// Any names and contents survive, and any byte that is changed afterwards is
// found.
func TestRoundTripAndTampering(t *testing.T) {
	t.Parallel()
	part := rapid.StringMatching(`[a-cA-C%äe\x{301} \n\r~*.]{1,5}`)
	top, runs := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		dir := filepath.Join(top, strconv.Itoa(runs))
		require.NoError(rt, os.Mkdir(dir, 0o700))
		root, err := os.OpenRoot(dir)
		require.NoError(rt, err)
		defer func() { require.NoError(rt, root.Close()) }()
		w, err := bagit.Create(root)
		require.NoError(rt, err)
		want := make(map[string]string)
		for range rapid.IntRange(0, 6).Draw(rt, "files") {
			name := part.Draw(rt, "name")
			if rapid.Bool().Draw(rt, "deep") {
				name += "/" + part.Draw(rt, "below")
			}
			text := rapid.String().Draw(rt, "text")
			_, err := w.AddPayload(t.Context(), name, strings.NewReader(text))
			if errors.Is(err, bagit.ErrInvalid) || isPathClash(err) {
				continue
			}
			require.NoError(rt, err)
			want["data/"+name] = text
		}
		_, err = w.Close(t.Context())
		require.NoError(rt, err)
		b := bagit.Read(root.FS())
		r, err := b.Validate(t.Context())
		require.NoError(rt, err)
		require.Equal(rt, bagit.Valid, r.Verdict(), "%v", r.Findings)
		require.Len(rt, b.Paths(), len(want))
		for name, text := range want {
			f, err := b.Open(name)
			require.NoError(rt, err, "%q", name)
			got, err := io.ReadAll(f)
			require.NoError(rt, errors.Join(err, f.Close()))
			require.Equal(rt, text, string(got))
		}
		tamper(rt, dir)
		r, err = bagit.Read(root.FS()).Validate(t.Context())
		require.NoError(rt, err)
		require.Equal(rt, bagit.Invalid, r.Verdict())
	})
}

// isPathClash reports that a file stands where a folder is needed or the other
// way round.
func isPathClash(err error) bool {
	var at *fs.PathError
	return errors.As(err, &at)
}

// tamper changes one byte of one file, tag manifests left out, since nothing
// covers them.
func tamper(t *rapid.T, dir string) {
	var files []string
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "tagmanifest-") {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() == 0 {
			return err
		}
		files = append(files, p)
		return nil
	}))
	p := rapid.SampledFrom(files).Draw(t, "file")
	text, err := os.ReadFile(p)
	require.NoError(t, err)
	text[rapid.IntRange(0, len(text)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	require.NoError(t, os.WriteFile(p, text, 0o600))
}

func BenchmarkValidate(b *testing.B) {
	dir := b.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(b, err)
	defer func() { _ = root.Close() }()
	w, err := bagit.Create(root)
	require.NoError(b, err)
	content := make([]byte, 64<<20)
	for i := range 4 {
		_, err := w.AddPayload(b.Context(), strconv.Itoa(i), bytes.NewReader(content))
		require.NoError(b, err)
	}
	_, err = w.Close(b.Context())
	require.NoError(b, err)
	b.SetBytes(4 << 26)
	for b.Loop() {
		r, err := bagit.Read(root.FS()).Validate(b.Context())
		if err != nil || r.Verdict() != bagit.Valid {
			b.Fatal(err, r.Findings)
		}
	}
}
