package archive

import (
	"crypto/sha256"
	"encoding/hex"
)

// ReferenceType names a type of reference, read from source to target.
type ReferenceType string

// The types of reference.
const (
	Supersedes   ReferenceType = "supersedes"
	Amends       ReferenceType = "amends"
	Corrects     ReferenceType = "corrects"
	Answers      ReferenceType = "answers"
	Implements   ReferenceType = "implements"
	DecidedIn    ReferenceType = "decidedIn"
	Evidences    ReferenceType = "evidences"
	DerivesFrom  ReferenceType = "derivesFrom"
	Requires     ReferenceType = "requires"
	HasPart      ReferenceType = "hasPart"
	HasFormat    ReferenceType = "hasFormat"
	AttachmentOf ReferenceType = "attachmentOf"
	References   ReferenceType = "references"
	Contradicts  ReferenceType = "contradicts"
	SeeAlso      ReferenceType = "seeAlso"
	// MergedInto is added by Merge alone: the source is the same thing as its target,
	// which stands for both.
	MergedInto ReferenceType = "mergedInto"
)

// TypeInfo is what the office knows of a type of reference: a row of the table
// that ReferenceTypes gives.
type TypeInfo struct {
	Type    ReferenceType
	Inverse string // read from target to source; the type itself if it is symmetric
	Acyclic bool   // no record may reach itself over edges of the type
	OneOut  bool   // at most one edge of the type leads out of a record
	OneIn   bool   // at most one leads into a record
	Later   bool   // the source is made after its target: who amends comes later
	Family  bool   // its ends belong together: who takes one takes all
	Hold    Carry  // whether a hold goes along it
	Dossier Reach  // how a dossier follows it if its policy says nothing else
	// DCMI and DataCite are the names of the type in Dublin Core terms and in
	// DataCite's relationType; empty where they have none.
	DCMI, DataCite string
}

// Carry says where a hold goes along a type of reference.
type Carry string

// The ways of a hold.
const (
	CarryNone   Carry = ""
	CarryOption Carry = "option" // either way, where the hold asks for it
	CarryDown   Carry = "down"   // from source to target
	CarryBoth   Carry = "both"
)

// Reach says how far a dossier follows a type of reference.
type Reach struct {
	Out, In int // steps from the start, along the type and against it; 0 none, Unbounded without end
}

// Unbounded is a reach without end.
const Unbounded = -1

// Symmetric types have no direction; their ends are kept in byte order.
func (i TypeInfo) Symmetric() bool { return i.Inverse == string(i.Type) }

// ReferenceTypes is the table of the types the office has, in their order.
func ReferenceTypes() []TypeInfo {
	types := [...]ReferenceType{
		Supersedes, Amends, Corrects, Answers, Implements, DecidedIn, Evidences, DerivesFrom,
		Requires, HasPart, HasFormat, AttachmentOf, References, Contradicts, SeeAlso, MergedInto,
	}
	out := make([]TypeInfo, len(types))
	for i, t := range types {
		out[i], _ = t.Info()
	}
	return out
}

// Info is the row of the type; ok is false for a type the office does not have.
func (t ReferenceType) Info() (info TypeInfo, ok bool) {
	endless := Reach{Out: Unbounded, In: Unbounded}
	switch t {
	case Supersedes:
		info = TypeInfo{Later: true, Inverse: "supersededBy", Acyclic: true, Hold: CarryOption, Dossier: endless, DCMI: "replaces", DataCite: "Obsoletes"}
	case Amends:
		info = TypeInfo{Later: true, Inverse: "amendedBy", Acyclic: true, Dossier: endless}
	case Corrects:
		info = TypeInfo{Later: true, Inverse: "correctedBy", Acyclic: true, Dossier: endless}
	case Answers:
		info = TypeInfo{Later: true, Inverse: "answeredBy", Acyclic: true, Dossier: Reach{Out: 2, In: 2}}
	case Implements:
		info = TypeInfo{Inverse: "implementedBy", Acyclic: true, Dossier: Reach{Out: 2, In: 2}}
	case DecidedIn:
		info = TypeInfo{Inverse: "decides", Acyclic: true, Hold: CarryOption, Dossier: Reach{Out: 1}}
	case Evidences:
		info = TypeInfo{Inverse: "evidencedBy", Acyclic: true, Hold: CarryOption, Dossier: Reach{Out: 1}}
	case DerivesFrom:
		info = TypeInfo{Inverse: "sourceOf", Acyclic: true, Dossier: Reach{Out: 1}, DCMI: "source", DataCite: "IsDerivedFrom"}
	case Requires:
		info = TypeInfo{Inverse: "requiredBy", Acyclic: true, Dossier: Reach{Out: 1}, DCMI: "requires", DataCite: "Requires"}
	case HasPart:
		info = TypeInfo{Inverse: "isPartOf", Acyclic: true, Hold: CarryDown, Dossier: Reach{Out: Unbounded}, DCMI: "hasPart", DataCite: "HasPart"}
	case HasFormat:
		info = TypeInfo{Inverse: "isFormatOf", Acyclic: true, Hold: CarryBoth, Dossier: Reach{Out: 1, In: 1}, DCMI: "hasFormat", DataCite: "IsVariantFormOf"}
	case AttachmentOf:
		info = TypeInfo{Inverse: "hasAttachment", Acyclic: true, Family: true, Hold: CarryBoth, Dossier: endless, DataCite: "IsSupplementTo"}
	case References:
		info = TypeInfo{Inverse: "referencedBy", DCMI: "references", DataCite: "References"}
	case Contradicts:
		info = TypeInfo{Inverse: "contradicts", Dossier: Reach{Out: 1, In: 1}, DCMI: "relation"}
	case SeeAlso:
		info = TypeInfo{Inverse: "seeAlso", DCMI: "relation"}
	case MergedInto:
		info = TypeInfo{Inverse: "mergedFrom", Acyclic: true, OneOut: true, Family: true, Hold: CarryBoth, Dossier: endless, DataCite: "IsIdenticalTo"}
	default:
		return TypeInfo{}, false
	}
	info.Type = t
	return info, true
}

// Inverse is the name of the type read from target to source; a symmetric type
// is its own inverse. An unknown type has none.
func (t ReferenceType) Inverse() string {
	info, _ := t.Info()
	return info.Inverse
}

// symmetric types have no direction; their ends are kept in byte order.
func (t ReferenceType) symmetric() bool { return t == Contradicts || t == SeeAlso }

// oriented returns the ends in the order in which the edge is stored.
func (t ReferenceType) oriented(source, target End) (End, End) {
	if t.symmetric() && target.key() < source.key() {
		return target, source
	}
	return source, target
}

func (e End) key() string { return string(e.Kind) + ":" + e.Value }

// referenceID follows from the edge, so that the same edge has the same id. A pinned end is another
// than the same end floating.
func referenceID(t ReferenceType, source, target End, pins ...Digest) string {
	b := make([]byte, 0, 256)
	for _, s := range []string{string(t), source.key(), target.key()} {
		b = append(b, byte(len(s)>>8), byte(len(s)))
		b = append(b, s...)
	}
	for _, pin := range pins {
		b = append(append(b, ' '), pin...)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}
