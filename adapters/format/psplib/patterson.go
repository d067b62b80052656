package psplib

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/schedule/level"
)

// ReadRCP reads the Patterson form: the numbers of jobs and of renewable
// resources, the capacities, then for each job its duration, its requests, the
// count of its successors and the successors. Line breaks mean nothing.
func ReadRCP(r io.Reader) (*level.Problem, error) {
	text, err := slurp(r)
	if err != nil {
		return nil, err
	}
	s := &scanner{lines: strings.Split(text, "\n")}
	jobs := s.next("the number of jobs", 0, MaxJobs)
	resources := s.next("the number of resources", 0, 1000)
	p := &level.Problem{}
	for k := range resources {
		c := s.next("a capacity", 0, level.MaxQuantity)
		p.Resources = append(p.Resources, level.Resource{ID: fmt.Sprintf("R%d", k+1), Capacity: c})
	}
	for i := 0; i < jobs && s.err == nil; i++ {
		m := level.Mode{Duration: s.next("a duration", 0, level.MaxSlot)}
		for k := 0; k < resources && s.err == nil; k++ {
			m.Uses = append(m.Uses, s.next("a request", 0, level.MaxQuantity))
		}
		p.Activities = append(p.Activities, level.Activity{ID: strconv.Itoa(i + 1), Modes: []level.Mode{m}})
		successors := s.next("the number of successors", 0, jobs)
		for k := 0; k < successors && s.err == nil; k++ {
			to := s.next("a successor", 1, jobs)
			p.Relations = append(p.Relations, level.Relation{From: i, To: to - 1})
		}
	}
	if s.err == nil && s.fill() {
		s.err = &FormatError{s.line, "the end of the file after the last job"}
	}
	if s.err != nil {
		return nil, s.err
	}
	return checked(p)
}

// scanner gives the numbers of a text one by one and remembers the first error.
type scanner struct {
	lines []string
	line  int // of the fields at hand
	rest  []string
	err   error
}

// fill moves to the next line with anything on it, if none is left on this one.
func (s *scanner) fill() bool {
	for len(s.rest) == 0 {
		if s.line >= len(s.lines) {
			return false
		}
		s.rest = strings.Fields(s.lines[s.line])
		s.line++
	}
	return true
}

// next returns the next number, or 0 after an error.
func (s *scanner) next(what string, low, high int) int {
	if s.err != nil {
		return 0
	}
	if !s.fill() {
		s.err = &FormatError{s.line, what + ", found the end of the file"}
		return 0
	}
	v, err := strconv.Atoi(s.rest[0])
	if err != nil || v < low || v > high {
		s.err = &FormatError{s.line, fmt.Sprintf("%s from %d to %d, found %q", what, low, high, s.rest[0])}
		return 0
	}
	s.rest = s.rest[1:]
	return v
}
