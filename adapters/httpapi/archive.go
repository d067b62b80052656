package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/transfer"
	"github.com/coordkit/coordkit/coordination"
)

// DownloadArchive sends the whole archive.
func (a *api) DownloadArchive(ctx context.Context, _ DownloadArchiveRequestObject) (DownloadArchiveResponseObject, error) {
	if a.cfg.Dossiers == nil {
		return nil, fmt.Errorf("%w: no archives are taken out here", coordination.ErrNotFound)
	}
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	if !reading.Whole() {
		return nil, fmt.Errorf("%w: a part of the archive is hidden from the caller", ErrForbidden)
	}
	return wholeBag{ctx, a}, nil
}

// wholeBag is an archive that is packed while it is sent.
type wholeBag struct {
	ctx context.Context //nolint:containedctx // the generated code hands none to what sends a reply
	api *api
}

// VisitDownloadArchiveResponse sends the bag.
func (b wholeBag) VisitDownloadArchiveResponse(w http.ResponseWriter) error {
	out := &late{w: w, name: "archive.tar"}
	_, err := b.api.cfg.Dossiers.PackArchive(b.ctx, principalOf(b.ctx).Tenant, out, dossier.Tar)
	if err != nil && out.sent {
		panic(http.ErrAbortHandler) //nolint:forbidigo // half a bag must not look like one: net/http cuts the reply off
	}
	return err
}

// ImportArchive takes in an archive.
func (a *api) ImportArchive(ctx context.Context, in ImportArchiveRequestObject) (ImportArchiveResponseObject, error) {
	if a.cfg.Dossiers == nil || !a.cfg.Imports {
		return nil, fmt.Errorf("%w: no archives are taken in here", coordination.ErrNotFound)
	}
	body := &arriving{from: in.Body}
	found, root, err := a.cfg.Dossiers.TakeIn(ctx, principalOf(ctx).Tenant, body, value(in.Params.Key))
	switch {
	case body.err != nil:
		return nil, body.fault(err)
	case err != nil:
		return nil, err
	}
	findings := found.Report.Findings
	return ImportArchive200JSONResponse{
		Records: int64(found.Report.Records), New: int64(found.Report.New), Grown: int64(found.Report.Grown), Sheets: int64(found.Sheets),
		Truncated: len(findings) > maxFindings,
		Findings: listed(findings[:min(len(findings), maxFindings)], func(f transfer.Finding) ImportFinding {
			return ImportFinding{Line: int64(f.Line), Record: text(clipped(string(f.Record))), Text: clipped(f.Text)}
		}),
		Log: logStateTo(evidence.Checkpoint{Origin: found.Log.Origin, Size: found.Log.Size, Root: root}),
	}, nil
}
