package xes_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/sampledata"
)

// TestReadsRealLogs compares counts with those of an independent program; the
// times are compared in examples/observe.
func TestReadsRealLogs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"running-example.xes", "roadtraffic100traces.xes", "receipt.xes.gz", "reviewing.xes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := readSample(t, name, xes.Options{File: name, Zone: time.UTC})
			path, err := sampledata.Find("logs", "reference", name+".json")
			require.NoError(t, err)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var want struct {
				Cases    int `json:"cases"`
				Events   int `json:"events"`
				Variants int `json:"variants"`
			}
			require.NoError(t, json.Unmarshal(text, &want))
			got := process.Measure(log)
			require.Equal(t, want.Cases, got.Cases)
			require.Equal(t, want.Events, got.Events)
			require.Len(t, got.Variants, want.Variants)
			require.Zero(t, log.Report.Count(process.Dropped))
			require.Zero(t, log.Report.Count(process.Repaired))
		})
	}
}

func readSample(t *testing.T, name string, options xes.Options) *process.Log {
	t.Helper()
	path, err := sampledata.Find("logs", name)
	if err != nil {
		t.Skip(err)
	}
	in, err := os.Open(filepath.Clean(path))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	b := process.NewBuilder(process.BuilderConfig{Attributes: options.Attributes})
	require.NoError(t, xes.Read(in, b, options))
	return b.Log()
}
