package httpapi

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// ListLifecycles lists the lifecycles of this office, the default first.
func (a *api) ListLifecycles(context.Context, ListLifecyclesRequestObject) (ListLifecyclesResponseObject, error) {
	defs := a.desk.Lifecycles()
	out := ListLifecycles200JSONResponse{Items: listed(defs, lifecycleSummaryTo)}
	if len(defs) > 0 {
		out.Items[0].Default = true
	}
	return out, nil
}

// GetLifecycle returns a lifecycle as it is defined, or a picture of it.
func (a *api) GetLifecycle(_ context.Context, in GetLifecycleRequestObject) (GetLifecycleResponseObject, error) {
	def, err := a.desk.Lifecycle(changereq.LifecycleRef{ID: in.ID, Version: int(value(in.Params.Version))})
	format := value(in.Params.Format)
	switch {
	case err != nil:
		return nil, err
	case format == "" || format == GetLifecycleParamsFormatJSON:
		return GetLifecycle200JSONResponse(lifecycleTo(def)), nil
	case a.cfg.Draw == nil:
		return nil, fmt.Errorf("%w: this office draws no pictures", changereq.ErrNotFound)
	}
	return GetLifecycle200TextResponse(a.cfg.Draw(def, string(format))), nil
}

func lifecycleSummaryTo(def lifecycle.Definition) LifecycleSummary {
	return LifecycleSummary{ID: def.ID, Version: narrow(def.Version), Title: text(def.Title), Mode: def.Mode.String()}
}

func lifecycleTo(def lifecycle.Definition) Lifecycle {
	return Lifecycle{
		ID: def.ID, Version: narrow(def.Version), Title: text(def.Title), Mode: def.Mode.String(), Emergency: optional(def.Emergency),
		Initial: listed(def.Initial, plain[string, string]), Aliases: def.Aliases,
		States: listed(def.States, func(s lifecycle.State) LifecycleState {
			return LifecycleState{Name: s.Name, Category: string(s.Category), Terminal: optional(s.Terminal)}
		}),
		Edges: listed(def.Edges, func(e lifecycle.Edge) LifecycleEdge {
			return LifecycleEdge{
				From: e.From, Event: e.Event, To: e.To, Guards: e.Guards, Roles: e.Roles, Auto: optional(e.Auto),
				ReasonRequired: optional(e.ReasonRequired), Reopen: optional(e.Reopen), Tells: optional(e.Tells), Outcome: text(e.Outcome),
			}
		}),
	}
}
