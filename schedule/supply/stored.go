package supply

import (
	"encoding/json"
	"fmt"

	"github.com/coordkit/coordkit/schedule"
)

// Kind names what was done, such as receive.
func (e Event) Kind() string {
	switch e.Command.(type) {
	case Create:
		return "create"
	case Submit:
		return "submit"
	case Approve:
		return "approve"
	case Refuse:
		return "refuse"
	case PlaceOrder:
		return "place"
	case Confirm:
		return "confirm"
	case Receive:
		return "receive"
	case Return:
		return "return"
	case Close:
		return "close"
	case Cancel:
		return "cancel"
	}
	return ""
}

// stored is the form in which the data of an event are kept.
type stored struct {
	Rev     int64           `json:"rev"`
	Late    bool            `json:"late,omitzero"`
	Over    int64           `json:"over,omitzero"`
	Command json.RawMessage `json:"command"`
}

// MarshalData writes what an event says beyond its kind, time and author.
func MarshalData(e Event) ([]byte, error) {
	command, err := json.Marshal(e.Command)
	if err != nil {
		return nil, fmt.Errorf("supply: event %s: %w", e.Kind(), err)
	}
	return json.Marshal(stored{e.Rev, e.Late, e.Over, command})
}

// UnmarshalData reads what MarshalData writes, for an event of a kind.
func UnmarshalData(kind string, data []byte) (Event, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return Event{}, fmt.Errorf("supply: event %s: %w", kind, err)
	}
	e := Event{Rev: s.Rev, Late: s.Late, Over: s.Over}
	var err error
	switch kind {
	case "create":
		e.Command, err = read[Create](s.Command)
	case "submit":
		e.Command, err = read[Submit](s.Command)
	case "approve":
		e.Command, err = read[Approve](s.Command)
	case "refuse":
		e.Command, err = read[Refuse](s.Command)
	case "place":
		e.Command, err = read[PlaceOrder](s.Command)
	case "confirm":
		e.Command, err = read[Confirm](s.Command)
	case "receive":
		e.Command, err = read[Receive](s.Command)
	case "return":
		e.Command, err = read[Return](s.Command)
	case "close":
		e.Command, err = read[Close](s.Command)
	case "cancel":
		e.Command, err = read[Cancel](s.Command)
	default:
		err = fmt.Errorf("%w: the kind of event is not known", schedule.ErrInvalid)
	}
	if err != nil {
		return Event{}, fmt.Errorf("supply: event %q: %w", kind, err)
	}
	return e, nil
}

func read[T Command](b []byte) (Command, error) {
	var c T
	err := json.Unmarshal(b, &c)
	return c, err
}
