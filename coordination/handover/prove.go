package handover

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination/audit"
)

// prove makes the evidence of a plan: the filing of each record, the last
// reference of each path, and that the log only grew since the dossier before.
func (s *Service) prove(
	ctx context.Context, tenant string, plan *dossier.Plan, l *loading, signed audit.Signed, before *Receipt,
) (dossier.Evidence, error) {
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return dossier.Evidence{}, err
	}
	if _, _, err := evidence.Open([]byte(signed.Note), key.Signer.Name(), note.VerifierList(key.Verifier)); err != nil {
		return dossier.Evidence{}, err
	}
	out := dossier.Evidence{
		Origin: key.Signer.Name(), Size: signed.Size, Checkpoint: []byte(signed.Note), Keys: []string{key.Public}, KeyPEM: key.PEM,
	}
	if before != nil && before.Size < signed.Size {
		growth, err := s.cfg.Sealer.ProveGrowth(ctx, tenant, before.Size, signed.Size)
		if err != nil {
			return out, err
		}
		if out.Consistency, err = GrowthFile(key.Signer.Name(), growth); err != nil {
			return out, err
		}
	}
	proofs, err := s.cfg.Sealer.ProveEntries(ctx, tenant, l.positions(plan), signed.Size)
	if err != nil {
		return out, err
	}
	for i := range proofs {
		e, err := entryOf(&proofs[i])
		if err != nil {
			return out, err
		}
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}

// positions are those of the entries to prove, in order.
func (l *loading) positions(plan *dossier.Plan) []int64 {
	var out []int64
	for i := range plan.Items {
		k := l.records[plan.Items[i].Document.Record.ID]
		out = append(out, k.filedAt)
		out = append(out, k.ended()...)
		if path := plan.Items[i].Path; len(path) > 0 {
			out = append(out, l.edgeAt[path[len(path)-1].Edge]) // the steps before are those of other items
		}
	}
	for i := range plan.Continued {
		out = append(out, l.records[plan.Continued[i].Record.ID].ended()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ended is the position of the entry that says that a record is gone, if one does.
func (k *known) ended() []int64 {
	if k.gone == nil || k.gone.Position == 0 {
		return nil
	}
	return []int64{k.gone.Position}
}

func entryOf(p *audit.Proof) (dossier.Entry, error) {
	file, err := p.File()
	if err != nil {
		return dossier.Entry{}, err
	}
	opening := func(o *evidence.Opening) dossier.Opening {
		if o == nil {
			return dossier.Opening{Erased: true}
		}
		return dossier.Opening{Salt: o.Salt[:], Value: string(o.Value)}
	}
	data := opening(p.Entry.Data)
	for _, part := range p.Entry.Parts {
		opened := dossier.OpenedPart{Pointer: part.Name, Seal: part.Seal.String(), Erased: part.Opening == nil}
		if part.Opening != nil {
			opened.Salt, opened.Value = part.Opening.Salt[:], string(part.Opening.Value)
		}
		data.Parts = append(data.Parts, opened)
	}
	return dossier.Entry{
		Position: p.Entry.Entry.Position, Record: archive.RecordID(p.Entry.Entry.Entity), Kind: p.Entry.Entry.Kind, Text: p.Text, Proof: file,
		Actor: opening(p.Entry.Actor), Data: data,
	}, nil
}

// GrowthFile writes the proof that a log only grew as a dossier has it in
// proofs/consistency.json.
func GrowthFile(origin string, g audit.Growth) ([]byte, error) {
	file := growthFile{Origin: origin, From: growthState{g.From, g.FromRoot.String()}, To: growthState{g.To, g.ToRoot.String()}, Hashes: []string{}}
	for _, h := range g.Hashes {
		file.Hashes = append(file.Hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	out, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("handover: proof of growth: %w", err)
	}
	return append(out, '\n'), nil
}

// growthFile is a proof that a log only grew.
type growthFile struct {
	Origin string      `json:"origin"`
	From   growthState `json:"from"`
	To     growthState `json:"to"`
	Hashes []string    `json:"hashes"`
}

type growthState struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

func (s growthState) checkpoint(origin string) (evidence.Checkpoint, error) {
	root, err := tlog.ParseHash(s.Root)
	if err != nil {
		return evidence.Checkpoint{}, fmt.Errorf("handover: root %q: %w", s.Root, err)
	}
	return evidence.Checkpoint{Origin: origin, Size: s.Size, Root: root}, nil
}

// oneLine is a text on one line of a tag file.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
