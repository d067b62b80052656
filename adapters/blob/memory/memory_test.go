package memory_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/blob/blobtest"
	"github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/archive"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(_ testing.TB, limit int64) archive.Blobs { return memory.WithLimit(limit) })
}

func BenchmarkMemory(b *testing.B) {
	blobtest.Benchmark(b, func(testing.TB) archive.Blobs { return memory.New() })
}
