package dossier

import (
	"context"
	"io"
	"time"
)

// Format is how a bag is put into one file.
type Format string

// The formats. Both are without compression, whose bytes change with the
// program that compresses.
const (
	Tar Format = "tar"
	Zip Format = "zip"
)

// Label describes a bag: an element of its bag-info.txt.
type Label struct{ Name, Value string }

// Packing says what one file is made of a dossier.
type Packing struct {
	Format Format
	Folder string // that everything in the file stands in
	Date   time.Time
	Labels []Label
}

// Packer makes bags that are one file. adapters/format/bagit has one. Safe for
// concurrent use.
type Packer interface {
	// Pack makes a bag of what fill adds and writes it to out once it is whole:
	// after an error of fill nothing was written. The same files and packing give the same bytes. The result is
	// the SHA-256 of tagmanifest-sha256.txt in hexadecimal, which nothing in the bag covers.
	Pack(ctx context.Context, out io.Writer, p Packing, fill func(context.Context, Bag) error) (tagManifest string, err error)
}

// Unpacked is a bag that was sent as one file, as it was found.
type Unpacked struct {
	Format   Format
	Folder   string // that it stands in within the file; empty: at its top
	Version  string // of BagIt
	Encoding string // of its tag files
	Labels   []Label
	Verdict  string // valid, incomplete or invalid
	Findings []BagFinding
	Files    int64 // of the payload
	Bytes    int64
	Payload  []BagFile // by path
	// Open opens a file that a manifest lists, payload below data/ or tag file; reading
	// it fails at its end if it does not fit its digests. One that is not listed is
	// fs.ErrNotExist.
	Open func(path string) (io.ReadCloser, error)
}

// BagFile is a payload file that a bag lists.
type BagFile struct {
	Path    string            // below the bag's folder
	Size    int64             // -1: it is not there
	Digests map[string]string // in hexadecimal, by algorithm as the names of manifests have it
}

// BagFinding is something that is wrong with a bag, or odd.
type BagFinding struct {
	Severity string // fault: the bag is invalid; hole: it is incomplete; warning
	Code     string // names the kind of finding, for ever
	File     string // the tag file it was found in, or the file it is about
	Line     int    // of the tag file, from 1; 0 for none
	Path     string // what the line names
	Text     string
}

// Unpacker reads bags that are one file. adapters/format/bagit has one. Safe for
// concurrent use.
type Unpacker interface {
	// Unpack takes a bag from a stream, validates it, and calls look with it, which may
	// open its files until it returns. What is no file of a bag at all is
	// archive.ErrInvalid; an error of the stream, of look or of ctx is returned.
	Unpack(ctx context.Context, from io.Reader, look func(context.Context, *Unpacked) error) error
}
