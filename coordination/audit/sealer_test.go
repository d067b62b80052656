package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

func TestMain(m *testing.M) { os.Exit(everystore.Main(m)) }

// tester is a test of either kind.
type tester interface {
	require.TestingT
	Helper()
}

func keyOf(tb tester, name string) audit.Key {
	tb.Helper()
	key, err := audit.NewKey(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	require.NoError(tb, err)
	return key
}

// anchor keeps checkpoints in memory.
type anchor struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func (a *anchor) LastCheckpoint(_ context.Context, tenant string) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.kept[tenant], nil
}

func (a *anchor) KeepCheckpoint(_ context.Context, tenant string, signed []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil {
		a.kept = make(map[string][]byte)
	}
	a.kept[tenant] = signed
	return nil
}

func sealerOf(tb tester, store coordination.Store, more ...func(*audit.Config)) *audit.Sealer {
	tb.Helper()
	cfg := audit.Config{
		Store: store, Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
		Key: func(tenant string) (audit.Key, error) { return keyOf(tb, "example.org/"+tenant), nil },
	}
	for _, f := range more {
		f(&cfg)
	}
	s, err := audit.New(cfg)
	require.NoError(tb, err)
	return s
}

// Every entry is taken in once, whoever seals, and every proof holds at every
// checkpoint: checked with x/mod alone.
func TestInvariants1And2SealedEntriesAreProved(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		s := sealerOf(t, store)
		_, err := s.Sign(t.Context(), "acme")
		require.ErrorIs(t, err, coordination.ErrNotFound)
		var sizes []int64
		for round := range 3 {
			fileSome(t, coordination.Archive(store), round*140, round*140+140)
			var sealers sync.WaitGroup
			faults := make(chan error, 4)
			for range 4 {
				sealers.Go(func() {
					_, err := s.Seal(t.Context(), "acme")
					faults <- err
				})
			}
			sealers.Wait()
			close(faults)
			for err := range faults {
				require.NoError(t, err)
			}
			head, err := s.Head(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, int64(round+1)*280, head.Size)
			c, err := s.Sign(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, head.Size, c.Size)
			again, err := s.Sign(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, c, again, "what is signed is not signed again")
			sizes = append(sizes, c.Size)
		}
		key := keyOf(t, "example.org/acme")
		for _, size := range sizes {
			for position := int64(1); position <= size; position += 53 {
				p, err := s.ProveEntry(t.Context(), "acme", position, size)
				require.NoError(t, err)
				require.NoError(t, tlog.CheckRecord(tlog.RecordProof(p.Hashes), size, p.Root, position-1, tlog.RecordHash(p.Text)))
				require.True(t, p.Entry.Actor.Opens(p.Entry.Entry.Actor))
				file, err := p.File()
				require.NoError(t, err)
				var read evidence.Proof
				require.NoError(t, read.UnmarshalText(file))
				c, err := read.Check(p.Text, "example.org/acme", note.VerifierList(key.Verifier))
				require.NoError(t, err)
				require.Equal(t, size, c.Size)
			}
			_, err := s.ProveEntry(t.Context(), "acme", size+1, size)
			require.ErrorIs(t, err, coordination.ErrNotFound)
		}
		for _, from := range []int64{1, 200, 280, 561, 840} {
			g, err := s.ProveGrowth(t.Context(), "acme", from, 0)
			require.NoError(t, err)
			require.NoError(t, evidence.CheckGrowth(from, g.To, g.FromRoot[:], g.ToRoot[:], g.Hashes))
		}
		_, err = s.ProveGrowth(t.Context(), "acme", 1, 841)
		require.ErrorIs(t, err, evidence.ErrInvalid)
		_, err = s.ProveEntry(t.Context(), "acme", 1, 77)
		require.ErrorIs(t, err, coordination.ErrNotFound, "no checkpoint of that size")
		page, next, err := s.Checkpoints(t.Context(), "acme", "", 2)
		require.NoError(t, err)
		require.Len(t, page, 2)
		require.NotEmpty(t, next)

		report, err := s.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
		require.Equal(t, int64(840), report.Entries)
		require.Equal(t, int64(840), report.Signed)
		require.Equal(t, 420, report.Rows)
		require.Equal(t, 3, report.Checkpoints)

		head, err := s.Head(t.Context(), "other")
		require.NoError(t, err)
		require.Zero(t, head.Size, "tenants have logs of their own")
	})
}

