package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/transfer"
	"github.com/coordkit/coordkit/coordination"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 123_000, time.UTC)

const tenant = "acme"

func office(tb testing.TB) (*archive.Service, archive.Store) {
	tb.Helper()
	store := coordination.Archive(memory.New())
	at := now
	s, err := archive.New(archive.Config{Store: store, NewID: func() string { return "" }, Now: func() time.Time {
		at = at.Add(time.Microsecond)
		return at
	}})
	require.NoError(tb, err)
	return s, store
}

// exported is an archive as files.
type exported struct {
	lines    string
	contents map[archive.Digest][]byte
}

func export(t require.TestingT, store archive.Store) exported {
	out := exported{contents: make(map[archive.Digest][]byte)}
	var lines bytes.Buffer
	_, err := transfer.Export(context.Background(), store, tenant, &lines, func(r archive.Record, content []byte) error {
		d := r.Digest
		out.contents[d] = content
		return nil
	})
	require.NoError(t, err)
	out.lines = lines.String()
	return out
}

func (e exported) open(r archive.Record) ([]byte, error) {
	d := r.Digest
	content, ok := e.contents[d]
	if !ok {
		return nil, archive.ErrNotFound
	}
	return content, nil
}

func (e exported) into(t require.TestingT, store archive.Store) transfer.Report {
	r, err := transfer.Import(context.Background(), store, tenant, strings.NewReader(e.lines), e.open, nil)
	require.NoError(t, err)
	return r
}

func fill(t require.TestingT, s *archive.Service, draw *rapid.T, steps int) {
	for i := range steps {
		id := archive.RecordID(strconv.Itoa(rapid.IntRange(0, 8).Draw(draw, "id")))
		link := archive.Link{
			Type:   rapid.SampledFrom([]archive.ReferenceType{archive.Amends, archive.SeeAlso, archive.References}).Draw(draw, "type"),
			Target: archive.End{Kind: archive.EndText, Value: "t" + strconv.Itoa(i%3)}, Terms: archive.Terms{Anchor: "§ <4>"},
		}
		var err error
		if rapid.Bool().Draw(draw, "file") {
			_, err = s.File(context.Background(), tenant, "carol", archive.File{
				ID: id, Kind: "note", Title: "Ä <b>", MediaType: "text/plain", Content: []byte(strconv.Itoa(i % 4)), References: []archive.Link{link},
			})
		} else {
			_, err = s.Refer(context.Background(), tenant, "carol", id, link)
		}
		if err != nil && !errors.Is(err, archive.ErrConflict) && !errors.Is(err, archive.ErrNotFound) {
			require.NoError(t, err)
		}
	}
}

// Invariant 14 (the MoReq round trip): an archive that is taken out and in again
// is the same archive, taking it in twice changes nothing, and what was added since
// is added.
func TestInvariant14RoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, store := office(t)
		fill(rt, s, rt, rapid.IntRange(0, 15).Draw(rt, "steps"))
		first := export(rt, store)
		_, copied := office(t)
		report := first.into(rt, copied)
		require.Empty(rt, report.Findings)
		require.Equal(rt, report.Records, report.New)
		require.Equal(rt, first, export(rt, copied))
		again := first.into(rt, copied)
		require.Equal(rt, transfer.Report{Records: report.Records}, again)

		fill(rt, s, rt, rapid.IntRange(0, 10).Draw(rt, "more"))
		second := export(rt, store)
		require.Empty(rt, second.into(rt, copied).Findings)
		require.Equal(rt, second, export(rt, copied))
		audited, err := archive.New(archive.Config{Store: copied, Now: time.Now, NewID: func() string { return "" }})
		require.NoError(rt, err)
		_, err = audited.Audit(context.Background(), tenant, func(f archive.Flaw) error { return f.Err })
		require.NoError(rt, err, "also the references are those of the events")
	})
}

func sample(t *testing.T) exported {
	t.Helper()
	s, store := office(t)
	for _, id := range []archive.RecordID{"A", "B", "C"} {
		_, err := s.File(t.Context(), tenant, "carol", archive.File{ID: id, Kind: "note", Title: "x", MediaType: "text/plain", Content: []byte(id), References: []archive.Link{{Type: archive.Amends, Target: archive.ToRef("x")}}})
		require.NoError(t, err)
	}
	return export(t, store)
}

