package audit_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/transfer"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/internal/everystore"
)

// whole is an archive as it was taken out: events, contents, log.
type whole struct {
	events, log string
	contents    map[archive.Digest][]byte
}

func takeOut(t *testing.T, store coordination.Store, s *audit.Sealer) whole {
	t.Helper()
	out := whole{contents: make(map[archive.Digest][]byte)}
	var events, log bytes.Buffer
	_, err := transfer.Export(t.Context(), coordination.Archive(store), "acme", &events, func(r archive.Record, content []byte) error {
		d := r.Digest
		out.contents[d] = content
		return nil
	})
	require.NoError(t, err)
	_, err = s.ExportLog(t.Context(), "acme", 0, &log)
	require.NoError(t, err)
	out.events, out.log = events.String(), log.String()
	return out
}

func (w *whole) open(r archive.Record) ([]byte, error) {
	d := r.Digest
	content, ok := w.contents[d]
	if !ok {
		return nil, archive.ErrNotFound
	}
	return content, nil
}

// Invariants 1 and 14 on every store: an archive that is taken out and in again has the
// same state and, made anew from what its records say there, the same root; also
// where taking in was broken off and begun again.
func TestInvariants1And14RoundTripKeepsTheRoot(t *testing.T) {
	t.Parallel()
	from := everystore.Memory(t)
	s := sealerOf(t, from)
	fileSome(t, coordination.Archive(from), 0, 150)
	desk, err := coordination.NewDesk(coordination.Config{Store: from, Now: time.Now})
	require.NoError(t, err)
	_, err = desk.RecordOutcome(t.Context(), "acme", "olga", outcome.Outcome{
		ID: "O1", Subject: "x", Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord("R1")},
	})
	require.NoError(t, err)
	fileSome(t, coordination.Archive(from), 150, 160)
	head, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, int64(321), head.Size)
	_, err = s.Sign(t.Context(), "acme")
	require.NoError(t, err)
	out := takeOut(t, from, s)
	require.NotContains(t, out.log, "olga")
	const origin = "example.org/acme"
	known := note.VerifierList(keyOf(t, origin).Verifier)
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		to := open(t)
		_, err := audit.CheckCarried(t.Context(), to, "acme", origin, known)
		require.ErrorIs(t, err, coordination.ErrNotFound)
		_, err = audit.CarryLog(t.Context(), to, "acme", iotest.TimeoutReader(strings.NewReader(out.log[:len(out.log)*9/10])), known, nil)
		require.ErrorIs(t, err, iotest.ErrTimeout)
		half := strings.NewReader(out.log[:len(out.log)*9/10])
		var taken int64
		part, err := audit.CarryLog(t.Context(), to, "acme", half, known, func(n int64) { taken = n })
		require.ErrorIs(t, err, evidence.ErrInvalid)
		require.Equal(t, int64(256), taken)
		require.False(t, part.Complete)
		_, err = audit.CheckCarried(t.Context(), to, "acme", origin, known)
		require.ErrorIs(t, err, evidence.ErrMismatch)
		report, err := transfer.Import(t.Context(), coordination.Archive(to), "acme", strings.NewReader(out.events), out.open, nil)
		require.NoError(t, err)
		require.Empty(t, report.Findings)
		require.Equal(t, 160, report.New)
		for range 2 { // the second time nothing is left to do
			done, err := audit.CarryLog(t.Context(), to, "acme", strings.NewReader(out.log), known, nil)
			require.NoError(t, err)
			require.True(t, done.Complete)
			root, err := done.Root()
			require.NoError(t, err)
			require.Equal(t, head.Root, root)
		}
		root, err := audit.CheckCarried(t.Context(), to, "acme", origin, known)
		require.NoError(t, err)
		require.Equal(t, head.Root, root, "the root of the source, from what stands here")
		require.Equal(t, out.events, takeOutEvents(t, to))

		bad := strings.Replace(out.log, `"text":"coordkit journal entry 1\nposition 40\n`, `"text":"coordkit journal entry 1\nposition 41\n`, 1)
		require.NotEqual(t, out.log, bad)
		_, err = audit.CarryLog(t.Context(), to, "acme", strings.NewReader(bad), known, nil)
		require.ErrorIs(t, err, evidence.ErrMismatch)
		empty := open(t)
		_, err = audit.CarryLog(t.Context(), empty, "acme", strings.NewReader(bad), known, nil)
		require.ErrorIs(t, err, evidence.ErrMismatch, "the root tells")
		spoilt := everystore.Memory(t)
		changed := strings.Replace(out.events, `"title":"Note"`, `"title":"Nota"`, 1)
		_, err = transfer.Import(t.Context(), coordination.Archive(spoilt), "acme", strings.NewReader(changed), out.open, nil)
		require.NoError(t, err)
		_, err = audit.CarryLog(t.Context(), spoilt, "acme", strings.NewReader(out.log), known, nil)
		require.NoError(t, err)
		_, err = audit.CheckCarried(t.Context(), spoilt, "acme", origin, known)
		var at *evidence.MismatchError
		require.ErrorAs(t, err, &at)
		require.Equal(t, evidence.PlaceEntry, at.Place)
	})
}

