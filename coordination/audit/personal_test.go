package audit

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
)

// found are the texts that spans finds, by pointer.
func found(data string, names ...string) map[string]string {
	out := make(map[string]string)
	at, err := spans([]byte(data), named(names))
	if err != nil {
		return nil
	}
	for _, s := range at {
		out[s.name] = data[s.from:s.to]
	}
	return out
}

func TestPersonalTextsAreFound(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]map[string]string{
		`{"by":"ann","x":1,"at":null}`:                   {"/by": `"ann"`},
		`{"x":{"by":["ann","bob",{"by":"cy","z":"y"}]}}`: {"/x/by/0": `"ann"`, "/x/by/1": `"bob"`, "/x/by/2/by": `"cy"`},
		`{"by":{"name":"ann"},"by~/":"x"}`:               {},
		`{"a~b/c":{"by":"ann"}}`:                         {"/a~0b~1c/by": `"ann"`},
		" { \"b\\u0079\" : \"a\\\"n\\\\\" } ":            {"/by": `"a\"n\\"`},
		`{"by":""}`:                                      {},
		`{"by":7,"x":[true,false,null,-1.5e3]}`:          {},
		`"ann"`:                                          {},
		`[]`:                                             {},
		`{`:                                              nil,
		`{"by":"ann"`:                                    nil,
		`{"by":"ann"}}`:                                  nil,
		`{"by" "ann"}`:                                   nil,
		`["ann`:                                          nil,
		``:                                               nil,
		strings.Repeat("[", 200) + strings.Repeat("]", 200): nil,
	} {
		require.Equal(t, want, found(data, "by"), data)
	}
}

// The scanner finds what encoding/json finds, and what is put in its place stands
// there alone.
func TestPersonalTextsAreThoseOfJSON(t *testing.T) {
	t.Parallel()
	names := []string{"by", "x", "a/b", "~", "é", ""}
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			kind := rapid.IntRange(0, 4).Draw(t, "kind")
			if depth == 0 {
				kind = min(kind, 2)
			}
			switch kind {
			case 0:
				return rapid.String().Draw(t, "text")
			case 1:
				return rapid.Int32().Draw(t, "number")
			case 2:
				return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "constant")
			case 3:
				return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")
			}
			return rapid.MapOfN(rapid.SampledFrom(names), value(depth-1), 0, 4).Draw(t, "members")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		v := value(4).Draw(t, "value")
		data, err := json.Marshal(v)
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "indented") {
			data, err = json.MarshalIndent(v, "", "\t")
			require.NoError(t, err)
		}
		at, err := spans(data, named([]string{"by"}))
		require.NoError(t, err)
		want := texts(v, "", "", nil)
		require.Len(t, at, len(want))
		parts := make([]sealedPart, len(at))
		for i, s := range at {
			var text string
			require.NoError(t, json.Unmarshal(data[s.from:s.to], &text))
			require.Equal(t, want[s.name], text)
			parts[i] = sealedPart{Name: s.name, Salt: bytes.Repeat([]byte{byte(i)}, 32)}
		}
		sealer := &Sealer{cfg: Config{Random: rand.Reader}}
		sealed, fresh, err := sealer.parts(new(scanner), data, named([]string{"by"}))
		require.NoError(t, err)
		require.Len(t, fresh, len(want))
		form, _, err := withParts(data, fresh)
		require.NoError(t, err)
		require.Equal(t, string(sealed), string(form), "what is sealed is what is checked")
		form, opened, err := withParts(data, parts)
		require.NoError(t, err)
		erased := replaced(data, at, func(i int) (string, bool) { return opened[i].Seal.Erased(), i%2 == 0 })
		for i := range parts {
			if i%2 == 0 {
				parts[i].Salt = nil
			}
		}
		again, _, err := withParts(erased, parts)
		require.NoError(t, err)
		require.Equal(t, string(form), string(again), "erased or not, it is sealed as the same")
	})
}

// texts are those below members called by, by pointer.
func texts(v any, pointer, member string, out map[string]string) map[string]string {
	if out == nil {
		out = make(map[string]string)
	}
	switch v := v.(type) {
	case string:
		if member == "by" && v != "" {
			out[pointer] = v
		}
	case []any:
		for i, e := range v {
			texts(e, pointer+"/"+strconv.Itoa(i), member, out)
		}
	case map[string]any:
		for name, e := range v {
			texts(e, pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), name, out)
		}
	}
	return out
}

