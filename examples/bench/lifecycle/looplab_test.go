package lifecycle

import (
	"context"
	"testing"

	"github.com/looplab/fsm"
)

// looplab makes a machine whose guard is a before-event callback that cancels,
// as its documentation advises.
func looplab(r *record) *fsm.FSM {
	var events fsm.Events
	for _, s := range steps() {
		events = append(events, fsm.EventDesc{Name: s.event, Src: []string{s.from}, Dst: s.to})
	}
	return fsm.NewFSM("new", events, fsm.Callbacks{"before_event": func(_ context.Context, e *fsm.Event) {
		if !r.ready {
			e.Cancel()
		}
	}})
}

func BenchmarkLooplab(b *testing.B) {
	ctx := context.Background()
	b.Run("fire guarded", func(b *testing.B) {
		m, cycle, next := looplab(&record{ready: true}), around(), 0
		b.ReportAllocs()
		for b.Loop() {
			if err := m.Event(ctx, cycle[next]); err != nil {
				b.Fatal(err)
			}
			if next++; next == len(cycle) {
				next = 0
			}
		}
	})
	b.Run("reject", func(b *testing.B) {
		r := &record{ready: true}
		m := looplab(r)
		if err := m.Event(ctx, "submit"); err != nil {
			b.Fatal(err)
		}
		r.ready = false
		b.ReportAllocs()
		for b.Loop() {
			if m.Event(ctx, "approve") == nil {
				b.Fatal("fired")
			}
		}
	})
	b.Run("list permitted", func(b *testing.B) {
		m := looplab(&record{ready: true})
		if err := m.Event(ctx, "submit"); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if len(m.AvailableTransitions()) != 3 { // the guards are not asked
				b.Fatal("not three")
			}
		}
	})
	b.Run("construct per record", func(b *testing.B) {
		r := &record{ready: true}
		b.ReportAllocs()
		for b.Loop() {
			looplab(r)
		}
	})
}
