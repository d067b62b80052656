package storetest

import (
	"context"
	"io"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
	"github.com/coordkit/coordkit/coordination/process/sampling"
	"github.com/coordkit/coordkit/coordination/register"
)

// twoCases is a log of two cases, whatever the record holds: ten minutes, and
// later five.
func twoCases(_ io.Reader, sink process.Sink, _ string, _ *time.Location, _ coordination.LogSource) (string, error) {
	for _, e := range []struct {
		name     string
		from, to int64
	}{{"slow", -110, -100}, {"fast", -60, -55}} {
		err := sink.Event(&process.Raw{
			Case: []byte(e.name), Activity: []byte("A"), HasStart: true, HasEnd: true,
			Start: process.Stamp{Micros: minute(e.from).UnixMicro()}, End: process.Stamp{Micros: minute(e.to).UnixMicro()},
		})
		if err != nil {
			return "", err
		}
	}
	return "two cases", nil
}

func span(from, to int64) process.Interval {
	return process.Interval{From: minute(from).UnixMicro(), To: minute(to).UnixMicro()}
}

// watchingOperations are those by which the office watches processes; the letter
// is the record that holds the log.
func watchingOperations(fileLetter step) []serviceOperation {
	source := coordination.LogSource{Record: "letter"}
	define := func(ctx context.Context, o office) error {
		_, err := o.desk.DefineMeasure(ctx, o.tenant, ann(), "M", 0, engage.Measure{Formula: engage.MeanDuration, Lower: true})
		return err
	}
	begin := func(ctx context.Context, o office) error {
		_, err := o.desk.Engage(ctx, o.tenant, ann(), coordination.EngagementOrder{
			Measure: "M", Source: source, Baseline: span(-120, -90),
			Plan: engage.Plan{
				ID: "E", Aspect: "slow", Goal: 400, End: minute(100).UnixMicro(), Exit: engage.ExitTest{InARow: 1, MinCases: 1},
				Watch: engage.Watch{Until: minute(200).UnixMicro(), Relapse: 500, InARow: 1},
			},
		})
		return err
	}
	return []serviceOperation{
		{"DeskAnalyse", []step{fileLetter}, func(ctx context.Context, o office) error {
			_, err := o.desk.Analyse(ctx, o.tenant, ann(), coordination.AnalysisOrder{ID: "A", Source: source})
			return err
		}},
		{"DeskDefineMeasure", nil, define},
		{"DeskEngage", []step{fileLetter, define}, begin},
		{"DeskReport", []step{fileLetter, define, begin}, func(ctx context.Context, o office) error {
			_, err := o.desk.Report(ctx, o.tenant, ann(), "E", 1, source, span(-90, -30))
			return err
		}},
		{"DeskFileObservation", nil, func(ctx context.Context, o office) error {
			_, err := o.desk.FileObservation(ctx, o.tenant, ann(), 0, sampling.Session{ID: "S", Window: span(-60, 0)})
			return err
		}},
	}
}

// watched are the sheets that those operations write.
func (h *harness) watched(tenant string) []register.Sheet {
	h.Helper()
	var out []register.Sheet
	err := h.store.View(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		out = nil
		for _, book := range []string{
			coordination.BookAnalysis, "analysis.figures", "analysis.waits", "analysis.pictures", "analysis.brief",
			coordination.BookMeasure, coordination.BookEngagement, coordination.BookObservation,
		} {
			page, _, err := tx.Sheets(ctx, register.Query{Book: book})
			if err != nil {
				return err
			}
			out = append(out, page...)
		}
		return nil
	})
	require.NoError(h, err)
	return out
}
