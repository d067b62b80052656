// Package summary writes what an analysis of a log found as plain values, in the
// form in which they are kept and sent: JSON with names in snake_case, times in
// RFC 3339, durations in whole microseconds.
//
//	found, err := summary.Of(log, summary.Config{Title: "Returns"})
//	found.Outline  // what was read, and what of it could not be used
//	found.Figures  // statistics of activities, ways, resources, hand-offs, flow, cost
//	found.Waits    // causes of waiting, bottlenecks, recurrence, early warnings
//	found.Pictures // process map, performance spectrum, dotted chart
//	found.Brief    // one page in Markdown
//
// The four parts are bounded, whatever the log: lists come largest first and end
// where their share of MaxPart is used up, and Omitted says how many entries that
// left out. Names are cut after MaxName bytes. No part names a case.
//
// Figures mean what the documentation of package process and its inner packages
// says.
package summary
