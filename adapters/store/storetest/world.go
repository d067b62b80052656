package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// world is what a tenant should hold, in plain maps.
type world struct {
	requests    map[changereq.ID]changereq.Request
	history     map[changereq.ID][]changereq.Event
	bundles     map[string]bundle.Bundle
	bundling    map[string][]bundle.Event
	records     map[archive.RecordID]archive.Record
	filings     map[archive.RecordID][]archive.Event
	contents    map[archive.Digest]string
	references  map[string]archive.Reference
	obligations map[string]notice.Obligation
	settling    map[string][]notice.Event
	claimed     map[string]time.Time
	sheets      map[string]register.Sheet // by book/id
	noted       map[string][]register.Event
	replies     map[string]coordination.Reply
	counter     int64
	journal     []string
}

func newWorld() world {
	return world{
		requests: make(map[changereq.ID]changereq.Request), history: make(map[changereq.ID][]changereq.Event),
		bundles: make(map[string]bundle.Bundle), bundling: make(map[string][]bundle.Event),
		records: make(map[archive.RecordID]archive.Record), filings: make(map[archive.RecordID][]archive.Event),
		contents: make(map[archive.Digest]string), references: make(map[string]archive.Reference),
		obligations: make(map[string]notice.Obligation), settling: make(map[string][]notice.Event),
		claimed: make(map[string]time.Time), sheets: make(map[string]register.Sheet), noted: make(map[string][]register.Event),
		replies: make(map[string]coordination.Reply),
	}
}

// clone copies the maps; what stands in them is never changed.
func (w world) clone() world {
	return world{
		maps.Clone(w.requests), maps.Clone(w.history), maps.Clone(w.bundles), maps.Clone(w.bundling), maps.Clone(w.records), maps.Clone(w.filings), maps.Clone(w.contents),
		maps.Clone(w.references), maps.Clone(w.obligations), maps.Clone(w.settling), maps.Clone(w.claimed), maps.Clone(w.sheets), maps.Clone(w.noted), maps.Clone(w.replies),
		w.counter, slices.Clone(w.journal),
	}
}

// act does one thing to a transaction and to the world, and reports where they
// differ.
type act func(ctx context.Context, tx coordination.Tx, w *world) error

// drawAct draws something to do.
func drawAct(t *rapid.T) act {
	id := rapid.SampledFrom([]string{"a", "b", "B", "ä"}).Draw(t, "id")
	shift := rapid.SampledFrom([]int64{0, 0, 0, 0, 1, -1}).Draw(t, "rev off by")
	word := rapid.SampledFrom([]string{"door", "hinge", "", "It's", "日本"}).Draw(t, "word")
	switch rapid.IntRange(0, 9).Draw(t, "act") {
	case 0:
		return putsRecord(archive.RecordID(id), shift, word)
	case 1:
		return putsReference(id, word)
	case 2:
		return putsObligation(id, shift, rapid.SampledFrom([]notice.State{notice.Sent, notice.Waived}).Draw(t, "state"))
	case 3:
		return claims(rapid.Int64Range(0, 20).Draw(t, "now"), rapid.IntRange(1, 3).Draw(t, "limit"))
	case 4:
		return putsReply(id, rapid.Int64Range(0, 90).Draw(t, "created"))
	case 5:
		return takesNumber
	case 6:
		return putsBundle(id, shift, word)
	case 7:
		return putsSheet(rapid.SampledFrom([]string{issues, meetings}).Draw(t, "book"), id, shift, word)
	}
	data := []changereq.Data{
		changereq.AmendedData{Content: changereq.Content{Title: word}},
		moved("open", lifecycle.Assess),
		changereq.HeldData{Reason: word},
		changereq.ReleasedData{},
		changereq.AssessedData{Parts: everyAssessment()},
	}
	from := rapid.Int64Range(0, 20).Draw(t, "slot")
	data = append(data, claimed(between(from, from+rapid.Int64Range(1, 9).Draw(t, "minutes")))...)
	n := rapid.IntRange(1, 3).Draw(t, "events")
	first := rapid.IntRange(0, len(data)-n).Draw(t, "kind")
	return putsRequest(changereq.ID(id), shift, data[first:first+n])
}

// differ reports a result that the world did not expect.
func differ(what string, got, want any) error {
	return fmt.Errorf("%s: got %v, want %v", what, got, want)
}

// expect compares an error with the class that the world expects, nil for none.
func expect(what string, err, want error) error {
	if want == nil && err == nil || want != nil && errors.Is(err, want) {
		return nil
	}
	return differ(what, err, want)
}

func putsRequest(id changereq.ID, shift int64, data []changereq.Data) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		had := w.requests[id]
		next := data
		if had.Events == 0 {
			next = append([]changereq.Data{opened("door")}, data...)
		}
		r, events := evolved(had, id, next...)
		r.Rev += shift
		got, err := tx.PutChangeRequest(ctx, r, events...)
		if shift != 0 {
			return expect("put request", err, changereq.ErrConflict)
		}
		if err != nil || got.Rev != had.Rev+1 {
			return differ("put request", fmt.Sprint(got.Rev, err), had.Rev+1)
		}
		w.requests[id] = got.Clone()
		w.history[id] = slices.Concat(w.history[id], events)
		for _, ev := range events {
			w.journal = append(w.journal, fmt.Sprintf("changereq %s %d", id, ev.Seq))
		}
		return nil
	}
}

