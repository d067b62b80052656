package httpapi

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// UploadContent keeps bytes under their digest.
func (a *api) UploadContent(ctx context.Context, in UploadContentRequestObject) (UploadContentResponseObject, error) {
	want := archive.Digest(in.Digest)
	for name, field := range map[string]*string{"Content-Digest": in.Params.ContentDigest, "Repr-Digest": in.Params.ReprDigest} {
		stated, ok := statedDigest(value(field))
		switch {
		case !ok:
			return nil, malformed(Fault{In: new("header"), Name: new(name), Code: codeInvalid})
		case stated != "" && stated != want:
			return nil, errDigest
		}
	}
	body := &arriving{from: in.Body}
	blob, err := a.desk.Upload(ctx, principalOf(ctx).Tenant, body, want)
	if err != nil {
		return nil, body.fault(err)
	}
	return UploadContent200JSONResponse{Digest: string(blob.Digest), Size: blob.Size}, nil
}

// statedDigest reads the sha-256 of a Content-Digest or Repr-Digest field (RFC 9530,
// a dictionary of RFC 8941); empty if it states only others. ok is false for one
// that is no digest.
func statedDigest(field string) (digest archive.Digest, ok bool) {
	for member := range strings.SplitSeq(field, ",") {
		name, bytes, _ := strings.Cut(strings.TrimSpace(member), "=")
		if name != "sha-256" {
			continue
		}
		raw, err := rawDigest(bytes)
		if err != nil {
			return "", false
		}
		digest = archive.Digest(hex.EncodeToString(raw)) // of members of one name the last counts
	}
	return digest, true
}

// arriving is a body under way; it remembers what broke it off.
type arriving struct {
	from io.Reader
	err  error
}

// Read passes on.
func (b *arriving) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err //nolint:wrapcheck // a reader passes on
}

// fault says for the caller why a content was not kept.
func (b *arriving) fault(err error) error {
	_, large := errors.AsType[*http.MaxBytesError](b.err)
	switch {
	case large:
		return errTooLarge
	case b.err != nil:
		return malformed(Fault{Pointer: new(""), Code: codeIncomplete})
	case errors.Is(err, archive.ErrAltered):
		return errDigest
	case errors.Is(err, archive.ErrInvalid):
		return errTooLarge // for whoever keeps it
	}
	return err
}

// limitStream lets an operation read so many bytes and no more. A body that says
// itself that it is larger is refused before any of it is read, and one that stops
// coming is broken off.
func (a *api) limitStream(w http.ResponseWriter, r *http.Request, limit int64) (io.ReadCloser, error) {
	err := error(nil)
	switch {
	case !isKind(r.Header, "application/octet-stream"):
		err = errMediaType
	case r.ContentLength > limit:
		err = errTooLarge
	}
	if err != nil {
		w.Header().Set("Connection", "close") // else net/http would wait for the body before it answers
		return nil, err
	}
	return &patient{
		ReadCloser: http.MaxBytesReader(w, r.Body, limit), reply: w.Header(), conn: http.NewResponseController(w), stall: a.cfg.Limits.Stall,
	}, nil
}

// patient waits for each part of a body for so long, where the connection knows of
// deadlines.
type patient struct {
	io.ReadCloser

	reply http.Header
	conn  *http.ResponseController
	stall time.Duration
}

// Read passes on.
func (b *patient) Read(p []byte) (int, error) {
	_ = b.conn.SetReadDeadline(time.Now().Add(b.stall)) // of a connection that has none it waits for ever
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.conn.SetReadDeadline(time.Time{}) // for what comes after the body
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.reply.Set("Connection", "close") // the rest is not waited for
	}
	return n, err //nolint:wrapcheck // a reader passes on
}
