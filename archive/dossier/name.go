package dossier

import (
	"path"
	"strings"
)

// PortableName makes of any name one that every file system takes: ASCII letters,
// digits, dot, hyphen and underscore, at most 80 bytes, no dot at either end, not
// empty, and none that Windows keeps for devices. The extension is kept where it
// is short. Different names may give the same one; folders and files are numbered
// for that.
func PortableName(name string) string {
	const longest, longestExtension = 80, 12
	var b strings.Builder
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_", r) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	s := strings.Trim(b.String(), ".")
	if len(s) > longest {
		ext := path.Ext(s)
		if len(ext) > longestExtension {
			ext = ""
		}
		s = strings.TrimRight(s[:longest-len(ext)], ".") + ext
	}
	if s == "" || reserved(s) {
		return "_" + s
	}
	return s
}

// reserved reports whether Windows keeps the name, with any extension.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9'
}
