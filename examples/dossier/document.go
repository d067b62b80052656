package main

import (
	"bufio"
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
	raw          []byte    // the line as it was filed
	hasText      bool
	number       string // another name of it, which others may have too
	relations    []statement
	resolution   string
}

// member reads a text of the line that is not kept beside it.
func (d *document) member(name string) string {
	members, _, err := decode(d.raw)
	if err != nil {
		return "" // it was read before
	}
	if name == "authors" {
		return people(members[name])
	}
	s, _ := textOf(members[name])
	return s
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
	Field  string `json:"field,omitempty"` // a JSON pointer into the line
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
	in := bufio.NewReader(f)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return nil, fmt.Errorf("%s: %w", path, errCompressed)
	}
	if err := c.read(io.TeeReader(in, io.MultiWriter(sum, counter))); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.digest, c.size = archive.Digest(hex.EncodeToString(sum.Sum(nil))), counter.n
	return c, nil
}

var errCompressed = errors.New("is compressed with gzip: unpack it first, so that lines can be named")

// countingWriter counts what is written to it.
type countingWriter struct{ n int64 }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n += int64(len(p))
	return len(p), nil
}

func (c *collection) read(in io.Reader) error {
	for line, err := range jsonl.LinesUpTo(in, longestLine) {
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
	text := bytes.TrimPrefix(line.Text, []byte("\ufeff"))
	members, again, err := decode(text)
	if err != nil {
		c.find(finding{Line: line.Number, Code: "unreadable-line", Text: "is no JSON object: " + err.Error()})
		return
	}
	r := reader{members: members, line: line.Number, found: c.find}
	d := r.document(again)
	if len(text) < len(line.Text) {
		r.find("byte-order-mark", "", "begins with a byte order mark, which is left out")
	}
	d.raw = bytes.Clone(text)
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

// decode reads an object and nothing after it. Of a member that stands twice the last counts, as everywhere in JSON; again names
// it, and the line keeps both.
func decode(text []byte) (members map[string]json.RawMessage, again []string, err error) {
	in := json.NewDecoder(bytes.NewReader(text))
	if open, err := in.Token(); err != nil {
		return nil, nil, cut(err)
	} else if open != json.Delim('{') {
		return nil, nil, fmt.Errorf("it begins with %v", open)
	}
	members = make(map[string]json.RawMessage)
	for in.More() {
		name, err := in.Token() // the decoder refuses names that are no text
		if err != nil {
			return nil, nil, cut(err)
		}
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, nil, cut(err)
		}
		key, _ := name.(string)
		if _, twice := members[key]; twice {
			again = append(again, key)
		}
		members[key] = value
	}
	if _, err := in.Token(); err != nil {
		return nil, nil, cut(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("something follows the object")
	}
	return members, again, nil
}

// cut says of an end that comes too early that it does.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// reader takes the members of a document one by one and reports what they are not.
type reader struct {
	members map[string]json.RawMessage
	at      string // JSON pointer of the object
	line    int
	id      archive.RecordID
	found   func(finding)
}

// The lengths that a record takes, in characters, and a line, in bytes.
const (
	longestID    = 200
	longestTitle = 500
	longestLine  = 64 << 20
)

// find reports something about a member; about the line if its name is empty.
func (r *reader) find(code, name, text string) {
	if name != "" {
		name = r.at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	r.found(finding{Line: r.line, Code: code, Field: name, Record: string(r.id), Text: text})
}

func (r *reader) document(again []string) *document {
	typed := r.text("id")
	r.id = archive.RecordID(strings.TrimSpace(typed))
	if r.id == "" {
		r.id = archive.RecordID(fmt.Sprintf("line %d", r.line))
		r.find("no-id", "id", "has no id and is filed under its line")
	} else if string(r.id) != typed {
		r.find("trimmed-id", "id", fmt.Sprintf("%q is filed without the blanks around it", typed))
	}
	r.id = archive.RecordID(r.fit("id", string(r.id), longestID))
	r.repeated(again)
	d := &document{
		id: r.id, line: r.line, title: r.fit("title", r.text("title"), longestTitle), kind: r.fit("kind", r.text("kind"), longestID),
		status: r.text("status"), resolution: r.text("resolution"), number: strings.TrimSpace(r.text("number")), hasText: r.text("text") != "",
	}
	if strings.TrimSpace(d.title) == "" {
		r.find("no-title", "title", "has no title and is filed under its id")
		d.title = string(d.id)
	}
	if strings.TrimSpace(d.kind) == "" {
		d.kind = "document"
	}
	d.dated = r.date()
	d.relations = r.relations()
	return d
}

// repeated reports members that stand twice.
func (r *reader) repeated(again []string) {
	for _, name := range again {
		r.find("repeated-member", name, "stands more than once; the last counts")
	}
}

// fit makes a text storable.
func (r *reader) fit(name, s string, longest int) string {
	if strings.ContainsRune(s, 0) {
		r.find("unstorable", name, "holds a NUL, which is left out")
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	sum := archive.DigestOf([]byte(s))
	r.find("too-long", name, fmt.Sprintf("is longer than %d characters and is cut; the document holds all of it", longest))
	return string([]rune(s)[:longest-18]) + " " + string(sum[:16]) + "…"
}

// text is a member that should be a text; a number is taken as it is written.
func (r *reader) text(name string) string {
	s, ok := textOf(r.members[name])
	if !ok {
		r.find("wrong-type", name, "is no text: "+excerpt(r.members[name]))
	}
	if strings.ContainsRune(s, utf8.RuneError) && !bytes.ContainsRune(r.members[name], utf8.RuneError) {
		r.find("unstorable", name, "holds half a character (an escaped surrogate without its pair), which is replaced")
	}
	return s
}

// textOf reads a text, or a number as it is written; null and a member that is not there are an empty text.
func textOf(raw json.RawMessage) (s string, ok bool) {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", true
	case raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'):
		return string(raw), true
	}
	return s, json.Unmarshal(raw, &s) == nil
}

// excerpt is the beginning of what a finding is about.
func excerpt(raw []byte) string {
	const shown = 200
	if len(raw) <= shown {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:shown]), "") + "…"
}

// people are the authors, one text or a list of them.
func people(raw json.RawMessage) string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return strings.Join(list, ", ")
	}
	s, _ := textOf(raw)
	return s
}

