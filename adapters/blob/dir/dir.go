// Package dir keeps contents as files of a folder, by digest. It fulfils
// archive.Blobs.
//
// A content is written to a file of its own aside, hashed on the way, forced to
// the disk, renamed to its digest, and the folder forced to the disk: after a
// crash it is there as a whole or not at all, and what may be left over is a file in
// "tmp" of which nothing speaks; Clean removes it. A content that is kept again takes
// the place of the file that is there, in one step; so sending it again heals a
// file that the disk has spoiled. Each tenant has a folder named by the digest
// of its name. No path is followed out of the folder.
package dir

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// MaxSize is the largest content that is kept unless a limit is set: 1 TiB.
const MaxSize = 1 << 40

const (
	temporary   = "tmp"
	shardDigits = 2 // of the digest, that name a folder below the tenant's
)

// Blobs keeps contents in a folder. Make one with Open.
type Blobs struct {
	root *os.Root
	max  int64
}

var _ archive.Blobs = (*Blobs)(nil)

// Open takes a folder, which has to exist, for contents up to MaxSize.
func Open(folder string) (*Blobs, error) { return OpenWithLimit(folder, MaxSize) }

// OpenWithLimit takes a folder for contents up to so many bytes.
func OpenWithLimit(folder string, size int64) (*Blobs, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("blob/dir: %w", err)
	}
	b := &Blobs{root: root, max: size}
	if err := b.makeDir(temporary); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return b, nil
}

// Close ends the use of the folder.
func (b *Blobs) Close() error { return b.root.Close() }

// PutBlob keeps a content; see archive.Blobs.
func (b *Blobs) PutBlob(ctx context.Context, tenant string, from io.Reader, want archive.Digest) (archive.Blob, error) {
	if err := check(ctx, tenant); err != nil {
		return archive.Blob{}, err
	}
	aside := path.Join(temporary, rand.Text())
	kept, err := b.write(ctx, aside, from)
	if err == nil && want != "" && want != kept.Digest {
		err = fmt.Errorf("%w: content has digest %s, sent was %s", archive.ErrAltered, kept.Digest, want)
	}
	if err == nil {
		err = b.move(aside, tenant, kept.Digest)
	}
	if err != nil {
		return archive.Blob{}, errors.Join(err, ignoreAbsent(b.root.Remove(aside)))
	}
	return kept, nil
}

func check(ctx context.Context, tenant string) error {
	if tenant == "" {
		return fmt.Errorf("%w: the tenant is empty", archive.ErrInvalid)
	}
	return ctx.Err()
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// write streams a content into a new file and forces it to the disk.
func (b *Blobs) write(ctx context.Context, name string, from io.Reader) (archive.Blob, error) {
	f, err := b.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return archive.Blob{}, err
	}
	kept, err := b.stream(ctx, f, from)
	if err == nil {
		err = f.Sync()
	}
	return kept, errors.Join(err, f.Close())
}

// move gives a file its digest for a name.
func (b *Blobs) move(aside, tenant string, digest archive.Digest) error {
	to := place(tenant, digest)
	if err := b.makeDir(path.Dir(to)); err != nil {
		return err
	}
	if err := b.root.Rename(aside, to); err != nil {
		return err
	}
	return b.syncDir(path.Dir(to))
}

// makeDir makes a folder and those above it, each forced to the disk.
func (b *Blobs) makeDir(name string) error {
	if _, err := b.root.Stat(name); err == nil {
		return nil
	}
	if above := path.Dir(name); above != "." {
		if err := b.makeDir(above); err != nil {
			return err
		}
	}
	if err := b.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return b.syncDir(path.Dir(name))
}

func (b *Blobs) syncDir(name string) error {
	d, err := b.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// place is the path of a content.
func place(tenant string, digest archive.Digest) string {
	return path.Join(tenantDir(tenant), string(digest[:shardDigits]), string(digest))
}

func tenantDir(tenant string) string {
	h := sha256.Sum256([]byte(tenant))
	return hex.EncodeToString(h[:16])
}

// OpenBlob opens a content; see archive.Blobs.
func (b *Blobs) OpenBlob(ctx context.Context, tenant string, digest archive.Digest) (archive.BlobReader, error) {
	kept, err := b.StatBlob(ctx, tenant, digest)
	if err != nil {
		return nil, err
	}
	f, err := b.root.Open(place(tenant, digest))
	if err != nil {
		return nil, notFound(err, digest)
	}
	return archive.VerifyBlob(f, kept), nil
}

func notFound(err error, digest archive.Digest) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: content %q", archive.ErrNotFound, digest)
	}
	return err
}

// StatBlob describes a content; see archive.Blobs.
func (b *Blobs) StatBlob(ctx context.Context, tenant string, digest archive.Digest) (archive.Blob, error) {
	if err := check(ctx, tenant); err != nil {
		return archive.Blob{}, err
	}
	if !digest.Valid() {
		return archive.Blob{}, notFound(fs.ErrNotExist, digest)
	}
	info, err := b.root.Lstat(place(tenant, digest))
	switch {
	case err != nil:
		return archive.Blob{}, notFound(err, digest)
	case !info.Mode().IsRegular():
		return archive.Blob{}, fmt.Errorf("%w: content %s is no file in the folder", archive.ErrAltered, digest)
	}
	return archive.Blob{Digest: digest, Size: info.Size()}, nil
}

// DeleteBlob removes a content; see archive.Blobs.
func (b *Blobs) DeleteBlob(ctx context.Context, tenant string, digest archive.Digest) error {
	if err := check(ctx, tenant); err != nil {
		return err
	}
	if !digest.Valid() {
		return nil
	}
	name := place(tenant, digest)
	if err := b.root.Remove(name); err != nil {
		return ignoreAbsent(err)
	}
	return b.syncDir(path.Dir(name))
}

// ListBlobs returns a page of contents; see archive.Blobs. Files that are no
// contents are passed by.
func (b *Blobs) ListBlobs(ctx context.Context, tenant string, after archive.Digest, limit int) (page []archive.Blob, next archive.Digest, err error) {
	if err := check(ctx, tenant); err != nil {
		return nil, "", err
	}
	shards, err := fs.ReadDir(b.root.FS(), tenantDir(tenant))
	if err != nil {
		return nil, "", ignoreAbsent(err)
	}
	for _, shard := range shards {
		if len(shard.Name()) != shardDigits || shard.Name() < string(after[:min(shardDigits, len(after))]) {
			continue
		}
		files, err := fs.ReadDir(b.root.FS(), path.Join(tenantDir(tenant), shard.Name()))
		if err != nil {
			return nil, "", err
		}
		for _, f := range files {
			d := archive.Digest(f.Name())
			if d <= after || !d.Valid() || !strings.HasPrefix(f.Name(), shard.Name()) {
				continue
			}
			info, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // deleted meanwhile
			}
			if err != nil {
				return nil, "", err
			}
			if len(page) == archive.ClampLimit(limit) {
				return page, page[len(page)-1].Digest, nil
			}
			page = append(page, archive.Blob{Digest: d, Size: info.Size()})
		}
	}
	return page, "", ctx.Err()
}

// Clean removes what writes that never ended left behind before a time, and
// returns how many. No write may have begun before it that is still under way.
func (b *Blobs) Clean(ctx context.Context, before time.Time) (int, error) {
	left, err := fs.ReadDir(b.root.FS(), temporary)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, f := range left {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		info, err := f.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // ended meanwhile, or is too young
		}
		if err := b.root.Remove(path.Join(temporary, f.Name())); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
