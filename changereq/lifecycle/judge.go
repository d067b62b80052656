package lifecycle

import (
	"slices"
	"time"
)

// Step is one entry of a history: the state a request came to, in any spelling, and when.
type Step struct {
	State string
	At    time.Time
}

// Violation is one entry of a history that the lifecycle does not allow.
type Violation struct {
	// Index is the place of the step in the history, from 0.
	Index int `json:"index"`
	// From is empty when the history opens in a state it may not open in.
	From string `json:"from"`
	To   string `json:"to"`
	// At is the time of the step, if it has one.
	At     time.Time `json:"at,omitzero"`
	Reason string    `json:"reason"`
}

// Judgement says how far a history keeps to a lifecycle.
type Judgement struct {
	Violations []Violation `json:"violations"`
	// Transitions counts the changes of state; Lawful of them follow an edge, Unlawful do not.
	// The opening is no transition.
	Transitions int `json:"transitions"`
	Lawful      int `json:"lawful"`
	Unlawful    int `json:"unlawful"`
}

// Conforms reports whether nothing was found against the history.
func (j Judgement) Conforms() bool { return len(j.Violations) == 0 }

// Judge replays a history of states. Spellings are folded first. The first state is an opening and is judged
// against Initial; two equal neighbours are no transition; any other pair must be an edge, whatever its event and
// guards. An empty history conforms. Violations are in the order of the history.
func (s *Shape) Judge(trace []Step) Judgement {
	var verdict Judgement

	previous := ""

	for i, step := range trace {
		state, _ := s.Fold(step.State)

		var reason string

		switch {
		case i == 0:
			reason = s.againstOpening(state)
		case state == previous:
			continue
		default:
			reason = s.againstMove(previous, state)
			verdict.Transitions++

			if reason == "" {
				verdict.Lawful++
			} else {
				verdict.Unlawful++
			}
		}

		if reason != "" {
			verdict.Violations = append(verdict.Violations,
				Violation{Index: i, From: previous, To: state, At: step.At, Reason: reason})
		}

		previous = state
	}

	return verdict
}

// againstOpening says why a history may not open in the state; "" means it may.
func (s *Shape) againstOpening(state string) string {
	if slices.Contains(s.def.Initial, state) {
		return ""
	}

	text := "nothing opens in " + state
	if _, known := s.states.index[state]; !known {
		text = s.unknown(state)
	}

	return text + "; a history opens in " + oneOf(s.def.Initial)
}

// againstMove says why there is no move between two different states; "" means there is one.
func (s *Shape) againstMove(from, to string) string {
	source, known := s.states.index[from]
	if !known {
		return s.unknown(from) + ", so nothing is known to leave it"
	}

	var targets []string

	for _, i := range s.out[source] {
		target := s.states.list[s.arcs[i].to]
		if target == to {
			return ""
		}

		if target != from && !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}

	text := "no edge from " + from + " to " + to
	if _, known := s.states.index[to]; !known {
		text = s.unknown(to)
	}

	if len(targets) == 0 {
		return text + "; nothing leaves " + from
	}

	return text + "; from " + from + " one can go to " + oneOf(targets)
}

// unknown says that the lifecycle has no such state.
func (s *Shape) unknown(state string) string {
	return quote(state) + " is no state of " + s.def.ID
}
