// Package sampledata finds the real data that tests try the library on. It is
// not part of the repository: the environment variable COORDKIT_DATA names its
// folder, and without it the folder is ../shared/data beside the repository.
package sampledata

import (
	"fmt"
	"os"
	"path/filepath"
)

// Find gives the path of a file or folder of the data, or why it is absent, in
// words a skipped test can say.
func Find(elements ...string) (string, error) {
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		root, err := os.Getwd()
		if err != nil {
			return "", fmt.Errorf("the real data is not found: %w", err)
		}
		for filepath.Dir(root) != root {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			root = filepath.Dir(root)
		}
		folder = filepath.Join(root, "..", "shared", "data")
	}
	path := filepath.Join(append([]string{folder}, elements...)...)
	if _, err := os.Stat(path); err != nil { //nolint:gosec // whoever runs the tests names the folder
		return "", fmt.Errorf("the real data is absent: %w; COORDKIT_DATA names its folder", err)
	}
	return path, nil
}
