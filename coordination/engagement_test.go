package coordination_test

import (
	"context"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
	"github.com/coordkit/coordkit/coordination/process/sampling"
	"github.com/coordkit/coordkit/coordination/register"
)

// watch is an office that reads one log: a case each day from day 0, which takes
// as many minutes as the list says.
type watch struct {
	*coordination.Desk

	store coordination.Store
}

func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

func days(from, to int) process.Interval {
	return process.Interval{From: day(from).UnixMicro(), To: day(to).UnixMicro()}
}

func newWatch(t *testing.T, minutes ...int) watch {
	t.Helper()
	read := func(_ io.Reader, sink process.Sink, _ string, _ *time.Location, _ coordination.LogSource) (string, error) {
		for i, m := range minutes {
			raw := &process.Raw{
				Case: []byte{byte('a' + i)}, Activity: []byte("A"), HasStart: true, HasEnd: true,
				Start: process.Stamp{Micros: day(i).UnixMicro()}, End: process.Stamp{Micros: day(i).Add(time.Duration(m) * time.Minute).UnixMicro()},
			}
			if err := sink.Event(raw); err != nil {
				return "", err
			}
		}
		return "", nil
	}
	store := memory.New()
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: func() time.Time { return day(90) }, ReadLog: read})
	require.NoError(t, err)
	o := watch{desk, store}
	_, err = o.File(t.Context(), tenant, "ann", archive.File{ID: "LOG", Kind: "log", Title: "a log", MediaType: "text/csv", Content: []byte("x")})
	require.NoError(t, err)
	_, err = o.DefineMeasure(t.Context(), tenant, changereq.Actor{ID: "ann"}, "M", 0, engage.Measure{Formula: engage.MeanDuration, Lower: true})
	require.NoError(t, err)
	return o
}

func (o watch) engage(t *testing.T) coordination.Engagement {
	t.Helper()
	e, err := o.Engage(t.Context(), tenant, changereq.Actor{ID: "ann"}, coordination.EngagementOrder{
		Measure: "M", Source: coordination.LogSource{Record: "LOG"}, Baseline: days(0, 2),
		Plan: engage.Plan{
			ID: "E", Aspect: "slow", Goal: 600, End: day(200).UnixMicro(), Exit: engage.ExitTest{InARow: 1, MinCases: 1},
			Watch: engage.Watch{Until: day(300).UnixMicro(), Relapse: 1200, InARow: 1},
		},
	})
	require.NoError(t, err)
	return e
}

// TestEngagementIsTheFoldOfItsEvents rebuilds the row from the journal after
// every step.
func TestEngagementIsTheFoldOfItsEvents(t *testing.T) {
	t.Parallel()
	o := newWatch(t, 60, 60, 20, 5, 6, 40)
	e := o.engage(t)
	for step, want := range []engage.State{engage.Measuring, engage.Watching, engage.Watching, engage.Returned} {
		var err error
		e, err = o.Report(t.Context(), tenant, changereq.Actor{ID: "ann"}, "E", e.Rev, coordination.LogSource{Record: "LOG"}, days(2+step, 3+step))
		require.NoError(t, err)
		require.Equal(t, want, e.Value.State)

		entries, _, err := o.Journal(t.Context(), tenant, coordination.JournalQuery{Room: coordination.BookEngagement, Entity: "E"})
		require.NoError(t, err)
		require.Len(t, entries, 2+step)
		var folded engage.Engagement
		require.NoError(t, json.Unmarshal(entries[0].Data, &folded))
		for _, entry := range entries[1:] {
			var ev engage.Event
			require.NoError(t, json.Unmarshal(entry.Data, &ev))
			folded = engage.Evolve(folded, ev)
		}
		require.Equal(t, e.Value, folded)
	}
}

