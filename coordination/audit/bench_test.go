package audit_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/cputime"
	"github.com/coordkit/coordkit/internal/everystore"
)

func eachStore(b *testing.B, run func(b *testing.B, open func(testing.TB) coordination.Store)) {
	b.Helper()
	b.Run("memory", func(b *testing.B) { run(b, everystore.Memory) })
	b.Run("sqlite", func(b *testing.B) { run(b, everystore.SQLite) })
}

// cpu reports what was done per second of processor time, which other work on
// the machine does not lengthen as it does the time of the clock.
func cpu(b *testing.B, began time.Duration, done float64, unit string) {
	b.Helper()
	b.ReportMetric(done/(cputime.Used()-began).Seconds(), unit+"/cpu-s")
}

// fastest keeps the least times of several runs: what else the machine does only adds
// to them.
type fastest struct{ cpu, clock time.Duration }

func (f *fastest) take(cpu, clock time.Duration) {
	if f.cpu == 0 {
		f.cpu, f.clock = cpu, clock
	}
	f.cpu, f.clock = min(f.cpu, cpu), min(f.clock, clock)
}

func (f *fastest) report(b *testing.B, records int) {
	b.Helper()
	b.ReportMetric(float64(records)/f.cpu.Seconds(), "records/cpu-s")
	b.ReportMetric(float64(records)/f.clock.Seconds(), "records/s")
}

func record(i int) archive.File {
	return archive.File{
		ID: archive.RecordID(fmt.Sprintf("r%07d", i+1)), Kind: "note", Title: "Note of the meeting", MediaType: "text/plain",
		Content: fmt.Appendf(nil, "content of note %d", i), Dated: time.Unix(int64(i), 0).UTC(),
		References: []archive.Link{
			{Type: archive.Answers, Target: archive.ToRef("changereq:CR7")},
			{Type: archive.References, Target: archive.ToRecord(archive.RecordID(fmt.Sprintf("r%07d", i/2)))},
		},
	}
}

// ingest files records in units of 500 and seals their journal entries.
func ingest(tb testing.TB, store coordination.Store, from, to int, seal bool) {
	tb.Helper()
	desk, err := coordination.NewDesk(coordination.Config{Store: store})
	require.NoError(tb, err)
	s := sealerOf(tb, store)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for ; from < to; from += 500 {
		require.NoError(tb, store.Update(tb.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < min(from+500, to); i++ {
				if _, err := desk.FileTx(ctx, tx, "carol", at, record(i)); err != nil {
					return err
				}
			}
			return nil
		}))
		if seal {
			_, err := s.Seal(tb.Context(), "acme")
			require.NoError(tb, err)
		}
	}
}

// BenchmarkIngest files records with two references and a content each, three journal
// entries that are sealed.
func BenchmarkIngest(b *testing.B) {
	eachStore(b, func(b *testing.B, open func(testing.TB) coordination.Store) {
		b.Helper()
		const n = 5000
		var best fastest
		for b.Loop() {
			store := open(b)
			began, clock := cputime.Used(), time.Now()
			ingest(b, store, 0, n, true)
			best.take(cputime.Used()-began, time.Since(clock))
		}
		best.report(b, n)
	})
}

// BenchmarkIntake files records as many at a time: bare ones, and those with a
// content and two references each, and then seals their journal entries.
func BenchmarkIntake(b *testing.B) {
	eachStore(b, func(b *testing.B, open func(testing.TB) coordination.Store) {
		b.Helper()
		for _, c := range []struct {
			name string
			n    int
			bare bool
			seal bool
		}{{"bare/100k", 100_000, true, false}, {"whole/20k", 20_000, false, false}, {"sealed/20k", 20_000, false, true}, {"sealed/100k", 100_000, false, true}} {
			b.Run(c.name, func(b *testing.B) {
				var best fastest
				for b.Loop() {
					store := open(b)
					desk, err := coordination.NewDesk(coordination.Config{Store: store})
					require.NoError(b, err)
					files := documents(c.n, c.bare)
					began, clock := cputime.Used(), time.Now()
					done, err := desk.FileAll(b.Context(), "acme", "carol", files, nil)
					require.NoError(b, err)
					require.Equal(b, c.n, done.Filed)
					if c.seal {
						_, err = sealerOf(b, store).Seal(b.Context(), "acme")
						require.NoError(b, err)
					}
					best.take(cputime.Used()-began, time.Since(clock))
				}
				best.report(b, c.n)
			})
		}
	})
}

func documents(n int, bare bool) iter.Seq2[archive.File, error] {
	all := make([]archive.File, n)
	for i := range all {
		all[i] = record(i)
		if bare {
			all[i].References = nil
		}
	}
	return func(yield func(archive.File, error) bool) {
		for i := range all {
			if !yield(all[i], nil) {
				return
			}
		}
	}
}

func BenchmarkGetRecord(b *testing.B) {
	eachStore(b, func(b *testing.B, open func(testing.TB) coordination.Store) {
		b.Helper()
		const n = 20_000
		store := open(b)
		ingest(b, store, 0, n, false)
		began, i := cputime.Used(), 0
		for b.Loop() {
			i++
			if err := store.View(b.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				_, err := tx.Record(ctx, archive.RecordID(fmt.Sprintf("r%07d", 1+i*7919%n)))
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((cputime.Used()-began).Nanoseconds())/float64(i), "cpu-ns/op")
	})
}

// BenchmarkProveEntry proves entries of a log of 60,000.
func BenchmarkProveEntry(b *testing.B) {
	eachStore(b, func(b *testing.B, open func(testing.TB) coordination.Store) {
		b.Helper()
		store := open(b)
		ingest(b, store, 0, 20_000, true)
		s := sealerOf(b, store)
		_, err := s.Sign(b.Context(), "acme")
		require.NoError(b, err)
		i := int64(0)
		for b.Loop() {
			i++
			if _, err := s.ProveEntry(b.Context(), "acme", 1+i*7919%60_000, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAudit compares everything of 5,000 records.
func BenchmarkAudit(b *testing.B) {
	eachStore(b, func(b *testing.B, open func(testing.TB) coordination.Store) {
		b.Helper()
		store := open(b)
		ingest(b, store, 0, 5000, true)
		s := sealerOf(b, store)
		began, n := cputime.Used(), 0
		for b.Loop() {
			r, err := s.Audit(b.Context(), "acme")
			if err != nil || !r.Sound() {
				b.Fatal(err, r)
			}
			n += int(r.Entries)
		}
		cpu(b, began, float64(n), "entries")
	})
}

// BenchmarkMemory is what a record takes in memory beside its texts: a million without
// content and references, and some with both.
func BenchmarkMemory(b *testing.B) {
	for name, n := range map[string]int{"bare": 1_000_000, "whole": 50_000} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				store := everystore.Memory(b)
				before := heap()
				at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
				desk, err := coordination.NewDesk(coordination.Config{Store: store})
				require.NoError(b, err)
				texts := 0
				for from := 0; from < n; from += 500 {
					require.NoError(b, store.Update(b.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
						for i := from; i < from+500; i++ {
							f := record(i)
							if name == "bare" {
								f.References, f.Content = nil, nil
							}
							texts += len(f.ID) + len(f.Content) + 64 // and the digest
							if _, err := desk.FileTx(ctx, tx, "carol", at, f); err != nil {
								return err
							}
						}
						return nil
					}))
				}
				b.ReportMetric(float64(heap()-before-uint64(texts))/float64(n), "B/record")
				runtime.KeepAlive(store)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
