package retention_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
)

func date(tb testing.TB, text string) retention.Date {
	tb.Helper()
	d, err := retention.ParseDate(text)
	require.NoError(tb, err)
	return d
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func plan(phase retention.Phase) retention.Schedule {
	phase.Trigger, phase.Authority = "closed", "Act 1"
	if phase.Action == "" {
		phase.Action, phase.Approvals = retention.Destroy, 1
	}
	return retention.Schedule{ID: "S", Version: 1, Phases: []retention.Phase{phase}}
}

// MoReq2010 R5.4: triggers, offsets, periods and alignments of a disposal
// schedule.
func TestUntilAndDue(t *testing.T) {
	t.Parallel()
	plus1 := time.FixedZone("UTC+1", 3600)
	years := func(n int) retention.Period { return retention.Period{Years: n} }
	months := func(n int) retention.Period { return retention.Period{Months: n} }
	for name, tc := range map[string]struct {
		trigger    string
		phase      retention.Phase
		office     retention.Office
		until, due string
	}{
		"month end":        {"2023-01-31T12:00:00Z", retention.Phase{Period: months(1)}, retention.Office{}, "2023-02-28", "2023-03-01"},
		"leap day":         {"2024-02-29T12:00:00Z", retention.Phase{Period: years(1)}, retention.Office{}, "2025-02-28", "2025-03-01"},
		"year end":         {"2024-03-15T12:00:00Z", retention.Phase{Period: years(10), Rounding: retention.EndOfYear}, retention.Office{}, "2034-12-31", "2035-01-01"},
		"fiscal year":      {"2024-03-15T12:00:00Z", retention.Phase{Period: years(6), Rounding: retention.EndOfFiscal}, retention.Office{Fiscal: time.July}, "2030-06-30", "2030-07-01"},
		"zone":             {"2024-12-31T23:30:00Z", retention.Phase{Period: years(10), Rounding: retention.EndOfYear}, retention.Office{Zone: plus1}, "2035-12-31", "2036-01-01"},
		"offset":           {"2024-11-30T12:00:00Z", retention.Phase{Offset: months(3), Period: years(2), Rounding: retention.EndOfYear}, retention.Office{}, "2027-12-31", "2028-01-01"},
		"rounded twice":    {"2023-02-10T12:00:00Z", retention.Phase{Period: years(1), Rounding: retention.EndOfFiscal}, retention.Office{Fiscal: time.March}, "2024-02-29", "2024-03-01"},
		"quarter":          {"2024-02-29T12:00:00Z", retention.Phase{Period: months(1), Rounding: retention.EndOfQuarter}, retention.Office{}, "2024-06-30", "2024-07-01"},
		"month":            {"2024-01-30T12:00:00Z", retention.Phase{Period: months(1), Rounding: retention.EndOfMonth}, retention.Office{}, "2024-02-29", "2024-03-01"},
		"fiscal from Jan.": {"2024-03-15T12:00:00Z", retention.Phase{Period: years(1), Rounding: retention.EndOfFiscal}, retention.Office{}, "2025-12-31", "2026-01-01"},
	} {
		if tc.office.Zone == nil {
			tc.office.Zone = time.UTC
		}
		s := plan(tc.phase)
		require.NoError(t, s.Check(), name)
		got := s.Assess(tc.office, []retention.Fact{{Trigger: "closed", At: at(tc.trigger)}}, nil, 0)
		require.Equal(t, tc.until, got.Until.String(), name)
		require.Equal(t, tc.due, got.Due.String(), name)
		require.False(t, got.DueOn(date(t, tc.until)), name)
		require.True(t, got.DueOn(date(t, tc.due)), name)
	}
}

func TestPhases(t *testing.T) {
	t.Parallel()
	office := retention.Office{Zone: time.UTC}
	s := retention.Schedule{ID: "S", Version: 1, Phases: []retention.Phase{
		{Trigger: "closed", Period: retention.Period{Years: 1}, Action: retention.Review, Authority: "A", Confirmation: retention.Period{Days: 30}},
		{AfterLast: true, Period: retention.Period{Years: 2}, Action: retention.Destroy, Approvals: 2, Authority: "A"},
	}}
	require.NoError(t, s.Check())
	require.Equal(t, "closed", s.Assess(office, nil, nil, 0).Waiting, "the trigger has not happened")
	facts := []retention.Fact{{Trigger: "other", At: at("2019-01-01T00:00:00Z")}, {Trigger: "closed", At: at("2019-05-05T00:00:00Z")}, {Trigger: "closed", At: at("2020-05-05T00:00:00Z")}}
	first := s.Assess(office, facts, nil, 0)
	require.Equal(t, retention.Review, first.Action)
	require.Equal(t, "2021-05-06 2021-06-05", first.Due.String()+" "+first.Confirm.String())
	second := s.Assess(office, facts, nil, 1)
	require.Equal(t, "1 2023-05-06 2023-05-07", string(rune('0'+second.Phase))+" "+second.Until.String()+" "+second.Due.String())

	forEver := plan(retention.Phase{Action: retention.Permanent})
	require.Equal(t, retention.Date{}, forEver.Assess(office, facts, nil, 0).Due)
	require.False(t, forEver.Assess(office, facts, nil, 0).DueOn(date(t, "9999-01-01")))
}

func TestClockThatStands(t *testing.T) {
	t.Parallel()
	s := plan(retention.Phase{Period: retention.Period{Days: 10}}) // 2020-01-01 … 2020-01-11
	facts := []retention.Fact{{Trigger: "closed", At: at("2020-01-01T08:00:00Z")}}
	stop := func(from, to string) retention.Stop {
		out := retention.Stop{From: date(t, from)}
		if to != "" {
			out.To = date(t, to)
		}
		return out
	}
	for name, tc := range map[string]struct {
		stops []retention.Stop
		want  string
	}{
		"none":                {nil, "2020-01-11"},
		"three days":          {[]retention.Stop{stop("2020-01-03", "2020-01-05")}, "2020-01-14"},
		"overlapping":         {[]retention.Stop{stop("2020-01-04", "2020-01-06"), stop("2020-01-03", "2020-01-05")}, "2020-01-15"},
		"one within another":  {[]retention.Stop{stop("2020-01-03", "2020-01-08"), stop("2020-01-04", "2020-01-05")}, "2020-01-17"},
		"in the added time":   {[]retention.Stop{stop("2020-01-10", "2020-01-11"), stop("2020-01-13", "2020-01-13")}, "2020-01-14"},
		"after the end":       {[]retention.Stop{stop("2020-01-12", "2020-01-20")}, "2020-01-11"},
		"before the start":    {[]retention.Stop{stop("2019-12-01", "2020-01-02")}, "2020-01-13"},
		"over before it":      {[]retention.Stop{stop("2019-12-01", "2019-12-31")}, "2020-01-11"},
		"open":                {[]retention.Stop{stop("2020-01-05", "")}, "0000-00-00"},
		"open, but afterward": {[]retention.Stop{stop("2020-02-05", "")}, "2020-01-11"},
	} {
		got := s.Assess(retention.Office{Zone: time.UTC}, facts, tc.stops, 0)
		require.Equal(t, tc.want, got.Until.String(), name)
	}
}

// Invariant 9: a later trigger never makes a record due earlier, whatever the
// schedule; and nothing is due before its trigger.
func TestInvariant9DueIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		period := rapid.Custom(func(t *rapid.T) retention.Period {
			return retention.Period{Years: rapid.IntRange(0, 12).Draw(t, "y"), Months: rapid.IntRange(0, 30).Draw(t, "m"), Days: rapid.IntRange(0, 800).Draw(t, "d")}
		})
		s := plan(retention.Phase{
			Offset: period.Draw(t, "offset"), Period: period.Draw(t, "period"),
			Rounding: rapid.SampledFrom([]retention.Rounding{retention.Exact, retention.EndOfMonth, retention.EndOfQuarter, retention.EndOfYear, retention.EndOfFiscal}).Draw(t, "rounding"),
		})
		office := retention.Office{Zone: time.UTC, Fiscal: time.Month(rapid.IntRange(1, 12).Draw(t, "fiscal"))}
		a := rapid.Int64Range(0, 4e9).Draw(t, "a")
		b := a + rapid.Int64Range(0, 4e8).Draw(t, "later")
		due := func(sec int64) retention.Date {
			return s.Assess(office, []retention.Fact{{Trigger: "closed", At: time.Unix(sec, 0)}}, nil, 0).Due
		}
		if due(a).Compare(due(b)) > 0 {
			t.Fatalf("due %v for the earlier, %v for the later", due(a), due(b))
		}
		if due(a).Compare(retention.DateOf(time.Unix(a, 0), time.UTC)) <= 0 {
			t.Fatal("due before its trigger")
		}
	})
}

