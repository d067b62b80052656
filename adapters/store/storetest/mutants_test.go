package storetest_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

// mutant is a store with one bug and the subtests that must find it.
type mutant struct {
	name  string
	kills []string
	bend  func(coordination.Store) coordination.Store
}

// sound is the name under which the store without a bug is run.
const (
	sound  = "none"
	chosen = "STORETEST_MUTANT"
)

func mutants() []mutant {
	return slices.Concat(
		roundTripMutants(), errorMutants(), revisionMutants(), rollbackMutants(), visibilityMutants(), tenantMutants(),
		pagingMutants(), journalMutants(), deliveryMutants(), concurrencyMutants(), aliasingMutants(), wholeMutants(),
	)
}

// TestMutant runs the suite on the mutant that the environment names, in a
// process of its own, so that failures, panics and exits can be looked at.
func TestMutant(t *testing.T) {
	t.Parallel()
	name, told := os.LookupEnv(chosen)
	if !told {
		t.Skip("runs only as a child of TestMutantsAreFound and TestEverySubtestHasAMutant")
	}
	bend := func(s coordination.Store) coordination.Store { return s }
	for _, m := range mutants() {
		if m.name == name {
			bend = m.bend
		}
	}
	storetest.RunWith(t, storetest.Config{
		Open:      func(testing.TB) coordination.Store { return bend(newRetrying(memory.New())) },
		Reopen:    reopen,
		Join:      join,
		Transient: errPasses,
	})
}

func TestMutantsAreFound(t *testing.T) {
	t.Parallel()
	for _, m := range mutants() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for _, kill := range m.kills {
				require.True(t, found(t, m.name, kill), "%s survived %s", m.name, kill)
			}
		})
	}
}

// found reports whether a subtest fails on a mutant. Some bugs are races that do
// not happen every time, so it tries a few times.
func found(t *testing.T, mutant, subtest string) bool {
	t.Helper()
	for range 5 {
		if strings.Contains(runChild(t, mutant, []string{subtest}), "--- FAIL: TestMutant/"+subtest+" ") {
			return true
		}
	}
	return false
}

// TestEverySubtestHasAMutant: the suite passes on the store without a bug, and
// each of its subtests fails on some mutant.
func TestEverySubtestHasAMutant(t *testing.T) {
	t.Parallel()
	killed := make(map[string]bool)
	for _, m := range mutants() {
		for _, kill := range m.kills {
			killed[kill] = true
		}
	}
	out := runChild(t, sound, nil)
	require.NotContains(t, out, "--- FAIL")
	require.NotContains(t, out, "--- SKIP")
	passed := make(map[string]bool)
	for _, match := range regexp.MustCompile(`--- PASS: TestMutant/(\S+/\S+) `).FindAllStringSubmatch(out, -1) {
		passed[match[1]] = true
	}
	for name := range passed {
		delete(passed, name[:strings.LastIndexByte(name, '/')]) // it has subtests of its own
	}
	delete(passed, "Tenants/EveryMethod") // looks at the port, not at a store
	require.Equal(t, slices.Sorted(maps.Keys(passed)), slices.Sorted(maps.Keys(killed)))
}

// runChild runs those subtests, nil for all of them, on a mutant and returns
// what the test binary prints.
func runChild(t *testing.T, mutant string, subtests []string) string {
	t.Helper()
	var pattern strings.Builder
	pattern.WriteString("^TestMutant$")
	for level := range 3 {
		var names []string
		for _, s := range subtests {
			if parts := strings.Split(s, "/"); level < len(parts) && !slices.Contains(names, parts[level]) {
				names = append(names, parts[level])
			}
		}
		if len(names) > 0 {
			pattern.WriteString("/^(" + strings.Join(names, "|") + ")$")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0],
		"-test.run="+pattern.String(), "-test.v", "-test.timeout=1m", "-rapid.nofailfile", "-rapid.shrinktime=0s")
	child.Env = append(os.Environ(), chosen+"="+mutant)
	out, _ := child.CombinedOutput() // what failed stands in the output
	return string(out)
}
