package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxContent is the size up to which the office keeps a content it is handed
// in memory: 1 MiB.
const MaxContent = 1 << 20

// File files a document with the references that lead from it.
type File struct {
	ID         RecordID  `json:"id,omitempty"` // empty: the service makes one
	Kind       Kind      `json:"kind"`
	Title      string    `json:"title"`
	Subject    Ref       `json:"subject,omitempty"`
	Name       string    `json:"name,omitempty"`
	MediaType  string    `json:"media_type"`
	Dated      time.Time `json:"dated"` // zero: now
	Content    []byte    `json:"-"`
	Stored     Blob      `json:"-"` // instead of Content: one that the service's Blobs keep already
	References []Link    `json:"references,omitempty"`
}

// Link is a reference whose source is the record at hand.
type Link struct {
	Type   ReferenceType `json:"type"`
	Target End           `json:"target"`
	Reason string        `json:"reason,omitempty"`
	Terms
}

// DecideFile gives the events of filing a new record: the filing itself and one
// for each reference, in their order. The error is a *ValidationError.
func DecideFile(c File, actor string, now time.Time) ([]Event, error) {
	var f faults
	f.text("/id", string(c.ID), maxName)
	f.text("/kind", string(c.Kind), maxName)
	f.text("/title", c.Title, maxTitle)
	f.text("/media_type", c.MediaType, maxName)
	f.optional("/subject", string(c.Subject), maxName)
	f.optional("/name", c.Name, maxName)
	f.date("/dated", c.Dated)
	f.content(c)
	source := ToRecord(c.ID)
	for i, l := range c.References {
		before := len(f.fields)
		f.link(source, l)
		f.prefix(before, "/references/", i)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	dated := c.Dated
	if dated.IsZero() {
		dated = now
	}
	blob := c.blob()
	events := make([]Event, 0, 1+len(c.References))
	events = append(events, Event{Record: c.ID, Seq: 1, At: now, Actor: actor, Data: FiledData{
		Kind: c.Kind, Title: c.Title, Subject: c.Subject, Name: c.Name, MediaType: c.MediaType,
		Digest: blob.Digest, Size: blob.Size, Dated: dated.UTC().Truncate(time.Microsecond),
	}})
	for _, l := range c.References {
		events = append(events, Event{
			Record: c.ID, Seq: int64(len(events)) + 1, At: now, Actor: actor,
			Data: ReferredData{Reference: newReference(source, l, actor, now)},
		})
	}
	return events, nil
}

// blob describes the content, wherever it is kept.
func (c *File) blob() Blob {
	if c.Stored != (Blob{}) {
		return c.Stored
	}
	return Blob{Digest: DigestOf(c.Content), Size: int64(len(c.Content))}
}

// content checks what is to be filed.
func (f *faults) content(c File) {
	if len(c.Content) > MaxContent {
		f.add("/content", "too_long", "is larger than 1 MiB: upload it and file it by its digest")
	}
	if c.Stored == (Blob{}) {
		return
	}
	if !c.Stored.Digest.Valid() || c.Stored.Size < 0 {
		f.add("/digest", "invalid", "is no SHA-256 in lower-case hexadecimal")
	}
	if len(c.Content) > 0 {
		f.add("/content", "invalid", "stands beside the digest of a content that was uploaded: send one of them")
	}
}

// DecideRefer gives the event of adding a reference that leads from a filed
// record. The error is a *ValidationError.
func DecideRefer(r Record, l Link, actor string, now time.Time) ([]Event, error) {
	source := ToRecord(r.ID)
	var f faults
	f.link(source, l)
	if err := f.err(); err != nil {
		return nil, err
	}
	return []Event{{
		Record: r.ID, Seq: r.Events + 1, At: now, Actor: actor,
		Data: ReferredData{Reference: newReference(source, l, actor, now)},
	}}, nil
}

func newReference(source End, l Link, actor string, now time.Time) Reference {
	ref := NewReference(l.Type, source, l.Target, l.Terms)
	ref.Reason, ref.Author, ref.At = l.Reason, actor, now
	return ref
}

// DigestOf is the digest under which content is kept.
func DigestOf(content []byte) Digest {
	h := sha256.Sum256(content)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], h[:])
	return Digest(text[:])
}

