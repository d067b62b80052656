package main

func Example() {
	main()
	// Output:
	// ann    submit       → Submitted
	// carol  receive      → Triage
	// carol  assess       → Triage
	// carol  admit        → Assessing
	// carol  issue-brief  → Assessing
	// carol  present      → ForDecision
	// carol may not decide: changereq: decide refused: only product-manager may approve; carol wrote the recommendation of brief 1: somebody else has to decide
	// paul   decide       → Approved
	// filed 2 records; ann is owed 1 notice: CR-2026-0001: approve, now Approved
}
