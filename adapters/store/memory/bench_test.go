package memory_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/storetest"
)

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }

func BenchmarkSheets(b *testing.B) { sqltest.Sheets(b, memory.New()) }
