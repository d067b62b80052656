package bagit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/bagit"
)

func digest(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// made is a bag of version 1.0 with one payload file and the given changes; a
// file that is changed to "-" is left out.
func made(changes map[string]string) fstest.MapFS {
	files := map[string]string{
		"bagit.txt":           "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
		"data/a":              "text",
		"manifest-sha256.txt": digest("text") + "  data/a\n",
	}
	maps.Copy(files, changes)
	out := make(fstest.MapFS)
	for name, text := range files {
		if text != "-" {
			out[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func TestFindings(t *testing.T) {
	t.Parallel()
	d := digest("text")
	old := "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
	for name, tc := range map[string]struct {
		files map[string]string
		want  bagit.Verdict
		code  bagit.Code // empty: nothing is found
		at    string
		line  int
	}{
		"nothing":            {nil, bagit.Valid, "", "", 0},
		"no declaration":     {map[string]string{"bagit.txt": "-"}, bagit.Invalid, bagit.CodeDeclaration, "bagit.txt", 0},
		"three lines":        {map[string]string{"bagit.txt": old + "x\n"}, bagit.Invalid, bagit.CodeDeclaration, "bagit.txt", 0},
		"label's case":       {map[string]string{"bagit.txt": "BagIt-version: 1.0\nTag-File-Character-Encoding: UTF-8"}, bagit.Valid, "", "", 0},
		"future":             {map[string]string{"bagit.txt": "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8"}, bagit.Invalid, bagit.CodeVersion, "bagit.txt", 0},
		"huge version":       {map[string]string{"bagit.txt": "BagIt-Version: 1.99999999999999999999\nTag-File-Character-Encoding: UTF-8"}, bagit.Invalid, bagit.CodeVersion, "bagit.txt", 0},
		"encoding":           {map[string]string{"bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: KLINGON"}, bagit.Invalid, bagit.CodeEncoding, "bagit.txt", 0},
		"not UTF-8":          {map[string]string{"manifest-sha256.txt": d + "  data/\xff\n"}, bagit.Invalid, bagit.CodeEncoding, "manifest-sha256.txt", 0},
		"mark":               {map[string]string{"manifest-sha256.txt": "\ufeff" + d + "  data/a\n"}, bagit.Invalid, bagit.CodeEncoding, "manifest-sha256.txt", 0},
		"long line":          {map[string]string{"manifest-sha256.txt": d + "  data/" + strings.Repeat("a", bagit.MaxLine)}, bagit.Invalid, bagit.CodeLimit, "manifest-sha256.txt", 0},
		"CR and upper case":  {map[string]string{"manifest-sha256.txt": strings.ToUpper(d) + "\tdata/a\r"}, bagit.Valid, "", "", 0},
		"no manifest":        {map[string]string{"manifest-sha256.txt": "-"}, bagit.Invalid, bagit.CodeManifests, ".", 0},
		"unknown algorithm":  {map[string]string{"manifest-crc32.txt": "x"}, bagit.Valid, bagit.CodeAlgorithm, "manifest-crc32.txt", 0},
		"no line":            {map[string]string{"manifest-sha256.txt": d + "  data/a\nhello\n"}, bagit.Invalid, bagit.CodeSyntax, "manifest-sha256.txt", 2},
		"short digest":       {map[string]string{"manifest-sha256.txt": "00  data/a\n"}, bagit.Invalid, bagit.CodeSyntax, "manifest-sha256.txt", 1},
		"digest":             {map[string]string{"data/a": "Text"}, bagit.Invalid, bagit.CodeDigest, "manifest-sha256.txt", 1},
		"missing":            {map[string]string{"data/a": "-", "data/b": ""}, bagit.Invalid, bagit.CodeMissing, "manifest-sha256.txt", 1},
		"unlisted":           {map[string]string{"data/b": "x"}, bagit.Invalid, bagit.CodeUnlisted, "data/b", 0},
		"in one of two":      {map[string]string{"manifest-sha512.txt": ""}, bagit.Invalid, bagit.CodeUnlisted, "data/a", 0},
		"in one of two, old": {map[string]string{"bagit.txt": old, "manifest-sha512.txt": ""}, bagit.Valid, "", "", 0},
		"no payload":         {map[string]string{"data/a": "-", "manifest-sha256.txt": ""}, bagit.Invalid, bagit.CodePayload, "data", 0},
		"scope":              {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  bagit.txt\n"}, bagit.Invalid, bagit.CodeScope, "manifest-sha256.txt", 2},
		"folder":             {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/\n"}, bagit.Invalid, bagit.CodeScope, "manifest-sha256.txt", 2},
		"climbs inside":      {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/../../x\n"}, bagit.Invalid, bagit.CodeUnsafePath, "manifest-sha256.txt", 2},
		"climbs on Windows":  {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/..\\..\\x\n"}, bagit.Invalid, bagit.CodeUnsafePath, "manifest-sha256.txt", 2},
		"climbs, encoded":    {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/%2e%2e/a\n"}, bagit.Invalid, bagit.CodeMissing, "manifest-sha256.txt", 2},
		"not shortest":       {map[string]string{"manifest-sha256.txt": d + "  data/./a\n"}, bagit.Valid, bagit.CodeRelative, "manifest-sha256.txt", 1},
		"bare percent":       {map[string]string{"manifest-sha256.txt": d + "  data/%a\n", "data/a": "-", "data/%a": "text"}, bagit.Valid, bagit.CodePercent, "manifest-sha256.txt", 1},
		"encoded":            {map[string]string{"manifest-sha256.txt": d + "  data/%25%0d%0A\n", "data/a": "-", "data/%\r\n": "text"}, bagit.Valid, "", "", 0},
		"composed":           {map[string]string{"manifest-sha256.txt": d + "  data/e\u0301\n", "data/a": "-", "data/\u00e9": "text"}, bagit.Valid, bagit.CodeNormalization, "data/\u00e9", 0},
		"case":               {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/A\n", "data/A": "text"}, bagit.Valid, bagit.CodeCase, "data/a", 0},
		"twice":              {map[string]string{"manifest-sha256.txt": d + "  data/a\n" + d + "  data/a\n"}, bagit.Invalid, bagit.CodeDuplicate, "manifest-sha256.txt", 2},
		"two digests, old":   {map[string]string{"bagit.txt": old, "manifest-sha256.txt": d + "  data/a\n" + digest("x") + "  data/a\n"}, bagit.Invalid, bagit.CodeConflict, "manifest-sha256.txt", 2},
		"no colon":           {map[string]string{"bag-info.txt": "hello\n"}, bagit.Invalid, bagit.CodeMetadata, "bag-info.txt", 1},
		"continues nothing":  {map[string]string{"bag-info.txt": " hello\n"}, bagit.Invalid, bagit.CodeMetadata, "bag-info.txt", 1},
		"blank before colon": {map[string]string{"bag-info.txt": "a: b\nA : b\n"}, bagit.Invalid, bagit.CodeMetadata, "bag-info.txt", 2},
		"no blank":           {map[string]string{"bag-info.txt": "a:b\n"}, bagit.Invalid, bagit.CodeMetadata, "bag-info.txt", 1},
		"oxum":               {map[string]string{"bag-info.txt": "payload-oxum: 4.1\n"}, bagit.Valid, "", "", 0},
		"oxum wrong":         {map[string]string{"bag-info.txt": "Payload-Oxum: 4.2\n"}, bagit.Invalid, bagit.CodeOxum, "bag-info.txt", 0},
		"oxum twice":         {map[string]string{"bag-info.txt": "Payload-Oxum: 4.1\nPayload-Oxum: 4.1\n"}, bagit.Invalid, bagit.CodeOxum, "bag-info.txt", 0},
		"oxum of words":      {map[string]string{"bag-info.txt": "Payload-Oxum: much\n"}, bagit.Invalid, bagit.CodeOxum, "bag-info.txt", 0},
		"hole":               {map[string]string{"data/a": "-", "data/.keep": "", "manifest-sha256.txt": d + "  data/a\n" + digest("") + "  data/.keep\n", "fetch.txt": "https://example.org/a 4 data/a\n", "bag-info.txt": "Payload-Oxum: 4.2\n"}, bagit.Incomplete, bagit.CodeMissing, "manifest-sha256.txt", 1},
		"full with a list":   {map[string]string{"fetch.txt": "https://example.org/a - data/a\n"}, bagit.Valid, "", "", 0},
		"fetched length":     {map[string]string{"fetch.txt": "https://example.org/a 5 data/a\n"}, bagit.Valid, bagit.CodeDigest, "fetch.txt", 1},
		"fetch of unlisted":  {map[string]string{"fetch.txt": "https://example.org/a - data/z\n"}, bagit.Invalid, bagit.CodeUnlisted, "fetch.txt", 1},
		"fetch of tag":       {map[string]string{"fetch.txt": "https://example.org/a - bag-info.txt\n"}, bagit.Invalid, bagit.CodeScope, "fetch.txt", 1},
		"fetch, no address":  {map[string]string{"fetch.txt": "a - data/a\n"}, bagit.Invalid, bagit.CodeSyntax, "fetch.txt", 1},
		"fetch, length":      {map[string]string{"fetch.txt": "https://example.org/a -1 data/a\n"}, bagit.Invalid, bagit.CodeSyntax, "fetch.txt", 1},
		"fetch, no line":     {map[string]string{"fetch.txt": "hello\n"}, bagit.Invalid, bagit.CodeSyntax, "fetch.txt", 1},
		"tags leave out":     {map[string]string{"tagmanifest-sha256.txt": ""}, bagit.Invalid, bagit.CodeUnlisted, "bagit.txt", 0},
		"tags of tags":       {map[string]string{"tagmanifest-sha256.txt": digest(d+"  data/a\n") + "  manifest-sha256.txt\n" + digest("") + "  tagmanifest-md5.txt\n"}, bagit.Invalid, bagit.CodeScope, "tagmanifest-sha256.txt", 2},
		"system file":        {map[string]string{"data/a": "-", "data/.DS_Store": "text", "manifest-sha256.txt": d + "  data/.DS_Store\n"}, bagit.Valid, bagit.CodeSystemFile, "data/.DS_Store", 0},
	} {
		bag := bagit.Read(made(tc.files))
		got, err := bag.Validate(t.Context())
		require.NoError(t, err)
		require.Equal(t, tc.want, got.Verdict(), "%s: %v", name, got.Findings)
		if tc.code == "" {
			require.Empty(t, got.Findings, name)
			continue
		}
		i := slices.IndexFunc(got.Findings, func(f bagit.Finding) bool { return f.Code == tc.code && f.File == tc.at && f.Line == tc.line })
		require.GreaterOrEqual(t, i, 0, "%s: %v", name, got.Findings)
		f := got.Findings[i]
		require.Contains(t, f.String(), tc.at)
	}
}

// Links and special files of a real folder: nothing outside is read, nothing
// hangs.
func TestLinksAndSpecialFiles(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("text"), 0o600))
	for name, tc := range map[string]struct {
		spoil func(data string) error
		want  bagit.Verdict
		code  bagit.Code
	}{
		"link inside": {func(data string) error {
			return errorOf(os.Rename(filepath.Join(data, "b.txt"), filepath.Join(filepath.Dir(data), "kept")), os.Symlink("../kept", filepath.Join(data, "b.txt")))
		}, bagit.Valid, bagit.CodeLink},
		"link out": {func(data string) error {
			return errorOf(os.Remove(filepath.Join(data, "b.txt")), os.Symlink(outside, filepath.Join(data, "b.txt")))
		}, bagit.Invalid, bagit.CodeLink},
		"link up":          {func(data string) error { return os.Symlink("../../x", filepath.Join(data, "x")) }, bagit.Invalid, bagit.CodeLink},
		"link to a folder": {func(data string) error { return os.Symlink("..", filepath.Join(data, "x")) }, bagit.Invalid, bagit.CodeLink},
		"link to nothing":  {func(data string) error { return os.Symlink("nothing", filepath.Join(data, "x")) }, bagit.Invalid, bagit.CodeLink},
		"link to itself":   {func(data string) error { return os.Symlink("x", filepath.Join(data, "x")) }, bagit.Invalid, bagit.CodeLink},
		"pipe":             {func(data string) error { return syscall.Mkfifo(filepath.Join(data, "x"), 0o600) }, bagit.Invalid, bagit.CodeSpecialFile},
		"manifest is a pipe": {func(data string) error {
			return syscall.Mkfifo(filepath.Join(filepath.Dir(data), "manifest-md5.txt"), 0o600)
		}, bagit.Invalid, bagit.CodeUnreadable},
	} {
		dir := small(t)
		require.NoError(t, tc.spoil(filepath.Join(dir, "data")), name)
		_, got := validate(t, dir)
		require.Equal(t, tc.want, got.Verdict(), "%s: %v", name, got.Findings)
		require.True(t, got.Has(tc.code), "%s: %v", name, got.Findings)
	}
	for _, target := range []string{outside, "../../" + filepath.Base(filepath.Dir(outside)) + "/secret"} {
		dir := small(t)
		require.NoError(t, os.WriteFile(outside, []byte("b"), 0o600)) // it would fit
		require.NoError(t, errorOf(os.Remove(filepath.Join(dir, "data", "b.txt")), os.Symlink(target, filepath.Join(dir, "data", "b.txt"))))
		got, err := bagit.Read(os.DirFS(dir)).Validate(t.Context())
		require.NoError(t, err)
		require.Equal(t, bagit.Invalid, got.Verdict(), "also where the file system would follow it: %s", target)
		require.True(t, got.Has(bagit.CodeLink), target)
	}
	_, _, err := bagit.OpenDir(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}

func errorOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// FuzzRead reads bags whose tag files are anything.
func FuzzRead(f *testing.F) {
	d := digest("text")
	f.Add("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", d+"  data/a\n", "a: b\n c\nPayload-Oxum: 4.1\n", "https://example.org 4 data/a\n")
	f.Add("BagIt-Version : 0.97\r\nTag-File-Character-Encoding: UTF-16\r\n", "\xff\xfe0\x00", "", "x")
	f.Add("BagIt-Version: 0.93\rTag-File-Character-Encoding: ISO-8859-1", d+" *./data/\xe4", " a", "a - ../b")
	f.Add("BagIt-Version: 1.0\nTag-File-Character-Encoding: windows-1252", d+"  data/%0a%25%7E", "a:b", "a: 99999999999999999999 data/a")
	f.Fuzz(func(t *testing.T, declaration, manifest, info, fetch string) {
		files := made(map[string]string{"bagit.txt": declaration, "manifest-sha256.txt": manifest, "tagmanifest-md5.txt": manifest, "bag-info.txt": info, "fetch.txt": fetch})
		b := bagit.Read(files)
		r, err := b.Validate(t.Context())
		require.NoError(t, err)
		again, err := bagit.Read(files).Validate(t.Context())
		require.NoError(t, err)
		require.Equal(t, r, again)
		if r.Verdict() == bagit.Valid && manifest != "" {
			for _, p := range b.Paths() {
				require.True(t, strings.HasPrefix(p, "data/") && !strings.Contains("/"+p+"/", "/../"), "%q", p)
			}
		}
	})
}
