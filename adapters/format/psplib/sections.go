package psplib

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/schedule/level"
)

// ReadSM reads a single-mode instance of PSPLIB.
func ReadSM(r io.Reader) (*level.Problem, error) { return readSections(r, false) }

// ReadMM reads a multi-mode instance of PSPLIB: each job has one row a mode,
// and the columns after the renewable resources are nonrenewable totals.
func ReadMM(r io.Reader) (*level.Problem, error) { return readSections(r, true) }

// row is one line of numbers.
type row struct {
	line   int
	values []int
}

// file is the text of an instance cut at its headings.
type file struct {
	jobs, renewable, nonrenewable           int
	precedence, requests, availabilities    []row
	atPrecedence, atRequests, atAvailablity int // lines of the headings
}

func readSections(r io.Reader, modes bool) (*level.Problem, error) {
	text, err := slurp(r)
	if err != nil {
		return nil, err
	}
	f, err := cut(text)
	if err != nil {
		return nil, err
	}
	p := &level.Problem{Activities: make([]level.Activity, f.jobs)}
	for i := range p.Activities {
		p.Activities[i].ID = strconv.Itoa(i + 1)
	}
	if err := f.relations(p); err != nil {
		return nil, err
	}
	if err := f.modes(p, modes); err != nil {
		return nil, err
	}
	if err := f.capacities(p); err != nil {
		return nil, err
	}
	return checked(p)
}

// cut sorts the lines into the header values and the three tables.
func cut(text string) (*file, error) {
	f := &file{jobs: -1, renewable: -1, nonrenewable: -1}
	var table *[]row
	for k, line := range strings.Split(text, "\n") {
		n := k + 1
		line = strings.TrimSpace(line)
		// Some generators write RESOURCE AVAILABILITIES, or in lower case.
		heading := strings.ToUpper(strings.Join(strings.Fields(line), ""))
		switch {
		case strings.HasPrefix(line, "*"):
			table = nil
		case strings.HasPrefix(heading, "PRECEDENCERELATIONS"):
			table, f.atPrecedence = &f.precedence, n
		case strings.HasPrefix(heading, "REQUESTS/DURATIONS"):
			table, f.atRequests = &f.requests, n
		case strings.HasPrefix(heading, "RESOURCEAVAILABILITIES"):
			table, f.atAvailablity = &f.availabilities, n
		case strings.HasPrefix(heading, "PROJECTINFORMATION"):
			table = nil
		case table != nil:
			if values, ok := numbers(line); ok && len(values) > 0 {
				*table = append(*table, row{n, values})
			}
		default:
			if err := f.header(n, line); err != nil {
				return nil, err
			}
		}
	}
	return f, f.complete()
}

// header takes the counts out of lines such as "  - renewable  :  4   R".
func (f *file) header(n int, line string) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return nil
	}
	var to *int
	switch name = strings.TrimSpace(strings.TrimPrefix(name, "-")); {
	case strings.HasPrefix(name, "jobs"):
		to = &f.jobs
	case name == "renewable":
		to = &f.renewable
	case name == "nonrenewable":
		to = &f.nonrenewable
	case name == "doubly constrained":
		if fields := strings.Fields(value); len(fields) == 0 || fields[0] != "0" {
			return &FormatError{n, "no doubly constrained resources; state each as a renewable and a nonrenewable one"}
		}
		return nil
	default:
		return nil
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return &FormatError{n, "a number after the colon"}
	}
	v, err := strconv.Atoi(fields[0])
	if err != nil || v < 0 || v > MaxJobs {
		return &FormatError{n, fmt.Sprintf("a number from 0 to %d after the colon", MaxJobs)}
	}
	*to = v
	return nil
}

