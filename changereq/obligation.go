package changereq

import "time"

// Obligation is a notice that the office owes somebody about one event. There
// is exactly one for each owing event and recipient.
type Obligation struct {
	ID        string          `json:"id"` // unique over all requests: request id, event number, place
	Recipient string          `json:"recipient"`
	About     int64           `json:"about"` // the number of the event it tells of
	Subject   string          `json:"subject"`
	OwedBy    string          `json:"owed_by"` // whose act created the debt
	OwedAt    time.Time       `json:"owed_at"`
	State     ObligationState `json:"state"`

	Digest      Digest     `json:"digest,omitempty"`      // of the material content that it tells of
	Due         *time.Time `json:"due,omitempty"`         // when it should be sent at the latest, by the office's promise
	Acknowledge bool       `json:"acknowledge,omitempty"` // being sent is not enough: the recipient has to answer
	AnswerBy    *time.Time `json:"answer_by,omitempty"`   // from then on silence may be recorded in place of an answer

	Evidence string     `json:"evidence,omitempty"` // of sending: channel and message reference
	Reason   string     `json:"reason,omitempty"`   // of a dispute or waiver
	By       string     `json:"by,omitempty"`       // who moved it last
	At       *time.Time `json:"at,omitempty"`
}

// ObligationState is how far an obligation has come.
type ObligationState string

// The states of an obligation. ObligationOwed keeps a request from ending, and
// so does ObligationSent of one that has to be acknowledged.
const (
	ObligationOwed         ObligationState = "owed"
	ObligationSent         ObligationState = "sent"
	ObligationAcknowledged ObligationState = "acknowledged"
	ObligationDisputed     ObligationState = "disputed"
	ObligationWaived       ObligationState = "waived"
	ObligationUnanswered   ObligationState = "unanswered" // nobody answered in time, and there is evidence of it
)

func (o Obligation) clone() Obligation {
	o.At, o.Due, o.AnswerBy = clonePtr(o.At), clonePtr(o.Due), clonePtr(o.AnswerBy)
	return o
}
