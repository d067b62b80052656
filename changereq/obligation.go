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
	Evidence  string          `json:"evidence,omitempty"` // of sending: channel and message reference
	Reason    string          `json:"reason,omitempty"`   // of a dispute or waiver
	By        string          `json:"by,omitempty"`       // who moved it last
	At        *time.Time      `json:"at,omitempty"`
}

// ObligationState is how far an obligation has come.
type ObligationState string

// The states of an obligation. Only ObligationOwed keeps a request from ending.
const (
	ObligationOwed         ObligationState = "owed"
	ObligationSent         ObligationState = "sent"
	ObligationAcknowledged ObligationState = "acknowledged"
	ObligationDisputed     ObligationState = "disputed"
	ObligationWaived       ObligationState = "waived"
)

func (o Obligation) clone() Obligation {
	o.At = clonePtr(o.At)
	return o
}
