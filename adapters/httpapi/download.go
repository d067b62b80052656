package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/archive"
)

// GetRecordContent returns the content of a record, verified, or a range of it.
func (a *api) GetRecordContent(ctx context.Context, in GetRecordContentRequestObject) (GetRecordContentResponseObject, error) {
	r, from, err := a.desk.OpenContent(ctx, principalOf(ctx).Tenant, archive.RecordID(in.ID))
	if err != nil {
		return nil, err
	}
	p := in.Params
	d := &download{api: a, ctx: ctx, digest: r.Digest, name: r.Name, from: from}
	return d, d.choose(p.IfNoneMatch, p.Range, p.IfRange)
}

// download is content that never changes under its address, or a part of it.
type download struct {
	api    *api
	ctx    context.Context //nolint:containedctx // of the one reply that this is
	digest archive.Digest
	name   string // of the file
	from   archive.BlobReader
	same   bool  // the caller has it
	part   *part // nil: the whole
	size   int64
}

// part is a range of bytes, the last one included.
type part struct{ first, last int64 }

// choose finds out what is to be sent. The preconditions come first (RFC 9110,
// section 13.2.2).
func (d *download) choose(ifNoneMatch, ranges, ifRange *string) error {
	d.size = d.from.Size()
	if d.same = current(ifNoneMatch, digestTag(d.digest)); d.same {
		return nil
	}
	if ranges == nil || ifRange != nil && strings.TrimSpace(*ifRange) != digestTag(d.digest) {
		return nil
	}
	p, fits := parseRange(*ranges, d.size)
	if p != nil && !fits {
		return errors.Join(&rangeError{size: d.size}, d.from.Close())
	}
	d.part = p
	return nil
}

// rangeError is a range outside a content of that size.
type rangeError struct{ size int64 }

func (e *rangeError) Error() string { return fmt.Sprintf("%v of %d bytes", errRange, e.size) }

func (e *rangeError) Unwrap() error { return errRange }

// parseRange reads a Range of one range of bytes. It gives none for what is to be
// ignored: other units, several ranges, and what is no range at all (RFC 9110,
// section 14.2). Fits is false for a range of which no byte is there.
func parseRange(text string, size int64) (p *part, fits bool) {
	spec, bytes := strings.CutPrefix(strings.TrimSpace(text), "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !bytes || !dash {
		return nil, false
	}
	from, okFrom := position(first)
	to, okTo := position(last)
	switch {
	case first == "" && okTo: // the last so many
		return &part{max(size-to, 0), size - 1}, to > 0 && size > 0
	case !okFrom || !okTo && last != "":
		return nil, false
	case last == "":
		to = size - 1
	case to < from:
		return nil, false
	}
	return &part{from, min(to, size-1)}, from < size
}

// position reads digits; one too large for any content is larger than all.
func position(text string) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		n = 1<<63 - 1
	}
	return n, true
}

// VisitGetRecordContentResponse sends the content.
func (d *download) VisitGetRecordContentResponse(w http.ResponseWriter) error { return d.send(w) }

// VisitGetRecordPartResponse sends the content.
func (d *download) VisitGetRecordPartResponse(w http.ResponseWriter) error { return d.send(w) }

// send sends the headers and, unless only they are wanted, the bytes. Where the
// bytes do not fit their digest the reply is cut off, so that nobody takes it
// for whole.
func (d *download) send(w http.ResponseWriter) error {
	defer func() { _ = d.from.Close() }() // only read from
	h := w.Header()
	h.Set("ETag", digestTag(d.digest))
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	if d.same {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Disposition", disposition(d.name))
	h.Set("Repr-Digest", contentDigest(d.digest))
	status, n := http.StatusOK, d.size
	if d.part != nil {
		status, n = http.StatusPartialContent, d.part.last-d.part.first+1
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", d.part.first, d.part.last, d.size))
		if _, err := d.from.Seek(d.part.first, io.SeekStart); err != nil {
			return err //nolint:wrapcheck // nothing was sent yet
		}
	} else {
		h.Set("Content-Digest", contentDigest(d.digest))
	}
	h.Set("Content-Length", strconv.FormatInt(n, 10))
	w.WriteHeader(status)
	if !callOf(d.ctx).head {
		d.copy(w, n)
	}
	return nil
}

// copy sends the bytes.
func (d *download) copy(w io.Writer, n int64) {
	var from io.Reader = d.from
	if d.part != nil {
		from = io.LimitReader(from, n)
	}
	err := sendAll(&leaving{to: w}, from)
	if err == nil || errors.Is(err, errGone) {
		return
	}
	d.api.cfg.Log.LogAttrs(d.ctx, slog.LevelError, "content cut off",
		slog.String("request_id", callOf(d.ctx).id), slog.String("digest", string(d.digest)), slog.String("error", err.Error()))
	panic(http.ErrAbortHandler) //nolint:forbidigo // net/http asks for it: the reply is to be cut off
}

const sendSize = 1 << 16

// errGone says that the caller no longer listens.
var errGone = errors.New("httpapi: the caller has gone")

// leaving is a reply under way.
type leaving struct{ to io.Writer }

// Write passes on.
func (l *leaving) Write(p []byte) (int, error) {
	n, err := l.to.Write(p)
	if err != nil {
		err = errors.Join(errGone, err)
	}
	return n, err
}

// sendAll sends what a reader gives, each block only when there is another or the
// reader has come to a good end: the last bytes of a content that turns out to be
// altered are never sent.
func sendAll(w io.Writer, from io.Reader) error {
	block, held := make([]byte, sendSize), make([]byte, 0, sendSize)
	for {
		n, err := from.Read(block)
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return err //nolint:wrapcheck // for the log
		}
		if _, err := w.Write(held); err != nil {
			return err //nolint:wrapcheck // says it itself
		}
		block, held = held[:sendSize], block[:n]
		if end {
			_, err := w.Write(held)
			return err //nolint:wrapcheck // says it itself
		}
	}
}

func digestTag(d archive.Digest) string { return `"` + string(d) + `"` }

// contentDigest is the digest as RFC 9530 writes it.
func contentDigest(d archive.Digest) string {
	raw, _ := hex.DecodeString(string(d)) // the archive's own
	return "sha-256=:" + base64.StdEncoding.EncodeToString(raw) + ":"
}

// rawDigest reads the bytes of a SHA-256 as contentDigest writes them, parameters
// aside.
func rawDigest(text string) ([]byte, error) {
	text, _, _ = strings.Cut(text, ";")
	inner, opened := strings.CutPrefix(strings.TrimSpace(text), ":")
	inner, closed := strings.CutSuffix(inner, ":")
	raw, err := base64.StdEncoding.DecodeString(inner)
	if !opened || !closed || err != nil || len(raw) != 32 {
		return nil, errFormat
	}
	return raw, nil
}

// disposition never lets a browser show the content; a name that does not fit
// is left out.
func disposition(name string) string {
	if name != "" {
		if header := mime.FormatMediaType("attachment", map[string]string{"filename": name}); header != "" {
			return header
		}
	}
	return "attachment"
}
