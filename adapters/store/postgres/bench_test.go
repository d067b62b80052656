package postgres_test

import (
	"fmt"
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

func BenchmarkDecision(b *testing.B) {
	for _, writers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			sqltest.Decision(b, open(b, postgres.Config{MaxOpenConns: writers}), writers)
		})
	}
}

func BenchmarkSequence(b *testing.B) { sqltest.Sequencing(b, open(b, postgres.Config{})) }

func BenchmarkDeliver(b *testing.B) { sqltest.Delivery(b, open(b, postgres.Config{}), 8) }

func BenchmarkLongHistory(b *testing.B) {
	storetest.BenchmarkLongHistory(b, func(tb testing.TB) coordination.Store {
		tb.Helper()
		return open(tb, postgres.Config{})
	})
}

func BenchmarkSheets(b *testing.B) { sqltest.Sheets(b, open(b, postgres.Config{})) }
