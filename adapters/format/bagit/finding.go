package bagit

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// The classes of error; test with errors.Is.
var (
	ErrInvalid = errors.New("bagit: invalid")              // of what is written: a path, a label, a name twice
	ErrDigest  = errors.New("bagit: content does not fit") // what is read is not what the manifests say
)

// Severity is how much a finding weighs.
type Severity string

// The severities.
const (
	Warning Severity = "warning" // the bag is valid all the same
	Hole    Severity = "hole"    // a file is missing, and the fetch list says where it is
	Fault   Severity = "fault"   // the bag is invalid
)

// Code names a kind of finding, for ever.
type Code string

// The kinds of finding.
const (
	CodeDeclaration   Code = "declaration"   // bagit.txt is missing or malformed
	CodeVersion       Code = "version"       // a version that is not read
	CodeEncoding      Code = "encoding"      // tag files in an encoding that is not read, or that they do not have
	CodeSyntax        Code = "syntax"        // a line that is none of its file
	CodeLimit         Code = "limit"         // larger than the limits allow
	CodeUnsafePath    Code = "unsafe-path"   // a path that leads, or on some system would lead, out of the bag
	CodeScope         Code = "scope"         // a path outside the part of the bag the list is for
	CodeMissing       Code = "missing"       // listed and not there
	CodeUnlisted      Code = "unlisted"      // there and not listed
	CodeDigest        Code = "digest"        // the content does not fit
	CodeDuplicate     Code = "duplicate"     // listed more than once
	CodeConflict      Code = "conflict"      // listed with two digests
	CodeNormalization Code = "normalization" // names differ only in Unicode normalization
	CodeCase          Code = "case"          // names differ only in case
	CodeRelative      Code = "relative"      // a path starts with ./ or is not in its shortest form
	CodeChecksumTool  Code = "checksum-tool" // a * before a path, as md5sum writes it
	CodePercent       Code = "percent"       // a percent sign that is not encoded
	CodeSystemFile    Code = "system-file"   // a file that an operating system strews in
	CodeAlgorithm     Code = "algorithm"     // a manifest of an algorithm that is not known
	CodeLink          Code = "link"          // a symbolic link
	CodeSpecialFile   Code = "special-file"  // neither file nor folder nor link
	CodeManifests     Code = "manifests"     // no payload manifest
	CodePayload       Code = "payload"       // no payload folder
	CodeOxum          Code = "payload-oxum"  // Payload-Oxum is malformed, repeated or wrong
	CodeMetadata      Code = "metadata"      // a metadata element that is malformed
	CodeUnreadable    Code = "unreadable"    // the file system refuses
)

// Finding is one thing that is wrong or odd.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	File     string   `json:"file"`           // the tag file it was found in, or the file it is about
	Line     int      `json:"line,omitempty"` // of the tag file, from 1
	Path     string   `json:"path,omitempty"` // what the line names
	Text     string   `json:"text"`
}

// String names the place, then what is wrong.
func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Path != "" {
		return fmt.Sprintf("bagit: %s: %q %s", place, f.Path, f.Text)
	}
	return fmt.Sprintf("bagit: %s: %s", place, f.Text)
}

// DigestError says which line of which manifest the content does not fit. It
// unwraps to ErrDigest.
type DigestError struct{ Finding Finding }

// Error names the place and both digests.
func (e *DigestError) Error() string { return e.Finding.String() }

// Unwrap gives ErrDigest.
func (*DigestError) Unwrap() error { return ErrDigest }

// Verdict is what a bag is.
type Verdict string

// The verdicts.
const (
	Valid      Verdict = "valid"
	Incomplete Verdict = "incomplete"
	Invalid    Verdict = "invalid"
)

// Report is everything that was found, by file, line and path.
type Report struct {
	Findings []Finding `json:"findings"`
	Files    int64     `json:"files"` // of the payload, that are there
	Bytes    int64     `json:"bytes"`
}

// Verdict follows from the heaviest finding.
func (r *Report) Verdict() Verdict {
	v := Valid
	for _, f := range r.Findings {
		switch f.Severity {
		case Fault:
			return Invalid
		case Hole:
			v = Incomplete
		case Warning:
		}
	}
	return v
}

// Has reports whether something of that kind was found.
func (r *Report) Has(code Code) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == code })
}

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

func (r *Report) fault(code Code, file, text string) {
	r.add(Finding{Severity: Fault, Code: code, File: file, Text: text})
}

func (r *Report) warn(code Code, file, text string) {
	r.add(Finding{Severity: Warning, Code: code, File: file, Text: text})
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Code, b.Code))
	})
}
