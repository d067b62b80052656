package dossier_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
)

func Example() {
	nodes := []reference.Node{{ID: "SPEC-A"}, {ID: "SPEC-B"}}
	g := reference.NewGraph(nodes, []archive.Reference{
		archive.NewReference(archive.Supersedes, archive.ToRecord("SPEC-B"), archive.ToRecord("SPEC-A"), archive.Terms{}),
	})
	plan, err := dossier.Draw(dossier.Order{
		Matter: "SPEC-B", Starts: []archive.RecordID{"SPEC-B"}, Policy: reference.Standard(time.Time{}), Prefix: "ACME",
	}, g, func(id archive.RecordID) (dossier.Document, bool) {
		return dossier.Document{
			Record:   archive.Record{ID: id, Title: "Hinge"},
			Contents: []dossier.Content{{Revision: 1, Name: "hinge, drawing.pdf"}},
		}, true
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range plan.Items {
		fmt.Println(item.Files[0].Bates, item.Files[0].Path, "because", item.Reason)
	}
	// Output:
	// ACME0000001 00001_SPEC-B/r01/hinge__drawing.pdf because seed
	// ACME0000002 00002_SPEC-A/r01/hinge__drawing.pdf because seed › supersedes
}
