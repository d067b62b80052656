package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

func obligationTo(o notice.Obligation) Obligation {
	return Obligation{
		ID: o.ID, Rev: o.Rev, Recipient: o.Recipient, About: o.About, Subject: o.Subject, OwedBy: o.OwedBy, OwedAt: o.OwedAt,
		Digest: text(o.Digest), Due: o.Due, Acknowledge: optional(o.Acknowledge), AnswerBy: o.AnswerBy,
		State: string(o.State), Evidence: text(o.Evidence), Reason: text(o.Reason), Updated: o.Updated, UpdatedBy: o.UpdatedBy,
	}
}

// entryTo puts an entry into the envelope of CloudEvents. The id follows from
// room, entity and number, so it is the same however often it is sent.
func entryTo(e coordination.Entry) (JournalEntry, error) {
	data, err := object(e.Data)
	return JournalEntry{
		Specversion: JournalEntrySpecversionN10, ID: fmt.Sprintf("%s/%s/%d", e.Room, e.Entity, e.Seq),
		Source: "coordkit:" + string(e.Room), Type: fmt.Sprintf("coordkit.%s.%s", e.Room, e.Kind), Subject: e.Entity,
		Time: e.At, Position: e.Position, Recorded: e.Recorded, Actor: e.Actor, Seq: e.Seq, Data: data,
	}, err
}

// object reads a JSON object without losing digits of its numbers.
func object(raw []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		return nil, fmt.Errorf("httpapi: data of an event: %w", err)
	}
	return out, nil
}
