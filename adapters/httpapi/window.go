package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// ListConflicts lists what would stand in the way of a window.
func (a *api) ListConflicts(ctx context.Context, in ListConflictsRequestObject) (ListConflictsResponseObject, error) {
	w := changereq.Window{Start: changereq.Instant(in.Params.From), End: changereq.Instant(in.Params.To)}
	list, err := a.desk.ConflictsWith(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID), w, value(in.Params.Implementer))
	return ListConflicts200JSONResponse{Items: listed(list, conflictTo)}, err
}

// ListChangeWindows lists the requests that claim time in a window.
func (a *api) ListChangeWindows(ctx context.Context, in ListChangeWindowsRequestObject) (ListChangeWindowsResponseObject, error) {
	q := in.Params
	page, next, err := a.desk.ChangeWindows(ctx, principalOf(ctx).Tenant, changereq.WindowQuery{
		Window: changereq.Window{Start: changereq.Instant(q.From), End: changereq.Instant(q.To)},
		After:  value(q.PageToken), Limit: int(value(q.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListChangeWindows200JSONResponse{Items: listed(page, changeWindowTo), NextPageToken: text(next)}, nil
}

func conflictTo(c changereq.Conflict) WindowConflict {
	return WindowConflict{
		Kind: string(c.Kind), Severity: string(c.Severity), With: text(c.With), Number: text(c.Number), Name: text(c.Name),
		Item: text(c.Item), Other: text(c.Other), Implementer: text(c.Implementer), Window: windowTo(c.Window),
	}
}

func changeWindowTo(r changereq.Request) ChangeWindow {
	out := ChangeWindow{
		ID: string(r.ID), Number: r.Number, Title: r.Content.Title, State: r.State, Window: windowTo(value(r.Slot())),
		Implementer: text(r.Implementer),
	}
	for _, a := range r.Content.Affected {
		if a.Action != changereq.ActionNone {
			out.Items = append(out.Items, string(a.Item))
		}
	}
	return out
}
