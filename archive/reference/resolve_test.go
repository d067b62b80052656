package reference_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	r := reference.NewResolver(nil)
	require.Empty(t, r.Name("RFC20", "RFC20"))
	require.Empty(t, r.Name("PEP 0", "PEP 0"))
	require.Empty(t, r.Name("v0.97", "V"))
	require.Empty(t, r.Name("IEC 60601-1-11", "IEC 60601-1-11"))
	for _, alias := range []struct {
		name string
		id   archive.RecordID
	}{{"4", "V"}, {"4", "V"}, {"5", "V"}, {"5", "RFC20"}, {"5", "V"}, {"none", "V"}, {"RFC20", "V"}} {
		r.Alias(alias.name, alias.id)
	}
	for text, want := range map[string]struct {
		value string
		how   reference.How
	}{
		"RFC20": {"RFC20", reference.Exactly}, " rfc-0020 ": {"RFC20", reference.AsTyped}, "RFC 2 0": {"RFC 2 0", reference.Unknown},
		"pep0": {"PEP 0", reference.AsTyped}, "pep000": {"PEP 0", reference.AsTyped}, "V 0.97": {"V", reference.AsTyped}, "RFC200": {"RFC200", reference.Unknown},
		"http://x": {"http://x", reference.Elsewhere}, "doi:10.1/x": {"doi:10.1/x", reference.Elsewhere}, "Note: x": {"Note: x", reference.Unknown},
		"iec 60601_01-011": {"IEC 60601-1-11", reference.AsTyped}, "IEC 60601-11-1": {"IEC 60601-11-1", reference.Unknown},
		"IEC 606011-11": {"IEC 606011-11", reference.Unknown}, "IEC-60601-1-110": {"IEC-60601-1-110", reference.Unknown},
		"4": {"V", reference.Exactly}, " 5 ": {"5", reference.Ambiguous}, "none": {"V", reference.Exactly}, "RFC20x": {"RFC20x", reference.Unknown},
		"": {"", reference.Nothing}, " (None) ": {"(None)", reference.Nothing}, "TBD": {"TBD", reference.Nothing},
	} {
		end, how := r.Resolve(text)
		require.Equal(t, want.value, end.Value, text)
		require.Equal(t, want.how, how, text)
	}
}
