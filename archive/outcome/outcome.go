// Package outcome records what succeeded and what failed: a verdict on a thing,
// measured against what was expected, with causes and evidence.
//
// An [Outcome] is a statement somebody makes at a time; a later one may take the
// place of an earlier one, which stays. [Outcome.Missing] says what it lacks to
// be complete: a verdict without evidence is kept and counted, and does not pass
// for a finding. [Current] gives the outcomes in force, [Count] adds them up.
package outcome

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Verdict is how a thing came out.
type Verdict string

// The verdicts.
const (
	Succeeded Verdict = "succeeded"
	Failed    Verdict = "failed"
	Mixed     Verdict = "mixed"
	Abandoned Verdict = "abandoned" // given up before it could be told
)

// Outcome is a verdict on a subject.
type Outcome struct {
	ID         string        `json:"id"`
	Subject    archive.Ref   `json:"subject"`
	Verdict    Verdict       `json:"verdict"`
	Measures   []Measure     `json:"measures,omitempty"`
	Causes     []string      `json:"causes,omitempty"`   // codes of the house
	Evidence   []archive.End `json:"evidence,omitempty"` // records and addresses
	DecidedBy  string        `json:"decided_by,omitempty"`
	DecidedAt  time.Time     `json:"decided_at,omitzero"`
	Supersedes string        `json:"supersedes,omitempty"` // the id of the outcome it takes the place of
}

// Measure is what was expected and what was measured, in one unit.
type Measure struct {
	Name     string  `json:"name"`
	Unit     string  `json:"unit,omitempty"`
	Expected float64 `json:"expected"`
	Measured float64 `json:"measured"`
}

// Check reports as archive.ErrInvalid what is no outcome at all.
func (o *Outcome) Check() error {
	switch o.Verdict {
	case Succeeded, Failed, Mixed, Abandoned:
	default:
		return fmt.Errorf("%w: verdict %q is none of succeeded, failed, mixed, abandoned", archive.ErrInvalid, o.Verdict)
	}
	if o.ID == "" || o.Subject == "" || o.ID == o.Supersedes {
		return fmt.Errorf("%w: an outcome has an id, a subject, and does not take its own place", archive.ErrInvalid)
	}
	return nil
}

// Missing is what an outcome lacks to be complete, in plain words; nil if
// nothing. Whatever the verdict, evidence and who decided are needed; what failed
// or came out mixed needs a cause.
func (o *Outcome) Missing() []string {
	var out []string
	if !o.Proved() {
		out = append(out, "evidence: a record or an address that shows it")
	}
	if o.DecidedBy == "" {
		out = append(out, "who decided it")
	}
	if o.DecidedAt.IsZero() {
		out = append(out, "when it was decided")
	}
	if (o.Verdict == Failed || o.Verdict == Mixed) && len(o.Causes) == 0 {
		out = append(out, "a cause")
	}
	return out
}

// Proved reports whether a record or an address shows the outcome; a text that
// nobody has resolved does not.
func (o *Outcome) Proved() bool {
	return slices.ContainsFunc(o.Evidence, func(e archive.End) bool { return e.Kind != archive.EndText && e.Value != "" })
}

// Current gives the outcomes that no other takes the place of, by subject and
// id. Outcomes that take each other's place in a circle all stay: none is
// certain to be the later one.
func Current(all []Outcome) []Outcome {
	before := make(map[string]string, len(all))
	for i := range all {
		before[all[i].ID] = all[i].Supersedes
	}
	replaced := make(map[string]bool, len(all))
	for i := range all {
		if s := all[i].Supersedes; s != "" && !circular(before, s) {
			replaced[s] = true
		}
	}
	var out []Outcome
	for i := range all {
		if !replaced[all[i].ID] {
			out = append(out, all[i])
		}
	}
	slices.SortStableFunc(out, func(a, b Outcome) int { return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.ID, b.ID)) })
	return out
}

// circular reports whether the chain of what an outcome replaces comes back to
// it.
func circular(before map[string]string, start string) bool {
	seen := map[string]bool{}
	for id := before[start]; id != "" && !seen[id]; id = before[id] {
		if id == start {
			return true
		}
		seen[id] = true
	}
	return false
}

// Tally is how many outcomes there are of a verdict.
type Tally struct {
	Verdict    Verdict `json:"verdict"`
	Outcomes   int     `json:"outcomes"`
	Incomplete int     `json:"incomplete"` // that lack anything
	Unproved   int     `json:"unproved"`   // that lack evidence
}

// Count adds outcomes up by verdict, in the order of the verdicts above.
func Count(all []Outcome) []Tally {
	out := []Tally{{Verdict: Succeeded}, {Verdict: Failed}, {Verdict: Mixed}, {Verdict: Abandoned}}
	for i := range all {
		for k := range out {
			if out[k].Verdict == all[i].Verdict {
				out[k].Outcomes++
				if len(all[i].Missing()) > 0 {
					out[k].Incomplete++
				}
				if !all[i].Proved() {
					out[k].Unproved++
				}
			}
		}
	}
	return out
}
