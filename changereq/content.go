package changereq

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Content is what the applicant asks for: the part of a request that people
// review and that a decision is bound to.
type Content struct {
	Title         string         `json:"title"`
	Labels        []string       `json:"labels,omitempty"` // a set, kept sorted
	Description   string         `json:"description,omitempty"`
	Justification string         `json:"justification,omitempty"`
	BackOutPlan   string         `json:"back_out_plan,omitempty"`
	Window        *Window        `json:"window,omitempty"` // the time asked for; a schedule must lie inside it
	Affected      []AffectedItem `json:"affected,omitempty"`
	Supersedes    []ID           `json:"supersedes,omitempty"`    // a set, kept sorted
	Requires      []ID           `json:"requires,omitempty"`      // a set, kept sorted: work begins once theirs is done
	FromTemplate  ID             `json:"from_template,omitempty"` // of a standard change: the request that is its template
	Template      *Template      `json:"template,omitempty"`      // what this request, once closed, allows standard changes to do
	Plan          *PlanChange    `json:"plan,omitempty"`          // what it would change in a plan; see AskPlan
}

// Clone returns a copy that shares no memory with c.
func (c Content) Clone() Content {
	c.Labels = slices.Clone(c.Labels)
	c.Window = clonePtr(c.Window)
	c.Affected = slices.Clone(c.Affected)
	c.Supersedes = slices.Clone(c.Supersedes)
	c.Requires = slices.Clone(c.Requires)
	c.Template = c.Template.clone()
	c.Plan = c.Plan.clone()
	return c
}

// Digest is a SHA-256 in lower-case hexadecimal.
type Digest string

// Class is a materiality class: amending a field of a material class makes an
// approval outdated, amending an editorial one does not. The class of a field
// is fixed by the rules; whoever amends cannot choose it.
type Class = approval.Class

// The materiality classes. Every one but ClassEditorial is material.
const (
	ClassEditorial = approval.Editorial // title, labels
	ClassSchedule  = approval.Schedule  // window asked for, change of a plan, what moves in plan and stock
	ClassScope     = approval.Scope     // description, justification, what it supersedes and requires, templates, relevance
	ClassRisk      = approval.Risk      // back-out plan, risks
	ClassCost      = approval.Cost      // benefits, costs, costs in the plan
	ClassAffected  = approval.Affected  // affected items
)

// Digests are the canonical digests of a request's content and assessment, one
// for each class, and Material over all material classes: the digest a brief
// and a decision are bound to.
type Digests struct {
	Editorial Digest `json:"editorial"`
	Schedule  Digest `json:"schedule"`
	Scope     Digest `json:"scope"`
	Risk      Digest `json:"risk"`
	Cost      Digest `json:"cost"`
	Affected  Digest `json:"affected"`
	Material  Digest `json:"material"`
}

// Changed lists the classes in which d and o differ, in the order in which the
// classes are declared.
func (d Digests) Changed(o Digests) []Class {
	var out []Class
	for _, c := range []struct {
		class Class
		a, b  Digest
	}{
		{ClassEditorial, d.Editorial, o.Editorial},
		{ClassSchedule, d.Schedule, o.Schedule},
		{ClassScope, d.Scope, o.Scope},
		{ClassRisk, d.Risk, o.Risk},
		{ClassCost, d.Cost, o.Cost},
		{ClassAffected, d.Affected, o.Affected},
	} {
		if c.a != c.b {
			out = append(out, c.class)
		}
	}
	return out
}

// DigestsOf computes the digests. Each value is written length-prefixed and
// sets are sorted, so equal content has equal digests on every machine and no
// two different contents share an encoding.
func DigestsOf(c Content, a Assessment) Digests {
	d := Digests{
		Editorial: sum(func(w writer) {
			w.text(c.Title)
			w.texts(slices.Sorted(slices.Values(c.Labels)))
		}),
		Schedule: sum(func(w writer) {
			w.window(c.Window)
			a.Plan.writeSchedule(w)
			c.Plan.writeTo(w)
		}),
		Scope: sum(func(w writer) {
			w.text(c.Description)
			w.text(c.Justification)
			w.count(len(c.Supersedes))
			for _, id := range slices.Sorted(slices.Values(c.Supersedes)) {
				w.text(string(id))
			}
			a.Relevance.writeTo(w)
			c.writeTemplate(w)
			if len(c.Requires) > 0 {
				w.count(-1) // no length: what comes before cannot go on like this
				w.count(len(c.Requires))
				for _, id := range slices.Sorted(slices.Values(c.Requires)) {
					w.text(string(id))
				}
			}
		}),
		Risk: sum(func(w writer) {
			w.text(c.BackOutPlan)
			a.writeRisks(w)
		}),
		Cost: sum(func(w writer) {
			a.Benefit.writeTo(w)
			a.Cost.writeTo(w)
			a.Plan.writeCost(w)
		}),
		Affected: sum(func(w writer) {
			items := slices.Clone(c.Affected)
			slices.SortFunc(items, func(x, y AffectedItem) int { return compare(x.Item, y.Item) })
			w.count(len(items))
			for _, it := range items {
				w.text(string(it.Item))
				w.text(string(it.Action))
				w.text(it.Base)
				w.text(it.Owner)
			}
		}),
	}
	d.Material = sum(func(w writer) {
		for _, x := range []Digest{d.Schedule, d.Scope, d.Risk, d.Cost, d.Affected} {
			w.text(string(x))
		}
	})
	return d
}

func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// writer writes values in the canonical, length-prefixed form.
type writer struct{ h hash.Hash }

func sum(write func(writer)) Digest {
	h := sha256.New()
	write(writer{h})
	var b [sha256.Size]byte
	return Digest(hex.EncodeToString(h.Sum(b[:0])))
}

func (w writer) count(n int) { w.number(int64(n)) }

func (w writer) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) // the bit pattern is wanted
	_, _ = w.h.Write(b[:])                      // a hash never fails to write
}

func (w writer) text(s string) {
	w.count(len(s))
	_, _ = w.h.Write([]byte(s))
}

func (w writer) texts(ss []string) {
	w.count(len(ss))
	for _, s := range ss {
		w.text(s)
	}
}

func (w writer) window(p *Window) {
	if p == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.time(p.Start)
	w.time(p.End)
}

func (w writer) time(t time.Time) { w.number(t.UnixMicro()) }

// material reports whether any of the classes is more than editorial.
func material(changed []Class) bool {
	return slices.ContainsFunc(changed, func(c Class) bool { return c != ClassEditorial })
}