// The years in which documents are made: a date outside of them is more likely a slip of the keys.
const (
	firstYear = 1000
	lastYear  = 2100
)

// unlikely reports that the date of a document is a slip of the keys, or of no document that is at hand.
func unlikely(at time.Time) bool {
	return !at.IsZero() && (at.Year() < firstYear || at.Year() > lastYear)
}

// date reads a date, of which less than the day may be known: then it is the first.
func (r *reader) date() time.Time {
	text := strings.TrimSpace(r.text("date"))
	if text == "" {
		r.find("no-date", "date", "has no date")
		return time.Time{}
	}
	at, err := parseDate(text)
	switch {
	case err != nil:
		r.find("bad-date", "date", excerpt([]byte(err.Error()))+"; the document counts as undated")
	case unlikely(at):
		r.find("unlikely-date", "date", fmt.Sprintf("%s is before the year %d or after %d; it is kept as it is", text, firstYear, lastYear))
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
		place := fmt.Sprintf("relations/%d", i)
		members, again, err := decode(raw)
		sub := reader{members: members, at: "/" + place, line: r.line, id: r.id, found: r.found}
		sub.repeated(again)
		word, ok := textOf(members["type"])
		if word = strings.TrimSpace(word); err != nil || !ok || word == "" {
			r.find("bad-relation", "relations", fmt.Sprintf("relation %d has no type, or is no object: %s", i+1, excerpt(raw)))
			continue
		}
		out = append(out, statement{word: word, target: sub.text("target")})
	}
	for _, name := range [...]string{citesWord, citesNumberWord} {
		for i, raw := range r.list(name) {
			if target, ok := textOf(raw); ok && target != "" {
				out = append(out, statement{word: name, target: target, extracted: true})
			} else {
				r.find("bad-relation", name, fmt.Sprintf("citation %d is no text: %s", i+1, excerpt(raw)))
			}
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
		r.find("wrong-type", name, "is no list: "+excerpt(raw))
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
