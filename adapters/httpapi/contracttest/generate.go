package contracttest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// maxDrawn bounds texts and lists; what lies at the bounds of a schema is drawn
// on purpose.
const maxDrawn = 4

// draw makes a value that the schema accepts.
func draw(t *rapid.T, name string, schema *openapi3.Schema) any {
	switch {
	case len(schema.Enum) > 0:
		return rapid.SampledFrom(schema.Enum).Draw(t, name)
	case schema.Type.Is(openapi3.TypeObject):
		return drawObject(t, name, schema)
	case schema.Type.Is(openapi3.TypeArray):
		n := rapid.IntRange(int(schema.MinItems), maxDrawn).Draw(t, name+" length")
		out := make([]any, 0, n)
		for i := range n {
			out = append(out, draw(t, fmt.Sprintf("%s %d", name, i), schema.Items.Value))
		}
		return out
	case schema.Type.Is(openapi3.TypeInteger):
		return drawInteger(t, name, schema)
	case schema.Type.Is(openapi3.TypeBoolean):
		return rapid.Bool().Draw(t, name)
	}
	return drawText(t, name, schema)
}

func drawObject(t *rapid.T, name string, schema *openapi3.Schema) map[string]any {
	out := make(map[string]any)
	names := make([]string, 0, len(schema.Properties))
	for property := range schema.Properties {
		names = append(names, property)
	}
	slices.Sort(names)
	for _, property := range names {
		if slices.Contains(schema.Required, property) || rapid.Bool().Draw(t, name+" has "+property) {
			out[property] = draw(t, property, schema.Properties[property].Value)
		}
	}
	if uint64(len(out)) < schema.MinProps {
		out[names[0]] = draw(t, names[0], schema.Properties[names[0]].Value)
	}
	return out
}

func drawInteger(t *rapid.T, name string, schema *openapi3.Schema) any {
	low, high := int64(-1<<62), int64(1<<62)
	if schema.Format == "int32" {
		low, high = -1<<31, 1<<31-1
	}
	if schema.Min != nil {
		low = int64(*schema.Min)
	}
	if schema.Max != nil {
		high = int64(*schema.Max)
	}
	return json.Number(strconv.FormatInt(rapid.Int64Range(low, high).Draw(t, name), 10))
}

func drawText(t *rapid.T, name string, schema *openapi3.Schema) any {
	known, _ := schema.Extensions["x-extensible-enum"].([]any)
	switch {
	case len(known) > 0 && rapid.Bool().Draw(t, name+" known"):
		return rapid.SampledFrom(known).Draw(t, name)
	case schema.Format == "date-time":
		return drawTime(t, name)
	case schema.Format == "byte":
		return base64.StdEncoding.EncodeToString(rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, name))
	case schema.Pattern != "":
		return rapid.StringMatching(schema.Pattern).Draw(t, name)
	}
	least, most := int(schema.MinLength), maxDrawn*4
	if schema.MaxLength != nil {
		bound := int(*schema.MaxLength)
		most = min(most, bound)
		if bound <= maxExact && rapid.IntRange(0, 9).Draw(t, name+" at the bound") == 0 {
			return strings.Repeat("é", bound)
		}
	}
	return rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), least, most, -1).Draw(t, name)
}

const (
	// maxExact is the longest text that is drawn at its bound.
	maxExact = 500
	// alphabet has what text handling gets wrong: combining marks, scripts of
	// other directions, characters of no width and beyond the first plane,
	// quotes, escapes and what markup minds.
	alphabet = "aZ09 ä\u0308\u6f22\u5b57\u05d0\u202e\u200b\U0001F600\"\\/<>&'%;\u2028~"
)

// drawTime draws instants with offsets, fractions and far years, all of them
// RFC 3339.
func drawTime(t *rapid.T, name string) string {
	year := rapid.SampledFrom([]int{2, 1899, 1900, 2026, 2200, 2201, 9998}).Draw(t, name+" year")
	at := time.Date(year, 1, 1, 0, 0, rapid.IntRange(0, 1<<24).Draw(t, name+" second"), rapid.IntRange(0, 999_999_999).Draw(t, name+" fraction"), time.UTC)
	zone := rapid.SampledFrom([]int{0, 0, 3600, -5 * 3600, 14 * 3600, 20700}).Draw(t, name+" offset")
	return at.In(time.FixedZone("", zone)).Format(time.RFC3339Nano)
}
