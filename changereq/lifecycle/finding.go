package lifecycle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Finding is one thing wrong with a definition.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	// State or Edge is where it is wrong; both are empty when the whole definition is meant.
	State string `json:"state,omitempty"`
	Edge  *Move  `json:"edge,omitempty"`
	// Path is a shortest way that shows it, from where a request opens or reopens.
	Path []Move `json:"path,omitempty"`
	// Text says what is wrong, Advice what to do about it.
	Text   string `json:"text"`
	Advice string `json:"advice"`
}

// Move is one step along an edge.
type Move struct {
	From  string `json:"from"`
	Event string `json:"event"`
	To    string `json:"to"`
}

// Code names a kind of finding.
type Code string

const (
	// UndeclaredName is a state, event, guard or category that is used and not there.
	UndeclaredName Code = "undeclared-name"
	// DuplicateName is a name declared or listed twice.
	DuplicateName Code = "duplicate-name"
	// NoInitial is a definition in which nothing can open.
	NoInitial Code = "no-initial"
	// TooLarge is a definition beyond MaxStates, MaxEdges or MaxNames.
	TooLarge Code = "too-large"
	// AmbiguousEdge is a pair of edges that could both be taken.
	AmbiguousEdge Code = "ambiguous-edge"
	// UnreachableState is a state that no request can get to.
	UnreachableState Code = "unreachable-state"
	// DeadEnd is a state that a request gets to, that is not terminal and that nothing leaves.
	DeadEnd Code = "dead-end"
	// NoWayOut is a state that a request gets to and from which no terminal state can be reached.
	NoWayOut Code = "no-way-out"
	// TerminalExit is an edge out of a terminal state that is not marked Reopen.
	TerminalExit Code = "terminal-exit"
	// SelfReference is an outcome that must be there before it can be recorded.
	SelfReference Code = "self-reference"
	// RoleNeverGranted is a role that nobody can hold.
	RoleNeverGranted Code = "role-never-granted"
	// AutoCycle is a cycle of automatic edges.
	AutoCycle Code = "auto-cycle"
	// UngatedBuild is a way to the build (in an emergency lifecycle: to done) that passes no approval gate.
	UngatedBuild Code = "ungated-build"
	// UntoldTerminal is a way to a terminal state that passes no told gate.
	UntoldTerminal Code = "untold-terminal"
	// UnsettledDone is a way to done that passes no settled gate.
	UnsettledDone Code = "unsettled-done"
	// StaleGate is an edge into the build without approval gate: the approval passed earlier may hold no longer.
	StaleGate Code = "stale-gate"
	// NoCancel is a state before the build from which a request cannot be given up.
	NoCancel Code = "no-cancel"
)

// Severity says whether a finding blocks the definition.
type Severity int

const (
	// SeverityWarning is worth a look; the definition compiles.
	SeverityWarning Severity = iota
	// SeverityError blocks the definition.
	SeverityError
)

// String gives the word used in JSON.
func (s Severity) String() string {
	switch s {
	case SeverityWarning:
		return "warning"
	case SeverityError:
		return "error"
	}

	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalText refuses a severity that does not exist.
func (s Severity) MarshalText() ([]byte, error) {
	if s != SeverityWarning && s != SeverityError {
		return nil, fmt.Errorf("%w: severity %d does not exist", ErrInvalid, int(s))
	}

	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText wrote and refuses every other word.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{SeverityWarning, SeverityError} {
		if string(text) == known.String() {
			*s = known

			return nil
		}
	}

	return fmt.Errorf("%w: severity %q is not known", ErrInvalid, text)
}

// String puts the move in one line.
func (m Move) String() string {
	return m.From + " -" + m.Event + "-> " + m.To
}

// String puts the finding in one line: what is wrong, the way that shows it, and what to do.
func (f Finding) String() string {
	var line strings.Builder

	fmt.Fprintf(&line, "%s %s: %s", f.Severity, f.Code, f.Text)

	if len(f.Path) > 0 {
		line.WriteString(" (" + f.Path[0].From)

		for _, move := range f.Path {
			line.WriteString(" -" + move.Event + "-> " + move.To)
		}

		line.WriteString(")")
	}

	line.WriteString("; " + f.Advice)

	return line.String()
}

// blocking reports whether any of the findings is an error.
func blocking(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == SeverityError })
}

// Pointer is the place of a finding in the JSON of the definition, as a JSON pointer such as /edges/3; empty means the
// whole. Of what stands there twice it is the first.
func (d Definition) Pointer(f Finding) string {
	if at := named(d.States, f.State); f.State != "" && at != none {
		return "/states/" + strconv.Itoa(at)
	}

	if f.Edge == nil {
		return ""
	}

	if at := slices.IndexFunc(d.Edges, func(e Edge) bool { return e.move() == *f.Edge }); at != none {
		return "/edges/" + strconv.Itoa(at)
	}

	return ""
}
