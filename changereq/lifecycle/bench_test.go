package lifecycle_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// facts is what the guards of the benchmarks look at.
type facts struct{ ready bool }

// peers is the lifecycle on which other Go libraries were measured: 8 states, 14 edges, and a guard on each or none.
func peers(b *testing.B, guard string) *lifecycle.Lifecycle[*facts] {
	b.Helper()

	def := draw(
		[]string{
			"new intake", "assess assess", "authorize decide", "scheduled decide", "implement build", "review verify",
			"closed done!", "canceled void!",
		},
		"new submit assess "+guard, "assess approve authorize "+guard, "authorize approve scheduled "+guard,
		"scheduled start implement "+guard, "implement finish review "+guard, "review close closed "+guard,
		"closed reopen new reopen "+guard, "assess revert new "+guard, "authorize revert new "+guard,
		"new cancel canceled "+guard, "assess cancel canceled "+guard, "authorize cancel canceled "+guard,
		"scheduled cancel canceled "+guard, "implement cancel canceled "+guard,
	)
	def.Mode = lifecycle.Observe

	for i := range def.Edges {
		def.Edges[i].Roles = []string{"applicant", "coordinator"}
	}

	compiled, findings := lifecycle.Compile(def, []lifecycle.Guard[*facts]{{Name: "ready", Check: ready}})
	require.NotNil(b, compiled, "findings: %v", findings)

	return compiled
}

// ready is a guard that allocates only when it has something to say.
func ready(now *facts, _ string) []lifecycle.Unmet {
	if now.ready {
		return nil
	}

	return []lifecycle.Unmet{{Condition: "ready", Text: "it is not ready"}}
}

// BenchmarkFire goes round the lifecycle, an edge at a time.
func BenchmarkFire(b *testing.B) {
	for name, guard := range map[string]string{"free": "", "guarded": "ready"} {
		b.Run(name, func(b *testing.B) {
			compiled := peers(b, guard)
			cycle := []string{"submit", "approve", "approve", "start", "finish", "close", "reopen"}
			roles, now := []string{"coordinator"}, &facts{ready: true}
			state, next := "new", 0

			b.ReportAllocs()

			for b.Loop() {
				edge, _ := compiled.Fire(state, cycle[next], roles, now)
				state = edge.To

				if next++; next == len(cycle) {
					next = 0
				}
			}

			require.NotEmpty(b, state, "every step was fired")
		})
	}
}

// BenchmarkRefuse is firing what a guard bars, and what the state does not have.
func BenchmarkRefuse(b *testing.B) {
	for _, event := range []string{"approve", "close"} {
		b.Run(event, func(b *testing.B) {
			compiled := peers(b, "ready")
			roles, now := []string{"coordinator"}, &facts{}

			b.ReportAllocs()

			for b.Loop() {
				compiled.Fire("assess", event, roles, now)
			}
		})
	}
}

// BenchmarkPermitted lists three edges of which nothing is unmet.
func BenchmarkPermitted(b *testing.B) {
	compiled := peers(b, "ready")
	roles, now := []string{"coordinator"}, &facts{ready: true}

	b.ReportAllocs()

	for b.Loop() {
		compiled.Permitted("assess", roles, now)
	}
}

// fifty is a dense definition of 50 states in which everything is wrong that can be.
func fifty() lifecycle.Definition {
	random := rand.New(rand.NewPCG(1, 2))
	def := lifecycle.Definition{ID: "fifty", Version: 1, Initial: []string{"S0"}}
	categories := []lifecycle.Category{lifecycle.Intake, lifecycle.Build, lifecycle.Done, lifecycle.Void}

	for i := range 50 {
		def.States = append(def.States, lifecycle.State{
			Name: fmt.Sprint("S", i), Category: categories[random.IntN(len(categories))], Terminal: random.IntN(5) == 0,
		})
	}

	for range 250 {
		edge := lifecycle.Edge{
			From: fmt.Sprint("S", random.IntN(52)), Event: fmt.Sprint("e", random.IntN(20)),
			To: fmt.Sprint("S", random.IntN(52)), Auto: random.IntN(3) == 0, Reopen: random.IntN(5) == 0,
		}
		for _, guard := range []string{"approved", "told", "settled", "outcome=x", "outcome=y", "plain"} {
			if random.IntN(3) == 0 {
				edge.Guards = append(edge.Guards, guard)
			}
		}

		def.Edges = append(def.Edges, edge)
	}

	return def
}

func BenchmarkCompile(b *testing.B) {
	for name, def := range map[string]lifecycle.Definition{"normal": lifecycle.Normal(), "fifty": fifty()} {
		b.Run(name, func(b *testing.B) {
			guards := guardsOf(def)
			found := 0

			b.ReportAllocs()

			for b.Loop() {
				_, findings := lifecycle.Compile(def, guards)
				found = len(findings)
			}

			b.ReportMetric(float64(found), "findings")
		})
	}
}

func BenchmarkParse(b *testing.B) {
	text := mustJSON(b, lifecycle.Normal())

	b.SetBytes(int64(len(text)))
	b.ReportAllocs()

	for b.Loop() {
		if _, err := lifecycle.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	judge := shape(b, lifecycle.Normal())
	trace := history("Draft", "Submitted", "Triage", "Assessing", "ForDecision", "Approved", "Scheduled", "Implementing",
		"Verifying", "Closed")

	b.ReportAllocs()

	for b.Loop() {
		judge.Judge(trace)
	}
}