// Mirrors read tiles and bundles, and the tree over the texts of the bundles is
// the one that was signed.
func TestTilesAndBundles(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store)
	fileSome(t, coordination.Archive(store), 0, 150)
	head, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, int64(300), head.Size)
	var log evidence.Log
	for n, width := range []int{256, 44} {
		tile, err := s.Tile(t.Context(), "acme", 0, int64(n), width)
		require.NoError(t, err)
		bundle, err := s.Bundle(t.Context(), "acme", int64(n), width)
		require.NoError(t, err)
		for i := range width {
			size := int(bundle[0])<<8 | int(bundle[1])
			leaf := tlog.RecordHash(bundle[2 : 2+size])
			require.Equal(t, leaf[:], tile[i*32:i*32+32])
			log.AppendHash(leaf)
			bundle = bundle[2+size:]
		}
		require.Empty(t, bundle)
	}
	root, err := log.Root(300)
	require.NoError(t, err)
	require.Equal(t, head.Root, root)
	first, err := s.Tile(t.Context(), "acme", 1, 0, 1)
	require.NoError(t, err)
	full, err := log.Root(256)
	require.NoError(t, err)
	require.Equal(t, full[:], first)
	for _, at := range []struct {
		level int
		n     int64
		width int
	}{{0, 1, 45}, {0, 2, 1}, {0, -1, 1}, {1, 0, 2}, {1, 1, 1}, {8, 0, 1}, {-1, 0, 1}, {0, 0, 0}, {0, 0, 257}, {2, 0, 1}} {
		_, err := s.Tile(t.Context(), "acme", at.level, at.n, at.width)
		require.ErrorIs(t, err, coordination.ErrNotFound, "%+v", at)
	}
	_, err = s.Bundle(t.Context(), "acme", 1, 45)
	require.ErrorIs(t, err, coordination.ErrNotFound)
}

// A store that was put back to an earlier state signs no other history.
func TestARestoredStoreForksNothing(t *testing.T) {
	t.Parallel()
	kept := &anchor{}
	with := func(c *audit.Config) { c.Anchor = kept }
	before, after := everystore.Memory(t), everystore.Memory(t)
	fileSome(t, coordination.Archive(before), 0, 3)
	s := sealerOf(t, before, with)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), "acme")
	require.NoError(t, err)
	for _, files := range []int{2, 5} { // fewer entries than were signed, and others
		fileSome(t, coordination.Archive(after), files-2, files)
		other := sealerOf(t, after, with)
		_, err = other.Seal(t.Context(), "acme")
		require.NoError(t, err)
		_, err = other.Sign(t.Context(), "acme")
		require.ErrorIs(t, err, evidence.ErrFork)
		report, err := other.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.NotNil(t, report.Mismatch)
	}
}

var errClock = errors.New("no answer")

// clock stamps once it answers.
type clock struct{ works bool }

func (c *clock) Timestamp(_ context.Context, digest [32]byte) ([]byte, error) {
	if !c.works {
		return nil, errClock
	}
	return append([]byte("stamped "), digest[:]...), nil
}

func (*clock) CheckTimestamp(context.Context, [32]byte, []byte) error { return nil }

func TestCheckpointsAreStamped(t *testing.T) {
	t.Parallel()
	store, authority := everystore.Memory(t), &clock{}
	s := sealerOf(t, store, func(c *audit.Config) { c.Timestamper = authority })
	fileSome(t, coordination.Archive(store), 0, 1)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), "acme")
	require.ErrorIs(t, err, errClock)
	authority.works = true
	c, err := s.Sign(t.Context(), "acme")
	require.NoError(t, err)
	digest := evidence.CheckpointDigest([]byte(c.Note))
	require.Equal(t, append([]byte("stamped "), digest[:]...), c.Stamp)
	again, err := s.Checkpoint(t.Context(), "acme", 0)
	require.NoError(t, err)
	require.Equal(t, c, again)
}

// misread is a clock elsewhere that answers what nobody can read.
type misread struct{ *clock }

func (misread) CheckTimestamp(context.Context, [32]byte, []byte) error {
	return fmt.Errorf("an answer: %w", json.Unmarshal([]byte("{"), &struct{}{}))
}

// What stands outside the office and cannot be read says nothing of what is stored.
func TestWhatStandsOutsideIsNoFlaw(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store, func(c *audit.Config) { c.Timestamper = misread{&clock{works: true}} })
	fileSome(t, coordination.Archive(store), 0, 1)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), "acme")
	require.NoError(t, err)
	report, err := s.Audit(t.Context(), "acme")
	require.ErrorIs(t, err, audit.ErrOutside)
	require.Nil(t, report.Mismatch)
}

// twice is a store that reads everything a second time, as one does whose first reading
// was cut off.
type twice struct{ coordination.Store }

func (s twice) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	if err := s.Store.View(ctx, tenant, fn); err != nil {
		return err
	}
	return s.Store.View(ctx, tenant, fn)
}

// An audit says the same, however often a store runs what reads it.
func TestAuditsMayReadTwice(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store)
	for _, some := range []int{0, 3} {
		fileSome(t, coordination.Archive(store), some, some+3)
		_, err := s.Seal(t.Context(), "acme")
		require.NoError(t, err)
		_, err = s.Sign(t.Context(), "acme")
		require.NoError(t, err)
	}
	once, err := s.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.True(t, once.Sound(), "%+v", once)
	again, err := sealerOf(t, twice{store}).Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, once, again)
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	_, err := audit.New(audit.Config{})
	require.ErrorIs(t, err, coordination.ErrInvalid)
	_, err = audit.NewKey("a+b", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	require.ErrorIs(t, err, evidence.ErrInvalid)
	s := sealerOf(t, everystore.Memory(t))
	_, err = s.Seal(t.Context(), "")
	require.ErrorIs(t, err, coordination.ErrInvalid)
}