func takeOutEvents(t *testing.T, store coordination.Store) string {
	t.Helper()
	var events bytes.Buffer
	_, err := transfer.Export(t.Context(), coordination.Archive(store), "acme", &events, func(archive.Record, []byte) error { return nil })
	require.NoError(t, err)
	return events.String()
}

// What comes from outside never panics, and is taken in only if its root was
// signed.
func FuzzCarryLog(f *testing.F) {
	store := everystore.Memory(f)
	s := sealerOf(f, store)
	fileSome(f, coordination.Archive(store), 0, 2)
	_, err := s.Seal(f.Context(), "acme")
	require.NoError(f, err)
	_, err = s.Sign(f.Context(), "acme")
	require.NoError(f, err)
	var log bytes.Buffer
	_, err = s.ExportLog(f.Context(), "acme", 0, &log)
	require.NoError(f, err)
	f.Add(log.Bytes())
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"origin":"x","size":-1,"note":""}`))
	known := note.VerifierList(keyOf(f, "example.org/acme").Verifier)
	f.Fuzz(func(t *testing.T, in []byte) {
		to := everystore.Memory(t)
		got, err := audit.CarryLog(t.Context(), to, "acme", bytes.NewReader(in), known, nil)
		if err == nil && !got.Complete {
			t.Fatal("a log without its root was taken in")
		}
	})
}

// What was erased goes along as erased: where the archive is taken in the same root is
// made of it, and what is put in its place there is found.
func TestErasedEntriesAreCarried(t *testing.T) {
	t.Parallel()
	from, to := everystore.Memory(t), everystore.Memory(t)
	desk, s, _ := remembered(t, from)
	_, err := desk.ReleaseHold(t.Context(), "acme", "lena", "H1", 0, "settled")
	require.NoError(t, err)
	positions, _, err := desk.Mentions(t.Context(), "acme", canary, 0, 0)
	require.NoError(t, err)
	_, err = desk.Erase(t.Context(), "acme", "dpo", coordination.Erasure{Positions: positions[:len(positions)-2], Value: canary, Authority: "request 7"})
	require.NoError(t, err)
	out := takeOut(t, from, s)
	const origin = "example.org/acme"
	known := note.VerifierList(keyOf(t, origin).Verifier)
	_, err = transfer.Import(t.Context(), coordination.Archive(to), "acme", strings.NewReader(out.events), out.open, nil)
	require.NoError(t, err)
	_, err = audit.CarryLog(t.Context(), to, "acme", strings.NewReader(out.log), known, nil)
	require.NoError(t, err)
	_, err = audit.CheckCarried(t.Context(), to, "acme", origin, known)
	require.NoError(t, err)
	_, err = to.Sequence(t.Context(), 1000)
	require.NoError(t, err)
	for _, forge := range []func(*coordination.Entry){
		func(e *coordination.Entry) { e.Actor = "bob" },
		func(e *coordination.Entry) {
			e.Data = bytes.Replace(e.Data, []byte(`"author":"erased:`), []byte(`"author":"bob:`), 1)
		},
	} {
		require.NoError(t, to.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			at := referred(t, ctx, tx)
			page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: at - 1, Limit: 1})
			require.NoError(t, err)
			redact(t, ctx, tx, at, forge)
			_, err = audit.CheckCarried(ctx, joined{to, tx}, "acme", origin, known)
			require.ErrorIs(t, err, evidence.ErrMismatch)
			return tx.RedactEntry(ctx, at, page[0].Actor, page[0].Data)
		}))
	}
	_, err = audit.CheckCarried(t.Context(), to, "acme", origin, known)
	require.NoError(t, err)
}

// joined views within a unit of work that is under way.
type joined struct {
	coordination.Store

	tx coordination.Tx
}

func (j joined) View(ctx context.Context, _ string, fn func(context.Context, coordination.Tx) error) error {
	return fn(ctx, j.tx)
}
