package httpapi

import (
	"context"
	"strconv"

	"github.com/coordkit/coordkit/changereq"
)

// AmendChangeRequest replaces the content.
func (a *api) AmendChangeRequest(ctx context.Context, in AmendChangeRequestRequestObject) (AmendChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "/content", changereq.Amend{Content: contentFrom(*in.Body)})
	return AmendChangeRequest200JSONResponse{out}, err
}

// MoveChangeRequest fires an event of the lifecycle.
func (a *api) MoveChangeRequest(ctx context.Context, in MoveChangeRequestRequestObject) (MoveChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", moveFrom(*in.Body))
	return MoveChangeRequest200JSONResponse{out}, err
}

// AssessChangeRequest records parts of the assessment.
func (a *api) AssessChangeRequest(ctx context.Context, in AssessChangeRequestRequestObject) (AssessChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "/parts", changereq.Assess{Parts: assessmentFrom(*in.Body)})
	return AssessChangeRequest200JSONResponse{out}, err
}

// IssueBrief freezes content and assessment into the next brief.
func (a *api) IssueBrief(ctx context.Context, in IssueBriefRequestObject) (IssueBriefResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", briefFrom(*in.Body))
	if err != nil {
		return nil, err
	}
	number := strconv.Itoa(int(out.Body.Brief.Number))
	return IssueBrief201JSONResponse{Body: out.Body, Headers: IssueBrief201ResponseHeaders{
		ETag: out.Headers.ETag, Location: requestPath + in.ID + "/briefs/" + number,
	}}, nil
}

// DecideChangeRequest decides on a brief, or dismisses.
func (a *api) DecideChangeRequest(ctx context.Context, in DecideChangeRequestRequestObject) (DecideChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", decisionFrom(*in.Body))
	return DecideChangeRequest200JSONResponse{out}, err
}

// RecordMetCondition records that a condition of the approval is met.
func (a *api) RecordMetCondition(ctx context.Context, in RecordMetConditionRequestObject) (RecordMetConditionResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", metConditionFrom(*in.Body))
	return RecordMetCondition200JSONResponse{out}, err
}

// RecordResult names the resulting revision of an item.
func (a *api) RecordResult(ctx context.Context, in RecordResultRequestObject) (RecordResultResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", resultFrom(*in.Body))
	return RecordResult200JSONResponse{out}, err
}

// VerifyResult records that a result was checked.
func (a *api) VerifyResult(ctx context.Context, in VerifyResultRequestObject) (VerifyResultResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.VerifyResult{Item: changereq.ItemID(in.Body.Item)})
	return VerifyResult200JSONResponse{out}, err
}

// SignUnchanged records the owner's word that an item needs no change.
func (a *api) SignUnchanged(ctx context.Context, in SignUnchangedRequestObject) (SignUnchangedResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.SignUnchanged{Item: changereq.ItemID(in.Body.Item)})
	return SignUnchanged200JSONResponse{out}, err
}

// RecordRestoration records which revision is in force again.
func (a *api) RecordRestoration(ctx context.Context, in RecordRestorationRequestObject) (RecordRestorationResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", restorationFrom(*in.Body))
	return RecordRestoration200JSONResponse{out}, err
}

// RecordReview looks back at the work.
func (a *api) RecordReview(ctx context.Context, in RecordReviewRequestObject) (RecordReviewResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", reviewFrom(*in.Body))
	return RecordReview200JSONResponse{out}, err
}

// RetireTemplate takes a template out of use.
func (a *api) RetireTemplate(ctx context.Context, in RetireTemplateRequestObject) (RetireTemplateResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", retirementFrom(*in.Body))
	return RetireTemplate200JSONResponse{out}, err
}

// MigrateChangeRequest takes the request to another lifecycle.
func (a *api) MigrateChangeRequest(ctx context.Context, in MigrateChangeRequestRequestObject) (MigrateChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", migrationFrom(*in.Body))
	return MigrateChangeRequest200JSONResponse{out}, err
}

// HoldChangeRequest suspends the request.
func (a *api) HoldChangeRequest(ctx context.Context, in HoldChangeRequestRequestObject) (HoldChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.PutOnHold{Reason: in.Body.Reason})
	return HoldChangeRequest200JSONResponse{out}, err
}

// RefreshChangeRequest lets happen what time has made true.
func (a *api) RefreshChangeRequest(ctx context.Context, in RefreshChangeRequestRequestObject) (RefreshChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.Refresh{})
	return RefreshChangeRequest200JSONResponse{out}, err
}

// ReleaseChangeRequest lifts the hold.
func (a *api) ReleaseChangeRequest(ctx context.Context, in ReleaseChangeRequestRequestObject) (ReleaseChangeRequestResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.Release{})
	return ReleaseChangeRequest200JSONResponse{out}, err
}
