package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/view"
)

// report is the contract of the output with -json.
type report struct {
	File            string         `json:"file"`
	Format          string         `json:"format"`
	Notes           []string       `json:"notes,omitempty"`
	Cases           int            `json:"cases"`
	Events          int            `json:"events"`
	Activities      []count        `json:"activities"`
	Start           map[string]int `json:"start"`
	End             map[string]int `json:"end"`
	Variants        int            `json:"variants"`
	DirectlyFollows []edge         `json:"directly_follows"`
	CaseDuration    duration       `json:"case_duration"`
	Bottlenecks     []jam          `json:"bottlenecks"`
	Costs           []cost         `json:"costs,omitempty"`
	Dropped         int            `json:"dropped"`
	Repaired        int            `json:"repaired"`
	Problems        []problem      `json:"problems"`
	Complete        bool           `json:"complete"`
}

type count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type duration struct {
	Mean   float64 `json:"mean_s"`
	Median float64 `json:"median_s"`
	P95    float64 `json:"p95_s"`
	Total  float64 `json:"total_s"`
}

type edge struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int64  `json:"count"`
	duration
	Overlap float64 `json:"overlap_s"`
}

type jam struct {
	Rank  int     `json:"rank"`
	From  string  `json:"from"`
	To    string  `json:"to"`
	Count int64   `json:"count"`
	Share float64 `json:"share"`
	duration
}

// cost is what an activity cost in one currency, as the log states it.
type cost struct {
	Activity string  `json:"activity"`
	Currency string  `json:"currency"`
	Events   int     `json:"events"`
	Total    float64 `json:"total"`
}

type problem struct {
	Reason string `json:"reason"`
	Effect string `json:"effect"`
	Count  int    `json:"count"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"` // of the first
	Lines  []int  `json:"lines,omitempty"`
	Detail string `json:"detail"`
}

// observe reads one file and reports on it. A file that breaks off is reported as far as it goes.
func observe(path string, asked request, out, stderr io.Writer) error {
	src, err := readLog(path, asked, stderr)

	var stopped *process.Problem
	if err != nil && (src == nil || src.log == nil || len(src.log.Events) == 0 || !errors.As(err, &stopped)) {
		return named(path, err)
	}

	if asked.strict && err != nil {
		return named(path, err)
	}

	if err == nil && len(src.log.Events) == 0 && src.log.Report.Count(process.Dropped) > 0 {
		err = named(path, errNothing)
	}

	cases := src.log.ByCase()
	src.log.Report.Merge(src.log.Duplicates(cases))

	s := process.MeasureCases(src.log, cases)
	told := describe(path, src, s, err == nil)
	sayProblems(told, stderr)

	switch {
	case asked.json:
		return errors.Join(err, json.NewEncoder(out).Encode(told))
	case asked.brief:
		found := bottleneck.Find(src.log, bottleneck.Config{Party: src.party()})
		_, werr := io.WriteString(out, view.Brief(src.log, s, found, view.BriefConfig{Title: filepath.Base(path)}))

		return errors.Join(err, werr)
	case asked.drawing != "":
		draw := diagram.Mermaid
		if asked.drawing == drawDOT {
			draw = diagram.DOT
		}

		_, werr := io.WriteString(out, draw(diagram.FromProcessMap(filepath.Base(path), view.NewMap(s, covered))))

		return errors.Join(err, werr)
	}

	return errors.Join(err, told.text(out))
}

// party names who hands work over: the roles or departments that the log states, or else the resources.
func (s *source) party() func(process.Event) string {
	for _, e := range s.log.Events {
		if s.log.Group(e) != "" {
			return s.log.Group
		}
	}

	return s.log.Resource
}

// named puts the file before an error that does not name it.
func named(path string, err error) error {
	if _, ok := errors.AsType[*process.Problem](err); ok {
		return err
	}

	return fmt.Errorf("%s: %w", path, err)
}

// covered is the share of neighbouring pairs that a process map shows at least.
const covered = 0.9

