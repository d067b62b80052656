package process

import (
	"errors"
	"fmt"
	"time"
)

// Times reads the times of one file for a reader and reports what is wrong with
// them: a time that cannot be read is a problem where it stands; that times
// had no offset and were read in the declared zone is said once, with how many
// events it concerns, by Finish.
type Times struct {
	Zone  *time.Location                              // nil makes a time without an offset a problem
	Parse func([]byte, *time.Location) (Stamp, error) // ParseTime if nil

	naive   Problem
	counted bool // the event at hand is among those of naive
}

// Next begins another event: an event counts once however many times it has.
func (t *Times) Next() { t.counted = false }

// Read reads a time that stands at a place; what names it in messages and may
// be empty. ok is false if it could not be read, which was then reported with the
// effect.
func (t *Times) Read(text []byte, what string, at Position, effect Effect, sink Sink) (stamp Stamp, ok bool, err error) {
	parse := t.Parse
	if parse == nil {
		parse = ParseTime
	}
	stamp, err = parse(text, t.Zone)
	switch {
	case errors.Is(err, ErrNoZone):
		detail := fmt.Sprintf("%s%.64q has no offset; declare the zone", label(what), text)
		return stamp, false, sink.Problem(Problem{Position: at, Reason: ReasonNoZone, Effect: effect, Detail: detail})
	case err != nil:
		return stamp, false, sink.Problem(Problem{Position: at, Reason: ReasonBadTime, Effect: effect, Detail: label(what) + err.Error()})
	case stamp.Naive && !t.counted:
		t.counted = true
		if t.naive.Times++; t.naive.Times == 1 {
			t.naive.Position = at
			t.naive.Detail = fmt.Sprintf("%s%.64q has no offset and is read in %v, as are all such times", label(what), text, t.Zone)
		}
	}
	return stamp, true, nil
}

func label(what string) string {
	if what == "" {
		return ""
	}
	return what + ": "
}

// Finish reports what is known only at the end: once how many events had times
// without an offset, at the place of the first.
func (t *Times) Finish(sink Sink) error {
	if t.naive.Times == 0 {
		return nil
	}
	t.naive.Reason, t.naive.Effect = ReasonZoneAssumed, Kept
	err := sink.Problem(t.naive)
	t.naive = Problem{}
	return err
}
