package archive_test

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

func Example() {
	ctx := context.Background()
	file, err := archive.New(archive.Config{
		Store: coordination.Archive(memory.New()),
		Now:   func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
		NewID: func() string { return "never asked: both documents bring an id" },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = file.File(ctx, "acme", "carol", archive.File{
		ID: "SPEC-B", Kind: "specification", Title: "Hinge, revision B", MediaType: "text/plain", Content: []byte("10 mm"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	spec, err := file.File(ctx, "acme", "carol", archive.File{
		ID: "SPEC-C", Kind: "specification", Title: "Hinge, revision C", MediaType: "text/plain", Content: []byte("12 mm"),
		References: []archive.Link{{Type: archive.Supersedes, Target: archive.ToRecord("SPEC-B")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.Title, spec.Digest[:12])
	in, _, err := file.References(ctx, "acme", archive.ReferenceQuery{End: archive.ToRecord("SPEC-B"), Direction: archive.Inward})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("SPEC-B", in[0].Type.Inverse(), in[0].Source.Value)
	// Output:
	// Hinge, revision C 2a9d9c7ec1ef
	// SPEC-B supersededBy SPEC-C
}