// Adding agrees with counting month by month and keeping the day while it lasts.
func TestAddingPeriods(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := retention.DateOf(time.Unix(rapid.Int64Range(-2e9, 8e9).Draw(t, "day"), 0), time.UTC)
		n := rapid.IntRange(0, 400).Draw(t, "months")
		year, month := d.Year, d.Month
		for range n {
			if month++; month > time.December {
				year, month = year+1, time.January
			}
		}
		day := d.Day
		for time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Month() != month {
			day--
		}
		want := retention.Date{Year: year, Month: month, Day: day}
		if got := d.Add(retention.Period{Months: n}); got != want {
			t.Fatalf("%v + %d months is %v, not %v", d, n, got, want)
		}
		if got := d.Add(retention.Period{Years: n / 12, Months: n % 12}); got != want {
			t.Fatalf("in years and months %v", got)
		}
	})
}

func TestSchedulesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*retention.Schedule){
		"id":           func(s *retention.Schedule) { s.ID = " " },
		"version":      func(s *retention.Schedule) { s.Version = 0 },
		"phases":       func(s *retention.Schedule) { s.Phases = nil },
		"period":       func(s *retention.Schedule) { s.Phases[0].Period.Days = -1 },
		"long period":  func(s *retention.Schedule) { s.Phases[0].Period.Years = 1001 },
		"rounding":     func(s *retention.Schedule) { s.Phases[0].Rounding = "week" },
		"action":       func(s *retention.Schedule) { s.Phases[0].Action = "burn" },
		"approvals":    func(s *retention.Schedule) { s.Phases[0].Approvals = 0 },
		"authority":    func(s *retention.Schedule) { s.Phases[0].Authority = "" },
		"no trigger":   func(s *retention.Schedule) { s.Phases[0].Trigger = "" },
		"after none":   func(s *retention.Schedule) { s.Phases[0].Trigger, s.Phases[0].AfterLast = "", true },
		"both":         func(s *retention.Schedule) { s.Phases[0].AfterLast = true },
		"after an end": func(s *retention.Schedule) { s.Phases = append(s.Phases, s.Phases[0]) },
	} {
		s := plan(retention.Phase{})
		spoil(&s)
		require.ErrorIs(t, s.Check(), retention.ErrInvalid, name)
	}
	_, err := retention.ParseDate("2023-02-30")
	require.ErrorIs(t, err, retention.ErrInvalid)
}

