package accounting_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return epoch.Add(time.Duration(n) * time.Hour) }

const hourUS = int64(time.Hour / time.Microsecond)

// history makes events of one request, each an hour after the other unless said
// otherwise.
type history struct {
	id     changereq.ID
	events []changereq.Event
}

func (h *history) at(n int, actor string, data ...changereq.Data) {
	for _, d := range data {
		h.events = append(h.events, changereq.Event{Request: h.id, Seq: int64(len(h.events) + 1), At: hour(n), Actor: actor, Data: d})
	}
}

func opened(lc string) changereq.OpenedData {
	return changereq.OpenedData{
		Number: "CR", Lifecycle: changereq.LifecycleRef{ID: lc, Version: 1}, State: "Draft", Category: lifecycle.Intake, Applicant: "ann",
	}
}

func moved(from, to string, category lifecycle.Category) changereq.MovedData {
	return changereq.MovedData{From: from, To: to, Category: category}
}

func ending(from, to string, category lifecycle.Category, outcome changereq.Outcome) changereq.MovedData {
	d := moved(from, to, category)
	d.Outcome = outcome
	return d
}

func brief(n int) changereq.BriefIssuedData {
	return changereq.BriefIssuedData{Brief: changereq.Brief{Number: n}}
}

func decided(v changereq.Verdict, by string, n int) changereq.DecidedData {
	return changereq.DecidedData{Decision: changereq.Decision{Verdict: v, By: by, Brief: n}}
}

func vote(by string, n int) changereq.VoteCastData {
	return changereq.VoteCastData{Vote: approval.Vote{By: by, Kind: approval.Approve, Brief: n}}
}

func owed(id, who string, n int) changereq.ObligationOwedData {
	return changereq.ObligationOwedData{Obligation: changereq.Obligation{ID: id, Recipient: who, OwedAt: hour(n), State: changereq.ObligationOwed}}
}

func told(id string, s changereq.ObligationState) changereq.ObligationChangedData {
	return changereq.ObligationChangedData{Obligation: id, State: s}
}

func result(item changereq.ItemID) changereq.ResultRecordedData {
	return changereq.ResultRecordedData{Result: changereq.Result{Item: item, Released: true}}
}

// office is four requests whose figures can be counted by hand.
func office() [][]changereq.Event {
	done := history{id: "done"} // returned once, approved twice, implemented
	done.at(0, "ann", opened("normal"))
	done.at(2, "ann", moved("Draft", "Submitted", lifecycle.Intake))
	done.at(3, "carl", moved("Submitted", "Assessing", lifecycle.Assess), moved("Assessing", "Draft", lifecycle.Intake))
	done.at(4, "carl", moved("Draft", "ForDecision", lifecycle.Decide), brief(1))
	done.at(6, "vera", vote("vera", 1))
	done.at(10, "paul", vote("paul", 1), decided(changereq.Approved, "paul", 1), owed("d.1", "ann", 10), owed("d.2", "otto", 10))
	done.at(11, "carl", told("d.2", changereq.ObligationSent))
	done.at(12, "carl", changereq.ApprovalLapsedData{}, result("early"))
	done.at(13, "carl", told("d.1", changereq.ObligationSent), brief(2))
	done.at(15, "pia", decided(changereq.Approved, "pia", 2), moved("ForDecision", "Implementing", lifecycle.Build))
	done.at(16, "ivo", result("spec"), changereq.ResultVerifiedData{Item: "spec"}, changereq.ResultVerifiedData{Item: "early"})
	done.at(30, "carl", changereq.ReviewedData{Verdict: changereq.ReviewSuccessful},
		ending("Implementing", "Closed", lifecycle.Done, changereq.OutcomeImplemented))

	undone := history{id: "undone"} // approved at once, backed out, restored in two steps
	undone.at(0, "ann", opened("emergency"))
	undone.at(1, "ann", moved("Draft", "ForDecision", lifecycle.Decide), brief(1))
	undone.at(4, "paul", decided(changereq.Approved, "paul", 1), moved("ForDecision", "Implementing", lifecycle.Build), result("a"), result("b"))
	undone.at(5, "carl", ending("Implementing", "BackedOut", lifecycle.Verify, changereq.OutcomeBackedOut))
	undone.at(6, "ivo", changereq.RestoredData{Item: "a"})
	undone.at(9, "ivo", changereq.RestoredData{Item: "b"}, owed("u.1", "ann", 9))

	refused := history{id: "refused"}
	refused.at(0, "ann", opened("normal"))
	refused.at(1, "ann", moved("Draft", "ForDecision", lifecycle.Decide), brief(1))
	refused.at(2, "paul", decided(changereq.Rejected, "paul", 1), ending("ForDecision", "Informing", lifecycle.Void, changereq.OutcomeRejected),
		owed("r.1", "ann", 2), told("r.1", changereq.ObligationWaived))

	draft := history{id: "draft"}
	draft.at(8, "=ann", opened("normal"))
	draft.at(9, "carl", changereq.Unknown{EventKind: "later"})
	return [][]changereq.Event{done.events, undone.events, refused.events, draft.events}
}

