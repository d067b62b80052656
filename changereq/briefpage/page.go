package briefpage

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq"
)

// page is a brief in words, as both renderings show it.
type page struct {
	Number        int
	RequestNumber string
	Title         string
	Labels        []string
	Applicant     string
	By            string
	Issued        string
	DecideBy      string
	Glance        []fact
	Missing       string

	Recommendation string
	Options        []fact
	Description    string
	Justification  string
	Relevance      *opinion
	Risks          []risk
	Opinions       []opinion // of those who assessed the risks, the one that counts first
	BackOut        string
	Benefit        *opinion
	Cost           *opinion
	Money          []amount
	Values         []amount // present values
	Plan           *plan
	Items          []item
	Traced         string // when and for whom the uses were looked up
	Window         string
	Digest         string
	Material       string
}

// fact is a name and what there is to say about it.
type fact struct{ Name, Text string }

// opinion is what one person assessed.
type opinion struct {
	By       string
	Verdict  string
	Summary  string
	Source   string // who, when, how sure
	Evidence []string
	Effects  []fact
}

type risk struct {
	Title, Mitigation  string
	By                 string
	Inherent, Residual rating
}

type rating struct {
	Score string // likelihood × impact
	Band  string
	Tone  string // the style of the band
}

type amount struct {
	Kind              string
	What              string
	Low, Likely, High string
	Over              string
	Bar               bar
}

type plan struct {
	opinion

	AsOf      string
	Delays    []delay
	Shortages []fact
	People    string
}

type delay struct{ What, Before, After, By string }

type item struct {
	Item, Action, Base, Owner, Why string
	Open                           bool // nobody has said what happens to it
}

func newPage(b *changereq.Brief) *page {
	c, a := &b.Content, &b.Assessment
	p := &page{
		Number: b.Number, RequestNumber: b.RequestNumber, Title: c.Title, Labels: c.Labels, Applicant: b.Applicant, By: b.By,
		Issued: instant(b.At), Missing: strings.Join(b.Missing, ", "), Recommendation: b.Recommendation,
		Description: c.Description, Justification: c.Justification, BackOut: c.BackOutPlan,
		Digest: string(b.Digest), Material: string(b.Material),
	}
	if b.DecideBy != nil {
		p.DecideBy = day(*b.DecideBy)
	}
	for _, o := range b.Options {
		p.Options = append(p.Options, fact{o.Title, o.Summary})
	}
	if w := c.Window; w != nil {
		p.Window = instant(w.Start) + " to " + instant(w.End)
	}
	if x := a.Relevance; x != nil {
		p.Relevance = part(&x.Part, relevance(x), x.Reason)
	}
	p.risks(a)
	p.money(b)
	p.plan(a.Plan)
	p.items(b)
	p.glance(b)
	return p
}

// part is what all parts of an assessment have.
func part(x *changereq.Part, verdict, summary string) *opinion {
	source := "assessed by " + x.By + ", " + day(x.At)
	if x.Confidence != "" {
		source += ", confidence " + string(x.Confidence)
	}
	return &opinion{By: x.By, Verdict: verdict, Summary: summary, Source: source, Evidence: x.Evidence}
}

func relevance(x *changereq.Relevance) string {
	switch x.Verdict {
	case changereq.Relevant:
		return "relevant"
	case changereq.OutOfScope:
		return "out of scope"
	case changereq.Duplicate:
		return strings.TrimSpace("duplicate of " + string(x.DuplicateOf))
	}
	return string(x.Verdict)
}

// risks lists what every assessor saw, beginning with the opinion that counts.
func (p *page) risks(a *changereq.Assessment) {
	if a.Risk == nil {
		return
	}
	p.hear(a.Risk)
	for i := range a.Opinions {
		if o := &a.Opinions[i]; o.By != a.Risk.By {
			p.hear(o)
		}
	}
}

func (p *page) hear(r *changereq.Risks) {
	verdict := "no risks named"
	if r.Band != "" {
		verdict = "residual risk " + words(string(r.Band))
	}
	said := part(&r.Part, verdict, r.Summary)
	for _, e := range []fact{
		{"Constituent parts", r.OnParts},
		{"Product being made", r.InProcess},
		{"Product already delivered", r.OnDelivered},
	} {
		if e.Text == "" {
			e.Text = "not stated"
		}
		said.Effects = append(said.Effects, e)
	}
	p.Opinions = append(p.Opinions, *said)
	for _, x := range r.Risks {
		p.Risks = append(p.Risks, risk{Title: x.Title, Mitigation: x.Mitigation, By: r.By, Inherent: rated(x.Inherent), Residual: rated(x.Residual)})
	}
}

