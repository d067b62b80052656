package httpapi

import (
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination/audit"
)

func checkpointTo(c audit.Signed) SignedCheckpoint {
	return SignedCheckpoint{Size: c.Size, Note: c.Note, Stamp: c.Stamp}
}

func entryProofTo(p *audit.Proof, file []byte) EntryProof {
	return EntryProof{
		Position: p.Entry.Entry.Position, Size: p.Size, Leaf: p.Leaf.String(), Root: p.Root.String(), Text: string(p.Text),
		Hashes: listed(p.Hashes, evidence.Hash.String), Actor: openingTo(p.Entry.Actor), Data: openingTo(p.Entry.Data),
		Checkpoint: string(p.Signed), File: string(file), Parts: eachOf(p.Entry.Parts, partTo),
	}
}

func partTo(p evidence.Part) ProvedPart {
	return ProvedPart{Pointer: p.Name, Seal: p.Seal.String(), Opening: openingTo(p.Opening)}
}

// openingTo leaves out what was erased.
func openingTo(o *evidence.Opening) *SealOpening {
	if o == nil {
		return nil
	}
	return &SealOpening{Salt: o.Salt[:], Value: append([]byte{}, o.Value...)}
}

func growthTo(g audit.Growth) GrowthProof {
	return GrowthProof{
		From: g.From, To: g.To, FromRoot: g.FromRoot.String(), ToRoot: g.ToRoot.String(), Hashes: listed(g.Hashes, evidence.Hash.String),
	}
}

func auditTo(r *audit.Report) AuditReport {
	return AuditReport{
		Sound: r.Sound(), Entries: r.Entries, Root: r.Root.String(), Signed: r.Signed, Checkpoints: int64(r.Checkpoints), Erased: r.Erased,
		Unsealed: r.Unsealed, Rows: int64(r.Rows), Mismatch: mismatchTo(r.Mismatch), Gone: optional(int64(r.Gone)),
		ErasedParts: eachOf(r.ErasedParts, func(p audit.ErasedPart) ErasedPart { return ErasedPart{Position: p.Position, Part: p.Part} }),
		Flaws:       listed(r.Flaws, func(f audit.Flaw) AuditFlaw { return AuditFlaw{Room: string(f.Room), Entity: f.Entity, Text: f.Text} }),
	}
}

func mismatchTo(m *evidence.MismatchError) *AuditMismatch {
	if m == nil {
		return nil
	}
	return &AuditMismatch{
		Place: string(m.Place), Position: optional(m.Position), Index: optional(m.Index), Size: optional(m.Size), Text: m.Reason,
	}
}
