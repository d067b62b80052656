package coordination

import (
	"fmt"
	"strconv"

	"github.com/coordkit/coordkit/changereq"
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
		if err := observed(e, e.Kind, sink); err != nil {
			return err
		}
	}
	return nil
}

// observed hands an entry on as the event of an activity.
func observed(e *Entry, activity string, sink process.Sink) error {
	raw := &process.Raw{
		Case: []byte(string(e.Room) + "/" + e.Entity), Activity: []byte(activity), Group: []byte(e.Room),
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
	return nil
}

// StateObserver hands on the states that change requests enter: the activity of
// each event is the state, so that a log of them can be held against the
// lifecycle. It follows the requests that were opened under one lifecycle, of
// whatever version; entries come in order of positions, in as many calls as there
// are pages. The zero value follows all requests.
type StateObserver struct {
	Lifecycle string

	follows map[string]bool // by request
}

// Observe takes a page of entries; those that enter no state are passed over.
func (o *StateObserver) Observe(entries []Entry, sink process.Sink) error {
	if o.follows == nil {
		o.follows = make(map[string]bool)
	}
	for i := range entries {
		e := &entries[i]
		if e.Room != RoomChangeRequest {
			continue
		}
		ev, err := e.ChangeRequestEvent()
		if err != nil {
			return fmt.Errorf("journal position %d: %w", e.Position, err)
		}
		state := ""
		switch d := ev.Data.(type) {
		case changereq.OpenedData:
			o.follows[e.Entity] = o.Lifecycle == "" || d.Lifecycle.ID == o.Lifecycle
			state = d.State
		case changereq.MovedData:
			state = d.To
		case changereq.MigratedData:
			o.follows[e.Entity] = o.Lifecycle == "" || d.After.ID == o.Lifecycle
			state = d.To
		case changereq.FactRecordedData:
			state = d.To
		}
		if state == "" || !o.follows[e.Entity] {
			continue
		}
		if err := observed(e, state, sink); err != nil {
			return err
		}
	}
	return nil
}
