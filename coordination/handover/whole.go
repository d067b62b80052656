package handover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/transfer"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// Where the parts of a whole archive stand among the payload of its bag.
const (
	wholeEvents   = "events.jsonl"
	wholeLog      = "log.jsonl"
	wholeContents = "contents/"
)

func contentName(d archive.Digest) string { return wholeContents + string(d[:2]) + "/" + string(d) }

// Exported says what ExportArchive wrote.
type Exported struct {
	Records int
	Signed  audit.Signed
}

// ExportArchive writes the whole archive of a tenant into a bag: each content once,
// the events of every record (archive/transfer) and the log of the journal up to
// the checkpoint of a size, 0 being the newest (audit.Sealer.ExportLog). The manifests of the bag cover all of it. Seal and sign before, so
// that the checkpoint covers every record.
func (s *Service) ExportArchive(ctx context.Context, tenant string, size int64, bag dossier.Bag) (Exported, error) {
	var out Exported
	seen := make(map[archive.Digest]bool)
	store := coordination.Archive(s.cfg.Store)
	_, err := transfer.Export(ctx, store, tenant, io.Discard, func(d archive.Digest, content []byte) error {
		if seen[d] {
			return nil
		}
		seen[d] = true
		return bag.AddPayload(ctx, contentName(d), bytes.NewReader(content))
	})
	if err != nil {
		return out, err
	}
	err = streamed(ctx, bag, wholeEvents, func(w io.Writer) error {
		var err error
		out.Records, err = transfer.Export(ctx, store, tenant, w, func(d archive.Digest, _ []byte) error {
			if !seen[d] {
				return fmt.Errorf("%w: a record was filed while the archive was taken out: begin again", archive.ErrConflict)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return out, err
	}
	err = streamed(ctx, bag, wholeLog, func(w io.Writer) error {
		var err error
		out.Signed, err = s.cfg.Sealer.ExportLog(ctx, tenant, size, w)
		return err
	})
	return out, err
}

// streamed adds a payload file that is written while the bag reads it.
func streamed(ctx context.Context, bag dossier.Bag, name string, write func(io.Writer) error) error {
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(w)
		_ = w.CloseWithError(err) // it never fails
		done <- err
	}()
	err := bag.AddPayload(ctx, name, r)
	_ = r.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // whoever writes on is told
	if wrote := <-done; err == nil || (wrote != nil && !errors.Is(wrote, io.ErrClosedPipe)) {
		err = wrote
	}
	return err
}

// Imported says what ImportArchive took in.
type Imported struct {
	Report transfer.Report
	Log    audit.Carried
}

// ImportArchive takes in what ExportArchive wrote. Open opens a file of the bag by its
// path, such as data/events.jsonl, as bagit.Bag.Open does, which verifies it; known are the keys
// that the log's checkpoint is checked with. Broken off anywhere it is begun
// again and goes on where it was; what is here already is left alone. Progress, if it
// is not nil, is told what was read of which file, in lines. Afterwards
// audit.CheckCarried makes the root of the source anew from what stands here.
func ImportArchive(
	ctx context.Context, store coordination.Store, tenant string, open func(path string) (io.ReadCloser, error), known note.Verifiers,
	progress func(file string, lines int64),
) (out Imported, err error) {
	if progress == nil {
		progress = func(string, int64) {}
	}
	content := func(d archive.Digest) ([]byte, error) {
		if !d.Valid() {
			return nil, archive.ErrNotFound
		}
		var content []byte
		err := reading(open, contentName(d), func(r io.Reader) error {
			var err error
			content, err = io.ReadAll(io.LimitReader(r, archive.MaxContent+1))
			return err
		})
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: content %s", archive.ErrNotFound, d)
		}
		return content, err
	}
	err = reading(open, wholeEvents, func(r io.Reader) error {
		var err error
		out.Report, err = transfer.Import(ctx, coordination.Archive(store), tenant, r, content, func(lines int) { progress(wholeEvents, int64(lines)) })
		return err
	})
	if err != nil {
		return out, err
	}
	err = reading(open, wholeLog, func(r io.Reader) error {
		var err error
		out.Log, err = audit.CarryLog(ctx, store, tenant, r, known, func(taken int64) { progress(wholeLog, taken) })
		return err
	})
	return out, err
}

// reading opens a file of the bag for fn and reads it to its end, where what was
// altered is found.
func reading(open func(string) (io.ReadCloser, error), name string, fn func(io.Reader) error) error {
	f, err := open("data/" + name)
	if err != nil {
		return err
	}
	err = fn(f)
	if err == nil {
		_, err = io.Copy(io.Discard, f)
	}
	return errors.Join(err, f.Close())
}
