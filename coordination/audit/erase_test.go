package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// canary is a person who is to be forgotten.
const canary = "Canary O'Brien \u00e9"

// remembered is an office in which the canary did something in every kind of room.
func remembered(t *testing.T, store coordination.Store) (*coordination.Desk, *audit.Sealer, *search.Indexes) {
	t.Helper()
	ctx, index := t.Context(), new(search.Indexes)
	s := sealerOf(t, store)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	desk, err := coordination.NewDesk(coordination.Config{
		Store: store, Searcher: index, Eraser: s, Now: func() time.Time { now = now.Add(time.Second); return now },
	})
	require.NoError(t, err)
	who := changereq.Actor{ID: canary, Roles: []string{changereq.RoleCoordinator}}
	for _, id := range []changereq.ID{"CR1", "CR2"} {
		_, err := desk.Do(ctx, "acme", who, "", 0, changereq.Open{ID: id, Content: changereq.Content{
			Title: "Wider hinge", Description: "Widen it.", Justification: "Returns.",
		}})
		require.NoError(t, err)
		for _, cmd := range []changereq.Command{
			changereq.Move{Event: "submit"},
			changereq.Move{Event: "receive"},
			changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.OutOfScope, Reason: "not our door"}}},
		} {
			_, err = desk.Do(ctx, "acme", who, id, 0, cmd)
			require.NoError(t, err)
		}
	}
	for _, id := range []archive.RecordID{"R1", "R2"} {
		_, err := desk.File(ctx, "acme", canary, archive.File{
			ID: id, Kind: "letter", Title: "Letter", MediaType: "text/plain", Content: []byte("We met."),
			References: []archive.Link{{Type: archive.References, Target: archive.ToRecord("R9"), Reason: "see there"}},
		})
		require.NoError(t, err)
	}
	_, err = desk.IssueHold(ctx, "acme", "lena", retention.Hold{ID: "H1", Matter: "M", Reason: "claim", Custodian: canary, Scope: retention.Scope{Records: []archive.RecordID{"R2"}}})
	require.NoError(t, err)
	_, err = desk.RecordOutcome(ctx, "acme", "olga", outcome.Outcome{
		ID: "O1", Subject: "x", Verdict: outcome.Mixed, Causes: []string{"c"}, Evidence: []archive.End{archive.ToRecord("R1")}, DecidedBy: canary,
	})
	require.NoError(t, err)
	_, err = s.Seal(ctx, "acme")
	require.NoError(t, err)
	_, err = s.Sign(ctx, "acme")
	require.NoError(t, err)
	_, err = desk.Index(ctx, "acme")
	require.NoError(t, err)
	return desk, s, index
}

// everything is all that can be read of the office: journal, histories, rows, sheets,
// edges and what the search knows.
func everything(t *testing.T, desk *coordination.Desk, store coordination.Store) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	put := func(v any, err error) {
		require.NoError(t, err)
		require.NoError(t, enc.Encode(v))
	}
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		journal, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{Limit: coordination.MaxLimit})
		put(journal, err)
		for _, e := range journal {
			switch e.Room {
			case coordination.RoomChangeRequest:
				put(tx.ChangeRequest(ctx, changereq.ID(e.Entity)))
				history, _, err := tx.ChangeRequestEvents(ctx, changereq.ID(e.Entity), 0, 100)
				put(history, err)
			case coordination.RoomArchive:
				put(tx.Record(ctx, archive.RecordID(e.Entity)))
				refs, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(archive.RecordID(e.Entity)), Direction: archive.Outward})
				put(refs, err)
			case coordination.RoomNotice, coordination.RoomBundle:
			default:
				s, err := tx.Sheet(ctx, string(e.Room), e.Entity)
				put(string(s.Body), err)
				put(s.Keys, nil)
			}
		}
		return nil
	}))
	put(desk.Search(t.Context(), "acme", "ann", search.Query{}))
	return out.String()
}