func TestRevisionsNeverShortenSilently(t *testing.T) {
	t.Parallel()
	on := func(text string) retention.Standing { return retention.Standing{Due: date(t, text)} }
	for name, tc := range map[string]struct {
		old, revised retention.Standing
		authority    string
		ignored      bool
	}{
		"longer":                 {on("2030-01-01"), on("2031-01-01"), "", false},
		"the same":               {on("2030-01-01"), on("2030-01-01"), "", false},
		"shorter":                {on("2030-01-01"), on("2029-12-31"), "", true},
		"shorter, allowed":       {on("2030-01-01"), on("2029-12-31"), "Act 2", false},
		"permanent before":       {retention.Standing{Action: retention.Permanent}, on("2040-01-01"), "", true},
		"waited before":          {retention.Standing{Waiting: "closed"}, on("2040-01-01"), " ", true},
		"permanent from now on":  {on("2030-01-01"), retention.Standing{Action: retention.Permanent}, "", false},
		"waits for another fact": {on("2030-01-01"), retention.Standing{Waiting: "paid"}, "", false},
	} {
		r := retention.Revise(tc.old, tc.revised, tc.authority)
		require.Equal(t, tc.ignored, r.Ignored, name)
		want := tc.revised
		if tc.ignored {
			want = tc.old
		}
		require.Equal(t, want, r.InForce(), name)
		require.Equal(t, tc.old, r.Old)
	}
}

