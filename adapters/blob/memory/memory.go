// Package memory keeps contents in memory, for tests and for programs that need
// them no longer than they run. It fulfils archive.Blobs.
package memory

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/coordkit/coordkit/archive"
)

// MaxSize is the largest content that is kept, in bytes: 1 GiB.
const MaxSize = 1 << 30

// Blobs keeps contents in memory. Make one with New.
type Blobs struct {
	mu   sync.RWMutex
	kept map[string]map[archive.Digest]content
	max  int64
}

var _ archive.Blobs = (*Blobs)(nil)

// content is never written again once it is kept.
type content struct {
	blocks [][]byte // all of blockSize but the last
	size   int64
}

const blockSize = 1 << 16

// New makes an empty store.
func New() *Blobs { return WithLimit(MaxSize) }

// WithLimit makes an empty store for contents up to so many bytes.
func WithLimit(size int64) *Blobs {
	return &Blobs{kept: make(map[string]map[archive.Digest]content), max: size}
}

// PutBlob keeps a content; see archive.Blobs.
func (b *Blobs) PutBlob(ctx context.Context, tenant string, from io.Reader, want archive.Digest) (archive.Blob, error) {
	if err := check(ctx, tenant); err != nil {
		return archive.Blob{}, err
	}
	c, blob, err := b.take(ctx, from)
	if err != nil {
		return archive.Blob{}, err
	}
	if want != "" && want != blob.Digest {
		return archive.Blob{}, fmt.Errorf("%w: content has digest %s, sent was %s", archive.ErrAltered, blob.Digest, want)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept[tenant] == nil {
		b.kept[tenant] = make(map[archive.Digest]content)
	}
	b.kept[tenant][blob.Digest] = c
	return blob, nil
}

func check(ctx context.Context, tenant string) error {
	if tenant == "" {
		return fmt.Errorf("%w: the tenant is empty", archive.ErrInvalid)
	}
	return ctx.Err()
}

// take reads a content into blocks of its own. The last one is copied to memory of
// its size.
func (b *Blobs) take(ctx context.Context, from io.Reader) (content, archive.Blob, error) {
	var c content
	next := func() []byte { return make([]byte, blockSize) }
	blob, err := archive.TakeBlob(ctx, from, b.max, next, func(block []byte) {
		switch len(block) {
		case blockSize:
			c.blocks = append(c.blocks, block)
		case 0:
		default:
			c.blocks = append(c.blocks, slices.Clone(block))
		}
	})
	c.size = blob.Size
	return c, blob, err
}

func (b *Blobs) get(ctx context.Context, tenant string, digest archive.Digest) (content, error) {
	if err := check(ctx, tenant); err != nil {
		return content{}, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	c, ok := b.kept[tenant][digest]
	if !ok {
		return content{}, fmt.Errorf("%w: content %q", archive.ErrNotFound, digest)
	}
	return c, nil
}

// OpenBlob opens a content; see archive.Blobs.
func (b *Blobs) OpenBlob(ctx context.Context, tenant string, digest archive.Digest) (archive.BlobReader, error) {
	c, err := b.get(ctx, tenant, digest)
	if err != nil {
		return nil, err
	}
	return archive.VerifyBlob(&reader{SectionReader: io.NewSectionReader(c, 0, c.size)}, archive.Blob{Digest: digest, Size: c.size}), nil
}

// StatBlob describes a content; see archive.Blobs.
func (b *Blobs) StatBlob(ctx context.Context, tenant string, digest archive.Digest) (archive.Blob, error) {
	c, err := b.get(ctx, tenant, digest)
	if err != nil {
		return archive.Blob{}, err
	}
	return archive.Blob{Digest: digest, Size: c.size}, nil
}

// ListBlobs returns a page of contents; see archive.Blobs.
func (b *Blobs) ListBlobs(ctx context.Context, tenant string, after archive.Digest, limit int) ([]archive.Blob, archive.Digest, error) {
	if err := check(ctx, tenant); err != nil {
		return nil, "", err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	digests := slices.Sorted(maps.Keys(b.kept[tenant]))
	from, _ := slices.BinarySearch(digests, after+"\x00")
	var page []archive.Blob
	for _, d := range digests[from:] {
		if len(page) == archive.ClampLimit(limit) {
			return page, page[len(page)-1].Digest, nil
		}
		page = append(page, archive.Blob{Digest: d, Size: b.kept[tenant][d].size})
	}
	return page, "", nil
}

// DeleteBlob removes a content; see archive.Blobs.
func (b *Blobs) DeleteBlob(ctx context.Context, tenant string, digest archive.Digest) error {
	if err := check(ctx, tenant); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.kept[tenant], digest)
	return nil
}

// ReadAt makes a content an io.ReaderAt.
func (c content) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for ; n < len(p) && at < c.size; at = at/blockSize*blockSize + blockSize {
		n += copy(p[n:], c.blocks[at/blockSize][at%blockSize:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// reader makes a content closable.
type reader struct {
	*io.SectionReader

	closed bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, fs.ErrClosed
	}
	return r.SectionReader.Read(p)
}

func (r *reader) Close() error {
	r.closed = true
	return nil
}