// TestOneReadingWins: of many who report what they saw at one revision, one is
// heard.
func TestOneReadingWins(t *testing.T) {
	t.Parallel()
	o := newWatch(t, 60, 60, 20)
	rev := o.engage(t).Rev
	var heard sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		heard.Go(func() {
			_, errs[i] = o.Report(context.Background(), tenant, changereq.Actor{ID: "ann"}, "E", rev, coordination.LogSource{Record: "LOG"}, days(2, 3))
		})
	}
	heard.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, register.ErrConflict)
	}
	require.Equal(t, 1, won)
}

// TestOldFiguresComputeAgain: a definition that changed leaves its old versions,
// and an engagement keeps the one it began with.
func TestOldFiguresComputeAgain(t *testing.T) {
	t.Parallel()
	o := newWatch(t, 60, 60, 20)
	e := o.engage(t)
	d, err := o.DefineMeasure(t.Context(), tenant, changereq.Actor{ID: "bo"}, "M", 1, engage.Measure{Formula: engage.OnTime, Promise: 1})
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, []int{d.Value.Versions[0].Version, d.Value.Versions[1].Version})
	e, err = o.Report(t.Context(), tenant, changereq.Actor{ID: "ann"}, "E", e.Rev, coordination.LogSource{Record: "LOG"}, days(2, 3))
	require.NoError(t, err)
	require.Equal(t, 1, e.Value.Readings[0].Measure.Version)
	again, err := o.TakeReading(t.Context(), tenant, "M", 1, coordination.LogSource{Record: "LOG"}, days(0, 2))
	require.NoError(t, err)
	require.Equal(t, e.Value.Baseline, again)
	newest, err := o.TakeReading(t.Context(), tenant, "M", 0, coordination.LogSource{Record: "LOG"}, days(0, 2))
	require.NoError(t, err)
	require.Equal(t, engage.OnTime, newest.Measure.Formula)
	_, err = o.TakeReading(t.Context(), tenant, "M", 3, coordination.LogSource{Record: "LOG"}, days(0, 2))
	require.ErrorIs(t, err, register.ErrNotFound)
}

// TestRefusedStepsWriteNothing compares the journal before and after.
func TestRefusedStepsWriteNothing(t *testing.T) {
	t.Parallel()
	o := newWatch(t, 60, 60, 20)
	e := o.engage(t)
	ctx, ann := t.Context(), changereq.Actor{ID: "ann"}
	count := func() int {
		page, _, err := o.Journal(ctx, tenant, coordination.JournalQuery{Limit: coordination.MaxLimit})
		require.NoError(t, err)
		return len(page)
	}
	before := count()
	for what, step := range map[string]func() error{
		"a window before the last": func() error {
			_, err := o.Report(ctx, tenant, ann, "E", e.Rev, coordination.LogSource{Record: "LOG"}, days(1, 2))
			return err
		},
		"a stale revision": func() error { _, err := o.Steer(ctx, tenant, ann, "E", 7, engage.Command{}); return err },
		"no engagement":    func() error { _, err := o.Steer(ctx, tenant, ann, "X", 1, engage.Command{}); return err },
		"the same id": func() error {
			_, err := o.DefineMeasure(ctx, tenant, ann, "M", 0, engage.Measure{Formula: engage.MeanDuration})
			return err
		},
		"no formula": func() error { _, err := o.DefineMeasure(ctx, tenant, ann, "N", 0, engage.Measure{}); return err },
		"no observer": func() error {
			_, err := o.FileObservation(ctx, tenant, changereq.Actor{}, 0, sampling.Session{ID: "S", Window: days(0, 1)})
			return err
		},
		"no record": func() error {
			_, err := o.Analyse(ctx, tenant, ann, coordination.AnalysisOrder{Source: coordination.LogSource{Record: "none"}})
			return err
		},
	} {
		require.Error(t, step(), what)
	}
	_, err := o.Steer(ctx, tenant, ann, "E", e.Rev, engage.Command{}) // only the date, which has not come
	require.NoError(t, err)
	require.Equal(t, before, count())
}
