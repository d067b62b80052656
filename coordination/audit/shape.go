package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// shape checks that the sheets of a log are those that a log of its size has,
// each as long as it has to be and written as the sealer writes: a byte that
// would be read over is found here.
func (c *checking) shape(ctx context.Context, tx coordination.Tx) error {
	want := c.lengths()
	for after := ""; ; {
		page, next, err := tx.Sheets(ctx, register.Query{Book: Book, After: after, Limit: register.MaxLimit})
		if err != nil {
			return err
		}
		for i := range page {
			err := check(&page[i], want)
			if err == nil && strings.HasPrefix(page[i].ID, partsOf+"/") {
				err = c.partsFit(&page[i])
			}
			if err != nil {
				return &evidence.MismatchError{Place: evidence.PlaceLog, Reason: fmt.Sprintf("sheet %q %s", page[i].ID, err)}
			}
			delete(want, page[i].ID)
		}
		if next == "" {
			break
		}
		after = next
	}
	for id := range want {
		return &evidence.MismatchError{Place: evidence.PlaceLog, Reason: fmt.Sprintf("%d sheets of the log are gone, one of them %q", len(want), id)}
	}
	return nil
}

// lengths are the blocks of a log by id, with their bytes.
func (c *checking) lengths() map[string]int {
	out := make(map[string]int)
	each := func(count int64, size int, id func(n int64) string) {
		for n := int64(0); n*perBlock < count; n++ {
			out[id(n)] = int(min(count-n*perBlock, perBlock)) * size
		}
	}
	for _, of := range []string{sealsOf, saltsOf} {
		each(c.head.Size, 64, func(n int64) string { return blockID(of, n) })
	}
	for level := 0; c.head.Size>>(8*level) > 0; level++ {
		each(c.head.Size>>(8*level), tlog.HashSize, func(n int64) string { return tileID(level, n) })
	}
	return out
}

// The ways in which a sheet is none of a log's.
var (
	errForm    = errors.New("is not written as the sealer writes")
	errForeign = errors.New("is none of the log")
)

func check(s *register.Sheet, want map[string]int) error {
	length, isBlock := want[s.ID]
	switch {
	case len(s.Keys) > 0 || s.Events > 0:
		return errForm
	case s.ID == headID:
		return canonical[state](s.Body)
	case strings.HasPrefix(s.ID, checkpointOf):
		return canonicalNote(s.Body)
	case strings.HasPrefix(s.ID, partsOf+"/"): // see partsFit; what is missing in one does not open a seal
		return nil
	case !isBlock:
		return errForeign
	}
	b := block{}
	if plain, ok := plainBlock(s.Body); ok {
		b.Bytes = plain
	} else if err := errors.Join(canonical[block](s.Body), json.Unmarshal(s.Body, &b)); err != nil {
		return err
	}
	if len(b.Bytes) != length {
		return fmt.Errorf("%w: it has %d bytes where %d are due", errForm, len(b.Bytes), length)
	}
	return nil
}

// canonicalNote is canonical for a checkpoint: base64 reads over bits behind the last byte
// of a signature, so each has to be as it is written.
func canonicalNote(body []byte) error {
	if err := canonical[Signed](body); err != nil {
		return err
	}
	var signed Signed
	if err := json.Unmarshal(body, &signed); err != nil {
		return errForm
	}
	_, signatures, _ := strings.Cut(signed.Note, "\n\n")
	for line := range strings.Lines(signatures) {
		text := strings.TrimSuffix(line[strings.LastIndexByte(line, ' ')+1:], "\n")
		if raw, err := base64.StdEncoding.DecodeString(text); err != nil || base64.StdEncoding.EncodeToString(raw) != text {
			return errForm
		}
	}
	return nil
}

// canonical reports text that says a value, but not as it is written.
func canonical[T any](body []byte) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return errForm
	}
	if again, err := json.Marshal(v); err != nil || !bytes.Equal(again, body) {
		return errForm
	}
	return nil
}

// partsFit checks that parts are of entries of their block that the log has, each once.
func (c *checking) partsFit(s *register.Sheet) error {
	b, ok := plainParts(s.Body)
	if !ok {
		if err := errors.Join(canonical[partBlock](s.Body), json.Unmarshal(s.Body, &b)); err != nil {
			return errForm
		}
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s.ID, partsOf+"/"), 10, 64)
	if err != nil || s.ID != blockID(partsOf, n) || n < 0 || n > c.head.Size/perBlock {
		return errForeign
	}
	last := -1
	for _, e := range b.Entries {
		if e.At <= last || e.At >= perBlock || n*perBlock+int64(e.At) >= c.head.Size || len(e.Parts) == 0 {
			return errForm
		}
		last = e.At
	}
	return nil
}