func TestScopesOfHolds(t *testing.T) {
	t.Parallel()
	f := retention.Facts{Record: "R", Class: "C", Aggregations: []string{"folder", "drawer"}, Fields: map[string]string{"product": "hinge"}}
	for name, tc := range map[string]struct {
		scope retention.Scope
		want  bool
	}{
		"nothing":   {retention.Scope{}, false},
		"record":    {retention.Scope{Records: []archive.RecordID{"X", "R"}}, true},
		"class":     {retention.Scope{Classes: []string{"C"}}, true},
		"drawer":    {retention.Scope{Aggregations: []string{"drawer"}}, true},
		"condition": {retention.Scope{Conditions: []retention.Condition{{Field: "product", Value: "hinge"}}}, true},
		"others":    {retention.Scope{Records: []archive.RecordID{"X"}, Classes: []string{"D"}, Aggregations: []string{"box"}, Conditions: []retention.Condition{{Field: "product", Value: "door"}, {Field: "none", Value: ""}}}, false},
	} {
		require.Equal(t, tc.want, tc.scope.Covers(&f), name)
	}
	issued := at("2026-01-01T00:00:00Z")
	h := retention.Hold{ID: "H", Scope: retention.Scope{Records: []archive.RecordID{"R"}}, Issued: issued, Released: issued.Add(48 * time.Hour), StopClock: true}
	f.Holds = []retention.Hold{h, {ID: "other", StopClock: true}, {ID: "no stop", Scope: h.Scope}}
	require.False(t, h.InForce(issued.Add(-1)))
	require.True(t, h.InForce(issued))
	require.False(t, h.InForce(h.Released))
	require.Len(t, f.Held(issued.Add(time.Hour)), 2)
	require.Equal(t, []retention.Stop{{From: date(t, "2026-01-01"), To: date(t, "2026-01-03")}}, f.Stops(retention.Office{Zone: time.UTC}))
}

func TestHoldsSpread(t *testing.T) {
	t.Parallel()
	edge := func(kind archive.ReferenceType, from, to archive.RecordID) archive.Reference {
		return archive.NewReference(kind, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{})
	}
	var nodes []reference.Node
	for _, id := range []archive.RecordID{"paper", "scan", "copy", "letter", "annex", "part", "next", "cited"} {
		nodes = append(nodes, reference.Node{ID: id})
	}
	g := reference.NewGraph(nodes, []archive.Reference{
		edge(archive.HasFormat, "paper", "scan"), edge(archive.HasFormat, "copy", "scan"), edge(archive.AttachmentOf, "annex", "paper"),
		edge(archive.HasPart, "paper", "part"), edge(archive.HasPart, "letter", "paper"), edge(archive.Supersedes, "next", "paper"), edge(archive.References, "paper", "cited"),
	})
	require.Equal(t, []archive.RecordID{"annex", "copy", "paper", "part", "scan"}, retention.Spread(g, false, "paper"))
	require.Equal(t, []archive.RecordID{"annex", "copy", "next", "paper", "part", "scan"}, retention.Spread(g, true, "scan"))
}

// desk is a disposal under way with everything around it.
type desk struct {
	batch  retention.Batch
	events []retention.Event
	now    time.Time
	holds  []retention.Hold
	due    retention.Standing
	digest archive.Digest
	more   []archive.Digest // contents beside it
}

func (d *desk) env(actor string) retention.Env {
	return retention.Env{
		Now: d.now, Actor: actor, Office: retention.Office{Zone: time.UTC},
		Facts:  []retention.Facts{{Record: "R", Digest: d.digest, Contents: append([]archive.Digest{d.digest}, d.more...), Class: "C", Standing: d.due, Holds: d.holds}},
		Phases: map[archive.RecordID]retention.Phase{"R": {Approvals: 2}},
	}
}

