package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/coordkit/coordkit/archive"
)

// contents are the lines of a collection by their digest, and the texts in them. Nothing is copied: a collection of long
// texts is held once.
type contents map[archive.Digest]part

// part is where a content is.
type part struct {
	document *document
	text     bool // its text, else the whole line
}

func (p part) bytes() []byte {
	if p.text {
		return []byte(p.document.member("text"))
	}
	return p.document.raw
}

// keep remembers a content.
func (c contents) keep(p part) (archive.Digest, int64) {
	content := p.bytes()
	digest := archive.DigestOf(content)
	c[digest] = p
	return digest, int64(len(content))
}

// open opens a content, as archive.Blobs does for a tenant.
func (c contents) open(_ context.Context, digest archive.Digest) (io.ReadCloser, error) {
	p, ok := c[digest]
	if !ok {
		return nil, fmt.Errorf("%w: content %s", archive.ErrNotFound, digest)
	}
	content := p.bytes()
	if archive.DigestOf(content) != digest {
		return nil, fmt.Errorf("%w: content %s", archive.ErrAltered, digest)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}
