package changereq_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
)

// P14: a history goes through JSON and back as it was, with events among it that
// this version does not know: their bytes are kept, and the fold passes them by.
func TestP14JSONRoundTripKeepsTheUnknown(t *testing.T) {
	t.Parallel()
	known := upTo(t, "Closed").events
	rapid.Check(t, func(t *rapid.T) {
		events := mingled(t, known)
		var back []changereq.Event
		for _, ev := range events {
			raw, err := changereq.MarshalData(ev.Data)
			if err != nil {
				t.Fatal(err)
			}
			data, err := changereq.UnmarshalData(ev.Kind(), raw)
			if err != nil {
				t.Fatal(err)
			}
			again, err := changereq.MarshalData(data)
			if err != nil || string(again) != string(raw) {
				t.Fatalf("%s came back as %s: %v", raw, again, err)
			}
			ev.Data = data
			back = append(back, ev)
		}
		if d := difference(events, back); d != "" {
			t.Fatalf("the events came back as others:\n%s", d)
		}
		want, got := changereq.Fold(known), changereq.Fold(back)
		if got.Events != int64(len(events)) {
			t.Fatalf("%d events are folded, %d were given", got.Events, len(events))
		}
		got.Events = want.Events
		if d := difference(want, got); d != "" {
			t.Fatalf("events that are not known changed the request:\n%s", d)
		}
	})
}

// mingled is the history with events of unknown kinds in between. They take
// place when the event before them did.
func mingled(t *rapid.T, known []changereq.Event) []changereq.Event {
	var out []changereq.Event
	for _, ev := range known {
		out = append(out, ev)
		for range rapid.IntRange(0, 2).Draw(t, "unknown") {
			raw := rapid.SampledFrom([]string{`{"a":1,"b":{"c":[null,1.50,"é"]}}`, `{ }`, `[1 , 2]`, `"text"`, `null`, `12345678901234567890`}).Draw(t, "raw")
			out = append(out, changereq.Event{Request: ev.Request, At: ev.At, Actor: "newer", Data: changereq.Unknown{
				EventKind: changereq.Kind(rapid.StringMatching(`x-[a-z]{1,9}`).Draw(t, "kind")), Raw: []byte(raw),
			}})
		}
	}
	out = slices.Clone(out)
	for i := range out {
		out[i].Seq = int64(i + 1)
	}
	return out
}

// P14: the row goes through JSON and back as it was.
func TestP14RequestsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"Draft", "Submitted", "Triage", "Assessing", "ForDecision", "Approved", "Scheduled", "Implementing", "Verifying", "Closed"} {
		r := upTo(t, state).req
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var back changereq.Request
		require.NoError(t, json.Unmarshal(text, &back))
		require.Empty(t, difference(r, back), state)
	}
}

// luno/workflow at 8a09a96d keeps the pointer that a caller hands it. Here what a
// caller does with a value afterwards reaches no event, no row and no other value.
func TestLunoWorkflow8a09a96dCallersKeepTheirMemory(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	asked := content()
	window := changereq.Window{Start: epoch, End: epoch.AddDate(0, 0, 1)}
	asked.Window = &window
	o.do(ann, changereq.Open{ID: "CR1", Content: asked})
	before := fmt.Sprintf("%+v %v", o.req.Content, *o.req.Content.Window)
	asked.Labels[0], asked.Affected[0].Item, window.End = "changed", "changed", epoch.Add(time.Hour)
	require.Equal(t, before, fmt.Sprintf("%+v %v", o.req.Content, *o.req.Content.Window))
	require.Empty(t, difference(o.req, changereq.Fold(o.events)), "the events neither")

	kept := o.req
	c := kept.Content.Clone()
	c.Title = "Another"
	o.do(ann, changereq.Amend{Content: c})
	o.req.Content.Affected[0].Item = "changed"
	require.Equal(t, changereq.ItemID("DRW-12"), kept.Content.Affected[0].Item)
}
