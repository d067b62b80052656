package ocel

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/coordination/process"
)

// document is a whole log as the two forms write it.
type document struct {
	objectTypes, eventTypes []declaredType
	objects, events         []entry
}

// declaredType is a type with the attributes its members have.
type declaredType struct {
	name       string
	attributes []attribute
}

// WriteJSON writes an object-centric log in the JSON form. Types are declared
// with the attributes that occur; times keep their distance from UTC. An event without an
// id gets its position.
func WriteJSON(w io.Writer, log *process.Log) error {
	d := documentOf(log)
	out := struct {
		ObjectTypes []jsonType  `json:"objectTypes"` //nolint:tagliatelle // the standard's name
		EventTypes  []jsonType  `json:"eventTypes"`  //nolint:tagliatelle // the standard's name
		Objects     []jsonEntry `json:"objects"`
		Events      []jsonEntry `json:"events"`
	}{jsonTypes(d.objectTypes), jsonTypes(d.eventTypes), jsonEntries(d.objects), jsonEntries(d.events)}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("ocel: %w", err)
	}
	return nil
}

type jsonType struct {
	Name       string              `json:"name"`
	Attributes []jsonTypeAttribute `json:"attributes"`
}

type jsonTypeAttribute struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func jsonTypes(types []declaredType) []jsonType {
	out := []jsonType{}
	for _, t := range types {
		next := jsonType{Name: t.name, Attributes: []jsonTypeAttribute{}}
		for _, a := range t.attributes {
			next.Attributes = append(next.Attributes, jsonTypeAttribute{a.name, typeName(a.kind)})
		}
		out = append(out, next)
	}
	return out
}

func typeName(k process.Kind) string {
	switch k {
	case process.Int:
		return "integer"
	case process.Float:
		return "float"
	case process.Bool:
		return "boolean"
	case process.Date:
		return "time"
	case process.Text, process.ID, process.List, process.Container:
	}
	return "string"
}

func jsonEntries(entries []entry) []jsonEntry {
	out := []jsonEntry{}
	for _, e := range entries {
		next := jsonEntry{ID: e.id, Type: e.kind, Time: e.at, Attributes: []jsonAttribute{}, Relations: []jsonRelation{}}
		for _, a := range e.attributes {
			value := json.RawMessage(a.value)
			if _, kind := scalar(value); a.kind == process.Text || kind != a.kind || !json.Valid(value) {
				value, _ = json.Marshal(a.value) //nolint:errchkjson // a string has a JSON form
			}
			attribute := jsonAttribute{Name: a.name, Value: value}
			if a.timed {
				attribute.Time = &a.at
			}
			next.Attributes = append(next.Attributes, attribute)
		}
		for _, r := range e.relations {
			next.Relations = append(next.Relations, jsonRelation{Object: r.object, Qualifier: r.qualifier})
		}
		out = append(out, next)
	}
	return out
}

// WriteXML writes an object-centric log in the XML form, like WriteJSON.
func WriteXML(w io.Writer, log *process.Log) error {
	d := documentOf(log)
	out := struct {
		XMLName     xml.Name  `xml:"log"`
		ObjectTypes []xmlType `xml:"object-types>object-type"`
		EventTypes  []xmlType `xml:"event-types>event-type"`
		Objects     []any     `xml:"objects>object"`
		Events      []any     `xml:"events>event"`
	}{ObjectTypes: xmlTypes(d.objectTypes), EventTypes: xmlTypes(d.eventTypes)}
	for _, e := range d.objects {
		out.Objects = append(out.Objects, xmlOf(e))
	}
	for _, e := range d.events {
		out.Events = append(out.Events, xmlOf(e))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("ocel: %w", err)
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("ocel: %w", err)
	}
	return nil
}

type xmlType struct {
	Name       string             `xml:"name,attr"`
	Attributes []xmlTypeAttribute `xml:"attributes>attribute"`
}

type xmlTypeAttribute struct {
	Name string `xml:"name,attr"`
	Type string `xml:"type,attr"`
}

