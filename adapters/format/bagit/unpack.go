package bagit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
)

// Unpacker reads bags that are one tar or zip file; see ReadPacked. The file is kept
// in Dir while it is looked at, and removed afterwards; none of what is in it is
// written to disk.
type Unpacker struct {
	Dir    string // where the file is kept; empty is os.TempDir
	Limits Limits
}

var _ dossier.Unpacker = Unpacker{}

// Unpack reads and validates a bag; see dossier.Unpacker. A stream that is longer than
// Limits.Bytes is archive.ErrInvalid.
func (u Unpacker) Unpack(ctx context.Context, from io.Reader, look func(context.Context, *dossier.Unpacked) error) (err error) {
	file, err := os.CreateTemp(u.Dir, "bag-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	most := u.Limits.withDefaults().Bytes
	size, err := io.Copy(file, stoppable{ctx, io.LimitReader(from, most+1)})
	switch {
	case err != nil:
		return err
	case size > most:
		return fmt.Errorf("%w: the file has more than %d bytes", archive.ErrInvalid, most)
	}
	bag, err := ReadPacked(file, size, u.Limits)
	if errors.Is(err, ErrInvalid) {
		return fmt.Errorf("%w: %w", archive.ErrInvalid, err)
	}
	if err != nil {
		return err
	}
	report, err := bag.Validate(ctx)
	if err != nil {
		return err
	}
	return look(ctx, bag.unpacked(&report))
}

func (p *Packed) unpacked(r *Report) *dossier.Unpacked {
	out := &dossier.Unpacked{
		Format: p.Format, Folder: p.Folder, Encoding: p.Encoding, Verdict: string(r.Verdict()), Files: r.Files, Bytes: r.Bytes, Open: p.Open,
	}
	if p.usable {
		out.Version = p.Version.String()
	}
	for _, e := range p.Info {
		out.Labels = append(out.Labels, dossier.Label{Name: e.Label, Value: e.Value})
	}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, dossier.BagFinding{
			Severity: string(f.Severity), Code: string(f.Code), File: f.File, Line: f.Line, Path: f.Path, Text: f.Text,
		})
	}
	out.Payload = p.Payload()
	return out
}

// Payload are the payload files that the manifests list, by path, with what they are
// said to have.
func (b *Bag) Payload() []dossier.BagFile {
	var out []dossier.BagFile
	for _, name := range b.Paths() {
		out = append(out, b.listed(name))
	}
	return out
}

// listed is a payload file as the manifests have it.
func (b *Bag) listed(name string) dossier.BagFile {
	out := dossier.BagFile{Path: name, Size: -1, Digests: make(map[string]string, 2)}
	if info, err := fs.Stat(b.files, name); err == nil && info.Mode().IsRegular() {
		out.Size = info.Size()
	}
	for _, m := range b.of(false) {
		if e, ok := m.entries[name]; ok {
			out.Digests[string(m.algorithm)] = e.digest
		}
	}
	return out
}
