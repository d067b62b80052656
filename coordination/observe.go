package coordination

import (
	"fmt"
	"strconv"

	"github.com/coordkit/coordkit/coordination/process"
)

// Observe hands journal entries to a sink of package process, so that the
// office can watch itself: an entity of a room is a case, the kind of an entry
// its activity, the actor its resource, and the time the event says is its
// time. Entries must come in order of positions, which decides between those of
// one time. The journal says when something was done, not when it was begun, so
// every event is a point.
//
// A sink that keeps attributes gets the position as "journal:position" and the
// room as "journal:room". An error of the sink is returned with the position.
func Observe(entries []Entry, sink process.Sink) error {
	for i := range entries {
		e := &entries[i]
		raw := &process.Raw{
			Case: []byte(string(e.Room) + "/" + e.Entity), Activity: []byte(e.Kind), Group: []byte(e.Room),
			Instance: []byte(strconv.FormatInt(e.Seq, 10)), HasEnd: true, End: process.Stamp{Micros: e.At.UnixMicro()},
			At: process.Position{File: "journal", Line: int(e.Position)},
			Attributes: []process.RawAttribute{
				{Key: []byte("journal:position"), Value: strconv.AppendInt(nil, e.Position, 10), Kind: process.Int},
				{Key: []byte("journal:room"), Value: []byte(e.Room)},
			},
		}
		if e.Actor != "" {
			raw.Resource = []byte(e.Actor)
		}
		if err := sink.Event(raw); err != nil {
			return fmt.Errorf("journal position %d: %w", e.Position, err)
		}
	}
	return nil
}