func rated(r changereq.Rating) rating {
	return rating{Score: strconv.Itoa(r.Likelihood) + " × " + strconv.Itoa(r.Impact), Band: words(string(r.Band)), Tone: tone(r.Band)}
}

// tone is the style of a band: those of the standard matrix have colours, the
// words of another matrix stand as they are.
func tone(b changereq.Band) string {
	known := []changereq.Band{changereq.BandLow, changereq.BandMedium, changereq.BandHigh, changereq.BandVeryHigh, changereq.BandCritical}
	if slices.Contains(known, b) {
		return string(b)
	}
	return "plain"
}

// words is a term of the rules for reading.
func words(s string) string { return strings.ReplaceAll(s, "-", " ") }

func (p *page) plan(e *changereq.PlanEffect) {
	if e == nil {
		return
	}
	x := &plan{opinion: *part(&e.Part, "", e.Summary), AsOf: instant(e.AsOf), People: strings.Join(e.People, ", ")}
	x.Source = "asked by " + strings.TrimPrefix(x.Source, "assessed by ")
	if e.Source != "" {
		x.Verdict = e.Source
	}
	for _, d := range e.Delays {
		x.Delays = append(x.Delays, delay{d.What, day(d.Before), day(d.After), span(d.After.Sub(d.Before))})
	}
	for _, s := range e.Shortages {
		text := strings.TrimSpace(grouped(s.Short)+" "+s.Unit) + " short, needed by " + day(s.NeedBy)
		x.Shortages = append(x.Shortages, fact{string(s.Item), text})
	}
	p.Plan = x
}

// items lists what the change affects, then what else it reaches.
func (p *page) items(b *changereq.Brief) {
	why := make(map[changereq.ItemID]string)
	if w := b.WhereUsed; w != nil {
		p.Traced = instant(w.At) + " by " + w.By
		for _, u := range w.Uses {
			path := make([]string, len(u.Path))
			for i, step := range u.Path {
				path[i] = string(step)
			}
			why[u.Item] = strings.Join(path, " → ")
		}
	}
	for _, a := range b.Content.Affected {
		x := item{Item: string(a.Item), Action: words(string(a.Action)), Base: a.Base, Owner: a.Owner, Why: why[a.Item]}
		if x.Open = a.Action == ""; x.Open {
			x.Action = "not said"
		}
		if x.Why == "" {
			x.Why = "named in the request"
		}
		delete(why, a.Item)
		p.Items = append(p.Items, x)
	}
	if b.WhereUsed == nil {
		return
	}
	for _, u := range b.WhereUsed.Uses { // only an emergency leaves some open
		if path, open := why[u.Item]; open {
			p.Items = append(p.Items, item{Item: string(u.Item), Action: "not said", Why: path, Open: true})
		}
	}
}

// glance sums up what is told below, in the order in which one asks.
func (p *page) glance(b *changereq.Brief) {
	for _, v := range p.Values {
		p.Glance = append(p.Glance, fact{"Net present value", v.Likely + "\n" + v.Low + " to " + v.High})
	}
	if n := len(p.Opinions); n > 0 {
		text := p.Opinions[0].Verdict
		if n > 1 {
			text += "\nhighest of " + strconv.Itoa(n) + " assessors"
		}
		p.Glance = append(p.Glance, fact{"Risk", text})
	}
	if e := b.Assessment.Plan; e != nil {
		p.Glance = append(p.Glance, fact{"Plan and stock", consequence(e)})
	}
	changed := 0
	for _, a := range b.Content.Affected {
		if a.Action != changereq.ActionNone {
			changed++
		}
	}
	p.Glance = append(p.Glance, fact{"Items", count(changed, "changes", "change") + "\n" + strconv.Itoa(len(p.Items)) + " looked at"})
}

func consequence(e *changereq.PlanEffect) string {
	var worst time.Duration
	for _, d := range e.Delays {
		worst = max(worst, d.After.Sub(d.Before))
	}
	text := "no delay"
	if worst > 0 {
		text = span(worst)
	}
	if n := len(e.Shortages); n > 0 {
		return text + "\n" + count(n, "shortage", "shortages")
	}
	return text + "\nno shortage"
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
