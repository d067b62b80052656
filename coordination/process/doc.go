// Package process observes a running process: what really happens, in which
// order, how long it takes and where it waits.
//
// # A log
//
// An Event is an activity instance with start and end, or a point in time. It
// belongs to a case, and holds numbers that stand for names (Names). A Log has
// the events in the order of the input with columns beside them. Readers in
// adapters/format hand what they find to a Sink, which for a log in memory is a
// Builder:
//
//	b := process.NewBuilder(process.BuilderConfig{})
//	err := xes.Read(file, b, xes.Options{File: "receipt.xes.gz", Zone: time.UTC})
//	log := b.Log()
//	log.Report  // what was kept, repaired and dropped, by reason, with file and line
//
// Nothing is lost silently: every event that is changed or dropped is counted
// by Reason. Logs of objects are read with the same methods; Flatten makes
// cases of the objects of one type. Pair makes activity instances of a log that
// has separate events for start and complete.
//
// # Figures
//
// Measure gives Statistics of a log at once; an Observer takes one event at a
// time (BuilderConfig.Each feeds it without a log in between) and gives the same
// figures, and Merge joins those of shards. The figures
// mean exactly this:
//
//   - D1, order in a case: by start, then end, then position in the input.
//   - D2, directly follows: each neighbouring pair of D1, with repetitions; the
//     number of pairs is events − cases.
//   - D3, time of a pair (x, y): y.Start − x.End, or zero where they overlap;
//     the part cut off is kept as overlap.
//   - D4, mean and standard deviation: from exact integer sums; the deviation is
//     that of a sample (n−1) and undefined for one value.
//   - D5, median: the mean of the two middle values.
//   - D6, percentile p: the nearest rank, ceil(p·n/100) from 1, no interpolation.
//   - D7, duration of a case: its latest end − its earliest start.
//   - D8, variant: the activities of a case in the order of D1.
//   - D9, first and last activity: those of D1.
//   - D10, service: end − start of an instance.
//
// Times are microseconds since 1970 UTC throughout; durations too, unless a name
// says seconds. Sums are integers of 128 bits, so the order of adding never
// shows.
//
// # Subpackages
//
// Package waiting says why work waits, bottleneck where it waits most and
// whether that recurs, conform whether cases keep to a model, sampling watches
// by hand, engage runs a time-boxed job from baseline to exit test, view draws
// maps, spectra and one-page briefs as data, and summary writes what all of them
// found as plain values of bounded size, to keep and to send.
//
// # Guarantees
//
// Everything here is a pure function of its arguments: no clock, no input or
// output, no goroutines. Results never depend on the order of maps. A Log and
// Statistics may be read by many goroutines; a Builder and an Observer are for
// one.
package process
