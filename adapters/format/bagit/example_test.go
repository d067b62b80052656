package bagit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/coordkit/coordkit/adapters/format/bagit"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "bag")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	root, err := os.OpenRoot(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = root.Close() }()

	w, err := bagit.Create(root)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := w.AddPayload(ctx, "minutes.txt", strings.NewReader("We met.\n")); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := w.Close(ctx, bagit.Element{Label: "Bagging-Date", Value: "2026-03-02"}); err != nil {
		fmt.Println(err)
		return
	}
	report, err := bagit.Read(root.FS()).Validate(ctx)
	fmt.Println(report.Verdict(), report.Files, err)

	// A byte that changes later is found.
	if err := os.WriteFile(filepath.Join(dir, "data", "minutes.txt"), []byte("We meT.\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	report, err = bagit.Read(root.FS()).Validate(ctx)
	fmt.Println(report.Verdict(), report.Findings[0].File, report.Findings[0].Path, err)
	// Output:
	// valid 1 <nil>
	// invalid manifest-sha256.txt data/minutes.txt <nil>
}
