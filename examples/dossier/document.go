package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

// document is one line of the input, read with forgiveness.
type document struct {
	id           archive.RecordID
	line         int
	title        string
	kind, status string
	dated        time.Time // zero: no date
	text         string
	abstract     string
	raw          []byte // the line as it was filed
	relations    []statement
	resolution   string
	authors      string
}

// statement is a relation as a document declares it.
type statement struct {
	word, target string
	extracted    bool
}

// finding is something odd, by line.
type finding struct {
	Line   int    `json:"line,omitempty"`
	Code   string `json:"code"`
	Record string `json:"record,omitempty"`
	Word   string `json:"word,omitempty"`
	Target string `json:"target,omitempty"`
	Text   string `json:"text"`
}

// collection is what was read: the documents in their order, with what else was said under the same id.
type collection struct {
	documents []*document
	byID      map[archive.RecordID]*document
	again     map[archive.RecordID][]*document // later lines of the same id with other content
	findings  []finding
	lines     int // that hold a document
	digest    archive.Digest
	size      int64
}

// readFile reads a collection.
func readFile(path string) (*collection, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &collection{byID: make(map[archive.RecordID]*document), again: make(map[archive.RecordID][]*document)}
	sum := sha256.New()
	counter := &countingWriter{}
	if err := c.read(io.TeeReader(f, io.MultiWriter(sum, counter))); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.digest, c.size = archive.Digest(hex.EncodeToString(sum.Sum(nil))), counter.n
	return c, nil
}

// countingWriter counts what is written to it.
type countingWriter struct{ n int64 }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n += int64(len(p))
	return len(p), nil
}

func (c *collection) read(in io.Reader) error {
	for line, err := range jsonl.Lines(in) {
		var bad *jsonl.LineError
		switch {
		case errors.As(err, &bad):
			c.find(finding{Line: bad.Number, Code: "unreadable-line", Text: bad.Err.Error()})
		case err != nil:
			return err
		default:
			c.take(line)
		}
	}
	return nil
}

func (c *collection) find(f finding) { c.findings = append(c.findings, f) }

// take files a line as a document, or says why it is none.
func (c *collection) take(line jsonl.Line) {
	members, err := decode(line.Text)
	if err != nil {
		c.find(finding{Line: line.Number, Code: "unreadable-line", Text: "is no JSON object: " + err.Error()})
		return
	}
	r := reader{members: members, line: line.Number, found: c.find}
	d := r.document()
	d.raw = bytes.Clone(line.Text)
	c.lines++
	first, twice := c.byID[d.id]
	switch {
	case !twice:
		c.byID[d.id] = d
		c.documents = append(c.documents, d)
	case bytes.Equal(first.raw, d.raw) || c.sameAgain(d):
		c.find(finding{Line: d.line, Code: "repeated-document", Record: string(d.id), Text: fmt.Sprintf("the same stands in line %d", first.line)})
	default:
		c.again[d.id] = append(c.again[d.id], d)
		c.find(finding{
			Line: d.line, Code: "document-of-same-id", Record: string(d.id),
			Text: fmt.Sprintf("another document has this id in line %d: filed as its revision %d", first.line, 1+len(c.again[d.id])),
		})
	}
}

func (c *collection) sameAgain(d *document) bool {
	for _, other := range c.again[d.id] {
		if bytes.Equal(other.raw, d.raw) {
			return true
		}
	}
	return false
}

// decode reads an object and nothing after it. Of a member that stands twice the last counts, as everywhere in JSON; the line
// keeps both.
func decode(text []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	if members == nil {
		return nil, errors.New("it is null")
	}
	return members, nil
}

// reader takes the members of a document one by one and reports what they are not.
type reader struct {
	members map[string]json.RawMessage
	line    int
	id      archive.RecordID
	found   func(finding)
}

// The lengths that a record takes, in characters.
const (
	longestID    = 200
	longestTitle = 500
)

func (r *reader) find(code, text string) {
	r.found(finding{Line: r.line, Code: code, Record: string(r.id), Text: text})
}

