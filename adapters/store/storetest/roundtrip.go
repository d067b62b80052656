package storetest

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// roundTrip: what was stored comes back as it was.
func roundTrip(h *harness) {
	h.run("Request", requestComesBack)
	h.run("Bundle", bundleComesBack)
	h.run("Record", recordComesBack)
	h.run("Obligation", obligationComesBack)
	h.run("Reference", referenceComesBack)
	h.run("Sheet", sheetComesBack)
	h.run("Content", contentComesBack)
	h.run("DroppedContent", contentIsDropped)
	h.run("RedactedReference", redactedReference)
	h.run("Reply", replyComesBack)
	h.run("Text", textComesBack)
	h.run("IDs", idsStayApart)
	h.run("Microseconds", microsecondsComeBack)
	h.run("FarTimes", farTimesComeBack)
	h.run("UnknownEvents", unknownEventsComeBack)
	h.run("UnstorableText", unstorableTextIsRefused)
	h.run("UnstorableTime", unstorableTimeIsRefused)
}

func requestComesBack(h *harness) {
	want, events := evolved(changereq.Request{}, "a", everyEvent()...)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.PutChangeRequest(ctx, want, events...)
		want.Rev++
		require.Empty(h, cmp.Diff(want, got), "what Put returns")
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.ChangeRequest(ctx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		page, _, err := tx.ChangeRequests(ctx, changereq.Query{})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]changereq.Request{want}, page))
		history, err := requestHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(events, history))
		folded := changereq.Fold(history)
		folded.Rev = want.Rev
		require.Empty(h, cmp.Diff(want, folded), "the row is the fold of its events")
		return nil
	})
}

func recordComesBack(h *harness) {
	ref := edge("e", archive.ToRecord("a"), archive.End{Kind: archive.EndURI, Value: "https://example.org/?q=1"})
	data := filed("The brief")
	data.Name = "brief v2 (final).txt"
	want, events := recordAfter(archive.Record{}, "a", data, archive.ReferredData{Reference: ref})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.PutRecord(ctx, want, events...)
		want.Rev++
		require.Empty(h, cmp.Diff(want, got), "what Put returns")
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.Record(ctx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		page, _, err := tx.Records(ctx, archive.Query{})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]archive.Record{want}, page))
		history, err := recordHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(events, history))
		return nil
	})
}

func obligationComesBack(h *harness) {
	by := minute(900)
	want, events := obligationAfter(notice.Obligation{}, "a", owed("ann"),
		notice.SettledData{State: notice.Sent, Evidence: "mail <1@example.org>", AnswerBy: &by},
		notice.SettledData{State: notice.Disputed, Reason: "Not what I asked for."})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.PutObligation(ctx, want, events...)
		want.Rev++
		require.Empty(h, cmp.Diff(want, got), "what Put returns")
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.Obligation(ctx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		page, _, err := tx.Obligations(ctx, notice.Query{})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]notice.Obligation{want}, page))
		history, err := obligationHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(events, history))
		return nil
	})
}

func referenceComesBack(h *harness) {
	want := archive.Reference{
		ID: "e", Type: archive.DecidedIn, Source: archive.ToRef("changereq:a"),
		Target: archive.End{Kind: archive.EndText, Value: "minutes of 3 May, item 4"}, Reason: "as\nagreed", Author: "ann", At: minute(3),
		Terms: archive.Terms{
			SourcePin: "0", TargetPin: "1", Anchor: "§ 4 <ä>", ValidFrom: minute(1), ValidTo: minute(2).Add(time.Microsecond),
			Evidence: archive.Extracted, Rule: "clauses 1",
		},
	}
	h.do(func(ctx context.Context, tx coordination.Tx) error { return tx.PutReference(ctx, want) })
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.Reference(ctx, want.Source, "e")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		got, err = tx.OpenReference(ctx, "e")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		for dir, end := range map[archive.Direction]archive.End{archive.Outward: want.Source, archive.Inward: want.Target} {
			page, next, err := tx.References(ctx, archive.ReferenceQuery{End: end, Direction: dir})
			require.NoError(h, err)
			require.Empty(h, cmp.Diff([]archive.Reference{want}, page), dir)
			require.Empty(h, next)
		}
		return nil
	})
}

