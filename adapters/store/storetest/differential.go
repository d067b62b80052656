package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// differential: one random stream of units, lawful and not, gives the same
// results and the same classes of error on the store in memory.
func differential(h *harness) {
	h.run("Stream", func(h *harness) {
		var tenants atomic.Int64
		twin := &harness{T: h.T, cfg: h.cfg, path: h.path, store: memory.New()}
		rapid.Check(h, func(t *rapid.T) {
			h.compareStreams(t, twin, fmt.Sprint("tenant ", tenants.Add(1)))
		})
	})
}

func (h *harness) compareStreams(t *rapid.T, twin *harness, tenant string) {
	for range rapid.IntRange(1, 6).Draw(t, "units") {
		asks := rapid.SliceOfN(rapid.Custom(drawAsk), 1, 6).Draw(t, "asks")
		fails := rapid.IntRange(0, 4).Draw(t, "fails") == 0
		want, got := twin.ask(tenant, asks, fails), h.ask(tenant, asks, fails)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("memory - backend +\n%s", diff)
		}
	}
	if diff := cmp.Diff(twin.timeless(tenant), h.timeless(tenant)); diff != "" {
		t.Fatalf("what is stored: memory - backend +\n%s", diff)
	}
}

// ask runs a unit and collects what it was told, its end included.
func (h *harness) ask(tenant string, asks []ask, fails bool) []outcome {
	h.sequence()
	var out []outcome
	err := h.store.Update(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		out = nil
		for _, a := range asks {
			out = append(out, answer(a(ctx, tx)))
		}
		if fails {
			return errBoom
		}
		return nil
	})
	return append(out, answer(nil, err))
}

// ask is one call, or one list followed to its end.
type ask func(context.Context, coordination.Tx) (any, error)

func drawAsk(t *rapid.T) ask {
	if rapid.Bool().Draw(t, "puts") {
		return drawPut(t)
	}
	return drawList(t)
}

func drawPut(t *rapid.T) ask {
	id := rapid.SampledFrom([]string{"a", "b", "B", "a "}).Draw(t, "id")
	rev, events := rapid.Int64Range(0, 3).Draw(t, "rev"), rapid.Int64Range(0, 3).Draw(t, "events")
	if rapid.IntRange(0, 3).Draw(t, "fresh") > 0 {
		return drawAddition(t, id)
	}
	e := rapid.SampledFrom(entities()).Draw(t, "entity")
	return func(ctx context.Context, tx coordination.Tx) (any, error) {
		for _, k := range keyedRows() { // so that a conflict comes from the put itself
			if _, err := k.there(ctx, tx, id); err != nil {
				return nil, err
			}
		}
		return e.put(ctx, tx, id, rev, events)
	}
}

func drawAddition(t *rapid.T, id string) ask {
	at, text := rapid.Int64Range(0, 9).Draw(t, "at"), rapid.SampledFrom([]string{"door", "wide door", "\x00", "ä"}).Draw(t, "text")
	return rapid.SampledFrom([]ask{
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			data := []changereq.Data{changereq.AmendedData{Content: changereq.Content{Title: text}}, moved("open", lifecycle.Assess)}
			if _, err := tx.ChangeRequest(ctx, changereq.ID(id)); errors.Is(err, changereq.ErrNotFound) {
				data[0] = opened(text)
			}
			if kinds := changereq.DueKinds(); int(at) >= len(kinds) {
				data = append(data, claimed(between(2*at, 3*at))...)
			} else {
				data = append(data, awaited(kinds[at], at)...)
			}
			return addToRequest(ctx, tx, changereq.ID(id), data...)
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			if _, err := tx.Record(ctx, archive.RecordID(id)); errors.Is(err, archive.ErrNotFound) {
				return addToRecord(ctx, tx, archive.RecordID(id), filed(text))
			}
			return addToRecord(ctx, tx, archive.RecordID(id), filing(2)[1])
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			if _, err := tx.Obligation(ctx, id); errors.Is(err, notice.ErrNotFound) {
				return addToObligation(ctx, tx, id, owed(text))
			}
			return addToObligation(ctx, tx, id, owing(2)[1])
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return addToSheet(ctx, tx, []string{issues, meetings, "archive"}[at%3], id, text, strings.Repeat("x", int(at)))
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return nil, tx.PutReference(ctx, edge(id, archive.ToRecord("a"), archive.ToRef(archive.Ref(text))))
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.PutContent(ctx, archive.DigestOf([]byte("brief")), []byte("brief"))
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.NextChangeNumber(ctx, text) },
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			rows, err := tx.ClaimObligations(ctx, minute(at), minute(at+3), 2)
			return ids(rows, func(o notice.Obligation) string { return o.ID }), err
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			r := reply(id)
			r.Created, r.Expires = minute(at), minute(at+3)
			return nil, tx.PutIdempotentReply(ctx, r)
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.DropIdempotentReplies(ctx, minute(at), 1)
		},
	}).Draw(t, "addition")
}

