package changereq

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Lifecycle is a compiled lifecycle whose guards look at change requests. It is
// immutable and safe for concurrent use.
type Lifecycle struct {
	*lifecycle.Lifecycle[*View]

	def        lifecycle.Definition
	policy     *approval.Judge // the default
	scheduling map[string]bool // the states in which a request gets its window
}

// Compile compiles a definition with Guards. Findings that are errors leave the
// lifecycle nil; the others are advice.
func Compile(def lifecycle.Definition) (*Lifecycle, []lifecycle.Finding) {
	compiled, findings := lifecycle.Compile(def, Guards())
	if compiled == nil {
		return nil, findings
	}
	lc := &Lifecycle{Lifecycle: compiled, def: compiled.Definition(), policy: defaultJudge()}
	lc.scheduling = schedulingStates(lc.def)
	return lc, findings
}

// BuiltIn compiles the built-in lifecycles, normal first.
func BuiltIn() []*Lifecycle {
	var out []*Lifecycle
	for _, def := range lifecycle.BuiltIn() {
		if lc, _ := Compile(def); lc != nil { // a test compiles each without a finding
			out = append(out, lc)
		}
	}
	return out
}

// Ref names the lifecycle as requests pin it.
func (l *Lifecycle) Ref() LifecycleRef { return LifecycleRef{ID: l.def.ID, Version: l.def.Version} }

// Permission is one thing that could be done next: an edge of the lifecycle and
// the conditions that still stand against it.
type Permission = lifecycle.Permission

// Permitted lists, in the order of the lifecycle, the edges that leave the
// state of the request, each with everything that stands in its way for the
// actor: what is listed without Unmet can be fired now.
func Permitted(lc *Lifecycle, r *Request, env Env) []Permission {
	d := &deliberation{lc: lc, req: *r, env: env}
	v := d.view()
	list, edges := lc.Permitted(r.State, r.roles(env.Actor), v), lc.manual(r.State)
	for i := range list {
		p := &list[i]
		if p.Event == approveEvent {
			p.Unmet = d.couldApprove()
		} else if len(p.Unmet) == 0 {
			p.Unmet = d.kernel(edges[i], v)
		}
		if slices.Contains(decidingEvents(), p.Event) && !slices.ContainsFunc(p.Unmet, func(u Unmet) bool { return u.Condition == "bundle" }) {
			p.Unmet = append(slices.Clip(p.Unmet), d.apart(p.Event, "")...)
		}
		if h := r.Held; h != nil && p.Event != "cancel" {
			p.Unmet = append(slices.Clip(p.Unmet), heldUnmet(h))
		}
	}
	return list
}

// couldApprove says what would stand against an approval by this actor now: the
// approval itself is cast by the command that fires the edge.
func (d *deliberation) couldApprove() []Unmet {
	try := &deliberation{lc: d.lc, req: d.req, env: d.env}
	number := 0
	if b := d.req.Brief; b != nil {
		number = b.Number
	}
	decision := RecordDecision{Brief: number, Verdict: Approved}
	if err := try.castWith(decision); err != nil {
		return []Unmet{unmet(guardApproved, "%v", err)} // only a signature fails, and none is asked for
	}
	try.cast(decision)
	v := try.view()
	edge, open := d.lc.Fire(d.req.State, approveEvent, d.req.roles(d.env.Actor), v)
	if len(open) == 0 {
		open = try.kernel(edge, v)
	}
	return append(slices.Clip(open), d.unforeseen(Approved)...)
}

// manual are the edges that somebody fires from the state, in the order in which
// Permitted lists them.
func (l *Lifecycle) manual(state string) []lifecycle.Edge {
	var out []lifecycle.Edge
	for _, e := range l.def.Edges {
		if e.From == state && !e.Auto {
			out = append(out, e)
		}
	}
	return out
}

// asks reports whether an edge for the event that leaves the state names the guard.
func (l *Lifecycle) asks(state, event, guard string) bool {
	return slices.ContainsFunc(l.def.Edges, func(e lifecycle.Edge) bool {
		return e.From == state && e.Event == event && slices.Contains(e.Guards, guard)
	})
}

// decides reports whether requests are approved in the state.
func (l *Lifecycle) decides(state string) bool {
	return slices.ContainsFunc(l.def.Edges, func(e lifecycle.Edge) bool { return e.From == state && e.Event == approveEvent })
}

func heldUnmet(h *Hold) Unmet {
	return unmet("held", "the request is on hold since %s (%s): release it first", h.At.Format(time.RFC3339), h.Reason)
}
