package httpapi

import (
	"github.com/coordkit/coordkit/archive"
)

func fileFrom(in FileInput) archive.File {
	return archive.File{
		ID: word[archive.RecordID](in.ID), Kind: archive.Kind(in.Kind), Title: in.Title, Subject: word[archive.Ref](in.Subject),
		Name: value(in.Name), MediaType: in.MediaType, Dated: value(instantFrom(in.Dated)), Content: in.Content,
		References: eachOf(in.References, linkFrom),
	}
}

func linkFrom(in ReferenceInput) archive.Link {
	return archive.Link{
		Type: archive.ReferenceType(in.Type), Reason: value(in.Reason),
		Target: archive.End{Kind: archive.EndKind(in.Target.Kind), Value: in.Target.Value},
		Terms: archive.Terms{
			SourcePin: word[archive.Digest](in.SourcePin), TargetPin: word[archive.Digest](in.TargetPin), Anchor: value(in.Anchor),
			ValidFrom: value(instantFrom(in.ValidFrom)), ValidTo: value(instantFrom(in.ValidTo)),
			Evidence: word[archive.Evidence](in.Evidence), Rule: value(in.Rule),
		},
	}
}

func recordTo(r archive.Record) Record {
	return Record{
		ID: string(r.ID), Rev: r.Rev, Kind: string(r.Kind), Title: r.Title, Subject: text(r.Subject), Name: text(r.Name),
		MediaType: r.MediaType, Digest: string(r.Digest), Size: r.Size, Dated: r.Dated, Filed: r.Filed, FiledBy: r.FiledBy,
	}
}

// referenceTo shows a reference from one of its ends: its type as it reads from
// there, and the other end.
func referenceTo(ref archive.Reference, direction archive.Direction) Reference {
	out := Reference{
		ID: ref.ID, Direction: ReferenceDirection(direction), Type: string(ref.Type), Other: endTo(ref.Target),
		Reason: text(ref.Reason), Author: ref.Author, At: ref.At, Pin: text(ref.SourcePin), OtherPin: text(ref.TargetPin),
		Anchor: text(ref.Anchor), ValidFrom: optional(ref.ValidFrom), ValidTo: optional(ref.ValidTo),
		Evidence: text(ref.Evidence), Rule: text(ref.Rule),
	}
	if direction == archive.Inward {
		out.Type, out.Other, out.Pin, out.OtherPin = ref.Type.Inverse(), endTo(ref.Source), out.OtherPin, out.Pin
	}
	return out
}

func endTo(e archive.End) End { return End{Kind: string(e.Kind), Value: e.Value} }
