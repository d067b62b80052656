package httpapi

import (
	"maps"
	"slices"

	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

func planClassFrom(in PlanClassInput) fileplan.Class {
	return fileplan.Class{
		ID: in.ID, Version: int(value(in.Version)), Code: value(in.Code), Title: in.Title, Parent: value(in.Parent), Schedule: value(in.Schedule),
		Retired: value(in.Retired), From: changereq.Instant(in.From),
	}
}

func planClassTo(row coordination.PlanClass) PlanClass {
	return PlanClass{ID: row.ID, Rev: row.Rev, Versions: listed(row.Value.Versions, func(c fileplan.Class) PlanClassVersion {
		return PlanClassVersion{
			Version: narrow(c.Version), Code: text(c.Code), Title: c.Title, Parent: text(c.Parent), Schedule: text(c.Schedule),
			Retired: optional(c.Retired), From: c.From,
		}
	})}
}

func aggregationTo(row coordination.Aggregation) Aggregation {
	a := row.Value
	return Aggregation{ID: row.ID, Rev: row.Rev, Title: a.Title, Parent: text(a.Parent), Closed: optional(a.Closed)}
}

func recordKindTo(row coordination.RecordKind) RecordKind {
	same := func(s string) string { return s }
	return RecordKind{Kind: row.ID, Rev: row.Rev, Mandatory: listed(row.Value.Mandatory, same), Allowed: listed(row.Value.Allowed, same)}
}

// fieldsFrom takes the last of fields of one name.
func fieldsFrom(in []FilingFieldInput) map[string]string {
	out := make(map[string]string, len(in))
	for _, f := range in {
		out[f.Name] = value(f.Value)
	}
	return out
}

func filingTo(row coordination.Filing) Filing {
	f := row.Value
	out := Filing{
		Record: string(f.Record), Rev: row.Rev, Kind: string(f.Kind), State: string(f.State), Digest: string(f.Current()), Declared: optional(f.Declared),
		Class: text(f.Class), Aggregation: text(f.Aggregation), Aliases: f.Aliases,
		Classified: eachOf(f.Classified, func(c fileplan.Classification) Classification {
			return Classification{Class: c.Class, At: c.At, Reason: text(c.Reason), Authority: text(c.Authority)}
		}),
		Revisions: eachOf(f.Revisions, func(r fileplan.Revision) RevisionOfRecord {
			return RevisionOfRecord{
				Number: narrow(r.Number), Digest: string(r.Digest), Size: r.Size, MediaType: r.MediaType, Name: text(r.Name), At: r.At, By: r.By,
			}
		}),
		Renditions: eachOf(f.Renditions, func(r fileplan.Rendition) Rendition {
			return Rendition{Purpose: r.Purpose, DerivedFrom: string(r.DerivedFrom), Digest: string(r.Digest), Withholds: text(r.Withholds)}
		}),
		Annotations: eachOf(f.Annotations, func(n fileplan.Annotation) Annotation {
			return Annotation{At: n.At, By: n.By, Field: text(n.Field), Text: n.Text}
		}),
	}
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		out.Fields = append(out.Fields, FilingField{Name: name, Value: f.Fields[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(f.Facets)) {
		out.Facets = append(out.Facets, Facet{Name: name, Values: append([]string{}, f.Facets[name]...)})
	}
	return out
}
