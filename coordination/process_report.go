package coordination

import (
	"context"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
)

// ProcessReport is how the office's own work runs, by its journal.
type ProcessReport struct {
	Log         *process.Log
	Statistics  *process.Statistics
	Bottlenecks *bottleneck.Report
}

// Process observes the office by its own journal: what happens to the things of
// a room (of all rooms, if room is ""), what follows what, and where they wait.
// It reads every entry once: a report for a screen, not for every click.
func (d *Desk) Process(ctx context.Context, tenant string, room Room) (ProcessReport, error) {
	log, err := d.journalLog(ctx, tenant, LogSource{Room: room}, nil)
	if err != nil {
		return ProcessReport{}, err
	}
	return ProcessReport{Log: log, Statistics: process.Measure(log), Bottlenecks: bottleneck.Find(log, bottleneck.Config{})}, nil
}
