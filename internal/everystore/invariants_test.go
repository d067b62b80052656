package everystore_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of the promises names every test that carries the number of one, and no other.
func TestEveryInvariantStandsInTheTable(t *testing.T) {
	t.Parallel()
	repo := os.DirFS("../..")
	table, err := fs.ReadFile(repo, "docs/invariants.md")
	require.NoError(t, err)
	named := regexp.MustCompile(`TestInvariants?[0-9]\w*`).FindAllString(string(table), -1)
	slices.Sort(named)
	var there []string
	declared := regexp.MustCompile(`(?m)^func (TestInvariants?[0-9]\w*)\(`)
	require.NoError(t, fs.WalkDir(repo, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(repo, path)
		for _, match := range declared.FindAllSubmatch(text, -1) {
			there = append(there, string(match[1]))
		}
		return err
	}))
	slices.Sort(there)
	require.Equal(t, slices.Compact(there), slices.Compact(named))
	for line := range strings.SplitSeq(string(table), "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 4 && regexp.MustCompile(`\d`).MatchString(cells[1]) {
			require.Contains(t, cells[3], "TestInvariant", "promise %s is held on every store by none", cells[1])
		}
	}
}
