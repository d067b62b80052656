package changereq

import "slices"

// Open drafts a request. The applicant is the actor unless a coordinator drafts
// for somebody else.
type Open struct {
	ID        ID           `json:"id,omitempty"` // empty: the service makes one
	Applicant string       `json:"applicant,omitempty"`
	Lifecycle LifecycleRef `json:"lifecycle"`       // zero: the service's default; version 0: the newest of that id
	State     string       `json:"state,omitempty"` // one of the initial states; empty: the first
	Content   Content      `json:"content"`
}

// Name of the command.
func (Open) Name() string { return "open" }

func (c Open) validate(f *fields) {
	if c.ID != "" {
		f.id("/id", string(c.ID))
	}
	f.name("/applicant", c.Applicant, optional)
	f.require("/content/title", c.Content.Title)
	c.Content.validate(f, "/content")
}

func (c Open) decide(d *deliberation) error {
	applicant := c.Applicant
	if applicant == "" {
		applicant = d.env.Actor.ID
	}
	if applicant != d.env.Actor.ID {
		if err := d.require(RoleCoordinator); err != nil {
			return err
		}
	}
	def := &d.lc.def
	state := c.State
	if state == "" {
		state = def.Initial[0]
	}
	if !slices.Contains(def.Initial, state) {
		return refused(d.command, unmet("state", "a request does not begin in %q: it begins in %s", state, oneOf(def.Initial)))
	}
	if err := d.env.Matrix.knows(c.Content.Template); err != nil {
		return err
	}
	s, _ := d.lc.State(state)
	d.req.ID = c.ID
	if open := d.linksHold(d.env.Number, &c.Content); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.emit(OpenedData{
		Number: d.env.Number, Lifecycle: LifecycleRef{ID: def.ID, Version: def.Version},
		State: state, Category: s.Category, Applicant: applicant, Content: c.Content.normal(),
	})
	return nil
}

// Amend replaces the content. What changed, and how material that is, the rules
// find out by digest. Amending to equal content changes nothing.
type Amend struct {
	Content Content `json:"content"`
}

// Name of the command.
func (Amend) Name() string { return "amend" }

func (c Amend) validate(f *fields) {
	f.require("/content/title", c.Content.Title)
	c.Content.validate(f, "/content")
}

func (c Amend) decide(d *deliberation) error {
	if err := d.require(RoleApplicant, RoleCoordinator); err != nil {
		return err
	}
	if err := d.env.Matrix.knows(c.Content.Template); err != nil {
		return err
	}
	content := c.Content.normal()
	changed := d.req.Digests.Changed(DigestsOf(content, d.req.Assessment))
	if len(changed) == 0 {
		return nil
	}
	if err := d.amendable(changed); err != nil {
		return err
	}
	if open := slices.Concat(d.leavesTemplate(content, changed), d.linksHold(d.req.Number, &content)); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.emit(AmendedData{Content: content, Changed: changed})
	return nil
}

// amendable: from verifying on, the words may be mended but not the matter.
func (d *deliberation) amendable(changed []Class) error {
	s, _ := d.lc.State(d.req.State)
	switch {
	case s.Terminal:
		return refused(d.command, unmet("state", "the request has ended in %s: reopen it or draft a new one", d.req.State))
	case !d.settledMatter():
		return nil
	}
	for _, class := range changed {
		if class != ClassEditorial {
			return refused(d.command, unmet("state",
				"in state %s only title and labels may be amended, not what belongs to the class %s", d.req.State, class))
		}
	}
	return nil
}
