package notice_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func owed(tb testing.TB) notice.Obligation {
	tb.Helper()
	events, err := notice.DecideOwe(notice.Owe{ID: "O1", Recipient: "ann", About: "changereq:CR1#4", Subject: "approved"}, "paul", now)
	require.NoError(tb, err)
	return notice.Fold(events)
}

func TestOwing(t *testing.T) {
	t.Parallel()
	o := owed(t)
	require.Equal(t, notice.Owed, o.State)
	require.Equal(t, "paul", o.OwedBy)
	require.Equal(t, now, o.OwedAt)
	for _, c := range []notice.Owe{
		{},
		{ID: "O1", Recipient: "ann", About: "x"},
		{ID: "O1", Recipient: "ann", Subject: "x"},
		{ID: "O1", About: "x", Subject: "x"},
	} {
		_, err := notice.DecideOwe(c, "paul", now)
		require.ErrorIs(t, err, notice.ErrInvalid)
	}
}

// TestSteps holds the table of steps against every pair of states.
func TestSteps(t *testing.T) {
	t.Parallel()
	states := []notice.State{notice.Owed, notice.Sent, notice.Acknowledged, notice.Disputed, notice.Waived, notice.Unanswered}
	allowed := map[string]bool{
		"owed sent": true, "owed waived": true, "owed acknowledged": true, "owed disputed": true,
		"sent acknowledged": true, "sent disputed": true, "acknowledged disputed": true, "disputed acknowledged": true,
		"sent unanswered": true, "unanswered acknowledged": true, "unanswered disputed": true,
	}
	for _, from := range states {
		for _, to := range states {
			o := owed(t)
			o.State = from
			events, err := notice.DecideSettle(o, notice.Settle{State: to}, "x", now.Add(-time.Hour))
			name := fmt.Sprintf("%s %s", from, to)
			switch {
			case from == to:
				require.NoError(t, err, name)
				require.Empty(t, events, name)
			case allowed[name]:
				require.NoError(t, err, name)
				require.Equal(t, now, events[0].At, "time does not fall")
				require.Equal(t, to, notice.Evolve(o, events[0]).State)
			default:
				require.ErrorIs(t, err, notice.ErrRefused, name)
			}
		}
	}
}

func TestEventsSurviveJSON(t *testing.T) {
	t.Parallel()
	for _, d := range []notice.Data{
		notice.OwedData{Recipient: "ann", About: "x", Subject: "y"},
		notice.SettledData{State: notice.Sent, Evidence: "mail"},
		notice.Unknown{Of: "from-the-future", Raw: []byte(`{"a":1}`)},
	} {
		raw, err := notice.MarshalData(d)
		require.NoError(t, err)
		ev := notice.Event{Data: d}
		back, err := notice.UnmarshalData(ev.Kind(), raw)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(d, back))
	}
	_, err := notice.UnmarshalData("owed", []byte(`[]`))
	require.Error(t, err)
}

// Whatever is asked of an obligation, in whatever order, its row is the fold of
// its events and the waived one stays waived.
func TestLifeOfAnObligation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, err := notice.DecideOwe(notice.Owe{ID: "O1", Recipient: "ann", About: "x", Subject: "y"}, "paul", now)
		if err != nil {
			t.Fatal(err)
		}
		o := notice.Fold(events)
		at := now
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "minutes")) * time.Minute)
			to := rapid.SampledFrom([]notice.State{notice.Owed, notice.Sent, notice.Acknowledged, notice.Disputed, notice.Waived}).Draw(t, "to")
			more, err := notice.DecideSettle(o, notice.Settle{State: to, Reason: "r"}, "x", at)
			if err == nil && o.State == notice.Waived && to != notice.Waived {
				t.Fatal("a waived obligation came back")
			}
			events = append(events, more...)
			for _, ev := range more {
				o = notice.Evolve(o, ev)
			}
		}
		if d := cmp.Diff(o, notice.Fold(events)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestService(t *testing.T) {
	t.Parallel()
	_, err := notice.New(nil, nil)
	require.ErrorIs(t, err, notice.ErrInvalid)
	store := coordination.Notices(memory.New())
	s, err := notice.New(store, func() time.Time { return now })
	require.NoError(t, err)
	owe := func(id string) error {
		_, err := s.Owe(t.Context(), "acme", "paul", notice.Owe{ID: id, Recipient: "ann", About: "x", Subject: "y"})
		return err
	}
	require.NoError(t, owe("O1"))
	require.ErrorIs(t, owe("O1"), notice.ErrConflict)
	first, err := s.Claim(t.Context(), "acme", time.Minute, 10)
	require.NoError(t, err)
	require.Len(t, first, 1)
	second, err := s.Claim(t.Context(), "acme", time.Minute, 10)
	require.NoError(t, err)
	require.Empty(t, second, "somebody is delivering it")
	_, err = s.Get(t.Context(), "acme", "O2")
	require.ErrorIs(t, err, notice.ErrNotFound)
	sent, err := s.Settle(t.Context(), "acme", "carol", "O1", notice.Settle{State: notice.Sent, Evidence: "mail 3"})
	require.NoError(t, err)
	require.Equal(t, notice.Sent, sent.State)
	_, err = s.Settle(t.Context(), "acme", "carol", "O1", notice.Settle{State: notice.Waived})
	require.ErrorIs(t, err, notice.ErrRefused, "what was sent cannot be waived")
	list, _, err := s.List(t.Context(), "acme", notice.Query{Recipient: "ann", State: notice.Sent})
	require.NoError(t, err)
	require.Equal(t, []notice.Obligation{sent}, list)
}

func FuzzUnmarshalData(f *testing.F) {
	f.Add("owed", []byte(`{"recipient":"ann"}`))
	f.Add("settled", []byte(`{"state":"sent"}`))
	f.Add("unheard-of", []byte(`{}`))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		data, err := notice.UnmarshalData(notice.Kind(kind), raw)
		if err != nil {
			return
		}
		ev := notice.Event{Obligation: "O", Seq: 1, Data: data}
		if o := notice.Evolve(notice.Obligation{}, ev.Clone()); o.Events != 1 {
			t.Fatal("the event did not count")
		}
	})
}
