package sqltest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// BeforeReferences is the last schema that kept references by their ids; since the next
// one they are kept by their sources.
const BeforeReferences = 10

// oldReferences lead from each kind of end to each, with terms and without.
func oldReferences() (out []archive.Reference) {
	ends := []archive.End{
		archive.ToRecord("R0"), archive.ToRecord("R1"), archive.ToRef("changereq:CR1"),
		{Kind: archive.EndURI, Value: "https://example.org/1"},
		{Kind: archive.EndText, Value: "R0"},
	}
	for i, source := range ends {
		for j, target := range ends {
			var terms archive.Terms
			if (i+j)%2 == 1 {
				terms = archive.Terms{Anchor: "§ 4", ValidFrom: At(i), Evidence: archive.Extracted, Rule: "clauses 1"}
			}
			ref := archive.NewReference(archive.References, source, target, terms)
			ref.Reason, ref.Author, ref.At = fmt.Sprintf("%d to %d", i, j), "carol", At(j)
			out = append(out, ref)
		}
	}
	slices.SortFunc(out, func(a, b archive.Reference) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// OldReferences fills a database of schema BeforeReferences: references, and a record
// with a subject and one without.
func OldReferences(tb testing.TB, own *sql.DB) {
	tb.Helper()
	for _, ref := range oldReferences() {
		terms := ""
		if ref.Terms != (archive.Terms{}) {
			text, err := json.Marshal(ref.Terms)
			require.NoError(tb, err)
			terms = string(text)
		}
		_, err := own.ExecContext(tb.Context(), `INSERT INTO coordkit_reference
		 (tenant, id, type, source_kind, source_value, target_kind, target_value, reason, author, at, terms)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			Tenant, ref.ID, string(ref.Type), string(ref.Source.Kind), ref.Source.Value, string(ref.Target.Kind), ref.Target.Value,
			ref.Reason, ref.Author, ref.At.UnixMicro(), terms)
		require.NoError(tb, err)
	}
	for i, subject := range []string{"", "changereq:CR1"} {
		_, err := own.ExecContext(tb.Context(), `INSERT INTO coordkit_record
		 (tenant, id, rev, events, kind, title, subject, name, media_type, digest, size, dated, filed, filed_by)
		 VALUES ($1, $2, 1, 1, 'letter', 'Letter', $3, '', 'text/plain', $4, 0, $5, $5, 'carol')`,
			Tenant, fmt.Sprint("R", i), subject, string(archive.DigestOf(nil)), At(0).UnixMicro())
		require.NoError(tb, err)
	}
}

// CheckReferences requires that every reference is found in each way in which it can be,
// as it was, and records by their subject.
func CheckReferences(tb testing.TB, s coordination.Store) {
	tb.Helper()
	all := oldReferences()
	of := func(fits func(*archive.Reference) bool) (out []archive.Reference) {
		for i := range all {
			if fits(&all[i]) {
				out = append(out, all[i])
			}
		}
		return out
	}
	require.NoError(tb, s.View(tb.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
		list := func(q archive.ReferenceQuery) []archive.Reference {
			page, next, err := tx.References(ctx, q)
			require.NoError(tb, err)
			require.Empty(tb, next)
			return page
		}
		for _, ref := range all {
			got, err := tx.Reference(ctx, ref.Source, ref.ID)
			require.NoError(tb, err)
			require.Empty(tb, cmp.Diff(ref, got))
			from := of(func(r *archive.Reference) bool { return r.Source == ref.Source })
			require.Empty(tb, cmp.Diff(from, list(archive.ReferenceQuery{End: ref.Source, Direction: archive.Outward})))
			to := of(func(r *archive.Reference) bool { return r.Target == ref.Target })
			require.Empty(tb, cmp.Diff(to, list(archive.ReferenceQuery{End: ref.Target, Direction: archive.Inward})))
		}
		require.Empty(tb, cmp.Diff(of((*archive.Reference).IsOpen), list(archive.ReferenceQuery{Direction: archive.Open})))
		page, _, err := tx.Records(ctx, archive.Query{Subject: "changereq:CR1"})
		require.Len(tb, page, 1)
		require.EqualValues(tb, "R1", page[0].ID)
		return err
	}))
}
