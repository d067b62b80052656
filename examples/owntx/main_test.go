package main

func Example() {
	main()
	// Output:
	// CR-2026-0001 with 40000: <nil>
	//   the office says Approved, the budget has 1 row
	// CR-2026-0002 with 70000: over budget: 110000 of 100000
	//   the office says ForDecision, the budget has 0 row
}
