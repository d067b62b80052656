package bagit

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"
)

// WriteZip writes a bag as one zip file, all of it in a folder of that name,
// without compression. Order, times and modes follow from the bag and modified
// alone, so the same bag gives the same bytes. What WriteTar refuses is refused
// here too.
func WriteZip(ctx context.Context, out io.Writer, bag fs.FS, name string, modified time.Time) error {
	w := zip.NewWriter(out)
	if err := eachFile(bag, name, func(p, as string, buf []byte) error { return putZip(ctx, w, bag, p, as, modified, buf) }); err != nil {
		return err
	}
	return w.Close()
}

func putZip(ctx context.Context, w *zip.Writer, bag fs.FS, p, as string, modified time.Time, buf []byte) error {
	if strings.HasSuffix(as, "/") {
		header := &zip.FileHeader{Name: as, Method: zip.Store, Modified: modified.UTC().Truncate(2 * time.Second)}
		header.SetMode(fs.ModeDir | 0o755)
		_, err := w.CreateHeader(header)
		return err
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
	header := &zip.FileHeader{Name: as, Method: zip.Store, Modified: modified.UTC().Truncate(2 * time.Second)} // as exact as the format is
	header.SetMode(0o644)
	to, err := w.CreateHeader(header)
	if err != nil {
		return err
	}
	n, err := io.CopyBuffer(to, stoppable{ctx, f}, buf)
	if err == nil && n != info.Size() {
		err = errors.New("the file shrank while it was read")
	}
	return err
}
