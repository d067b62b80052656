package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// ListDue lists what is due over all requests.
func (a *api) ListDue(ctx context.Context, in ListDueRequestObject) (ListDueResponseObject, error) {
	page, next, err := a.desk.Due(ctx, principalOf(ctx).Tenant, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListDue200JSONResponse{Items: listed(page, escalationTo), NextPageToken: text(next)}, nil
}

func escalationTo(e changereq.Escalation) Escalation {
	return Escalation{
		Kind: string(e.Kind), Due: e.Due, Request: string(e.Request), Number: e.Number, State: e.State, Ref: text(e.Ref), Text: e.Text,
	}
}