func contentComesBack(h *harness) {
	every := make([]byte, 1<<20)
	for i := range every {
		every[i] = byte(i ^ i>>8)
	}
	for name, want := range map[string][]byte{"empty": {}, "text": []byte("brief\x00\xff"), "a mebibyte": every} {
		digest := archive.DigestOf(want)
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			fresh, err := tx.PutContent(ctx, digest, want)
			require.True(h, fresh || err != nil, "%s: it was not kept before", name)
			return err
		})
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			got, err := tx.Content(ctx, digest)
			require.NoError(h, err, name)
			require.True(h, bytes.Equal(want, got), "%s: got %d bytes, want %d", name, len(got), len(want))
			return nil
		})
	}
}

// contentIsDropped drops contents before and after they are committed: what is
// dropped is gone, others stay, and it can be kept again.
func contentIsDropped(h *harness) {
	one, other := []byte("one"), []byte("other")
	kept := func(want ...bool) {
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			for i, content := range [][]byte{one, other} {
				_, err := tx.Content(ctx, archive.DigestOf(content))
				is, err := present(err, archive.ErrNotFound)
				require.NoError(h, err)
				require.Equal(h, want[i], is, "%s", content)
			}
			return nil
		})
	}
	put := func(ctx context.Context, tx coordination.Tx, content []byte) {
		fresh, err := tx.PutContent(ctx, archive.DigestOf(content), content)
		require.NoError(h, err)
		require.True(h, fresh, "what was dropped is new again")
	}
	drop := func(ctx context.Context, tx coordination.Tx, content []byte) {
		require.NoError(h, tx.DropContent(ctx, archive.DigestOf(content)))
	}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		put(ctx, tx, one)
		put(ctx, tx, other)
		return nil
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		drop(ctx, tx, one)
		drop(ctx, tx, []byte("neither"))
		_, err := tx.Content(ctx, archive.DigestOf(one))
		require.ErrorIs(h, err, archive.ErrNotFound, "in the unit that dropped it")
		return nil
	})
	kept(false, true)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		put(ctx, tx, one)
		drop(ctx, tx, other)
		put(ctx, tx, other)
		return nil
	})
	kept(true, true)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		drop(ctx, tx, one)
		drop(ctx, tx, one)
		return nil
	})
	kept(false, true)
}

func replyComesBack(h *harness) {
	want := reply("k")
	want.Body = []byte("{\"text\":\"\xff\x00\"}")
	h.do(func(ctx context.Context, tx coordination.Tx) error { return tx.PutIdempotentReply(ctx, want) })
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.IdempotentReply(ctx, "ann", "k")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got))
		return nil
	})
}

