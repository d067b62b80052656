package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// BriefConfig says what a brief tells besides the figures.
type BriefConfig struct {
	Title  string
	Stages map[string]string // of activities; without it the level of stages is left out
	Lines  int               // of each list; 0 means 5
}

// Brief writes one page in Markdown: what happens, where and why it waits, and
// what of the log could not be used.
func Brief(log *process.Log, s *process.Statistics, found *bottleneck.Report, config BriefConfig) string {
	b := &brief{lines: config.Lines}
	if b.lines == 0 {
		b.lines = 5
	}
	if config.Title != "" {
		b.sayf("# %s\n", plain(config.Title))
	}
	median, _ := s.Duration.Median()
	p95, _ := s.Duration.Percentile(95)
	b.sayf("%d cases with %d events of %d activities go %d ways. A case takes %s in the mean, half take up to %s, 95 %% up to %s.\n",
		s.Cases, s.Events, len(s.Activities), len(s.Variants), Span(s.Duration.Mean()), Span(median), Span(process.Seconds(p95)))
	b.causes(found)
	b.places("Activities", found.Activities)
	b.places("Resources", found.Resources)
	b.places("Hand-offs", found.HandOffs)
	if config.Stages != nil {
		b.stages(process.RollUp(s, config.Stages))
	}
	b.problems(&log.Report)
	return b.String()
}

type brief struct {
	strings.Builder

	lines int
}

func (b *brief) sayf(format string, args ...any) { _, _ = fmt.Fprintf(b, format+"\n", args...) }

// plain keeps names from being read as Markdown or breaking a table.
func plain(name string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ", "`", "'", "*", "\\*", "_", "\\_", "<", "&lt;").Replace(name)
}

// Span shows seconds as people say them.
func Span(seconds float64) string {
	switch {
	case seconds >= 48*3600:
		return fmt.Sprintf("%.1f days", seconds/86400)
	case seconds < 1:
		return fmt.Sprintf("%.3f s", seconds)
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

func (b *brief) causes(found *bottleneck.Report) {
	total := found.Analysis.Shares.Total()
	if total == 0 {
		b.sayf("Nothing waits.\n")
		return
	}
	b.sayf("## Why work waits\n")
	b.sayf("| cause | share | time |\n|---|---|---|")
	for c := range waiting.Causes {
		v := found.Analysis.Shares[c]
		b.sayf("| %v | %.1f %% | %s |", c, 100*float64(v)/float64(total), Span(process.Seconds(v)))
	}
	b.sayf("| together | 100 %% | %s |\n", Span(process.Seconds(total)))
}

func (b *brief) places(title string, list []bottleneck.Finding) {
	shown := 0
	for _, f := range list {
		if shown == b.lines || f.Waiting.Seconds() == 0 {
			break
		}
		if shown == 0 {
			b.sayf("## %s\n", title)
		}
		shown++
		b.sayf("%d. **%s**: %s", f.Rank, plain(f.String()), plain(strings.Join(f.Reasons, "; ")))
	}
	if shown > 0 {
		b.sayf("")
	}
}

func (b *brief) stages(s *process.Stages) {
	b.sayf("## Stages\n")
	b.sayf("| stage | events | worked | waiting inside |\n|---|---|---|---|")
	for _, stage := range s.Stages {
		b.sayf("| %s | %d | %s | %s |", plain(stage.Name), stage.Events, Span(stage.Service.Seconds()), Span(stage.Waiting.Seconds()))
	}
	b.sayf("\n| from | to | times | waiting between |\n|---|---|---|---|")
	for i, e := range s.Edges {
		if i == b.lines {
			b.sayf("| … | %d more | | |", len(s.Edges)-i)
			break
		}
		b.sayf("| %s | %s | %d | %s |", plain(e.From), plain(e.To), e.Count, Span(e.Waiting.Seconds()))
	}
	if len(s.Unmapped) > 0 {
		b.sayf("\nIn no stage, counted as %q: %s.", process.Other, plain(strings.Join(s.Unmapped, ", ")))
	}
	b.sayf("")
}

func (b *brief) problems(r *process.Report) {
	if len(r.Tallies()) == 0 {
		b.sayf("All of the log could be used as it was.")
		return
	}
	b.sayf("## What of the log was not as it should be\n")
	for _, t := range r.Tallies() {
		b.sayf("- %d %v: %s", t.Count, t.Effect, t.Reason)
	}
}
