// Package planfiles lets the HTTP adapter read and write what planners keep in
// the files of other programs: MSPDI of MS Project, tables of comma-separated
// values, iCalendar.
//
//	httpapi.Config{Plans: planfiles.Plans(), Tables: planfiles.Tables()}
package planfiles

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

// Plans are the files that plans are read from and written to: "mspdi" and "csv".
func Plans() map[string]httpapi.PlanFormat {
	return map[string]httpapi.PlanFormat{
		"mspdi": {
			Read: func(in io.Reader, zone *time.Location) (schedule.Plan, httpapi.FileReport, error) {
				p, lost, err := mspdi.Read(in, zone)
				if err != nil {
					return schedule.Plan{}, httpapi.FileReport{}, fmt.Errorf("the file: %w", err)
				}
				return *p, httpapi.FileReport{Dropped: dropped(lost)}, nil
			},
			Write: func(out io.Writer, p *schedule.Plan, zone *time.Location) (httpapi.FileReport, error) {
				lost, err := mspdi.Write(out, p, zone)
				return httpapi.FileReport{Dropped: dropped(lost)}, err
			},
		},
		"csv": {
			Read: func(in io.Reader, zone *time.Location) (schedule.Plan, httpapi.FileReport, error) {
				activities, relations, r, err := plancsv.Activities(in, plancsv.Options{Zone: zone})
				return schedule.Plan{Activities: activities, Relations: relations}, report(r), err
			},
			Write: func(out io.Writer, p *schedule.Plan, _ *time.Location) (httpapi.FileReport, error) {
				lost, err := plancsv.WriteActivities(out, p)
				return httpapi.FileReport{Dropped: dropped(lost)}, err
			},
		},
	}
}

// Tables reads items, stock, people and attendance from tables, and the absences
// of a person from a calendar.
func Tables() *httpapi.TableFormat {
	return &httpapi.TableFormat{
		Items: func(in io.Reader, zone *time.Location) ([]supply.Item, []supply.Source, httpapi.FileReport, error) {
			items, sources, r, err := plancsv.Items(in, plancsv.Options{Zone: zone})
			return items, sources, report(r), err
		},
		Stock: table(plancsv.Stock), People: table(plancsv.People), Attendance: table(plancsv.Attendance),
		Absences: absences,
	}
}

// table is a reader of one kind of table as the adapter takes it.
func table[T any](
	read func(io.Reader, plancsv.Options) ([]T, plancsv.Report, error),
) func(io.Reader, *time.Location) ([]T, httpapi.FileReport, error) {
	return func(in io.Reader, zone *time.Location) ([]T, httpapi.FileReport, error) {
		list, r, err := read(in, plancsv.Options{Zone: zone})
		return list, report(r), err
	}
}

func dropped[D ~struct{ Where, What string }](list []D) [][2]string {
	var out [][2]string
	for _, d := range list {
		lost := struct{ Where, What string }(d)
		out = append(out, [2]string{lost.Where, lost.What})
	}
	return out
}

func report(r plancsv.Report) httpapi.FileReport {
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
