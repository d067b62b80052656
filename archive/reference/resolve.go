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
	typed map[string]archive.RecordID // by typedKey; "" where two records have it
	clean func(string) string
}

// NewResolver makes a resolver without names. Clean, if it is not nil, cuts off
// what people of this house add to a name, such as the file of a folder.
func NewResolver(clean func(string) string) *Resolver {
	if clean == nil {
		clean = strings.TrimSpace
	}
	return &Resolver{exact: make(map[string]archive.RecordID), typed: make(map[string]archive.RecordID), clean: clean}
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

// How says how a text was resolved.
type How string

// The ways.
const (
	Exactly   How = "exact"
	AsTyped   How = "as-typed"  // but for case, blanks, hyphens, leading zeros and what clean cuts off
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
	if blank(trimmed) {
		return archive.End{Kind: archive.EndText, Value: trimmed}, Nothing
	}
	if address(trimmed) {
		return archive.End{Kind: archive.EndURI, Value: trimmed}, Elsewhere
	}
	switch id, ok := r.typed[r.typedKey(text)]; {
	case ok && id != "":
		return archive.ToRecord(id), AsTyped
	case ok:
		return archive.End{Kind: archive.EndText, Value: trimmed}, Ambiguous
	}
	return archive.End{Kind: archive.EndText, Value: trimmed}, Unknown
}

// typedKey is what stays the same however a name is typed: letters and digits in
// lower case and separators, without blanks, hyphens, underscores and the leading
// zeros of numbers.
func (r *Resolver) typedKey(name string) string {
	var b strings.Builder
	digits := false
	zeros := false
	for _, c := range r.clean(name) {
		isDigit := unicode.IsDigit(c)
		if zeros && !isDigit {
			b.WriteByte('0')
		}
		zeros = c == '0' && !digits
		digits = isDigit && !zeros
		switch {
		case zeros, unicode.IsSpace(c), c == '-', c == '_':
		default:
			b.WriteRune(unicode.ToLower(c))
		}
	}
	if zeros {
		b.WriteByte('0')
	}
	return b.String()
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
