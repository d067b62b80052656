package storetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// filtersMean: a list shows what Query.Matches says, for every combination of
// filters.
func filtersMean(h *harness) {
	stock := h.fillForFilters()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, q := range requestQueries() {
			var want []changereq.ID
			for i := range stock {
				if q.Matches(&stock[i]) {
					want = append(want, stock[i].ID)
				}
			}
			rows, err := follow(func(after string) ([]changereq.Request, string, error) {
				q.After, q.Limit = after, 2
				return tx.ChangeRequests(ctx, q)
			})
			require.NoError(h, err)
			var got []changereq.ID
			for _, r := range rows {
				got = append(got, r.ID)
			}
			require.Equal(h, want, got, "%+v", q)
		}
		for recipient, states := range map[string]map[notice.State]int{
			"ann": {notice.Owed: 1, notice.Sent: 1, "": 2}, "bob": {notice.Owed: 1, notice.Sent: 0, "": 1}, "": {notice.Owed: 2, "": 3},
		} {
			for state, want := range states {
				page, _, err := tx.Obligations(ctx, notice.Query{Recipient: recipient, State: state})
				require.NoError(h, err)
				require.Len(h, page, want, "%s %s", recipient, state)
			}
		}
		for kind, subjects := range map[archive.Kind]map[archive.Ref]int{
			archive.KindBrief: {"s1": 1, "s2": 1, "": 2}, archive.KindImport: {"s1": 1, "s2": 0, "": 1}, "": {"s1": 2, "s3": 0, "": 3},
		} {
			for subject, want := range subjects {
				page, _, err := tx.Records(ctx, archive.Query{Kind: kind, Subject: subject})
				require.NoError(h, err)
				require.Len(h, page, want, "%s %s", kind, subject)
			}
		}
		for digest, want := range map[archive.Digest][]archive.RecordID{"d0": {"2", "0"}, "d1": {"1"}, "d2": nil, "D1": nil} {
			rows, err := follow(func(after string) ([]archive.Record, string, error) {
				return tx.Records(ctx, archive.Query{Digest: digest, After: after, Limit: 1})
			})
			require.NoError(h, err)
			require.Equal(h, want, ids(rows, func(r archive.Record) archive.RecordID { return r.ID }), "with %s", digest)
		}
		page, _, err := tx.Records(ctx, archive.Query{Digest: "d0", Subject: "s1", Kind: archive.KindImport})
		require.NoError(h, err)
		require.Len(h, page, 1, "all filters at once")
		return nil
	})
}

// fillForFilters stores rows that differ in everything that a filter asks for,
// and returns the requests in the order of their list.
func (h *harness) fillForFilters() []changereq.Request {
	h.Helper()
	var stock []changereq.Request
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		stock = nil
		for i := 23; i >= 0; i-- {
			data := opened([]string{"Raise the door torque", "Door, DÖR and door", "Re-lacquer the hinge"}[i%3])
			data.Applicant = []string{"ann", "bob"}[i%2]
			data.Content.Labels = []string{[]string{"Supplier-7", "safety"}[i/2%2]}
			data.Content.Affected = []changereq.AffectedItem{{Item: "spec"}, {Item: changereq.ItemID([]string{"bolt", "nut"}[i/3%2])}}
			more := []changereq.Data{data}
			if i%4 == 0 {
				more = append(more, moved("open", lifecycle.Assess))
			}
			r, err := addToRequest(ctx, tx, changereq.ID(fmt.Sprintf("r%02d", i)), more...)
			if err != nil {
				return err
			}
			stock = append(stock, r)
		}
		for i, subject := range []archive.Ref{"s1", "s2", "s1"} {
			data := filed("brief")
			data.Subject, data.Kind = subject, []archive.Kind{archive.KindBrief, archive.KindImport}[i/2]
			data.Digest = archive.Digest("d" + strconv.Itoa(i%2))
			if _, err := addToRecord(ctx, tx, archive.RecordID(strconv.Itoa(i)), data); err != nil {
				return err
			}
		}
		for i, recipient := range []string{"ann", "bob"} {
			if _, err := addToObligation(ctx, tx, strconv.Itoa(i), owed(recipient)); err != nil {
				return err
			}
		}
		_, err := addToObligation(ctx, tx, "sent", owed("ann"), notice.SettledData{State: notice.Sent})
		return err
	})
	return stock
}

// requestQueries are all combinations of some values of each filter.
func requestQueries() []changereq.Query {
	queries := []changereq.Query{{}}
	add := func(set ...func(*changereq.Query)) {
		for _, q := range queries {
			for _, s := range set {
				next := q
				s(&next)
				queries = append(queries, next)
			}
		}
	}
	add(func(q *changereq.Query) { q.State = "open" }, func(q *changereq.Query) { q.State = "Open" })
	add(func(q *changereq.Query) { q.Category = lifecycle.Intake })
	add(func(q *changereq.Query) { q.Applicant = "bob" })
	add(func(q *changereq.Query) { q.Item = "spec" }, func(q *changereq.Query) { q.Item = "nut" }, func(q *changereq.Query) { q.Item = "n" })
	var texts []func(*changereq.Query)
	for _, text := range []string{"door", "DOOR torque", "dör", "supplier 7", "doo", "hinge safety", "r03", "cr", "a b c d door", " ,"} {
		texts = append(texts, func(q *changereq.Query) { q.Text = text })
	}
	add(texts...)
	return queries
}

