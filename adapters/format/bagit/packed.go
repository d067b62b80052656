package bagit

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/coordkit/coordkit/archive/dossier"
)

// Packed is a bag that is one file.
type Packed struct {
	*Bag

	Format dossier.Format
	Folder string // that the bag stands in within the file; empty: at its top
}

// ReadPacked reads a bag that is one tar or zip file, which it tells apart by their
// beginning; from has to stay open while the bag is used. Nothing is unpacked to disk.
//
// What has no place in a bag is left out and named by a finding that makes the bag
// invalid: links, special and sparse files, names that lead out, that are too long or
// too deep, names that stand there twice, files that are encrypted, and what lies beyond
// a limit or after a place where the file breaks off. What is neither tar nor zip is
// ErrInvalid; other errors are those of reading.
func ReadPacked(from io.ReaderAt, size int64, limits Limits) (*Packed, error) {
	t := newTree(limits)
	start := make([]byte, 4)
	if _, err := io.ReadFull(io.NewSectionReader(from, 0, size), start); err != nil {
		return nil, fmt.Errorf("%w: the file is too short for a tar or zip file", ErrInvalid)
	}
	out := &Packed{Format: dossier.Tar}
	read := t.readTar
	if s := string(start); s == "PK\x03\x04" || s == "PK\x05\x06" {
		out.Format, read = dossier.Zip, t.readZip
	}
	if err := read(from, size); err != nil {
		return nil, err
	}
	files, folder, err := t.bag()
	if err != nil {
		return nil, err
	}
	out.Bag, out.Folder = Read(files), folder
	out.report.Findings = append(out.report.Findings, t.report.Findings...)
	out.report.sort()
	return out, nil
}

func (t *tree) readTar(from io.ReaderAt, size int64) error {
	in := io.NewSectionReader(from, 0, size)
	for r := tar.NewReader(in); !t.full; {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && t.entries == 0:
			return fmt.Errorf("%w: the file is neither tar nor zip", ErrInvalid)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			t.report.fault(CodeUnreadable, ".", fmt.Sprintf("the tar file breaks off after %d entries: %v", t.entries, err))
			return nil
		}
		at, err := in.Seek(0, io.SeekCurrent) // the reader takes no more than the header
		if err != nil {
			return err
		}
		t.tarEntry(h, from, at)
	}
	return nil
}

func (t *tree) tarEntry(h *tar.Header, from io.ReaderAt, at int64) {
	sparse := h.Typeflag == tar.TypeGNUSparse
	for key := range h.PAXRecords {
		sparse = sparse || strings.HasPrefix(key, "GNU.sparse.")
	}
	switch {
	case sparse:
		t.refuse(h.Name, CodeSpecialFile, "is a sparse file and was left out: pack it whole")
	case h.Typeflag == tar.TypeXGlobalHeader:
	case h.Typeflag == tar.TypeDir:
		t.folder(h.Name)
	case h.Typeflag == tar.TypeReg:
		t.file(h.Name, h.Size, func() (io.ReadCloser, error) {
			return io.NopCloser(&whole{from: io.NewSectionReader(from, at, h.Size), left: h.Size}), nil
		})
	case h.Typeflag == tar.TypeSymlink || h.Typeflag == tar.TypeLink:
		t.refuse(h.Name, CodeLink, "is a link and was left out: pack what it leads to")
	default:
		t.refuse(h.Name, CodeSpecialFile, fmt.Sprintf("is neither file nor folder (tar type %q) and was left out", h.Typeflag))
	}
}

// whole is a file that has to have all of its bytes.
type whole struct {
	from io.Reader
	left int64
}

// Read of io.Reader.
func (w *whole) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	w.left -= int64(n)
	if errors.Is(err, io.EOF) && w.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// entryBytes is how many bytes of a zip file's directory are read for each entry that
// may be there, and spareBytes how many beside them, to find it.
const (
	entryBytes = 256
	spareBytes = 1 << 18
)

func (t *tree) readZip(from io.ReaderAt, size int64) error {
	budget := &budget{from: from, left: spareBytes + entryBytes*int64(t.limits.Entries)}
	r, err := zip.NewReader(budget, size)
	switch {
	case budget.left < 0:
		t.stop(fmt.Sprintf("has a directory that is too large for %d files and folders", t.limits.Entries))
		return nil
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		t.report.fault(CodeUnreadable, ".", "the zip file has no directory that can be read: "+err.Error())
		return nil
	}
	budget.open = true // each file has its own limit
	for _, f := range r.File {
		if t.full {
			break
		}
		t.zipEntry(f)
	}
	return nil
}

const zipEncrypted = 1 // the flag

func (t *tree) zipEntry(f *zip.File) {
	switch mode := f.Mode(); {
	case mode&fs.ModeSymlink != 0:
		t.refuse(f.Name, CodeLink, "is a link and was left out: pack what it leads to")
	case mode.IsDir():
		t.folder(f.Name)
	case !mode.IsRegular():
		t.refuse(f.Name, CodeSpecialFile, fmt.Sprintf("is neither file nor folder (%v) and was left out", mode))
	case f.Flags&zipEncrypted != 0:
		t.refuse(f.Name, CodeUnreadable, "is encrypted and was left out")
	case f.UncompressedSize64 > 1<<62:
		t.stop("holds a file that is larger than any")
	default:
		t.file(f.Name, int64(f.UncompressedSize64), f.Open)
	}
}

// budget is a reader that gives so many bytes and no more, until it is open.
type budget struct {
	from io.ReaderAt
	left int64
	open bool
}

var errBudget = errors.New("is larger than the limits allow")

// ReadAt of io.ReaderAt.
func (b *budget) ReadAt(p []byte, at int64) (int, error) {
	if !b.open {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, errBudget
		}
	}
	return b.from.ReadAt(p, at)
}
