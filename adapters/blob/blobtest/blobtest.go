// Package blobtest is the conformance suite of archive.Blobs: every sentence of
// that contract as a test. A backend runs it from a test of its own.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
)

// Open makes an empty backend that keeps contents up to so many bytes.
type Open func(tb testing.TB, limit int64) archive.Blobs

const (
	tenant = "acme"
	limit  = 1 << 20
)

// Run runs the suite; each case opens a backend of its own.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, archive.Blobs){
		"RoundTrip": roundTrip, "Again": again, "Want": want, "Broken": broken, "Limit": tooLarge, "Absent": absent, "Tenants": tenants,
		"List": list, "Delete": deletion, "Ranges": ranges, "Concurrent": concurrent, "Cancelled": cancelled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, limit))
		})
	}
}

func put(t *testing.T, b archive.Blobs, content []byte) archive.Blob {
	t.Helper()
	kept, err := b.PutBlob(t.Context(), tenant, bytes.NewReader(content), "")
	require.NoError(t, err)
	require.Equal(t, archive.Blob{Digest: archive.DigestOf(content), Size: int64(len(content))}, kept)
	return kept
}

func read(t *testing.T, b archive.Blobs, d archive.Digest) []byte {
	t.Helper()
	r, err := b.OpenBlob(t.Context(), tenant, d)
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, int64(len(content)), r.Size())
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	require.Error(t, err, "it is closed")
	require.NotErrorIs(t, err, io.EOF)
	return content
}

func someBytes(n int, seed uint64) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	content := make([]byte, n)
	_, _ = rand.NewChaCha8(key).Read(content) // it does not fail
	return content
}

func sizes() []int {
	return []int{0, 1, 1000, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1<<18 - 1, 1 << 18, 1<<18 + 1, 700_001, limit}
}

func roundTrip(t *testing.T, b archive.Blobs) {
	for i, n := range sizes() {
		content := someBytes(n, uint64(i))
		kept := put(t, b, content)
		require.True(t, bytes.Equal(content, read(t, b, kept.Digest)), "%d bytes", n)
		got, err := b.StatBlob(t.Context(), tenant, kept.Digest)
		require.NoError(t, err)
		require.Equal(t, kept, got)
		slow, err := b.PutBlob(t.Context(), tenant, iotest.HalfReader(bytes.NewReader(content)), kept.Digest)
		require.NoError(t, err)
		require.Equal(t, kept, slow)
	}
}

func again(t *testing.T, b archive.Blobs) {
	content := someBytes(5000, 1)
	kept := put(t, b, content)
	r, err := b.OpenBlob(t.Context(), tenant, kept.Digest)
	require.NoError(t, err)
	require.Equal(t, kept, put(t, b, slices.Clone(content)))
	got, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()), "who reads is not disturbed")
	require.True(t, bytes.Equal(content, got))
	content[0] ^= 1
	require.NotEqual(t, content, read(t, b, kept.Digest), "what is kept shares no memory")
}

func want(t *testing.T, b archive.Blobs) {
	_, err := b.PutBlob(t.Context(), tenant, strings.NewReader("other"), archive.DigestOf([]byte("text")))
	require.ErrorIs(t, err, archive.ErrAltered)
	empty(t, b)
}

func empty(t *testing.T, b archive.Blobs) {
	t.Helper()
	page, next, err := b.ListBlobs(t.Context(), tenant, "", 0)
	require.NoError(t, err)
	require.Empty(t, page)
	require.Empty(t, next)
}

