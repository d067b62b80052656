package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// verdict is what is said of one trace. Its JSON is a contract: members may be added, none renamed.
type verdict struct {
	ID         string                `json:"id"`
	Conforms   bool                  `json:"conforms"`
	Violations []lifecycle.Violation `json:"violations"`
}

// summary is what is said of all traces. Its JSON is a contract: members may be added, none renamed.
type summary struct {
	Traces      int `json:"traces"`
	Conforming  int `json:"conforming"`
	Transitions int `json:"transitions"`
	Lawful      int `json:"lawful"`
	Unlawful    int `json:"unlawful"`
	// BadLines counts the lines that are no traces; they are in none of the other figures.
	BadLines int `json:"bad_lines,omitempty"`
	// SteppingBack counts the traces whose times do not keep to their order, Repeated those whose id stood on an earlier
	// line; both are in the other figures.
	SteppingBack int `json:"stepping_back,omitempty"`
	Repeated     int `json:"repeated,omitempty"`
}

// report writes verdicts as they come and the summary at the end.
type report interface {
	add(v verdict) error
	finish(total summary) error
}

// jsonReport writes one object a line, the summary last.
type jsonReport struct{ out *json.Encoder }

// newJSONReport reports to programs.
func newJSONReport(out io.Writer) report {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)

	return jsonReport{out: encoder}
}

func (r jsonReport) add(v verdict) error {
	if v.Violations == nil {
		v.Violations = []lifecycle.Violation{} // the contract is a list
	}

	return r.out.Encode(v)
}

func (r jsonReport) finish(total summary) error {
	return r.out.Encode(struct {
		Summary summary `json:"summary"`
	}{total})
}

// textReport writes for people: the summary first, so it keeps the traces that do not conform until the end.
type textReport struct {
	out    io.Writer
	title  string
	failed []verdict
	kinds  map[string]int // how often each kind of violation was found
}

// newTextReport reports to people, under the title.
func newTextReport(out io.Writer, title string) report {
	return &textReport{out: out, title: title, kinds: make(map[string]int)}
}

func (r *textReport) add(v verdict) error {
	if v.Conforms {
		return nil
	}

	r.failed = append(r.failed, v)
	for _, violation := range v.Violations {
		r.kinds[kind(violation)]++
	}

	return nil
}

func (r *textReport) finish(total summary) error {
	var text strings.Builder

	fmt.Fprintf(&text, "%s\n\n", r.title)
	fmt.Fprintf(&text, "%d traces: %d conform, %d do not\n", total.Traces, total.Conforming, total.Traces-total.Conforming)
	fmt.Fprintf(&text, "%d transitions: %d lawful, %d unlawful\n", total.Transitions, total.Lawful, total.Unlawful)

	if total.BadLines > 0 {
		fmt.Fprintf(&text, "%d lines are no traces and are not counted\n", total.BadLines)
	}

	if total.SteppingBack > 0 {
		fmt.Fprintf(&text, "%d traces have times that step back; they are judged in the order given\n", total.SteppingBack)
	}

	if total.Repeated > 0 {
		fmt.Fprintf(&text, "%d traces repeat an id; each is judged by itself\n", total.Repeated)
	}

	r.writeKinds(&text)
	r.writeFailed(&text)

	_, err := io.WriteString(r.out, text.String())

	return err
}

// writeKinds lists the kinds of violation, the commonest first.
func (r *textReport) writeKinds(text *strings.Builder) {
	if len(r.kinds) == 0 {
		return
	}

	const shown = 20

	kinds := make([]string, 0, len(r.kinds))
	for name := range r.kinds {
		kinds = append(kinds, name)
	}

	slices.SortFunc(kinds, func(a, b string) int {
		return cmp.Or(cmp.Compare(r.kinds[b], r.kinds[a]), cmp.Compare(a, b))
	})

	text.WriteString("\nCommonest violations\n")

	for _, name := range kinds[:min(shown, len(kinds))] {
		fmt.Fprintf(text, "%6d  %s\n", r.kinds[name], name)
	}

	if len(kinds) > shown {
		fmt.Fprintf(text, "        and %d rarer kinds\n", len(kinds)-shown)
	}
}

// writeFailed lists the traces that do not conform, in their order.
func (r *textReport) writeFailed(text *strings.Builder) {
	if len(r.failed) == 0 {
		return
	}

	text.WriteString("\nTraces that do not conform\n")

	for _, v := range r.failed {
		fmt.Fprintf(text, "%s\n", v.ID)

		for _, violation := range v.Violations {
			when := "undated   "
			if !violation.At.IsZero() {
				when = violation.At.Format(time.DateOnly)
			}

			fmt.Fprintf(text, "  %s  %s\n", when, violation.Reason)
		}
	}
}

// kind names what happened, for counting.
func kind(v lifecycle.Violation) string {
	if v.From == "" {
		return "opened in " + v.To
	}

	return v.From + " -> " + v.To
}
