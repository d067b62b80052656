package reference

import (
	"strings"
	"unicode"

	"github.com/coordkit/coordkit/archive"
)

// Resolver finds the end that a text means: a record by its id or one of its
// other names, exactly or but for how it was typed; an address; or the text
// itself, for nobody to be sure of. Make one with NewResolver.
type Resolver struct {
	exact map[string]archive.RecordID
	alias map[string]archive.RecordID // "" where two records have it
	typed map[string]archive.RecordID // by typedKey; "" where two records have it
	clean func(string) string
}

// NewResolver makes a resolver without names. Clean, if it is not nil, cuts off
// what people of this house add to a name, such as the file of a folder.
func NewResolver(clean func(string) string) *Resolver {
	if clean == nil {
		clean = strings.TrimSpace
	}
	return &Resolver{
		exact: make(map[string]archive.RecordID), alias: make(map[string]archive.RecordID), typed: make(map[string]archive.RecordID), clean: clean,
	}
}

// Name says that a record is called so. The first to have a name keeps it; taken
// reports who that is if it is another.
func (r *Resolver) Name(name string, id archive.RecordID) (taken archive.RecordID) {
	if first, known := r.exact[name]; known {
		if first != id {
			return first
		}
		return ""
	}
	r.exact[name] = id
	key := r.typedKey(name)
	if other, known := r.typed[key]; known && other != id {
		r.typed[key] = ""
	} else {
		r.typed[key] = id
	}
	return ""
}

// Alias says that a record is also called so, by a name that others may have too, such as a number. One that several
// have means none of them and is ambiguous; one that is the name of a record means that record.
func (r *Resolver) Alias(name string, id archive.RecordID) {
	if first, known := r.alias[name]; known && first != id {
		id = ""
	}
	r.alias[name] = id
}

// How says how a text was resolved.
type How string

// The ways.
const (
	Exactly   How = "exact"
	AsTyped   How = "as-typed"  // but for case, blanks, hyphens, leading zeros and what clean cuts off; never another number
	Ambiguous How = "ambiguous" // as typed it could be two records, so it stays a text
	Elsewhere How = "elsewhere" // an address
	Unknown   How = "unknown"   // a text
	Nothing   How = "nothing"   // a word for no target, such as n/a
)

// Resolve finds the end that a text means.
func (r *Resolver) Resolve(text string) (archive.End, How) {
	if id, ok := r.exact[text]; ok {
		return archive.ToRecord(id), Exactly
	}
	trimmed := strings.TrimSpace(text)
	if id, ok := r.alias[trimmed]; ok && id != "" {
		return archive.ToRecord(id), Exactly
	} else if ok {
		return archive.End{Kind: archive.EndText, Value: trimmed}, Ambiguous
	}
	if blank(trimmed) {
		return archive.End{Kind: archive.EndText, Value: trimmed}, Nothing
	}
	id, ok := r.typed[r.typedKey(text)]
	switch {
	case ok && id != "":
		return archive.ToRecord(id), AsTyped
	case address(trimmed):
		return archive.End{Kind: archive.EndURI, Value: trimmed}, Elsewhere
	case ok:
		return archive.End{Kind: archive.EndText, Value: trimmed}, Ambiguous
	}
	return archive.End{Kind: archive.EndText, Value: trimmed}, Unknown
}

// typedKey is what stays the same however a name is typed: letters in lower case, numbers without leading zeros, and
// signs, without blanks, hyphens and underscores, except that two numbers stay two: "1-23" is not "12-3".
func (r *Resolver) typedKey(name string) string {
	var k key
	for _, c := range r.clean(name) {
		k.add(c)
	}
	k.endNumber()
	return k.text.String()
}

// key is a typedKey under way.
type key struct {
	text            strings.Builder
	inNumber, zeros bool // zeros: only leading zeros so far
	number, gap     bool // a number was written last, and what separates came after it
}

func (k *key) add(c rune) {
	if unicode.IsDigit(c) {
		k.digit(c)
		return
	}
	k.endNumber()
	if unicode.IsSpace(c) || c == '-' || c == '_' {
		k.gap = true
		return
	}
	k.text.WriteRune(unicode.ToLower(c))
	k.number, k.gap = false, false
}

func (k *key) digit(c rune) {
	if !k.inNumber {
		if k.number && k.gap {
			k.text.WriteByte('-')
		}
		k.inNumber, k.zeros, k.gap = true, true, false
	}
	if c == '0' && k.zeros {
		return
	}
	k.zeros = false
	k.text.WriteRune(c)
}

func (k *key) endNumber() {
	if !k.inNumber {
		return
	}
	if k.zeros {
		k.text.WriteByte('0')
	}
	k.inNumber, k.number = false, true
}

// blank reports whether people write the text for no target at all.
func blank(text string) bool {
	switch strings.ToLower(strings.Trim(text, "().[]<>{} \t")) {
	case "", "-", "--", "—", "n/a", "na", "none", "nil", "null", "tbd", "tba", "todo", "unknown", "?":
		return true
	}
	return false
}

// address reports whether the text starts with a scheme that leads somewhere.
func address(text string) bool {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || rest == "" || strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp", "ftps", "sftp", "file", "mailto", "urn", "doi", "info", "news", "nntp", "git", "ssh", "ldap", "tag":
		return true
	}
	return strings.HasPrefix(rest, "//")
}
