package retention

import (
	"encoding/json"
	"fmt"
)

// KindOf is the name under which an event of a batch is written, for ever.
func KindOf(ev Event) string { return ev.kind() }

// UnmarshalEvent reads an event of a batch that was written with encoding/json. A kind that this version
// does not know is ErrInvalid.
func UnmarshalEvent(kind string, data []byte) (Event, error) {
	for _, read := range []func(string, []byte) (Event, bool, error){
		event[Asked], event[Approved], event[WithdrawnEvent], event[Receipted], event[Moved],
	} {
		if ev, ok, err := read(kind, data); ok {
			return ev, err
		}
	}
	return nil, fmt.Errorf("%w: %q is no event of a batch", ErrInvalid, kind)
}

func event[T Event](kind string, data []byte) (Event, bool, error) {
	var ev T
	if ev.kind() != kind {
		return nil, false, nil
	}
	if err := json.Unmarshal(data, &ev); err != nil {
		return nil, true, fmt.Errorf("retention: decode %s: %w", kind, err)
	}
	return ev, true, nil
}
