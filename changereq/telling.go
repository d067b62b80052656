package changereq

import (
	"fmt"
	"time"
)

// Telling is what an office promises about its notices. What it says when a
// notice is owed holds for that notice for ever. The zero value promises no time
// and is content when a notice was sent.
type Telling struct {
	Within time.Duration // a notice is due so long after what it tells of; 0 has no due date

	// Acknowledge asks the applicant to acknowledge each notice before the
	// request ends. Patience is how long after sending the office waits; from
	// then on RecordSilence, with evidence, stands in for the answer.
	Acknowledge bool
	Patience    time.Duration
}

func (t Telling) validate() error {
	switch {
	case t.Within < 0 || t.Patience < 0:
		return fmt.Errorf("%w: telling within %s with patience of %s: neither can be negative", ErrInvalid, t.Within, t.Patience)
	case t.Acknowledge && t.Patience == 0:
		return fmt.Errorf("%w: notices have to be acknowledged without a patience: whoever never answers would hold a request open for ever", ErrInvalid)
	}
	return nil
}

// promise sets what the office promises about a new obligation.
func (d *deliberation) promise(o *Obligation) {
	o.Digest = d.req.Digests.Material
	if t := d.env.Telling; t.Within > 0 {
		o.Due = instant(new(o.OwedAt.Add(t.Within)))
	}
	o.Acknowledge = d.env.Telling.Acknowledge && o.Recipient == d.req.Applicant
}

// answerBy is when an answer to a notice that is sent now is missing; nil for
// one that asks for none.
func (d *deliberation) answerBy(o *Obligation) *time.Time {
	if !o.Acknowledge {
		return nil
	}
	return instant(new(d.env.Now.Add(d.env.Telling.Patience)))
}

// RecordSilence says that nobody answered a notice in time, with evidence of
// what was done to get an answer. The recipient may still answer later.
type RecordSilence struct {
	Obligation string `json:"obligation"`
	Evidence   string `json:"evidence"`
}

// Name of the command.
func (RecordSilence) Name() string { return "record-silence" }

func (c RecordSilence) validate(f *fields) {
	f.name("/obligation", c.Obligation, required)
	f.require("/evidence", c.Evidence)
	f.text("/evidence", c.Evidence, maxText)
}

func (c RecordSilence) decide(d *deliberation) error {
	o, err := d.owed(c.Obligation)
	if err != nil || o.State == ObligationUnanswered {
		return err
	}
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	switch {
	case !o.Acknowledge:
		return refused(d.command, unmet("obligation", "the notice asks for no answer: there is nothing to wait for"))
	case o.State != ObligationSent:
		return refused(d.command, unmet("obligation", "the notice is %s: silence is recorded of one that was sent and not answered", o.State))
	case o.AnswerBy != nil && d.env.Now.Before(*o.AnswerBy):
		return refused(d.command, unmet("obligation", "%s has time to answer until %s: wait, or ask again", o.Recipient, o.AnswerBy.Format(time.RFC3339)))
	}
	d.emit(ObligationChangedData{Obligation: o.ID, State: ObligationUnanswered, Evidence: c.Evidence})
	return nil
}

// silent says why an obligation to the applicant keeps a request from ending,
// or "".
func (o *Obligation) silent() string {
	switch {
	case o.State == ObligationOwed:
		return "was not told"
	case o.State == ObligationSent && o.Acknowledge && o.AnswerBy != nil:
		return "was told and has until " + o.AnswerBy.Format(time.RFC3339) + " to acknowledge it; after that record the silence"
	case o.State == ObligationSent && o.Acknowledge:
		return "was told and has not acknowledged it"
	}
	return ""
}
