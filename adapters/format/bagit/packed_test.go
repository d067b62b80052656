package bagit_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
)

// packed is a bag as one file of each format.
func packed(tb testing.TB, bag fs.FS) map[dossier.Format][]byte {
	tb.Helper()
	var asTar, asZip bytes.Buffer
	require.NoError(tb, bagit.WriteTar(tb.Context(), &asTar, bag, "bag", time.Unix(1e9, 0)))
	require.NoError(tb, bagit.WriteZip(tb.Context(), &asZip, bag, "bag", time.Unix(1e9, 0)))
	return map[dossier.Format][]byte{dossier.Tar: asTar.Bytes(), dossier.Zip: asZip.Bytes()}
}

// judged reads and validates a bag that is one file.
func judged(tb testing.TB, file []byte, l bagit.Limits) (*bagit.Packed, bagit.Report) {
	tb.Helper()
	b, err := bagit.ReadPacked(bytes.NewReader(file), int64(len(file)), l)
	require.NoError(tb, err)
	r, err := b.Validate(tb.Context())
	require.NoError(tb, err)
	return b, r
}

// Every case of the suite says the same in a folder, in a tar file and in a zip file.
func TestConformanceSuiteInOneFile(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob(filepath.Join(suite(t), "*", "v*", "*", "*"))
	require.NoError(t, err)
	n := 0
	for _, dir := range cases {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		n++
		bag, closer, err := bagit.OpenDir(dir)
		require.NoError(t, err)
		want, err := bag.Validate(t.Context())
		require.NoError(t, err)
		for format, file := range packed(t, os.DirFS(dir)) {
			b, got := judged(t, file, bagit.Limits{})
			require.Equal(t, format, b.Format)
			require.Equal(t, "bag", b.Folder)
			require.Equal(t, want, got, "%s as %s", dir, format)
			require.Equal(t, bag.Info, b.Info)
			require.Equal(t, bag.Paths(), b.Paths())
		}
		require.NoError(t, closer.Close())
	}
	require.Equal(t, 60, n)
}

// tarOf writes headers with their text; a size of -1 is that of the text.
func tarOf(tb testing.TB, headers ...tar.Header) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, file := range made(nil) { // in any order
		require.NoError(tb, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "bag/" + name, Size: int64(len(file.Data)), Mode: 0o644}))
		_, err := w.Write(file.Data)
		require.NoError(tb, err)
	}
	for i := range headers {
		h := headers[i]
		require.NoError(tb, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write(make([]byte, h.Size))
			require.NoError(tb, err)
		}
	}
	require.NoError(tb, w.Close())
	return out.Bytes()
}

// zipOf writes a zip file with entries beside those of a bag.
func zipOf(tb testing.TB, headers ...zip.FileHeader) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, file := range made(nil) {
		to, err := w.Create("bag/" + name)
		require.NoError(tb, err)
		_, err = to.Write(file.Data)
		require.NoError(tb, err)
	}
	for i := range headers {
		_, err := w.CreateHeader(&headers[i])
		require.NoError(tb, err)
	}
	require.NoError(tb, w.Close())
	return out.Bytes()
}