func TestPartsThatDoNotLeadThere(t *testing.T) {
	t.Parallel()
	salt := make([]byte, 32)
	for name, c := range map[string]struct {
		data string
		part sealedPart
	}{
		"missing":    {`{"x":"ann"}`, sealedPart{"/by", salt}},
		"no text":    {`{"by":7}`, sealedPart{"/by", salt}},
		"short salt": {`{"by":"ann"}`, sealedPart{"/by", salt[:31]}},
		"not erased": {`{"by":"ann"}`, sealedPart{"/by", nil}},
		"no seal":    {`{"by":"erased:00"}`, sealedPart{"/by", nil}},
		"no JSON":    {`{"by":"ann"`, sealedPart{"/by", salt}},
	} {
		_, _, err := withParts([]byte(c.data), []sealedPart{c.part})
		require.Error(t, err, name)
	}
	_, ok := evidence.ParseErased("erased:" + strings.Repeat("A", 64))
	require.False(t, ok)
}

func TestPersonalNames(t *testing.T) {
	t.Parallel()
	require.NotContains(t, Personal(coordination.BookOutcome, "superseded"), "by", "it names an outcome")
	require.Contains(t, Personal("item", "lend"), "to")
	require.NotContains(t, Personal("item", "move"), "to", "it names a shelf")
	require.NotContains(t, Personal(coordination.RoomChangeRequest, "moved"), "to", "it names a state")
}

func FuzzSpans(f *testing.F) {
	f.Add([]byte(`{"by":"ann","x":[{"by":["a\"b"]}]}`))
	f.Add([]byte(`{"b\u0079":"x"}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		at, err := spans(data, named([]string{"by"}))
		if err != nil || !json.Valid(data) {
			return
		}
		out := replaced(data, at, func(int) (string, bool) { return "x", true })
		if !json.Valid(out) {
			t.Fatalf("%s became %s", data, out)
		}
	})
}

// Blocks of parts are written as encoding/json writes them, and what is read without
// it is what it reads: no byte of another form is read over.
func TestPartsAreWrittenAsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.OneOf(rapid.String(), rapid.StringMatching(`(/[a-z_0-9~]{1,9}){1,3}`))
		part := rapid.Custom(func(t *rapid.T) sealedPart {
			return sealedPart{Name: names.Draw(t, "name"), Salt: rapid.SliceOfN(rapid.Byte(), 0, 33).Draw(t, "salt")}
		})
		entry := rapid.Custom(func(t *rapid.T) entryParts {
			return entryParts{At: rapid.IntRange(0, perBlock-1).Draw(t, "at"), Parts: rapid.SliceOfN(part, 1, 3).Draw(t, "parts")}
		})
		block := partBlock{Entries: rapid.SliceOfN(entry, 1, 4).Draw(t, "entries")}
		want, err := json.Marshal(block)
		require.NoError(t, err)
		got, err := appendParts(nil, &block)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		escapes := slices.ContainsFunc(block.Entries, func(e entryParts) bool {
			return slices.ContainsFunc(e.Parts, func(p sealedPart) bool {
				text, err := json.Marshal(p.Name)
				return err != nil || string(text) != `"`+p.Name+`"` || len(p.Name) != utf8.RuneCountInString(p.Name) || strings.Contains(p.Name, "\x7f")
			})
		})
		_, ok := plainParts(got)
		require.Equal(t, !escapes, ok)

		at := rapid.IntRange(0, len(got)-1).Draw(t, "at")
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			got[at] = rapid.SampledFrom([]byte(` ",:{}[]0123aZ=+/\\`)).Draw(t, "byte")
		case 1:
			got = slices.Delete(got, at, at+1)
		case 2:
			got = slices.Insert(got, at, rapid.SampledFrom([]byte(` ",:{}[]0123aZ=+/\\`)).Draw(t, "byte"))
		}
		if read, ok := plainParts(got); ok {
			require.NoError(t, canonical[partBlock](got))
			var again partBlock
			require.NoError(t, json.Unmarshal(got, &again))
			for _, b := range []*partBlock{&read, &again} {
				for i := range b.Entries {
					for k := range b.Entries[i].Parts {
						b.Entries[i].Parts[k].Salt = append([]byte{}, b.Entries[i].Parts[k].Salt...)
					}
				}
			}
			require.Equal(t, again, read)
		}
	})
}
