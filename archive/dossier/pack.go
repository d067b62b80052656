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
