package accounting_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
	"github.com/coordkit/coordkit/changereq/approval"
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

// pep is one history: what the data says of it, and what its import gives.
type pep struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Authors     []string `json:"authors"`
	Approvers   []string `json:"approvers"`
	DecisionRef string   `json:"decision_ref"`
	Relations   struct {
		SupersededBy []string `json:"superseded_by"`
	} `json:"relations"`
	Transitions []struct {
		At       time.Time `json:"at"`
		To       string    `json:"to"`
		By       string    `json:"by"`
		Resolved bool      `json:"resolution_present"`
	} `json:"transitions"`
	Edits map[string]int `json:"targeted_edits_while_status"`

	events []changereq.Event
}

// peps imports every history under the lifecycle of PEP 1.
func peps(t *testing.T) []pep {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "replay", "pep1.json"))
	require.NoError(t, err)
	def, err := lifecycle.Parse(text)
	require.NoError(t, err)
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	var all []pep
	lines := bufio.NewScanner(open(t))
	for lines.Scan() {
		var x pep
		require.NoError(t, json.Unmarshal(lines.Bytes(), &x))
		x.events, err = changereq.Decide(lc, changereq.Request{}, x.facts(lc), changereq.Env{Now: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, x.ID)
		all = append(all, x)
	}
	require.NoError(t, lines.Err())
	return all
}

// facts is the command that imports the history.
func (p *pep) facts(lc *changereq.Lifecycle) changereq.Import {
	cmd := changereq.Import{
		ID: changereq.ID(p.ID), Number: p.ID, Source: "python/peps", Applicant: "authors", Lifecycle: lc.Ref(),
		Content: changereq.Content{Title: p.Title},
	}
	for _, x := range p.Transitions {
		f := changereq.Fact{At: x.At, By: x.By, State: x.To}
		if x.Resolved {
			f.Reference = "resolution"
		}
		cmd.Facts = append(cmd.Facts, f)
	}
	return cmd
}

// which are the numbers of those of which something holds.
func which(all []pep, holds func(*pep) bool) []string {
	var out []string
	for i := range all {
		if holds(&all[i]) {
			out = append(out, strings.TrimPrefix(all[i].ID, "PEP-"))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return out
}

// Who is both author and delegate is barred as applicant by any policy that asks
// the delegates.
func TestPEPsDecidedByTheirAuthors(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"426", "440", "459", "503"}, which(peps(t), func(p *pep) bool {
		if len(p.Approvers) == 0 {
			return false
		}
		judge, findings := changereq.CompilePolicy(approval.Policy{ID: "pep", Version: 1, Stages: []approval.Stage{{
			Name: "decision", Requirements: []approval.Requirement{{ID: "delegate", From: approval.From{Users: p.Approvers}, Need: approval.Need{Kind: approval.Any}}},
		}}})
		require.NotNil(t, judge, "%v", findings)
		return slices.ContainsFunc(p.Authors, func(author string) bool {
			return slices.ContainsFunc(p.Approvers, func(delegate string) bool {
				return judge.Bars(&approval.Case{Applicant: author}, "delegate", delegate) == approval.Applicant
			})
		})
	}))
}

// How the histories stand now, by their folds.
func TestWhereThePEPsStand(t *testing.T) {
	t.Parallel()
	all := peps(t)
	in := func(p *pep, states ...string) bool { return slices.Contains(states, changereq.Fold(p.events).State) }
	decided := func(p *pep) bool { return in(p, "Accepted", "Final", "Rejected", "Withdrawn") }
	require.Len(t, which(all, decided), 588)
	require.Len(t, which(all, func(p *pep) bool { return decided(p) && p.DecisionRef != "" }), 235)
	require.Equal(t, []string{"6", "344", "367", "411"}, which(all, func(p *pep) bool {
		return in(p, "Superseded") && len(p.Relations.SupersededBy) == 0
	}))
	accepted := func(p *pep) bool {
		return slices.ContainsFunc(p.events, func(ev changereq.Event) bool {
			fact, ok := ev.Data.(changereq.FactRecordedData)
			return ok && fact.To == "Accepted"
		})
	}
	require.Len(t, which(all, accepted), 273)
	edits := 0
	require.Len(t, which(all, func(p *pep) bool {
		n := p.Edits["Accepted"]
		edits += n
		return accepted(p) && n > 0
	}), 165, "edited after they were approved")
	require.Equal(t, 693, edits)
	lengths := make(map[int]int)
	for i := range all {
		lengths[len(all[i].Transitions)]++
	}
	require.Equal(t, map[int]int{1: 83, 2: 324, 3: 286, 4: 30, 5: 14, 6: 3, 7: 1}, lengths)
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
	for _, p := range peps(t) {
		for _, ev := range p.events {
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
