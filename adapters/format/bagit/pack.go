package bagit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/coordkit/coordkit/archive/dossier"
)

// Packer makes bags for dossiers, each in a folder of its own that is removed
// afterwards.
type Packer struct {
	Dir string // where the folders are made; empty is os.TempDir
}

var _ dossier.Packer = Packer{}

// Pack makes a bag and writes it as one file; see dossier.Packer. A format that
// is none is ErrInvalid.
func (p Packer) Pack(
	ctx context.Context, out io.Writer, packing dossier.Packing, fill func(context.Context, dossier.Bag) error,
) (tagManifest string, err error) {
	write := map[dossier.Format]func(context.Context, io.Writer, *os.Root) error{
		dossier.Tar: func(ctx context.Context, out io.Writer, root *os.Root) error {
			return WriteTar(ctx, out, root.FS(), packing.Folder, packing.Date)
		},
		dossier.Zip: func(ctx context.Context, out io.Writer, root *os.Root) error {
			return WriteZip(ctx, out, root.FS(), packing.Folder, packing.Date)
		},
	}[packing.Format]
	if write == nil {
		return "", fmt.Errorf("%w: %q is no format of a bag: use tar or zip", ErrInvalid, packing.Format)
	}
	dir, err := os.MkdirTemp(p.Dir, "bag-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }() // the folder goes in any case
	w, err := Create(root)
	if err != nil {
		return "", err
	}
	if err := fill(ctx, dossierBag{w}); err != nil {
		return "", err
	}
	info := []Element{{Label: "Bagging-Date", Value: packing.Date.UTC().Format(time.DateOnly)}}
	for _, l := range packing.Labels {
		info = append(info, Element{Label: l.Name, Value: l.Value})
	}
	sealed, err := w.Close(ctx, info...)
	if err != nil {
		return "", err
	}
	return sealed.SHA256, write(ctx, out, root)
}

// dossierBag is a writer that a dossier fills.
type dossierBag struct{ w *Writer }

func (b dossierBag) AddPayload(ctx context.Context, name string, content io.Reader) error {
	_, err := b.w.AddPayload(ctx, name, content)
	return err
}

func (b dossierBag) AddTag(ctx context.Context, name string, content io.Reader) error {
	_, err := b.w.AddTag(ctx, name, content)
	return err
}