func account(asOf time.Time, all ...[]changereq.Event) accounting.Report {
	l := accounting.New(accounting.Config{
		AsOf: asOf, Notice: 20 * time.Hour,
		Emergency: func(ref changereq.LifecycleRef) bool { return ref.ID == "emergency" },
		Leads:     []accounting.Lead{{Name: "own", From: []string{"Draft"}, To: []string{"Closed", "Informing"}}},
	})
	for _, events := range all {
		for _, ev := range events {
			l.Add(ev)
		}
	}
	return l.Report()
}

func TestFiguresCountedByHand(t *testing.T) {
	t.Parallel()
	got := account(hour(30), office()...)
	require.Empty(t, cmp.Diff(accounting.Report{
		AsOf: hour(30), Requests: 4,
		States:   []accounting.Count{{Name: "BackedOut", N: 1}, {Name: "Closed", N: 1}, {Name: "Draft", N: 1}, {Name: "Informing", N: 1}},
		Outcomes: []accounting.Count{{Name: "backed-out", N: 1}, {Name: "implemented", N: 1}, {Name: "rejected", N: 1}},
		Ages: []accounting.Spread{
			{Name: "BackedOut", N: 1, Median: 25 * hourUS, P90: 25 * hourUS}, {Name: "Draft", N: 1, Median: 22 * hourUS, P90: 22 * hourUS},
		},
		Leads: []accounting.Spread{
			{Name: "submit-decision", N: 3, Median: 3 * hourUS, P90: 8 * hourUS}, // 1, 3, 8
			{Name: "decision-told", N: 1, Median: 3 * hourUS, P90: 3 * hourUS},   // a waiver tells nobody
			{Name: "decision-effective", N: 1, Median: 20 * hourUS, P90: 20 * hourUS},
			{Name: "restore", N: 1, Median: 4 * hourUS, P90: 4 * hourUS},
			{Name: "own", N: 2, Median: 16 * hourUS, P90: 30 * hourUS}, // 2 and 30
		},
		Shares: []accounting.Share{
			{Name: "first-pass", N: 1, Of: 3},
			{Name: "re-approved", N: 1, Of: 2},
			{Name: "failed", N: 1, Of: 2},
			{Name: "emergency", N: 1, Of: 4},
			{Name: "unauthorised", N: 1, Of: 4},
			{Name: "verified", N: 1, Of: 1},
			{Name: "overdue", N: 1, Of: 1},
		},
		Approvers: []accounting.Spread{
			{Name: "paul", N: 3, Median: 3 * hourUS, P90: 6 * hourUS},
			{Name: "pia", N: 1, Median: 2 * hourUS, P90: 2 * hourUS},
			{Name: "vera", N: 1, Median: 2 * hourUS, P90: 2 * hourUS},
		},
	}, got))
}

// As of a date is the account of what had happened by then, whatever was added
// in whatever order of the requests.
func TestAsOfIsTheAccountOfABeginning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := office()
		at := hour(rapid.IntRange(0, 31).Draw(t, "as of"))
		var before [][]changereq.Event
		for _, events := range all {
			n := slices.IndexFunc(events, func(ev changereq.Event) bool { return ev.At.After(at) })
			if n < 0 {
				n = len(events)
			}
			before = append(before, events[:n])
		}
		want := account(at, before...)
		if diff := cmp.Diff(want, account(at, rapid.Permutation(all).Draw(t, "order")...)); diff != "" {
			t.Fatalf("as of %v: want - got +\n%s", at, diff)
		}
	})
}

func TestCSV(t *testing.T) {
	t.Parallel()
	r := account(hour(30), office()...)
	r.Approvers = append(r.Approvers, accounting.Spread{Name: "=cmd|' /C calc'!A0", N: 1}, accounting.Spread{Name: "a,\"b\"\n", N: 1})
	var out bytes.Buffer
	require.NoError(t, r.WriteCSV(&out))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"section", "name", "n", "of", "median_us", "p90_us"}, rows[0])
	require.Contains(t, rows, []string{"lead", "restore", "1", "", strconv.FormatInt(4*hourUS, 10), strconv.FormatInt(4*hourUS, 10)})
	require.Contains(t, rows, []string{"share", "first-pass", "1", "3", "", ""})
	require.Contains(t, rows, []string{"approver", "'=cmd|' /C calc'!A0", "1", "", "0", "0"})
	require.Contains(t, rows, []string{"approver", "a,\"b\"\n", "1", "", "0", "0"})
	raw, err := json.Marshal(r)
	require.NoError(t, err)
	var back accounting.Report
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Empty(t, cmp.Diff(r, back))
}

func TestNothingAddsUpToNothing(t *testing.T) {
	t.Parallel()
	r := accounting.New(accounting.Config{}).Report()
	require.Zero(t, r.Requests)
	require.Len(t, r.Leads, 4)
	require.NoError(t, r.WriteCSV(&bytes.Buffer{}))
}

func TestDaysRoundDown(t *testing.T) {
	t.Parallel()
	day := 24 * hourUS
	for us, want := range map[int64]int64{0: 0, day - 1: 0, day: 1, -1: -1, -day: -1, -day - 1: -2} {
		require.Equal(t, want, accounting.Days(us))
	}
}
