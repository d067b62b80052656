package conform_test

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process/conform"
)

func ExampleModel_Align() {
	model, err := conform.Compile(conform.Seq(
		conform.Do("register"),
		conform.And(conform.Do("examine"), conform.Do("check")),
		conform.Do("decide"),
		conform.Xor(conform.Do("pay"), conform.Do("reject")),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := model.Align([]string{"register", "check", "decide", "decide", "pay"}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("cost %d, fitness %.2f\n", a.Cost, a.Fitness)
	for _, m := range a.Moves {
		if m.Kind != conform.Both {
			fmt.Printf("%q %v\n", m.Activity, m.Kind)
		}
	}
	// Output:
	// cost 2, fitness 0.80
	// "examine" did not happen
	// "decide" not in the model
}

func ExampleRun_Step() {
	model, err := conform.States("Draft", []string{"Closed"}, []conform.Transition{
		{From: "Draft", Activity: "submit", To: "Review"},
		{From: "Review", Activity: "approve", To: "Open"},
		{From: "Open", Activity: "close", To: "Closed"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := model.Start()
	for _, activity := range []string{"submit", "close"} {
		deviation, err := run.Step(activity)
		switch {
		case err != nil:
			fmt.Println(err)
		case deviation != nil:
			fmt.Println(deviation)
		}
	}
	// Output: event 2 is "close"; allowed is one of ["approve"]
}
