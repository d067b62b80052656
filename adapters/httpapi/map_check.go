package httpapi

import (
	"errors"
	"strconv"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

type (
	lifecycleFinding = lifecycle.Finding
	policyFinding    = approval.Finding
)

// Where in the body stands what is checked.
const (
	definitionPointer = "/definition"
	policyPointer     = "/policy"
)

// faults collects what of a body the contract lets pass and the domain does not.
type faults []changereq.Field

func (f *faults) add(pointer, code, text string) {
	*f = append(*f, changereq.Field{Pointer: pointer, Code: code, Text: text})
}

// pinned checks what a request names it by.
func (f *faults) pinned(at, id string, version int32) {
	if id == "" {
		f.add(at+"/id", codeRequired, "is empty: give it an id")
	}
	if version < 1 {
		f.add(at+"/version", codeOutOfRange, "is below 1: versions count from 1")
	}
}

// unknownIn is err, or, where a body names what is not there, the fault at that
// place.
func unknownIn(pointer string, err error) error {
	if !errors.Is(err, changereq.ErrNotFound) {
		return err
	}
	return &changereq.ValidationError{Fields: []changereq.Field{{Pointer: pointer, Code: codeUnknown, Text: "names what this office does not have"}}}
}

func (f *faults) err() error {
	if len(*f) == 0 {
		return nil
	}
	return &changereq.ValidationError{Fields: *f}
}

// definitionFrom reads what lifecycleTo wrote.
func definitionFrom(in Lifecycle) (lifecycle.Definition, error) {
	var f faults
	f.pinned(definitionPointer, in.ID, in.Version)
	def := lifecycle.Definition{
		ID: in.ID, Version: int(in.Version), Title: value(in.Title), Emergency: value(in.Emergency), Initial: in.Initial, Aliases: in.Aliases,
		States: eachOf(in.States, func(s LifecycleState) lifecycle.State {
			return lifecycle.State{Name: s.Name, Category: lifecycle.Category(s.Category), Terminal: value(s.Terminal)}
		}),
		Edges: eachOf(in.Edges, func(e LifecycleEdge) lifecycle.Edge {
			return lifecycle.Edge{
				From: e.From, Event: e.Event, To: e.To, Guards: e.Guards, Roles: e.Roles, Auto: value(e.Auto),
				ReasonRequired: value(e.ReasonRequired), Reopen: value(e.Reopen), Tells: value(e.Tells), Outcome: value(e.Outcome),
			}
		}),
	}
	if def.Mode.UnmarshalText([]byte(in.Mode)) != nil {
		f.add(definitionPointer+"/mode", codeUnknown, "is not govern or observe")
	}
	return def, f.err()
}

func lifecycleRefFrom(in LifecycleRefInput) changereq.LifecycleRef {
	return changereq.LifecycleRef{ID: in.ID, Version: int(value(in.Version))}
}

func lifecycleRefTo(r changereq.LifecycleRef) LifecycleRef {
	return LifecycleRef{ID: r.ID, Version: narrow(r.Version)}
}

// placed maps findings and says where in the body each stands.
func placed(pointer func(lifecycle.Finding) string) func(lifecycle.Finding) LifecycleFinding {
	return func(f lifecycle.Finding) LifecycleFinding {
		return LifecycleFinding{
			Code: string(f.Code), Severity: f.Severity.String(), Pointer: text(pointer(f)), State: text(f.State), Edge: via(f.Edge, lifecycleMoveTo),
			Path: eachOf(f.Path, lifecycleMoveTo), Text: f.Text, Advice: f.Advice,
		}
	}
}

func lifecycleMoveTo(m lifecycle.Move) LifecycleMove {
	return LifecycleMove{From: m.From, Event: m.Event, To: m.To}
}

func comparisonTo(c changereq.LifecycleCheck, to changereq.LifecycleRef) LifecycleComparison {
	return LifecycleComparison{
		From: lifecycleRefTo(c.Old), To: lifecycleRefTo(to), Migrates: c.Migrates,
		Migration: listed(c.Migration, placed(func(lifecycle.Finding) string { return "" })), // about states of the old one
		Changes: listed(c.Changes, func(x lifecycle.Change) LifecycleChange {
			return LifecycleChange{
				Kind: string(x.Kind), State: text(x.State), Edge: via(x.Edge, lifecycleMoveTo), Field: text(x.Field), Old: x.Old, New: x.New,
			}
		}),
	}
}

func policyFindingTo(f approval.Finding, pointer string) PolicyFinding {
	return PolicyFinding{
		Code: string(f.Code), Severity: string(f.Severity), Pointer: text(pointer), Stage: text(f.Stage), Requirement: text(f.Requirement),
		Text: f.Text, Advice: f.Advice,
	}
}

// policyOf reads what policyTo wrote. The words of the defaults, which it leaves
// out, may be given.
func policyOf(in Policy) (approval.Policy, error) {
	var f faults
	f.pinned(policyPointer, in.ID, in.Version)
	p := approval.Policy{
		ID: in.ID, Version: int(in.Version), Title: value(in.Title), Override: peopleFrom(value(in.Override)),
		LastCall: f.duration(policyPointer+"/last_call", in.LastCall),
	}
	for i, s := range in.Stages {
		at := policyPointer + "/stages/" + strconv.Itoa(i) + "/requirements/"
		stage := approval.Stage{Name: s.Name, Matching: unless[approval.Matching](s.Matching, "distinct")}
		for k, r := range s.Requirements {
			stage.Requirements = append(stage.Requirements, f.requirement(at+strconv.Itoa(k), r))
		}
		p.Stages = append(p.Stages, stage)
	}
	return p, f.err()
}

func (f *faults) requirement(at string, r Requirement) approval.Requirement {
	return approval.Requirement{
		ID: r.ID, Meaning: value(r.Meaning), From: peopleFrom(r.From), Optional: value(r.Optional), Veto: unless[approval.Veto](r.Veto, "any"),
		Vetoers: peopleFrom(value(r.Vetoers)), Allow: eachOf(r.Allow, plain[string, approval.Duty]), Signed: value(r.Signed),
		Expires: f.duration(at+"/expires", r.Expires), Sticky: eachOf(r.Sticky, plain[string, approval.Class]), Due: f.duration(at+"/due", r.Due),
		Need: approval.Need{
			Kind: approval.NeedKind(r.Need.Kind), Count: int(value(r.Need.Count)), BasisPoints: int(value(r.Need.BasisPoints)),
			Rounding: unless[approval.Rounding](r.Need.Rounding, "ceil"),
		},
		When: eachOf(r.When, func(w PolicyCondition) approval.Condition {
			return approval.Condition{Fact: w.Fact, In: w.In, AtLeast: w.AtLeast}
		}),
	}
}

func peopleFrom(in PolicyFrom) approval.From {
	return approval.From{Users: in.Users, Roles: in.Roles, Groups: in.Groups, Owners: value(in.Owners)}
}

// duration reads an optional length of time.
func (f *faults) duration(pointer string, in *string) approval.Duration {
	var d approval.Duration
	if in != nil && d.UnmarshalText([]byte(*in)) != nil {
		f.add(pointer, codeInvalid, "is not a length of time such as 72h")
	}
	return d
}

// unless is a word of the domain, empty where it names the default.
func unless[T ~string](p *string, byDefault string) T {
	if s := value(p); s != byDefault {
		return T(s)
	}
	return ""
}
