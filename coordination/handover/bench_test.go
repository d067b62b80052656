package handover_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/cputime"
	"github.com/coordkit/coordkit/internal/everystore"
)

// BenchmarkDossier draws, proves and packs a dossier of 1,000 records, each of which
// amends the one before, and reports processor time beside time.
func BenchmarkDossier(b *testing.B) {
	const records = 1000
	for name, fresh := range map[string]func(testing.TB) coordination.Store{"memory": everystore.Memory, "sqlite": everystore.SQLite} {
		b.Run(name, func(b *testing.B) {
			h := open(b, fresh(b))
			for i := range records {
				var links []archive.Link
				if i > 0 {
					links = append(links, link(archive.Amends, fmt.Sprintf("R%d", i-1)))
				}
				h.file(b, fmt.Sprintf("R%d", i), "matter:M", links...)
			}
			h.sign(b)
			order := handover.Order{Matter: "matter:M", Policy: reference.Standard(time.Time{})}
			spent := cputime.Used()
			b.ResetTimer()
			for b.Loop() {
				d, err := h.service.Draw(b.Context(), "acme", "ann", order)
				require.NoError(b, err)
				require.Len(b, d.Plan.Items, records)
				_, err = h.service.Pack(b.Context(), io.Discard, d, dossier.Tar)
				require.NoError(b, err)
			}
			b.ReportMetric((cputime.Used()-spent).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}
