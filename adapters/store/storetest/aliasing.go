package storetest

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// aliasing: what goes into a store and what comes out of it shares no memory
// with it.
func aliasing(h *harness) {
	h.run("Arguments", argumentsMayChange)
	h.run("Results", resultsMayChange)
	h.run("ResultsInOneUnit", resultsMayChangeInTheUnit)
}

func argumentsMayChange(h *harness) {
	raw := func() []byte { return []byte(`{"a":1}`) }
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		r, events := evolved(changereq.Request{}, "a", append(everyEvent(), changereq.Unknown{EventKind: "later", Raw: raw()})...)
		stored, err := tx.PutChangeRequest(ctx, r, events...)
		require.NoError(h, err)
		scramble(&r, events, &stored)
		record, filings := recordAfter(archive.Record{}, "a", filed("brief"), archive.Unknown{Of: "later", Raw: raw()})
		_, err = tx.PutRecord(ctx, record, filings...)
		require.NoError(h, err)
		o, owing := obligationAfter(notice.Obligation{}, "a", owed("ann"), notice.Unknown{Of: "later", Raw: raw()})
		_, err = tx.PutObligation(ctx, o, owing...)
		require.NoError(h, err)
		content, kept := []byte("brief"), reply("key")
		_, err = tx.PutContent(ctx, archive.DigestOf(content), content)
		require.NoError(h, err)
		require.NoError(h, tx.PutIdempotentReply(ctx, kept))
		sheet, notes := sheetAfter(register.Sheet{}, issues, "a", "door", "hinge")
		put, err := tx.PutSheet(ctx, sheet, notes...)
		require.NoError(h, err)
		scramble(filings, owing, content, &kept, &sheet, notes, &put)
		return nil
	})
	want, events := evolved(changereq.Request{}, "a", append(everyEvent(), changereq.Unknown{EventKind: "later", Raw: raw()})...)
	want.Rev = 1
	d := h.dump(acme, "key")
	require.Empty(h, cmp.Diff([]changereq.Request{want}, d.Requests))
	require.Empty(h, cmp.Diff(events, d.RequestEvents["a"]))
	require.Empty(h, cmp.Diff(archive.Data(archive.Unknown{Of: "later", Raw: raw()}), d.RecordEvents["a"][1].Data))
	require.Empty(h, cmp.Diff(notice.Data(notice.Unknown{Of: "later", Raw: raw()}), d.ObligationEvents["a"][1].Data))
	require.Equal(h, "brief", d.Contents[archive.DigestOf([]byte("brief"))])
	require.Empty(h, cmp.Diff(reply("key"), d.Replies["key"]))
	sheet, notes := sheetAfter(register.Sheet{Rev: 1}, issues, "a", "door", "hinge")
	require.Empty(h, cmp.Diff([]register.Sheet{sheet}, d.Sheets))
	require.Equal(h, []string{"a", "a"}, d.Said)
	require.Empty(h, cmp.Diff(notes, d.SheetEvents["issue/a"]))
}

func resultsMayChange(h *harness) {
	h.do(everything)
	h.sequence()
	for _, open := range []func(work){h.look, h.do} {
		open(func(ctx context.Context, tx coordination.Tx) error {
			h.scrambleReads(func() map[string]any { return h.reads(ctx, tx) })
			return nil
		})
	}
	h.scrambleReads(h.seen)
}

// resultsMayChangeInTheUnit: also what the unit has written itself.
func resultsMayChangeInTheUnit(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, everything(ctx, tx))
		h.scrambleReads(func() map[string]any { return h.reads(ctx, tx) })
		return nil
	})
}

// scrambleReads changes everything that was read and reads again. What is
// compared is text, which nobody can change.
func (h *harness) scrambleReads(read func() map[string]any) {
	h.Helper()
	before := h.text(read())
	for _, said := range read() {
		o, _ := said.(outcome)
		scramble(o.Value)
	}
	require.Equal(h, before, h.text(read()))
}

func (h *harness) text(v any) string {
	h.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	require.NoError(h, err)
	return string(b)
}

// everything writes into every room, and a request with every field.
func everything(ctx context.Context, tx coordination.Tx) error {
	if _, err := addToRequest(ctx, tx, "request", everyEvent()...); err != nil {
		return err
	}
	return everyRoom("")(ctx, tx)
}

// scramble changes everything that can be reached from the values and set.
func scramble(values ...any) {
	for _, v := range values {
		scrambleValue(reflect.ValueOf(v))
	}
}

func scrambleValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scrambleValue(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			scrambleValue(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			setTo(v, reflect.ValueOf(minute(-1000)))
			return
		}
		for _, field := range v.Fields() {
			scrambleValue(field)
		}
	case reflect.String:
		setTo(v, reflect.ValueOf("scrambled").Convert(v.Type()))
	case reflect.Uint8:
		setTo(v, reflect.ValueOf(uint8('!')).Convert(v.Type()))
	default:
		if v.IsValid() {
			setTo(v, reflect.Zero(v.Type()))
		}
	}
}

func setTo(v, to reflect.Value) {
	if v.CanSet() {
		v.Set(to)
	}
}
