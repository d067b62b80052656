package reference_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	standard, err := reference.ParsePolicy("standard", at)
	require.NoError(t, err)
	require.Equal(t, reference.Standard(at), standard)
	for text, want := range map[string][]reference.Rule{
		"predecessors":                  {{Type: archive.Supersedes, Reach: archive.Reach{Out: archive.Unbounded}}},
		"effect":                        {{Type: archive.Supersedes, Reach: archive.Reach{In: archive.Unbounded}}, {Type: archive.Amends, Reach: archive.Reach{In: archive.Unbounded}}},
		"supersedes:out, amends:both:2": {{Type: archive.Supersedes, Reach: archive.Reach{Out: archive.Unbounded}}, {Type: archive.Amends, Reach: archive.Reach{Out: 2, In: 2}}},
		"references":                    {{Type: archive.References, Reach: archive.Reach{Out: archive.Unbounded, In: archive.Unbounded}}},
	} {
		p, err := reference.ParsePolicy(text, at)
		require.NoError(t, err, text)
		require.Equal(t, reference.Policy{Name: text, AsOf: at, Follow: want}, p)
	}
	for _, text := range []string{"", "none", "supersedes:up", "supersedes:out:0", "supersedes:out:x", "supersedes:out:1:2", "standard,", "amends,none"} {
		_, err := reference.ParsePolicy(text, at)
		require.ErrorIs(t, err, archive.ErrInvalid, text)
	}
}
