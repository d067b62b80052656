package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
)

// collected is the path of a real collection; the test is skipped where it is absent.
func collected(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(folder, "archive", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real documents are absent: %v; COORDKIT_DATA names their folder", err)
	}
	return path
}

// handed runs the program and reads what it said.
func handed(t *testing.T, args ...string) (result, string) {
	t.Helper()
	var out, errs bytes.Buffer
	require.Equal(t, exitDone, run(t.Context(), append([]string{"-json", "-out", t.TempDir()}, args...), &out, &errs), errs.String())
	var r result
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	require.Equal(t, 1, strings.Count(out.String(), "\n"), "one object")
	return r, errs.String()
}

// rows reads a table of a bag.
func rows(t *testing.T, r result, name string) (out []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.Bag, "metadata", name+".jsonl"))
	require.NoError(t, err)
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		out = append(out, one)
	}
	return out
}

func valid(t *testing.T, dir string) {
	t.Helper()
	bag, closer, err := bagit.OpenDir(dir)
	require.NoError(t, err)
	report, err := bag.Validate(t.Context())
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	source := dossier.Source{Open: bag.Open, Payload: bag.Payload()}
	require.True(t, source.Is())
	_, err = source.Read(func(*dossier.WrittenEvent, int, archive.Digest) error { return nil })
	require.NoError(t, err, "its lists fit together")
	require.NoError(t, closer.Close())
}

func TestDirtyCollection(t *testing.T) {
	t.Parallel()
	r, said := handed(t, "-in", filepath.Join("testdata", "dirty.jsonl"))
	valid(t, r.Bag)
	require.Equal(t, 8, r.Documents)
	require.Equal(t, 10, r.Lines, "of twelve, two are none")
	require.Equal(t, 8, r.RecordsInDossier)
	require.Equal(t, map[string]int{"supersedes": 1, "seeAlso": 1, "references": 2, "attachmentOf": 1, "corrects": 1}, r.ByType)
	require.Equal(t, 2, r.Unresolved, "the path of another place, and 7")
	require.Equal(t, 2, r.Quarantined)
	require.Equal(t, map[string]int{
		"unreadable-line": 2, "repeated-document": 1, "document-of-same-id": 1, "bad-date": 1, "no-date": 1, "no-id": 1, "no-title": 1,
		"wrong-type": 1, "bad-relation": 3, "unstorable": 1, "unknown-word": 1, "placeholder": 2, "not-exact": 2, "repeated": 1,
		"to-itself": 1, "circle": 2, "against-time": 1,
	}, r.Findings)
	require.Contains(t, said, "line 6: unreadable-line")
	for _, f := range rows(t, r, "findings") {
		require.NotEmpty(t, f["text"])
		require.NotZero(t, f["line"])
	}

	files := make(map[string]bool)
	for _, row := range rows(t, r, "bates") {
		files[row["path"].(string)] = true
	}
	for _, path := range []string{
		"data/00001_A/r01/A.json", "data/00001_A/r01/text/A.txt", "data/00001_A/r02/A.json", "data/00007__CON/r01/_CON.json",
		"data/00008__.._xy/r01/_.._xy.json",
	} {
		require.True(t, files[path], "%s of %v", path, files)
	}
	original, err := os.ReadFile(filepath.Join(r.Bag, "data", "00003_line_8", "r01", "line_8.json"))
	require.NoError(t, err)
	line := `{"title": "Nameless", "date": null, "relations": "none", "cites": ["A", 7, {}]}`
	require.Equal(t, []byte(line), original, "filed byte by byte as it came")
	for _, row := range rows(t, r, "outcomes") {
		if row["record"] == "A" {
			require.NotContains(t, row["missing"], "evidence: a record or an address that shows it")
		}
	}
}

// The same input and options give the same bytes, whenever and wherever.
func TestReproducible(t *testing.T) {
	t.Parallel()
	var all [2]map[string]string
	for i := range all {
		r, _ := handed(t, "-in", filepath.Join("testdata", "dirty.jsonl"), "-matter", "b", "-as-of", "2021-06")
		require.Equal(t, "B", r.Matter)
		all[i] = make(map[string]string)
		require.NoError(t, filepath.WalkDir(r.Bag, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(p)
			name, _ := filepath.Rel(r.Bag, p)
			all[i][name] = string(text)
			return err
		}))
	}
	require.Empty(t, cmp.Diff(all[0], all[1]))
}

