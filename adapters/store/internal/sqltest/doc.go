// Package sqltest is what the tests of the SQL backends share beyond the public
// conformance suite: the list of statements, races that must be won by the
// locks, the plans of the lists, and the load of the decision unit.
package sqltest
