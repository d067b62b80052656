package audit_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// What was sealed of a person can be erased: no salt of it is left in any sheet, the
// root stays, the entry stays proved, and everything else is still compared.
func TestErasureKeepsTheTree(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		s := sealerOf(t, store)
		fileSome(t, coordination.Archive(store), 0, 140)
		before, err := s.Seal(t.Context(), "acme")
		require.NoError(t, err)
		_, err = s.Sign(t.Context(), "acme")
		require.NoError(t, err)
		p, err := s.ProveEntry(t.Context(), "acme", 260, 0)
		require.NoError(t, err)
		salts := [][]byte{p.Entry.Actor.Salt[:], p.Entry.Data.Salt[:]}
		require.ErrorIs(t, s.Erase(t.Context(), "acme", 260, 281), coordination.ErrNotFound)
		require.True(t, kept(t, store, salts[0]), "refused as a whole")
		require.NoError(t, s.Erase(t.Context(), "acme", 260, 1, 260))
		require.NoError(t, s.Erase(t.Context(), "acme", 260))
		require.False(t, kept(t, store, salts[0]) || kept(t, store, salts[1]))
		after, err := s.Head(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, before.Root, after.Root)
		again, err := s.ProveEntry(t.Context(), "acme", 260, 0)
		require.NoError(t, err)
		require.Equal(t, p.Text, again.Text)
		require.Nil(t, again.Entry.Actor)
		report, err := s.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v", report)
		require.Equal(t, int64(4), report.Erased, "two seals of two entries")
		fileSome(t, coordination.Archive(store), 140, 141)
		_, err = s.Seal(t.Context(), "acme")
		require.NoError(t, err)
		report, err = s.Audit(t.Context(), "acme")
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v", report)
	})
}

// kept reports whether a salt stands in any block of salts.
func kept(t *testing.T, store coordination.Store, salt []byte) bool {
	t.Helper()
	found := false
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		type block struct {
			Bytes  []byte `json:"bytes"`
			Erased []int  `json:"erased,omitempty"`
		}
		rows, _, err := register.Register[block]{Book: audit.Book}.List(ctx, tx, register.Query{}.Prefix("salts/"))
		for _, row := range rows {
			for at := 0; at < len(row.Value.Bytes); at += len(evidence.Salt{}) {
				found = found || string(row.Value.Bytes[at:at+32]) == string(salt)
			}
		}
		return err
	}))
	return found
}
