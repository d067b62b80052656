package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/briefpage"
)

const (
	typeJSON     = "application/json"
	typeHTML     = "text/html"
	typeMarkdown = "text/markdown"
)

// GetBrief returns a brief by its number, as the caller would read it.
func (a *api) GetBrief(ctx context.Context, in GetBriefRequestObject) (GetBriefResponseObject, error) {
	kind, err := negotiated(callOf(ctx).accept, typeJSON, typeHTML, typeMarkdown)
	if err != nil {
		return nil, err
	}
	b, err := a.desk.Brief(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID), int(in.Number))
	if err != nil {
		return nil, err
	}
	switch kind {
	case typeHTML:
		return printed{b, typeHTML, briefpage.HTML}, nil
	case typeMarkdown:
		return printed{b, typeMarkdown, briefpage.Markdown}, nil
	}
	return negotiable{GetBrief200JSONResponse(briefTo(b))}, nil
}

// negotiable is a brief as data, where it could have been a page.
type negotiable struct{ GetBrief200JSONResponse }

// VisitGetBriefResponse sends the data.
func (n negotiable) VisitGetBriefResponse(w http.ResponseWriter) error {
	w.Header().Set("Vary", "Accept")
	return n.GetBrief200JSONResponse.VisitGetBriefResponse(w)
}

// printed is a brief as a page.
type printed struct {
	brief  changereq.Brief
	kind   string
	render func(io.Writer, *changereq.Brief) error
}

// VisitGetBriefResponse sends the page.
func (p printed) VisitGetBriefResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Vary", "Accept")
	h.Set("Content-Type", p.kind+"; charset=utf-8")
	if p.kind == typeHTML {
		h.Set("Content-Security-Policy", briefpage.ContentSecurityPolicy())
	}
	w.WriteHeader(http.StatusOK)
	return p.render(w, &p.brief)
}
