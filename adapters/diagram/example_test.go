package diagram_test

import (
	"fmt"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func ExampleMermaid() {
	def := lifecycle.Definition{
		ID: "tiny", Initial: []string{"Open"},
		States: []lifecycle.State{
			{Name: "Open", Category: lifecycle.Intake},
			{Name: "Given up", Category: lifecycle.Void, Terminal: true},
		},
		Edges: []lifecycle.Edge{{From: "Open", Event: "drop", To: "Given up", Guards: []string{"told"}, Roles: []string{"applicant"}}},
	}
	fmt.Print(diagram.Mermaid(diagram.FromLifecycle(def, diagram.Lifecycle{Guards: true, Roles: true})))
	// Output:
	// ---
	// title: "tiny"
	// ---
	// stateDiagram-v2
	//     state "Open" as s0
	//     state "Given up" as s1
	//     [*] --> s0
	//     s0 --> s1 : drop #91;told#93; (applicant)
	//     s1 --> [*]
	//     classDef c0 fill:#eceff1,stroke:#546e7a,color:#000000
	//     class s0 c0
	//     classDef c1 fill:#f5f5f5,stroke:#757575,color:#000000
	//     class s1 c1
}
