package lifecycle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// MaxSize is the largest JSON text of a definition that Parse reads, in bytes.
const MaxSize = 1 << 20

// Parse reads a definition from JSON, strictly: every member must be known, in its exact spelling, and stand once;
// null stands nowhere; nothing follows the definition; the text is valid UTF-8 of at most MaxSize bytes. Nesting
// deeper than a definition's own is refused where it begins. id and version must be given; mode is govern if it is
// not given. Errors are *ParseError and name the place.
// Parse looks at the form only: Compile says whether the definition makes sense.
func Parse(data []byte) (Definition, error) {
	switch {
	case len(data) > MaxSize:
		return Definition{}, &ParseError{Reason: fmt.Sprintf("the text is longer than %d bytes", MaxSize)}
	case !utf8.Valid(data):
		return Definition{}, &ParseError{Reason: "the text is not valid UTF-8"}
	}

	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return Definition{}, &ParseError{Reason: err.Error()}
	}

	in := reader{json.NewDecoder(bytes.NewReader(data))}
	in.tokens.UseNumber()

	var def Definition
	if err := in.definition(&def); err != nil {
		return Definition{}, err
	}

	if err := def.identified(); err != nil {
		return Definition{}, err
	}

	return def, nil
}

// identified refuses a definition that no request could pin.
func (d Definition) identified() error {
	if d.ID == "" {
		return &ParseError{Pointer: "/id", Reason: "give the definition an id"}
	}

	if d.Version < 1 {
		return &ParseError{Pointer: "/version", Reason: "versions count from 1"}
	}

	return nil
}

// definition reads the whole.
func (r reader) definition(def *Definition) error {
	return r.object("", func(name, at string) error {
		switch name {
		case "id":
			return r.text(at, &def.ID)
		case "version":
			return r.number(at, &def.Version)
		case "title":
			return r.text(at, &def.Title)
		case "mode":
			return r.mode(at, &def.Mode)
		case "emergency":
			return r.flag(at, &def.Emergency)
		case "initial":
			return r.texts(at, &def.Initial)
		case "aliases":
			return r.aliases(at, &def.Aliases)
		case "states":
			return list(r, at, &def.States, r.state)
		case "edges":
			return list(r, at, &def.Edges, r.edge)
		}

		return unknownMember(at, "id, version, title, mode, emergency, initial, aliases, states and edges")
	})
}

// state reads one state.
func (r reader) state(at string, state *State) error {
	err := r.object(at, func(name, at string) error {
		switch name {
		case "name":
			return r.text(at, &state.Name)
		case "category":
			return r.text(at, (*string)(&state.Category))
		case "terminal":
			return r.flag(at, &state.Terminal)
		}

		return unknownMember(at, "name, category and terminal")
	})
	if err == nil && !state.Category.known() {
		return &ParseError{
			Pointer: at + "/category",
			Reason:  quote(string(state.Category)) + " is not intake, assess, decide, build, verify, done or void",
		}
	}

	return err
}

// edge reads one edge.
func (r reader) edge(at string, edge *Edge) error {
	return r.object(at, func(name, at string) error {
		switch name {
		case "from":
			return r.text(at, &edge.From)
		case "event":
			return r.text(at, &edge.Event)
		case "to":
			return r.text(at, &edge.To)
		case "guards":
			return r.texts(at, &edge.Guards)
		case "roles":
			return r.texts(at, &edge.Roles)
		case "auto":
			return r.flag(at, &edge.Auto)
		case "reason_required":
			return r.flag(at, &edge.ReasonRequired)
		case "reopen":
			return r.flag(at, &edge.Reopen)
		case "tells":
			return r.flag(at, &edge.Tells)
		case "outcome":
			return r.text(at, &edge.Outcome)
		}

		return unknownMember(at, "from, event, to, guards, roles, auto, reason_required, reopen, tells and outcome")
	})
}

// mode reads the mode.
func (r reader) mode(at string, mode *Mode) error {
	var word string
	if err := r.text(at, &word); err != nil {
		return err
	}

	if mode.UnmarshalText([]byte(word)) != nil {
		return &ParseError{Pointer: at, Reason: quote(word) + " is not govern or observe"}
	}

	return nil
}

// aliases reads the spellings.
func (r reader) aliases(at string, aliases *map[string]string) error {
	return r.object(at, func(name, at string) error {
		var state string
		if err := r.text(at, &state); err != nil {
			return err
		}

		if *aliases == nil {
			*aliases = make(map[string]string)
		}

		(*aliases)[name] = state

		return nil
	})
}

// unknownMember refuses a member and names the known ones.
func unknownMember(at, known string) error {
	return &ParseError{Pointer: at, Reason: "this member is not known; known are " + known}
}
