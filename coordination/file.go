package coordination

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
)

// File files a document of the caller's own; see archive.Service.File.
func (d *Desk) File(ctx context.Context, tenant, actor string, f archive.File) (archive.Record, error) {
	if f.ID == "" {
		f.ID = archive.RecordID(d.cfg.NewID())
	}
	now := d.now()
	var out archive.Record
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.fileTx(ctx, tx, actor, now, f)
		return err
	})
	return out, err
}

// FileTx files a document inside the caller's transaction. The document needs
// an id; now must be UTC in whole microseconds.
func (d *Desk) FileTx(ctx context.Context, tx Tx, actor string, now time.Time, f archive.File) (archive.Record, error) {
	return d.fileTx(ctx, tx, actor, now, f)
}

// Refer adds a reference that leads from a record; see archive.Service.Refer.
func (d *Desk) Refer(
	ctx context.Context, tenant, actor string, id archive.RecordID, l archive.Link,
) (archive.Reference, error) {
	return d.file.Refer(ctx, tenant, actor, id, l)
}

// ReferTx adds a reference inside the caller's transaction; now must be UTC in
// whole microseconds.
func (d *Desk) ReferTx(
	ctx context.Context, tx Tx, actor string, now time.Time, id archive.RecordID, l archive.Link,
) (archive.Reference, error) {
	return d.file.ReferTx(ctx, tx, actor, now, id, l)
}

// fileDecision files what a decision was made about and the brief it was made
// on. Their ids follow from the decision, so no decision is filed twice. The one
// original is the data under the brief's own digest: package briefpage makes the
// same page from it whenever one is wanted.
func (d *Desk) fileDecision(
	ctx context.Context, tx Tx, r *changereq.Request, ev changereq.Event, data changereq.DecidedData,
) error {
	subject := ChangeRequestRef(r.ID)
	derived := archive.Link{Type: archive.DerivesFrom, Target: archive.ToRef(subject)}
	id := string(r.ID) + "." + strconv.FormatInt(ev.Seq, 10)
	request := archive.File{
		ID: archive.RecordID(id + ".request"), Kind: archive.KindChangeRequest,
		Title:   r.Number + ": " + r.Content.Title + ", as it was " + string(data.Decision.Verdict),
		Subject: subject, References: []archive.Link{derived},
	}
	if b := r.Brief; b != nil && b.Number == data.Decision.Brief {
		brief := archive.File{
			ID: archive.RecordID(id + ".brief"), Kind: archive.KindBrief,
			Title:   r.Number + ": brief " + strconv.Itoa(b.Number),
			Subject: subject, Dated: b.At, References: []archive.Link{derived},
		}
		if err := d.fileCopy(ctx, tx, ev, brief, b); err != nil {
			return err
		}
		request.References = append(request.References, archive.Link{
			Type: archive.DecidedIn, Target: archive.ToRecord(brief.ID), Reason: string(data.Decision.Verdict),
		})
	}
	return d.fileCopy(ctx, tx, ev, request, r)
}

func (d *Desk) fileCopy(ctx context.Context, tx Tx, ev changereq.Event, f archive.File, of any) error {
	content, err := json.Marshal(of)
	if err != nil {
		return fmt.Errorf("coordination: copy for the archive: %w", err)
	}
	f.MediaType, f.Content = "application/json", content
	_, err = d.fileTx(ctx, tx, ev.Actor, ev.At, f)
	return err
}