func putsRecord(id archive.RecordID, shift int64, word string) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		had := w.records[id]
		data := filed(word)
		if _, err := tx.Record(ctx, id); had.Rev > 0 && err != nil {
			return differ("record", err, "no error")
		}
		if _, err := tx.PutContent(ctx, data.Digest, []byte(word)); err != nil {
			return differ("put content", err, "no error")
		}
		w.contents[data.Digest] = word
		next := archive.Data(data)
		if had.Rev > 0 {
			next = filing(2)[1]
		}
		r, events := recordAfter(had, id, next)
		r.Rev += shift
		got, err := tx.PutRecord(ctx, r, events...)
		if shift != 0 {
			return expect("put record", err, archive.ErrConflict)
		}
		if err != nil || got.Rev != had.Rev+1 {
			return differ("put record", fmt.Sprint(got.Rev, err), had.Rev+1)
		}
		w.records[id] = got
		w.filings[id] = slices.Concat(w.filings[id], events)
		w.journal = append(w.journal, fmt.Sprintf("archive %s %d", id, events[0].Seq))
		return nil
	}
}

func putsReference(id, word string) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		ref := edge(id, archive.ToRecord(archive.RecordID(id)), archive.ToRecord("a"))
		ref.Reason = word
		if _, known := w.references[id]; !known {
			w.references[id] = ref
		}
		return expect("put reference", tx.PutReference(ctx, ref), nil)
	}
}

func putsObligation(id string, shift int64, state notice.State) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		had := w.obligations[id]
		if _, err := tx.Obligation(ctx, id); had.Rev > 0 && err != nil {
			return differ("obligation", err, "no error")
		}
		var data notice.Data = owed("ann")
		if had.Rev > 0 {
			data = notice.SettledData{State: state}
		}
		o, events := obligationAfter(had, id, data)
		o.Rev += shift
		got, err := tx.PutObligation(ctx, o, events...)
		if shift != 0 {
			return expect("put obligation", err, notice.ErrConflict)
		}
		if err != nil || got.Rev != had.Rev+1 {
			return differ("put obligation", fmt.Sprint(got.Rev, err), had.Rev+1)
		}
		w.obligations[id] = got
		w.settling[id] = slices.Concat(w.settling[id], events)
		w.journal = append(w.journal, fmt.Sprintf("notice %s %d", id, events[0].Seq))
		return nil
	}
}

func claims(now int64, limit int) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		var want []string
		for _, o := range w.owed() {
			if !w.claimed[o.ID].After(minute(now)) && len(want) < limit {
				want = append(want, o.ID)
				w.claimed[o.ID] = minute(now + 5)
			}
		}
		rows, err := tx.ClaimObligations(ctx, minute(now), minute(now+5), limit)
		got := ids(rows, func(o notice.Obligation) string { return o.ID })
		if err != nil || !slices.Equal(got, want) {
			return differ("claim", fmt.Sprint(got, err), want)
		}
		return nil
	}
}

// slots are the requests that claim time, in the order of its start.
func (w *world) slots() []changereq.ID {
	rows := slices.DeleteFunc(slices.Collect(maps.Values(w.requests)), func(r changereq.Request) bool { return r.Slot() == nil })
	slices.SortFunc(rows, func(a, b changereq.Request) int {
		return cmp.Or(a.Slot().Start.Compare(b.Slot().Start), cmp.Compare(a.ID, b.ID))
	})
	return ids(rows, func(r changereq.Request) changereq.ID { return r.ID })
}

// owed are the obligations that nobody has settled, oldest first.
func (w *world) owed() []notice.Obligation {
	out := slices.DeleteFunc(slices.Collect(maps.Values(w.obligations)), func(o notice.Obligation) bool { return o.State != notice.Owed })
	slices.SortFunc(out, func(a, b notice.Obligation) int { return cmp.Or(a.OwedAt.Compare(b.OwedAt), cmp.Compare(a.ID, b.ID)) })
	return out
}

func putsReply(key string, created int64) act {
	return func(ctx context.Context, tx coordination.Tx, w *world) error {
		r := reply(key)
		r.Created, r.Expires = minute(created), minute(created+30)
		kept, there := w.replies[key]
		if there && kept.Expires.After(r.Created) {
			return expect("put reply", tx.PutIdempotentReply(ctx, r), coordination.ErrConflict)
		}
		w.replies[key] = r
		return expect("put reply", tx.PutIdempotentReply(ctx, r), nil)
	}
}

func takesNumber(ctx context.Context, tx coordination.Tx, w *world) error {
	w.counter++
	n, err := tx.NextChangeNumber(ctx, "CR")
	if err != nil || n != w.counter {
		return differ("next number", fmt.Sprint(n, err), w.counter)
	}
	return nil
}
