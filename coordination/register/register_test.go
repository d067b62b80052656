package register_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// update runs a unit of work on a store that is empty at first.
func update(t *testing.T, store register.Store, fn func(context.Context, register.Tx)) {
	t.Helper()
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx register.Tx) error {
		fn(ctx, tx)
		return nil
	}))
}

func open() register.Store { return coordination.Registers(memory.New()) }

func raised() register.Event {
	return register.Event{Kind: "raised", At: time.Unix(1, 0).UTC(), Actor: "ann", Data: json.RawMessage(`{"n":1}`)}
}

func TestRegisterKeepsValues(t *testing.T) {
	t.Parallel()
	update(t, open(), func(ctx context.Context, tx register.Tx) {
		_, err := tools().Get(ctx, tx, "T1")
		require.ErrorIs(t, err, register.ErrNotFound)
		first, err := tools().Put(ctx, tx, register.Row[Tool]{ID: "T1", Value: Tool{Name: "gauge"}}, raised(), raised())
		require.NoError(t, err)
		require.Equal(t, register.Row[Tool]{ID: "T1", Rev: 1, Events: 2, Value: Tool{Name: "gauge"}}, first)
		got, err := tools().Get(ctx, tx, "T1")
		require.NoError(t, err)
		require.Equal(t, first, got)

		got.Value.Holder = "ida"
		second, err := tools().Put(ctx, tx, got, raised())
		require.NoError(t, err)
		require.EqualValues(t, 2, second.Rev)
		require.EqualValues(t, 3, second.Events)
		_, err = tools().Put(ctx, tx, got, raised())
		require.ErrorIs(t, err, register.ErrConflict)

		history, next, err := tools().History(ctx, tx, "T1", 1, 1)
		require.NoError(t, err)
		require.EqualValues(t, 2, next)
		want := raised()
		want.Book, want.Sheet, want.Seq = "tool", "T1", 2
		require.Empty(t, cmp.Diff([]register.Event{want}, history))
	})
}

func TestRegisterOrdersKeys(t *testing.T) {
	t.Parallel()
	words := register.Register[[]string]{Book: "words", Keys: func(words []string) []register.Key {
		var keys []register.Key
		for _, w := range words {
			keys = append(keys, register.Key{Name: "word", Value: w}, register.Key{Name: "first", Value: words[0]})
		}
		return keys
	}}
	update(t, open(), func(ctx context.Context, tx register.Tx) {
		_, err := words.Put(ctx, tx, register.Row[[]string]{ID: "1", Value: []string{"b", "a", "b"}})
		require.NoError(t, err)
		s, err := tx.Sheet(ctx, "words", "1")
		require.NoError(t, err)
		require.Equal(t, []register.Key{{Name: "first", Value: "b"}, {Name: "word", Value: "a"}, {Name: "word", Value: "b"}}, s.Keys)
	})
}

// fickle writes something that it cannot read.
type fickle struct{ N int }

func (fickle) MarshalJSON() ([]byte, error) { return []byte(`{"N":1,"M":2}`), nil }

func TestPutRefusesWhatWouldNotComeBack(t *testing.T) {
	t.Parallel()
	update(t, open(), func(ctx context.Context, tx register.Tx) {
		_, err := register.Register[string]{Book: "b"}.Put(ctx, tx, register.Row[string]{ID: "1", Value: "a\xff"})
		require.ErrorIs(t, err, register.ErrInvalid, "encoding/json would mend it")
		_, err = register.Register[string]{Book: "b"}.Put(ctx, tx, register.Row[string]{ID: "1", Value: "a\ufffd\x00\\ufffd"})
		require.NoError(t, err, "what looks like it but is not")
		_, err = register.Register[fickle]{Book: "b"}.Put(ctx, tx, register.Row[fickle]{ID: "2"})
		require.ErrorIs(t, err, register.ErrInvalid)
		_, err = register.Register[any]{Book: "b"}.Put(ctx, tx, register.Row[any]{ID: "2", Value: func() {}})
		require.ErrorIs(t, err, register.ErrInvalid)
		_, err = tx.Sheet(ctx, "b", "2")
		require.ErrorIs(t, err, register.ErrNotFound, "nothing of it is stored")
	})
}

