// Command readiness answers, for the launch of a product, whether the materials
// and people are in place: the verdict on every gate and activity, what to order
// and whom to get by when, the most urgent facts, and how sure the date is.
//
//	readiness [-json] [-as-of DATE] [-all] [-level] [-svg FILE] [-runs N] [-seed N]
//
// It exits with 1 if something is late or short.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/level"
	"github.com/coordkit/coordkit/schedule/risk"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

var errFound = errors.New("something is late or short")

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil:
	case errors.Is(err, errFound):
		os.Exit(1)
	default:
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "readiness:", err)
		}
		os.Exit(2)
	}
}

// settings are the flags.
type settings struct {
	json, all bool
	level     bool
	asOf      string
	svg       string
	runs      int
	seed      uint64
}

// office is the plan with everything that is known about it, and the answers.
type office struct {
	asOf      time.Time
	network   *schedule.Network
	table     *schedule.Timetable
	readiness *schedule.Readiness
	team      *staff.Team
	risk      *risk.Result
	levelled  *schedule.Levelled // nil unless asked for
}

func run(args []string, out, errs io.Writer) error {
	var s settings
	flags := flag.NewFlagSet("readiness", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.BoolVar(&s.json, "json", false, "print one JSON object a line")
	flags.BoolVar(&s.all, "all", false, "list activities that are ready too")
	flags.BoolVar(&s.level, "level", false, "also date the plan so that nobody is wanted twice")
	flags.StringVar(&s.asOf, "as-of", "2026-03-02", "status date")
	flags.StringVar(&s.svg, "svg", "", "write the Gantt chart to this file")
	flags.IntVar(&s.runs, "runs", 10_000, "runs of the simulation")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of the simulation")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if flags.NArg() > 0 {
		return errors.New("it takes no arguments")
	}
	o, err := open(s)
	if err != nil {
		return err
	}
	if s.json {
		err = o.printJSON(out, s.all)
	} else {
		err = o.print(out, s.all)
	}
	if err == nil && s.svg != "" {
		err = o.writeChart(s.svg)
	}
	if err == nil && o.readiness.Plan().Verdict > schedule.ReadyIf {
		err = errFound
	}
	return err
}

// open works everything out.
func open(s settings) (*office, error) {
	day, err := schedule.ParseDate(s.asOf)
	if err != nil {
		return nil, fmt.Errorf("-as-of: %w", err)
	}
	start := time.Date(2026, time.March, 2, 6, 0, 0, 0, time.UTC)
	o := &office{asOf: day.Midnight().Add(6 * hour)}
	if o.network, err = schedule.Compile(launchPlan(start)); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	position, err := supply.Compile(launchBook(start))
	if err != nil {
		return nil, fmt.Errorf("book: %w", err)
	}
	if o.team, err = staff.Compile(launchRoster(start)); err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	if o.table, err = o.network.CriticalPath(o.asOf); err != nil {
		return nil, fmt.Errorf("critical path: %w", err)
	}
	if o.readiness, err = schedule.Assess(o.network, o.asOf, schedule.Facts{Supply: position, Staff: o.team}); err != nil {
		return nil, fmt.Errorf("readiness: %w", err)
	}
	if s.level {
		o.levelled, err = o.readiness.Level(context.Background(), o.team.Crew(), schedule.LevelOptions{Slot: 8 * time.Hour, Search: level.Options{Schedules: 20}, Relax: 2})
		if err != nil {
			return nil, fmt.Errorf("levelling: %w", err)
		}
	}
	return o, o.simulate(s)
}

// simulate draws durations from half to twice the planned ones and deliveries
// that are late together where they come from one supplier. People keep to the
// order of their assignments.
func (o *office) simulate(s settings) error {
	linked := o.network.Linked(o.readiness.Links())
	network, err := schedule.Compile(&linked)
	if err != nil {
		return fmt.Errorf("links: %w", err)
	}
	table, err := network.CriticalPath(o.asOf)
	if err != nil {
		return fmt.Errorf("critical path: %w", err)
	}
	model := risk.Model{Durations: make(map[string]risk.Dist), Deliveries: deliveries(o.readiness, o.asOf), Correlation: 0.5}
	for i := range linked.Activities {
		if d := linked.Activities[i].Duration; d > 0 {
			model.Durations[linked.Activities[i].ID] = risk.PERT(d*8/10, d, d*16/10)
		}
	}
	o.risk, err = risk.Simulate(table, model, risk.Options{Runs: s.runs, Seed: s.seed, Workers: 2})
	if err != nil {
		return fmt.Errorf("risk: %w", err)
	}
	return nil
}
