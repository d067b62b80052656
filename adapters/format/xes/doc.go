// Package xes reads and writes event logs in XES (IEEE 1849), the XML form that
// process mining tools exchange, also gzipped.
//
// Read hands every event to a process.Sink, in most uses a process.Builder:
//
//	b := process.NewBuilder(process.BuilderConfig{})
//	err := xes.Read(file, b, xes.Options{File: "receipt.xes.gz"})
//	log := b.Log()
//
// The activity is concept:name, the case the trace's concept:name, the time
// time:timestamp, whatever the log's classifiers say; Options.Classifier asks
// for another. A start_timestamp, as some exporters write it, is the start of
// the event. Only attributes that stand directly within an event or a trace
// are its own: those of a global element are declarations, and those within
// another attribute belong to that.
//
// The reader is a scanner of its own, since no general XML reader is fast
// enough for large logs. It reads UTF-8, UTF-16 (by its byte order mark),
// ISO-8859-1 and Windows-1252. DOCTYPE is refused, so there are no entities
// besides the five of XML and numbers. A value is at most MaxValue bytes long
// and nesting at most MaxDepth deep; what is larger is refused with its line.
//
// Where a file is cut or malformed, Read returns a *process.Problem that names
// the line; what came before has reached the sink.
package xes
