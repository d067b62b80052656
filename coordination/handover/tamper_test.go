package handover_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/internal/everystore"
)

// tampering changes something behind the office's back, and says where.
type tampering struct {
	name string
	do   func(ctx context.Context, tx coordination.Tx, n int) (place string, err error)
}

// tamperings are what can be done to a store in which A refers to B and much else was
// filed.
func tamperings() []tampering {
	entry := func(change func(*coordination.Entry)) func(context.Context, coordination.Tx, int) (string, error) {
		return func(ctx context.Context, tx coordination.Tx, n int) (string, error) {
			page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{Limit: coordination.MaxLimit, Room: coordination.RoomArchive})
			if err != nil {
				return "", err
			}
			e := page[n%len(page)]
			change(&e)
			return fmt.Sprint("entry ", e.Position), tx.RedactEntry(ctx, e.Position, e.Actor, e.Data)
		}
	}
	content := func(with []byte) func(context.Context, coordination.Tx, int) (string, error) {
		return func(ctx context.Context, tx coordination.Tx, _ int) (string, error) {
			r, err := tx.Record(ctx, "A")
			if err == nil {
				err = tx.DropContent(ctx, r.Digest)
			}
			if err == nil && with != nil {
				_, err = tx.PutContent(ctx, r.Digest, with)
			}
			return "A", err
		}
	}
	return []tampering{
		{"who did it", entry(func(e *coordination.Entry) { e.Actor += "x" })},
		{"what was done", entry(func(e *coordination.Entry) { e.Data = lastLetter(e.Data) })},
		{"a row", func(ctx context.Context, tx coordination.Tx, _ int) (string, error) {
			r, err := tx.Record(ctx, "A")
			if err != nil {
				return "", err
			}
			r.Title += " "
			_, err = tx.PutRecord(ctx, r)
			return "A", err
		}},
		{"no content", content(nil)},
		{"another content", content([]byte("content of a"))},
		{"a reference", func(ctx context.Context, tx coordination.Tx, _ int) (string, error) {
			page, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord("A"), Direction: archive.Outward})
			if err != nil {
				return "", err
			}
			at := slices.IndexFunc(page, func(e archive.Reference) bool { return e.Type == archive.Answers })
			return "A", tx.RedactReference(ctx, page[at].Source, page[at].ID, "for another reason", page[at].Author)
		}},
		{"the log", func(ctx context.Context, tx coordination.Tx, n int) (string, error) {
			sheet, err := tx.Sheet(ctx, audit.Book, []string{"seals/0", "salts/0", "tile/0/0", "head"}[n%4])
			if err != nil {
				return "", err
			}
			sheet.Body = lastLetter(sheet.Body)
			_, err = tx.PutSheet(ctx, sheet)
			return "", err
		}},
	}
}

// lastLetter changes a letter within the first text of some JSON that is long enough.
func lastLetter(text []byte) []byte {
	out := bytes.Clone(text)
	for at := len(out) / 2; at < len(out); at++ {
		was := out[at]
		if was < 'a' || was > 'z' {
			continue
		}
		if out[at] = was ^ 1; out[at] >= 'a' && out[at] <= 'z' && json.Valid(out) && sameNames(text, out) {
			return out
		}
		out[at] = was
	}
	return text
}

// sameNames reports whether two objects have the same members.
func sameNames(a, b []byte) bool {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || len(x) != len(y) {
		return false
	}
	for name := range x {
		if _, ok := y[name]; !ok {
			return false
		}
	}
	return true
}

// Invariant 3 on every store: whatever was done before, one thing that is changed behind the
// office's back is found by an audit, and where.
func TestInvariant3TamperedStoresAreFound(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		store := fresh(t)
		for i, change := range tamperings() {
			for seed := range 4 {
				e := newEstate(t, t.Context(), everystore.InTenant(store, fmt.Sprint("office ", i, seed)))
				e.file(t, "B", "")
				e.file(t, "A", "", link(archive.Answers, "B"))
				e.filed = []archive.RecordID{"A", "B"}
				for _, n := range scripts().Example(10*i + seed) {
					e.act(n)
				}
				e.sign(t)
				report, err := e.sealer.Audit(t.Context(), "acme")
				require.NoError(t, err)
				require.True(t, report.Sound(), "%+v %+v", report.Mismatch, report.Flaws)
				var place string
				require.NoError(t, e.store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
					place, err = change.do(ctx, tx, 7*seed)
					return err
				}))
				report, err = e.sealer.Audit(t.Context(), "acme")
				switch {
				case change.name == "the log":
					require.True(t, err != nil || !report.Sound(), "%s: nothing was found", change.name)
				case report.Mismatch != nil:
					require.NoError(t, err)
					require.Equal(t, place, fmt.Sprint("entry ", report.Mismatch.Position), change.name)
				default:
					require.NoError(t, err)
					require.True(t, slices.ContainsFunc(report.Flaws, func(f audit.Flaw) bool { return f.Entity == place }), "%s: %+v", change.name, report.Flaws)
				}
			}
		}
	})
}