func (f *file) complete() error {
	switch {
	case f.jobs < 0:
		return &FormatError{0, "a header line \"jobs (incl. supersource/sink ): N\""}
	case f.renewable < 0 || f.nonrenewable < 0:
		return &FormatError{0, "header lines \"- renewable: N\" and \"- nonrenewable: N\""}
	case f.atPrecedence == 0 || len(f.precedence) != f.jobs:
		return &FormatError{f.atPrecedence, fmt.Sprintf("a section PRECEDENCE RELATIONS with %d rows, found %d", f.jobs, len(f.precedence))}
	case f.atRequests == 0:
		return &FormatError{0, "a section REQUESTS/DURATIONS"}
	case f.renewable+f.nonrenewable == 0: // nothing is limited
	case f.atAvailablity == 0 || len(f.availabilities) != 1:
		return &FormatError{f.atAvailablity, "a section RESOURCEAVAILABILITIES with one row of numbers"}
	}
	return nil
}

// numbers parses a line of whole numbers; ok is false if it holds anything
// else, as headings of columns do.
func numbers(line string) (values []int, ok bool) {
	for field := range strings.FieldsSeq(line) {
		v, err := strconv.Atoi(field)
		if err != nil {
			return nil, false
		}
		values = append(values, v)
	}
	return values, true
}

func (f *file) relations(p *level.Problem) error {
	for i, r := range f.precedence {
		if len(r.values) < 3 || r.values[0] != i+1 || len(r.values) != 3+r.values[2] {
			return &FormatError{r.line, fmt.Sprintf("job %d: its number, the count of modes, the count of successors and so many successors", i+1)}
		}
		for _, s := range r.values[3:] {
			if s < 1 || s > f.jobs {
				return &FormatError{r.line, fmt.Sprintf("successors from 1 to %d, found %d", f.jobs, s)}
			}
			p.Relations = append(p.Relations, level.Relation{From: i, To: s - 1})
		}
	}
	return nil
}

// modes reads the table of requests. The first mode of a job carries the job
// number, so that its row is one longer than those of its other modes; some files
// repeat it there.
func (f *file) modes(p *level.Problem, several bool) error {
	columns := f.renewable + f.nonrenewable
	job := 0
	for _, r := range f.requests {
		v := r.values
		switch {
		case len(v) == columns+3 && v[0] == job+1 && job < f.jobs && v[1] == 1:
			job++
			v = v[2:]
		case several && job > 0 && len(v) == columns+2 && v[0] == len(p.Activities[job-1].Modes)+1:
			v = v[1:]
		case several && job > 0 && len(v) == columns+3 && v[0] == job && v[1] == len(p.Activities[job-1].Modes)+1:
			v = v[2:]
		default:
			return &FormatError{r.line, fmt.Sprintf("the next job's number, mode 1, a duration and %d requests, or a further mode", columns)}
		}
		p.Activities[job-1].Modes = append(p.Activities[job-1].Modes, level.Mode{
			Duration: v[0],
			Uses:     clip(v[1 : 1+f.renewable]),
			Spends:   clip(v[1+f.renewable:]),
		})
	}
	if job != f.jobs {
		return &FormatError{f.atRequests, fmt.Sprintf("requests of %d jobs, found %d", f.jobs, job)}
	}
	for i, r := range f.precedence {
		if r.values[1] != len(p.Activities[i].Modes) {
			return &FormatError{r.line, fmt.Sprintf("job %d states %d modes, its requests have %d", i+1, r.values[1], len(p.Activities[i].Modes))}
		}
	}
	return nil
}

// clip copies a list without spare room, nil for none.
func clip(values []int) []int {
	if len(values) == 0 {
		return nil
	}
	return append([]int(nil), values...)
}

func (f *file) capacities(p *level.Problem) error {
	if f.renewable+f.nonrenewable == 0 {
		return nil
	}
	r := f.availabilities[0]
	if len(r.values) != f.renewable+f.nonrenewable {
		return &FormatError{r.line, fmt.Sprintf("%d capacities, found %d", f.renewable+f.nonrenewable, len(r.values))}
	}
	for i, c := range r.values {
		if i < f.renewable {
			p.Resources = append(p.Resources, level.Resource{ID: fmt.Sprintf("R%d", i+1), Capacity: c})
		} else {
			p.Totals = append(p.Totals, level.Total{ID: fmt.Sprintf("N%d", i-f.renewable+1), Capacity: c})
		}
	}
	return nil
}
