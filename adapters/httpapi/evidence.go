package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// widest is how many hashes or entries a full tile or bundle has.
const widest = 256

// sealer is the one that keeps the logs; without one there is no evidence.
func (a *api) sealer() (*audit.Sealer, error) {
	if a.cfg.Evidence == nil {
		return nil, fmt.Errorf("%w: no log is kept", coordination.ErrNotFound)
	}
	return a.cfg.Evidence, nil
}

// GetCheckpoint returns a signed checkpoint.
func (a *api) GetCheckpoint(ctx context.Context, in GetCheckpointRequestObject) (GetCheckpointResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	c, err := s.Checkpoint(ctx, principalOf(ctx).Tenant, value(in.Params.Size))
	return GetCheckpoint200TextResponse(c.Note), err
}

// ListCheckpoints lists signed checkpoints.
func (a *api) ListCheckpoints(ctx context.Context, in ListCheckpointsRequestObject) (ListCheckpointsResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return ListCheckpoints200JSONResponse{Items: []SignedCheckpoint{}}, nil //nolint:nilerr // without a log there are none
	}
	page, next, err := s.Checkpoints(ctx, principalOf(ctx).Tenant, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListCheckpoints200JSONResponse{Items: listed(page, checkpointTo), NextPageToken: text(next)}, nil
}

// SealLog takes the journal into the log.
func (a *api) SealLog(ctx context.Context, _ SealLogRequestObject) (SealLogResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	head, err := s.Seal(ctx, principalOf(ctx).Tenant)
	return SealLog200JSONResponse{Size: head.Size, Root: head.Root.String(), Signed: head.Signed}, unsound(err)
}

// SignCheckpoint signs the log as it was sealed last.
func (a *api) SignCheckpoint(ctx context.Context, _ SignCheckpointRequestObject) (SignCheckpointResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	c, err := s.Sign(ctx, principalOf(ctx).Tenant)
	if errors.Is(err, coordination.ErrNotFound) {
		err = &archive.RefusedError{Command: "sign", Unmet: []archive.Unmet{{Condition: "sealed", Text: "nothing was sealed yet: seal the log first"}}}
	}
	return SignCheckpoint200JSONResponse(checkpointTo(c)), unsound(err)
}

// unsound is for who writes the log: what does not fit is no continuation of it.
// Unlike somebody who reads, he is told that there is something to look at.
func unsound(err error) error {
	if errors.Is(err, evidence.ErrMismatch) {
		return errors.Join(evidence.ErrFork, err)
	}
	return err
}

// GetTile returns hashes of the log.
func (a *api) GetTile(ctx context.Context, in GetTileRequestObject) (GetTileResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	tile, err := s.Tile(ctx, principalOf(ctx).Tenant, int(in.Level), in.Index, width(in.Params.Width))
	if err != nil {
		return nil, err
	}
	return GetTile200ApplicationOctetStreamResponse{Body: bytes.NewReader(tile), ContentLength: int64(len(tile))}, nil
}

// GetBundleOfEntries returns texts of entries.
func (a *api) GetBundleOfEntries(ctx context.Context, in GetBundleOfEntriesRequestObject) (GetBundleOfEntriesResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	if err := a.seesEntries(ctx, in.Index*widest, (in.Index+1)*widest); err != nil {
		return nil, err
	}
	bundle, err := s.Bundle(ctx, principalOf(ctx).Tenant, in.Index, width(in.Params.Width))
	if err != nil {
		return nil, err
	}
	return GetBundleOfEntries200ApplicationOctetStreamResponse{Body: bytes.NewReader(bundle), ContentLength: int64(len(bundle))}, nil
}

// seesEntries is a coordination.ErrNotFound where the caller may not see every entry after
// a position and up to another: their texts name what they are about.
func (a *api) seesEntries(ctx context.Context, after, to int64) error {
	reading, err := a.reading(ctx)
	if err != nil {
		return err
	}
	seen, err := reading.SeesEntries(ctx, after, to)
	if err == nil && !seen {
		err = fmt.Errorf("%w: no such entries", coordination.ErrNotFound)
	}
	return err
}

func width(asked *int32) int {
	if asked == nil {
		return widest
	}
	return int(*asked)
}

// ProveEntry proves an entry of the journal.
func (a *api) ProveEntry(ctx context.Context, in ProveEntryRequestObject) (ProveEntryResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	if err := a.seesEntries(ctx, in.Position-1, in.Position); err != nil {
		return nil, err
	}
	p, err := s.ProveEntry(ctx, principalOf(ctx).Tenant, in.Position, value(in.Params.Size))
	if err != nil {
		return nil, err
	}
	file, err := p.File()
	return ProveEntry200JSONResponse(entryProofTo(&p, file)), err
}

// ProveGrowth proves that the journal only grew.
func (a *api) ProveGrowth(ctx context.Context, in ProveGrowthRequestObject) (ProveGrowthResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	g, err := s.ProveGrowth(ctx, principalOf(ctx).Tenant, in.Params.From, value(in.Params.To))
	return ProveGrowth200JSONResponse(growthTo(g)), err
}

// AuditOffice audits everything.
func (a *api) AuditOffice(ctx context.Context, _ AuditOfficeRequestObject) (AuditOfficeResponseObject, error) {
	s, err := a.sealer()
	if err != nil {
		return nil, err
	}
	r, err := s.Audit(ctx, principalOf(ctx).Tenant)
	if err != nil && !errors.Is(err, evidence.ErrMismatch) {
		return nil, err
	}
	return AuditOffice200JSONResponse(auditTo(&r)), err
}
