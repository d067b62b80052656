package coordination

import (
	"context"
	"strconv"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/changereq"
)

// Disputed is what is on file of a dispute: which notice its recipient finds
// wrong, and why.
type Disputed struct {
	Request   changereq.ID         `json:"request"`
	Number    string               `json:"number"`
	Notice    changereq.Obligation `json:"notice"`
	Applicant string               `json:"applicant"`
	Decision  changereq.Decision   `json:"decision"` // as it stood
}

// fileDispute opens the record of a dispute in the transaction in which it is
// raised: the request it belongs to and the event it contradicts find it. Whatever is
// filed on the request is held until somebody releases that hold, which is called as the record is.
func (d *Desk) fileDispute(
	ctx context.Context, tx Tx, r *changereq.Request, ev changereq.Event, data changereq.ObligationChangedData,
) error {
	for _, o := range r.Obligations {
		if o.ID != data.Obligation {
			continue
		}
		subject := ChangeRequestRef(r.ID)
		id := string(r.ID) + "." + strconv.FormatInt(ev.Seq, 10) + ".dispute"
		if err := d.holdMatter(ctx, tx, ev, id, subject, data.Reason); err != nil {
			return err
		}
		return d.fileCopy(ctx, tx, ev, archive.File{
			ID:   archive.RecordID(id),
			Kind: archive.KindDispute, Title: r.Number + ": " + ev.Actor + " disputes a notice", Subject: subject,
			References: []archive.Link{
				{Type: archive.DerivesFrom, Target: archive.ToRef(subject)},
				{Type: archive.Contradicts, Target: archive.ToRef(archive.Ref(about(r.ID, o.About))), Reason: data.Reason},
			},
		}, Disputed{Request: r.ID, Number: r.Number, Notice: o, Applicant: r.Applicant, Decision: r.Decision})
	}
	return nil
}

// holdMatter keeps every record on a request, those that are filed later included.
func (d *Desk) holdMatter(ctx context.Context, tx Tx, ev changereq.Event, id string, subject archive.Ref, reason string) error {
	_, err := d.IssueHoldTx(ctx, tx, ev.Actor, ev.At, retention.Hold{
		ID: id, Matter: string(subject), Reason: "A notice is disputed: " + reason,
		Scope: retention.Scope{Conditions: []retention.Condition{{Field: FieldSubject, Value: string(subject)}}},
	})
	return err
}
