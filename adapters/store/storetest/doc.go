// Package storetest is the conformance suite for backends: whatever passes Run
// is a coordination.Store.
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) coordination.Store { return open(tb) })
//	}
//
// The suite states the contract of the ports of changereq, archive,
// coordination/notice and coordination sentence by sentence: each has a subtest,
// and each subtest gets an empty store of its own. It knows no backend and
// asserts no form of ids or cursors, no text of a message and no layout of rows.
// For every case there is a store with one bug on which the case fails, so a
// case that passes has looked.
//
// RunWith takes what only some backends have: a way to reopen, to join a
// transaction of the caller, an error of their own after which a unit of work
// runs again. What is left out is skipped with a reason. Benchmark measures.
//
// Only tests import this package.
package storetest