// Invariant 3: whatever is changed in any sheet of the log is found, and so is a
// sheet that is put there.
func TestInvariant3EveryByteOfTheLogCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		store := everystore.Memory(nil)
		s := sealerOf(t, store)
		for _, files := range []int{131, rapid.IntRange(1, 3).Draw(t, "more")} {
			fileSome(t, coordination.Archive(store), files, files+files)
			_, err := s.Seal(ctx, "acme")
			require.NoError(t, err)
			_, err = s.Sign(ctx, "acme")
			require.NoError(t, err)
		}
		what := ""
		require.NoError(t, store.Update(ctx, "acme", func(ctx context.Context, tx coordination.Tx) error {
			sheets, _, err := tx.Sheets(ctx, register.Query{Book: audit.Book, Limit: register.MaxLimit})
			require.NoError(t, err)
			sheet := rapid.SampledFrom(sheets).Draw(t, "sheet")
			what = sheet.ID
			if rapid.IntRange(0, 9).Draw(t, "copy") == 0 {
				sheet.ID, sheet.Rev = sheet.ID+"0", 0
			} else {
				sheet.Body = bend(t, sheet.Body)
			}
			_, err = tx.PutSheet(ctx, sheet)
			return err
		}))
		report, err := s.Audit(ctx, "acme")
		if err == nil && report.Sound() {
			t.Fatalf("%s was changed, and nothing was found", what)
		}
	})
}

// Invariant 3: nothing hides behind the hashes of the head.
func TestInvariant3NothingStandsBehindTheHead(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store)
	fileSome(t, coordination.Archive(store), 1, 3)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		sheet, err := tx.Sheet(ctx, audit.Book, "head")
		require.NoError(t, err)
		var head struct {
			Edge []byte `json:"edge"`
		}
		require.NoError(t, json.Unmarshal(sheet.Body, &head))
		was, now := base64.StdEncoding.EncodeToString(head.Edge), base64.StdEncoding.EncodeToString(append(head.Edge, 0))
		sheet.Body = bytes.Replace(sheet.Body, []byte(was), []byte(now), 1)
		_, err = tx.PutSheet(ctx, sheet)
		return err
	}))
	report, err := s.Audit(t.Context(), "acme")
	require.True(t, err != nil || !report.Sound(), "a byte behind the last hash was not found")
}

// Base64 reads over the last bits of a signature: also those count.
func TestInvariant3EveryBitOfASignatureCounts(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store)
	fileSome(t, coordination.Archive(store), 1, 3)
	_, err := s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	signed, err := s.Sign(t.Context(), "acme")
	require.NoError(t, err)
	at := strings.LastIndexByte(signed.Note, '=') - 1
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	other := alphabet[strings.IndexByte(alphabet, signed.Note[at])^1]
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		sheet, err := tx.Sheet(ctx, audit.Book, fmt.Sprintf("checkpoint/%019d", signed.Size))
		require.NoError(t, err)
		bent := signed.Note[:at] + string(other) + signed.Note[at+1:]
		sheet.Body = bytes.Replace(sheet.Body, []byte(signed.Note[at-20:at+2]), []byte(bent[at-20:at+2]), 1)
		_, err = tx.PutSheet(ctx, sheet)
		return err
	}))
	report, err := s.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.NotNil(t, report.Mismatch)
	require.ErrorContains(t, report.Mismatch, "checkpoint/")
}

// bend changes one byte of a body so that it still is JSON.
func bend(t *rapid.T, body []byte) []byte {
	for {
		out := bytes.Clone(body)
		at := rapid.IntRange(0, len(out)-1).Draw(t, "byte")
		out[at] = rapid.SampledFrom([]byte("A0b+/=9 \t")).Draw(t, "to")
		if !bytes.Equal(out, body) && utf8.Valid(out) && json.Valid(out) {
			return out
		}
	}
}

// A row that was changed behind the journal is found, also one of a register.
func TestChangedOutcomesAreFound(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	s := sealerOf(t, store)
	fileSome(t, coordination.Archive(store), 1, 2)
	desk, err := coordination.NewDesk(coordination.Config{Store: store})
	require.NoError(t, err)
	_, err = desk.RecordOutcome(t.Context(), "acme", "olga", outcome.Outcome{
		ID: "O1", Subject: "x", Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord("R1")},
	})
	require.NoError(t, err)
	_, err = s.Seal(t.Context(), "acme")
	require.NoError(t, err)
	report, err := s.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.True(t, report.Sound(), "%+v", report)
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		sheet, err := tx.Sheet(ctx, coordination.BookOutcome, "O1")
		require.NoError(t, err)
		sheet.Body = bytes.Replace(sheet.Body, []byte("succeeded"), []byte("abandoned"), 1)
		_, err = tx.PutSheet(ctx, sheet)
		return err
	}))
	report, err = s.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, []audit.Flaw{{Room: coordination.BookOutcome, Entity: "O1", Text: "the row is not what its history gives"}}, report.Flaws)
}
