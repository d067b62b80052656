package search

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
)

// Document is what is found of a record. Times count to the microsecond.
type Document struct {
	ID       archive.RecordID
	Title    string
	Text     string
	Kind     archive.Kind
	Dated    time.Time
	Recorded time.Time // when the archive learned of it
	Facets   map[string][]string
	// Marking is what a reader has to be cleared for, so as to know of the document
	// at all; see Query.Cleared. A document without one has the empty marking.
	Marking string
}

// Validate refuses, with ErrInvalid, what not every engine can keep: text that is
// not UTF-8 or has a NUL character.
func (d *Document) Validate() error {
	fields := []struct{ name, text string }{{"id", string(d.ID)}, {"title", d.Title}, {"text", d.Text}, {"kind", string(d.Kind)}, {"marking", d.Marking}}
	for name, values := range d.Facets {
		fields = append(fields, struct{ name, text string }{"facet", name})
		for _, v := range values {
			fields = append(fields, struct{ name, text string }{"facet", v})
		}
	}
	for _, f := range fields {
		if !Plain(f.text) {
			return fmt.Errorf("%w: the %s of document %q is not valid UTF-8 or has a NUL character: remove it", ErrInvalid, f.name, d.ID)
		}
	}
	return nil
}

// Plain reports whether every engine can keep a text: it is UTF-8 without NUL.
func Plain(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
