package ocel_test

import (
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/adapters/format/ocel"
	"github.com/coordkit/coordkit/coordination/process"
)

func ExampleReadJSON() {
	const text = `{"objectTypes": [{"name": "order"}, {"name": "item"}], "eventTypes": [{"name": "place"}, {"name": "pack"}],
"objects": [{"id": "o1", "type": "order"}, {"id": "i1", "type": "item"}, {"id": "i2", "type": "item"}],
"events": [
{"id": "e1", "type": "place", "time": "2026-03-02T08:00:00Z", "relationships": [{"objectId": "o1"}, {"objectId": "i1"}, {"objectId": "i2"}]},
{"id": "e2", "type": "pack", "time": "2026-03-02T09:00:00Z", "relationships": [{"objectId": "i1"}]}]}`
	b := process.NewBuilder(process.BuilderConfig{})
	if err := ocel.ReadJSON(strings.NewReader(text), b, ocel.Options{File: "orders.json"}); err != nil {
		fmt.Println(err)
		return
	}
	log := b.Log()
	for _, t := range log.Types() {
		view, about, err := log.Flatten(t.Type)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %d cases, %d events, %d of the log in several cases\n", t.Type, about.Cases, len(view.Events), about.InSeveral)
	}
	// Output:
	// item: 2 cases, 3 events, 1 of the log in several cases
	// order: 1 cases, 1 events, 0 of the log in several cases
}
