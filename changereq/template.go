package changereq

import (
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Template is what a request, once it was carried out and closed, allows others
// to do without a vote: the bounds of a standard change. It belongs to the
// content of the request that proposes it, so it is assessed, shown in the
// brief, decided and frozen like anything else that is asked for. A new version
// of a template is a new request; the old one is retired in favour of it.
type Template struct {
	Items   []ItemID   `json:"items"`              // what may be affected; a set, kept sorted
	Actions []Action   `json:"actions"`            // what may be done to it; a set, kept sorted
	MaxBand Band       `json:"max_band"`           // of the highest residual risk, where risk is assessed
	MaxCost *Money     `json:"max_cost,omitempty"` // of all costs at their highest, where cost is assessed; nil allows none
	From    *time.Time `json:"from,omitempty"`     // good from this instant
	Until   *time.Time `json:"until,omitempty"`    // and before this one
}

// Money is an amount in minor units of a currency.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"` // ISO 4217
}

// Authorisation says which template a standard change was authorised from, and
// pins what the template said then.
type Authorisation struct {
	Template ID        `json:"template"`
	Material Digest    `json:"material"` // the content digest of the template
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Retirement says that the template of a request must not be used any more.
type Retirement struct {
	Reason    string    `json:"reason"`
	Successor ID        `json:"successor,omitempty"` // the request whose template takes its place
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// RetireTemplate takes a template out of use. Requests that were authorised
// from it and are not being built yet fall back as soon as anything is done
// with them, a Refresh included; what is being built may be finished.
type RetireTemplate struct {
	Reason    string `json:"reason"`
	Successor ID     `json:"successor,omitempty"`
}

// Name of the command.
func (RetireTemplate) Name() string { return "retire-template" }

func (c RetireTemplate) validate(f *fields) {
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
	if c.Successor != "" {
		f.id("/successor", string(c.Successor))
	}
}

func (c RetireTemplate) decide(d *deliberation) error {
	if err := d.require(RoleProductManager, RoleCoordinator); err != nil {
		return err
	}
	switch {
	case d.req.Content.Template == nil:
		return refused(d.command, unmet(guardTemplate, "%s is no template: there is nothing to retire", d.req.Number))
	case d.req.Category != lifecycle.Done:
		return refused(d.command, unmet("state", "%s is not in use as a template: in state %s, amend or end the request itself", d.req.Number, d.req.State))
	case d.req.Retired != nil:
		return refused(d.command, unmet(guardTemplate, "the template was retired on %s by %s", d.req.Retired.At.Format(time.RFC3339), d.req.Retired.By))
	case c.Successor == d.req.ID:
		return refused(d.command, unmet("successor", "a template cannot take its own place: name another request"))
	}
	d.emit(TemplateRetiredData(c))
	return nil
}

const (
	guardTemplate       = "template"
	guardTemplateLapsed = "template-lapsed"
)

// withinTemplate is the guard of a standard change: its template is itself a
// change that was carried out, is still the one it was authorised from, is in
// force now, and allows all that is asked for.
func withinTemplate(v *View) []Unmet {
	r, t := v.Request, v.Template
	switch {
	case r.Content.FromTemplate == "":
		return []Unmet{unmet(guardTemplate, "the request names no template: amend it with one, or ask for a vote under another lifecycle")}
	case t == nil || t.ID != r.Content.FromTemplate || t.Content.Template == nil:
		return []Unmet{templateUnmet(r, "%s is no template of this office: amend the request with another", r.Content.FromTemplate)}
	}
	if a := r.Authorisation; a != nil && (a.Template != t.ID || a.Material != t.Digests.Material) {
		return []Unmet{templateUnmet(r, "what was authorised on %s is not what the template says now: it has to be authorised again", a.At.Format(time.RFC3339))}
	}
	return slices.Concat(t.offered(v.Now), t.Content.Template.exceeded(r, v.Matrix.orStandard()))
}

// templateLapsed holds once an authorised request may not go on as it was
// authorised.
func templateLapsed(v *View) []Unmet {
	switch {
	case v.Request.Authorisation == nil:
		return []Unmet{unmet(guardTemplateLapsed, "the request was not authorised from a template")}
	case len(withinTemplate(v)) == 0:
		return []Unmet{unmet(guardTemplateLapsed, "the template holds, and the request stays within it")}
	}
	return nil
}

// offered says what keeps the template of the request from being used.
func (r *Request) offered(now time.Time) []Unmet {
	t, out := r.Content.Template, []Unmet(nil)
	if r.Category != lifecycle.Done || r.Outcome != OutcomeImplemented || len(settled(&View{Request: r, Now: now})) > 0 {
		out = append(out, templateUnmet(r, "template %s is not in force: its own change has to be carried out, verified and closed first", r.Number))
	}
	if x := r.Retired; x != nil {
		text := "choose another"
		if x.Successor != "" {
			text = "use " + string(x.Successor)
		}
		out = append(out, templateUnmet(r, "template %s was retired on %s (%s): %s", r.Number, x.At.Format(time.RFC3339), x.Reason, text))
	}
	if t.From != nil && now.Before(*t.From) {
		out = append(out, templateUnmet(r, "template %s is good from %s on: wait, or ask for a vote under another lifecycle", r.Number, t.From.Format(time.RFC3339)))
	}
	if t.Until != nil && !now.Before(*t.Until) {
		out = append(out, templateUnmet(r, "template %s was good until %s: a new version has to be decided", r.Number, t.Until.Format(time.RFC3339)))
	}
	return out
}

// exceeded says what of the request lies outside the bounds. The template's own
// assessment stands for requests that were not assessed; what was assessed all
// the same has to fit.
func (t *Template) exceeded(r *Request, m *Matrix) []Unmet {
	var out []Unmet
	for _, a := range r.Content.Affected {
		var text string
		switch {
		case !slices.Contains(t.Items, a.Item):
			text = "the template does not cover it"
		case a.Action == "":
			text = "nobody has said what happens to it"
		case a.Action != ActionNone && !slices.Contains(t.Actions, a.Action):
			text = "the template does not allow to " + string(a.Action) + " it"
		default:
			continue
		}
		u := unmet(guardTemplate, "%s: %s; amend the request, or ask for a vote under another lifecycle", a.Item, text)
		u.Ref = string(a.Item)
		out = append(out, u)
	}
	if risk := r.Assessment.Risk; risk != nil && risk.Band != "" {
		allowed, found := m.level(t.MaxBand), m.level(risk.Band)
		if allowed == 0 || found == 0 || found > allowed {
			out = append(out, unmet(guardTemplate, "the residual risk is %s and the template allows %s: ask for a vote under another lifecycle", risk.Band, t.MaxBand))
		}
	}
	if text := t.dear(r.Assessment.Cost); text != "" {
		out = append(out, unmet(guardTemplate, "%s: ask for a vote under another lifecycle", text))
	}
	return out
}

// dear says in what the highest costs go beyond the ceiling, or "". Amounts are
// taken off the ceiling one by one, so that no sum can overflow.
func (t *Template) dear(cost *Estimate) string {
	if cost == nil {
		return ""
	}
	ceiling := Money{}
	if t.MaxCost != nil {
		ceiling = *t.MaxCost
	}
	left := ceiling.Amount
	for _, x := range cost.Amounts {
		high := max(x.High, 0) // what may be earned makes no room for what is spent
		switch {
		case high == 0:
		case t.MaxCost == nil:
			return "the template allows no cost, and " + x.What + " may cost something"
		case x.Currency != ceiling.Currency:
			return x.What + " is estimated in " + x.Currency + ", the ceiling of the template is in " + ceiling.Currency
		case high > left:
			return "the costs may go beyond the " + strconv.FormatInt(ceiling.Amount, 10) + " minor units of " + ceiling.Currency + " that the template allows"
		default:
			left -= high
		}
	}
	return ""
}

func templateUnmet(r *Request, format string, args ...any) Unmet {
	u := unmet(guardTemplate, format, args...)
	if u.Ref = string(r.ID); r.Content.Template == nil {
		u.Ref = string(r.Content.FromTemplate)
	}
	return u
}

// leavesTemplate says in what an amendment would leave the template that the
// work going on was authorised from. Before the work the request falls back
// instead; during the work there is no way back to a vote but to stop it.
func (d *deliberation) leavesTemplate(content Content, changed []Class) []Unmet {
	if d.req.Authorisation == nil || d.req.Category != lifecycle.Build || !material(changed) {
		return nil
	}
	amended := d.req
	amended.Content = content
	v := d.view()
	v.Request = &amended
	return withinTemplate(v)
}

// authorise records the template that the move rests on.
func (d *deliberation) authorise(edge lifecycle.Edge) {
	t := d.env.Template
	if t == nil || d.req.Authorisation != nil || !slices.Contains(edge.Guards, guardTemplate) {
		return
	}
	d.emit(AuthorisedData{Authorisation: Authorisation{
		Template: t.ID, Material: t.Digests.Material, By: d.env.Actor.ID, At: d.env.Now,
	}})
}

func (t *Template) clone() *Template {
	if t == nil {
		return nil
	}
	x := *t
	x.Items, x.Actions = slices.Clone(x.Items), slices.Clone(x.Actions)
	x.MaxCost, x.From, x.Until = clonePtr(x.MaxCost), clonePtr(x.From), clonePtr(x.Until)
	return &x
}

// normal returns a copy in the form that is stored.
func (t *Template) normal() *Template {
	if t = t.clone(); t == nil {
		return nil
	}
	slices.Sort(t.Items)
	slices.Sort(t.Actions)
	t.From, t.Until = instant(t.From), instant(t.Until)
	return t
}

func (t *Template) validate(f *fields, at string) {
	if t == nil {
		return
	}
	each := func(pointer string, i int, repeated bool) {
		if repeated {
			f.add(pointer+"/"+strconv.Itoa(i), "duplicate", "stands in the list twice: remove one")
		}
	}
	f.atMost(at+"/items", len(t.Items), maxAffected)
	for i, item := range t.Items {
		f.name(element(at, "items", i), string(item), required)
		each(at+"/items", i, slices.Contains(t.Items[:i], item))
	}
	f.atMost(at+"/actions", len(t.Actions), maxLines)
	for i, action := range t.Actions {
		f.oneOf(element(at, "actions", i), string(action), string(ActionAdd), string(ActionModify), string(ActionRemove))
		each(at+"/actions", i, slices.Contains(t.Actions[:i], action))
	}
	f.name(at+"/max_band", string(t.MaxBand), required)
	if m := t.MaxCost; m != nil {
		if m.Amount < 0 {
			f.add(at+"/max_cost/amount", "out_of_range", "is negative: name what may be spent")
		}
		if !isCurrency(m.Currency) {
			f.add(at+"/max_cost/currency", "invalid", "is not an ISO 4217 code of three capital letters, such as EUR")
		}
	}
	f.time(at+"/from", t.From)
	f.time(at+"/until", t.Until)
	if t.From != nil && t.Until != nil && !t.From.Before(*t.Until) {
		f.add(at+"/until", "out_of_range", "does not come after from: the template would never be good")
	}
}

// writeTemplate writes nothing for a request that has to do with no template, so
// that its digests are those it had before there were templates.
func (c *Content) writeTemplate(w writer) {
	if c.FromTemplate == "" && c.Template == nil {
		return
	}
	w.text(string(c.FromTemplate))
	if c.Template != nil {
		c.Template.writeTo(w)
	}
}

func (t *Template) writeTo(w writer) {
	w.count(len(t.Items))
	for _, item := range slices.Sorted(slices.Values(t.Items)) {
		w.text(string(item))
	}
	w.count(len(t.Actions))
	for _, action := range slices.Sorted(slices.Values(t.Actions)) {
		w.text(string(action))
	}
	w.text(string(t.MaxBand))
	if t.MaxCost == nil {
		w.count(0)
	} else {
		w.count(1)
		w.number(t.MaxCost.Amount)
		w.text(t.MaxCost.Currency)
	}
	for _, x := range []*time.Time{t.From, t.Until} {
		if x == nil {
			w.count(0)
			continue
		}
		w.count(1)
		w.time(*x)
	}
}

func (t *Template) storable(c *storable) {
	if t == nil {
		return
	}
	for _, item := range t.Items {
		c.text(string(item))
	}
	for _, action := range t.Actions {
		c.text(string(action))
	}
	c.text(string(t.MaxBand))
	if t.MaxCost != nil {
		c.text(t.MaxCost.Currency)
	}
	c.optional(t.From, t.Until)
}
