package bundle_test

import (
	"fmt"

	"github.com/coordkit/coordkit/changereq/bundle"
)

func Example() {
	var b bundle.Bundle
	for _, cmd := range []bundle.Command{
		bundle.Create{ID: "B1", Title: "Spring release", Mode: bundle.Atomic},
		bundle.Add{Request: "CR8"},
		bundle.Add{Request: "CR7"},
		bundle.Remove{Request: "CR9", Reason: "it waits"},
	} {
		events, err := bundle.Decide(b, cmd, "carl", noon)
		if err != nil {
			fmt.Println(err)
		}
		for _, ev := range events {
			b = bundle.Evolve(b, ev)
		}
	}
	fmt.Println(b.Title, b.Mode, b.Members)
	// Output:
	// bundle: refused: "CR9" is no member: name one of its members
	// Spring release atomic [CR7 CR8]
}
