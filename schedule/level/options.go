package level

// Options steers Solve. The zero value searches on one core until the optimum
// is proven or the context ends.
type Options struct {
	// Schedules is the number of schedules to spend; zero means no limit. A
	// forward or a backward pass of the generator counts as one schedule. A
	// conflict of the exact core counts as one too; where the core frees only
	// k of n activities, a conflict counts as k/n of a schedule, as in the
	// decomposition method of Debels & Vanhoucke (2007).
	//
	// The result for a number of schedules and a seed is the same on every
	// machine and for any number of workers, unless the context ends first.
	Schedules int
	// Seed chooses among equally good courses of the search.
	Seed int64
	// Workers is the number of goroutines that search; below one means one.
	// They end before Solve returns.
	Workers int
	// Start is a schedule to begin with, for example the accepted plan; it is
	// ignored if it breaks a rule.
	Start *Schedule
	// Improved is called with each better schedule or bound, one call at a
	// time, in the goroutine that called Solve. Its argument is the receiver's.
	Improved func(Result)
}
