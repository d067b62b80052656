package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestCheckJSON(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{}`: "", ` [1, 2.5e3 , "a\"b\\" , true,null, {"a":[]} ] `: "", `"\ud83d\ude00"`: "", `"\\ud800"`: "", `-0`: "", `"\u0000"`: "",
		`{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`:       "",
		strings.Repeat("[", 32) + strings.Repeat("]", 32): "",
		strings.Repeat("[", 33) + strings.Repeat("]", 33): " too_deep",
		`"` + strings.Repeat("[", 33) + `"`:               "",
		`{"a":1,"a":1}`:                                   "/a duplicate", `[0,{"b":{"c/~":1,"c\u002f~":1}}]`: "/1/b/c~1~0 duplicate", `{"":1,"":2}`: "/ duplicate",
		`["\ud800"]`: "/0 encoding", `["\ude00\ud83d"]`: "/0 encoding", `["\ud83d\u0041"]`: "/0 encoding", `["\ud83dx"]`: "/0 encoding",
		"\"\xff\"": " encoding", ``: " required", " \n": " required", `{} {}`: " trailing", `1 x`: " trailing", `{`: " syntax",
		`{a:1}`: " syntax", `[1,]`: " syntax", `01`: " trailing", `NaN`: " syntax", "\ufeff1": " syntax", `'a'`: " syntax", "\"\n\"": " syntax",
	} {
		got := ""
		if fault := checkJSON([]byte(raw)); fault != nil {
			got = *fault.Pointer + " " + fault.Code
		}
		require.Equal(t, want, got, raw)
	}
}

// FuzzCheckJSON: what passes is one JSON value that encoding/json reads without
// repairing anything, with no member twice.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{
		`{"title":"t","affected":[{"item":"i"}]}`, `{"a":1,"a":2}`, `{"a":"\ud83d\ude00","b":"\ud800"}`, `[[[]]]`, `{} x`, "\"\xff\"",
		`{"a\u0062":1,"ab":2}`, `[1e9,-0.5,true,null]`, `"\\\""`, `{"":{"":{}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if checkJSON(raw) != nil {
			return
		}
		require.True(t, utf8.Valid(raw))
		require.True(t, json.Valid(raw))
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber() // 6e666 is a number
		require.LessOrEqual(t, noTwins(t, dec), maxDepth)
		_, err := dec.Token()
		require.ErrorIs(t, err, io.EOF)
		whole := json.NewDecoder(bytes.NewReader(raw))
		whole.UseNumber()
		var v any
		require.NoError(t, whole.Decode(&v))
		again, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, strings.Count(string(raw), "\ufffd")+count(raw, `\ufffd`), strings.Count(string(again), "\ufffd"), "nothing was repaired")
	})
}

// count finds an escape in any case, whether or not its backslash is one.
func count(raw []byte, escape string) int {
	return strings.Count(strings.ReplaceAll(strings.ToLower(string(raw)), `\\`, ""), escape)
}

// noTwins reads one value token by token, by another way than the walk, and
// returns how deep it is.
func noTwins(t *testing.T, dec *json.Decoder) int {
	t.Helper()
	token, err := dec.Token()
	require.NoError(t, err)
	open, ok := token.(json.Delim)
	if !ok {
		return 0
	}
	deepest := 0
	seen := make(map[string]bool)
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			require.NoError(t, err)
			require.False(t, seen[name.(string)], "a member twice")
			seen[name.(string)] = true
		}
		deepest = max(deepest, noTwins(t, dec))
	}
	_, err = dec.Token()
	require.NoError(t, err)
	return deepest + 1
}