// Who was in every room is forgotten in every room: the log, its root and its proofs
// stay, the audit names what was erased and finds nothing else, rows are what their
// events give, and nobody can read the name any more.
func TestErasureKeepsTheTree(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		ctx, store := t.Context(), open(t)
		desk, s, _ := remembered(t, store)
		require.Contains(t, everything(t, desk, store), canary)
		before, err := s.Head(ctx, "acme")
		require.NoError(t, err)
		proof, err := s.ProveEntry(ctx, "acme", 1, 0)
		require.NoError(t, err)
		require.True(t, kept(t, store, proof.Entry.Actor.Salt[:]) && kept(t, store, proof.Entry.Parts[0].Opening.Salt[:]), "the test would see it")

		positions, next, err := desk.Mentions(ctx, "acme", canary, 0, 3)
		require.NoError(t, err)
		require.Len(t, positions, 3)
		require.Equal(t, positions[2], next)
		rest, next, err := desk.Mentions(ctx, "acme", canary, next, 0)
		require.NoError(t, err)
		require.Zero(t, next)
		positions = append(positions, rest...)

		order := coordination.Erasure{ID: "E1", Positions: positions, Value: canary, Authority: "request 7 of 1 March"}
		_, err = desk.Erase(ctx, "acme", "dpo", order)
		require.ErrorIs(t, err, archive.ErrRefused, "a hold stands on R2")
		require.Contains(t, everything(t, desk, store), canary, "refused as a whole")
		_, err = desk.ReleaseHold(ctx, "acme", "lena", "H1", 0, "settled")
		require.NoError(t, err)
		row, err := desk.Erase(ctx, "acme", "dpo", order)
		require.NoError(t, err)
		require.Equal(t, positions, row.Value.Positions)
		require.Equal(t, []archive.RecordID{"R1", "R2"}, row.Value.Records)
		require.NotContains(t, everything(t, desk, store), "Canary")
		require.False(t, kept(t, store, proof.Entry.Actor.Salt[:]) || kept(t, store, proof.Entry.Parts[0].Opening.Salt[:]), "nor can it be guessed")
		require.Contains(t, everything(t, desk, store), `"erased:`)
		_, err = desk.Erase(ctx, "acme", "dpo", coordination.Erasure{Positions: positions, Value: canary, Authority: "request 7"})
		require.ErrorIs(t, err, archive.ErrRefused, "nothing is left")

		after, err := s.Head(ctx, "acme")
		require.NoError(t, err)
		require.Equal(t, before, after)
		again, err := s.ProveEntry(ctx, "acme", 1, 0)
		require.NoError(t, err)
		require.Equal(t, proof.Text, again.Text)
		require.Equal(t, proof.Hashes, again.Hashes)
		require.Nil(t, again.Entry.Actor)
		_, err = s.Seal(ctx, "acme")
		require.NoError(t, err)
		report, err := s.Audit(ctx, "acme")
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
		require.EqualValues(t, row.Value.Parts, report.Erased)
		require.Contains(t, report.ErasedParts, audit.ErasedPart{Position: 1, Part: "actor"})

		r, err := desk.ChangeRequest(ctx, "acme", "CR1")
		require.NoError(t, err)
		_, marked := evidence.ParseErased(r.Applicant)
		require.True(t, marked, "%s is shown as erased", r.Applicant)
		_, err = desk.Do(ctx, "acme", changereq.Actor{ID: "carl", Roles: []string{changereq.RoleCoordinator}}, "CR1", 0, changereq.PutOnHold{Reason: "asked"})
		require.NoError(t, err, "its life goes on")
		page, _, err := desk.Erasures(ctx, "acme", register.Query{})
		require.NoError(t, err)
		require.Len(t, page, 1)
		require.Equal(t, "dpo", page[0].Value.By)
	})
}

