package jsonlog

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/coordkit/coordkit/coordination/process"
)

// Write writes a log, objects first and then events in their order, so that
// reading the file again gives an equal log.
func Write(w io.Writer, log *process.Log) error {
	buffered := bufio.NewWriter(w)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	for o := range log.Objects() {
		one := written{Object: &o.Name, Objects: relationsOf(log, o.Links)}
		if o.Type != "" {
			one.Type = &o.Type
		}
		if err := encode(out, one, o.Attributes); err != nil {
			return err
		}
	}
	for _, e := range log.Events {
		if err := encode(out, lineOf(log, e), collect(log, e)); err != nil {
			return err
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("jsonlog: %w", err)
	}
	return nil
}

func collect(log *process.Log, e process.Event) []process.Attribute {
	var out []process.Attribute
	for a := range log.Attributes(e) {
		out = append(out, a)
	}
	return out
}

func encode(out *json.Encoder, one written, attributes []process.Attribute) error {
	if len(attributes) > 0 {
		list := make([]attribute, 0, len(attributes))
		for _, a := range attributes {
			next := attribute{Key: a.Key, Value: a.Value, Depth: a.Depth}
			if a.Kind != process.Text {
				next.Kind = a.Kind.String()
			}
			if a.Timed {
				next.Since = string(process.AppendTime(nil, a.Since, 0))
			}
			list = append(list, next)
		}
		text, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("jsonlog: %w", err)
		}
		one.Attributes = text
	}
	if err := out.Encode(one); err != nil {
		return fmt.Errorf("jsonlog: %w", err)
	}
	return nil
}

func lineOf(log *process.Log, e process.Event) written {
	start, end := log.Offsets(e)
	activity := log.Activity(e)
	one := written{Activity: &activity, End: string(process.AppendTime(nil, e.End, end))}
	if !e.Has(process.NoStart) {
		one.Start = string(process.AppendTime(nil, e.Start, start))
	}
	one.Case = name(log.Cases, e.Case)
	one.Resource = name(log.Resources, e.Resource)
	one.Lifecycle = name(log.Lifecycles, uint32(e.Lifecycle))
	one.Instance = name(log.Instances, e.Instance)
	if group := log.Group(e); group != "" {
		one.Group = &group
	}
	if cost, stated := log.Cost(e); stated {
		one.Cost, one.Currency = process.AppendCost(nil, cost.Micros), cost.Currency
	}
	one.Hand = e.Has(process.Hand)
	for l := range log.Links(e) {
		one.Objects = append(one.Objects, relationsOf(log, []process.Link{l})...)
	}
	return one
}

func name(names *process.Names, id uint32) *string {
	if id == process.None {
		return nil
	}
	text := names.Of(id)
	return &text
}

func relationsOf(log *process.Log, links []process.Link) []relation {
	var out []relation
	for _, l := range links {
		r := relation{ID: log.Cases.Of(l.Object)}
		if l.Qualifier != "" {
			r.Qualifier = &l.Qualifier
		}
		out = append(out, r)
	}
	return out
}