// texts are what careless backends bend: case, composition, blanks, quotes,
// wildcards, separators, planes.
func texts() []string {
	return []string{
		"a", "A", "b", "B", "\u00e4", "a\u0308", "\u00c4", "a ", " a", "a\t", "a\n", "\u00df", "ss", "\u0131", "I", "i",
		"'", `"`, `\`, `\\`, "%", "_", "*", "?", "$1", "--", ";", "/", "a/b", "a:b", "a,b", "a|b", "{}", "[]", "null", "0", "00", "1e3",
		"\u2028", "\u200b", "\ufeff", "\ufffd", "\u202eabc", "\U0001f44d", "\U0010fffd", "\x01", "\x7f", "ﬀ", "Ａ", "日本", "שלום",
	}
}

func textComesBack(h *harness) {
	long := strings.Repeat("long ä ", 1<<20/8)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for i, text := range append(texts(), long) {
			data := opened(text)
			data.Content.Description, data.Content.Labels = text, []string{text, text}
			if text != long {
				data.Applicant = text
			}
			if _, err := addToRequest(ctx, tx, changereq.ID(strconv.Itoa(i)), data); err != nil {
				return err
			}
		}
		return nil
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for i, text := range append(texts(), long) {
			got, err := tx.ChangeRequest(ctx, changereq.ID(strconv.Itoa(i)))
			require.NoError(h, err)
			c := got.Content
			if c.Title != text || c.Description != text || c.Labels[0] != text || c.Labels[1] != text {
				require.Empty(h, cmp.Diff(text, c.Title), "text %d", i)
				require.Fail(h, "description or labels differ", "text %d", i)
			}
			if text == long {
				continue
			}
			page, _, err := tx.ChangeRequests(ctx, changereq.Query{Applicant: text})
			require.NoError(h, err)
			require.Len(h, page, 1, "applicant %q is compared byte by byte", text)
			require.Equal(h, got.ID, page[0].ID)
		}
		return nil
	})
}

// idsStayApart: ids are compared byte by byte.
func idsStayApart(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for _, id := range texts() {
			if _, err := addToRequest(ctx, tx, changereq.ID(id), opened(id)); err != nil {
				return err
			}
			if _, err := addToRecord(ctx, tx, archive.RecordID(id), filed(id)); err != nil {
				return err
			}
			if _, err := addToObligation(ctx, tx, id, owed(id)); err != nil {
				return err
			}
			ref := edge(id, archive.ToRecord(archive.RecordID(id)), archive.ToRef("x"))
			if err := tx.PutReference(ctx, ref); err != nil {
				return err
			}
			if err := tx.PutIdempotentReply(ctx, reply(id)); err != nil {
				return err
			}
			n, err := tx.NextChangeNumber(ctx, id)
			require.NoError(h, err)
			require.EqualValues(h, 1, n, "series %q", id)
		}
		return nil
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, id := range texts() {
			r, err := tx.ChangeRequest(ctx, changereq.ID(id))
			require.NoError(h, err, "%q", id)
			require.Equal(h, id, r.Content.Title)
			record, err := tx.Record(ctx, archive.RecordID(id))
			require.NoError(h, err, "%q", id)
			require.Equal(h, id, record.Title)
			o, err := tx.Obligation(ctx, id)
			require.NoError(h, err, "%q", id)
			require.Equal(h, id, o.Recipient)
			page, _, err := tx.Obligations(ctx, notice.Query{Recipient: id})
			require.NoError(h, err)
			require.Len(h, page, 1, "recipient %q", id)
			refs, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(archive.RecordID(id)), Direction: archive.Outward})
			require.NoError(h, err)
			require.Len(h, refs, 1, "end %q", id)
			require.Equal(h, id, refs[0].ID)
			kept, err := tx.IdempotentReply(ctx, "ann", id)
			require.NoError(h, err)
			require.Equal(h, id, kept.Key)
		}
		return nil
	})
}

func microsecondsComeBack(h *harness) {
	at := time.Date(2026, 2, 28, 23, 59, 59, 999999000, time.UTC)
	until := at.Add(time.Microsecond)
	data := opened("door")
	data.Content.Window = &changereq.Window{Start: at, End: until}
	ev := changereq.Event{Request: "a", Seq: 1, At: at, Actor: "ann", Data: data}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.PutChangeRequest(ctx, changereq.Fold([]changereq.Event{ev}), ev)
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		r, err := tx.ChangeRequest(ctx, "a")
		require.NoError(h, err)
		history, err := requestHistory(ctx, tx, "a")
		require.NoError(h, err)
		for name, pair := range map[string][2]time.Time{
			"opened": {at, r.Opened}, "updated": {at, r.Updated}, "event": {at, history[0].At},
			"window start": {at, r.Content.Window.Start}, "window end": {until, r.Content.Window.End},
		} {
			require.True(h, pair[0].Equal(pair[1]), "%s: got %v, want %v", name, pair[1], pair[0])
			require.Equal(h, time.UTC, pair[1].Location(), name)
		}
		return nil
	})
}

func farTimesComeBack(h *harness) {
	for i, at := range []time.Time{{}, time.Unix(-1, 0).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)} {
		id := strconv.Itoa(i)
		ev := notice.Event{Obligation: id, Seq: 1, At: at, Actor: "ann", Data: owed("ann")}
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			_, err := tx.PutObligation(ctx, notice.Fold([]notice.Event{ev}), ev)
			return err
		})
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			o, err := tx.Obligation(ctx, id)
			require.NoError(h, err)
			require.True(h, at.Equal(o.OwedAt), "got %v, want %v", o.OwedAt, at)
			return nil
		})
	}
}

// unknownEventsComeBack: what a later version wrote survives this one.
func unknownEventsComeBack(h *harness) {
	raw := []byte(`{"b":1,"a":[2,"\u00e4"]}`)
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		if _, err := addToRequest(ctx, tx, "a", opened("door"), changereq.Unknown{EventKind: "from-later", Raw: raw}); err != nil {
			return err
		}
		if _, err := addToRecord(ctx, tx, "a", filed("brief"), archive.Unknown{Of: "from-later", Raw: raw}); err != nil {
			return err
		}
		_, err := addToObligation(ctx, tx, "a", owed("ann"), notice.Unknown{Of: "from-later", Raw: raw})
		return err
	})
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		requests, err := requestHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(changereq.Data(changereq.Unknown{EventKind: "from-later", Raw: raw}), requests[1].Data))
		records, err := recordHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(archive.Data(archive.Unknown{Of: "from-later", Raw: raw}), records[1].Data))
		obligations, err := obligationHistory(ctx, tx, "a")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(notice.Data(notice.Unknown{Of: "from-later", Raw: raw}), obligations[1].Data))
		return nil
	})
}