// What has no place in a bag is left out and named; nothing of it can be opened.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	link := func(mode fs.FileMode, name string) zip.FileHeader {
		h := zip.FileHeader{Name: name}
		h.SetMode(mode | 0o644)
		return h
	}
	bomb := strings.Repeat("d/", 65) + "x"
	for name, tc := range map[string]struct {
		file []byte
		code bagit.Code
		at   string
	}{
		"nothing (tar)":          {tarOf(t), "", ""},
		"nothing (zip)":          {zipOf(t), "", ""},
		"symlink (tar)":          {tarOf(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "bag/data/l", Linkname: "../../../etc/passwd"}), bagit.CodeLink, "bag/data/l"},
		"symlink (zip)":          {zipOf(t, link(fs.ModeSymlink, "bag/data/l")), bagit.CodeLink, "bag/data/l"},
		"hard link":              {tarOf(t, tar.Header{Typeflag: tar.TypeLink, Name: "bag/data/l", Linkname: "bag/data/a"}), bagit.CodeLink, "bag/data/l"},
		"device":                 {tarOf(t, tar.Header{Typeflag: tar.TypeBlock, Name: "bag/data/sda"}), bagit.CodeSpecialFile, "bag/data/sda"},
		"pipe (tar)":             {tarOf(t, tar.Header{Typeflag: tar.TypeFifo, Name: "bag/data/p"}), bagit.CodeSpecialFile, "bag/data/p"},
		"pipe (zip)":             {zipOf(t, link(fs.ModeNamedPipe, "bag/data/p")), bagit.CodeSpecialFile, "bag/data/p"},
		"climbs (tar)":           {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "bag/../../x", Size: 1}), bagit.CodeUnsafePath, "bag/../../x"},
		"climbs (zip)":           {zipOf(t, zip.FileHeader{Name: "bag/../../x"}), bagit.CodeUnsafePath, "bag/../../x"},
		"climbs with backslash":  {zipOf(t, zip.FileHeader{Name: `bag\..\..\x`}), bagit.CodeUnsafePath, `bag\..\..\x`},
		"absolute (tar)":         {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "/etc/passwd"}), bagit.CodeUnsafePath, "/etc/passwd"},
		"absolute (zip)":         {zipOf(t, zip.FileHeader{Name: "/etc/passwd"}), bagit.CodeUnsafePath, "/etc/passwd"},
		"drive":                  {zipOf(t, zip.FileHeader{Name: "c:x"}), bagit.CodeUnsafePath, "c:x"},
		"home":                   {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "~/x"}), bagit.CodeUnsafePath, "~/x"},
		"twice (tar)":            {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "bag/./data/a", Size: 3}), bagit.CodeDuplicate, "bag/data/a"},
		"twice (zip)":            {zipOf(t, zip.FileHeader{Name: "bag/data/a"}), bagit.CodeDuplicate, "bag/data/a"},
		"folder and file":        {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "bag/data/a/b"}), bagit.CodeDuplicate, "bag/data/a"},
		"beside the bag":         {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "other", Size: 3}), bagit.CodeScope, "other"},
		"of an operating system": {zipOf(t, zip.FileHeader{Name: "__MACOSX/._a"}), bagit.CodeSystemFile, "__MACOSX"},
		"too deep":               {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: bomb}), bagit.CodeLimit, bomb},
		"too long":               {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("n", 1025)}), bagit.CodeLimit, strings.Repeat("n", 1024)},
		"no UTF-8":               {zipOf(t, zip.FileHeader{Name: "bag/data/\xff"}), bagit.CodeEncoding, "bag/data/\ufffd"},
		"encrypted":              {zipOf(t, zip.FileHeader{Name: "bag/data/e", Flags: 1}), bagit.CodeUnreadable, "bag/data/e"},
		"truncated":              {tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "bag/data/z", Size: 9000})[:7000], bagit.CodeUnreadable, "."},
		"no directory":           {zipOf(t)[:100], bagit.CodeUnreadable, "."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bagit.ReadPacked(bytes.NewReader(tc.file), int64(len(tc.file)), bagit.Limits{})
			require.NoError(t, err)
			r, err := b.Validate(t.Context())
			require.NoError(t, err)
			if tc.code == "" {
				require.Equal(t, bagit.Valid, r.Verdict(), "%v", r.Findings)
				return
			}
			found := false
			for _, f := range r.Findings {
				found = found || f.Code == tc.code && f.File == tc.at
			}
			require.True(t, found, "%v", r.Findings)
			require.Equal(t, tc.code == bagit.CodeSystemFile, r.Verdict() == bagit.Valid)
			_, err = b.Open("data/l")
			require.ErrorIs(t, err, fs.ErrNotExist)
		})
	}
	for _, file := range packed(t, fstest.MapFS{"readme": {Data: []byte("no bag")}}) {
		_, r := judged(t, file, bagit.Limits{})
		require.True(t, r.Has(bagit.CodeDeclaration), "%v", r.Findings)
	}
	for name, file := range map[string]string{"empty": "", "text": strings.Repeat("no bag\n", 200), "short": "PK"} {
		_, err := bagit.ReadPacked(strings.NewReader(file), int64(len(file)), bagit.Limits{})
		require.ErrorIs(t, err, bagit.ErrInvalid, name)
	}
}

