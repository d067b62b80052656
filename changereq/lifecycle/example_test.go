package lifecycle_test

import (
	"fmt"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// request is what the guards of the examples look at.
type request struct{ approved, told bool }

// exampleGuards keep two of the promises.
func exampleGuards() []lifecycle.Guard[request] {
	return []lifecycle.Guard[request]{
		{Name: "approved", Gate: lifecycle.GateApproval, Check: func(r request, _ string) []lifecycle.Unmet {
			if r.approved {
				return nil
			}

			return []lifecycle.Unmet{{Condition: "approved", Text: "the product manager has not approved this content"}}
		}},
		{Name: "told", Gate: lifecycle.GateTold, Check: func(r request, _ string) []lifecycle.Unmet {
			if r.told {
				return nil
			}

			return []lifecycle.Unmet{{Condition: "told", Text: "the applicant has not been told of the decision"}}
		}},
	}
}

// exampleDefinition reads a definition as it would stand in a file.
func exampleDefinition() lifecycle.Definition {
	def, _ := lifecycle.Parse([]byte(`{
		"id": "example", "version": 1, "mode": "govern", "initial": ["Draft"],
		"states": [
			{"name": "Draft", "category": "intake"},
			{"name": "Building", "category": "build"},
			{"name": "Dropped", "category": "void", "terminal": true}
		],
		"edges": [
			{"from": "Draft", "event": "start", "to": "Building", "guards": ["approved"], "roles": ["implementer"]},
			{"from": "Draft", "event": "drop", "to": "Dropped", "guards": ["told"], "reason_required": true},
			{"from": "Building", "event": "drop", "to": "Dropped", "guards": ["told"], "reason_required": true}
		]
	}`))

	return def
}

func Example() {
	compiled, findings := lifecycle.Compile(exampleDefinition(), exampleGuards())
	fmt.Println("findings:", len(findings))

	now := request{approved: true}
	for _, permission := range compiled.Permitted("Draft", []string{"implementer"}, now) {
		fmt.Println(permission.Event, "->", permission.To)

		for _, missing := range permission.Unmet {
			fmt.Println("  not yet:", missing.Text)
		}
	}

	edge, unmet := compiled.Fire("Draft", "start", []string{"implementer"}, now)
	fmt.Println("fired:", edge.To, len(unmet))

	// Output:
	// findings: 0
	// start -> Building
	// drop -> Dropped
	//   not yet: the applicant has not been told of the decision
	// fired: Building 0
}

func ExampleCompile() {
	def := exampleDefinition()
	def.Edges = append(def.Edges, lifecycle.Edge{From: "Draft", Event: "hurry", To: "Building"})

	compiled, findings := lifecycle.Compile(def, exampleGuards())
	fmt.Println("compiled:", compiled != nil)

	for _, finding := range findings {
		fmt.Println(finding)
	}

	// Output:
	// compiled: false
	// error ungated-build: Building can be reached without approval of what is built (Draft -hurry-> Building); put a guard with the approval gate on the way
}

func ExampleLifecycle_Fire() {
	compiled, _ := lifecycle.Compile(exampleDefinition(), exampleGuards())

	_, unmet := compiled.Fire("Draft", "start", []string{"applicant"}, request{})
	for _, missing := range unmet {
		fmt.Println(missing.Condition+":", missing.Text)
	}

	_, unmet = compiled.Fire("Draft", "finish", nil, request{})
	fmt.Println(unmet[0].Text)

	// Output:
	// role: only implementer may start
	// approved: the product manager has not approved this content
	// no "finish" can be asked for in Draft; possible: start or drop
}

func ExampleShape_Judge() {
	shape, _ := lifecycle.CompileShape(lifecycle.Normal())

	verdict := shape.Judge([]lifecycle.Step{{State: "Draft"}, {State: "Submitted"}, {State: "Implementing"}})
	fmt.Println(verdict.Transitions, "transitions,", verdict.Lawful, "lawful")

	for _, violation := range verdict.Violations {
		fmt.Println(violation.Reason)
	}

	// Output:
	// 2 transitions, 1 lawful
	// no edge from Submitted to Implementing; from Submitted one can go to Triage or Informing
}

func ExampleParse() {
	_, err := lifecycle.Parse([]byte(`{"id": "x", "version": 1, "edges": [{"from": "A", "guard": ["approved"]}]}`))
	fmt.Println(err)

	// Output:
	// lifecycle: invalid definition at /edges/0/guard: this member is not known; known are from, event, to, guards, roles, auto, reason_required, reopen, tells and outcome
}

// A new version lets the coordinator finish the work too. Requests may go over to it, but not from triage straight to
// behind the decision.
func ExampleCheckMigration() {
	old := lifecycle.Normal()
	updated := lifecycle.Normal()
	updated.Version = 2

	for i := range updated.Edges {
		if edge := &updated.Edges[i]; edge.Event == "finish" {
			edge.Roles = append(edge.Roles, "coordinator")
		}
	}

	for _, change := range lifecycle.Diff(old, updated) {
		fmt.Println(change)
	}

	guards := []lifecycle.Guard[struct{}]{ // of those that the definitions name only the gates matter here
		{Name: "approved", Gate: lifecycle.GateApproval},
		{Name: "told", Gate: lifecycle.GateTold},
		{Name: "settled", Gate: lifecycle.GateSettled},
	}
	fmt.Println(len(lifecycle.CheckMigration(old, updated, guards, nil)))

	findings := lifecycle.CheckMigration(old, updated, guards, map[string]string{"Triage": "Implementing"})
	fmt.Println(findings[0].Code, findings[0].State)
	// Output:
	// changed definition: version [1] to [2]
	// changed edge Implementing -finish-> Verifying: roles [] to [coordinator]
	// 0
	// gate-bypassed Triage
}
