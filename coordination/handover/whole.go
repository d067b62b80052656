package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/transfer"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// Where the parts of a whole archive stand among the payload of its bag.
const (
	wholeEvents   = "events.jsonl"
	wholeSheets   = "sheets.jsonl"
	wholeLog      = "log.jsonl"
	wholeContents = "contents/"
)

func contentName(d archive.Digest) string { return wholeContents + string(d[:2]) + "/" + string(d) }

// Exported says what ExportArchive wrote.
type Exported struct {
	Records int
	Gone    int // of them, those whose content was destroyed or handed over
	Signed  audit.Signed
}

// ExportArchive writes the whole archive of a tenant into a bag: each content once,
// uploads, revisions and renditions included; the events of every record
// (archive/transfer); file plan, filings, retention, holds, disposals, paper and outcomes
// with their histories; and the log of the journal up to the checkpoint of a size, 0 being the
// newest (audit.Sealer.ExportLog). The manifests of the bag cover all of it. Seal and sign before, so
// that the checkpoint covers every record.
func (s *Service) ExportArchive(ctx context.Context, tenant string, size int64, bag dossier.Bag) (Exported, error) {
	e := exporting{service: s, tenant: tenant, bag: bag, seen: make(map[archive.Digest]bool)}
	store := coordination.Archive(s.cfg.Store)
	_, err := transfer.Export(ctx, store, tenant, io.Discard, func(r archive.Record, content []byte) error { return e.record(ctx, &r, content) })
	if err == nil {
		err = eachSheet(ctx, s.cfg.Store, tenant, coordination.BookFiling, func(l *sheetLine) error { return e.filing(ctx, l) })
	}
	if err != nil {
		return e.out, err
	}
	err = streamed(ctx, bag, wholeEvents, func(w io.Writer) error {
		var err error
		e.out.Records, err = transfer.Export(ctx, store, tenant, w, func(r archive.Record, _ []byte) error {
			if _, looked := e.seen[r.Digest]; !looked {
				return fmt.Errorf("%w: a record was filed while the archive was taken out: begin again", archive.ErrConflict)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return e.out, err
	}
	if err := streamed(ctx, bag, wholeSheets, func(w io.Writer) error { return s.exportSheets(ctx, tenant, w) }); err != nil {
		return e.out, err
	}
	err = streamed(ctx, bag, wholeLog, func(w io.Writer) error {
		var err error
		e.out.Signed, err = s.cfg.Sealer.ExportLog(ctx, tenant, size, w)
		return err
	})
	return e.out, err
}

// exporting is an archive on its way out.
type exporting struct {
	service *Service
	tenant  string
	bag     dossier.Bag
	seen    map[archive.Digest]bool // the contents that were looked at, and whether they are in the bag
	out     Exported
}

// record adds the content that a record was filed with.
func (e *exporting) record(ctx context.Context, r *archive.Record, content []byte) error {
	if content == nil {
		in, err := e.content(ctx, r.ID, r.Digest)
		if err == nil && !in {
			e.out.Gone++
		}
		return err
	}
	if e.seen[r.Digest] {
		return nil
	}
	e.seen[r.Digest] = true
	return e.bag.AddPayload(ctx, contentName(r.Digest), bytes.NewReader(content))
}

// filing adds the revisions and renditions of a record.
func (e *exporting) filing(ctx context.Context, l *sheetLine) error {
	var f fileplan.Filing
	if err := json.Unmarshal(l.Body, &f); err != nil {
		return fmt.Errorf("handover: filing of %q: %w", l.ID, err)
	}
	for _, d := range f.Contents() {
		if _, err := e.content(ctx, f.Record, d); err != nil {
			return err
		}
	}
	return nil
}

// content adds a content of a record that is kept wherever; of a record that is gone it
// adds none.
func (e *exporting) content(ctx context.Context, id archive.RecordID, d archive.Digest) (in bool, err error) {
	if e.seen[d] {
		return true, nil
	}
	from, err := e.service.cfg.Desk.OpenBlob(ctx, e.tenant, d)
	if errors.Is(err, archive.ErrNotFound) {
		e.seen[d] = false
		return false, e.service.cfg.Store.View(ctx, e.tenant, func(ctx context.Context, tx coordination.Tx) error {
			gone, err := coordination.GoneTx(ctx, tx, id)
			if err == nil && gone == nil {
				err = fmt.Errorf("%w: content %s of record %q is not to be found", archive.ErrAltered, d, id)
			}
			return err
		})
	}
	if err != nil {
		return false, err
	}
	e.seen[d] = true
	return true, errors.Join(e.bag.AddPayload(ctx, contentName(d), from), from.Close())
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
	Sheets int // of file plan, filings, retention, paper and outcomes, that were not here
	// Gone are the records that have no contents any more. Where some of them were here
	// before, their bytes still are: see coordination.Desk.DropGone.
	Gone []archive.RecordID
	Log  audit.Carried
}

// Taking is what ImportArchive needs. Store, Tenant, Open and Known are mandatory.
type Taking struct {
	Store  coordination.Store
	Tenant string
	// Open opens a file of the bag by its path, such as data/events.jsonl, as
	// bagit.Bag.Open does, which verifies it.
	Open  func(path string) (io.ReadCloser, error)
	Known note.Verifiers // the keys that the log's checkpoint is checked with
	// Upload keeps contents beyond archive.MaxContent, and revisions and renditions, as
	// coordination.Desk.Upload does; nil: an archive that has such is not taken in.
	Upload func(ctx context.Context, tenant string, from io.Reader, want archive.Digest) (archive.Blob, error)
	// Progress, if it is not nil, is told what was read of which file, in lines.
	Progress func(file string, lines int64)
}

// ImportArchive takes in what ExportArchive wrote, for an archive that is empty or
// has a part of it. Broken off anywhere it is begun again and goes on where it was; what
// is here already is left alone, and what is another one here is archive.ErrConflict, or of
// a record a finding. Afterwards audit.CheckCarried makes the root of the source anew from what stands here.
func ImportArchive(ctx context.Context, t Taking) (out Imported, err error) {
	if t.Progress == nil {
		t.Progress = func(string, int64) {}
	}
	i := importing{Taking: t, gone: make(map[archive.RecordID]bool)}
	if err := i.ends(); err != nil {
		return out, err
	}
	err = reading(t.Open, wholeEvents, func(r io.Reader) error {
		var err error
		out.Report, err = transfer.Import(ctx, coordination.Archive(t.Store), t.Tenant, r, func(r archive.Record) ([]byte, error) { return i.content(ctx, &r) },
			func(lines int) { t.Progress(wholeEvents, int64(lines)) })
		return err
	})
	if err != nil {
		return out, err
	}
	if out.Sheets, err = i.sheets(ctx); err != nil {
		return out, err
	}
	for _, id := range slices.Sorted(maps.Keys(i.gone)) {
		if i.gone[id] {
			out.Gone = append(out.Gone, id)
		}
	}
	err = reading(t.Open, wholeLog, func(r io.Reader) error {
		var err error
		out.Log, err = audit.CarryLog(ctx, t.Store, t.Tenant, r, t.Known, func(taken int64) { t.Progress(wholeLog, taken) })
		return err
	})
	return out, err
}

// importing is an archive on its way in.
type importing struct {
	Taking

	gone map[archive.RecordID]bool
}

// ends finds the records that are gone.
func (i *importing) ends() error {
	return reading(i.Open, wholeSheets, func(r io.Reader) error {
		return eachLine(r, func(_ int64, l *sheetLine) error {
			if l.Book != coordination.BookKeeping {
				return nil
			}
			var k coordination.Keeping
			if err := json.Unmarshal(l.Body, &k); err != nil {
				return fmt.Errorf("%w: keeping of %q: %w", archive.ErrInvalid, l.ID, err)
			}
			i.gone[archive.RecordID(l.ID)] = k.Fate != ""
			return nil
		})
	})
}

// content gives the content that a record was filed with, or keeps it where uploads
// are kept.
func (i *importing) content(ctx context.Context, r *archive.Record) ([]byte, error) {
	if !r.Digest.Valid() {
		return nil, archive.ErrNotFound
	}
	if r.Size > archive.MaxContent {
		if err := i.upload(ctx, r.ID, r.Digest); err != nil {
			return nil, err
		}
		return nil, transfer.ErrElsewhere
	}
	var content []byte
	err := reading(i.Open, contentName(r.Digest), func(from io.Reader) error {
		var err error
		content, err = io.ReadAll(io.LimitReader(from, archive.MaxContent+1))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, i.absent(r.ID, r.Digest)
	}
	return content, err
}

// absent says of a content that is not in the bag whether that is as it should be.
func (i *importing) absent(id archive.RecordID, d archive.Digest) error {
	if i.gone[id] {
		return transfer.ErrElsewhere
	}
	return fmt.Errorf("%w: content %s", archive.ErrNotFound, d)
}

// upload keeps a content of the bag where uploads are kept.
func (i *importing) upload(ctx context.Context, id archive.RecordID, d archive.Digest) error {
	if i.Upload == nil {
		return fmt.Errorf("%w: content %s of record %q is one that is uploaded: say where with Upload", archive.ErrInvalid, d, id)
	}
	err := reading(i.Open, contentName(d), func(from io.Reader) error {
		_, err := i.Upload(ctx, i.Tenant, from, d)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return i.absent(id, d)
	}
	return err
}

// sheets takes in what there is beside the records.
func (i *importing) sheets(ctx context.Context) (fresh int, err error) {
	err = reading(i.Open, wholeSheets, func(r io.Reader) error {
		return eachLine(r, func(line int64, l *sheetLine) error {
			if l.Book == coordination.BookFiling {
				if err := i.parts(ctx, l); err != nil {
					return err
				}
			}
			added := false
			err := i.Store.Update(ctx, i.Tenant, func(ctx context.Context, tx coordination.Tx) error {
				var err error
				added, err = putSheet(ctx, tx, l)
				return err
			})
			if added {
				fresh++
			}
			i.Progress(wholeSheets, line)
			return err
		})
	})
	return fresh, err
}

// parts keeps the revisions and renditions of a record.
func (i *importing) parts(ctx context.Context, l *sheetLine) error {
	var f fileplan.Filing
	if err := json.Unmarshal(l.Body, &f); err != nil {
		return fmt.Errorf("%w: filing of %q: %w", archive.ErrInvalid, l.ID, err)
	}
	for _, d := range f.Contents() {
		if d == f.Digest {
			continue
		}
		if err := i.upload(ctx, f.Record, d); err != nil && !errors.Is(err, transfer.ErrElsewhere) {
			return err
		}
	}
	return nil
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
