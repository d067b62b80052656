package contracttest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

var (
	errReply  = errors.New("not as the contract describes")
	errDecode = errors.New("not JSON")
)

// marker is planted in bad input; no reply may show it.
const marker = "do-not-repeat-this-7319"

// spoiled is a body with one thing wrong, which the contract refuses.
type spoiled struct {
	how  string
	body []byte
}

// spoil makes one thing wrong with a valid body.
func spoil(t *rapid.T, schema *openapi3.Schema, valid map[string]any) spoiled {
	raw := encode(valid)
	ways := []spoiled{
		{"unknown member", with(valid, "x-unknown", marker)},
		{"bytes after the value", append(bytes.Clone(raw), []byte(` "`+marker+`"`)...)},
		{"two values", append(bytes.Clone(raw), raw...)},
		{"no object", []byte(`["` + marker + `"]`)},
		{"not UTF-8", []byte(`{"` + marker + "\xff\":1}")},
		{"half a surrogate pair", with(valid, "x-unknown", json.RawMessage(`"\ud800`+marker+`"`))},
		{"too deep", []byte(strings.Repeat("[", 40) + `"` + marker + `"` + strings.Repeat("]", 40))},
		{"cut short", raw[:len(raw)-1]},
	}
	for _, name := range sorted(valid) {
		property := schema.Properties[name].Value
		ways = append(ways,
			spoiled{"duplicate member " + name, twice(raw, name)},
			spoiled{"other case of " + name, renamed(valid, name, strings.ToUpper(name))},
			spoiled{"added other case of " + name, with(valid, strings.ToUpper(name), marker)},
			spoiled{"null " + name, with(valid, name, nil)},
			spoiled{"other type of " + name, with(valid, name, otherType(property))},
		)
		if slices.Contains(schema.Required, name) {
			ways = append(ways, spoiled{"without " + name, without(valid, name)})
		}
		if property.MaxLength != nil && *property.MaxLength <= 2*maxExact {
			ways = append(ways, spoiled{"too long " + name, with(valid, name, marker+strings.Repeat("x", int(*property.MaxLength)))})
		}
		if property.Max != nil {
			ways = append(ways, spoiled{"too large " + name, with(valid, name, int64(*property.Max)+1)})
		}
	}
	return rapid.SampledFrom(ways).Draw(t, "spoiled")
}

// String says how, for the report of a failure.
func (s spoiled) String() string { return s.how }

func otherType(schema *openapi3.Schema) any {
	if schema.Type.Is(openapi3.TypeString) {
		return []string{marker}
	}
	return marker
}

func with(object map[string]any, name string, v any) []byte {
	out := clone(object)
	out[name] = v
	return encode(out)
}

func without(object map[string]any, name string) []byte {
	out := clone(object)
	delete(out, name)
	return encode(out)
}

func renamed(object map[string]any, name, to string) []byte {
	out := clone(object)
	out[to] = out[name]
	delete(out, name)
	return encode(out)
}

// twice puts a member in front that stands in the object already.
func twice(raw []byte, name string) []byte {
	return append([]byte(fmt.Sprintf(`{%q:%q,`, name, marker)), raw[1:]...)
}

func clone(object map[string]any) map[string]any {
	out := make(map[string]any, len(object)+1)
	maps.Copy(out, object)
	return out
}

func sorted(object map[string]any) []string {
	out := make([]string, 0, len(object))
	for k := range object {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// encode writes what the generators made; RawMessage that is no JSON stays as it
// is, because it is bad on purpose.
func encode(v map[string]any) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range sorted(v) {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(name)
		b.Write(key)
		b.WriteByte(':')
		if raw, ok := v[name].(json.RawMessage); ok {
			b.Write(raw)
			continue
		}
		member, _ := json.Marshal(v[name])
		b.Write(member)
	}
	b.WriteByte('}')
	return b.Bytes()
}

func decode(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("%w: %w", errDecode, err)
	}
	return out, nil
}
