// Package lifecycle measures firing, refusing and listing on one cycle of eight
// states and fourteen guarded edges, in this library and in two others:
// new submit→ assess approve→ authorize approve→ scheduled start→ implement
// finish→ review close→ closed reopen→ new; assess and authorize revert→ new;
// everything before review cancel→ canceled. It has only benchmarks:
//
//	cd examples/bench && go test -bench . ./lifecycle
package lifecycle
