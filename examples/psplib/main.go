// Command psplib levels project scheduling instances from files and prints one
// result each: for people by default, as JSON lines with -json.
//
//	psplib [-json] [-schedules N] [-time D] [-seed N] [-workers N] FILE…
//
// Files are PSPLIB's .sm and .mm or Patterson's .rcp. Without -schedules and
// -time each instance gets ten seconds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "psplib:", err)
		}
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	json      bool
	schedules int
	time      time.Duration
	seed      int64
	workers   int
}

// line is the contract of one line of -json output.
type line struct {
	Instance   string   `json:"instance"`
	Makespan   *int     `json:"makespan"` // null if there is no schedule
	LowerBound int      `json:"lower_bound"`
	Status     string   `json:"status"`
	Schedules  int      `json:"schedules"`
	Seconds    float64  `json:"seconds"`
	Start      []int    `json:"start"`
	Mode       []int    `json:"mode"` // as numbered in the file, from 1
	Causes     []string `json:"causes,omitempty"`
}

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("psplib", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.BoolVar(&s.json, "json", false, "print one JSON object a line")
	flags.IntVar(&s.schedules, "schedules", 0, "schedules to spend on each instance; reproducible")
	flags.DurationVar(&s.time, "time", 0, "time to spend on each instance, for example 5s")
	flags.Int64Var(&s.seed, "seed", 1, "seed of the search")
	flags.IntVar(&s.workers, "workers", 1, "goroutines that search")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if flags.NArg() == 0 {
		return errors.New("no file given; name .sm, .mm or .rcp files")
	}
	if s.schedules < 0 || s.time < 0 {
		return errors.New("-schedules and -time must not be negative")
	}
	if s.schedules == 0 && s.time == 0 {
		s.time = 10 * time.Second
	}
	var all error
	for _, path := range flags.Args() { // a file that cannot be read keeps no other from its turn
		all = errors.Join(all, one(ctx, path, s, out))
	}
	return all
}

// one solves one file and prints its line.
func one(ctx context.Context, path string, s settings, out io.Writer) error {
	p, err := psplib.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if s.time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.time)
		defer cancel()
	}
	begin := time.Now()
	r, err := level.Solve(ctx, p, level.Options{Schedules: s.schedules, Seed: s.seed, Workers: s.workers})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	l := describe(p, r)
	l.Instance = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	l.Seconds = time.Since(begin).Seconds()
	if s.json {
		if err := json.NewEncoder(out).Encode(l); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return nil
	}
	return printLine(out, l)
}

func describe(p *level.Problem, r level.Result) line {
	l := line{LowerBound: r.LowerBound, Status: r.Status.String(), Schedules: r.Schedules, Start: []int{}, Mode: []int{}}
	switch r.Status {
	case level.Feasible, level.Optimal:
		l.Makespan = &r.Cost
		l.Start = r.Schedule.Start
		for _, m := range r.Schedule.Mode {
			l.Mode = append(l.Mode, m+1)
		}
	case level.Infeasible:
		for _, c := range r.Causes {
			l.Causes = append(l.Causes, c.Describe(p))
		}
	case level.Unknown:
	}
	return l
}

func printLine(out io.Writer, l line) error {
	makespan := "-"
	if l.Makespan != nil {
		makespan = strconv.Itoa(*l.Makespan)
	}
	_, err := fmt.Fprintf(out, "%-12s %-10s makespan %s, at least %d; %d schedules in %.3f s\n",
		l.Instance, l.Status, makespan, l.LowerBound, l.Schedules, l.Seconds)
	for _, c := range l.Causes {
		_, more := fmt.Fprintf(out, "%-12s %s\n", "", c)
		err = errors.Join(err, more)
	}
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
