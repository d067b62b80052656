package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Blob is a content that is kept.
type Blob struct {
	Digest Digest
	Size   int64 // in bytes
}

// Blobs keeps contents by their SHA-256, each tenant's apart from the others':
// that another tenant keeps the same content can be seen from no answer.
// Contents are streamed, never altered and not held in memory as a whole by
// backends that need not. Safe for concurrent use. Backends pass blobtest.Run.
type Blobs interface {
	// PutBlob reads content to its end, computing the digest on the way, and
	// keeps it. Keeping the same again changes nothing. Want is the digest the
	// sender states, empty if he states none; content that does not fit it is
	// ErrAltered, content beyond the backend's limit ErrInvalid. After an error,
	// one of content itself included, nothing is kept. When it returns, the
	// content survives a crash, where the backend survives one at all.
	PutBlob(ctx context.Context, tenant string, content io.Reader, want Digest) (Blob, error)
	// OpenBlob opens a content, or ErrNotFound.
	OpenBlob(ctx context.Context, tenant string, digest Digest) (BlobReader, error)
	// StatBlob describes a content, or ErrNotFound. It does not verify it.
	StatBlob(ctx context.Context, tenant string, digest Digest) (Blob, error)
	// ListBlobs returns a page of the contents with digests after the given one,
	// in byte order. next is empty at the end. What is put or deleted meanwhile
	// may or may not be in it.
	ListBlobs(ctx context.Context, tenant string, after Digest, limit int) (page []Blob, next Digest, err error)
	// DeleteBlob removes a content for good. One that is not there is none less:
	// no error, so that a deletion can be repeated.
	DeleteBlob(ctx context.Context, tenant string, digest Digest) error
}

// BlobReader reads one content. Read from its start to its end it is verified:
// content that does not fit its digest ends in ErrAltered instead of io.EOF.
// After a Seek elsewhere than to the start it reads a range, which cannot be verified alone. It is
// not safe for concurrent use.
type BlobReader interface {
	io.ReadSeekCloser
	Size() int64
}

// Valid reports whether the digest is written as one.
func (d Digest) Valid() bool {
	if len(d) != 64 {
		return false
	}
	for _, c := range []byte(d) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// TakeBlob reads a content to its end for a backend, block by block, and
// computes its digest on the way. Next gives the memory for a block; keep takes it
// filled, the last one as far as it is. A content larger than limit bytes is
// ErrInvalid; that a reader breaks off is its error, never an end.
//
// A content of more than one block is hashed by a goroutine of its own, which ends
// before TakeBlob returns, so that reading goes on meanwhile. Keep is called by
// it, in the order of the blocks, and next by the caller's: next is up to
// BlocksAhead blocks ahead of keep.
func TakeBlob(ctx context.Context, from io.Reader, limit int64, next func() []byte, keep func([]byte)) (Blob, error) {
	t := taking{hash: sha256.New(), keep: keep, limit: limit}
	first, err := t.read(ctx, from, next)
	if err == nil {
		err = t.rest(ctx, from, next, first)
	} else {
		t.take(first)
	}
	if !errors.Is(err, io.EOF) {
		return Blob{}, err
	}
	return Blob{Digest: Digest(hex.EncodeToString(t.hash.Sum(nil))), Size: t.size}, nil
}

// BlocksAhead is how many blocks TakeBlob has in hand that were not kept yet.
const BlocksAhead = 4

// taking is one content under way.
type taking struct {
	hash  hash.Hash
	keep  func([]byte)
	limit int64
	size  int64
}

// read reads one block; it is full if there is no error, which is io.EOF at the
// end of the content alone.
func (t *taking) read(ctx context.Context, from io.Reader, next func() []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	block := next()
	n, err := fill(from, block)
	if t.size += int64(n); t.size > t.limit {
		err = fmt.Errorf("%w: the content is larger than %d bytes", ErrInvalid, t.limit)
	}
	return block[:n], err
}

// take hashes a block and hands it on; there is none where reading was given up.
func (t *taking) take(block []byte) {
	if block != nil {
		t.hash.Write(block)
		t.keep(block)
	}
}

// rest reads the blocks after the first while the ones before are hashed.
func (t *taking) rest(ctx context.Context, from io.Reader, next func() []byte, block []byte) error {
	full := make(chan []byte, BlocksAhead-2) // beside the one that is read and the one that is hashed
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range full {
			t.take(b)
		}
	}()
	defer func() {
		close(full)
		<-done
	}()
	var err error
	for err == nil {
		full <- block
		block, err = t.read(ctx, from, next)
	}
	full <- block
	return err
}

// fill reads until the block is full; io.EOF is the end, even of a part. It is
// not io.ReadFull, which gives io.ErrUnexpectedEOF for an end and so cannot tell
// it from a connection that broke.
func fill(from io.Reader, block []byte) (int, error) {
	n := 0
	for n < len(block) {
		k, err := from.Read(block[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// VerifyBlob makes of the bytes that a backend keeps the reader that OpenBlob returns.
func VerifyBlob(kept io.ReadSeekCloser, blob Blob) BlobReader {
	return &blobReader{kept: kept, blob: blob, hash: sha256.New()}
}

type blobReader struct {
	kept io.ReadSeekCloser
	blob Blob
	at   int64
	hash hash.Hash // of all before at; nil after a Seek elsewhere than to the start
}

func (r *blobReader) Size() int64 { return r.blob.Size }

func (r *blobReader) Close() error { return r.kept.Close() }

func (r *blobReader) Read(p []byte) (int, error) {
	n, err := r.kept.Read(p)
	r.at += int64(n)
	if r.hash == nil {
		return n, err
	}
	r.hash.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := Digest(hex.EncodeToString(r.hash.Sum(nil))); got != r.blob.Digest {
			return n, errDigest(r.blob.Digest, got)
		}
	}
	return n, err
}

// errDigest says that bytes are not those of the digest under which they are kept.
func errDigest(want, got Digest) error {
	return fmt.Errorf("%w: content kept as %s has digest %s", ErrAltered, want, got)
}

func (r *blobReader) Seek(offset int64, whence int) (int64, error) {
	to, err := r.kept.Seek(offset, whence)
	if err != nil {
		return 0, fmt.Errorf("%w: no such place in the content: %w", ErrInvalid, err)
	}
	if to != r.at {
		r.hash = nil
	}
	if to == 0 {
		r.hash = sha256.New()
	}
	r.at = to
	return to, nil
}
