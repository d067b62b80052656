package changereq

// RecordSent says that a notice owed was sent, with evidence of it.
type RecordSent struct {
	Obligation string `json:"obligation"`
	Evidence   string `json:"evidence"` // channel and message reference
}

// Acknowledge is the recipient's word that the notice arrived.
type Acknowledge struct {
	Obligation string `json:"obligation"`
}

// Dispute is the recipient's word that the notice is wrong.
type Dispute struct {
	Obligation string `json:"obligation"`
	Reason     string `json:"reason"`
}

// Waive lets an obligation go without a notice; never by whoever created it.
type Waive struct {
	Obligation string `json:"obligation"`
	Reason     string `json:"reason"`
}

// Name of the command.
func (RecordSent) Name() string { return "record-sent" }

// Name of the command.
func (Acknowledge) Name() string { return "acknowledge" }

// Name of the command.
func (Dispute) Name() string { return "dispute" }

// Name of the command.
func (Waive) Name() string { return "waive" }

func (c RecordSent) validate(f *fields) {
	f.name("/obligation", c.Obligation, required)
	f.require("/evidence", c.Evidence)
	f.text("/evidence", c.Evidence, maxText)
}

func (c Acknowledge) validate(f *fields) { f.name("/obligation", c.Obligation, required) }

func (c Dispute) validate(f *fields) {
	f.name("/obligation", c.Obligation, required)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c Waive) validate(f *fields) {
	f.name("/obligation", c.Obligation, required)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c RecordSent) decide(d *deliberation) error {
	o, err := d.owed(c.Obligation)
	if err != nil || o.State != ObligationOwed {
		return err // sent twice is sent once
	}
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	d.emit(ObligationChangedData{Obligation: o.ID, State: ObligationSent, Evidence: c.Evidence, AnswerBy: d.answerBy(&o)})
	return nil
}

func (c Acknowledge) decide(d *deliberation) error {
	o, err := d.ownNotice(c.Obligation)
	if err != nil || o.State == ObligationAcknowledged {
		return err
	}
	d.emit(ObligationChangedData{Obligation: o.ID, State: ObligationAcknowledged})
	return nil
}

func (c Dispute) decide(d *deliberation) error {
	o, err := d.ownNotice(c.Obligation)
	if err != nil || o.State == ObligationDisputed {
		return err
	}
	d.emit(ObligationChangedData{Obligation: o.ID, State: ObligationDisputed, Reason: c.Reason})
	return nil
}

func (c Waive) decide(d *deliberation) error {
	o, err := d.owed(c.Obligation)
	if err != nil {
		return err
	}
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	switch {
	case o.OwedBy == d.env.Actor.ID:
		return refused(d.command, unmet("separation-of-duties", "%s created this obligation and cannot waive it: somebody else has to", o.OwedBy))
	case o.State != ObligationOwed:
		return refused(d.command, unmet("obligation", "the notice is already %s: there is nothing to waive", o.State))
	}
	d.emit(ObligationChangedData{Obligation: o.ID, State: ObligationWaived, Reason: c.Reason})
	return nil
}

func (d *deliberation) owed(id string) (Obligation, error) {
	o := d.req.obligation(id)
	if o == nil {
		return Obligation{}, refused(d.command, unmet("obligation", "%s owes no such notice: list what it owes", d.req.Number))
	}
	return *o, nil
}

// ownNotice finds an obligation of which the actor is the recipient and which
// has reached the recipient or could have.
func (d *deliberation) ownNotice(id string) (Obligation, error) {
	o, err := d.owed(id)
	switch {
	case err != nil:
		return o, err
	case o.Recipient != d.env.Actor.ID:
		return o, refused(d.command, unmet("role", "the notice is for %s: only its recipient can answer it", o.Recipient))
	case o.State == ObligationWaived:
		return o, refused(d.command, unmet("obligation", "the notice was waived and never sent: there is nothing to answer"))
	}
	return o, nil
}