func TestWrongCalls(t *testing.T) {
	t.Parallel()
	dirty := filepath.Join("testdata", "dirty.jsonl")
	there := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(there, "bag", "mine"), 0o755))
	packed := filepath.Join(there, "in.jsonl.gz")
	require.NoError(t, os.WriteFile(packed, []byte("\x1f\x8b\x08"), 0o600))
	badKey := filepath.Join(there, "key")
	require.NoError(t, os.WriteFile(badKey, []byte("PRIVATE+KEY+x"), 0o600))
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":   {nil, exitUsage, "usage"},
		"help":      {[]string{"-h"}, exitDone, "usage"},
		"argument":  {[]string{"-in", dirty, "-out", there, "x"}, exitUsage, "usage"},
		"date":      {[]string{"-in", dirty, "-out", there, "-as-of", "soon"}, exitFailed, "YYYY"},
		"policy":    {[]string{"-in", dirty, "-out", there, "-policy", "all"}, exitFailed, "is no policy"},
		"steps":     {[]string{"-in", dirty, "-out", there, "-policy", "amends:out:0"}, exitFailed, "is no policy"},
		"direction": {[]string{"-in", dirty, "-out", there, "-policy", "amends:up"}, exitFailed, "is no policy"},
		"matter":    {[]string{"-in", dirty, "-out", there, "-matter", "Z"}, exitFailed, "no document is called so"},
		"input":     {[]string{"-in", "none", "-out", there}, exitFailed, "no such file"},
		"key":       {[]string{"-in", dirty, "-out", there, "-key", badKey}, exitFailed, "no private key"},
		"search":    {[]string{"-in", dirty, "-out", t.TempDir(), "-search", "-x"}, exitFailed, "only says what not to find"},
		"empty":     {[]string{"-in", os.DevNull, "-out", there}, exitFailed, "holds no document"},
		"packed":    {[]string{"-in", packed, "-out", there}, exitFailed, "unpack it first"},
		"in place":  {[]string{"-in", dirty, "-out", there}, exitFailed, "is no bag"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, tc.code, run(t.Context(), tc.args, &out, &errs), name)
		require.Contains(t, errs.String(), tc.says, name)
		require.Empty(t, out.String(), name)
	}
	require.DirExists(t, filepath.Join(there, "bag", "mine"), "what was there is still there")
}

func TestForPeople(t *testing.T) {
	t.Parallel()
	secret, public, err := note.GenerateKey(nil, "example.org/archive")
	require.NoError(t, err)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte(secret+"\n"), 0o600))
	out := t.TempDir()
	for range 2 { // a bag that is there is replaced
		var text, errs bytes.Buffer
		args := []string{"-in", filepath.Join("testdata", "dirty.jsonl"), "-matter", "A", "-key", key, "-policy", "supersedes,seeAlso:out:1", "-out", out}
		require.Equal(t, exitDone, run(t.Context(), args, &text, &errs), errs.String())
		require.Contains(t, text.String(), "dossier               3 records, 5 files, 1 withheld or beyond, by policy supersedes,seeAlso:out:1")
	}
	valid(t, filepath.Join(out, "bag"))
	keys, err := os.ReadFile(filepath.Join(out, "bag", "proofs", "keys.txt"))
	require.NoError(t, err)
	require.Equal(t, public+"\n", string(keys))
	left, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left beside the bag")
}

// The guide of the dossier works as it stands, and finds what was changed.
func TestGuideCanBeFollowed(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "sha256sum", "sha512sum", "base64", "od", "sed", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the guide needs %s", tool)
		}
	}
	r, _ := handed(t, "-in", filepath.Join("testdata", "dirty.jsonl"))
	said, err := follow(t, r.Bag)
	require.NoError(t, err, said)
	require.Equal(t, r.TagManifest+"  tagmanifest-sha256.txt\nSignature Verified Successfully\nall entries are under the root\n", said)

	for name, says := range map[string]string{
		"data/00001_A/r01/A.json": "00001_A/r01/A.json: FAILED", "metadata/records.jsonl": "metadata/records.jsonl: FAILED",
		"proofs/2.entry": "proofs/2.entry: is not under the root", "proofs/checkpoint": "Verification Failure", "proofs/2.tlog-proof": "proofs/2.entry: is not under the root",
	} {
		r, _ := handed(t, "-in", filepath.Join("testdata", "dirty.jsonl"))
		path := filepath.Join(r.Bag, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		text = flip(name, text)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		said, _ := follow(t, r.Bag)
		require.Contains(t, said, says, name)
	}
}

// flip changes a character that the file means something by.
func flip(name string, text []byte) []byte {
	switch {
	case strings.HasSuffix(name, "checkpoint"):
		return bytes.Replace(text, []byte("\n1"), []byte("\n2"), 1)
	case strings.HasSuffix(name, "proof"):
		at := bytes.Index(text, []byte("index")) + len("index 1\n")
		text[at] = 'A' + (text[at]+1)%26
		return text
	default:
		return bytes.Replace(text, []byte("A"), []byte("B"), 1)
	}
}

