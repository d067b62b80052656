package summary

import (
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/view"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// Config says what is known besides the log. The zero value is useful.
type Config struct {
	Title     string
	Calendars map[string]*process.Calendar // of resources; one without an entry is always there
	Stages    map[string]string            // of activities
	Zone      *time.Location               // in which recurrence is looked for; nil means UTC
	Complete  bool                         // whether the log was read to its end
}

// Summary is what an analysis found.
type Summary struct {
	Outline  Outline
	Figures  Figures
	Waits    Waits
	Pictures Pictures
	Brief    string
}

// Of analyses a log of cases. Its work grows like that of Measure and of
// waiting.Analyse, and it gives the same summary of the same log always.
func Of(log *process.Log, config Config) (*Summary, error) {
	cases := log.ByCase()
	told := *log // with a report of its own: the log is not changed
	told.Report = process.Report{}
	told.Report.Merge(log.Report)
	told.Report.Merge(log.Duplicates(cases))
	log = &told
	statistics := process.MeasureCases(log, cases)
	party := partyOf(log)
	found := bottleneck.Find(log, bottleneck.Config{Party: party, Waiting: waiting.Config{Calendars: config.Calendars}})
	waits, err := waitsOf(log, found, party, config.Zone)
	if err != nil {
		return nil, err
	}
	figures, err := figuresOf(log, cases, statistics, party, config)
	if err != nil {
		return nil, err
	}
	return &Summary{
		Outline: outlineOf(log, statistics, config.Complete), Figures: figures, Waits: waits,
		Pictures: picturesOf(log, cases, statistics),
		Brief:    view.Brief(log, statistics, found, view.BriefConfig{Title: cut(config.Title), Stages: config.Stages}),
	}, nil
}

// partyOf names who hands work over: the roles or departments that the log
// states, or else the resources.
func partyOf(log *process.Log) func(process.Event) string {
	for _, e := range log.Events {
		if log.Group(e) != "" {
			return log.Group
		}
	}
	return log.Resource
}

// Outline says what was read, and what of it could not be used as it was.
type Outline struct {
	Cases      int64     `json:"cases"`
	Events     int64     `json:"events"`
	Activities int64     `json:"activities"`
	Variants   int64     `json:"variants"`
	Duration   Lapse     `json:"duration"`
	Dropped    int64     `json:"dropped"`
	Repaired   int64     `json:"repaired"`
	Complete   bool      `json:"complete"`
	Problems   []Problem `json:"problems"`
}

// Problem is what is wrong with a log in one way.
type Problem struct {
	Reason string  `json:"reason"`
	Effect string  `json:"effect"`
	N      int64   `json:"n"`
	Lines  []int64 `json:"lines"` // of the first MaxLines
	Detail string  `json:"detail"`
}

// MaxLines is how many lines a problem lists.
const MaxLines = 100

func outlineOf(log *process.Log, s *process.Statistics, complete bool) Outline {
	o := Outline{
		Cases: int64(s.Cases), Events: int64(s.Events), Activities: int64(len(s.Activities)), Variants: int64(len(s.Variants)),
		Duration: lapse(s.Duration), Complete: complete,
		Dropped: int64(log.Report.Count(process.Dropped)), Repaired: int64(log.Report.Count(process.Repaired)), Problems: []Problem{},
	}
	for _, t := range log.Report.Tallies() {
		p := Problem{Reason: string(t.Reason), Effect: t.Effect.String(), N: int64(t.Count), Lines: []int64{}}
		for i, one := range t.First {
			if i == 0 {
				p.Detail = cut(one.Detail)
			}
			if one.Line > 0 && len(p.Lines) < MaxLines {
				p.Lines = append(p.Lines, int64(one.Line))
			}
		}
		o.Problems = append(o.Problems, p)
	}
	return o
}
