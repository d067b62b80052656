package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
)

// FuzzCollection reads and files anything: every line is a document, or is named in a finding.
func FuzzCollection(f *testing.F) {
	dirty, err := os.ReadFile(filepath.Join("testdata", "dirty.jsonl"))
	require.NoError(f, err)
	f.Add(string(dirty))
	for line := range strings.SplitSeq(string(dirty), "\n") {
		f.Add(line)
	}
	f.Add(`{"id":"\ud800","title":"\u0000","kind":"` + strings.Repeat("k", 300) + `","date":"0000-01","relations":[{"type":"updates","target":"\u0000"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		c := &collection{byID: make(map[archive.RecordID]*document), again: make(map[archive.RecordID][]*document)}
		require.NoError(t, c.read(strings.NewReader(text)))
		named := make(map[int]bool)
		for _, found := range c.findings {
			named[found.Line] = true
		}
		for _, d := range c.documents {
			named[d.line] = true
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.TrimSpace(line) != "" && !named[i+1] {
				t.Fatalf("line %d is neither filed nor reported: %q", i+1, line)
			}
		}
		o, err := fileAll(t.Context(), c, newClock())
		require.NoError(t, err)
		require.Len(t, o.documents, len(c.documents))
	})
}