// endsAreToldApart: an end is its kind and its value, at source or target.
func endsAreToldApart(h *harness) {
	ends := []archive.End{
		archive.ToRecord("a"), archive.ToRecord("A"), archive.ToRef("a"), {Kind: archive.EndURI, Value: "a"}, {Kind: archive.EndText, Value: "a"},
	}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for i, source := range ends {
			for j, target := range ends {
				if err := tx.PutReference(ctx, edge(fmt.Sprintf("%d-%d", i, j), source, target)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for i, end := range ends {
			for dir, format := range map[archive.Direction]string{archive.Outward: "%[1]d-%[2]d", archive.Inward: "%[2]d-%[1]d"} {
				page, _, err := tx.References(ctx, archive.ReferenceQuery{End: end, Direction: dir})
				require.NoError(h, err)
				var want []string
				for j := range ends {
					want = append(want, fmt.Sprintf(format, i, j))
				}
				require.Equal(h, want, ids(page, func(r archive.Reference) string { return r.ID }), "%s %v", dir, end)
			}
		}
		return nil
	})
}

// openEndsAreListed: the edges with a text at either end, each once, in pages.
func openEndsAreListed(h *harness) {
	text := archive.End{Kind: archive.EndText, Value: "a"}
	ends := []archive.End{archive.ToRecord("a"), text, {Kind: archive.EndURI, Value: "a"}, archive.ToRef("a")}
	var want []string
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for i, source := range ends {
			for j, target := range ends {
				id := fmt.Sprintf("%d-%d", i, j)
				if source == text || target == text {
					want = append(want, id)
				}
				if err := tx.PutReference(ctx, edge(id, source, target)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	slices.Sort(want)
	want = slices.Compact(want) // Update may have run more than once
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for size := 1; size <= len(want)+1; size++ {
			var got []string
			for after, more := "", true; more; more = after != "" {
				page, next, err := tx.References(ctx, archive.ReferenceQuery{Direction: archive.Open, After: after, Limit: size})
				require.NoError(h, err)
				require.LessOrEqual(h, len(page), size)
				got, after = append(got, ids(page, func(r archive.Reference) string { return r.ID })...), next
			}
			require.Equal(h, want, got)
		}
		for i, source := range ends {
			for j, target := range ends {
				id := fmt.Sprintf("%d-%d", i, j)
				_, err := tx.Reference(ctx, source, id)
				require.NoError(h, err)
				_, err = tx.Reference(ctx, archive.ToRecord("other"), id)
				require.ErrorIs(h, err, archive.ErrNotFound)
				got, err := tx.OpenReference(ctx, id)
				if source != text && target != text {
					require.ErrorIs(h, err, archive.ErrNotFound)
					continue
				}
				require.NoError(h, err)
				require.Empty(h, cmp.Diff(edge(id, source, target), got))
			}
		}
		return nil
	})
}

// eventsArePaged: by Seq, from any place, with next 0 at the end.
func eventsArePaged(h *harness) {
	const n = 7
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRequest(ctx, tx, "a", life(n)...)
		require.NoError(h, err)
		_, err = addToRecord(ctx, tx, "a", filing(n)...)
		require.NoError(h, err)
		_, err = addToObligation(ctx, tx, "a", owing(n)...)
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for size := 1; size <= n+1; size++ {
			for after := range int64(n + 2) {
				until := min(int(after)+size, n)
				wantNext := int64(0)
				if until < n {
					wantNext = int64(until)
				}
				var want []int64
				for seq := after + 1; seq <= int64(until); seq++ {
					want = append(want, seq)
				}
				where := fmt.Sprintf("%d after %d", size, after)
				requests, next, err := tx.ChangeRequestEvents(ctx, "a", after, size)
				require.NoError(h, err)
				require.Equal(h, want, seqs(requests, func(ev changereq.Event) int64 { return ev.Seq }), where)
				require.Equal(h, wantNext, next, where)
				records, next, err := tx.RecordEvents(ctx, "a", after, size)
				require.NoError(h, err)
				require.Equal(h, want, seqs(records, func(ev archive.Event) int64 { return ev.Seq }), where)
				require.Equal(h, wantNext, next, where)
				obligations, next, err := tx.ObligationEvents(ctx, "a", after, size)
				require.NoError(h, err)
				require.Equal(h, want, seqs(obligations, func(ev notice.Event) int64 { return ev.Seq }), where)
				require.Equal(h, wantNext, next, where)
			}
		}
		return nil
	})
}

func seqs[E any](events []E, seq func(E) int64) []int64 {
	var out []int64
	for _, ev := range events {
		out = append(out, seq(ev))
	}
	return out
}
