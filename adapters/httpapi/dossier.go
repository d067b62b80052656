package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/handover"
)

// dossierOrder is what the operations about dossiers are asked for.
type dossierOrder struct {
	Matter    string
	Policy    *string
	AsOf      *time.Time
	Size      *int64
	Continues *string
}

func (o dossierOrder) read() (handover.Order, error) {
	name := value(o.Policy)
	if name == "" {
		name = "standard"
	}
	policy, err := reference.ParsePolicy(name, value(instantFrom(o.AsOf)))
	return handover.Order{Matter: o.Matter, Policy: policy, Size: value(o.Size), Continues: word[archive.RecordID](o.Continues)}, err
}

// draw draws a dossier for the caller. What the order names and is not there is told by
// the name of the parameter.
func (a *api) draw(ctx context.Context, asked dossierOrder) (*handover.Dossier, error) {
	if a.cfg.Dossiers == nil {
		return nil, fmt.Errorf("%w: no dossiers are drawn up here", coordination.ErrNotFound)
	}
	o, err := asked.read()
	if err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	return a.cfg.Dossiers.Draw(ctx, p.Tenant, p.Actor.ID, o)
}

// inBodyError is of what a body names and is not there.
type inBodyError struct{ of *handover.AbsentError }

func (e *inBodyError) Error() string { return e.of.Error() }

func (e *inBodyError) Unwrap() error { return e.of }

// DrawDossier draws up a dossier.
func (a *api) DrawDossier(ctx context.Context, in DrawDossierRequestObject) (DrawDossierResponseObject, error) {
	d, err := a.draw(ctx, dossierOrder(in.Params))
	if err != nil {
		return nil, err
	}
	return DrawDossier200JSONResponse(dossierTo(d)), nil
}

// DownloadDossierTar sends a dossier as a tar file.
func (a *api) DownloadDossierTar(ctx context.Context, in DownloadDossierTarRequestObject) (DownloadDossierTarResponseObject, error) {
	d, err := a.draw(ctx, dossierOrder(in.Params))
	return bag{ctx, a.cfg.Dossiers, d, dossier.Tar}, err
}

// DownloadDossierZip sends a dossier as a zip file.
func (a *api) DownloadDossierZip(ctx context.Context, in DownloadDossierZipRequestObject) (DownloadDossierZipResponseObject, error) {
	d, err := a.draw(ctx, dossierOrder(in.Params))
	return bag{ctx, a.cfg.Dossiers, d, dossier.Zip}, err
}

// bag is a dossier that is packed while it is sent.
type bag struct {
	ctx     context.Context //nolint:containedctx // the generated code hands none to what sends a reply
	service *handover.Service
	dossier *handover.Dossier
	format  dossier.Format
}

// VisitDownloadDossierTarResponse sends the bag.
func (b bag) VisitDownloadDossierTarResponse(w http.ResponseWriter) error { return b.send(w) }

// VisitDownloadDossierZipResponse sends the bag.
func (b bag) VisitDownloadDossierZipResponse(w http.ResponseWriter) error { return b.send(w) }

func (b bag) send(w http.ResponseWriter) error {
	name := "dossier_" + dossier.PortableName(b.dossier.Order.Matter) + "." + string(b.format)
	out := &late{w: w, name: name}
	_, err := b.service.Pack(b.ctx, out, b.dossier, b.format)
	if err != nil && out.sent {
		panic(http.ErrAbortHandler) //nolint:forbidigo // half a bag must not look like one: net/http cuts the reply off
	}
	return err
}

// late sends the header with the first byte: until then an error is still an
// answer of its own.
type late struct {
	w    http.ResponseWriter
	name string
	sent bool
}

var _ io.Writer = (*late)(nil)

// Write sends bytes of the bag.
func (l *late) Write(p []byte) (int, error) {
	if !l.sent {
		l.sent = true
		l.w.Header().Set("Content-Type", "application/octet-stream")
		l.w.Header().Set("Content-Disposition", disposition(l.name))
		l.w.WriteHeader(http.StatusOK)
	}
	return l.w.Write(p) //nolint:wrapcheck // a writer passes on
}

