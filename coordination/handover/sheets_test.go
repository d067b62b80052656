package handover_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// Invariant 3 for what is known beside the records: whoever changes what a sheet says, or
// by what it is found, or puts in one of which nothing tells, is found out.
func TestInvariant3ChangedSheetsAreFound(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		h := openLived(t, fresh(t))
		h.fill(t)
		h.audited(t, "", "")
		changed := make(map[string]int)
		for _, book := range coordination.Books() {
			for _, s := range h.sheets(t, book.Name) {
				changed[s.Book]++
				was := s
				s.Body = bytes.Replace(lastLetter(s.Body), []byte(`{"record":"B"}`), []byte(`{"record":"U"}`), 1)
				if bytes.Equal(s.Body, was.Body) {
					s.Body = append([]byte(" "), s.Body...)
				}
				h.put(t, &s)
				h.audited(t, s.Book, s.ID)
				if s.Body = was.Body; len(s.Keys) > 0 {
					s.Keys = slices.Clone(s.Keys)
					s.Keys[0].Value += "x"
					h.put(t, &s)
					h.audited(t, s.Book, s.ID)
				}
				s.Keys = was.Keys
				h.put(t, &s)
			}
		}
		h.audited(t, "", "")
		for book := range changed {
			forged := register.Sheet{Book: book, ID: "forged", Body: []byte("{}")}
			h.put(t, &forged)
			h.audited(t, book, "forged")
		}
		require.Len(t, changed, 12, "%v", changed)
	})
}

func (h *lived) sheets(t *testing.T, book string) (page []register.Sheet) {
	t.Helper()
	require.NoError(t, h.kept.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		var err error
		page, _, err = tx.Sheets(ctx, register.Query{Book: book, Limit: register.MaxLimit})
		return err
	}))
	return page
}

func (h *lived) put(t *testing.T, s *register.Sheet) {
	t.Helper()
	require.NoError(t, h.kept.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		out, err := tx.PutSheet(ctx, *s)
		s.Rev = out.Rev
		return err
	}))
}

// audited has an audit find just what is wrong with a sheet, or nothing.
func (h *lived) audited(t *testing.T, book, id string) {
	t.Helper()
	report, err := h.sealer.Audit(t.Context(), "acme")
	require.NoError(t, err)
	require.Nil(t, report.Mismatch)
	found := ""
	for _, f := range report.Flaws {
		if string(f.Room) == book && f.Entity == id {
			found = f.Entity
		}
	}
	require.Equal(t, id, found, "%s %q: %+v", book, id, report.Flaws)
	if id == "" {
		require.Empty(t, report.Flaws)
	}
}

// Who changes what a sheet says on the way from one archive to another is found out
// where it comes in: the log has the history alone.
func TestForgedSheetsAreNotTakenIn(t *testing.T) {
	t.Parallel()
	h := openLived(t, everystore.Memory(t))
	h.fill(t)
	bag := h.takenOut(t)
	forged := func(from, to string) func(string) (io.ReadCloser, error) {
		return func(name string) (io.ReadCloser, error) {
			in, err := bag.Open(name)
			if err != nil || !strings.HasSuffix(name, "sheets.jsonl") {
				return in, err
			}
			text, err := io.ReadAll(in)
			require.NoError(t, err)
			require.Contains(t, string(text), from)
			return io.NopCloser(strings.NewReader(strings.Replace(string(text), from, to, 1))), in.Close()
		}
	}
	for from, to := range map[string]string{
		`"reason":"claim"`:                    `"reason":"claims"`,
		`"issued":"2020`:                      `"issued":"2021`,
		`{"name":"state","value":"in-force"}`: `{"name":"state","value":"released"}`,
		`"book":"class","id":"letters","body":{"versions":[{"id":"letters"`: `"book":"class","id":"letters","body":{"versions":[{"id":"notes"`,
	} {
		to := openLived(t, everystore.Memory(t)).taking(h, forged(from, to))
		_, err := handover.ImportArchive(t.Context(), to)
		require.ErrorIs(t, err, archive.ErrInvalid, from)
		require.ErrorContains(t, err, "sheets.jsonl", from)
		require.ErrorContains(t, err, "not what its history gives", from)
	}
}

// taking is what an office needs to take in the archive of another.
func (h *lived) taking(from *lived, open func(string) (io.ReadCloser, error)) handover.Taking {
	return handover.Taking{Store: everystore.Memory(h.t), Tenant: "acme", Open: open, Known: note.VerifierList(from.key.Verifier), Upload: h.desk.Upload}
}

// Names that are erased, one entry after the other, are in no sheet any more, and after each
// erasure every sheet is still what its history gives.
func TestErasedSheetsAreMadeAnew(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		h := openLived(t, fresh(t))
		h.fill(t)
		_, err := h.desk.ReleaseHold(t.Context(), "acme", "lena", "H", 0, "settled")
		require.NoError(t, err)
		h.sign(t)
		desk, err := coordination.NewDesk(coordination.Config{Store: h.kept, Eraser: h.sealer, Blobs: h.bytes})
		require.NoError(t, err)
		for _, name := range []string{"carol", "lena", "rita", "anna", "dora", "olga"} {
			positions, _, err := desk.Mentions(t.Context(), "acme", name, 0, coordination.MaxLimit)
			require.NoError(t, err)
			require.NotEmpty(t, positions, name)
			for _, at := range positions {
				_, err := desk.Erase(t.Context(), "acme", "zoe", coordination.Erasure{Positions: []int64{at}, Value: name, Authority: "Act 5"})
				require.NoError(t, err)
				h.sign(t)
				h.audited(t, "", "")
			}
			for _, book := range coordination.Books() {
				for _, s := range h.sheets(t, book.Name) {
					require.NotContains(t, string(s.Body), `"`+name+`"`, "%s %q", s.Book, s.ID)
					require.NotContains(t, fmt.Sprint(s.Keys), name, "%s %q", s.Book, s.ID)
				}
			}
		}
	})
}
