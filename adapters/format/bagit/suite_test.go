package bagit_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/bagit"
)

// suite unpacks the conformance suite of the Library of Congress; the test is
// skipped where it is absent.
func suite(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(folder, "archive-suites", "bagit-conformance-suite.tar.gz"))
	if err != nil {
		t.Skipf("the conformance suite is absent: %v; COORDKIT_DATA names its folder", err)
	}
	defer func() { _ = f.Close() }()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	to := t.TempDir()
	root, err := os.OpenRoot(to)
	require.NoError(t, err)
	defer func() { _ = root.Close() }()
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return to
		}
		require.NoError(t, err)
		if h.Typeflag != tar.TypeReg {
			continue
		}
		require.NoError(t, root.MkdirAll(filepath.Dir(h.Name), 0o755))
		out, err := root.Create(h.Name)
		require.NoError(t, err)
		_, err = io.Copy(out, r)
		require.NoError(t, errors.Join(err, out.Close()))
	}
}

// Every case of the suite, by its folder. Two of the warnings need files that a
// case-blind or another system would have: they are invalid here, and the warning
// is given all the same.
func TestConformanceSuite(t *testing.T) {
	t.Parallel()
	warnings := map[string]bagit.Code{
		"duplicate-file-with-different-case":                      bagit.CodeCase,
		"made-with-md5sum-tools":                                  bagit.CodeChecksumTool,
		"relative-path":                                           bagit.CodeRelative,
		"same-filename-listed-twice-with-different-normalization": bagit.CodeNormalization,
		"same-filename-listed-twice-with-the-same-hash":           bagit.CodeDuplicate,
		"special-system-files":                                    bagit.CodeSystemFile,
	}
	notHere := map[string]bool{"duplicate-file-with-different-case": true, "special-system-files": true}
	cases, err := filepath.Glob(filepath.Join(suite(t), "*", "v*", "*", "*"))
	require.NoError(t, err)
	seen := make(map[string]int)
	for _, dir := range cases {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue // notes of the authors
		}
		name, kind := filepath.Base(dir), filepath.Base(filepath.Dir(dir))
		seen[kind]++
		bag, closer, err := bagit.OpenDir(dir)
		require.NoError(t, err)
		got, err := bag.Validate(t.Context())
		require.NoError(t, err)
		require.NoError(t, closer.Close())
		want := bagit.Invalid
		if kind == "valid" || (kind == "warning" && !notHere[name]) {
			want = bagit.Valid
		}
		require.Equal(t, want, got.Verdict(), "%s/%s: %v", kind, name, got.Findings)
		if kind == "warning" {
			require.True(t, got.Has(warnings[name]), "%s: %v", name, got.Findings)
		}
		if strings.HasPrefix(name, "out-of-scope") {
			require.True(t, got.Has(bagit.CodeUnsafePath), "%s: %v", name, got.Findings)
		}
	}
	require.Equal(t, map[string]int{"valid": 27, "invalid": 15, "linux-only": 6, "windows-only": 6, "warning": 6}, seen)
}
