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
		return trace{}, errors.New("id is missing")
	}

	if len(record.Transitions) == 0 {
		return trace{}, fmt.Errorf("transitions of %s are missing: a history has at least its opening", record.ID)
	}

	read := trace{id: record.ID, steps: make([]lifecycle.Step, len(record.Transitions))}

	for i, transition := range record.Transitions {
		if transition.To == "" {
			return trace{}, fmt.Errorf("transitions/%d/to of %s is missing", i, record.ID)
		}

		read.steps[i] = lifecycle.Step{State: transition.To, At: transition.At.UTC().Truncate(time.Microsecond)}
	}

	return read, nil
}
