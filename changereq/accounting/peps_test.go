package accounting_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// open opens the 741 histories of Python Enhancement Proposals; the test is
// skipped where they are absent.
func open(t *testing.T) *os.File {
	t.Helper()
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(folder, "changes", "peps.jsonl"))
	if err != nil {
		t.Skipf("the real histories are absent: %v; COORDKIT_DATA names their folder", err)
	}
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// pepEvents imports every history under the lifecycle of PEP 1 and returns the
// events of each.
func pepEvents(t *testing.T) [][]changereq.Event {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "replay", "pep1.json"))
	require.NoError(t, err)
	def, err := lifecycle.Parse(text)
	require.NoError(t, err)
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	var all [][]changereq.Event
	lines := bufio.NewScanner(open(t))
	for lines.Scan() {
		var pep struct {
			ID          string `json:"id"`
			Title       string `json:"title"`
			Transitions []struct {
				At       time.Time `json:"at"`
				To       string    `json:"to"`
				By       string    `json:"by"`
				Resolved bool      `json:"resolution_present"`
			} `json:"transitions"`
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &pep))
		cmd := changereq.Import{
			ID: changereq.ID(pep.ID), Number: pep.ID, Source: "python/peps", Applicant: "authors", Lifecycle: lc.Ref(),
			Content: changereq.Content{Title: pep.Title},
		}
		for _, x := range pep.Transitions {
			f := changereq.Fact{At: x.At, By: x.By, State: x.To}
			if x.Resolved {
				f.Reference = "resolution"
			}
			cmd.Facts = append(cmd.Facts, f)
		}
		events, err := changereq.Decide(lc, changereq.Request{}, cmd, changereq.Env{Now: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, pep.ID)
		all = append(all, events)
	}
	require.NoError(t, lines.Err())
	return all
}

// The times between states of the PEPs, in whole days, computed beforehand by
// another program.
func TestLeadsOfThePEPs(t *testing.T) {
	t.Parallel()
	l := accounting.New(accounting.Config{Leads: []accounting.Lead{
		{Name: "decision", From: []string{"Draft"}, To: []string{"Accepted", "Rejected", "Withdrawn", "Deferred", "Final", "Provisional"}},
		{Name: "acceptance", From: []string{"Draft"}, To: []string{"Accepted"}},
		{Name: "completion", From: []string{"Accepted"}, To: []string{"Final"}},
	}, Landings: []accounting.Landing{{Name: "resolved", States: []string{"Accepted", "Rejected"}}}})
	all := pepEvents(t)
	for _, events := range all {
		for _, ev := range events {
			l.Add(ev)
		}
	}
	r := l.Report()
	require.Equal(t, 741, r.Requests)
	type oracle struct{ n, median, p90 int64 }
	got := make(map[string]oracle)
	for _, s := range r.Leads {
		got[s.Name] = oracle{int64(s.N), accounting.Days(s.Median), accounting.Days(s.P90)}
	}
	require.Equal(t, oracle{586, 191, 1649}, got["decision"])
	require.Equal(t, oracle{266, 83, 476}, got["acceptance"])
	require.Equal(t, oracle{251, 178, 1493}, got["completion"])
	require.Equal(t, accounting.Share{Name: "resolved", N: 197, Of: 411}, r.Shares[len(r.Shares)-1], "PEP 1 asks for a resolution")
	sum := 0
	for _, c := range r.States {
		sum += c.N
	}
	require.Equal(t, 741, sum, "every request is in one state")
}