// broken puts contents whose reader fails, also with the error that says how a
// connection breaks.
func broken(t *testing.T, b archive.Blobs) {
	for _, fault := range []error{errors.New("line cut"), io.ErrUnexpectedEOF} {
		for _, n := range sizes() {
			from := io.MultiReader(bytes.NewReader(someBytes(n, 1)), iotest.ErrReader(fault))
			_, err := b.PutBlob(t.Context(), tenant, from, "")
			require.Error(t, err)
			if n < limit {
				require.ErrorIs(t, err, fault)
			}
		}
	}
	empty(t, b)
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func tooLarge(t *testing.T, b archive.Blobs) {
	for _, from := range []io.Reader{bytes.NewReader(make([]byte, limit+1)), endless{}} {
		_, err := b.PutBlob(t.Context(), tenant, from, "")
		require.ErrorIs(t, err, archive.ErrInvalid)
	}
	empty(t, b)
}

func absent(t *testing.T, b archive.Blobs) {
	for _, d := range []archive.Digest{archive.DigestOf([]byte("x")), "", "..", "../../../../etc/passwd", archive.Digest(strings.Repeat("F", 64))} {
		_, err := b.OpenBlob(t.Context(), tenant, d)
		require.ErrorIs(t, err, archive.ErrNotFound, "%q", d)
		_, err = b.StatBlob(t.Context(), tenant, d)
		require.ErrorIs(t, err, archive.ErrNotFound, "%q", d)
		require.NoError(t, b.DeleteBlob(t.Context(), tenant, d), "%q", d)
	}
	_, err := b.PutBlob(t.Context(), "", strings.NewReader("x"), "")
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, err = b.OpenBlob(t.Context(), "", archive.DigestOf(nil))
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, err = b.StatBlob(t.Context(), "", archive.DigestOf(nil))
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, _, err = b.ListBlobs(t.Context(), "", "", 0)
	require.ErrorIs(t, err, archive.ErrInvalid)
	require.ErrorIs(t, b.DeleteBlob(t.Context(), "", archive.DigestOf(nil)), archive.ErrInvalid)
}

func tenants(t *testing.T, b archive.Blobs) {
	kept := put(t, b, []byte("text"))
	for _, other := range []string{"ACME", "acme/../x", "..", "ä"} {
		_, err := b.OpenBlob(t.Context(), other, kept.Digest)
		require.ErrorIs(t, err, archive.ErrNotFound, other)
		same, err := b.PutBlob(t.Context(), other, strings.NewReader("text"), "")
		require.NoError(t, err)
		require.Equal(t, kept, same, "the same answer, whoever has it already")
		require.NoError(t, b.DeleteBlob(t.Context(), other, kept.Digest))
	}
	require.Equal(t, "text", string(read(t, b, kept.Digest)))
}

func list(t *testing.T, b archive.Blobs) {
	var all []archive.Blob
	for i := range 23 {
		all = append(all, put(t, b, someBytes(i, 7)))
	}
	slices.SortFunc(all, func(a, b archive.Blob) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	for limit := 1; limit <= len(all)+1; limit++ {
		var got []archive.Blob
		for after := archive.Digest(""); ; {
			page, next, err := b.ListBlobs(t.Context(), tenant, after, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page), limit)
			got = append(got, page...)
			if next == "" {
				break
			}
			after = next
		}
		require.Empty(t, cmp.Diff(all, got))
	}
}

func deletion(t *testing.T, b archive.Blobs) {
	kept := put(t, b, []byte("text"))
	for range 2 {
		require.NoError(t, b.DeleteBlob(t.Context(), tenant, kept.Digest))
		_, err := b.StatBlob(t.Context(), tenant, kept.Digest)
		require.ErrorIs(t, err, archive.ErrNotFound)
	}
	put(t, b, []byte("text"))
	require.Equal(t, "text", string(read(t, b, kept.Digest)))
}

func ranges(t *testing.T, b archive.Blobs) {
	content := someBytes(300_000, 3)
	kept := put(t, b, content)
	r, err := b.OpenBlob(t.Context(), tenant, kept.Digest)
	require.NoError(t, err)
	for _, at := range []int64{0, 1, 65_535, 65_536, 262_144, 299_999, 300_000, 300_005} {
		for _, n := range []int{1, 10, 65_536, 300_000} {
			to, err := r.Seek(at, io.SeekStart)
			require.NoError(t, err)
			require.Equal(t, at, to)
			got := make([]byte, n)
			k, err := io.ReadFull(r, got)
			rest := content[min(at, kept.Size):]
			require.True(t, bytes.Equal(rest[:min(n, len(rest))], got[:k]), "%d bytes at %d", n, at)
			require.Equal(t, k == n, err == nil)
		}
	}
	to, err := r.Seek(-10, io.SeekEnd)
	require.NoError(t, err)
	require.Equal(t, kept.Size-10, to)
	to, err = r.Seek(5, io.SeekCurrent)
	require.NoError(t, err)
	require.Equal(t, kept.Size-5, to)
	_, err = r.Seek(-1, io.SeekStart)
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, err = r.Seek(0, io.SeekStart)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()))
	require.True(t, bytes.Equal(content, got))
}

func concurrent(t *testing.T, b archive.Blobs) {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	for i := range 16 {
		wg.Go(func() {
			content := someBytes(100_000, uint64(i%3))
			kept, err := b.PutBlob(context.WithoutCancel(t.Context()), tenant, bytes.NewReader(content), "")
			if err == nil && kept.Digest != archive.DigestOf(content) {
				err = errors.New("another content's digest")
			}
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	page, _, err := b.ListBlobs(t.Context(), tenant, "", 0)
	require.NoError(t, err)
	require.Len(t, page, 3)
	for i := range 3 {
		content := someBytes(100_000, uint64(i))
		require.True(t, bytes.Equal(content, read(t, b, archive.DigestOf(content))))
	}
}

func cancelled(t *testing.T, b archive.Blobs) {
	ctx, cancel := context.WithCancel(t.Context())
	from := io.MultiReader(bytes.NewReader(make([]byte, 300_000)), funcReader(func([]byte) (int, error) {
		cancel()
		return 1, nil
	}))
	_, err := b.PutBlob(ctx, tenant, from, "")
	require.ErrorIs(t, err, context.Canceled)
	empty(t, b)
}

type funcReader func([]byte) (int, error)

func (f funcReader) Read(p []byte) (int, error) { return f(p) }

// Benchmark measures how fast contents of 64 MiB are kept and read, beside SHA-256
// alone on the same bytes.
func Benchmark(b *testing.B, open func(testing.TB) archive.Blobs) {
	b.Helper()
	content := someBytes(64<<20, 1)
	b.Run("sha256", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			sha256.Sum256(content)
		}
	})
	b.Run("put", func(b *testing.B) {
		blobs := open(b)
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			if _, err := blobs.PutBlob(b.Context(), tenant, bytes.NewReader(content), ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		blobs := open(b)
		kept, err := blobs.PutBlob(b.Context(), tenant, bytes.NewReader(content), "")
		require.NoError(b, err)
		buf := make([]byte, 1<<17)
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			r, err := blobs.OpenBlob(b.Context(), tenant, kept.Digest)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{r}, buf); err != nil {
				b.Fatal(err)
			}
			_ = r.Close() // only read from
		}
	})
}
