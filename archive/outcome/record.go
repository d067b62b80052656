package outcome

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Filed is an outcome as the office keeps it.
type Filed struct {
	Outcome

	SupersededBy string `json:"superseded_by,omitempty"` // the outcome in force in its place
}

// InForce reports whether no other outcome takes the place of this one.
func (f *Filed) InForce() bool { return f.SupersededBy == "" }

// Ground is what an outcome is recorded on, as the office has looked it up.
type Ground struct {
	Before  *Filed             // the outcome that it supersedes, nil if the office has none of that id
	Unfiled []archive.RecordID // records among its evidence that are not filed
}

// The kinds of event of an outcome.
const (
	KindRecorded   = "recorded"   // data: the Outcome
	KindSuperseded = "superseded" // data: Superseded
)

// Superseded says what takes the place of an outcome.
type Superseded struct {
	By string `json:"by"`
}

// Decide checks that an outcome can be recorded. What is no outcome at all is a
// *archive.ValidationError; what it lacks, evidence above all, and what
// stands against it is a *archive.RefusedError that names every condition.
func Decide(o *Outcome, g Ground) error {
	if fields := o.faults(); len(fields) > 0 {
		return &archive.ValidationError{Fields: fields}
	}
	var unmet []archive.Unmet
	for _, missing := range o.Missing() {
		unmet = append(unmet, archive.Unmet{Condition: "complete", Text: "it lacks " + missing, Ref: o.ID})
	}
	for _, id := range g.Unfiled {
		unmet = append(unmet, archive.Unmet{Condition: "evidence-filed", Text: fmt.Sprintf("its evidence %q is not filed: file it first", id), Ref: string(id)})
	}
	if o.Supersedes != "" {
		switch b := g.Before; {
		case b == nil:
			unmet = append(unmet, archive.Unmet{Condition: "supersedes-known", Text: fmt.Sprintf("there is no outcome %q to take the place of", o.Supersedes), Ref: o.Supersedes})
		case b.Subject != o.Subject:
			unmet = append(unmet, archive.Unmet{Condition: "same-subject", Text: fmt.Sprintf("outcome %q is about %q", b.ID, b.Subject), Ref: b.ID})
		case !b.InForce():
			unmet = append(unmet, archive.Unmet{Condition: "in-force", Text: fmt.Sprintf("%q took the place of %q already: supersede that one", b.SupersededBy, b.ID), Ref: b.SupersededBy})
		}
	}
	if len(unmet) > 0 {
		return &archive.RefusedError{Command: "record outcome", Unmet: unmet}
	}
	return nil
}

// The limits of an outcome.
const (
	MaxName     = 200 // bytes of an id, a subject, a code
	MaxText     = 2000
	MaxMeasures = 100
	MaxCauses   = 20 // each is a key by which outcomes are found
	MaxEvidence = 100
)

func (o *Outcome) faults() (out []archive.Field) {
	fault := func(pointer, code, text string) {
		out = append(out, archive.Field{Pointer: pointer, Code: code, Text: text})
	}
	name := func(pointer, value string) {
		if value == "" || len(value) > MaxName {
			fault(pointer, "length", fmt.Sprintf("has to have 1 to %d bytes", MaxName))
		}
	}
	name("/id", o.ID)
	name("/subject", string(o.Subject))
	switch o.Verdict {
	case Succeeded, Failed, Mixed, Abandoned:
	default:
		fault("/verdict", "unknown", "is none of succeeded, failed, mixed, abandoned")
	}
	if o.ID != "" && o.ID == o.Supersedes {
		fault("/supersedes", "self", "is the outcome itself")
	}
	for _, list := range []struct {
		pointer string
		n, most int
	}{{"/measures", len(o.Measures), MaxMeasures}, {"/causes", len(o.Causes), MaxCauses}, {"/evidence", len(o.Evidence), MaxEvidence}} {
		if list.n > list.most {
			fault(list.pointer, "maxItems", fmt.Sprintf("has more than %d elements", list.most))
		}
	}
	for i, c := range o.Causes {
		name(fmt.Sprintf("/causes/%d", i), c)
	}
	for i, e := range o.Evidence {
		switch e.Kind {
		case archive.EndRecord, archive.EndRef, archive.EndURI, archive.EndText:
		default:
			fault(fmt.Sprintf("/evidence/%d/kind", i), "unknown", "is none of record, ref, uri, text")
		}
		if e.Value == "" || len(e.Value) > MaxText {
			fault(fmt.Sprintf("/evidence/%d/value", i), "length", fmt.Sprintf("has to have 1 to %d bytes", MaxText))
		}
	}
	for i, m := range o.Measures {
		name(fmt.Sprintf("/measures/%d/name", i), m.Name)
	}
	return out
}

// Evolve applies an event of an outcome. An event of another kind changes
// nothing.
func Evolve(f Filed, kind string, data json.RawMessage) (Filed, error) {
	switch kind {
	case KindRecorded:
		f = Filed{}
		if err := json.Unmarshal(data, &f.Outcome); err != nil {
			return f, fmt.Errorf("outcome: decode %s: %w", kind, err)
		}
	case KindSuperseded:
		var s Superseded
		if err := json.Unmarshal(data, &s); err != nil {
			return f, fmt.Errorf("outcome: decode %s: %w", kind, err)
		}
		f.SupersededBy = s.By
	}
	return f, nil
}

// CauseCount is how many outcomes name a cause.
type CauseCount struct {
	Cause    string `json:"cause"`
	Outcomes int    `json:"outcomes"`
}

// Causes counts what outcomes name as causes, each once for an outcome: most
// first, then in byte order.
func Causes(all []Outcome) []CauseCount {
	counts := make(map[string]int)
	for i := range all {
		for k, cause := range all[i].Causes {
			if !slices.Contains(all[i].Causes[:k], cause) {
				counts[cause]++
			}
		}
	}
	out := make([]CauseCount, 0, len(counts))
	for cause, n := range counts {
		out = append(out, CauseCount{cause, n})
	}
	slices.SortFunc(out, func(a, b CauseCount) int {
		return cmp.Or(cmp.Compare(b.Outcomes, a.Outcomes), cmp.Compare(a.Cause, b.Cause))
	})
	return out
}
