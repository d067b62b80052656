// Package jsonlog reads and writes event logs as JSON lines: one event a line.
//
//	{"case": "17", "activity": "Approve", "start": "2026-01-05T09:00:00Z", "end": "2026-01-05T09:20:00Z", "resource": "Ada"}
//
// Members are case, activity, start, end (or time), resource, group, lifecycle,
// instance, cost, currency, hand (observed by a person), attributes {name: value} and, in an object-centric log, objects
// [{id, qualifier}]. A line {"object": id, "type": …, "attributes": [{key,
// value, since}], "objects": […]} describes an object or a case. Other members
// are ignored; of one that stands twice the first counts, and it is reported. A
// number may stand for a string. A line that is no event is dropped and reported with its
// number; a line is at most MaxLine bytes long.
package jsonlog
