package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// edgesAtMany: all edges of some types at several records, in either direction, each
// with what is known of its other end; what the unit itself has put is among them.
func edgesAtMany(h *harness) {
	types := []archive.ReferenceType{archive.References, archive.Supersedes, archive.SeeAlso}
	all := make(map[string]archive.Reference)
	put := func(ctx context.Context, tx coordination.Tx, records ...int) {
		for _, i := range records {
			for j := range 12 { // the last of them is no record, and the two before are not held
				to := archive.ToRecord(archive.RecordID(strconv.Itoa(j)))
				if j == 11 {
					to = archive.ToRef("11")
				}
				from := archive.ToRecord(archive.RecordID(strconv.Itoa(i)))
				ref := archive.NewReference(types[(i+j)%len(types)], from, to, archive.Terms{Anchor: strconv.Itoa(j)})
				ref.Author, ref.At = "ann", minute(0)
				if _, had := all[ref.ID]; had {
					continue
				}
				require.NoError(h, tx.PutReference(ctx, ref))
				all[ref.ID] = ref
			}
			_, err := addToRecord(ctx, tx, archive.RecordID(strconv.Itoa(i)), filing(1)...)
			require.NoError(h, err)
		}
	}
	check := func(ctx context.Context, tx coordination.Tx, records []archive.RecordID, wanted ...archive.ReferenceType) {
		for _, dir := range []archive.Direction{archive.Outward, archive.Inward} {
			got, err := tx.Edges(ctx, archive.EdgeQuery{Records: records, Direction: dir, Types: wanted})
			require.NoError(h, err)
			require.Empty(h, cmp.Diff(edgesOf(ctx, h, tx, all, records, dir, wanted), got), "%s %v %v", dir, records, wanted)
		}
	}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		clear(all)
		put(ctx, tx, 0, 1, 2, 3)
		return nil
	})
	before := maps.Clone(all)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		all = maps.Clone(before)
		put(ctx, tx, 4, 5, 6, 7, 8)
		check(ctx, tx, []archive.RecordID{"5", "1", "5", "none", "9"}, types...)
		return nil
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		every := []archive.RecordID{"9", "8", "7", "6", "5", "4", "3", "2", "1", "0", "10", "11"}
		check(ctx, tx, every, types...)
		check(ctx, tx, every, archive.Supersedes)
		check(ctx, tx, every[:2], archive.SeeAlso, archive.References, "unknown")
		check(ctx, tx, every)
		check(ctx, tx, nil, types...)
		check(ctx, tx, []archive.RecordID{"a\x00b", "\xff", "3"}, types...)
		for _, q := range []archive.EdgeQuery{
			{Records: every, Types: types}, {Records: make([]archive.RecordID, archive.MaxEnds+1), Direction: archive.Outward, Types: types},
		} {
			_, err := tx.Edges(ctx, q)
			require.ErrorIs(h, err, archive.ErrInvalid)
		}
		return nil
	})
}

// edgesOf computes what Edges gives from all edges that there are.
func edgesOf(
	ctx context.Context, h *harness, tx coordination.Tx, all map[string]archive.Reference,
	records []archive.RecordID, d archive.Direction, types []archive.ReferenceType,
) (out []archive.Edge) {
	here := func(e archive.Edge) (here, other archive.End) {
		if d == archive.Outward {
			return e.Source, e.Target
		}
		return e.Target, e.Source
	}
	for _, ref := range all {
		e := archive.Edge{Reference: ref}
		at, other := here(e)
		if at.Kind != archive.EndRecord || !slices.Contains(records, archive.RecordID(at.Value)) || !slices.Contains(types, ref.Type) {
			continue
		}
		if other.Kind == archive.EndRecord {
			r, err := tx.Record(ctx, archive.RecordID(other.Value))
			e.Held, err = present(err, archive.ErrNotFound)
			require.NoError(h, err)
			e.Dated = r.Dated
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b archive.Edge) int {
		x, _ := here(a)
		y, _ := here(b)
		if c := strings.Compare(x.Value, y.Value); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// edgesAreHeld: who finds no edge at a record that it has read by id, filed or not,
// closes it, and who finds it open puts one there: there must never be both.
func edgesAreHeld(h *harness) {
	for round := range rounds {
		at, closed := archive.RecordID(fmt.Sprintf("at%d", round)), fmt.Sprintf("closed%d", round)
		from := archive.RecordID(fmt.Sprintf("from%d", round))
		end, way := archive.ToRecord(at), archive.Inward
		e := archive.NewReference(archive.HasPart, archive.ToRecord(from), end, archive.Terms{})
		if round%3 == 0 {
			e, way = archive.NewReference(archive.AttachmentOf, end, archive.ToRecord(from), archive.Terms{}), archive.Outward
		}
		e.At = minute(0)
		if round%2 == 0 {
			h.do(func(ctx context.Context, tx coordination.Tx) error {
				_, err := putRecordAt(ctx, tx, string(at), 0, 0)
				return err
			})
		}
		errs := race(2, func(i int) error {
			return h.update(func(ctx context.Context, tx coordination.Tx) error {
				if i == 0 {
					if _, err := tx.Record(ctx, at); err != nil && !errors.Is(err, archive.ErrNotFound) {
						return err
					}
					n, err := countEdges(ctx, tx, at, way, round%4 < 2)
					if err != nil || n > 0 {
						return err
					}
					pause()
					_, err = putRecordAt(ctx, tx, closed, 0, 0)
					return err
				}
				if _, err := tx.Record(ctx, archive.RecordID(closed)); !errors.Is(err, archive.ErrNotFound) {
					return err
				}
				pause()
				return tx.PutReference(ctx, e)
			})
		})
		require.NoError(h, errors.Join(errs...))
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			n, err := countEdges(ctx, tx, at, way, true)
			require.NoError(h, err)
			_, err = tx.Record(ctx, archive.RecordID(closed))
			require.NotEqual(h, n > 0, err == nil, "round %d: one of the two", round)
			return nil
		})
	}
}

// countEdges counts the edges at a record, as a page or of several records at once.
func countEdges(ctx context.Context, tx coordination.Tx, id archive.RecordID, way archive.Direction, page bool) (int, error) {
	if page {
		found, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(id), Direction: way})
		return len(found), err
	}
	found, err := tx.Edges(ctx, archive.EdgeQuery{
		Records: []archive.RecordID{id}, Direction: way, Types: []archive.ReferenceType{archive.HasPart, archive.AttachmentOf},
	})
	return len(found), err
}