// follow runs the commands of the guide.
func follow(t *testing.T, bag string) (string, error) {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join(bag, "VERIFY.md"))
	require.NoError(t, err)
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```bash\n(.*?)```").FindAllSubmatch(guide, -1) {
		script.Write(block[1])
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	cmd.Dir = bag
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Invariant 12: the proofs of a dossier verify with x/mod alone.
func TestInvariant12ProofsVerifyElsewhere(t *testing.T) {
	t.Parallel()
	r, _ := handed(t, "-in", filepath.Join("testdata", "dirty.jsonl"))
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(r.Bag, "proofs", name))
		require.NoError(t, err)
		return text
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read("keys.txt"))))
	require.NoError(t, err)
	opened, err := note.Open(read("checkpoint"), note.VerifierList(verifier))
	require.NoError(t, err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	require.NoError(t, err)
	require.Equal(t, r.Entries, size)
	require.Equal(t, r.RootHash, lines[2])
	root, err := tlog.ParseHash(lines[2])
	require.NoError(t, err)
	proofs, err := filepath.Glob(filepath.Join(r.Bag, "proofs", "*.tlog-proof"))
	require.NoError(t, err)
	require.NotEmpty(t, proofs)
	for _, path := range proofs {
		name := strings.TrimSuffix(filepath.Base(path), ".tlog-proof")
		head, signed, _ := strings.Cut(string(read(name+".tlog-proof")), "\n\n")
		require.Equal(t, string(read("checkpoint")), signed)
		parts := strings.Split(head, "\n")
		index, err := strconv.ParseInt(strings.TrimPrefix(parts[1], "index "), 10, 64)
		require.NoError(t, err)
		var proof tlog.RecordProof
		for _, p := range parts[2:] {
			raw, err := base64.StdEncoding.DecodeString(p)
			require.NoError(t, err)
			proof = append(proof, tlog.Hash(raw))
		}
		require.NoError(t, tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(read(name+".entry"))))
	}
}

func TestRealCollections(t *testing.T) {
	t.Parallel()
	r, _ := handed(t, "-in", collected(t, "rfc.jsonl"), "-matter", "RFC 2616", "-as-of", "2015-01", "-search", `"hypertext transfer protocol" semantics`)
	valid(t, r.Bag)
	require.Equal(t, 2, r.Found)
	require.Equal(t, "RFC7231", r.Hits[0].ID)
	require.Equal(t, 9154, r.Documents)
	require.Equal(t, 111_581, r.References)
	require.Equal(t, 98_857, r.Extracted)
	require.Equal(t, 7139, r.Unresolved)
	require.Equal(t, map[string]int{"supersedes": 1475, "amends": 1866, "seeAlso": 469, "derivesFrom": 6666, "corrects": 2248, "references": 98_857}, r.ByType)
	require.Equal(t, map[string]int{"seeAlso": 429, "supersedes": 13, "amends": 6, "derivesFrom": 6666, "references": 25}, r.Open)
	require.Equal(t, []string{"RFC7230", "RFC7231", "RFC7232", "RFC7233", "RFC7234", "RFC7235"}, r.Heads)
	require.Equal(t, map[string]int{"one-sided": 3, "repeated": 1, "against-time": 7}, r.Findings)
	require.Equal(t, facts{
		OneSided: []reference.Sides{
			{Type: archive.Supersedes, SourceOnly: 11, TargetOnly: 2, Outside: 13}, {Type: archive.Amends, SourceOnly: 8, TargetOnly: 1, Outside: 6},
		},
		AgainstTime: 7, LongestChain: map[string]int{"supersedes": 33, "amends": 8}, ChainFrom: map[string]string{"supersedes": "RFC7100", "amends": "RFC3757"},
		Splits: 104, Merges: 139,
		Groups: &groups{Count: 6302, Largest: []int{930, 115, 81}, Alone: 5537}, GroupsOutside: &groups{Count: 6270, Largest: []int{993, 121, 81}, Alone: 5517},
	}, r.facts)
	for _, row := range rows(t, r, "records") {
		require.LessOrEqual(t, row["dated"].(string), "2015-01-01T00:00:00.000000Z")
	}
	for policy, want := range map[string]map[string]int{
		"predecessors": {"RFC9110": 16}, "lineage": {"RFC8996": 112}, "effect": {"RFC882": 71}, // others are tried in archive/reference
	} {
		for matter, n := range want {
			r, _ := handed(t, "-in", collected(t, "rfc.jsonl"), "-matter", matter, "-policy", policy)
			require.Equal(t, n, r.RecordsInDossier, "%s of %s", policy, matter)
		}
	}

	pep, _ := handed(t, "-in", collected(t, "pep.jsonl"))
	valid(t, pep.Bag)
	require.Equal(t, 736, pep.Documents)
	require.Equal(t, 47, pep.ByType["supersedes"])
	require.Equal(t, []reference.Sides{{Type: archive.Supersedes, SourceOnly: 15, TargetOnly: 5}}, pep.OneSided)
	require.Equal(t, 5, pep.LongestChain["supersedes"])
	status := make(map[bool]int)
	for _, row := range rows(t, pep, "findings") {
		if row["code"] == "status" {
			status[strings.Contains(row["text"].(string), "nobody")]++
		}
	}
	require.Equal(t, map[bool]int{true: 4, false: 10}, status, "superseded by nothing, and with a successor and another status")
	require.Equal(t, 131, pep.Outcomes[1].Outcomes)
	require.Equal(t, 131-42, pep.Outcomes[1].Unproved, "rejections that name no resolution")
}
