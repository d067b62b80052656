package bagit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Version is that of the format, as bagit.txt declares it.
type Version struct{ Major, Minor int }

// String is major, a dot and minor.
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// strict reports whether the rules of 1.0 hold; the drafts before it forgave
// more.
func (v Version) strict() bool { return v.Major >= 1 }

// known are the versions that are read.
func (v Version) known() bool {
	return v == Version{1, 0} || v.Major == 0 && v.Minor >= 93 && v.Minor <= 97
}

const (
	declarationFile = "bagit.txt"
	versionLabel    = "BagIt-Version"
	encodingLabel   = "Tag-File-Character-Encoding"
)

var (
	versionLine = regexp.MustCompile(`^(?i:BagIt-Version)([ \t]*):([ \t]*)([0-9]+)\.([0-9]+)([ \t]*)$`)
	encodedLine = regexp.MustCompile(`^(?i:Tag-File-Character-Encoding)([ \t]*):([ \t]*)([A-Za-z0-9][A-Za-z0-9_.:-]*)([ \t]*)$`)
)

// declaration reads bagit.txt: two lines in this order, in UTF-8. From 1.0 on
// exactly one blank follows the colon and none stands elsewhere.
func (b *Bag) declaration(text []string, r *Report) bool {
	if len(text) != 2 {
		r.fault(CodeDeclaration, declarationFile, fmt.Sprintf("has %d lines; it has to have two, %s and %s", len(text), versionLabel, encodingLabel))
		return false
	}
	v := versionLine.FindStringSubmatch(text[0])
	e := encodedLine.FindStringSubmatch(text[1])
	if v == nil || e == nil {
		r.fault(CodeDeclaration, declarationFile, fmt.Sprintf("the lines have to be %q and %q", versionLabel+": M.N", encodingLabel+": NAME"))
		return false
	}
	var err1, err2 error
	b.Version.Major, err1 = strconv.Atoi(v[3])
	b.Version.Minor, err2 = strconv.Atoi(v[4])
	if err1 != nil || err2 != nil || !b.Version.known() {
		r.fault(CodeVersion, declarationFile, fmt.Sprintf("version %s.%s is not read; 0.93 to 0.97 and 1.0 are", v[3], v[4]))
		return false
	}
	blanks := []string{v[1], v[2], v[5], e[1], e[2], e[4]}
	if b.Version.strict() && !slices.Equal(blanks, []string{"", " ", "", "", " ", ""}) {
		r.fault(CodeDeclaration, declarationFile, "from version 1.0 on one blank follows the colon and no other stands on the line")
	}
	b.Encoding = e[3]
	var ok bool
	if b.encoding, ok = encodingOf(b.Encoding); !ok {
		r.fault(CodeEncoding, declarationFile, fmt.Sprintf("encoding %q is not read", b.Encoding))
		return false
	}
	return true
}

// Element is one element of a bag's metadata.
type Element struct {
	Label string
	Value string // its lines joined with LF
}

const (
	infoFile    = "bag-info.txt"
	oldInfoFile = "package-info.txt" // before version 0.96
	oxumLabel   = "Payload-Oxum"
)

// metadata reads the lines of bag-info.txt.
type metadata struct {
	strict bool
	file   string
	report *Report
	out    []Element
}

func (m *metadata) line(number int, line string) {
	if line == "" {
		return
	}
	if line[0] == ' ' || line[0] == '\t' {
		if len(m.out) == 0 {
			m.fault(number, "continues no element")
			return
		}
		m.out[len(m.out)-1].Value += "\n" + strings.TrimLeft(line, " \t")
		return
	}
	label, value, ok := strings.Cut(line, ":")
	if !ok {
		m.fault(number, "has no colon")
		return
	}
	trimmed := strings.TrimRight(label, " \t")
	if trimmed == "" || (m.strict && trimmed != label) {
		m.fault(number, "has no label, or one that ends in a blank")
		return
	}
	switch {
	case !m.strict:
		value = strings.Trim(value, " \t")
	case value == "":
	case value[0] == ' ' || value[0] == '\t':
		value = value[1:]
	default:
		m.fault(number, "has no blank after the colon")
		return
	}
	m.out = append(m.out, Element{Label: trimmed, Value: value})
}

func (m *metadata) fault(number int, text string) {
	m.report.add(Finding{Severity: Fault, Code: CodeMetadata, File: m.file, Line: number, Text: text})
}

// Values gives the values of the elements with that label, in their order; case
// is ignored.
func (b *Bag) Values(label string) []string {
	var out []string
	for _, e := range b.Info {
		if strings.EqualFold(e.Label, label) {
			out = append(out, e.Value)
		}
	}
	return out
}

// Oxum is what Payload-Oxum says of the payload.
type Oxum struct{ Bytes, Files int64 }

// String is bytes, a dot and files.
func (o Oxum) String() string { return fmt.Sprintf("%d.%d", o.Bytes, o.Files) }

// oxum reads Payload-Oxum; nil if there is none that can be used.
func (b *Bag) oxum(r *Report) *Oxum {
	values := b.Values(oxumLabel)
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 {
		r.fault(CodeOxum, b.infoFile, oxumLabel+" stands more than once")
		return nil
	}
	size, count, _ := strings.Cut(values[0], ".")
	bytes, err1 := strconv.ParseUint(size, 10, 63)
	files, err2 := strconv.ParseUint(count, 10, 63)
	if err1 != nil || err2 != nil {
		r.fault(CodeOxum, b.infoFile, fmt.Sprintf("%s %q is not bytes, a dot and files", oxumLabel, values[0]))
		return nil
	}
	return &Oxum{Bytes: int64(bytes), Files: int64(files)}
}
