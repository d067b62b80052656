package level_test

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/schedule/level"
)

func ExampleSolve() {
	p := &level.Problem{
		Resources: []level.Resource{{ID: "welder", Capacity: 1}},
		Activities: []level.Activity{
			{ID: "cut", Modes: []level.Mode{{Duration: 2}}},
			{ID: "frame", Modes: []level.Mode{{Duration: 3, Uses: []int{1}}}},
			{ID: "door", Modes: []level.Mode{{Duration: 2, Uses: []int{1}}}},
			{ID: "paint", Modes: []level.Mode{{Duration: 4}}},
		},
		Relations: []level.Relation{{From: 0, To: 1}, {From: 1, To: 3}},
	}
	r, err := level.Solve(context.Background(), p, level.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Status, r.Cost, r.Schedule.Start)
	// Output: optimal 9 [0 2 0 5]
}

func ExampleSolve_infeasible() {
	p := &level.Problem{
		Resources: []level.Resource{{ID: "crane", Capacity: 1}, {ID: "welder", Capacity: 2}},
		Activities: []level.Activity{
			{ID: "lift", Modes: []level.Mode{{Duration: 3, Uses: []int{1, 1}}}, Deadline: 5},
			{ID: "turn", Modes: []level.Mode{{Duration: 3, Uses: []int{1, 1}}}, Deadline: 5},
			{ID: "weld", Modes: []level.Mode{{Duration: 3, Uses: []int{0, 1}}}, Deadline: 6},
		},
	}
	r, err := level.Solve(context.Background(), p, level.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Status)
	for _, c := range r.Causes {
		fmt.Println("-", c.Describe(p))
	}
	// Output:
	// infeasible
	// - resource crane has 1 units at most
	// - activity lift must finish by 5
	// - activity turn must finish by 5
}

func ExampleCheck() {
	p := &level.Problem{
		Activities: []level.Activity{{ID: "a", Modes: []level.Mode{{Duration: 2}}}, {ID: "b", Modes: []level.Mode{{Duration: 1}}}},
		Relations:  []level.Relation{{From: 0, To: 1}},
	}
	fmt.Println(level.Check(p, level.Schedule{Start: []int{0, 1}, Mode: []int{0, 0}}))
	// Output: level: schedule violates the problem: relation: activity b is at 1, a at 2, wanted lag 0
}