func (d *desk) do(actor string, cmd retention.Command) error {
	ev, err := retention.Decide(d.batch, cmd, d.env(actor))
	if err == nil {
		d.batch = retention.Evolve(d.batch, ev)
		d.events = append(d.events, ev)
	}
	return err
}

func newDesk() *desk {
	return &desk{
		now: at("2030-06-01T12:00:00Z"), digest: archive.DigestOf([]byte("x")),
		due: retention.Standing{Action: retention.Destroy, Due: retention.Date{Year: 2030, Month: 1, Day: 1}},
	}
}

// unmet are the conditions that an error names.
func unmet(err error) (out []string) {
	if refused, ok := errors.AsType[*archive.RefusedError](err); ok {
		for _, u := range refused.Unmet {
			out = append(out, u.Condition)
		}
	}
	return out
}

func TestDisposal(t *testing.T) {
	t.Parallel()
	d := newDesk()
	require.NoError(t, d.do("rita", retention.Ask{ID: "B1", Action: retention.Destroy, Reason: "due"}))
	require.Equal(t, 2, d.batch.Needed)
	require.Equal(t, []string{"separation"}, unmet(d.do("rita", retention.Approve{Scope: d.batch.Scope})))
	require.Equal(t, []string{"scope"}, unmet(d.do("anna", retention.Approve{Scope: "x"})))
	require.NoError(t, d.do("anna", retention.Approve{Scope: d.batch.Scope}))
	require.Equal(t, []string{"twice"}, unmet(d.do("anna", retention.Approve{Scope: d.batch.Scope})))
	require.Equal(t, []string{"approved"}, unmet(d.do("rita", retention.Begin{Record: "R"})))
	require.NoError(t, d.do("bert", retention.Approve{Scope: d.batch.Scope}))
	require.Equal(t, []string{"scope"}, unmet(d.do("rita", retention.Begin{Record: "Q"})))
	require.Equal(t, []string{"state"}, unmet(d.do("rita", retention.Finish{Record: "R"})))
	require.Equal(t, []string{"action"}, unmet(d.do("rita", retention.HandOver{Record: "R"})))
	require.NoError(t, d.do("rita", retention.Begin{Record: "R"}))
	require.Equal(t, []string{"state"}, unmet(d.do("rita", retention.Begin{Record: "R"})))
	require.Equal(t, []string{"destroying"}, unmet(d.do("rita", retention.Withdraw{Reason: "late"})))
	require.NoError(t, d.do("rita", retention.Finish{Record: "R"}))
	c := retention.Certify(d.events)
	require.Empty(t, cmp.Diff(retention.Certificate{
		Batch: "B1", Action: retention.Destroy, Scope: d.batch.Scope, Requester: "rita", Approvals: d.batch.Approvals,
		Done: []retention.Tombstone{{Record: "R", Digest: d.digest, Batch: "B1", Scope: d.batch.Scope, Action: retention.Destroy, By: "rita", At: d.now}},
	}, c))
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.due.Action = retention.Transfer
	require.NoError(t, d.do("rita", retention.Ask{ID: "B1", Action: retention.Transfer, Reason: "due"}))
	scan, other := archive.DigestOf([]byte("scan")), archive.DigestOf([]byte("other"))
	d.more = []archive.Digest{scan}
	receipt := func(items ...retention.Received) retention.TakeReceipt {
		return retention.TakeReceipt{Receiver: " National Archive ", Items: items}
	}
	all := retention.Received{Record: "R", Digests: []archive.Digest{scan, d.digest}}
	require.Equal(t, []string{"approved"}, unmet(d.do("rita", receipt(all))), "nobody gets anything before")
	for _, who := range []string{"anna", "bert"} {
		require.NoError(t, d.do(who, retention.Approve{Scope: d.batch.Scope}))
	}
	require.Equal(t, []string{"action"}, unmet(d.do("rita", retention.Begin{Record: "R"})))
	require.Equal(t, []string{"receipt"}, unmet(d.do("rita", retention.HandOver{Record: "R"})))
	for name, tc := range map[string]struct {
		cmd  retention.TakeReceipt
		want []string
		text string
	}{
		"nobody":          {retention.TakeReceipt{Items: []retention.Received{all}}, []string{"receiver"}, "who"},
		"nothing":         {receipt(), []string{"missing"}, `"R"`},
		"a content less":  {receipt(retention.Received{Record: "R", Digests: []archive.Digest{d.digest}}), []string{"missing"}, string(scan)},
		"a content more":  {receipt(retention.Received{Record: "R", Digests: []archive.Digest{d.digest, scan, other}}), []string{"misstated"}, string(other)},
		"another content": {receipt(retention.Received{Record: "R", Digests: []archive.Digest{d.digest, other}}), []string{"missing", "misstated"}, string(other)},
		"content twice":   {receipt(retention.Received{Record: "R", Digests: []archive.Digest{d.digest, scan, scan}}), []string{"twice"}, string(scan)},
		"a record more":   {receipt(all, retention.Received{Record: "Q", Digests: []archive.Digest{other}}), []string{"scope"}, `"Q"`},
		"a record twice":  {receipt(all, all), []string{"twice"}, `"R"`},
	} {
		err := d.do("rita", tc.cmd)
		require.Equal(t, tc.want, unmet(err), name)
		require.Contains(t, err.Error(), tc.text, name)
	}
	require.NoError(t, d.do("rita", receipt(all)))
	require.Equal(t, []string{"scope"}, unmet(d.do("rita", retention.HandOver{Record: "Q"})))
	d.more = append(d.more, other)
	require.Equal(t, []string{"missing"}, unmet(d.do("rita", retention.HandOver{Record: "R"})), "it was made after the receipt")
	d.more = d.more[:1]
	require.Len(t, retention.Certify(d.events).Open, 1)
	require.NoError(t, d.do("rita", retention.HandOver{Record: "R"}))
	require.Equal(t, []string{"state"}, unmet(d.do("rita", receipt(all))))
	c := retention.Certify(d.events)
	require.Equal(t, "National Archive", c.Done[0].Receiver)
	require.Len(t, c.Receipt.Items[0].Digests, 2)
	raw, err := json.Marshal(d.events[len(d.events)-2])
	require.NoError(t, err)
	back, err := retention.UnmarshalEvent("receipted", raw)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(d.events[len(d.events)-2], back))
}

