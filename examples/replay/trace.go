package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// maxLine is the longest line that is read, in bytes without its end.
const maxLine = 1 << 20

// trace is the history of one change.
type trace struct {
	id    string
	steps []lifecycle.Step
}

// lineError says which line, counted from 1, is no trace and why.
type lineError struct {
	line int
	err  error
}

// Error names the line and the reason.
func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }

// Unwrap gives the reason.
func (e *lineError) Unwrap() error { return e.err }

// readTraces yields the trace of each line of JSON in their order, holding one line at a time. A line that is no trace
// is yielded as *lineError and reading goes on; nothing but blank lines is left out. An error of the reader is
// yielded as it is, and is the last.
func readTraces(in io.Reader) iter.Seq2[trace, error] {
	return func(yield func(trace, error) bool) {
		lines := bufio.NewReader(in)

		for number := 1; ; number++ {
			text, err := readLine(lines)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(trace{}, fmt.Errorf("after line %d: %w", number-1, err))

				return
			}

			if len(text) > 0 {
				read, bad := parseTrace(text)
				if bad != nil {
					bad = &lineError{line: number, err: bad}
				}

				if !yield(read, bad) {
					return
				}
			}

			if err != nil {
				return
			}
		}
	}
}

// readLine reads one line without blanks around it. Of a line that is too long it keeps just enough to see that.
func readLine(lines *bufio.Reader) ([]byte, error) {
	var text []byte

	for {
		part, err := lines.ReadSlice('\n')
		if len(text) <= maxLine {
			text = append(text, part...)
		}

		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}

		if text = bytes.TrimSuffix(text, []byte("\n")); len(text) <= maxLine {
			text = bytes.TrimSpace(text)
		}

		return text, err
	}
}

// parseTrace reads one line. Members that it does not know are other programs' business.
func parseTrace(text []byte) (trace, error) {
	if len(text) > maxLine {
		return trace{}, fmt.Errorf("the line is longer than %d bytes", maxLine)
	}

	if !utf8.Valid(text) {
		return trace{}, errors.New("the line is not valid UTF-8")
	}

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
