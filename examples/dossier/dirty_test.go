package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// filed runs the program over lines and gives what it found, as "LINE CODE FIELD".
func filed(t *testing.T, lines ...string) (result, []string) {
	t.Helper()
	in := filepath.Join(t.TempDir(), "in.jsonl")
	require.NoError(t, os.WriteFile(in, []byte(strings.Join(lines, "\n")), 0o600))
	r, said := handed(t, "-in", in)
	var found []string
	if total(r.Findings) > 0 {
		for _, row := range rows(t, r, "findings") {
			line, _ := row["line"].(float64)
			field, _ := row["field"].(string)
			found = append(found, strings.TrimSpace(fmt.Sprintf("%d %s %s", int(line), row["code"], field)))
			require.Contains(t, said, fmt.Sprintf("line %d: %s: ", int(line), row["code"]))
		}
	}
	return r, found
}

// Whatever is odd is said by line, kind and field, and what is said once is not said again.
func TestFindingsNameTheirField(t *testing.T) {
	t.Parallel()
	const fine = `"title":"t","date":"2020"`
	for name, tc := range map[string]struct {
		line string
		want []string
	}{
		"nothing odd":        {`{"id":"A",` + fine + `,"relations":[],"cites":null,"extra":{"a":[1]}}`, nil},
		"no text":            {`{"id":"A","title":{},"date":[],"kind":true}`, []string{"1 wrong-type /title", "1 wrong-type /kind", "1 no-title /title", "1 wrong-type /date", "1 no-date /date"}},
		"members twice":      {`{"id":"Z","id":"A",` + fine + `,"relations":[{"type":"updates","type":"amends","target":"B"}]}`, []string{"1 repeated-member /id", "1 repeated-member /relations/0/type"}},
		"half a character":   {`{"id":"A\ud800",` + fine + `}`, []string{"1 unstorable /id"}},
		"blanks":             {`{"id":" A ",` + fine + `}`, []string{"1 trimmed-id /id"}},
		"citations":          {`{"id":"A",` + fine + `,"cites":["B",null,{},""],"cites_keps":7}`, []string{"1 bad-relation /cites", "1 bad-relation /cites", "1 bad-relation /cites", "1 wrong-type /cites_keps"}},
		"targets":            {`{"id":"A",` + fine + `,"relations":[{"type":"updates","target":{}},{"type":5,"target":"B"},{"Type":"updates"}]}`, []string{"1 wrong-type /relations/0/target", "1 bad-relation /relations", "1 placeholder /relations", "1 unknown-word /relations"}},
		"long ago":           {`{"id":"A","title":"t","date":"0202-05-01"}`, []string{"1 unlikely-date /date"}},
		"far from now":       {`{"id":"A","title":"t","date":"9999-12-31"}`, []string{"1 unlikely-date /date"}},
		"one after another":  {`{"id":"A",` + fine + `} {"id":"B"}`, []string{"1 unreadable-line"}},
		"a comma too many":   {`{"id":"A",` + fine + `},`, []string{"1 unreadable-line"}},
		"cut":                {`{"id":"A",` + fine, []string{"1 unreadable-line"}},
		"cut after a name":   {`{"id"`, []string{"1 unreadable-line"}},
		"an empty file name": {`{"id":"..",` + fine + `}`, nil},
		"too deep":           {`{"id":"A","x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, []string{"1 unreadable-line"}},
	} {
		r, got := filed(t, tc.line, `{"id":"last","title":"t","date":"2021"}`)
		require.ElementsMatch(t, tc.want, got, name)
		valid(t, r.Bag)
	}
}

// A slip of the keys in one date does not move the time of the import, and a document without a date is not given one.
func TestDatesAreNotInvented(t *testing.T) {
	t.Parallel()
	r, _ := filed(t, `{"id":"A","title":"t","date":"2999-01"}`, `{"id":"B","title":"t","date":"2020-05"}`, `{"id":"C","title":"t"}`)
	got := make(map[any]any)
	for _, row := range rows(t, r, "records") {
		require.Equal(t, "2020-05-01T00:00:00.000000Z", row["filed"])
		got[row["id"]] = row["dated"]
	}
	require.Equal(t, map[any]any{"A": "2999-01-01T00:00:00.000000Z", "B": "2020-05-01T00:00:00.000000Z", "C": nil}, got)
	require.Equal(t, "C", rows(t, r, "records")[2]["id"])
	require.Nil(t, rows(t, r, "chronology")[0]["at"], "undated ones first")
}

// Names are taken as they are typed: composed or decomposed, as the address of a tree, by a number that only one has.
func TestNamesOfTargets(t *testing.T) {
	t.Parallel()
	relations := func(targets ...string) string {
		var out []string
		for _, target := range targets {
			text, err := json.Marshal(target)
			require.NoError(t, err)
			out = append(out, `{"type":"see_also","target":`+string(text)+`}`)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	r, found := filed(t,
		`{"id":"keps/a/1-x","title":"t","date":"2020","number":"1"}`,
		`{"id":"Caf\u00e9","title":"t","date":"2020","number":"0"}`,
		`{"id":"C","title":"t","date":"2020","number":"0","cites_keps":[1,0,"1"]}`,
		`{"id":"D","title":"t","date":"2020","relations":`+relations("https://example.org/o/r/tree/master/keps/a/1-x/README.md#why", "cafe\u0301", "/keps/a/1-x/kep.yaml", "https://example.org/o/r/issues/1")+`}`,
		`{"id":"E","title":"t","date":"2020","relations":[{"type":"updates","target":"12-3"}]}`,
		`{"id":"1-23","title":"t","date":"2019"}`,
	)
	require.Equal(t, map[string]int{"seeAlso": 3, "references": 2, "amends": 1}, r.ByType)
	require.Equal(t, map[string]int{"references": 1, "amends": 1}, r.Open, "a number of two documents, and one that only looks alike")
	require.Equal(t, []string{
		"3 ambiguous-name /cites_keps", "3 repeated /cites_keps", "4 not-exact /relations", "4 not-exact /relations", "4 not-exact /relations", "4 repeated /relations",
	}, found)
}

// Documents with long texts are read; lines joined from several files keep their byte order marks out of the way.
func TestLongLinesAndMarks(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("long ", 1<<19)
	r, found := filed(t, `{"id":"A","title":"t","date":"2020","text":"`+text+`"}`, "\ufeff"+`{"id":"B","title":"t","date":"2020","relations":[{"type":"updates","target":"A"}]}`)
	require.Equal(t, []string{"2 byte-order-mark"}, found)
	require.Equal(t, 2, r.Documents)
	require.Zero(t, r.Unresolved)
	kept, err := os.ReadFile(filepath.Join(r.Bag, "data", "00001_A", "r01", "text", "A.txt"))
	require.NoError(t, err)
	require.Equal(t, text, string(kept))
}

// Circles are counted with the documents that state themselves, and facts of the whole stand in the result.
func TestFactsOfADirtyCollection(t *testing.T) {
	t.Parallel()
	relate := func(id, word, target string) string {
		return fmt.Sprintf(`{"id":%q,"title":"t","date":"2020","relations":[{"type":%q,"target":%q}]}`, id, word, target)
	}
	r, _ := filed(t, relate("A", "obsoletes", "A"), relate("B", "obsoletes", "C"), relate("C", "replaces", "D"), relate("B", "superseded_by", "D"),
		relate("D", "supersedes", "B"), relate("E", "updates", "F"), relate("F", "updates", "E"))
	require.Equal(t, map[string]int{"supersedes": 2, "amends": 1}, r.Circles)
	require.Equal(t, 3, r.LargestCircle)
	require.Equal(t, 5, r.Quarantined)
	require.Empty(t, r.ByType)
}
