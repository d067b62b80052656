package httpapi

import (
	"context"
	"errors"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// cut is the query of a list that is cut by a key, or not.
func cut(by, val string, size *PageSize, token *PageToken) register.Query {
	q := register.Query{After: value(token), Limit: int(value(size))}
	if by != "" {
		q.Key = by
		q = q.Only(val)
	}
	return q
}

// GetFiling returns what is known of a record beside its content.
func (a *api) GetFiling(ctx context.Context, in GetFilingRequestObject) (GetFilingResponseObject, error) {
	f, err := a.desk.Filing(ctx, principalOf(ctx).Tenant, archive.RecordID(in.ID))
	if err != nil {
		return nil, err
	}
	if etag := etagOf(f.Rev); current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetFiling200JSONResponse{currentFiling(f)}, nil
}

// ListFilings lists filings.
func (a *api) ListFilings(ctx context.Context, in ListFilingsRequestObject) (ListFilingsResponseObject, error) {
	p := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Filings(ctx, cut(string(value(p.By)), value(p.Value), p.PageSize, p.PageToken))
	if err != nil {
		return nil, badToken(err)
	}
	return ListFilings200JSONResponse{Items: listed(page, filingTo), NextPageToken: text(next)}, nil
}

// GetRecordPart returns a revision or a rendition of a record, or a range of it.
func (a *api) GetRecordPart(ctx context.Context, in GetRecordPartRequestObject) (GetRecordPartResponseObject, error) {
	who := principalOf(ctx)
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	r, from, err := a.desk.OpenPart(ctx, who.Tenant, archive.RecordID(in.ID), archive.Digest(in.Digest))
	if err != nil {
		return nil, err
	}
	if !reading.Sees(r.ID) { // of one that was merged with it
		return nil, errors.Join(archive.ErrNotFound, from.Close())
	}
	p := in.Params
	d := &download{api: a, ctx: ctx, digest: archive.Digest(in.Digest), name: r.Name, from: from}
	return d, d.choose(p.IfNoneMatch, p.Range, p.IfRange)
}

// ClassifyRecord puts a record under a class.
func (a *api) ClassifyRecord(ctx context.Context, in ClassifyRecordRequestObject) (ClassifyRecordResponseObject, error) {
	b := in.Body
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Classify{Class: b.Class, Reason: value(b.Reason), Authority: value(b.Authority)})
	return ClassifyRecord200JSONResponse{out}, err
}

// MoveRecord puts a record into an aggregation.
func (a *api) MoveRecord(ctx context.Context, in MoveRecordRequestObject) (MoveRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.MoveTo{
		Aggregation: in.Body.Aggregation, Family: eachOf(in.Body.Family, plain[string, archive.RecordID]),
	})
	return MoveRecord200JSONResponse{out}, err
}

// DescribeRecord sets fields of a record.
func (a *api) DescribeRecord(ctx context.Context, in DescribeRecordRequestObject) (DescribeRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Describe{Fields: fieldsFrom(in.Body.Fields)})
	return DescribeRecord200JSONResponse{out}, err
}

// TagRecord sets a facet of a record.
func (a *api) TagRecord(ctx context.Context, in TagRecordRequestObject) (TagRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Tag{Facet: in.Body.Facet, Values: in.Body.Values})
	return TagRecord200JSONResponse{out}, err
}

// NameRecord gives a record one more name.
func (a *api) NameRecord(ctx context.Context, in NameRecordRequestObject) (NameRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Call{Alias: in.Body.Alias})
	return NameRecord200JSONResponse{out}, err
}

// CompleteRecord says that a record is complete.
func (a *api) CompleteRecord(ctx context.Context, in CompleteRecordRequestObject) (CompleteRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Finish{})
	return CompleteRecord200JSONResponse{out}, err
}

// DeclareRecord freezes a record.
func (a *api) DeclareRecord(ctx context.Context, in DeclareRecordRequestObject) (DeclareRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Declare{})
	return DeclareRecord200JSONResponse{out}, err
}

// AnnotateRecord adds a note to a record.
func (a *api) AnnotateRecord(ctx context.Context, in AnnotateRecordRequestObject) (AnnotateRecordResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Annotate{Field: value(in.Body.Field), Text: in.Body.Text})
	return AnnotateRecord200JSONResponse{out}, err
}

// ReviseRecord adds a revision that was uploaded.
func (a *api) ReviseRecord(ctx context.Context, in ReviseRecordRequestObject) (ReviseRecordResponseObject, error) {
	blob, err := a.desk.Uploaded(ctx, principalOf(ctx).Tenant, archive.Digest(in.Body.Digest))
	if err != nil {
		return nil, err
	}
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Revise{Revision: fileplan.Revision{
		Digest: blob.Digest, Size: blob.Size, MediaType: in.Body.MediaType, Name: value(in.Body.Name),
	}})
	return ReviseRecord200JSONResponse{out}, err
}

// RenderRecord adds a rendition that was uploaded.
func (a *api) RenderRecord(ctx context.Context, in RenderRecordRequestObject) (RenderRecordResponseObject, error) {
	b := in.Body
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.Render{Rendition: fileplan.Rendition{
		Purpose: b.Purpose, DerivedFrom: archive.Digest(b.DerivedFrom), Digest: archive.Digest(b.Digest), Withholds: value(b.Withholds),
	}})
	return RenderRecord200JSONResponse{out}, err
}

// DropRendition takes a rendition away.
func (a *api) DropRendition(ctx context.Context, in DropRenditionRequestObject) (DropRenditionResponseObject, error) {
	out, err := a.arrange(ctx, in.ID, in.Params.IfMatch, fileplan.DropRendition{Digest: archive.Digest(in.Body.Digest), Reason: in.Body.Reason})
	return DropRendition200JSONResponse{out}, err
}

func (a *api) arrange(ctx context.Context, id, ifMatch string, cmd fileplan.Command) (CurrentFilingJSONResponse, error) {
	p := principalOf(ctx)
	f, err := a.desk.Arrange(ctx, p.Tenant, p.Actor.ID, archive.RecordID(id), revOf(ifMatch), cmd)
	return currentFiling(f), err
}

func currentFiling(f coordination.Filing) CurrentFilingJSONResponse {
	return CurrentFilingJSONResponse{Body: filingTo(f), Headers: CurrentFilingResponseHeaders{ETag: etagOf(f.Rev)}}
}
