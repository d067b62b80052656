package process_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

// TestLevelsReconcile adds cases up to variants and variants to the whole.
func TestLevelsReconcile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		log := build(t, drawRows(t, "rows"))
		cases := log.ByCase()
		whole := process.Measure(log)
		type level struct {
			cases, events                       int
			duration, waiting, overlap, service process.Sum
		}
		var want, byCase, byVariant level
		want = level{cases: whole.Cases, events: whole.Events, duration: whole.Duration.Sum, waiting: whole.Waiting()}
		for _, e := range whole.Edges {
			want.overlap.Merge(e.Overlap)
		}
		for _, v := range whole.Service {
			want.service.Merge(v.Time.Sum)
		}
		for _, c := range process.MeasureEachCase(cases) {
			byCase.cases++
			byCase.events += c.Events
			byCase.duration.Add(c.Duration)
			byCase.waiting.Add(c.Waiting)
			byCase.overlap.Add(c.Overlap)
			byCase.service.Add(c.Service)
		}
		variants := process.MeasureEachVariant(log, cases)
		for i, v := range variants {
			byVariant.cases += v.Cases
			byVariant.events += v.Events
			byVariant.duration.Merge(v.Duration.Sum)
			byVariant.waiting.Merge(v.Waiting)
			byVariant.overlap.Merge(v.Overlap)
			byVariant.service.Merge(v.Service)
			if v.Cases != whole.Variants[i].Cases || !slices.Equal(v.Activities, whole.Variants[i].Activities) || v.Duration.Count != int64(v.Cases) {
				t.Fatalf("variant %d: got %+v, want %+v", i, v, whole.Variants[i])
			}
		}
		if byCase != want || byVariant != want || len(variants) != len(whole.Variants) {
			t.Fatalf("got %+v by cases, %+v by variants, want %+v", byCase, byVariant, want)
		}
	})
}
