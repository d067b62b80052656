package window

import "time"

// Window is the half-open time [Start, End). One whose end does not come after
// its start is empty and overlaps nothing.
type Window struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Empty reports whether no instant lies in the window.
func (w Window) Empty() bool { return !w.Start.Before(w.End) }

// Overlaps reports whether the two windows share an instant; windows that only
// touch do not.
func (w Window) Overlaps(o Window) bool {
	return !w.Empty() && !o.Empty() && w.Start.Before(o.End) && o.Start.Before(w.End)
}

// Contains reports whether o lies wholly inside w.
func (w Window) Contains(o Window) bool { return !o.Start.Before(w.Start) && !o.End.After(w.End) }

// Equal reports whether both windows begin and end at the same instants.
func (w Window) Equal(o Window) bool { return w.Start.Equal(o.Start) && w.End.Equal(o.End) }
