package lifecycle

import (
	"context"
	"testing"

	"github.com/qmuntal/stateless"
)

func machine(r *record) *stateless.StateMachine {
	m := stateless.NewStateMachine("new")
	for _, s := range steps() {
		m.Configure(s.from).Permit(s.event, s.to, func(context.Context, ...any) bool { return r.ready })
	}
	return m
}

// BenchmarkStateless is qmuntal/stateless in its default mode, which queues.
func BenchmarkStateless(b *testing.B) {
	ctx := context.Background()
	b.Run("fire guarded", func(b *testing.B) {
		m, cycle, next := machine(&record{ready: true}), around(), 0
		b.ReportAllocs()
		for b.Loop() {
			if err := m.FireCtx(ctx, cycle[next]); err != nil {
				b.Fatal(err)
			}
			if next++; next == len(cycle) {
				next = 0
			}
		}
	})
	b.Run("reject", func(b *testing.B) {
		r := &record{ready: true}
		m := machine(r)
		if err := m.FireCtx(ctx, "submit"); err != nil {
			b.Fatal(err)
		}
		r.ready = false
		b.ReportAllocs()
		for b.Loop() {
			if m.FireCtx(ctx, "approve") == nil {
				b.Fatal("fired")
			}
		}
	})
	b.Run("list permitted", func(b *testing.B) {
		m := machine(&record{ready: true})
		if err := m.FireCtx(ctx, "submit"); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if list, err := m.PermittedTriggersCtx(ctx); err != nil || len(list) != 3 {
				b.Fatal(list, err)
			}
		}
	})
	b.Run("construct per record", func(b *testing.B) {
		r := &record{ready: true}
		b.ReportAllocs()
		for b.Loop() {
			machine(r)
		}
	})
}