func TestWhatCannotBeTakenIn(t *testing.T) {
	t.Parallel()
	good := sample(t) // C, B, A: two lines each
	b := archive.DigestOf([]byte("B"))
	for name, tc := range map[string]struct {
		spoil func(*exported)
		line  int
		text  string
	}{
		"content missing": {func(e *exported) { delete(e.contents, b) }, 3, "is missing"},
		"content altered": {func(e *exported) { e.contents[b] = []byte("b") }, 3, "is not the one"},
		"event missing": {func(e *exported) {
			l := strings.SplitAfter(e.lines, "\n")
			e.lines = strings.Join(append(l[:2:2], l[3:]...), "")
		}, 3, "event 2 where 1 was due"},
		"not JSON":   {func(e *exported) { e.lines = "hello\n" + e.lines }, 1, "no event"},
		"no record":  {func(e *exported) { e.lines += "{}" }, 7, "no event"},
		"bad data":   {func(e *exported) { e.lines = strings.Replace(e.lines, `"title":"x"`, `"title":7`, 1) }, 1, "decode filed"},
		"long":       {func(e *exported) { e.lines = strings.Repeat("x", transfer.MaxLine+1) + "\n" + e.lines }, 1, "longer than"},
		"unstorable": {func(e *exported) { e.lines = strings.Replace(e.lines, `"title":"x"`, `"title":"\u0000"`, 1) }, 1, "NUL"},
	} {
		e := exported{lines: good.lines, contents: maps.Clone(good.contents)}
		tc.spoil(&e)
		_, store := office(t)
		r := e.into(t, store)
		require.Len(t, r.Findings, 1, name)
		require.Equal(t, tc.line, r.Findings[0].Line, name)
		require.Contains(t, r.Findings[0].Text, tc.text, name)
		require.GreaterOrEqual(t, r.Records, 2, "%s: the others are taken in", name)
	}

	s, store := office(t)
	_, err := s.File(t.Context(), tenant, "dora", archive.File{ID: "B", Kind: "note", Title: "another", MediaType: "text/plain"})
	require.NoError(t, err)
	_, err = s.File(t.Context(), tenant, "dora", archive.File{ID: "A", Kind: "note", Title: "x", MediaType: "text/plain", Content: []byte("A")})
	require.NoError(t, err)
	r := good.into(t, store)
	require.Len(t, r.Findings, 2)
	require.Contains(t, r.Findings[0].Text, "its event 1 is another one here")
	got, err := s.Get(t.Context(), tenant, "B")
	require.NoError(t, err)
	require.Equal(t, "another", got.Title, "what is there is left as it is")

	shorter := exported{lines: strings.SplitAfter(good.lines, "\n")[0], contents: good.contents}
	_, store = office(t)
	good.into(t, store)
	require.Contains(t, shorter.into(t, store).Findings[0].Text, "2 events here and 1 in the file")
}

func TestErrorsOfReadersAndStores(t *testing.T) {
	t.Parallel()
	good := sample(t)
	_, store := office(t)
	fault := errors.New("disk")
	_, err := transfer.Import(t.Context(), store, tenant, iotest.ErrReader(fault), good.open, nil)
	require.ErrorIs(t, err, fault)
	_, err = transfer.Import(t.Context(), store, tenant, strings.NewReader(good.lines), func(archive.Record) ([]byte, error) { return nil, fault }, nil)
	require.ErrorIs(t, err, fault)
	_, err = transfer.Import(t.Context(), store, "", strings.NewReader(good.lines), good.open, nil)
	require.Error(t, err)
	var told []int
	_, err = transfer.Import(t.Context(), store, tenant, strings.NewReader(good.lines), good.open, func(n int) { told = append(told, n) })
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, told)
	_, err = transfer.Export(t.Context(), store, tenant, &bytes.Buffer{}, func(archive.Record, []byte) error { return fault })
	require.ErrorIs(t, err, fault)
	_, err = transfer.Export(t.Context(), store, "", &bytes.Buffer{}, nil)
	require.ErrorIs(t, err, archive.ErrInvalid)
	require.NoError(t, store.Update(t.Context(), tenant, func(ctx context.Context, tx archive.Tx) error {
		events, err := archive.DecideFile(archive.File{ID: "Z", Kind: "note", Title: "x", MediaType: "text/plain", Content: []byte("Z")}, "carol", now)
		require.NoError(t, err)
		r := archive.Fold(events)
		_, err = tx.PutContent(ctx, r.Digest, []byte("altered"))
		require.NoError(t, err)
		_, err = tx.PutRecord(ctx, r, events...)
		return err
	}))
	_, err = transfer.Export(t.Context(), store, tenant, &bytes.Buffer{}, func(archive.Record, []byte) error { return nil })
	require.ErrorIs(t, err, archive.ErrAltered)
}

func FuzzImport(f *testing.F) {
	f.Add(`{"record":"A","seq":1,"at":"2026-01-01T00:00:00Z","actor":"a","kind":"filed","data":{"kind":"n","title":"t","media_type":"m","digest":"x","size":1}}`)
	f.Add("{}\n\n[1]\n" + `{"record":"A","seq":2}`)
	f.Fuzz(func(t *testing.T, lines string) {
		_, store := office(t)
		content := []byte("x")
		_, err := transfer.Import(t.Context(), store, tenant, strings.NewReader(lines), func(archive.Record) ([]byte, error) { return content, nil }, nil)
		require.NoError(t, err)
	})
}

func Example() {
	ctx := context.Background()
	from, to := coordination.Archive(memory.New()), coordination.Archive(memory.New())
	file, err := archive.New(archive.Config{Store: from, Now: func() time.Time { return now }, NewID: func() string { return "" }})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := file.File(ctx, "acme", "carol", archive.File{ID: "MIN-1", Kind: "minutes", Title: "Minutes", MediaType: "text/plain", Content: []byte("We met.")}); err != nil {
		fmt.Println(err)
		return
	}
	var lines bytes.Buffer
	contents := make(map[archive.Digest][]byte)
	if _, err := transfer.Export(ctx, from, "acme", &lines, func(r archive.Record, content []byte) error {
		d := r.Digest
		contents[d] = content
		return nil
	}); err != nil {
		fmt.Println(err)
		return
	}
	report, err := transfer.Import(ctx, to, "acme", &lines, func(r archive.Record) ([]byte, error) { return contents[r.Digest], nil }, nil)
	fmt.Println(report.New, "taken in,", len(report.Findings), "findings,", err)
	// Output:
	// 1 taken in, 0 findings, <nil>
}
