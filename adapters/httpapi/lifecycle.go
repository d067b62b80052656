package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/http"

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

// The media types of the pictures, as IANA lists them.
const (
	typeMermaid = "text/vnd.mermaid"
	typeDOT     = "text/vnd.graphviz"
)

// GetLifecycle returns a lifecycle as it is defined, or a picture of it: by the
// format, or else by what the caller would read.
func (a *api) GetLifecycle(ctx context.Context, in GetLifecycleRequestObject) (GetLifecycleResponseObject, error) {
	def, err := a.desk.Lifecycle(changereq.LifecycleRef{ID: in.ID, Version: int(value(in.Params.Version))})
	if err != nil {
		return nil, err
	}
	switch format := value(in.Params.Format); {
	case format == "":
		return a.lifecycleAs(callOf(ctx).accept, def)
	case format == GetLifecycleParamsFormatJSON:
		return GetLifecycle200JSONResponse(lifecycleTo(def)), nil
	case a.cfg.Draw == nil:
		return nil, fmt.Errorf("%w: this office draws no pictures", changereq.ErrNotFound)
	default:
		return GetLifecycle200TextResponse(a.cfg.Draw(def, nil, string(format))), nil
	}
}

// lifecycleAs is the definition in the form that the caller wants most.
func (a *api) lifecycleAs(accept string, def lifecycle.Definition) (GetLifecycleResponseObject, error) {
	offered := []string{typeJSON}
	if a.cfg.Draw != nil {
		offered = append(offered, typeMermaid, typeDOT)
	}
	kind, err := negotiated(accept, offered...)
	switch {
	case err != nil:
		return nil, err
	case kind == typeMermaid:
		return picture{kind, a.cfg.Draw(def, nil, "mermaid")}, nil
	case kind == typeDOT:
		return picture{kind, a.cfg.Draw(def, nil, "dot")}, nil
	}
	return definition{GetLifecycle200JSONResponse(lifecycleTo(def))}, nil
}

// definition is a lifecycle as data, where it could have been a picture.
type definition struct{ GetLifecycle200JSONResponse }

// VisitGetLifecycleResponse sends the data.
func (d definition) VisitGetLifecycleResponse(w http.ResponseWriter) error {
	w.Header().Set("Vary", "Accept")
	return d.GetLifecycle200JSONResponse.VisitGetLifecycleResponse(w)
}

// picture is a lifecycle as text that another tool draws.
type picture struct{ kind, text string }

// VisitGetLifecycleResponse sends the picture.
func (p picture) VisitGetLifecycleResponse(w http.ResponseWriter) error {
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Content-Type", p.kind)
	w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(w, p.text)
	return err //nolint:wrapcheck // for the generated code
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
