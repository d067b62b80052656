package coordination

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Intake is how far FileAll has come. What was filed stays filed, whatever comes
// after.
type Intake struct {
	Read     int // documents that were looked at
	Filed    int // of them, those that are filed now
	Known    int // of them, those that were here before just as they come
	Findings []IntakeFinding
}

// IntakeFinding is a document that was not filed.
type IntakeFinding struct {
	Number int              `json:"number"` // of the document, from 1
	Record archive.RecordID `json:"record,omitempty"`
	Err    error            `json:"-"` // archive.ErrConflict, ErrInvalid or ErrRefused
}

// MaxFindings is how many documents FileAll leaves out before it gives up.
const MaxFindings = 1000

// The size of a unit of work of FileAll: so many documents, or so many bytes of
// content.
const (
	intakeFiles = 2000
	intakeBytes = 16 << 20
)

// FileAll files documents one after the other, many in a unit of work: each is
// filed as by File, and many times as many in the same time. After each unit progress, if it is
// not nil, is told how far it came.
//
// A document without an id gets one. One whose id is here already with the same
// metadata, content and references is known, so that an intake that was broken off is
// begun again with the same documents and goes on where it was. What is refused,
// or is another document under an id that is taken, is left out and found in the result, and all others
// are filed. The error is of the documents, of the store, or ErrInvalid after MaxFindings.
func (d *Desk) FileAll(
	ctx context.Context, tenant, actor string, files iter.Seq2[archive.File, error], progress func(Intake),
) (Intake, error) {
	in := intake{desk: d, tenant: tenant, actor: actor}
	size := 0
	flush := func() error {
		err := in.flush(ctx)
		if size = 0; err == nil && progress != nil {
			progress(in.done)
		}
		return err
	}
	for f, err := range files {
		if err != nil {
			return in.done, errors.Join(err, flush())
		}
		if f.ID == "" {
			f.ID = archive.RecordID(d.cfg.NewID())
		}
		in.next = append(in.next, f)
		if size += len(f.Content); len(in.next) < intakeFiles && size < intakeBytes {
			continue
		}
		if err := flush(); err != nil {
			return in.done, err
		}
	}
	if len(in.next) == 0 {
		return in.done, nil
	}
	err := flush()
	return in.done, err
}

// intake is a call of FileAll under way.
type intake struct {
	desk          *Desk
	tenant, actor string
	done          Intake
	next          []archive.File // of the unit of work at hand
	careful       bool           // some were here before: look first
}

// flush files what is at hand: in one unit of work, blindly; if something stands
// against that, in one that looks for what is here already; if that is not all, each
// document in a unit of its own, which tells them apart.
func (i *intake) flush(ctx context.Context) error {
	files := i.next
	i.next = i.next[:0]
	for _, careful := range []bool{false, true} {
		if i.careful && !careful {
			continue
		}
		known, err := i.unit(ctx, files, careful)
		if err == nil {
			i.careful = known > 0
			i.done.Read += len(files)
			i.done.Known += known
			i.done.Filed += len(files) - known
			return nil
		}
		if !ofDocument(err) {
			return err
		}
	}
	for k := range files {
		i.done.Read++
		known, err := i.unit(ctx, files[k:k+1], true)
		switch {
		case err == nil:
			i.done.Known += known
			i.done.Filed += 1 - known
		case !ofDocument(err):
			return err
		case len(i.done.Findings) >= MaxFindings:
			return fmt.Errorf("%w: more than %d documents cannot be filed; the next is %q: %w", ErrInvalid, MaxFindings, files[k].ID, err)
		default:
			i.done.Findings = append(i.done.Findings, IntakeFinding{Number: i.done.Read, Record: files[k].ID, Err: err})
		}
	}
	return nil
}

// ofDocument reports whether an error is of a document rather than of the store.
func ofDocument(err error) bool {
	return errors.Is(err, archive.ErrConflict) || errors.Is(err, archive.ErrInvalid) || errors.Is(err, archive.ErrRefused)
}

// unit files documents in one unit of work and says how many of them were known.
func (i *intake) unit(ctx context.Context, files []archive.File, careful bool) (known int, err error) {
	now := i.desk.now()
	err = i.desk.cfg.Store.Update(ctx, i.tenant, func(ctx context.Context, tx Tx) error {
		known = 0
		counted := &counting{Tx: tx}
		for k := range files {
			if careful {
				here, err := isHere(ctx, tx, files[k])
				if err != nil {
					return err
				}
				if here {
					known++
					continue
				}
			}
			if err := i.file(ctx, counted, now, files[k]); err != nil {
				return err
			}
		}
		return nil
	})
	return known, err
}

func (i *intake) file(ctx context.Context, tx *counting, now time.Time, f archive.File) error {
	if f.Stored == (archive.Blob{}) {
		_, err := i.desk.file.FileTx(ctx, tx, i.actor, now, f)
		return err
	}
	digest := f.Stored.Digest
	f.Stored = archive.Blob{}
	_, err := i.desk.FileUploadTx(ctx, tx.Tx, i.tenant, i.actor, now, f, digest)
	return err
}

// isHere reports whether a document is filed just as it comes; another one under
// its id is archive.ErrConflict. What was done with the record since is not looked at.
func isHere(ctx context.Context, tx Tx, f archive.File) (bool, error) {
	r, err := tx.Record(ctx, f.ID)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	events, err := archive.DecideFile(f, r.FiledBy, r.Filed)
	if err != nil {
		return false, err
	}
	want := archive.Fold(events)
	want.Rev, want.Events = r.Rev, r.Events
	if want != r {
		return false, fmt.Errorf("%w: another document is filed as %q", archive.ErrConflict, f.ID)
	}
	for _, ev := range events {
		data, ok := ev.Data.(archive.ReferredData)
		if !ok {
			continue
		}
		switch _, err := tx.Reference(ctx, data.Reference.Source, data.Reference.ID); {
		case errors.Is(err, archive.ErrNotFound):
			return false, fmt.Errorf("%w: the document is filed as %q without its reference to %q", archive.ErrConflict, f.ID, data.Reference.Target.Value)
		case err != nil:
			return false, err
		}
	}
	return true, nil
}
