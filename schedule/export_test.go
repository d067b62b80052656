package schedule

// For tests that use the inner rooms, which this package must not import.
var (
	AnyPlan = anyPlan
	AnyTime = anyTime
)