func xmlTypes(types []declaredType) []xmlType {
	var out []xmlType
	for _, t := range types {
		next := xmlType{Name: t.name}
		for _, a := range t.attributes {
			next.Attributes = append(next.Attributes, xmlTypeAttribute{a.name, typeName(a.kind)})
		}
		out = append(out, next)
	}
	return out
}

func xmlOf(e entry) xmlEntry {
	out := xmlEntry{ID: e.id, Type: e.kind, Time: e.at}
	for _, a := range e.attributes {
		next := xmlAttribute{Name: a.name, Value: a.value}
		if a.timed {
			next.Time = &a.at
		}
		out.Attributes = append(out.Attributes, next)
	}
	for _, r := range e.relations {
		out.Relations = append(out.Relations, xmlRelation{Object: r.object, Qualifier: r.qualifier})
	}
	return out
}

// documentOf collects what is written.
func documentOf(log *process.Log) document {
	var d document
	for o := range log.Objects() {
		e := entry{id: o.Name, kind: o.Type}
		for _, a := range o.Attributes {
			next := attribute{name: a.Key, value: a.Value, kind: a.Kind, timed: a.Timed}
			if a.Timed {
				next.at = string(process.AppendTime(nil, a.Since, 0))
			}
			e.attributes = append(e.attributes, next)
		}
		e.relations = relationsOf(log, o.Links)
		d.objects = append(d.objects, e)
		d.objectTypes = declare(d.objectTypes, e)
	}
	for _, event := range log.Events {
		e := eventEntry(log, event)
		d.events = append(d.events, e)
		d.eventTypes = declare(d.eventTypes, e)
	}
	return d
}

func eventEntry(log *process.Log, event process.Event) entry {
	_, offset := log.Offsets(event)
	e := entry{id: log.Instance(event), kind: log.Activity(event), at: string(process.AppendTime(nil, event.End, offset))}
	if event.Instance == process.None {
		e.id = strconv.FormatUint(uint64(event.Seq)+1, 10)
	}
	e.attributes = columnsOf(log, event)
	for a := range log.Attributes(event) {
		e.attributes = append(e.attributes, attribute{name: a.Key, value: a.Value, kind: a.Kind})
	}
	e.relations = relationsOf(log, slices.Collect(log.Links(event)))
	return e
}

// columnsOf gives the columns of an event for which the standard has no place.
func columnsOf(log *process.Log, event process.Event) []attribute {
	var out []attribute
	if !event.Has(process.NoStart) {
		start, _ := log.Offsets(event)
		out = append(out, attribute{name: startName, value: string(process.AppendTime(nil, event.Start, start)), kind: process.Date})
	}
	if event.Resource != process.None {
		out = append(out, attribute{name: "org:resource", value: log.Resource(event)})
	}
	if group := log.Group(event); group != "" {
		out = append(out, attribute{name: "org:group", value: group})
	}
	if event.Lifecycle != 0 {
		out = append(out, attribute{name: "lifecycle:transition", value: log.Lifecycle(event)})
	}
	if cost, stated := log.Cost(event); stated {
		out = append(out, attribute{name: "cost:total", value: string(process.AppendCost(nil, cost.Micros)), kind: process.Float})
		if cost.Currency != "" {
			out = append(out, attribute{name: "cost:currency", value: cost.Currency})
		}
	}
	if event.Has(process.Hand) {
		out = append(out, attribute{name: handName, value: "true", kind: process.Bool})
	}
	return out
}

func relationsOf(log *process.Log, links []process.Link) []relation {
	var out []relation
	for _, l := range links {
		out = append(out, relation{object: log.Cases.Of(l.Object), qualifier: l.Qualifier})
	}
	return out
}

// declare adds the type of an entry, or the attributes it has and others lack.
func declare(types []declaredType, e entry) []declaredType {
	i := slices.IndexFunc(types, func(t declaredType) bool { return t.name == e.kind })
	if i < 0 {
		i = len(types)
		types = append(types, declaredType{name: e.kind})
	}
	for _, a := range e.attributes {
		same := func(b attribute) bool { return b.name == a.name }
		if !slices.ContainsFunc(types[i].attributes, same) {
			types[i].attributes = append(types[i].attributes, a)
		}
	}
	return types
}
