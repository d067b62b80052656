package fileplan

import (
	"encoding/json"
	"fmt"
)

// Kind is the name under which an event is written, for ever.
func (e Event) Kind() string { return e.Done.command() }

// NameOf is the name of a command, under which its event is written; empty for none.
func NameOf(cmd Command) string {
	if cmd == nil {
		return ""
	}
	return cmd.command()
}

// MarshalDone writes what was done as JSON.
func MarshalDone(cmd Command) ([]byte, error) { return json.Marshal(cmd) }

// UnmarshalDone reads what MarshalDone wrote under a kind. A kind that this version
// does not know is ErrInvalid.
func UnmarshalDone(kind string, data []byte) (Command, error) {
	for _, read := range []func(string, []byte) (Command, bool, error){
		done[Classify], done[MoveTo], done[Describe], done[Tag], done[Call], done[Finish], done[Declare], done[Annotate], done[Revise], done[Render], done[DropRendition],
	} {
		if cmd, ok, err := read(kind, data); ok {
			return cmd, err
		}
	}
	return nil, fmt.Errorf("%w: %q is no event of a filing", ErrInvalid, kind)
}

func done[T Command](kind string, data []byte) (Command, bool, error) {
	var cmd T
	if cmd.command() != kind {
		return nil, false, nil
	}
	if err := json.Unmarshal(data, &cmd); err != nil {
		return nil, true, fmt.Errorf("fileplan: decode %s: %w", kind, err)
	}
	return cmd, true, nil
}
