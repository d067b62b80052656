package changereq

import (
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Import records a history that happened elsewhere as facts: every step is
// kept, and each rule of the lifecycle that a step broke is attached to it.
// Importing the same history again changes nothing; a longer one whose
// beginning is the recorded one is taken on from there.
type Import struct {
	ID        ID           `json:"id"`
	Number    string       `json:"number"`
	Source    string       `json:"source"`
	Lifecycle LifecycleRef `json:"lifecycle"`
	Applicant string       `json:"applicant"`
	Content   Content      `json:"content"`
	Facts     []Fact       `json:"facts"`
}

// Fact is one step of an imported history.
type Fact struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	State     string    `json:"state"`               // as the source names it; aliases are folded
	Reference string    `json:"reference,omitempty"` // where the source records it
}

const maxFacts = 10_000

// Name of the command.
func (Import) Name() string { return "import" }

func (c Import) validate(f *fields) {
	f.id("/id", string(c.ID))
	f.name("/number", c.Number, required)
	f.name("/source", c.Source, required)
	f.name("/applicant", c.Applicant, required)
	f.require("/content/title", c.Content.Title)
	c.Content.validate(f, "/content")
	if len(c.Facts) == 0 {
		f.add("/facts", "required", "is empty: a history has at least one step")
	}
	f.atMost("/facts", len(c.Facts), maxFacts)
	for i, x := range c.Facts {
		at := element("", "facts", i)
		f.time(at+"/at", &x.At)
		f.name(at+"/by", x.By, optional)
		f.name(at+"/state", x.State, required)
		f.name(at+"/reference", x.Reference, optional)
	}
}

func (c Import) decide(d *deliberation) error {
	known := 0
	if o := d.req.Origin; o != nil {
		known = o.Facts
	} else if d.req.Events > 0 {
		return &ConflictError{ID: c.ID, Have: d.req.Rev}
	}
	digest := c.digest(len(c.Facts))
	if o := d.req.Origin; o != nil {
		if o.Digest == digest {
			return nil
		}
		if known > len(c.Facts) || o.History != historyDigest(c.Facts[:known]) {
			return refused(d.command, unmet("import",
				"%s was imported with another history: only steps after the %d recorded ones can be added", c.Number, known))
		}
	}
	d.req.ID = c.ID
	d.emitAt(d.notBefore(c.Facts[min(known, len(c.Facts)-1)].At), d.env.Actor.ID, ImportedData{
		Number: c.Number, Lifecycle: c.Lifecycle, Applicant: c.Applicant, Content: c.Content.normal(), Source: c.Source,
		Digest: digest, History: historyDigest(c.Facts), RecordedAt: d.env.Now,
	})
	for i, x := range c.Facts[known:] {
		d.record(x, known+i == 0)
	}
	return nil
}

func (d *deliberation) notBefore(at time.Time) time.Time {
	if at = Instant(at); at.Before(d.req.Updated) {
		return d.req.Updated
	}
	return at
}

// record appends one step with what is wrong with it.
func (d *deliberation) record(x Fact, opening bool) {
	var violations []string
	if Instant(x.At).Before(d.req.Updated) {
		violations = append(violations, "the step is dated "+x.At.UTC().Format(time.RFC3339)+", before the one it follows")
	}
	to, _ := d.lc.Fold(x.State)
	trace := []lifecycle.Step{{State: x.State}}
	if !opening {
		trace = slices.Insert(trace, 0, lifecycle.Step{State: d.req.State})
	}
	for _, v := range d.lc.Judge(trace).Violations {
		if v.Index == len(trace)-1 { // the step before was judged when it was recorded
			violations = append(violations, v.Reason)
		}
	}
	var category lifecycle.Category
	if s, ok := d.lc.State(to); ok {
		category = s.Category
	}
	d.emitAt(d.notBefore(x.At), x.By, FactRecordedData{
		From: d.req.State, To: to, Category: category, Raw: x.State, Reference: x.Reference, Violations: violations,
	})
}

// digest is of the head and the first n facts.
func (c Import) digest(n int) Digest {
	return sum(func(w writer) {
		for _, s := range []string{string(c.ID), c.Number, c.Source, c.Applicant, c.Lifecycle.ID} {
			w.text(s)
		}
		w.count(c.Lifecycle.Version)
		content := DigestsOf(c.Content, Assessment{})
		w.text(string(content.Editorial))
		w.text(string(content.Material))
		w.text(string(historyDigest(c.Facts[:n])))
	})
}

func historyDigest(facts []Fact) Digest {
	return sum(func(w writer) {
		for _, x := range facts {
			w.time(x.At)
			w.text(x.By)
			w.text(strings.ToValidUTF8(x.State, ""))
			w.text(x.Reference)
		}
	})
}