func TestWhatStandsAgainstADisposal(t *testing.T) {
	t.Parallel()
	approved := func() *desk {
		d := newDesk()
		require.NoError(t, d.do("rita", retention.Ask{ID: "B1", Action: retention.Destroy, Reason: "due"}))
		for _, who := range []string{"anna", "bert"} {
			require.NoError(t, d.do(who, retention.Approve{Scope: d.batch.Scope}))
		}
		return d
	}
	for name, tc := range map[string]struct {
		spoil func(*desk)
		want  []string
	}{
		"nothing": {func(*desk) {}, nil},
		"hold": {func(d *desk) {
			d.holds = []retention.Hold{{ID: "H", Scope: retention.Scope{Classes: []string{"C"}}, Issued: d.now.Add(-time.Hour)}}
		}, []string{"held"}},
		"hold is over": {func(d *desk) {
			h := retention.Hold{ID: "H", Scope: retention.Scope{Classes: []string{"C"}}, Issued: d.now.Add(time.Hour), Released: d.now.Add(2 * time.Hour)}
			d.now = d.now.Add(3 * time.Hour)
			d.holds = []retention.Hold{h}
		}, []string{"lapsed"}},
		"other scope":  {func(d *desk) { d.batch.Items[0].Digest = "y" }, []string{"approved", "content"}},
		"own approval": {func(d *desk) { d.batch.Approvals[0].By = "rita" }, []string{"approved"}},
		"content":      {func(d *desk) { d.digest = "y" }, []string{"content"}},
		"not due":      {func(d *desk) { d.due.Due.Year = 2031 }, []string{"due"}},
		"waits":        {func(d *desk) { d.due = retention.Standing{Waiting: "closed"} }, []string{"due"}},
		"permanent":    {func(d *desk) { d.due = retention.Standing{Action: retention.Permanent} }, []string{"due"}},
		"other action": {func(d *desk) { d.due.Action = retention.Transfer }, []string{"action"}},
		"withdrawn":    {func(d *desk) { require.NoError(t, d.do("rita", retention.Withdraw{Reason: "no"})) }, []string{"withdrawn"}},
	} {
		d := approved()
		tc.spoil(d)
		require.Equal(t, tc.want, unmet(d.do("rita", retention.Begin{Record: "R"})), name)
	}
	d := newDesk()
	for name, cmd := range map[string]retention.Command{"id": retention.Ask{Action: retention.Destroy, Reason: "x"}, "action": retention.Ask{ID: "B", Action: retention.Review, Reason: "x"}, "reason": retention.Ask{ID: "B", Action: retention.Destroy}} {
		require.ErrorIs(t, d.do("rita", cmd), retention.ErrInvalid, name)
	}
	require.ErrorIs(t, d.do("", retention.Ask{ID: "B", Action: retention.Destroy, Reason: "x"}), retention.ErrInvalid)
	require.Equal(t, []string{"batch"}, unmet(d.do("rita", retention.Withdraw{Reason: "x"})))
}

