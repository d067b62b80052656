package lifecycle_test

import (
	"fmt"
	"testing"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// facts is what the guards of the benchmark look at: a set of conditions that hold.
type facts struct{ hold uint64 }

// peers is the lifecycle on which other Go libraries were measured: 8 states, 14 edges.
func peers(guarded bool) lifecycle.Definition {
	def := lifecycle.Definition{ID: "peers", Version: 1, Mode: lifecycle.Observe, Initial: []string{"new"}}
	for _, name := range []string{"new", "assess", "authorize", "scheduled", "implement", "review", "closed", "canceled"} {
		state := lifecycle.State{Name: name, Category: lifecycle.Assess}
		if name == "closed" || name == "canceled" {
			state.Category, state.Terminal = lifecycle.Void, true
		}
		def.States = append(def.States, state)
	}
	add := func(from, event, to string) {
		edge := lifecycle.Edge{From: from, Event: event, To: to, Reopen: from == "closed", Roles: []string{"applicant", "coordinator"}}
		if guarded {
			edge.Guards = []string{"ready"}
		}
		def.Edges = append(def.Edges, edge)
	}
	add("new", "submit", "assess")
	add("assess", "approve", "authorize")
	add("authorize", "approve", "scheduled")
	add("scheduled", "start", "implement")
	add("implement", "finish", "review")
	add("review", "close", "closed")
	add("closed", "reopen", "new")
	add("assess", "revert", "new")
	add("authorize", "revert", "new")
	for _, name := range []string{"new", "assess", "authorize", "scheduled", "implement"} {
		add(name, "cancel", "canceled")
	}
	return def
}

func compilePeers(b *testing.B, guarded bool) *lifecycle.Lifecycle[*facts] {
	b.Helper()
	l, findings := lifecycle.Compile(peers(guarded), []lifecycle.Guard[*facts]{{Name: "ready", Check: func(v *facts, _ string) []lifecycle.Unmet {
		if v.hold&1 != 0 {
			return nil
		}
		return []lifecycle.Unmet{{Condition: "ready", Text: "not ready"}}
	}}})
	if l == nil {
		b.Fatal(findings)
	}
	return l
}

func BenchmarkFire(b *testing.B) {
	cycle := []string{"submit", "approve", "approve", "start", "finish", "close", "reopen"}
	for _, guarded := range []bool{false, true} {
		b.Run(fmt.Sprintf("guarded=%v", guarded), func(b *testing.B) {
			l := compilePeers(b, guarded)
			roles := []string{"coordinator"}
			v := &facts{hold: 1}
			state := "new"
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				edge, unmet := l.Fire(state, cycle[i], roles, v)
				if unmet != nil {
					b.Fatal(unmet)
				}
				state = edge.To
				i++
				if i == len(cycle) {
					i = 0
				}
			}
		})
	}
}

func BenchmarkPermitted(b *testing.B) {
	l := compilePeers(b, true)
	roles := []string{"coordinator"}
	v := &facts{hold: 1}
	b.ReportAllocs()
	for b.Loop() {
		l.Permitted("assess", roles, v)
	}
}

func BenchmarkReject(b *testing.B) {
	l := compilePeers(b, true)
	roles := []string{"coordinator"}
	v := &facts{}
	b.Run("guard", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Fire("assess", "approve", roles, v)
		}
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Fire("assess", "close", roles, v)
		}
	})
}
