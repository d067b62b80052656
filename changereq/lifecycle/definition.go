package lifecycle

import (
	"fmt"
	"maps"
	"slices"
)

// Definition is a lifecycle as data: what a change request can be, and what may happen to it next.
// The order of States and Edges is kept and decides the order of everything listed from them.
// A Definition is a plain value; Compile takes a copy of it.
type Definition struct {
	// ID and Version name the definition; a request pins both.
	ID      string `json:"id"`
	Version int    `json:"version"`
	// Title is for people.
	Title string `json:"title,omitempty"`
	// Mode says whether the definition governs requests or only judges histories made elsewhere.
	Mode Mode `json:"mode"`
	// Emergency allows the build before its approval; the approval then stands before done.
	Emergency bool `json:"emergency,omitempty"`
	// Initial lists the states a request may open in.
	Initial []string `json:"initial,omitempty"`
	// Aliases maps another spelling of a state to its name.
	Aliases map[string]string `json:"aliases,omitempty"`
	States  []State           `json:"states,omitempty"`
	Edges   []Edge            `json:"edges,omitempty"`
}

// State is one stand a request can have.
type State struct {
	Name     string   `json:"name"`
	Category Category `json:"category"`
	// Terminal states end the request; only an edge marked Reopen leaves one.
	Terminal bool `json:"terminal,omitempty"`
}

// Edge is one way from a state to the next, taken when its event happens and every guard holds.
type Edge struct {
	From  string `json:"from"`
	Event string `json:"event"`
	To    string `json:"to"`
	// Guards names the conditions of the edge; all must hold. "name=argument" hands the argument to the guard.
	Guards []string `json:"guards,omitempty"`
	// Roles lists who may fire the edge, one of them is enough; empty means everybody.
	// An automatic edge asks for no role.
	Roles []string `json:"roles,omitempty"`
	// Auto edges are taken as soon as their guards hold; nobody fires them.
	Auto bool `json:"auto,omitempty"`
	// ReasonRequired asks whoever fires the edge for a reason. The caller keeps this rule: a lifecycle sees no texts.
	ReasonRequired bool `json:"reason_required,omitempty"`
	// Reopen marks the way out of a terminal state. All that was approved, told or settled before counts no longer.
	Reopen bool `json:"reopen,omitempty"`
	// Tells says that whoever asked for the change, and the owners of what it affects, must be told of this move.
	Tells bool `json:"tells,omitempty"`
	// Outcome is what the edge records as the end of the request, if anything.
	Outcome string `json:"outcome,omitempty"`
}

// Mode says what a definition is for.
type Mode int

const (
	// Govern is for requests that live under the definition: a missing gate is an error.
	Govern Mode = iota
	// Observe is for judging histories made elsewhere: a missing gate is a warning.
	Observe
)

// String gives the word used in JSON.
func (m Mode) String() string {
	switch m {
	case Govern:
		return "govern"
	case Observe:
		return "observe"
	}

	return fmt.Sprintf("mode(%d)", int(m))
}

// MarshalText refuses a mode that does not exist.
func (m Mode) MarshalText() ([]byte, error) {
	if m != Govern && m != Observe {
		return nil, fmt.Errorf("%w: mode %d does not exist", ErrInvalid, int(m))
	}

	return []byte(m.String()), nil
}

// UnmarshalText reads what MarshalText wrote and refuses every other word.
func (m *Mode) UnmarshalText(text []byte) error {
	for _, known := range []Mode{Govern, Observe} {
		if string(text) == known.String() {
			*m = known

			return nil
		}
	}

	return fmt.Errorf("%w: mode %q is not known, use govern or observe", ErrInvalid, text)
}

// Category says what kind of work a state stands for; the rules about approval and closing hang on it.
type Category string

const (
	// Intake is taking the request in.
	Intake Category = "intake"
	// Assess is finding out what the request is worth and what it touches.
	Assess Category = "assess"
	// Decide is the decision and the waiting for it to take effect.
	Decide Category = "decide"
	// Build is the work itself; it is entered only with approval.
	Build Category = "build"
	// Verify is checking what was built.
	Verify Category = "verify"
	// Done is the end of a request that was carried out; it is entered only when the specifications are settled.
	Done Category = "done"
	// Void is the end, or the way to the end, of a request that was not carried out.
	Void Category = "void"
)

// known reports whether the category is one of the seven.
func (c Category) known() bool {
	switch c {
	case Intake, Assess, Decide, Build, Verify, Done, Void:
		return true
	}

	return false
}

// clone copies the definition with everything it refers to.
func (d Definition) clone() Definition {
	d.Initial = slices.Clone(d.Initial)
	d.Aliases = maps.Clone(d.Aliases)
	d.States = slices.Clone(d.States)

	d.Edges = slices.Clone(d.Edges)
	for i := range d.Edges {
		d.Edges[i].Guards = slices.Clone(d.Edges[i].Guards)
		d.Edges[i].Roles = slices.Clone(d.Edges[i].Roles)
	}

	return d
}
