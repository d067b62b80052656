package memory_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

func open(testing.TB) coordination.Store { return memory.New() }

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.RunWith(t, storetest.Config{
		Open: open,
		Skip: map[string]string{"Durability": "memory keeps nothing when the process ends"},
	})
}
