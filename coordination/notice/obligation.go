package notice

import (
	"fmt"
	"time"
)

// Obligation is a notice owed to one recipient about one occasion. There is
// one row for each; its history says how it was settled.
type Obligation struct {
	ID        string    `json:"id"`
	Rev       int64     `json:"rev"` // raised by one with every stored change; 0 is not stored yet
	Recipient string    `json:"recipient"`
	About     string    `json:"about"` // what it tells of, such as changereq:CR7#12
	Subject   string    `json:"subject"`
	OwedBy    string    `json:"owed_by"`
	OwedAt    time.Time `json:"owed_at"`
	State     State     `json:"state"`

	Digest      string     `json:"digest,omitempty"`      // of what it tells of
	Due         *time.Time `json:"due,omitempty"`         // when it should be sent at the latest
	Acknowledge bool       `json:"acknowledge,omitempty"` // the recipient has to answer
	AnswerBy    *time.Time `json:"answer_by,omitempty"`   // from then on silence may be recorded

	Evidence  string    `json:"evidence,omitempty"` // of sending: channel and message reference
	Reason    string    `json:"reason,omitempty"`   // of a dispute or waiver
	Updated   time.Time `json:"updated"`
	UpdatedBy string    `json:"updated_by"`
	Events    int64     `json:"events"` // length of the history
}

// State is how far an obligation has come.
type State string

// The states. Owed may become any other but Unanswered; Sent may be answered or
// stay Unanswered, which a late answer still ends; Acknowledged and Disputed may
// change into each other; Waived is final.
const (
	Owed         State = "owed"
	Sent         State = "sent"
	Acknowledged State = "acknowledged"
	Disputed     State = "disputed"
	Waived       State = "waived"
	Unanswered   State = "unanswered"
)

// Event is one thing that happened to an obligation. Seq counts from 1 without
// gaps.
type Event struct {
	Obligation string
	Seq        int64
	At         time.Time
	Actor      string
	Data       Data
}

// Owe begins an obligation.
type Owe struct {
	ID        string
	Recipient string
	About     string
	Subject   string

	Digest      string
	Due         *time.Time
	Acknowledge bool
}

// Settle moves an obligation on.
type Settle struct {
	State    State
	Evidence string
	Reason   string
	AnswerBy *time.Time // of one that is sent and has to be answered
}

// DecideOwe gives the event that begins an obligation.
func DecideOwe(c Owe, actor string, now time.Time) ([]Event, error) {
	for _, f := range []struct{ name, value string }{
		{"id", c.ID},
		{"recipient", c.Recipient},
		{"about", c.About},
		{"subject", c.Subject},
	} {
		if f.value == "" {
			return nil, fmt.Errorf("%w: %s is empty: name it", ErrInvalid, f.name)
		}
	}
	return []Event{{Obligation: c.ID, Seq: 1, At: now, Actor: actor, Data: OwedData{
		Recipient: c.Recipient, About: c.About, Subject: c.Subject, Digest: c.Digest, Due: c.Due, Acknowledge: c.Acknowledge,
	}}}, nil
}

// DecideSettle gives the event of moving an obligation on, or none if it is
// already there. A step that the states do not allow is ErrRefused.
func DecideSettle(o Obligation, c Settle, actor string, now time.Time) ([]Event, error) {
	switch {
	case o.State == c.State:
		return nil, nil
	case !leads(o.State, c.State):
		return nil, fmt.Errorf("%w: a notice that is %s cannot become %s", ErrRefused, o.State, c.State)
	}
	if now.Before(o.Updated) {
		now = o.Updated
	}
	return []Event{{Obligation: o.ID, Seq: o.Events + 1, At: now, Actor: actor, Data: SettledData(c)}}, nil
}

func leads(from, to State) bool {
	switch to {
	case Sent, Waived:
		return from == Owed
	case Unanswered:
		return from == Sent
	case Acknowledged, Disputed:
		return from != Waived
	case Owed:
	}
	return false
}

// Evolve returns the obligation after one event. It is total and leaves o
// untouched.
func Evolve(o Obligation, ev Event) Obligation {
	o.Events, o.Updated, o.UpdatedBy = ev.Seq, ev.At, ev.Actor
	switch d := ev.Data.(type) {
	case OwedData:
		o.ID, o.Recipient, o.About, o.Subject = ev.Obligation, d.Recipient, d.About, d.Subject
		o.OwedBy, o.OwedAt, o.State = ev.Actor, ev.At, Owed
		o.Digest, o.Due, o.Acknowledge = d.Digest, clonePtr(d.Due), d.Acknowledge
	case SettledData:
		o.State = d.State
		if d.Evidence != "" {
			o.Evidence = d.Evidence
		}
		if d.Reason != "" {
			o.Reason = d.Reason
		}
		if d.AnswerBy != nil {
			o.AnswerBy = clonePtr(d.AnswerBy)
		}
	case Unknown:
	}
	return o
}

// Clone returns a copy that shares no memory with o.
func (o Obligation) Clone() Obligation {
	o.Due, o.AnswerBy = clonePtr(o.Due), clonePtr(o.AnswerBy)
	return o
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Fold returns the obligation that its events lead to.
func Fold(events []Event) Obligation {
	var o Obligation
	for _, ev := range events {
		o = Evolve(o, ev)
	}
	return o
}