// HandOverDossier files a record of a dossier.
func (a *api) HandOverDossier(ctx context.Context, in HandOverDossierRequestObject) (HandOverDossierResponseObject, error) {
	id, now := word[archive.RecordID](in.Body.ID), a.now()
	if id == "" {
		id = archive.RecordID(a.cfg.NewID())
	}
	d, err := a.draw(ctx, dossierOrder{Matter: in.Body.Matter, Policy: in.Body.Policy, AsOf: in.Body.AsOf, Size: in.Body.Size, Continues: in.Body.Continues})
	if absent, ok := errors.AsType[*handover.AbsentError](err); ok {
		err = &inBodyError{absent}
	}
	if err != nil {
		return nil, err
	}
	digest, err := a.cfg.Dossiers.Pack(ctx, io.Discard, d, dossier.Tar)
	if err != nil {
		return nil, err
	}
	file, err := d.File(id, digest)
	if err != nil {
		return nil, err
	}
	keep, err := a.cfg.Dossiers.Keep(ctx, principalOf(ctx).Tenant, file)
	if err != nil {
		return nil, err
	}
	receipt := d.Receipt(digest)
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		r, err := keep(ctx, tx, p.Actor.ID, now)
		if err != nil {
			return reply{}, err
		}
		return created(receiptTo(r.ID, &receipt), map[string]string{"Location": recordPath + string(r.ID)})
	})
}

// VisitHandOverDossierResponse sends the reply.
func (p reply) VisitHandOverDossierResponse(w http.ResponseWriter) error { return p.send(w) }

func dossierTo(d *handover.Dossier) DossierPlan {
	out := DossierPlan{
		Matter: d.Order.Matter, Policy: d.Order.Policy.Name, AsOf: optional(d.Order.Policy.AsOf), Size: d.Order.Size,
		Continues: text(d.Order.Continues), Truncated: d.Plan.Full, LastBates: d.Plan.LastBates(), Items: []DossierItem{}, Tombstones: []DossierTombstone{},
		Withheld: listed(d.Plan.Withheld, func(w dossier.Withheld) DossierWithheld {
			return DossierWithheld{End: endTo(w.End), Reason: w.Reason, From: text(w.From), Content: text(w.Digest)}
		}),
	}
	for i := range d.Plan.Items {
		it := &d.Plan.Items[i]
		item := DossierItem{
			Number: int64(it.Number), Record: string(it.Document.Record.ID), Title: it.Document.Record.Title, Reason: it.Reason,
			Folder: it.Folder, Files: int64(len(it.Files)),
		}
		if gone := it.Document.Gone; gone != nil {
			item.Gone = new(string(gone.State))
		}
		out.Items = append(out.Items, item)
		out.Tombstones = append(out.Tombstones, dossierTombstones(&it.Document)...)
	}
	for i := range d.Plan.Continued {
		out.Tombstones = append(out.Tombstones, dossierTombstones(&d.Plan.Continued[i])...)
	}
	return out
}

// dossierTombstones is what became of a record, if it is gone.
func dossierTombstones(doc *dossier.Document) []DossierTombstone {
	gone := doc.Gone
	if gone == nil {
		return nil
	}
	out := DossierTombstone{Record: string(doc.Record.ID), State: string(gone.State), Batch: gone.Batch, Proved: gone.Position > 0}
	if s := gone.Stone; s != nil {
		out.By, out.At, out.Receiver = text(s.By), &s.At, text(s.Receiver)
	}
	return []DossierTombstone{out}
}

func receiptTo(id archive.RecordID, r *handover.Receipt) DossierReceipt {
	return DossierReceipt{
		Record: string(id), Matter: r.Matter, Policy: r.Policy, AsOf: optional(r.AsOf), Size: r.Size, Continues: text(r.Continues),
		Records: int64(r.Records), Files: int64(r.Files), Withheld: int64(r.Withheld), LastBates: r.LastBates, TagmanifestSha256: r.TagManifest,
	}
}
