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
)

// Inverse is the name of the type read from target to source; a symmetric type
// is its own inverse. An unknown type has none.
func (t ReferenceType) Inverse() string {
	switch t {
	case Supersedes:
		return "supersededBy"
	case Amends:
		return "amendedBy"
	case Corrects:
		return "correctedBy"
	case Answers:
		return "answeredBy"
	case Implements:
		return "implementedBy"
	case DecidedIn:
		return "decides"
	case Evidences:
		return "evidencedBy"
	case DerivesFrom:
		return "sourceOf"
	case Requires:
		return "requiredBy"
	case HasPart:
		return "isPartOf"
	case HasFormat:
		return "isFormatOf"
	case AttachmentOf:
		return "hasAttachment"
	case References:
		return "referencedBy"
	case Contradicts, SeeAlso:
		return string(t)
	}
	return ""
}

// symmetric types have no direction; their ends are kept in byte order.
func (t ReferenceType) symmetric() bool { return t.Inverse() == string(t) }

// oriented returns the ends in the order in which the edge is stored.
func (t ReferenceType) oriented(source, target End) (End, End) {
	if t.symmetric() && target.key() < source.key() {
		return target, source
	}
	return source, target
}

func (e End) key() string { return string(e.Kind) + ":" + e.Value }

// referenceID follows from the edge, so that the same edge has the same id.
func referenceID(t ReferenceType, source, target End) string {
	b := make([]byte, 0, 256)
	for _, s := range []string{string(t), source.key(), target.key()} {
		b = append(b, byte(len(s)>>8), byte(len(s)))
		b = append(b, s...)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}
