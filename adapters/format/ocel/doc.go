// Package ocel reads and writes object-centric event logs in the JSON and XML
// forms of OCEL 2.0.
//
//	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
//	err := ocel.ReadJSON(file, b, ocel.Options{File: "orders.jsonocel"})
//	view, about, err := b.Log().Flatten("Invoice")
//
// An event's type is its activity, its id is process.Log.Instance, and an
// attribute "org:resource" or "resource" is its resource. The other columns of
// an event, for which the standard has no place, are attributes too, named as
// XES names them: start_timestamp, org:group, lifecycle:transition, cost:total,
// cost:currency. Two events of one id both count and are reported. Objects keep their
// type, their links and their attributes with the time since which each value
// holds; the time 1970-01-01T00:00:00Z is OCEL's word for "from the start" and
// no event. An object twice in an event keeps both qualifiers. A link to an
// object that the log does not describe is kept and reported.
//
// The older OCEL 1.0 is refused. An event or object is at most MaxElement bytes long; DOCTYPE is refused.
// Where a file is cut or malformed the readers return a *process.Problem that
// names the line; what came before has reached the sink.
package ocel
