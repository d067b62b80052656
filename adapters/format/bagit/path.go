package bagit

import (
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const payloadDir = "data/"

// unsafe says why a path must not be used on some system; empty if nothing is
// wrong with it. A backslash counts as a separator, for it is one somewhere.
func unsafe(p string) string {
	switch {
	case p == "":
		return "is empty"
	case strings.IndexByte(p, 0) >= 0:
		return "holds a NUL"
	case p[0] == '/' || p[0] == '\\':
		return "is absolute"
	case len(p) > 1 && p[1] == ':' && unicode.IsLetter(rune(p[0])):
		return "starts as a drive does"
	case p[0] == '~':
		return "starts as a home folder does"
	case p[0] == '%' && strings.Contains(p[1:], "%"):
		return "starts as a variable does"
	}
	for part := range strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			return "climbs out with .."
		}
	}
	return ""
}

// shortest is the path without empty and "." parts; same reports whether it was so already.
func shortest(p string) (clean string, same bool) {
	clean = path.Clean(p)
	return clean, clean == p
}

// decodePath undoes the encoding of line ends and percent signs, and of nothing
// else. Bare reports a percent sign that stands for itself.
func decodePath(p string) (decoded string, bare bool) {
	if !strings.Contains(p, "%") {
		return p, false
	}
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] != '%' {
			b.WriteByte(p[i])
			continue
		}
		code := ""
		if i+3 <= len(p) {
			code = strings.ToUpper(p[i+1 : i+3])
		}
		switch code {
		case "0A":
			b.WriteByte('\n')
		case "0D":
			b.WriteByte('\r')
		case "25":
			b.WriteByte('%')
		default:
			bare = true
			b.WriteByte('%')
			continue
		}
		i += 2
	}
	return b.String(), bare
}

// encodePath makes a path one line.
func encodePath(p string) string {
	if !strings.ContainsAny(p, "%\n\r") {
		return p
	}
	return strings.NewReplacer("%", "%25", "\n", "%0A", "\r", "%0D").Replace(p)
}

// composed is the name under which two names that look the same meet.
func composed(name string) string { return norm.NFC.String(name) }

// folded is the name under which two names meet that only case tells apart.
func folded(name string) string { return composed(cases.Fold().String(composed(name))) }

// systemFile reports whether an operating system makes files of that name by
// itself.
func systemFile(p string) bool {
	switch strings.ToLower(path.Base(p)) {
	case ".ds_store", "thumbs.db", "desktop.ini", ".spotlight-v100", ".trashes", ".fseventsd":
		return true
	}
	return strings.HasPrefix(path.Base(p), "._")
}
