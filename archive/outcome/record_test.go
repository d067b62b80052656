package outcome_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
)

func complete() outcome.Outcome {
	return outcome.Outcome{
		ID: "O2", Subject: "x", Verdict: outcome.Failed, Causes: []string{"c"}, Evidence: []archive.End{archive.ToRecord("R")},
		DecidedBy: "olga", DecidedAt: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
	}
}

// Every fault and every unmet condition is named; a complete outcome passes.
func TestDecide(t *testing.T) {
	t.Parallel()
	whole := complete()
	require.NoError(t, outcome.Decide(&whole, outcome.Ground{}))
	for pointer, spoil := range map[string]func(*outcome.Outcome){
		"/id":               func(o *outcome.Outcome) { o.ID = "" },
		"/subject":          func(o *outcome.Outcome) { o.Subject = archive.Ref(strings.Repeat("x", outcome.MaxName+1)) },
		"/verdict":          func(o *outcome.Outcome) { o.Verdict = "great" },
		"/supersedes":       func(o *outcome.Outcome) { o.Supersedes = o.ID },
		"/causes":           func(o *outcome.Outcome) { o.Causes = strings.Split(strings.Repeat("c ", outcome.MaxCauses)+"c", " ") },
		"/causes/0":         func(o *outcome.Outcome) { o.Causes = []string{""} },
		"/measures":         func(o *outcome.Outcome) { o.Measures = make([]outcome.Measure, outcome.MaxMeasures+1) },
		"/measures/0/name":  func(o *outcome.Outcome) { o.Measures = []outcome.Measure{{}} },
		"/evidence":         func(o *outcome.Outcome) { o.Evidence = make([]archive.End, outcome.MaxEvidence+1) },
		"/evidence/0/kind":  func(o *outcome.Outcome) { o.Evidence[0].Kind = "dream" },
		"/evidence/0/value": func(o *outcome.Outcome) { o.Evidence[0].Value = "" },
	} {
		o := complete()
		spoil(&o)
		var invalid *archive.ValidationError
		require.ErrorAs(t, outcome.Decide(&o, outcome.Ground{}), &invalid, pointer)
		require.Equal(t, pointer, invalid.Fields[0].Pointer)
	}
	filed := func(id string, subject archive.Ref, by string) *outcome.Filed {
		return &outcome.Filed{Outcome: outcome.Outcome{ID: id, Subject: subject}, SupersededBy: by}
	}
	for condition, tc := range map[string]struct {
		spoil  func(*outcome.Outcome)
		ground outcome.Ground
	}{
		"complete":         {func(o *outcome.Outcome) { o.Evidence = nil }, outcome.Ground{}},
		"evidence-filed":   {func(*outcome.Outcome) {}, outcome.Ground{Unfiled: []archive.RecordID{"R"}}},
		"supersedes-known": {func(o *outcome.Outcome) { o.Supersedes = "O1" }, outcome.Ground{}},
		"same-subject":     {func(o *outcome.Outcome) { o.Supersedes = "O1" }, outcome.Ground{Before: filed("O1", "y", "")}},
		"in-force":         {func(o *outcome.Outcome) { o.Supersedes = "O1" }, outcome.Ground{Before: filed("O1", "x", "O9")}},
	} {
		o := complete()
		tc.spoil(&o)
		var refused *archive.RefusedError
		require.ErrorAs(t, outcome.Decide(&o, tc.ground), &refused, condition)
		require.Len(t, refused.Unmet, 1)
		require.Equal(t, condition, refused.Unmet[0].Condition)
	}
}

func TestEvolveAndCauses(t *testing.T) {
	t.Parallel()
	whole := complete()
	raw, err := json.Marshal(whole)
	require.NoError(t, err)
	f, err := outcome.Evolve(outcome.Filed{}, outcome.KindRecorded, raw)
	require.NoError(t, err)
	require.Equal(t, whole, f.Outcome)
	require.True(t, f.InForce())
	f, err = outcome.Evolve(f, outcome.KindSuperseded, []byte(`{"by":"O3"}`))
	require.NoError(t, err)
	require.Equal(t, "O3", f.SupersededBy)
	same, err := outcome.Evolve(f, "later", []byte(`7`))
	require.NoError(t, err)
	require.Equal(t, f, same)
	for _, kind := range []string{outcome.KindRecorded, outcome.KindSuperseded} {
		_, err = outcome.Evolve(f, kind, []byte(`7`))
		require.Error(t, err)
	}
	require.Equal(t, []outcome.CauseCount{{"b", 2}, {"a", 1}, {"c", 1}},
		outcome.Causes([]outcome.Outcome{{Causes: []string{"b", "a", "b"}}, {Causes: []string{"c", "b"}}}))
}
