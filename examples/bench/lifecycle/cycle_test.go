package lifecycle

import (
	"strings"
	"testing"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// step is one edge of the cycle.
type step struct{ from, event, to string }

func steps() []step {
	var list []step
	for line := range strings.SplitSeq(`new submit assess
assess approve authorize
authorize approve scheduled
scheduled start implement
implement finish review
review close closed
closed reopen new
assess revert new
authorize revert new
new cancel canceled
assess cancel canceled
authorize cancel canceled
scheduled cancel canceled
implement cancel canceled`, "\n") {
		words := strings.Fields(line)
		list = append(list, step{words[0], words[1], words[2]})
	}
	return list
}

// around are the events of the cycle that the benchmarks fire.
func around() []string {
	return []string{"submit", "approve", "approve", "start", "finish", "close", "reopen"}
}

// record is what the guards look at.
type record struct{ ready bool }

// ours compiles the cycle, each edge with a guard or without any.
func ours(tb testing.TB, guarded bool) *lifecycle.Lifecycle[*record] {
	tb.Helper()
	def := lifecycle.Definition{ID: "cycle", Version: 1, Mode: lifecycle.Observe, Initial: []string{"new"}}
	categories := map[string]lifecycle.Category{
		"new": lifecycle.Intake, "assess": lifecycle.Assess, "authorize": lifecycle.Decide, "scheduled": lifecycle.Decide,
		"implement": lifecycle.Build, "review": lifecycle.Verify, "closed": lifecycle.Done, "canceled": lifecycle.Void,
	}
	for _, name := range []string{"new", "assess", "authorize", "scheduled", "implement", "review", "closed", "canceled"} {
		def.States = append(def.States, lifecycle.State{
			Name: name, Category: categories[name], Terminal: name == "closed" || name == "canceled",
		})
	}
	for _, s := range steps() {
		edge := lifecycle.Edge{From: s.from, Event: s.event, To: s.to, Reopen: s.event == "reopen"}
		if guarded {
			edge.Guards = []string{"ready"}
		}
		def.Edges = append(def.Edges, edge)
	}
	lc, findings := lifecycle.Compile(def, []lifecycle.Guard[*record]{{Name: "ready", Check: func(r *record, _ string) []lifecycle.Unmet {
		if r.ready {
			return nil
		}
		return []lifecycle.Unmet{{Condition: "ready", Text: "it is not ready"}}
	}}})
	if lc == nil {
		tb.Fatalf("%v", findings)
	}
	return lc
}

func BenchmarkCoordkit(b *testing.B) {
	for name, guarded := range map[string]bool{"fire free": false, "fire guarded": true} {
		b.Run(name, func(b *testing.B) {
			lc, cycle, r := ours(b, guarded), around(), &record{ready: true}
			state, next := "new", 0
			b.ReportAllocs()
			for b.Loop() {
				edge, unmet := lc.Fire(state, cycle[next], nil, r)
				if len(unmet) > 0 {
					b.Fatal(unmet)
				}
				state = edge.To
				if next++; next == len(cycle) {
					next = 0
				}
			}
		})
	}
	lc := ours(b, true)
	b.Run("reject", func(b *testing.B) {
		r := &record{}
		b.ReportAllocs()
		for b.Loop() {
			if _, unmet := lc.Fire("assess", "approve", nil, r); len(unmet) == 0 {
				b.Fatal("fired")
			}
		}
	})
	b.Run("list permitted", func(b *testing.B) {
		r := &record{ready: true}
		b.ReportAllocs()
		for b.Loop() {
			if len(lc.Permitted("assess", nil, r)) != 3 {
				b.Fatal("not three")
			}
		}
	})
	b.Run("construct per record", func(b *testing.B) {
		b.ReportAllocs()
		var state string
		for b.Loop() {
			state = "new" // an instance is the name of its state
		}
		_ = state
	})
}
