package bagit

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// manifest is what one manifest lists.
type manifest struct {
	file      string
	algorithm Algorithm
	tags      bool // of tag files; else of the payload
	entries   map[string]entry
	report    *Report
	strict    bool
}

type entry struct {
	digest string // lower-case hexadecimal
	line   int
}

var manifestLine = regexp.MustCompile(`^([0-9A-Fa-f]+)[ \t]+(\*?)(.+)$`)

// line takes one line: a digest, blanks, a path.
func (m *manifest) line(number int, line string) {
	if line == "" {
		return
	}
	parts := manifestLine.FindStringSubmatch(line)
	if parts == nil {
		m.find(Fault, CodeSyntax, number, "", "is no digest in hexadecimal, blank and path")
		return
	}
	if want := m.algorithm.newHash().Size(); len(parts[1]) != hex.EncodedLen(want) {
		m.find(Fault, CodeSyntax, number, "", fmt.Sprintf("a digest of %s has %d digits, not %d", m.algorithm, hex.EncodedLen(want), len(parts[1])))
		return
	}
	if parts[2] != "" {
		m.find(Warning, CodeChecksumTool, number, parts[3], "has a * before it, which checksum tools write and the standard does not know")
	}
	p, ok := m.path(number, parts[3])
	if !ok {
		return
	}
	m.put(number, p, strings.ToLower(parts[1]))
}

// path gives the path of a line as the file system has it.
func (m *manifest) path(number int, raw string) (string, bool) {
	p, bare := decodePath(raw)
	if why := unsafe(p); why != "" {
		m.find(Fault, CodeUnsafePath, number, raw, why)
		return "", false
	}
	if bare && m.strict {
		m.find(Warning, CodePercent, number, raw, "has a percent sign that should be written %25")
	}
	clean, same := shortest(p)
	if strings.HasSuffix(p, "/") {
		m.find(Fault, CodeScope, number, raw, "is a folder; only files are listed")
		return "", false
	}
	if !same {
		m.find(Warning, CodeRelative, number, raw, fmt.Sprintf("should be written %q", clean))
	}
	if strings.HasPrefix(clean, payloadDir) == m.tags {
		m.find(Fault, CodeScope, number, raw, "is not in the part of the bag that this manifest is for")
		return "", false
	}
	if _, tags, ok := manifestOf(clean); ok && tags && m.tags {
		m.find(Fault, CodeScope, number, raw, "is a tag manifest, which no tag manifest lists")
		return "", false
	}
	return clean, true
}

// put enters a path. The same path twice with one digest was forgiven before
// 1.0; two digests never are.
func (m *manifest) put(number int, p, digest string) {
	old, twice := m.entries[p]
	switch {
	case !twice:
		m.entries[p] = entry{digest: digest, line: number}
	case old.digest != digest:
		m.find(Fault, CodeConflict, number, p, fmt.Sprintf("has another digest in line %d", old.line))
	case m.strict:
		m.find(Fault, CodeDuplicate, number, p, fmt.Sprintf("is listed in line %d already", old.line))
	default:
		m.find(Warning, CodeDuplicate, number, p, fmt.Sprintf("is listed in line %d already", old.line))
	}
}

func (m *manifest) find(s Severity, code Code, number int, p, text string) {
	m.report.add(Finding{Severity: s, Code: code, File: m.file, Line: number, Path: p, Text: text})
}

const fetchFile = "fetch.txt"

// Fetch is a line of the fetch list: a payload file that is elsewhere.
type Fetch struct {
	URL    string
	Length int64 // in bytes; -1 is not stated
	Path   string
	line   int
}

var fetchLine = regexp.MustCompile(`^(\S+)[ \t]+(\S+)[ \t]+(.+)$`)

// fetches reads the lines of fetch.txt. Nothing is fetched.
type fetches struct {
	manifest // for its paths: those of the payload

	out []Fetch
}

func (f *fetches) line(number int, line string) {
	if line == "" {
		return
	}
	parts := fetchLine.FindStringSubmatch(line)
	if parts == nil {
		f.find(Fault, CodeSyntax, number, "", "is no address, length and path")
		return
	}
	if u, err := url.Parse(parts[1]); err != nil || !u.IsAbs() {
		f.find(Fault, CodeSyntax, number, parts[3], "has no absolute address")
		return
	}
	length := int64(-1)
	if parts[2] != "-" {
		n, err := strconv.ParseUint(parts[2], 10, 63)
		if err != nil {
			f.find(Fault, CodeSyntax, number, parts[3], "has a length that is neither a number of bytes nor -")
			return
		}
		length = int64(n)
	}
	if p, ok := f.path(number, parts[3]); ok {
		f.out = append(f.out, Fetch{URL: parts[1], Length: length, Path: p, line: number})
	}
}
