package lifecycle

import (
	"fmt"
	"strings"
)

// Guard is a condition that an edge can ask for by name. V is what the guards of one lifecycle look at.
type Guard[V any] struct {
	// Name is what edges write; it holds no "=".
	Name string
	// Gate says which promise of the process the guard keeps, if any.
	Gate Gate
	// Exclusive guards hold for one argument at most at any time: "outcome=rejected" and "outcome=withdrawn"
	// are never both true. The compiler relies on it to tell edges of the same event apart.
	Exclusive bool
	// OnOutcome guards hold when the outcome that an edge recorded equals their argument. The compiler then
	// checks that some edge can record that outcome first.
	OnOutcome bool
	// Check returns what is missing; nothing means the guard holds. The argument is what stands after "=" in the
	// edge's guard name. Check must have no side effects and be safe for concurrent use; it is called by every
	// listing and every firing.
	Check func(v V, arg string) []Unmet
}

// Gate is a promise that must be kept on every way to certain states.
type Gate int

const (
	// GateNone is an ordinary condition.
	GateNone Gate = iota
	// GateApproval holds when exactly what is to be built was approved; it stands before every build.
	GateApproval
	// GateTold holds when nothing is owed to the applicant any more; it stands before every terminal state.
	GateTold
	// GateSettled holds when the specifications carry the change, or carry nothing of it; it stands before done.
	GateSettled
)

// String gives the word for people.
func (g Gate) String() string {
	switch g {
	case GateNone:
		return "none"
	case GateApproval:
		return "approval"
	case GateTold:
		return "told"
	case GateSettled:
		return "settled"
	}

	return fmt.Sprintf("gate(%d)", int(g))
}

// Unmet is one condition that stands in the way, in words a person can act on.
type Unmet struct {
	// Condition names the rule: a guard's own word, or "role", "event", "state" for the lifecycle's own rules.
	Condition string `json:"condition"`
	Status    Status `json:"status"`
	// Text says what is missing and who can do what about it.
	Text string `json:"text"`
	// Ref points to what the condition is about, such as an item or a vote.
	Ref string `json:"ref,omitempty"`
}

// Status is how a condition stands. Whatever a guard returns stands in the way; the other words are for lists
// that show every condition of a request.
type Status int

const (
	// Unsatisfied is not met yet.
	Unsatisfied Status = iota
	// NotApplicable does not concern this request.
	NotApplicable
	// Satisfied is met.
	Satisfied
	// Overridden is not met, and somebody entitled to said that it need not be.
	Overridden
	// Error could not be judged; it counts as not met.
	Error
)

// String gives the word used in JSON.
func (s Status) String() string {
	switch s {
	case Unsatisfied:
		return "unsatisfied"
	case NotApplicable:
		return "not-applicable"
	case Satisfied:
		return "satisfied"
	case Overridden:
		return "overridden"
	case Error:
		return "error"
	}

	return fmt.Sprintf("status(%d)", int(s))
}

// MarshalText refuses a status that does not exist.
func (s Status) MarshalText() ([]byte, error) {
	if s < Unsatisfied || s > Error {
		return nil, fmt.Errorf("%w: status %d does not exist", ErrInvalid, int(s))
	}

	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText wrote and refuses every other word.
func (s *Status) UnmarshalText(text []byte) error {
	for known := Unsatisfied; known <= Error; known++ {
		if string(text) == known.String() {
			*s = known

			return nil
		}
	}

	return fmt.Errorf("%w: status %q is not known", ErrInvalid, text)
}

// splitGuard takes an edge's guard name apart: "outcome=rejected" is the guard "outcome" with "rejected".
func splitGuard(written string) (name, arg string) {
	name, arg, _ = strings.Cut(written, "=")

	return name, arg
}
