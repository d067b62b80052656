package process

import "time"

// None is the id of a name that is not there: an event without a resource has
// Resource None. It differs from the id of the empty name.
const None uint32 = 0

// Event is one activity instance, or one point event, of a log: 40 bytes that
// point into the log's names. Times are microseconds since 1970-01-01 UTC;
// finer digits of the source are cut. A missing time is a flag and never the
// time zero, because logs have real events at 1970-01-01T00:00:00Z.
type Event struct {
	Start, End int64
	Case       uint32 // Log.Cases; None for an event that is only linked to objects
	Activity   uint32 // Log.Activities
	Resource   uint32 // Log.Resources
	Instance   uint32 // Log.Instances: the name that ties START and COMPLETE together
	Seq        uint32 // position in the input, from 0
	Lifecycle  uint16 // Log.Lifecycles
	Flags      Flags
}

// Flags say what is known and unknown about an event.
type Flags uint16

// What can be said of an event.
const (
	NoStart Flags = 1 << iota // the start is unknown and stands equal to the end
	NoEnd                     // started and not ended: the end stands equal to the start
	Clamped                   // the end lay before the start, which was moved to the end
	Hand                      // observed by hand, not by a system
)

// Has says whether all of f are set.
func (e Event) Has(f Flags) bool { return e.Flags&f == f }

// Before is the order of events within a case (definition D1): by start, then
// by end, then by position in the input.
func (e Event) Before(f Event) bool {
	if e.Start != f.Start {
		return e.Start < f.Start
	}
	if e.End != f.End {
		return e.End < f.End
	}
	return e.Seq < f.Seq
}

func compareEvents(a, b Event) int {
	switch {
	case a.Before(b):
		return -1
	case b.Before(a):
		return 1
	}
	return 0
}

// Time gives microseconds since 1970 as a time in UTC.
func Time(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// Seconds gives a duration in microseconds as seconds.
func Seconds(micros int64) float64 { return float64(micros) / 1e6 }
