package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/coordination/register"
)

// partBlock holds the personal parts of the entries of a block; there is none where
// no entry has any.
type partBlock struct {
	Entries []entryParts `json:"entries"`
}

// entryParts are those of one entry, in the order in which they stand in its data.
type entryParts struct {
	At    int          `json:"at"` // in the block, from 0
	Parts []sealedPart `json:"parts"`
}

// of are the parts of an entry; nil if it has none.
func (b *partBlock) of(at int) []sealedPart {
	i, found := slices.BinarySearchFunc(b.Entries, at, func(e entryParts, at int) int { return e.At - at })
	if !found {
		return nil
	}
	return b.Entries[i].Parts
}

func partBlocks() register.Register[partBlock] { return register.Register[partBlock]{Book: Book} }

// getParts reads a block of parts, without a decoder of JSON where it is as putParts
// writes nearly all of them.
func getParts(ctx context.Context, tx register.Tx, id string) (register.Row[partBlock], error) {
	s, err := tx.Sheet(ctx, Book, id)
	if err != nil {
		return register.Row[partBlock]{}, err
	}
	b, ok := plainParts(s.Body)
	if !ok {
		return partBlocks().Get(ctx, tx, id)
	}
	return register.Row[partBlock]{ID: s.ID, Rev: s.Rev, Events: s.Events, Value: b}, nil
}

// putParts stores a block of personal parts as register.Register would.
func putParts(ctx context.Context, tx register.Tx, row register.Row[partBlock]) error {
	body, err := appendParts(make([]byte, 0, 128*len(row.Value.Entries)), &row.Value)
	if err != nil {
		return err
	}
	_, err = tx.PutSheet(ctx, register.Sheet{Book: Book, ID: row.ID, Rev: row.Rev, Events: row.Events, Body: body})
	return err
}

// appendParts writes a block of parts as encoding/json does, many times faster: half
// of what is sealed has parts.
func appendParts(b []byte, block *partBlock) ([]byte, error) {
	names := make(map[string][]byte) // there are few
	b = append(b, `{"entries":[`...)
	for i, e := range block.Entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendInt(append(b, `{"at":`...), int64(e.At), 10), `,"parts":[`...)
		for k, p := range e.Parts {
			if k > 0 {
				b = append(b, ',')
			}
			if names[p.Name] == nil {
				name, err := json.Marshal(p.Name)
				if err != nil {
					return nil, err
				}
				names[p.Name] = name
			}
			b = append(append(b, `{"name":`...), names[p.Name]...)
			if len(p.Salt) > 0 {
				b = append(base64.StdEncoding.AppendEncode(append(b, `,"salt":"`...), p.Salt), '"')
			}
			b = append(b, '}')
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...), nil
}

// plainParts reads a block as appendParts writes it, of parts whose names have no
// escapes; ok is false for any other, also for one that says the same in another form.
func plainParts(body []byte) (b partBlock, ok bool) {
	r := plainReader{rest: body, ok: true}
	r.literal(`{"entries":[`)
	for more := true; more; more = r.another() {
		var e entryParts
		r.literal(`{"at":`)
		e.At = r.number()
		r.literal(`,"parts":[`)
		for more := true; more; more = r.another() {
			r.literal(`{"name":"`)
			p := sealedPart{Name: string(r.text())}
			if bytes.HasPrefix(r.rest, []byte(`,`)) {
				r.literal(`,"salt":"`)
				p.Salt = r.base64()
			}
			r.literal(`}`)
			e.Parts = append(e.Parts, p)
		}
		r.literal(`]}`)
		b.Entries = append(b.Entries, e)
	}
	r.literal(`]}`)
	return b, r.ok && len(r.rest) == 0
}

// plainReader takes apart what is written in one form alone. After the first thing that
// is not it gives nothing any more.
type plainReader struct {
	rest []byte
	ok   bool
}

func (r *plainReader) literal(text string) {
	rest, found := bytes.CutPrefix(r.rest, []byte(text))
	r.rest, r.ok = rest, r.ok && found
}

// another passes the comma before another element.
func (r *plainReader) another() bool {
	rest, found := bytes.CutPrefix(r.rest, []byte(`,`))
	if !r.ok || !found {
		return false
	}
	r.rest = rest
	return true
}

func (r *plainReader) number() int {
	digits := 0
	for digits < len(r.rest) && r.rest[digits] >= '0' && r.rest[digits] <= '9' {
		digits++
	}
	n, err := strconv.Atoi(string(r.rest[:digits]))
	r.ok = r.ok && err == nil && (r.rest[0] != '0' || digits == 1)
	r.rest = r.rest[digits:]
	return n
}

// text is a text up to its closing quote, in plain ASCII that JSON writes as it is.
func (r *plainReader) text() []byte {
	text, rest, found := bytes.Cut(r.rest, []byte(`"`))
	r.rest = rest
	for _, c := range text {
		found = found && c >= ' ' && c <= '~' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	r.ok = r.ok && found
	return text
}

// base64 is the bytes that a text says, which are some.
func (r *plainReader) base64() []byte {
	text := r.text()
	b, err := base64.StdEncoding.Strict().AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(text))), text)
	r.ok = r.ok && err == nil && len(b) > 0
	return b
}
