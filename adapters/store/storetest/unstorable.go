package storetest

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// unstorableTextIsRefused: text that some backend could not give back as it was
// is ErrInvalid everywhere, and nothing of it is stored.
func unstorableTextIsRefused(h *harness) {
	for _, text := range []string{"a\x00b", "a\xffb", "\xed\xa0\x80"} {
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			_, err := addToRequest(ctx, tx, "a", opened(text))
			require.ErrorIs(h, err, changereq.ErrInvalid, "title %q", text)
			_, err = addToRequest(ctx, tx, changereq.ID(text), opened("door"))
			require.ErrorIs(h, err, changereq.ErrInvalid, "id %q", text)
			_, err = addToRecord(ctx, tx, "a", filed(text))
			require.ErrorIs(h, err, archive.ErrInvalid, "title %q", text)
			_, err = addToObligation(ctx, tx, "a", owed(text))
			require.ErrorIs(h, err, notice.ErrInvalid, "recipient %q", text)
			err = tx.PutReference(ctx, edge("a", archive.ToRef(archive.Ref(text)), archive.ToRef("b")))
			require.ErrorIs(h, err, archive.ErrInvalid, "end %q", text)
			_, err = tx.PutContent(ctx, archive.Digest(text), nil)
			require.ErrorIs(h, err, archive.ErrInvalid, "digest %q", text)
			_, err = tx.NextChangeNumber(ctx, text)
			require.ErrorIs(h, err, changereq.ErrInvalid, "series %q", text)
			require.ErrorIs(h, tx.PutIdempotentReply(ctx, reply(text)), coordination.ErrInvalid, "key %q", text)

			h.unstorableSheetsAreRefused(ctx, tx, text)

			r, events := evolved(changereq.Request{}, "a", opened("door"))
			events[0].Actor = text
			_, err = tx.PutChangeRequest(ctx, r, events...)
			require.ErrorIs(h, err, changereq.ErrInvalid, "actor %q", text)
			record, filings := recordAfter(archive.Record{}, "a", filed("brief"))
			filings[0].Actor = text
			_, err = tx.PutRecord(ctx, record, filings...)
			require.ErrorIs(h, err, archive.ErrInvalid, "actor %q", text)
			o, owing := obligationAfter(notice.Obligation{}, "a", owed("ann"))
			owing[0].Actor = text
			_, err = tx.PutObligation(ctx, o, owing...)
			require.ErrorIs(h, err, notice.ErrInvalid, "actor %q", text)
			return nil
		})
		require.ErrorIs(h, h.store.Update(h.Context(), text, everyRoom("")), coordination.ErrInvalid, "tenant %q", text)
	}
	require.Empty(h, cmp.Diff(h.blank(), h.dump(acme)))
}

// unstorableTimeIsRefused: the same of times that are not whole microseconds in
// UTC.
func unstorableTimeIsRefused(h *harness) {
	for _, at := range []time.Time{minute(0).Add(time.Nanosecond), minute(0).In(time.FixedZone("", 3600))} {
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			r, events := evolved(changereq.Request{}, "a", opened("door"))
			wrong := r
			wrong.Updated = at
			_, err := tx.PutChangeRequest(ctx, wrong, events...)
			require.ErrorIs(h, err, changereq.ErrInvalid, "request at %v", at)
			events[0].At = at
			_, err = tx.PutChangeRequest(ctx, r, events...)
			require.ErrorIs(h, err, changereq.ErrInvalid, "event at %v", at)

			data := filed("brief")
			data.Dated = at
			_, err = addToRecord(ctx, tx, "a", data)
			require.ErrorIs(h, err, archive.ErrInvalid, "record at %v", at)
			record, filings := recordAfter(archive.Record{}, "a", filed("brief"))
			filings[0].At = at
			_, err = tx.PutRecord(ctx, record, filings...)
			require.ErrorIs(h, err, archive.ErrInvalid, "event at %v", at)

			o, owing := obligationAfter(notice.Obligation{}, "a", owed("ann"))
			late := o
			late.Updated = at
			_, err = tx.PutObligation(ctx, late, owing...)
			require.ErrorIs(h, err, notice.ErrInvalid, "obligation at %v", at)
			owing[0].At = at
			_, err = tx.PutObligation(ctx, o, owing...)
			require.ErrorIs(h, err, notice.ErrInvalid, "event at %v", at)

			s, notes := sheetAfter(register.Sheet{}, issues, "a", "door")
			notes[0].At = at
			_, err = tx.PutSheet(ctx, s, notes...)
			require.ErrorIs(h, err, register.ErrInvalid, "event at %v", at)

			ref := edge("a", archive.ToRecord("a"), archive.ToRef("b"))
			ref.At = at
			require.ErrorIs(h, tx.PutReference(ctx, ref), archive.ErrInvalid, "reference at %v", at)
			kept := reply("key")
			kept.Expires = at
			require.ErrorIs(h, tx.PutIdempotentReply(ctx, kept), coordination.ErrInvalid, "reply until %v", at)
			return nil
		})
	}
	require.Empty(h, cmp.Diff(h.blank(), h.dump(acme)))
}

// unstorableSheetsAreRefused: in each of its texts, and as a bound of a list. No
// list goes on with what no list has given.
func (h *harness) unstorableSheetsAreRefused(ctx context.Context, tx coordination.Tx, text string) {
	h.Helper()
	for name, spoil := range map[string]func(*register.Sheet, *register.Event){
		"book":  func(s *register.Sheet, e *register.Event) { s.Book, e.Book = text, text },
		"id":    func(s *register.Sheet, e *register.Event) { s.ID, e.Sheet = text, text },
		"key":   func(s *register.Sheet, _ *register.Event) { s.Keys[0].Name = text },
		"value": func(s *register.Sheet, _ *register.Event) { s.Keys[0].Value = text },
		"body":  func(s *register.Sheet, _ *register.Event) { s.Body = []byte(`"` + text + `"`) },
		"kind":  func(_ *register.Sheet, e *register.Event) { e.Kind = text },
		"actor": func(_ *register.Sheet, e *register.Event) { e.Actor = text },
		"data":  func(_ *register.Sheet, e *register.Event) { e.Data = []byte(`"` + text + `"`) },
	} {
		s, events := sheetAfter(register.Sheet{}, issues, "a", "door")
		spoil(&s, &events[0])
		_, err := tx.PutSheet(ctx, s, events...)
		require.ErrorIs(h, err, register.ErrInvalid, "%s %q", name, text)
	}
	for name, q := range map[string]register.Query{
		"book": {Book: text}, "key": {Book: issues, Key: text}, "from": {Book: issues, From: text}, "to": {Book: issues, Key: "said", To: text},
	} {
		_, _, err := tx.Sheets(ctx, q)
		require.ErrorIs(h, err, register.ErrInvalid, "%s %q", name, text)
	}
	_, err := tx.Sheet(ctx, issues, text)
	require.ErrorIs(h, err, register.ErrNotFound, "id %q", text)
	events, next, err := tx.SheetEvents(ctx, text, text, 0, 0)
	require.NoError(h, err)
	require.Empty(h, events)
	require.Zero(h, next)
}