// Whatever is done to what is left of an erased entry is found and named, and so is
// an erasure that nobody ordered.
func TestErasedEntriesAreStillProved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, ctx context.Context, tx coordination.Tx)
		place evidence.Place // empty: a flaw
	}{
		"another name": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			redact(t, ctx, tx, 1, func(e *coordination.Entry) { e.Actor = "bob" })
		}, evidence.PlaceOpening},
		"another seal": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			redact(t, ctx, tx, 1, func(e *coordination.Entry) { e.Actor = evidence.Seal{1}.Erased() })
		}, evidence.PlaceOpening},
		"another author": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			redact(t, ctx, tx, referred(t, ctx, tx), func(e *coordination.Entry) {
				e.Data = bytes.Replace(e.Data, []byte(`"author":"erased:`), []byte(`"author":"bob:`), 1)
			})
		}, evidence.PlaceOpening},
		"another author's seal": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			redact(t, ctx, tx, referred(t, ctx, tx), func(e *coordination.Entry) {
				at := bytes.Index(e.Data, []byte(`erased:`)) + len(`erased:`)
				e.Data[at] = "01"[btoi(e.Data[at] == '0')]
			})
		}, evidence.PlaceOpening},
		"another word beside it": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			redact(t, ctx, tx, referred(t, ctx, tx), func(e *coordination.Entry) {
				e.Data = bytes.Replace(e.Data, []byte(`see there`), []byte(`see here!`), 1)
			})
		}, evidence.PlaceOpening},
		"parts thrown away": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			s, err := tx.Sheet(ctx, audit.Book, "parts/0")
			require.NoError(t, err)
			s.Body = []byte(`{"entries":null}`)
			_, err = tx.PutSheet(ctx, s)
			require.NoError(t, err)
		}, evidence.PlaceOpening},
		"nobody ordered it": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			s := sealerOf(t, nil1{})
			found, _, err := s.EraseTx(ctx, tx, []int64{2}, "")
			require.NoError(t, err)
			require.Equal(t, []int64{2}, found)
		}, ""},
		"its row": {func(t *testing.T, ctx context.Context, tx coordination.Tx) {
			t.Helper()
			r, err := tx.Record(ctx, "R1")
			require.NoError(t, err)
			r.FiledBy = "bob"
			_, err = tx.PutRecord(ctx, r)
			require.NoError(t, err)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := everystore.Memory(t)
			desk, s, _ := remembered(t, store)
			_, err := desk.ReleaseHold(t.Context(), "acme", "lena", "H1", 0, "settled")
			require.NoError(t, err)
			positions, _, err := desk.Mentions(t.Context(), "acme", canary, 0, 0)
			require.NoError(t, err)
			positions = append(positions[:1:1], positions[2:]...) // not the second
			_, err = desk.Erase(t.Context(), "acme", "dpo", coordination.Erasure{Positions: positions, Value: canary, Authority: "request 7"})
			require.NoError(t, err)
			report, err := s.Audit(t.Context(), "acme")
			require.NoError(t, err)
			require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
			require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				c.spoil(t, ctx, tx)
				return nil
			}))
			report, err = s.Audit(t.Context(), "acme")
			require.NoError(t, err)
			require.False(t, report.Sound())
			if c.place == "" {
				require.Nil(t, report.Mismatch)
				require.Len(t, report.Flaws, 1)
				return
			}
			require.NotNil(t, report.Mismatch)
			require.Equal(t, c.place, report.Mismatch.Place, report.Mismatch.Reason)
		})
	}
}

// nil1 is a store for a sealer that is handed transactions.
type nil1 struct{ coordination.Store }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// redact forges an entry.
func redact(t *testing.T, ctx context.Context, tx coordination.Tx, position int64, change func(*coordination.Entry)) {
	t.Helper()
	page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: position - 1, Limit: 1})
	require.NoError(t, err)
	change(&page[0])
	require.NoError(t, tx.RedactEntry(ctx, position, page[0].Actor, page[0].Data))
}

// referred is the position of the first reference.
func referred(t *testing.T, ctx context.Context, tx coordination.Tx) int64 {
	t.Helper()
	page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{Limit: coordination.MaxLimit})
	require.NoError(t, err)
	for _, e := range page {
		if e.Kind == "referred" {
			return e.Position
		}
	}
	t.Fatal("there is none")
	return 0
}

