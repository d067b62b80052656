package csvlog

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Write writes a log of cases as a table with the columns that the log has,
// named as XES names them, in the order of its events, and a column for each
// attribute that is not within another. Reading the table again gives an equal
// log, with two exceptions that a table cannot tell: an empty value is one that
// is absent, and an attribute has no type.
func Write(w io.Writer, log *process.Log) error {
	out := csv.NewWriter(w)
	columns := columnsOf(log)
	row := make([]string, 0, len(columns))
	for _, c := range columns {
		row = append(row, c.name)
	}
	err := out.Write(row)
	for _, e := range log.Events {
		if err != nil {
			break
		}
		row = row[:0]
		for _, c := range columns {
			row = append(row, c.cell(e))
		}
		err = out.Write(row)
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("csvlog: %w", err)
	}
	return nil
}

// written is a column with how its cells are made.
type written struct {
	name string
	cell func(process.Event) string
}

func columnsOf(log *process.Log) []written {
	out := []written{{"case:concept:name", log.Case}, {"concept:name", log.Activity}}
	has := func(is func(process.Event) bool) bool { return slices.ContainsFunc(log.Events, is) }
	if has(func(e process.Event) bool { return !e.Has(process.NoStart) }) {
		out = append(out, written{"start_timestamp", func(e process.Event) string {
			if e.Has(process.NoStart) {
				return ""
			}
			start, _ := log.Offsets(e)
			return string(process.AppendTime(nil, e.Start, start))
		}})
	}
	out = append(out, written{"time:timestamp", func(e process.Event) string {
		_, end := log.Offsets(e)
		return string(process.AppendTime(nil, e.End, end))
	}})
	for _, c := range []written{
		{"org:resource", log.Resource},
		{"org:group", log.Group},
		{"lifecycle:transition", log.Lifecycle},
		{"concept:instance", log.Instance},
		{"cost:total", func(e process.Event) string {
			cost, stated := log.Cost(e)
			if !stated {
				return ""
			}
			return string(process.AppendCost(nil, cost.Micros))
		}},
		{"cost:currency", func(e process.Event) string {
			cost, _ := log.Cost(e)
			return cost.Currency
		}},
	} {
		if has(func(e process.Event) bool { return c.cell(e) != "" }) {
			out = append(out, c)
		}
	}
	return append(out, attributeColumns(log)...)
}

// attributeColumns are a column for each key, in the order in which they come.
func attributeColumns(log *process.Log) []written {
	var out []written
	seen := make(map[string]bool)
	for _, e := range log.Events {
		for a := range log.Attributes(e) {
			if a.Depth > 0 || seen[a.Key] {
				continue
			}
			seen[a.Key] = true
			out = append(out, written{a.Key, func(e process.Event) string {
				for b := range log.Attributes(e) {
					if b.Key == a.Key && b.Depth == 0 {
						return b.Value
					}
				}
				return ""
			}})
		}
	}
	return out
}