func TestLimitsOfPackedBags(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		limits bagit.Limits
		at     string
	}{
		"entries": {bagit.Limits{Entries: 2}, "."},
		"bytes":   {bagit.Limits{Bytes: 70}, "."},
		"tags":    {bagit.Limits{Tags: 60}, "manifest-sha256.txt"},
		"depth":   {bagit.Limits{Depth: 1}, "bag/data/a"},
		"name":    {bagit.Limits{Name: 9}, "bag/manif"},
	} {
		for format, file := range packed(t, made(nil)) {
			_, r := judged(t, file, tc.limits)
			require.Equal(t, bagit.Invalid, r.Verdict(), name)
			found := false
			for _, f := range r.Findings {
				found = found || f.Code == bagit.CodeLimit && f.File == tc.at
			}
			require.True(t, found, "%s as %s: %v", name, format, r.Findings)
		}
	}
	// A directory that lies about how much there is costs no more than the limit.
	var many bytes.Buffer
	w := zip.NewWriter(&many)
	for i := range 5000 {
		_, err := w.Create(fmt.Sprintf("bag/data/%0200d", i))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	_, r := judged(t, many.Bytes(), bagit.Limits{Entries: 10})
	require.True(t, r.Has(bagit.CodeLimit), "%v", r.Findings)
	// A file that unpacks to more than it says is not believed.
	var bomb bytes.Buffer
	w = zip.NewWriter(&bomb)
	for name, file := range made(map[string]string{"data/a": strings.Repeat("0", 1<<20), "manifest-sha256.txt": digest(strings.Repeat("0", 1<<20)) + "  data/a\n"}) {
		to, err := w.Create(name)
		require.NoError(t, err)
		_, err = to.Write(file.Data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	b, r := judged(t, bomb.Bytes(), bagit.Limits{})
	require.Equal(t, bagit.Valid, r.Verdict(), "%v", r.Findings)
	require.Empty(t, b.Folder, "it stands at the top")
	_, r = judged(t, bomb.Bytes(), bagit.Limits{Bytes: 1 << 19})
	require.True(t, r.Has(bagit.CodeLimit))
}

// A bag without payload is a bag, also as one file.
func TestPackedWithoutPayload(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, format := range []dossier.Format{dossier.Tar, dossier.Zip} {
		out.Reset()
		_, err := bagit.Packer{}.Pack(t.Context(), &out, dossier.Packing{Format: format, Folder: "empty", Date: time.Unix(1e9, 0)},
			func(ctx context.Context, b dossier.Bag) error {
				return b.AddTag(ctx, "notes/a.txt", strings.NewReader("nothing"))
			})
		require.NoError(t, err)
		_, r := judged(t, out.Bytes(), bagit.Limits{})
		require.Equal(t, bagit.Valid, r.Verdict(), "%s: %v", format, r.Findings)
	}
}

func TestUnpacker(t *testing.T) {
	t.Parallel()
	u := bagit.Unpacker{Dir: t.TempDir(), Limits: bagit.Limits{Bytes: 1 << 20}}
	for format, file := range packed(t, made(map[string]string{"bag-info.txt": "Source-Organization: Acme\n", "data/a": "text"})) {
		require.NoError(t, u.Unpack(t.Context(), iotest.HalfReader(bytes.NewReader(file)), func(_ context.Context, b *dossier.Unpacked) error {
			require.Equal(t, "valid", b.Verdict)
			require.Equal(t, format, b.Format)
			require.Equal(t, "1.0", b.Version)
			require.Equal(t, []dossier.Label{{Name: "Source-Organization", Value: "Acme"}}, b.Labels)
			require.Equal(t, []dossier.BagFile{{Path: "data/a", Size: 4, Digests: map[string]string{"sha256": digest("text")}}}, b.Payload)
			from, err := b.Open("data/a")
			require.NoError(t, err)
			text, err := io.ReadAll(from)
			require.NoError(t, errors.Join(err, from.Close()))
			require.Equal(t, "text", string(text))
			return nil
		}))
		fault := errors.New("broke off")
		cut := io.MultiReader(bytes.NewReader(file[:100]), iotest.ErrReader(fault))
		require.ErrorIs(t, u.Unpack(t.Context(), cut, nil), fault)
	}
	fault := errors.New("no")
	require.ErrorIs(t, u.Unpack(t.Context(), bytes.NewReader(tarOf(t)), func(context.Context, *dossier.Unpacked) error { return fault }), fault)
	require.ErrorIs(t, u.Unpack(t.Context(), strings.NewReader("no bag at all"), nil), archive.ErrInvalid)
	require.ErrorIs(t, u.Unpack(t.Context(), endless{}, nil), archive.ErrInvalid, "an endless file ends at the limit")
	left, err := os.ReadDir(u.Dir)
	require.NoError(t, err)
	require.Empty(t, left, "nothing is left behind")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// The files of a packed bag are a file system as io/fs wants it.
func FuzzReadPacked(f *testing.F) {
	for _, file := range packed(f, made(nil)) {
		f.Add(file)
	}
	f.Add(tarOf(f, tar.Header{Typeflag: tar.TypeSymlink, Name: "bag/l", Linkname: "/"}, tar.Header{Typeflag: tar.TypeReg, Name: "../x"}))
	f.Add(zipOf(f, zip.FileHeader{Name: "bag/../x"}, zip.FileHeader{Name: "bag/data/"}))
	f.Add(tarOf(f, tar.Header{Typeflag: tar.TypeReg, Name: "bag/s", PAXRecords: map[string]string{"comment": "x"}, Format: tar.FormatPAX}))
	f.Fuzz(func(t *testing.T, file []byte) {
		l := bagit.Limits{Bytes: 1 << 20, Tags: 1 << 16, Entries: 50, Depth: 8, Name: 100}
		b, err := bagit.ReadPacked(bytes.NewReader(file), int64(len(file)), l)
		if err != nil {
			require.ErrorIs(t, err, bagit.ErrInvalid)
			return
		}
		r, err := b.Validate(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, r.Bytes, l.Bytes)
		for _, p := range b.Paths() {
			from, err := b.Open(p)
			if err != nil {
				continue
			}
			n, err := io.Copy(io.Discard, from)
			require.LessOrEqual(t, n, l.Bytes)
			if err != nil {
				require.NotEqual(t, bagit.Valid, r.Verdict(), "%q: %v", p, err)
			}
			require.NoError(t, from.Close())
		}
	})
}