// What an erasure lacks is said, and nothing is erased.
func TestErasuresThatAreRefused(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	desk, _, _ := remembered(t, store)
	for name, c := range map[string]struct {
		order coordination.Erasure
		is    error
	}{
		"no authority":            {coordination.Erasure{Positions: []int64{1}}, archive.ErrInvalid},
		"nothing named":           {coordination.Erasure{Authority: "x"}, archive.ErrInvalid},
		"too much":                {coordination.Erasure{Authority: "x", Positions: upTo(coordination.MaxErased + 1)}, archive.ErrInvalid},
		"an authority that tells": {coordination.Erasure{Authority: "request of " + canary, Value: canary, Positions: []int64{1}}, archive.ErrInvalid},
		"not sealed":              {coordination.Erasure{Authority: "x", Positions: []int64{1, 1000}}, coordination.ErrNotFound},
		"no position":             {coordination.Erasure{Authority: "x", Positions: []int64{0}}, coordination.ErrNotFound},
		"another":                 {coordination.Erasure{Authority: "x", Value: "bob", Positions: []int64{1}}, archive.ErrRefused},
	} {
		_, err := desk.Erase(t.Context(), "acme", "dpo", c.order)
		require.ErrorIs(t, err, c.is, name)
	}
	_, _, err := desk.Mentions(t.Context(), "acme", "", 0, 0)
	require.ErrorIs(t, err, archive.ErrInvalid)
	bare, err := coordination.NewDesk(coordination.Config{Store: store})
	require.NoError(t, err)
	_, err = bare.Erase(t.Context(), "acme", "dpo", coordination.Erasure{Positions: []int64{1}, Authority: "x"})
	require.ErrorIs(t, err, coordination.ErrInvalid)
	_, _, err = bare.Mentions(t.Context(), "acme", "x", 0, 0)
	require.ErrorIs(t, err, coordination.ErrInvalid)
	require.Contains(t, everything(t, desk, store), canary)
}

// kept reports whether a salt stands in any sheet of the log.
func kept(t *testing.T, store coordination.Store, salt []byte) bool {
	t.Helper()
	found := false
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		page, _, err := tx.Sheets(ctx, register.Query{Book: audit.Book, Limit: register.MaxLimit})
		for _, s := range page {
			var b struct {
				Bytes   []byte `json:"bytes"`
				Entries []struct {
					Parts []struct {
						Salt []byte `json:"salt"`
					} `json:"parts"`
				} `json:"entries"`
			}
			_ = json.Unmarshal(s.Body, &b) // of a checkpoint there are none
			found = found || bytes.Contains(b.Bytes, salt)
			for _, e := range b.Entries {
				for _, p := range e.Parts {
					found = found || bytes.Equal(p.Salt, salt)
				}
			}
		}
		return err
	}))
	return found
}

func upTo(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i + 1)
	}
	return out
}

// In the files of SQLite nothing is left of what was erased: neither in pages that
// are free, nor in the write-ahead log, nor of rows that were replaced before.
func TestErasedWordsAreInNoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "office.db"), sqlite.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.Migrate(t.Context()))
	desk, _, _ := remembered(t, db)
	_, err = desk.ReleaseHold(t.Context(), "acme", "lena", "H1", 0, "settled")
	require.NoError(t, err)
	require.NoError(t, db.Purge(t.Context()))
	require.True(t, inFiles(t, folder, "Canary"), "the test would see it")
	positions, _, err := desk.Mentions(t.Context(), "acme", canary, 0, 0)
	require.NoError(t, err)
	_, err = desk.Erase(t.Context(), "acme", "dpo", coordination.Erasure{Positions: positions, Value: canary, Authority: "request 7"})
	require.NoError(t, err)
	require.False(t, inFiles(t, folder, "Canary"))
}

func inFiles(t *testing.T, folder, word string) bool {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		if bytes.Contains(bytes.ToLower(content), bytes.ToLower([]byte(word))) {
			return true
		}
	}
	return false
}