func drawList(t *rapid.T) ask {
	limit := rapid.IntRange(0, 3).Draw(t, "limit")
	id := rapid.SampledFrom([]string{"", "a", "b", "B"}).Draw(t, "id")
	text := rapid.SampledFrom([]string{"", "door", "wide", "ä", "cr"}).Draw(t, "text")
	state := rapid.SampledFrom([]string{"", "draft", "open", "sent", "owed"}).Draw(t, "state")
	after := rapid.SampledFrom([]string{"", "", "", "x"}).Draw(t, "after")
	start := func(next string) string {
		if next == "" {
			return after
		}
		return next
	}
	begin := rapid.Int64Range(0, 20).Draw(t, "window")
	kind := rapid.SampledFrom(changereq.DueKinds()).Draw(t, "kind")
	return rapid.SampledFrom([]ask{
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.ChangeRequestsDue(ctx, changereq.DueQuery{
				Kind: kind, State: "open", AfterAt: minute(begin - 9), AfterID: changereq.ID(id), Until: minute(begin), Limit: limit,
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]changereq.Request, string, error) {
				return tx.ChangeWindows(ctx, changereq.WindowQuery{Window: between(begin, begin+4), After: start(next), Limit: limit})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]changereq.Request, string, error) {
				return tx.ChangeRequests(ctx, changereq.Query{State: state, Text: text, After: start(next), Limit: limit})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]archive.Record, string, error) {
				return tx.Records(ctx, archive.Query{Kind: archive.KindBrief, Subject: "changereq:a", After: start(next), Limit: limit})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]archive.Reference, string, error) {
				return tx.References(ctx, archive.ReferenceQuery{
					End: archive.ToRecord(archive.RecordID(id)), Direction: archive.Outward, After: start(next), Limit: limit,
				})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]notice.Obligation, string, error) {
				return tx.Obligations(ctx, notice.Query{Recipient: text, State: notice.State(state), After: start(next), Limit: limit})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return requestHistory(ctx, tx, changereq.ID(id))
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return recordHistory(ctx, tx, archive.RecordID(id))
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) { return obligationHistory(ctx, tx, id) },
		func(ctx context.Context, tx coordination.Tx) (any, error) { return sheetHistory(ctx, tx, issues, id) },
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			return follow(func(next string) ([]register.Sheet, string, error) {
				return tx.Sheets(ctx, register.Query{
					Book: issues, Key: []string{"", "latest", "said"}[begin%3], From: id, To: text, After: start(next), Limit: limit,
				})
			})
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) {
			entries, err := journal(ctx, tx, coordination.JournalQuery{Entity: id, Limit: limit})
			return seqs(entries, func(e coordination.Entry) int64 { return e.Position }), err
		},
		func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.IdempotentReply(ctx, "ann", id) },
	}).Draw(t, "list")
}
