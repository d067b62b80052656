package format

import (
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
)

// ForDesk is a coordination.LogReader: with it a desk reads the logs that
// records hold. Its errors say which file, line and column is meant.
func ForDesk(r io.Reader, sink process.Sink, file string, zone *time.Location, how coordination.LogSource) (string, error) {
	found, err := Read(r, sink, Options{
		File: file, Form: how.Form, Zone: zone, Layout: how.Layout, Attributes: true,
		Columns: csvlog.Columns{
			Case: how.Columns.Case, Activity: how.Columns.Activity, Start: how.Columns.Start, End: how.Columns.End,
			Resource: how.Columns.Resource, Group: how.Columns.Group, Cost: how.Columns.Cost,
		},
	})
	note := ""
	if found.Mapping != nil {
		note = "columns: " + found.Mapping.String()
	}
	if err != nil {
		return note, fmt.Errorf("%s: %w", file, err)
	}
	return note, nil
}
