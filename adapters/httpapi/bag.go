package httpapi

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/handover"
)

// ExamineBag says what is in a bag and what is wrong with it.
func (a *api) ExamineBag(ctx context.Context, in ExamineBagRequestObject) (ExamineBagResponseObject, error) {
	if a.cfg.Dossiers == nil {
		return nil, fmt.Errorf("%w: no bags are examined here", coordination.ErrNotFound)
	}
	body := &arriving{from: in.Body}
	found, err := a.cfg.Dossiers.Examine(ctx, principalOf(ctx).Tenant, body)
	switch {
	case body.err != nil:
		return nil, body.fault(err)
	case err != nil:
		return nil, err
	}
	return ExamineBag200JSONResponse(examinedTo(&found)), nil
}

// How much of a bag is told.
const (
	maxLabels   = 1000
	maxPayload  = 10_000
	maxFindings = 1000
)

func examinedTo(e *handover.Examined) BagExamination {
	out := BagExamination{
		Format: string(e.Format), Folder: text(clipped(e.Folder)), Verdict: e.Verdict, Version: text(e.Version), Encoding: text(clipped(e.Encoding)),
		Files: e.Files, Bytes: e.Bytes, Truncated: len(e.Labels) > maxLabels || len(e.Payload) > maxPayload || len(e.Findings) > maxFindings,
		Labels: listed(e.Labels[:min(len(e.Labels), maxLabels)], func(l dossier.Label) BagLabel {
			return BagLabel{Name: clipped(l.Name), Value: clipped(l.Value)}
		}),
		Payload: listed(e.Payload[:min(len(e.Payload), maxPayload)], bagFileTo),
		Findings: listed(e.Findings[:min(len(e.Findings), maxFindings)], func(f dossier.BagFinding) BagFinding {
			return BagFinding{
				Severity: f.Severity, Code: f.Code, File: clipped(f.File), Line: optional(int64(f.Line)), Path: text(clipped(f.Path)), Text: clipped(f.Text),
			}
		}),
	}
	if d := e.Dossier; d != nil {
		out.Dossier = &DossierExamination{
			Fits: d.Misfit == nil, Records: int64(d.Records), Files: int64(d.Files), References: int64(d.References), Withheld: int64(d.Withheld),
			Tombstones: int64(d.Tombstones), Outcomes: int64(d.Outcomes), Entries: int64(d.Events), Continues: d.Continues, Ours: d.Ours,
			Checkpoint: via(d.Checkpoint, logStateTo), Before: via(d.Before, logStateTo),
			Misfit: via(d.Misfit, func(m dossier.MisfitError) DossierMisfit {
				return DossierMisfit{File: clipped(m.File), Line: optional(int64(m.Line)), Text: clipped(m.Text)}
			}),
		}
	}
	return out
}

func bagFileTo(f dossier.BagFile) BagFile {
	out := BagFile{Path: clipped(f.Path), Digests: []BagDigest{}}
	if f.Size >= 0 {
		out.Size = &f.Size
	}
	for _, algorithm := range slices.Sorted(maps.Keys(f.Digests)) {
		out.Digests = append(out.Digests, BagDigest{Algorithm: algorithm, Digest: f.Digests[algorithm]})
	}
	return out
}

func logStateTo(c evidence.Checkpoint) LogState {
	return LogState{Origin: clipped(c.Origin), Size: c.Size, Root: c.Root.String()}
}