// TestReadRefusesWhatDoesNotFit: an older program must not write back less than a
// newer one stored.
func TestReadRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"name":"gauge","colour":"red"}`, `{"name":1}`, `[]`, `{} `, `{}`} {
		update(t, open(), func(ctx context.Context, tx register.Tx) {
			_, err := tx.PutSheet(ctx, register.Sheet{Book: "tool", ID: "1", Body: []byte(body)})
			require.NoError(t, err)
			_, got := tools().Get(ctx, tx, "1")
			_, _, listed := tools().List(ctx, tx, register.Query{})
			if strings.HasPrefix(body, "{}") {
				require.NoError(t, got)
				require.NoError(t, listed)
				return
			}
			for _, err := range []error{got, listed} {
				require.ErrorContains(t, err, `sheet "1" of book "tool"`)
				require.NotErrorIs(t, err, register.ErrInvalid, "the caller did nothing wrong")
				var unfit *register.UnfitError
				require.ErrorAs(t, err, &unfit)
				require.Equal(t, []string{"tool", "1"}, []string{unfit.Book, unfit.Sheet})
				require.ErrorIs(t, err, unfit.Err)
			}
		})
	}
}

func TestStorable(t *testing.T) {
	t.Parallel()
	good := func() (register.Sheet, []register.Event) {
		ev := raised()
		ev.Book, ev.Sheet, ev.Seq = "issue", "I1", 3
		return register.Sheet{
			Book: "issue", ID: "I1", Rev: 1, Events: 3, Body: []byte(`{}`),
			Keys: []register.Key{{Name: "a", Value: ""}, {Name: "a", Value: "1"}, {Name: "a-", Value: "0"}},
		}, []register.Event{ev}
	}
	s, ev := good()
	require.NoError(t, s.Storable(ev...))
	require.NoError(t, s.Storable())
	for name, spoil := range map[string]func(*register.Sheet, *register.Event){
		"no book":       func(s *register.Sheet, _ *register.Event) { s.Book = "" },
		"capital":       func(s *register.Sheet, _ *register.Event) { s.Book = "Issue" },
		"digit first":   func(s *register.Sheet, _ *register.Event) { s.Book = "1issue" },
		"stroke":        func(s *register.Sheet, _ *register.Event) { s.Book = "issue/1" },
		"long book":     func(s *register.Sheet, _ *register.Event) { s.Book = strings.Repeat("a", register.MaxName+1) },
		"no id":         func(s *register.Sheet, _ *register.Event) { s.ID = "" },
		"long id":       func(s *register.Sheet, _ *register.Event) { s.ID = strings.Repeat("a", register.MaxID+1) },
		"NUL in id":     func(s *register.Sheet, _ *register.Event) { s.ID = "I\x00" },
		"id no UTF-8":   func(s *register.Sheet, _ *register.Event) { s.ID = "I\xff" },
		"no body":       func(s *register.Sheet, _ *register.Event) { s.Body = nil },
		"body no JSON":  func(s *register.Sheet, _ *register.Event) { s.Body = []byte(`{`) },
		"two bodies":    func(s *register.Sheet, _ *register.Event) { s.Body = []byte(`{}{}`) },
		"body no UTF-8": func(s *register.Sheet, _ *register.Event) { s.Body = []byte("\"\xff\"") },
		"body too large": func(s *register.Sheet, _ *register.Event) {
			s.Body = []byte(`"` + strings.Repeat("x", register.MaxBody) + `"`)
		},
		"body too deep": func(s *register.Sheet, _ *register.Event) {
			s.Body = []byte(strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000))
		},
		"key without a name": func(s *register.Sheet, _ *register.Event) { s.Keys[0].Name = "" },
		"value too long":     func(s *register.Sheet, _ *register.Event) { s.Keys[2].Value = strings.Repeat("x", register.MaxValue+1) },
		"value no UTF-8":     func(s *register.Sheet, _ *register.Event) { s.Keys[2].Value = "\xff" },
		"keys out of order":  func(s *register.Sheet, _ *register.Event) { s.Keys[0], s.Keys[1] = s.Keys[1], s.Keys[0] },
		"key twice":          func(s *register.Sheet, _ *register.Event) { s.Keys[1] = s.Keys[0] },
		"too many keys": func(s *register.Sheet, _ *register.Event) {
			s.Keys = nil
			for i := range register.MaxKeys + 1 {
				s.Keys = append(s.Keys, register.Key{Name: "a", Value: strings.Repeat("x", i)})
			}
		},
		"event of another book":  func(_ *register.Sheet, e *register.Event) { e.Book = "meeting" },
		"event of another sheet": func(_ *register.Sheet, e *register.Event) { e.Sheet = "I2" },
		"gap":                    func(_ *register.Sheet, e *register.Event) { e.Seq = 2 },
		"length":                 func(s *register.Sheet, _ *register.Event) { s.Events = 4 },
		"event zero":             func(s *register.Sheet, e *register.Event) { s.Events, e.Seq = 0, 0 },
		"no kind":                func(_ *register.Sheet, e *register.Event) { e.Kind = "" },
		"kind too long":          func(_ *register.Sheet, e *register.Event) { e.Kind = strings.Repeat("k", register.MaxName+1) },
		"NUL in actor":           func(_ *register.Sheet, e *register.Event) { e.Actor = "\x00" },
		"nanoseconds":            func(_ *register.Sheet, e *register.Event) { e.At = e.At.Add(1) },
		"zone":                   func(_ *register.Sheet, e *register.Event) { e.At = e.At.In(time.FixedZone("", 60)) },
		"no data":                func(_ *register.Sheet, e *register.Event) { e.Data = nil },
	} {
		s, ev := good()
		spoil(&s, &ev[0])
		require.ErrorIs(t, s.Storable(ev...), register.ErrInvalid, name)
	}
}

// TestNoBookIsCalledAsARoom: entries of a book and of a room with a port of its
// own must not be mixed up.
func TestNoBookIsCalledAsARoom(t *testing.T) {
	t.Parallel()
	for _, room := range []coordination.Room{
		coordination.RoomChangeRequest, coordination.RoomBundle, coordination.RoomArchive, coordination.RoomNotice,
	} {
		require.ErrorIs(t, register.CheckBook(string(room)), register.ErrInvalid, room)
	}
	require.NoError(t, register.CheckBook("issue"))
}

func TestRekeyed(t *testing.T) {
	t.Parallel()
	key := func(v string) register.Key { return register.Key{Name: "k", Value: v} }
	s := register.Sheet{Keys: []register.Key{key("b"), key("c")}}
	lost, gained := s.Rekeyed([]register.Key{key("a"), key("b")})
	require.Equal(t, []register.Key{key("a")}, lost)
	require.Equal(t, []register.Key{key("c")}, gained)
	lost, gained = s.Rekeyed(s.Keys)
	require.Empty(t, lost)
	require.Empty(t, gained)
}

// inRange is what a query says about one text.
func inRange(q register.Query, s string) bool { return s >= q.From && (q.To == "" || s < q.To) }

func TestRangesOfQueries(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.SampledFrom([]rune{1, 'a', 'b', '~', 0xD7FF, 0xE000, 0xFFFD, 0x10FFFF}))
	rapid.Check(t, func(t *rapid.T) {
		of, s := text.Draw(t, "of"), text.Draw(t, "text")
		if rapid.Bool().Draw(t, "longer") {
			s = of + s
		}
		if got, want := inRange(register.Query{}.Only(of), s), s == of; got != want {
			t.Fatalf("only %q has %q: got %v, want %v", of, s, got, want)
		}
		if got, want := inRange(register.Query{}.Prefix(of), s), strings.HasPrefix(s, of); got != want {
			t.Fatalf("prefix %q has %q: got %v, want %v", of, s, got, want)
		}
	})
}

func TestCheckOfQueries(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", register.MaxValue)
	for _, q := range []register.Query{
		{Book: "issue"},
		{Book: "issue", Key: "k", From: "a", To: "b"},
		register.Query{Book: "issue", Key: "k"}.Only(longest),
		register.Query{Book: "issue", Key: "k"}.Prefix(longest),
	} {
		require.NoError(t, q.Check())
	}
	for name, q := range map[string]register.Query{
		"no book": {}, "a room": {Book: "archive"}, "key": {Book: "issue", Key: "K"},
		"NUL": {Book: "issue", From: "\x00"}, "no UTF-8": {Book: "issue", To: "\xff"},
		"from too long": {Book: "issue", From: longest + longest}, "to too long": {Book: "issue", To: longest + longest},
	} {
		require.ErrorIs(t, q.Check(), register.ErrInvalid, name)
	}
	filters := make(map[string]bool)
	for _, q := range []register.Query{
		{Book: "issue"},
		{Book: "issues"},
		{Book: "issue", Key: "k"},
		{Book: "issue", Key: "k", From: "a"},
		{Book: "issue", Key: "k", To: "a"},
		{Book: "issue", From: "a"},
		{Book: "issue", From: `a" "`},
	} {
		filters[q.Filter()] = true
	}
	require.Len(t, filters, 7, "a cursor belongs to one list")
}

func TestSortableKeepsTheOrderOfTimes(t *testing.T) {
	t.Parallel()
	at := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", rapid.IntRange(-12, 12).Draw(t, "zone")*3600)
		return time.UnixMicro(rapid.Int64Range(-62_000_000_000_000_000, 253_000_000_000_000_000).Draw(t, "at")).In(zone)
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := at.Draw(t, "a"), at.Draw(t, "b")
		if a.Compare(b) != strings.Compare(register.Sortable(a), register.Sortable(b)) {
			t.Fatalf("%v and %v: %s, %s", a, b, register.Sortable(a), register.Sortable(b))
		}
	})
}

// What is a body does not depend on how it is found to be one.
func TestBodiesAreJSON(t *testing.T) {
	t.Parallel()
	pieces := []string{`{`, `}`, `"`, `:`, `{"`, `"}`, `":"`, `","`, `\`, `\"`, `\u0041`, "a", "b c", "\x1f", "\x7f", "ä", "\xff", "~", " "}
	rapid.Check(t, func(t *rapid.T) {
		body := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), ""))
		if rapid.Bool().Draw(t, "whole") {
			body = []byte(`{"` + string(body) + `"}`)
		}
		s := register.Sheet{Book: "issue", ID: "a", Body: body}
		require.Equal(t, utf8.Valid(body) && json.Valid(body), s.Storable() == nil, "%q: %v", body, s.Storable())
	})
}