// The limits on text, in characters.
const (
	maxName  = 200
	maxTitle = 500
	maxText  = 20_000
)

// faults collects what is wrong with a command.
type faults struct{ fields []Field }

func (f *faults) err() error {
	if len(f.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: f.fields}
}

func (f *faults) add(pointer, code, text string) {
	f.fields = append(f.fields, Field{Pointer: pointer, Code: code, Text: text})
}

func (f *faults) text(pointer, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		f.add(pointer, "required", "is empty: fill it in")
	}
	f.optional(pointer, s, limit)
}

func (f *faults) optional(pointer, s string, limit int) {
	switch {
	case !utf8.ValidString(s):
		f.add(pointer, "invalid", "is not valid UTF-8")
	case strings.ContainsRune(s, 0):
		f.add(pointer, "invalid", "holds a NUL character: remove it")
	case len(s) > limit && utf8.RuneCountInString(s) > limit:
		f.add(pointer, "too_long", "is too long: shorten it")
	}
}

// prefix puts the faults found since into the i-th element of a list.
func (f *faults) prefix(since int, list string, i int) {
	for k := since; k < len(f.fields); k++ {
		f.fields[k].Pointer = list + strconv.Itoa(i) + f.fields[k].Pointer
	}
}

// link checks a reference.
func (f *faults) link(source End, l Link) {
	switch {
	case l.Type.Inverse() == "":
		f.add("/type", "unknown", "is not a type of reference")
	case l.Type == MergedInto:
		f.add("/type", "invalid", "is added by merging two records: merge them")
	}
	switch l.Target.Kind {
	case EndRecord, EndRef, EndURI, EndText:
	default:
		f.add("/target/kind", "unknown", "is not one of record, ref, uri, text")
	}
	f.text("/target/value", l.Target.Value, maxTitle)
	if l.Target.Kind == EndURI && strings.ContainsFunc(l.Target.Value, unicode.IsControl) {
		f.add("/target/value", "invalid", "holds a control character, which no URI does: write it as % and two digits")
	}
	f.optional("/reason", l.Reason, maxText)
	if l.Target == source {
		f.add("/target", "invalid", "is the record itself: refer to another one")
	}
	f.terms(l.Target, l.Terms)
}

// terms checks how a reference is meant.
func (f *faults) terms(target End, t Terms) {
	f.optional("/anchor", t.Anchor, maxTitle)
	f.optional("/rule", t.Rule, maxName)
	f.pin("/source_pin", t.SourcePin)
	f.pin("/target_pin", t.TargetPin)
	if t.TargetPin != "" && target.Kind != EndRecord {
		f.add("/target_pin", "invalid", "ties an end that is no record: leave it out")
	}
	if !t.ValidTo.IsZero() && !t.ValidFrom.Before(t.ValidTo) {
		f.add("/valid_to", "out_of_range", "is not after the start: an edge is valid for some time")
	}
	f.date("/valid_from", t.ValidFrom)
	f.date("/valid_to", t.ValidTo)
	switch {
	case t.Evidence != Declared && t.Evidence != Extracted:
		f.add("/evidence", "unknown", "is not extracted; leave it out for a declared reference")
	case (t.Evidence == Extracted) != (t.Rule != ""):
		f.add("/rule", "invalid", "names the rule of an extracted reference, and stands with no other")
	}
}

func (f *faults) pin(pointer string, pin Digest) {
	if pin != "" && !pin.Valid() {
		f.add(pointer, "invalid", "is no SHA-256 in lower-case hexadecimal")
	}
}

func (f *faults) date(pointer string, at time.Time) {
	if year := at.UTC().Year(); year < 1 || year > 9999 {
		f.add(pointer, "out_of_range", "is not between the years 1 and 9999")
	}
}
