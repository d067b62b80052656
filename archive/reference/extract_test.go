package reference_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

func TestExtractor(t *testing.T) {
	t.Parallel()
	x, err := reference.NewExtractor(
		reference.Pattern{Name: "rfc 1", Find: regexp.MustCompile(`\bRFC[ -]?0*(\d+)\b`), Target: "RFC$1", Meaning: reference.Meaning{Type: archive.References}},
		reference.Pattern{Name: "obsoletes 1", Find: regexp.MustCompile(`(?i)obsoletes:? RFC ?(\d+)`), Target: "RFC$1", Ignore: regexp.MustCompile(`RFC0`), Meaning: reference.Meaning{Type: archive.Supersedes}},
	)
	require.NoError(t, err)
	text := "Obsoletes: RFC 793. See RFC0020, RFC-20 and BCP 14. obsoletes RFC0"
	require.Empty(t, cmp.Diff([]reference.Citation{
		{Target: "RFC793", Start: 0, End: 18, Rule: "obsoletes 1", Meaning: reference.Meaning{Type: archive.Supersedes}},
		{Target: "RFC793", Start: 11, End: 18, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC20", Start: 24, End: 31, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC20", Start: 33, End: 39, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
		{Target: "RFC0", Start: 62, End: 66, Rule: "rfc 1", Meaning: reference.Meaning{Type: archive.References}},
	}, x.Extract(text)))
	require.Len(t, x.Statements("A", 3, text), 4)
	require.Equal(t, archive.Supersedes, x.Vocabulary()["obsoletes 1"].Type)
	good := reference.Pattern{Name: "a", Find: regexp.MustCompile("a"), Target: "a", Meaning: reference.Meaning{Type: archive.References}}
	for name, spoil := range map[string]func(*reference.Pattern){
		"name": func(p *reference.Pattern) { p.Name = "" }, "expression": func(p *reference.Pattern) { p.Find = nil },
		"target": func(p *reference.Pattern) { p.Target = "" }, "type": func(p *reference.Pattern) { p.Meaning.Type = "likes" },
	} {
		bad := good
		spoil(&bad)
		_, err := reference.NewExtractor(bad)
		require.ErrorIs(t, err, archive.ErrInvalid, name)
	}
	_, err = reference.NewExtractor(good, good)
	require.ErrorIs(t, err, archive.ErrInvalid)
}
