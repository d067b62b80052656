package coordination

import (
	"context"
	"strconv"

	"github.com/coordkit/coordkit/archive"
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
// raised: the request it belongs to and the event it contradicts find it.
func (d *Desk) fileDispute(
	ctx context.Context, tx Tx, r *changereq.Request, ev changereq.Event, data changereq.ObligationChangedData,
) error {
	for _, o := range r.Obligations {
		if o.ID != data.Obligation {
			continue
		}
		subject := ChangeRequestRef(r.ID)
		return d.fileCopy(ctx, tx, ev, archive.File{
			ID:   archive.RecordID(string(r.ID) + "." + strconv.FormatInt(ev.Seq, 10) + ".dispute"),
			Kind: archive.KindDispute, Title: r.Number + ": " + ev.Actor + " disputes a notice", Subject: subject,
			References: []archive.Link{
				{Type: archive.DerivesFrom, Target: archive.ToRef(subject)},
				{Type: archive.Contradicts, Target: archive.ToRef(archive.Ref(about(r.ID, o.About))), Reason: data.Reason},
			},
		}, Disputed{Request: r.ID, Number: r.Number, Notice: o, Applicant: r.Applicant, Decision: r.Decision})
	}
	return nil
}
