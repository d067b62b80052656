package httpapi

import (
	"context"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

const recordPath = "/v1/records/"

// FileRecord files a document, with its content or with one that was uploaded.
func (a *api) FileRecord(ctx context.Context, in FileRecordRequestObject) (FileRecordResponseObject, error) {
	if err := oneContent(in.Body); err != nil {
		return nil, err
	}
	file, now := fileFrom(*in.Body), a.now()
	if file.ID == "" {
		file.ID = archive.RecordID(a.cfg.NewID())
	}
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		var (
			r   archive.Record
			err error
		)
		if in.Body.Digest != nil {
			r, err = a.desk.FileUploadTx(ctx, tx, p.Tenant, p.Actor.ID, now, file, archive.Digest(*in.Body.Digest))
		} else {
			r, err = a.desk.FileTx(ctx, tx, p.Actor.ID, now, file)
		}
		if err != nil {
			return reply{}, err
		}
		return created(recordTo(r), map[string]string{"ETag": etagOf(r.Rev), "Location": recordPath + string(r.ID)})
	})
}

// oneContent needs a content or the digest of one, which the contract cannot say.
func oneContent(in *FileInput) error {
	fault := func(code, text string) error {
		return &archive.ValidationError{Fields: []archive.Field{{Pointer: "/content", Code: code, Text: text}}}
	}
	switch {
	case in.Content == nil && in.Digest == nil:
		return fault(codeRequired, "is missing: send it, or the digest of one that was uploaded")
	case in.Content != nil && in.Digest != nil:
		return fault(codeInvalid, "stands beside the digest of a content that was uploaded: send one of them")
	}
	return nil
}

// reading is the archive as the caller sees it.
func (a *api) reading(ctx context.Context) (coordination.Reading, error) {
	p := principalOf(ctx)
	return a.desk.Reading(ctx, p.Tenant, p.Actor.ID)
}

// ListRecords lists records, newest filing first.
func (a *api) ListRecords(ctx context.Context, in ListRecordsRequestObject) (ListRecordsResponseObject, error) {
	q := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Records(ctx, archive.Query{
		Kind: word[archive.Kind](q.Kind), Subject: word[archive.Ref](q.Subject),
		After: value(q.PageToken), Limit: int(value(q.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListRecords200JSONResponse{Items: listed(page, recordTo), NextPageToken: text(next)}, nil
}

// GetRecord returns a record.
func (a *api) GetRecord(ctx context.Context, in GetRecordRequestObject) (GetRecordResponseObject, error) {
	r, err := a.desk.Record(ctx, principalOf(ctx).Tenant, archive.RecordID(in.ID))
	if err != nil {
		return nil, err
	}
	etag := etagOf(r.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetRecord200JSONResponse{Body: recordTo(r), Headers: GetRecord200ResponseHeaders{ETag: etag}}, nil
}

// MergeRecord merges a record into another.
func (a *api) MergeRecord(ctx context.Context, in MergeRecordRequestObject) (MergeRecordResponseObject, error) {
	p := principalOf(ctx)
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	into := archive.RecordID(in.Body.Into)
	if !reading.Sees(into) {
		return nil, &archive.ValidationError{Fields: []archive.Field{{Pointer: "/into", Code: codeUnknown, Text: "is not filed: name a record that is"}}}
	}
	r, err := a.desk.Merge(ctx, p.Tenant, p.Actor.ID, archive.RecordID(in.ID), revOf(in.Params.IfMatch), into, in.Body.Reason)
	return MergeRecord200JSONResponse{Body: recordTo(r), Headers: MergeRecord200ResponseHeaders{ETag: etagOf(r.Rev)}}, err
}

// ListMergedRecords lists the records that are one thing with a record.
func (a *api) ListMergedRecords(ctx context.Context, in ListMergedRecordsRequestObject) (ListMergedRecordsResponseObject, error) {
	p := principalOf(ctx)
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	all, stands, err := a.desk.Merged(ctx, p.Tenant, archive.RecordID(in.ID))
	all = slices.DeleteFunc(all, func(r archive.Record) bool { return !reading.Sees(r.ID) })
	return ListMergedRecords200JSONResponse{Stands: string(stands), Items: listed(all, recordTo)}, err
}

// AddReference adds a reference that leads from a record.
func (a *api) AddReference(ctx context.Context, in AddReferenceRequestObject) (AddReferenceResponseObject, error) {
	id, link, now := archive.RecordID(in.ID), linkFrom(*in.Body), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, in.ID, func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		ref, err := a.desk.ReferTx(ctx, tx, p.Actor.ID, now, id, link)
		if err != nil {
			return reply{}, err
		}
		return created(referenceTo(seenFrom(ref, archive.ToRecord(id)), archive.Outward), nil)
	})
}

// seenFrom turns a symmetric reference, whose ends have no direction, so that
// it leads from an end.
func seenFrom(ref archive.Reference, end archive.End) archive.Reference {
	if ref.Source != end {
		ref.Source, ref.Target = ref.Target, ref.Source
	}
	return ref
}

// ListRecordReferences lists the references at a record.
func (a *api) ListRecordReferences(ctx context.Context, in ListRecordReferencesRequestObject) (ListRecordReferencesResponseObject, error) {
	id := archive.RecordID(in.ID)
	if _, err := a.desk.Record(ctx, principalOf(ctx).Tenant, id); err != nil {
		return nil, err
	}
	page, err := a.references(ctx, archive.ReferenceQuery{
		End: archive.ToRecord(id), Direction: archive.Direction(value(in.Params.Direction)),
		After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize)),
	})
	return ListRecordReferences200JSONResponse(page), err
}

// references lists the references at an end; no direction is outward.
func (a *api) references(ctx context.Context, q archive.ReferenceQuery) (ReferencePage, error) {
	if q.Direction == "" {
		q.Direction = archive.Outward
	}
	reading, err := a.reading(ctx)
	if err != nil {
		return ReferencePage{}, err
	}
	page, next, err := reading.References(ctx, q)
	if err != nil {
		return ReferencePage{}, badToken(err)
	}
	show := func(ref archive.Reference) Reference { return referenceTo(ref, q.Direction) }
	return ReferencePage{Items: listed(page, show), NextPageToken: text(next)}, nil
}
