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
	steps []lifecycle.Step
}

// readTraces yields the trace of each line of JSON in their order, holding one line at a time. A line that is no trace
// is yielded as *jsonl.LineError and reading goes on. An error of the reader is yielded as it is, and is the last.
func readTraces(in io.Reader) iter.Seq2[trace, error] {
	return func(yield func(trace, error) bool) {
		for line, err := range jsonl.Lines(in) {
			var read trace

			if err == nil {
				if read, err = parseTrace(line.Text); err != nil {
					err = &jsonl.LineError{Number: line.Number, Err: err}
				}
			}

			if !yield(read, err) {
				return
			}
		}
	}
}

// errNoTrace says that a line of JSON is not the history of a change.
var errNoTrace = errors.New("no trace")

// parseTrace reads one line. Members that it does not know are other programs' business.
func parseTrace(text []byte) (trace, error) {
	var record struct {
		ID          string `json:"id"`
		Transitions []struct {
			At time.Time `json:"at"`
			To string    `json:"to"`
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

	read := trace{id: record.ID, steps: make([]lifecycle.Step, len(record.Transitions))}

	for i, transition := range record.Transitions {
		if transition.To == "" {
			return trace{}, fmt.Errorf("%w: transitions/%d/to of %s is missing", errNoTrace, i, record.ID)
		}

		read.steps[i] = lifecycle.Step{State: transition.To, At: transition.At.UTC().Truncate(time.Microsecond)}
	}

	return read, nil
}