// A sheet is what its history makes of it, or it is told that it is not; one of which nothing
// tells is none.
func TestSheetsFollowFromTheirHistories(t *testing.T) {
	t.Parallel()
	counts := register.Register[int]{
		Book: "count", Keys: func(n int) []register.Key { return []register.Key{{Name: "n", Value: strconv.Itoa(n)}} },
		Evolve: func(n int, ev register.Event) (int, error) {
			by, err := strconv.Atoi(ev.Kind)
			return n + by, err
		},
	}
	store := memory.New()
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		_, err := counts.Put(ctx, tx, register.Row[int]{ID: "A", Value: 5},
			register.Event{Kind: "2", At: time.Unix(1, 0).UTC(), Actor: "ann", Data: json.RawMessage(`{}`)},
			register.Event{Kind: "3", At: time.Unix(2, 0).UTC(), Actor: "ann", Data: json.RawMessage(`{}`)})
		return err
	}))
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		had, err := tx.Sheet(ctx, "count", "A")
		require.NoError(t, err)
		histories, err := counts.HistoriesByID(ctx, tx, []string{"A", "B"})
		require.NoError(t, err)
		again, err := counts.Again(&had, 0, histories["A"])
		require.NoError(t, err)
		require.Equal(t, had, again)
		_, err = counts.Again(&register.Sheet{Book: "count", ID: "B"}, 0, histories["B"])
		require.ErrorIs(t, err, register.ErrInvalid)
		require.ErrorContains(t, err, `no event tells of sheet "B"`)
		_, err = register.Register[int]{Book: "count"}.Retell(0, histories["A"])
		require.ErrorIs(t, err, register.ErrInvalid)
		_, err = counts.Retell(0, []register.Event{{Kind: "much"}})
		require.ErrorIs(t, err, strconv.ErrSyntax)
		return nil
	}))
}
