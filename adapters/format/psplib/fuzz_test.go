package psplib_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
)

// fuzzReader checks that a reader either refuses a text or returns a valid
// problem.
func fuzzReader(f *testing.F, name string, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := psplib.Read(strings.NewReader(text), name)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NoError(t, p.Validate())
	})
}

func FuzzReadSM(f *testing.F) {
	fuzzReader(f, "x.sm", small, strings.ReplaceAll(small, "\n", "\r\n"), small[:500], "")
}

func FuzzReadMM(f *testing.F) {
	fuzzReader(f, "x.mm", small, strings.Replace(small, "  2      1     3       2    0", "  2      1     3       2    0\n         2     4       1    0", 1))
}

func FuzzReadRCP(f *testing.F) {
	fuzzReader(f, "x.rcp", "4 2\n2 1\n0 0 0 2 2 3\n3 2 0 1 4\n2 1 1 1 4\n0 0 0 0\n", "0 0", "1 0 -1 0", "99999 1")
}
