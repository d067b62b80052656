package evidence_test

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive/evidence"
)

// suite is the folder of the public Merkle vectors; the test is skipped where it
// is absent.
func suite(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(folder, "archive-suites", "merkle", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the public vectors are absent: %v; COORDKIT_DATA names their folder", err)
	}
	return path
}

// vectors reads every case below a folder.
func vectors[T any](t *testing.T, folder string) map[string]T {
	t.Helper()
	all := make(map[string]T)
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var one T
		all[path] = one
		if err := json.Unmarshal(text, &one); err != nil {
			return err
		}
		all[path] = one
		return nil
	}))
	return all
}

// hashes reads those of a vector; a string that is no hash makes ok false.
func hashes(t *testing.T, texts ...string) (out []evidence.Hash, ok bool) {
	t.Helper()
	ok = true
	for _, s := range texts {
		raw, err := base64.StdEncoding.DecodeString(s)
		require.NoError(t, err)
		if len(raw) != len(evidence.Hash{}) {
			ok = false
			continue
		}
		out = append(out, evidence.Hash(raw))
	}
	return out, ok
}

func TestInclusionVectors(t *testing.T) {
	t.Parallel()
	all := vectors[struct {
		LeafIdx, TreeSize uint64
		Root              []byte
		LeafHash          string
		Proof             []string
		WantErr           bool
	}](t, suite(t, "inclusion"))
	require.Len(t, all, 98)
	for path, v := range all {
		leaf, ok := hashes(t, v.LeafHash)
		proof, proofOK := hashes(t, v.Proof...)
		passes := ok && proofOK && evidence.CheckEntry(leaf[0], int64(v.LeafIdx), int64(v.TreeSize), v.Root, proof) == nil
		require.Equal(t, !v.WantErr, passes, path)
	}
}

func TestConsistencyVectors(t *testing.T) {
	t.Parallel()
	all := vectors[struct {
		Size1, Size2 uint64
		Root1, Root2 []byte
		Proof        []string
		WantErr      bool
	}](t, suite(t, "consistency"))
	require.Len(t, all, 98)
	for path, v := range all {
		proof, ok := hashes(t, v.Proof...)
		passes := ok && evidence.CheckGrowth(int64(v.Size1), int64(v.Size2), v.Root1, v.Root2, proof) == nil
		require.Equal(t, !v.WantErr, passes, path)
	}
}
