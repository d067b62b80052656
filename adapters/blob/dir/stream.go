package dir

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/coordkit/coordkit/archive"
)

const (
	blockSize = 1 << 18
	blocks    = 4 // that are under way between the hash and the disk
)

// stream copies a content into a file. One goroutine writes what the other has
// read and hashed, so that the slower of the two sets the pace.
func (b *Blobs) stream(ctx context.Context, to *os.File, from io.Reader) (archive.Blob, error) {
	full := make(chan []byte, blocks)
	free := make(chan []byte, blocks)
	written := make(chan error, 1)
	for range blocks {
		free <- nil
	}
	go func() { written <- drain(to, full, free) }()
	next := func() []byte {
		if block := <-free; block != nil {
			return block[:blockSize]
		}
		return make([]byte, blockSize)
	}
	kept, err := archive.TakeBlob(ctx, from, b.max, next, func(block []byte) { full <- block })
	close(full)
	if err = errors.Join(err, <-written); err != nil {
		return archive.Blob{}, err
	}
	return kept, nil
}

// drain writes blocks and gives them back, after an error unwritten.
func drain(to io.Writer, full <-chan []byte, free chan<- []byte) error {
	var failed error
	for block := range full {
		if failed == nil {
			_, failed = to.Write(block)
		}
		free <- block
	}
	return failed
}
