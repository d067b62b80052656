package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// A dossier since an earlier one holds what is new and no more; its numbers go on, and its proof leads from the root that
// the earlier one told.
func TestSince(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	a := `{"id":"A","title":"First","date":"2020-01","text":"one"}` + "\n"
	b := `{"id":"B","title":"Second","date":"2020-02","relations":[{"type":"obsoletes","target":"A"}]}` + "\n"
	old := write("old.jsonl", a+b)
	first, _ := handed(t, "-in", old, "-matter", "A")
	require.Equal(t, 3, first.Files, "A with its text, B")
	now := write("now.jsonl", a+`{"id":"B","title":"Second, revised","date":"2020-02","relations":[{"type":"obsoletes","target":"A"}]}`+"\n"+
		`{"id":"C","title":"Third","date":"2021-03","relations":[{"type":"obsoletes","target":"B"}]}`+"\n")
	second, _ := handed(t, "-in", now, "-matter", "A", "-since", old)
	valid(t, second.Bag)
	require.Equal(t, 2, second.RecordsInDossier, "the revision of B, and C")
	require.Equal(t, 2, second.Files)
	require.Equal(t, []string{"C"}, second.Heads)
	bates := rows(t, second, "bates")
	require.Equal(t, "CK0000004", bates[0]["bates"])
	require.InDelta(t, 2, bates[0]["revision"], 0)
	require.Equal(t, "CK0000005", bates[1]["bates"])
	require.Equal(t, "handed-over", rows(t, second, "withheld")[0]["reason"])
	references := rows(t, second, "references")
	require.Len(t, references, 1)

	text, err := os.ReadFile(filepath.Join(second.Bag, "proofs", "consistency.json"))
	require.NoError(t, err)
	var proof struct {
		From, To struct {
			Size int64
			Root string
		}
		Hashes [][]byte
	}
	require.NoError(t, json.NewDecoder(bytes.NewReader(text)).Decode(&proof)) //nolint:musttag // names are matched whatever their case
	require.Equal(t, first.RootHash, proof.From.Root)
	require.Equal(t, first.Entries, proof.From.Size)
	require.Equal(t, second.RootHash, proof.To.Root)
	from, err := tlog.ParseHash(proof.From.Root)
	require.NoError(t, err)
	to, err := tlog.ParseHash(proof.To.Root)
	require.NoError(t, err)
	var hashes tlog.TreeProof
	for _, h := range proof.Hashes {
		hashes = append(hashes, tlog.Hash(h))
	}
	require.NoError(t, tlog.CheckTree(hashes, proof.To.Size, to, proof.From.Size, from))

	said, err := follow(t, second.Bag)
	require.NoError(t, err, said)
	require.Contains(t, said, fmt.Sprintf("the journal of %d entries begins with the %d entries of before\n", second.Entries, first.Entries))
	for name, text := range map[string]string{
		"another root": strings.Replace(string(text), proof.From.Root, proof.To.Root, 1),
		"another size": strings.Replace(string(text), fmt.Sprintf(`"size": %d`, proof.From.Size), fmt.Sprintf(`"size": %d`, proof.From.Size-1), 1),
		"other hashes": strings.Replace(string(text), base64.StdEncoding.EncodeToString(proof.Hashes[0]), proof.To.Root, 1),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(second.Bag, "proofs", "consistency.json"), []byte(text), 0o600))
		said, _ := follow(t, second.Bag)
		require.Contains(t, said, "the journal does not continue the one of before\n", name)
	}

	same, _ := handed(t, "-in", old, "-matter", "A", "-since", old)
	require.Zero(t, same.RecordsInDossier, "nothing is new")
	require.Equal(t, first.RootHash, same.RootHash)
	unknown, _ := handed(t, "-in", now, "-matter", "C", "-since", old)
	require.Equal(t, 3, unknown.RecordsInDossier, "the matter was not known then")
}

// The commands of the guide agree with x/mod on growth from and to every size of small logs.
func TestGuideProvesGrowthOfAnySize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const most = 9
	var lines []string
	for i := range most {
		lines = append(lines, fmt.Sprintf(`{"id":"D%d","title":"t","date":"2020"}`, i))
	}
	path := func(n int) string {
		name := filepath.Join(dir, fmt.Sprint(n, ".jsonl"))
		require.NoError(t, os.WriteFile(name, []byte(strings.Join(lines[:n], "\n")), 0o600))
		return name
	}
	for from := 1; from <= most; from++ {
		for to := from; to <= most; to += 1 + from%2 {
			r, _ := handed(t, "-in", path(to), "-since", path(from))
			said, err := follow(t, r.Bag)
			require.NoError(t, err, said)
			require.Contains(t, said, "entries of before\n", "from %d to %d documents: %s", from, to, said)
		}
	}
}
