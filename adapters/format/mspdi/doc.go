// Package mspdi reads and writes plans in the XML form of Microsoft Project
// (MSPDI), as far as both know the same things, and reports the rest.
//
// Dates of the format have no zone: reader and writer are told one. The id of an
// activity is kept in the WBS field; a file without usable ones gives the ids
// T1, T2 and so on, after the unique ids of its tasks. Summary tasks have no
// place in a plan and are reported with the links that are lost with them.
// Resources become requirements: work resources ask for people with a skill of
// the resource's name, material resources for an item.
//
// The reader recomputes nothing: Start and Finish of the file become planned
// dates, so that what schedule.Propose finds shows the difference to the file.
package mspdi