// describe collects what is reported.
func describe(path string, src *source, s *process.Statistics, complete bool) *report {
	r := &report{
		File: path, Format: src.format, Notes: src.notes, Cases: s.Cases, Events: s.Events, Variants: len(s.Variants),
		Activities: []count{}, Start: byName(s.Starts), End: byName(s.Ends), DirectlyFollows: []edge{}, Bottlenecks: []jam{},
		Problems: []problem{}, CaseDuration: seconds(s.Duration), Complete: complete,
		Dropped: src.log.Report.Count(process.Dropped), Repaired: src.log.Report.Count(process.Repaired),
	}

	for _, a := range s.Activities {
		r.Activities = append(r.Activities, count(a))
	}

	for _, e := range s.Edges {
		r.DirectlyFollows = append(r.DirectlyFollows, edge{
			From: e.From, To: e.To, Count: e.Time.Count, duration: seconds(e.Time), Overlap: e.Overlap.Seconds(),
		})
	}

	for _, b := range bottleneck.Edges(s) {
		r.Bottlenecks = append(r.Bottlenecks, jam{
			Rank: b.Rank, From: b.From, To: b.To, Count: b.Count, Share: b.Share,
			duration: duration{Mean: b.Mean, Median: b.Median, P95: process.Seconds(b.P95), Total: b.Waiting.Seconds()},
		})
	}

	for _, c := range src.log.Costs() {
		r.Costs = append(r.Costs, cost{Activity: c.Activity, Currency: c.Currency, Events: c.Events, Total: c.Total.Seconds()})
	}

	for _, t := range src.log.Report.Tallies() {
		p := problem{Reason: string(t.Reason), Effect: t.Effect.String(), Count: t.Count}
		if len(t.First) > 0 {
			p.File, p.Line, p.Detail = t.First[0].File, t.First[0].Line, t.First[0].Detail
		}

		for _, one := range t.First {
			if one.Line > 0 {
				p.Lines = append(p.Lines, one.Line)
			}
		}

		r.Problems = append(r.Problems, p)
	}

	return r
}

func byName(counts []process.Count) map[string]int {
	out := make(map[string]int, len(counts))
	for _, c := range counts {
		out[c.Name] = c.Count
	}

	return out
}

func seconds(d process.Distribution) duration {
	median, _ := d.Median()
	p95, _ := d.Percentile(95)

	return duration{Mean: d.Mean(), Median: median, P95: process.Seconds(p95), Total: d.Sum.Seconds()}
}

// sayProblems tells on standard error what was dropped, repaired or remarkable, with the place of the first.
func sayProblems(r *report, stderr io.Writer) {
	for _, p := range r.Problems {
		place := r.File
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d", r.File, p.Line)
		}

		more := ""
		if p.Count > 1 {
			more = fmt.Sprintf(" (%d of this kind)", p.Count)
		}

		_, _ = fmt.Fprintf(stderr, "%s: %s: %s: %s%s\n", place, p.Effect, p.Reason, p.Detail, more)
	}
}

// shown is how many lines of a table people get.
const shown = 15

// text writes the report for people.
func (r *report) text(to io.Writer) error {
	_, _ = fmt.Fprintf(to, "%s (%s)\n", r.File, r.Format)
	for _, note := range r.Notes {
		_, _ = fmt.Fprintf(to, "  %s\n", note)
	}

	_, _ = fmt.Fprintf(to, "  %d events in %d cases, %d activities, %d variants; %d events dropped, %d repaired\n",
		r.Events, r.Cases, len(r.Activities), r.Variants, r.Dropped, r.Repaired)
	_, _ = fmt.Fprintf(to, "  a case takes %s in the mean, half take up to %s, 95 %% up to %s\n",
		span(r.CaseDuration.Mean), span(r.CaseDuration.Median), span(r.CaseDuration.P95))

	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(table, "\nactivity\tcount\tfirst\tlast\n")

	for i, a := range r.Activities {
		if i == shown {
			_, _ = fmt.Fprintf(table, "… %d more\t\t\t\n", len(r.Activities)-shown)

			break
		}

		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", a.Name, a.Count, r.Start[a.Name], r.End[a.Name])
	}

	_, _ = fmt.Fprint(table, "\nwhere cases wait\tcount\tshare\tmean\tmedian\t95 %\n")

	for i, b := range r.Bottlenecks {
		if i == shown {
			_, _ = fmt.Fprintf(table, "… %d more\t\t\t\t\t\n", len(r.Bottlenecks)-shown)

			break
		}

		_, _ = fmt.Fprintf(table, "%d. %s → %s\t%d\t%.1f %%\t%s\t%s\t%s\n",
			b.Rank, b.From, b.To, b.Count, 100*b.Share, span(b.Mean), span(b.Median), span(b.P95))
	}

	return table.Flush()
}

// span shows seconds as people say them.
func span(s float64) string {
	if s >= 48*3600 {
		return fmt.Sprintf("%.1f days", s/86400)
	}

	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}
