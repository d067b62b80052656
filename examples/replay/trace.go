package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

// trace is the history of one change.
type trace struct {
	id    string
	line  int // where it stands
	steps []lifecycle.Step
}

// readTraces yields the trace of each line of JSON in their order, holding one line at a time. A line that is no trace
// is yielded as *jsonl.LineError and reading goes on. An error of the reader is yielded as it is, and is the last.
func readTraces(in io.Reader) iter.Seq2[trace, error] {
	return func(yield func(trace, error) bool) {
		for line, err := range jsonl.Lines(in) {
			var read trace

			if err == nil {
				read, err = parseTrace(line.Text)
				if read.line = line.Number; err != nil {
					err = &jsonl.LineError{Number: line.Number, Err: err}
				}
			}

			if !yield(read, err) {
				return
			}
		}
	}
}

// stepsBack is the first step that lies before an earlier one; of times that are not given nothing is known.
func (t trace) stepsBack() (step int, found bool) {
	var latest time.Time

	for i, step := range t.steps {
		if !step.At.IsZero() && step.At.Before(latest) {
			return i, true
		}

		if step.At.After(latest) {
			latest = step.At
		}
	}

	return 0, false
}

// name is an id as text; numbers are taken as they are written.
type name string

// UnmarshalJSON reads a text or a number.
func (n *name) UnmarshalJSON(text []byte) error {
	var number json.Number
	if err := json.Unmarshal(text, (*string)(n)); err == nil || json.Unmarshal(text, &number) != nil {
		return err
	}

	*n = name(number)

	return nil
}

// instant is a time with a zone, or a day, which begins at midnight in UTC.
type instant struct{ time.Time }

// UnmarshalJSON reads a text; null leaves the time open.
func (t *instant) UnmarshalJSON(text []byte) error {
	var written *string
	if err := json.Unmarshal(text, &written); err != nil || written == nil {
		return err
	}

	day, err := time.Parse(time.DateOnly, *written)
	if err != nil {
		day, err = time.Parse(time.RFC3339, *written)
	}

	t.Time = day.UTC().Truncate(time.Microsecond)

	return err
}

// errNoTrace says that a line of JSON is not the history of a change.
var errNoTrace = errors.New("no trace")

// parseTrace reads one line. Members that it does not know are other programs' business.
func parseTrace(text []byte) (trace, error) {
	var record struct {
		ID          name `json:"id"`
		Transitions []struct {
			At instant `json:"at"`
			To string  `json:"to"`
		} `json:"transitions"`
	}
	if err := json.Unmarshal(text, &record); err != nil {
		return trace{}, err
	}

	if record.ID == "" {
		return trace{}, fmt.Errorf("%w: id is missing", errNoTrace)
	}

	if len(record.Transitions) == 0 {
		return trace{}, fmt.Errorf("%w: transitions of %s are missing, a history has at least its opening", errNoTrace, record.ID)
	}

	read := trace{id: string(record.ID), steps: make([]lifecycle.Step, len(record.Transitions))}

	for i, transition := range record.Transitions {
		if transition.To == "" {
			return trace{}, fmt.Errorf("%w: transitions/%d/to of %s is missing", errNoTrace, i, record.ID)
		}

		read.steps[i] = lifecycle.Step{State: transition.To, At: transition.At.Time}
	}

	return read, nil
}