// Invariants 7 and 8: whatever is done in whatever order, a record goes only when
// it is due, approved by enough others for exactly this, and held by nothing since
// the batch was asked for. The conditions are computed here from the bare history.
func TestInvariants7And8NothingHeldGoes(t *testing.T) {
	t.Parallel()
	people := []string{"rita", "anna", "bert", "carl"}
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk()
		d.now = at("2029-12-30T12:00:00Z")
		var asked time.Time
		var requester string
		approvers := make(map[string]bool)
		touched := time.Time{} // when a hold was last issued or released
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			d.now = d.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
			who := rapid.SampledFrom(people).Draw(t, "who")
			switch rapid.IntRange(0, 6).Draw(t, "do") {
			case 0:
				if d.batch.Withdrawn || d.batch.ID == "" {
					d.batch = retention.Batch{}
					if d.do(who, retention.Ask{ID: "B", Action: retention.Destroy, Reason: "due"}) == nil {
						asked, requester = d.now, who
						clear(approvers)
					}
				}
			case 1:
				if d.do(who, retention.Approve{Scope: d.batch.Scope}) == nil {
					if who == requester || approvers[who] {
						t.Fatal("an approval that does not count was taken")
					}
					approvers[who] = true
				}
			case 2:
				d.holds = append(d.holds, retention.Hold{ID: "H", Scope: retention.Scope{Records: []archive.RecordID{"R"}}, Issued: d.now})
				touched = d.now
			case 3:
				if i := slices.IndexFunc(d.holds, func(h retention.Hold) bool { return h.Released.IsZero() }); i >= 0 {
					d.holds = slices.Clone(d.holds)
					d.holds[i].Released = d.now
					touched = d.now
				}
			case 4:
				_ = d.do(who, retention.Withdraw{Reason: "second thoughts"})
			default:
				held := slices.ContainsFunc(d.holds, func(h retention.Hold) bool { return h.Released.IsZero() })
				due := !d.now.Before(at("2030-01-01T00:00:00Z"))
				lawful := d.batch.ID != "" && !d.batch.Withdrawn && d.batch.Items[0].State == retention.InDisposal &&
					due && !held && len(approvers) >= 2 && !touched.After(asked)
				if err := d.do(who, retention.Begin{Record: "R"}); (err == nil) != lawful {
					t.Fatalf("lawful %v, and the answer is %v", lawful, err)
				}
				if lawful {
					if err := d.do(who, retention.Finish{Record: "R"}); err != nil {
						t.Fatal(err)
					}
					if len(retention.Certify(d.events[len(d.events)-2:]).Done) != 1 {
						t.Fatal("no tombstone")
					}
					return
				}
			}
		}
	})
}
