package lifecycle_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// full is a definition with every member set.
const full = `{
	"id": "full", "version": 3, "title": "Every member", "mode": "observe", "emergency": true,
	"initial": ["A"], "aliases": {"a": "A", "~/": "A"},
	"states": [{"name": "A", "category": "build", "terminal": true}],
	"edges": [{"from": "A", "event": "e", "to": "A", "guards": ["g=1"], "roles": ["r"], "auto": true,
		"reason_required": true, "reopen": true, "tells": true, "outcome": "o"}]
}`

func TestParseReadsEveryMember(t *testing.T) {
	t.Parallel()

	got, err := lifecycle.Parse([]byte(full))
	require.NoError(t, err)

	want := lifecycle.Definition{
		ID: "full", Version: 3, Title: "Every member", Mode: lifecycle.Observe, Emergency: true,
		Initial: []string{"A"}, Aliases: map[string]string{"a": "A", "~/": "A"},
		States: []lifecycle.State{{Name: "A", Category: lifecycle.Build, Terminal: true}},
		Edges: []lifecycle.Edge{{
			From: "A", Event: "e", To: "A", Guards: []string{"g=1"}, Roles: []string{"r"}, Auto: true,
			ReasonRequired: true, Reopen: true, Tells: true, Outcome: "o",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parsed (-want +got):\n%s", diff)
	}

	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, full, string(text))
}

func TestParseMinimum(t *testing.T) {
	t.Parallel()

	got, err := lifecycle.Parse([]byte(`{"id": "x", "version": 1, "edges": []}`))
	require.NoError(t, err)
	require.Equal(t, lifecycle.Definition{ID: "x", Version: 1, Mode: lifecycle.Govern}, got)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()

	const id = `"id": "x", "version": 1`

	for name, c := range map[string]struct{ text, pointer, reason string }{
		"nothing":             {``, "", "unexpected end"},
		"no object":           {`[]`, "", "expected an object, not an array"},
		"cut off":             {`{` + id, "", "unexpected end"},
		"trailing text":       {`{` + id + `} {}`, "", "after top-level value"},
		"invalid UTF-8":       {"{\"id\": \"\xff\"}", "", "UTF-8"},
		"too long":            {strings.Repeat(" ", lifecycle.MaxSize+1), "", "longer than 1048576 bytes"},
		"no id":               {`{"version": 1}`, "/id", "give the definition an id"},
		"no version":          {`{"id": "x"}`, "/version", "count from 1"},
		"unknown member":      {`{` + id + `, "colour": 1}`, "/colour", "not known; known are id, version"},
		"other case":          {`{"ID": "x", "version": 1}`, "/ID", "not known"},
		"unknown in a state":  {`{` + id + `, "states": [{"nam": "A"}]}`, "/states/0/nam", "known are name"},
		"unknown in an edge":  {`{` + id + `, "edges": [{"guard": "A"}]}`, "/edges/0/guard", "known are from"},
		"member twice":        {`{` + id + `, "id": "y"}`, "/id", "twice"},
		"twice by escape":     {`{` + id + `, "\u0069d": "y"}`, "/id", "twice"},
		"member of edge":      {`{` + id + `, "edges": [{"to": "A", "to": "B"}]}`, "/edges/0/to", "twice"},
		"alias twice":         {`{` + id + `, "aliases": {"~/": "A", "~/": "B"}}`, "/aliases/~0~1", "twice"},
		"null":                {`{"id": null}`, "/id", "expected a string, not null"},
		"number as text":      {`{"id": 7}`, "/id", "expected a string, not 7"},
		"text as number":      {`{"version": "7"}`, "/version", `expected a whole number, not "7"`},
		"fraction":            {`{"version": 1.5}`, "/version", "1.5 is not a whole number"},
		"huge":                {`{"version": 1e99}`, "/version", "not a whole number"},
		"text as flag":        {`{"emergency": "yes"}`, "/emergency", `expected true or false, not "yes"`},
		"flag as list":        {`{"initial": true}`, "/initial", "expected an array, not true"},
		"number in a list":    {`{"initial": ["A", 2]}`, "/initial/1", "expected a string, not 2"},
		"list as object":      {`{"states": [[]]}`, "/states/0", "expected an object, not an array"},
		"object as text":      {`{"edges": [{"from": {}}]}`, "/edges/0/from", "expected a string, not an object"},
		"alias to a number":   {`{"aliases": {"A": 1}}`, "/aliases/A", "expected a string, not 1"},
		"mode unknown":        {`{"mode": "rule"}`, "/mode", `"rule" is not govern or observe`},
		"mode is a number":    {`{"mode": 1}`, "/mode", "expected a string"},
		"category unknown":    {`{"states": [{"name": "A", "category": "x"}]}`, "/states/0/category", `"x" is not intake`},
		"category missing":    {`{"states": [{"name": "A"}]}`, "/states/0/category", `"" is not intake`},
		"nested beyond depth": {`{"initial": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, "/initial/0", "expected a string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			def, err := lifecycle.Parse([]byte(c.text))
			require.ErrorIs(t, err, lifecycle.ErrInvalid)

			var refused *lifecycle.ParseError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, c.pointer, refused.Pointer)
			require.Contains(t, refused.Reason, c.reason)
			require.Contains(t, err.Error(), c.pointer)
			require.Equal(t, lifecycle.Definition{}, def)
		})
	}
}

// FuzzParse: whatever Parse accepts survives a round trip, and compiling it never fails by accident.
func FuzzParse(f *testing.F) {
	file, err := os.ReadFile("normal.json")
	require.NoError(f, err)

	for _, seed := range []string{string(file), full, `{}`, `{"id":"x","version":1}`, `{"id":"x","id":"y"}`, `[[[[`} {
		f.Add([]byte(seed))
	}

	f.Fuzz(func(t *testing.T, data []byte) {
		def, err := lifecycle.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, lifecycle.ErrInvalid)

			return
		}

		text, err := json.Marshal(def)
		require.NoError(t, err)

		if len(text) > lifecycle.MaxSize { // characters that JSON escapes make it longer
			return
		}

		again, err := lifecycle.Parse(text)
		require.NoError(t, err)

		if diff := cmp.Diff(def, again); diff != "" {
			t.Fatalf("round trip (-first +second):\n%s", diff)
		}

		lifecycle.Compile(def, worldGuards("approved", "told", "settled", "outcome"))
	})
}
