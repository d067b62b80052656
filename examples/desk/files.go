package main

import (
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/adapters/format/ical"
	"github.com/coordkit/coordkit/adapters/format/mspdi"
	"github.com/coordkit/coordkit/adapters/format/plancsv"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// planFormats are the files that plans are read from and written to.
func planFormats() map[string]httpapi.PlanFormat {
	return map[string]httpapi.PlanFormat{
		"mspdi": {
			Read: func(in io.Reader, zone *time.Location) (schedule.Plan, httpapi.FileReport, error) {
				p, dropped, err := mspdi.Read(in, zone)
				if err != nil {
					return schedule.Plan{}, httpapi.FileReport{}, fmt.Errorf("the file: %w", err)
				}
				var r httpapi.FileReport
				for _, d := range dropped {
					r.Dropped = append(r.Dropped, [2]string{d.Where, d.What})
				}
				return *p, r, nil
			},
			Write: func(out io.Writer, p *schedule.Plan, zone *time.Location) (httpapi.FileReport, error) {
				dropped, err := mspdi.Write(out, p, zone)
				var r httpapi.FileReport
				for _, d := range dropped {
					r.Dropped = append(r.Dropped, [2]string{d.Where, d.What})
				}
				return r, err
			},
		},
		"csv": {
			Read: func(in io.Reader, zone *time.Location) (schedule.Plan, httpapi.FileReport, error) {
				activities, relations, r, err := plancsv.Activities(in, plancsv.Options{Zone: zone})
				return schedule.Plan{Activities: activities, Relations: relations}, tableReport(r), err
			},
			Write: func(out io.Writer, p *schedule.Plan, _ *time.Location) (httpapi.FileReport, error) {
				dropped, err := plancsv.WriteActivities(out, p)
				var r httpapi.FileReport
				for _, d := range dropped {
					r.Dropped = append(r.Dropped, [2]string{d.Where, d.What})
				}
				return r, err
			},
		},
	}
}

// tableFormat reads tables and the absences of calendars.
func tableFormat() *httpapi.TableFormat {
	return &httpapi.TableFormat{
		Items: func(in io.Reader, zone *time.Location) ([]supply.Item, []supply.Source, httpapi.FileReport, error) {
			items, sources, r, err := plancsv.Items(in, plancsv.Options{Zone: zone})
			return items, sources, tableReport(r), err
		},
		Stock: func(in io.Reader, zone *time.Location) ([]supply.Lot, httpapi.FileReport, error) {
			lots, r, err := plancsv.Stock(in, plancsv.Options{Zone: zone})
			return lots, tableReport(r), err
		},
		People: func(in io.Reader, zone *time.Location) ([]staff.Person, httpapi.FileReport, error) {
			people, r, err := plancsv.People(in, plancsv.Options{Zone: zone})
			return people, tableReport(r), err
		},
		Attendance: func(in io.Reader, zone *time.Location) ([]staff.Record, httpapi.FileReport, error) {
			records, r, err := plancsv.Attendance(in, plancsv.Options{Zone: zone})
			return records, tableReport(r), err
		},
		Absences: absences,
	}
}

func tableReport(r plancsv.Report) httpapi.FileReport {
	out := httpapi.FileReport{Rows: r.Rows, Read: r.Read, More: r.More, Ignored: r.Ignored, Recoded: r.Recoded}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, httpapi.FileProblem(p))
	}
	return out
}

// absences are the times at which a calendar says that somebody is busy, as leave:
// whole days become a record each. What was cancelled is reported: an absence that
// was recorded is taken back by a correction.
func absences(in io.Reader, zone *time.Location, person string) ([]staff.Record, httpapi.FileReport, error) {
	busy, notes, err := ical.Read(in, ical.ReadOptions{Zone: zone})
	r := httpapi.FileReport{Rows: len(busy)}
	for _, n := range notes {
		r.Problems = append(r.Problems, httpapi.FileProblem{Line: n.Line, Field: n.Name, Code: "unsupported", Text: n.Text})
	}
	var out []staff.Record
	for _, b := range busy {
		if b.Cancelled {
			r.Problems = append(r.Problems, httpapi.FileProblem{Line: b.Line, Field: "STATUS", Code: "cancelled", Text: "the entry is cancelled: correct the record if there is one"})
			continue
		}
		r.Read++
		x := staff.Record{ID: person + "/" + b.UID, Person: person, Kind: staff.Leave, State: staff.Approved}
		if b.Tentative {
			x.State = staff.Requested
		}
		if b.From == 0 {
			x.Interval = schedule.Interval{Start: b.Start, Finish: b.Finish}
			out = append(out, x)
			continue
		}
		for d := b.From; d <= b.To; d++ {
			day := x
			day.ID, day.Date = x.ID+"/"+d.String(), d
			out = append(out, day)
		}
	}
	return out, r, err
}
