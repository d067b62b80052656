package cursor_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/internal/cursor"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		filter := rapid.String().Draw(t, "filter")
		key := rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "key")
		got, err := cursor.Decode(cursor.Encode(filter, key...), filter, len(key))
		if err != nil {
			t.Fatal(err)
		}
		for i := range key {
			if got[i] != key[i] {
				t.Fatalf("part %d: got %q, want %q", i, got[i], key[i])
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	token := cursor.Encode("state=open", "a", "b")
	for _, bad := range []string{"", "!", "AA", token[:len(token)-2], token + "AA", token + "="} {
		_, err := cursor.Decode(bad, "state=open", 2)
		require.ErrorIs(t, err, cursor.ErrMalformed, "%q", bad)
	}
	_, err := cursor.Decode(token, "state=closed", 2)
	require.ErrorIs(t, err, cursor.ErrFilter)
	_, err = cursor.Decode(token, "state=open", 1)
	require.ErrorIs(t, err, cursor.ErrMalformed, "a key of another list")
}

func FuzzDecode(f *testing.F) {
	f.Add("", "", 1)
	f.Add(cursor.Encode("x", "1", "b"), "x", 2)
	f.Fuzz(func(t *testing.T, token, filter string, parts int) {
		parts = min(max(parts, 0), 8)
		key, err := cursor.Decode(token, filter, parts)
		if err == nil && cursor.Encode(filter, key...) != token {
			t.Fatalf("%q decodes to %q, which encodes otherwise", token, key)
		}
	})
}
