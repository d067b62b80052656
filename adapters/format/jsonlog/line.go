package jsonlog

import (
	"bytes"
	"encoding/json"
	"errors"
)

// line is what a line may hold, as it is read.
type line struct {
	Case       text            `json:"case"`
	Activity   text            `json:"activity"`
	Start      text            `json:"start"`
	End        text            `json:"end"`
	Time       text            `json:"time"`
	Resource   text            `json:"resource"`
	Group      text            `json:"group"`
	Lifecycle  text            `json:"lifecycle"`
	Instance   text            `json:"instance"`
	Cost       text            `json:"cost"`
	Currency   text            `json:"currency"`
	Hand       bool            `json:"hand"`
	Object     text            `json:"object"`
	Type       text            `json:"type"`
	Objects    []relation      `json:"objects"`
	Attributes json.RawMessage `json:"attributes"`
}

// twice names the members that stand more than once; the first of them counts.
func (l *line) twice() []string {
	var out []string
	for _, m := range []struct {
		name string
		text *text
	}{
		{"case", &l.Case},
		{"activity", &l.Activity},
		{"start", &l.Start},
		{"end", &l.End},
		{"time", &l.Time},
		{"resource", &l.Resource},
		{"group", &l.Group},
		{"lifecycle", &l.Lifecycle},
		{"instance", &l.Instance},
		{"cost", &l.Cost},
		{"currency", &l.Currency},
		{"object", &l.Object},
		{"type", &l.Type},
	} {
		if m.text.twice {
			out = append(out, m.name)
		}
	}
	return out
}

// text is a member that is a string; a number, which many programs write for an
// id or a time, and a truth value stand for themselves, and null for nothing.
type text struct {
	value        []byte // nil if it is absent
	given, twice bool
}

var errText = errors.New("want a string or a number, have a list or an object")

// UnmarshalJSON takes the first value that stands for the member.
func (t *text) UnmarshalJSON(in []byte) error {
	if t.given {
		t.twice = true
		return nil
	}
	t.given = true
	in = bytes.TrimSpace(in)
	switch in[0] {
	case 'n':
		return nil
	case '[', '{':
		return errText
	case '"':
		var value string
		if err := json.Unmarshal(in, &value); err != nil {
			return err //nolint:wrapcheck // the reader names the place
		}
		t.value = []byte(value)
	default:
		t.value = bytes.Clone(in)
	}
	return nil
}

// written is what a line holds, as it is written.
type written struct {
	Case       *string         `json:"case,omitempty"`
	Activity   *string         `json:"activity,omitempty"`
	Start      string          `json:"start,omitempty"`
	End        string          `json:"end,omitempty"`
	Resource   *string         `json:"resource,omitempty"`
	Group      *string         `json:"group,omitempty"`
	Lifecycle  *string         `json:"lifecycle,omitempty"`
	Instance   *string         `json:"instance,omitempty"`
	Cost       json.RawMessage `json:"cost,omitempty"`
	Currency   string          `json:"currency,omitempty"`
	Hand       bool            `json:"hand,omitempty"`
	Object     *string         `json:"object,omitempty"`
	Type       *string         `json:"type,omitempty"`
	Objects    []relation      `json:"objects,omitempty"`
	Attributes json.RawMessage `json:"attributes,omitempty"`
}

type relation struct {
	ID        string  `json:"id"`
	Qualifier *string `json:"qualifier,omitempty"`
}
