package bagit

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// WriteTar writes the files of a bag below a folder of the given name, in the order of fs.WalkDir,
// all with the same time, owner and mode, uncompressed: the same bag gives the same bytes. Of
// folders only empty ones are written, such as data of a bag without payload.
// A name that is unsafe or has a slash, and a bag with links or special files, is ErrInvalid.
func WriteTar(ctx context.Context, out io.Writer, bag fs.FS, name string, modified time.Time) error {
	w := tar.NewWriter(out)
	if err := eachFile(bag, name, func(p, as string, buf []byte) error { return putTar(ctx, w, bag, p, as, modified, buf) }); err != nil {
		return err
	}
	return w.Close()
}

// eachFile calls put with every file of a bag and every empty folder, in the order of
// their names, and with the name that it has below the folder, which ends with a slash
// for a folder.
func eachFile(bag fs.FS, folder string, put func(path, as string, buf []byte) error) error {
	if why := unsafe(folder); why != "" || !fs.ValidPath(folder) || folder == "." {
		return fmt.Errorf("%w: %q is no name for the folder of a bag", ErrInvalid, folder)
	}
	buf := make([]byte, 1<<17)
	return fs.WalkDir(bag, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			inside, err := fs.ReadDir(bag, p)
			if err != nil || len(inside) > 0 || p == "." {
				return err
			}
			return put(p, folder+"/"+p+"/", buf)
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%w: %q is a link or a special file", ErrInvalid, p)
		}
		return put(p, folder+"/"+p, buf)
	})
}

func putTar(ctx context.Context, w *tar.Writer, bag fs.FS, p, as string, modified time.Time, buf []byte) error {
	if strings.HasSuffix(as, "/") {
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: as, Mode: 0o755, ModTime: modified.UTC().Truncate(time.Second), Format: tar.FormatPAX})
	}
	f, err := bag.Open(p)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	info, err := f.Stat()
	if err != nil {
		return err
	}
	err = w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: as, Size: info.Size(), Mode: 0o644, ModTime: modified.UTC().Truncate(time.Second), Format: tar.FormatPAX,
	})
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(w, stoppable{ctx, f}, buf)
	if err == nil && n != info.Size() {
		err = errors.New("the file shrank while it was read")
	}
	return err
}
