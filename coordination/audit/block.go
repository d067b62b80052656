package audit

import (
	"bytes"
	"context"
	"encoding/base64"

	"github.com/coordkit/coordkit/coordination/register"
)

// block is a part of one of the lists of a log.
type block struct {
	Bytes  []byte `json:"bytes"`
	Erased []int  `json:"erased,omitempty"` // of salts: the entries, from 0, whose actor was erased
}

func blocks() register.Register[block] { return register.Register[block]{Book: Book} }

// getBlock reads a block. Nearly all are bytes alone, which are read without a
// decoder of JSON: a log is mostly blocks.
func getBlock(ctx context.Context, tx register.Tx, id string) (register.Row[block], error) {
	s, err := tx.Sheet(ctx, Book, id)
	if err != nil {
		return register.Row[block]{}, err
	}
	b, ok := plainBlock(s.Body)
	if !ok {
		return blocks().Get(ctx, tx, id)
	}
	return register.Row[block]{ID: s.ID, Rev: s.Rev, Events: s.Events, Value: block{Bytes: b}}, nil
}

// putBlock stores a block as register.Register would.
func putBlock(ctx context.Context, tx register.Tx, row register.Row[block]) error {
	if len(row.Value.Bytes) == 0 || len(row.Value.Erased) > 0 {
		_, err := blocks().Put(ctx, tx, row)
		return err
	}
	body := make([]byte, 0, len(plainHead)+base64.StdEncoding.EncodedLen(len(row.Value.Bytes))+len(plainTail))
	body = append(base64.StdEncoding.AppendEncode(append(body, plainHead...), row.Value.Bytes), plainTail...)
	_, err := tx.PutSheet(ctx, register.Sheet{Book: Book, ID: row.ID, Rev: row.Rev, Events: row.Events, Body: body})
	return err
}

// What stands before and behind the bytes of a block that is nothing else.
const (
	plainHead = `{"bytes":"`
	plainTail = `"}`
)

// plainBlock reads the body of a block that is bytes alone; ok is false for any
// other, and for one that is not written as encoding/json writes it.
func plainBlock(body []byte) (b []byte, ok bool) {
	text, head := bytes.CutPrefix(body, []byte(plainHead))
	text, tail := bytes.CutSuffix(text, []byte(plainTail))
	if !head || !tail || len(text) == 0 {
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(text))), text)
	return b, err == nil && base64.StdEncoding.EncodedLen(len(b)) == len(text) // it skips the ends of lines
}
