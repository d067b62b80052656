package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// PackArchive writes the whole archive of a tenant as one file, as it is at the newest
// signed checkpoint; see ExportArchive. Nothing is hidden from who gets it. Without
// Config.Packer it is coordination.ErrInvalid, and without a checkpoint an *AbsentError.
func (s *Service) PackArchive(ctx context.Context, tenant string, out io.Writer, f dossier.Format) (Exported, error) {
	if s.cfg.Packer == nil {
		return Exported{}, fmt.Errorf("%w: there is no Packer", coordination.ErrInvalid)
	}
	signed, err := s.cfg.Sealer.Checkpoint(ctx, tenant, 0)
	if err != nil {
		return Exported{}, unsigned(err, 0)
	}
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return Exported{}, err
	}
	l := newLoading(nil, Order{Size: signed.Size}, coordination.Reading{})
	date, err := s.recorded(ctx, tenant, l)
	if err != nil {
		return Exported{}, err
	}
	packing := dossier.Packing{
		Format: f, Folder: "archive_" + dossier.PortableName(key.Signer.Name()), Date: date,
		Labels: []dossier.Label{
			{Name: "External-Description", Value: "Whole archive"},
			{Name: "Internal-Sender-Identifier", Value: fmt.Sprintf("%s %d", oneLine(key.Signer.Name()), signed.Size)},
		},
	}
	var done Exported
	_, err = s.cfg.Packer.Pack(ctx, out, packing, func(ctx context.Context, bag dossier.Bag) error {
		var err error
		done, err = s.ExportArchive(ctx, tenant, signed.Size, bag)
		return err
	})
	return done, err
}

// recorded is when the last entry that the checkpoint covers was recorded.
func (s *Service) recorded(ctx context.Context, tenant string, l *loading) (at time.Time, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		l.tx = tx
		at, err = l.recorded(ctx)
		return err
	})
	return at, err
}

// TakeIn takes in an archive that PackArchive wrote; see ImportArchive. Key is the public
// key of its log as a note has it; empty is that of this office. Root is made anew from what stands
// here now. A file that is no valid bag, or none of an archive, is archive.ErrInvalid; so is one
// whose log is not signed with the key, or whose records do not give it. Without Config.Unpacker it is coordination.ErrNotFound.
func (s *Service) TakeIn(ctx context.Context, tenant string, from io.Reader, key string) (out Imported, root evidence.Hash, err error) {
	if s.cfg.Unpacker == nil {
		return out, root, fmt.Errorf("%w: no archives are taken in here: there is no Unpacker", coordination.ErrNotFound)
	}
	known, err := s.verifier(tenant, key)
	if err != nil {
		return out, root, err
	}
	err = s.cfg.Unpacker.Unpack(ctx, from, func(ctx context.Context, bag *dossier.Unpacked) error {
		if err := ofArchive(bag); err != nil {
			return err
		}
		out, err = ImportArchive(ctx, Taking{Store: s.cfg.Store, Tenant: tenant, Open: bag.Open, Known: known, Upload: s.cfg.Desk.Upload})
		if err != nil {
			return err
		}
		for _, id := range out.Gone {
			if err := s.cfg.Desk.DropGone(ctx, tenant, id); err != nil {
				return err
			}
		}
		root, err = audit.CheckCarried(ctx, s.cfg.Store, tenant, out.Log.Origin, known)
		return err
	})
	if errors.Is(err, evidence.ErrMismatch) || errors.Is(err, evidence.ErrInvalid) {
		err = fmt.Errorf("%w: %w", archive.ErrInvalid, err)
	}
	return out, root, err
}

func (s *Service) verifier(tenant, key string) (note.Verifiers, error) {
	if key != "" {
		v, err := note.NewVerifier(key)
		if err != nil {
			return nil, &archive.ValidationError{Fields: []archive.Field{{Pointer: "/key", Code: "invalid", Text: "is no public key of a note"}}}
		}
		return note.VerifierList(v), nil
	}
	ours, err := s.cfg.Key(tenant)
	return note.VerifierList(ours.Verifier), err
}

var errNoArchive = errors.New("it has no " + wholeEvents + ", " + wholeSheets + " or " + wholeLog)

// ofArchive refuses what is no valid bag of a whole archive.
func ofArchive(bag *dossier.Unpacked) error {
	for _, f := range bag.Findings {
		if f.Severity != "warning" {
			return fmt.Errorf("%w: the bag is %s: %s: %s %s", archive.ErrInvalid, bag.Verdict, f.File, f.Path, f.Text)
		}
	}
	for _, name := range []string{wholeEvents, wholeSheets, wholeLog} {
		f, err := bag.Open("data/" + name)
		if err != nil {
			return fmt.Errorf("%w: the bag is of no archive: %w", archive.ErrInvalid, errNoArchive)
		}
		_ = f.Close() // nothing was read
	}
	return nil
}
