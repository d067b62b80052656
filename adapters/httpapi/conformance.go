package httpapi

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process/conform"
)

// mostDeviations is how many kinds of deviations an answer lists.
const mostDeviations = 500

// CheckConformance holds a log against what was agreed.
func (a *api) CheckConformance(ctx context.Context, in CheckConformanceRequestObject) (CheckConformanceResponseObject, error) {
	agreed, err := a.agreedFrom(in.Body.Agreed)
	if err != nil {
		return nil, err
	}
	source := sourceFrom(in.Body.Source)
	if source.Record == "" && in.Body.Agreed.Lifecycle != nil {
		source.Lifecycle = *in.Body.Agreed.Lifecycle // the own journal has the states in it
	}
	held, err := a.desk.Conform(ctx, principalOf(ctx).Tenant, source, agreed)
	if err != nil {
		return nil, err
	}
	return CheckConformance200JSONResponse(conformanceTo(held, agreed)), nil
}

func (a *api) agreedFrom(in AgreedInput) (coordination.Agreed, error) {
	var out coordination.Agreed
	models := 0
	if in.Tree != nil {
		tree, err := treeFrom(*in.Tree)
		if err != nil {
			return out, err
		}
		out.Tree = &tree
		models++
	}
	if m := in.Machine; m != nil {
		out.Initial, out.Final = m.Initial, m.Final
		for _, s := range m.Steps {
			out.Transitions = append(out.Transitions, conform.Transition{From: s.From, Activity: s.Activity, To: s.To})
		}
		models++
	}
	if in.Lifecycle != nil {
		def, err := a.desk.Lifecycle(changereq.LifecycleRef{ID: *in.Lifecycle})
		if err != nil {
			return out, err
		}
		out.Initial, out.Final, out.Transitions = machineOf(def)
		models++
	}
	if models > 1 {
		return out, fmt.Errorf("%w: more than one of tree, machine and lifecycle; want one", conform.ErrModel)
	}
	for _, r := range in.Rules {
		rules := map[FlowRuleInputRule]conform.Rule{
			FlowRuleInputRuleResponse: conform.Response, FlowRuleInputRulePrecedence: conform.Precedence, FlowRuleInputRuleNotTogether: conform.NotTogether,
		}
		out.Rules = append(out.Rules, conform.Constraint{Rule: rules[r.Rule], A: r.A, B: r.B, Within: value(r.WithinUs)})
	}
	return out, nil
}

// machineOf makes a state machine of a lifecycle whose activities are the states
// that a request enters: before the first it is in none.
func machineOf(def lifecycle.Definition) (initial string, final []string, steps []conform.Transition) {
	for _, s := range def.Initial {
		steps = append(steps, conform.Transition{From: "", Activity: s, To: s})
	}
	for _, e := range def.Edges {
		steps = append(steps, conform.Transition{From: e.From, Activity: e.To, To: e.To})
	}
	for _, s := range def.States {
		if s.Terminal {
			final = append(final, s.Name)
		}
	}
	return "", final, steps
}

// treeFrom reads a tree, each part of which has exactly one member.
func treeFrom(in TreeInput) (conform.Node, error) {
	var made []conform.Node
	if in.Do != nil {
		made = append(made, conform.Do(*in.Do))
	}
	if value(in.Skip) {
		made = append(made, conform.Skip())
	}
	for _, parts := range []struct {
		list []TreeInput
		join func(...conform.Node) conform.Node
	}{
		{in.Seq, conform.Seq},
		{in.And, conform.And},
		{in.Xor, conform.Xor},
		{in.Loop, func(n ...conform.Node) conform.Node { return conform.Loop(n[0], n[1:]...) }},
	} {
		if len(parts.list) == 0 {
			continue
		}
		nodes := make([]conform.Node, 0, len(parts.list))
		for _, p := range parts.list {
			n, err := treeFrom(p)
			if err != nil {
				return conform.Node{}, err
			}
			nodes = append(nodes, n)
		}
		made = append(made, parts.join(nodes...))
	}
	if len(made) != 1 {
		return conform.Node{}, fmt.Errorf("%w: a part of the tree has %d of do, skip, seq, and, xor, loop; want exactly one", conform.ErrModel, len(made))
	}
	return made[0], nil
}

func conformanceTo(held coordination.Held, agreed coordination.Agreed) Conformance {
	out := Conformance{Cases: int64(held.Log.ByCase().Len()), Deviations: []Deviation{}, Breaches: []RuleBreach{}}
	if c := held.Conformance; c != nil {
		out.Fitting, out.Cost, out.Fitness = int64(c.Fitting), int64(c.Cost), c.Fitness
		for i, d := range c.Deviations {
			if i == mostDeviations {
				out.Omitted = int64(len(c.Deviations) - i)
				break
			}
			kind := "log"
			if d.Kind == conform.ModelOnly {
				kind = "model"
			}
			out.Deviations = append(out.Deviations, Deviation{
				Kind: kind, Activity: short(d.Activity), After: short(d.After), Times: int64(d.Times), Cases: int64(len(d.Cases)),
			})
		}
	}
	broken := make(map[uint32]bool)
	for _, rule := range agreed.Rules {
		times, cases := int64(0), make(map[uint32]bool)
		for _, v := range held.Violations {
			if v.Constraint == rule {
				times++
				cases[v.Case], broken[v.Case] = true, true
			}
		}
		if times > 0 {
			out.Breaches = append(out.Breaches, RuleBreach{Rule: short(rule.String()), Times: times, Cases: int64(len(cases))})
		}
	}
	if held.Conformance == nil { // rules alone
		out.Fitting = out.Cases - int64(len(broken))
		out.Fitness = 1
		if out.Cases > 0 {
			out.Fitness = float64(out.Fitting) / float64(out.Cases)
		}
	}
	return out
}

// short keeps a name within what the contract says.
func short(s string) string {
	const most = 300
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