func (r *reader) document() *document {
	r.id = archive.RecordID(strings.TrimSpace(r.text("id")))
	if r.id == "" {
		r.id = archive.RecordID(fmt.Sprintf("line %d", r.line))
		r.find("no-id", "has no id and is filed under its line")
	}
	r.id = archive.RecordID(r.fit("id", string(r.id), longestID))
	d := &document{
		id: r.id, line: r.line, title: r.fit("title", r.text("title"), longestTitle), kind: r.fit("kind", r.text("kind"), longestID),
		status: r.text("status"), text: r.text("text"), abstract: r.text("abstract"), resolution: r.text("resolution"), authors: r.people(),
	}
	if strings.TrimSpace(d.title) == "" {
		r.find("no-title", "has no title and is filed under its id")
		d.title = string(d.id)
	}
	if strings.TrimSpace(d.kind) == "" {
		d.kind = "document"
	}
	d.dated = r.date()
	d.relations = r.relations()
	return d
}

// fit makes a text storable.
func (r *reader) fit(name, s string, longest int) string {
	if strings.ContainsRune(s, 0) {
		r.find("unstorable", name+" holds a NUL, which is left out")
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	sum := archive.DigestOf([]byte(s))
	r.find("too-long", fmt.Sprintf("%s is longer than %d characters and is cut; the document holds all of it", name, longest))
	return string([]rune(s)[:longest-18]) + " " + string(sum[:16]) + "…"
}

// text is a member that should be a text; a number is taken as it is written.
func (r *reader) text(name string) string {
	raw := r.members[name]
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9') {
		return string(raw)
	}
	r.find("wrong-type", name+" is no text")
	return ""
}

// people are the authors, one text or a list of them.
func (r *reader) people() string {
	raw := r.members["authors"]
	var list []string
	if len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &list) == nil {
		return strings.Join(list, ", ")
	}
	return r.text("authors")
}

// date reads a date, of which less than the day may be known: then it is the first.
func (r *reader) date() time.Time {
	text := strings.TrimSpace(r.text("date"))
	if text == "" {
		r.find("no-date", "has no date")
		return time.Time{}
	}
	at, err := parseDate(text)
	if err != nil {
		r.find("bad-date", fmt.Sprintf("date %q is none; the document counts as undated", text))
	}
	return at
}

// parseDate reads YYYY, YYYY-MM, YYYY-MM-DD or a time as in RFC 3339.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006", time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 0 {
			return at.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date as YYYY, YYYY-MM or YYYY-MM-DD", text)
}

// relations are those declared, then those extracted.
func (r *reader) relations() []statement {
	var out []statement
	for i, raw := range r.list("relations") {
		var one struct {
			Type   *string         `json:"type"`
			Target json.RawMessage `json:"target"`
		}
		if json.Unmarshal(raw, &one) != nil || one.Type == nil || strings.TrimSpace(*one.Type) == "" {
			r.find("bad-relation", fmt.Sprintf("relation %d has no type, or is no object: %s", i+1, raw))
			continue
		}
		sub := reader{members: map[string]json.RawMessage{"target": one.Target}, line: r.line, id: r.id, found: r.found}
		out = append(out, statement{word: strings.TrimSpace(*one.Type), target: sub.text("target")})
	}
	for i, raw := range r.list("cites") {
		sub := reader{members: map[string]json.RawMessage{"cites": raw}, line: r.line, id: r.id, found: r.found}
		if target := sub.text("cites"); target != "" {
			out = append(out, statement{word: citesWord, target: target, extracted: true})
		} else {
			r.find("bad-relation", fmt.Sprintf("citation %d is no text: %s", i+1, raw))
		}
	}
	return out
}

func (r *reader) list(name string) []json.RawMessage {
	raw := r.members[name]
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		r.find("wrong-type", name+" is no list: "+string(raw))
	}
	return list
}

// statements are those of all documents, in the order of the lines of each id.
func (c *collection) statements() []reference.Statement {
	var out []reference.Statement
	for _, first := range c.documents {
		for _, d := range append([]*document{first}, c.again[first.id]...) {
			for _, s := range d.relations {
				one := reference.Statement{Source: d.id, Line: d.line, Word: s.word, Target: s.target}
				if s.extracted {
					one.Rule = citesRule
				}
				out = append(out, one)
			}
		}
	}
	return out
}
