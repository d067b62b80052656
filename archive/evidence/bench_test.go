package evidence_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive/evidence"
)

const million = 1_000_000

func bigLog() *evidence.Log {
	l := new(evidence.Log)
	for i := range million {
		l.AppendHash(evidence.Hash{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	return l
}

func BenchmarkAppend(b *testing.B) {
	e := row(1).Entry
	l := new(evidence.Log)
	for e.Position = 1; b.Loop(); e.Position++ {
		if _, err := l.Append(&e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProveEntry(b *testing.B) {
	s, err := bigLog().Snapshot(million)
	require.NoError(b, err)
	var proof []evidence.Hash
	for i := int64(0); b.Loop(); i++ {
		if proof, err = s.AppendProof(proof[:0], i*7919%million); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "proofs/s")
}

func BenchmarkProveEntryByTlog(b *testing.B) {
	l := bigLog()
	for i := int64(0); b.Loop(); i++ {
		if _, err := tlog.ProveRecord(million, i*7919%million, l); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "proofs/s")
}

func BenchmarkCheckEntry(b *testing.B) {
	l := bigLog()
	s, err := l.Snapshot(million)
	require.NoError(b, err)
	const index = 700_001
	proof, err := s.ProveEntry(index)
	require.NoError(b, err)
	leaf := evidence.Hash{byte(index & 0xff), byte(index >> 8 & 0xff), byte(index >> 16)}
	root := s.Root()
	for b.Loop() {
		if err := evidence.CheckEntry(leaf, index, million, root[:], proof); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "proofs/s")
}

func BenchmarkProveGrowth(b *testing.B) {
	l := bigLog()
	for i := int64(0); b.Loop(); i++ {
		if _, err := l.ProveGrowth(1+i*7919%million, million); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "proofs/s")
}

func BenchmarkCheckGrowth(b *testing.B) {
	l := bigLog()
	const earlier = 700_001
	old, err := l.Root(earlier)
	require.NoError(b, err)
	root, err := l.Root(million)
	require.NoError(b, err)
	proof, err := l.ProveGrowth(earlier, million)
	require.NoError(b, err)
	for b.Loop() {
		if err := evidence.CheckGrowth(earlier, million, old[:], root[:], proof); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "proofs/s")
}

// BenchmarkVerify audits a million entries with the values of their seals.
func BenchmarkVerify(b *testing.B) {
	value := []byte(`{"kind":"minutes","title":"Minutes of the meeting of 2 March","digest":"2a9d9c7ec1ef","size":512}`)
	actor := evidence.Opening{Value: []byte("carol")}
	data := evidence.Opening{Value: value}
	var all iter.Seq2[evidence.Row, error] = func(yield func(evidence.Row, error) bool) {
		r := evidence.Row{Actor: &actor, Data: &data, Entry: evidence.Entry{
			Room: "archive", Entity: "0195a3c0-8e62-7c2f-9d4e-2f1a6b3c4d5e", Seq: 1, Kind: "filed", At: now,
			Actor: evidence.Close(actor.Salt, actor.Value), Data: evidence.Close(data.Salt, data.Value),
		}}
		for p := range int64(million) {
			r.Entry.Position = p + 1
			r.Entry.Recorded = now.Add(time.Duration(p) * time.Millisecond)
			if !yield(r, nil) {
				return
			}
		}
	}
	l := new(evidence.Log)
	for r, err := range all {
		require.NoError(b, err)
		if _, err := l.Append(&r.Entry); err != nil {
			b.Fatal(err)
		}
	}
	signed := checkpoints(b, l, million/2, million)
	b.ResetTimer()
	for b.Loop() {
		if _, err := evidence.Verify(all, l, signed...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*million/b.Elapsed().Seconds(), "entries/s")
}
