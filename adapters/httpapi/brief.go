package httpapi

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

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
	b, err := a.desk.Brief(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID), int(in.Number))
	if err != nil {
		return nil, err
	}
	switch negotiated(callOf(ctx).accept, typeJSON, typeHTML, typeMarkdown) {
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

// negotiated chooses, of the media types on offer, the one that an Accept header
// wants most (RFC 9110, 12.5.1); the first where it wants several alike, states
// nothing, or wants none of them.
func negotiated(accept string, offered ...string) string {
	best, most := offered[0], 0.0
	for _, kind := range offered {
		if q := wanted(accept, kind); q > most {
			best, most = kind, q
		}
	}
	return best
}

// wanted is how much an Accept header wants a media type; the most specific
// range that covers the type decides.
func wanted(accept, kind string) float64 {
	family, _, _ := strings.Cut(kind, "/")
	ranges := []string{"*/*", family + "/*", kind}
	q, found := 0.0, -1
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		for i, r := range ranges {
			if media == r && i > found {
				q, found = quality(params["q"]), i
			}
		}
	}
	return q
}

// quality is the weight of a range, 1 where none is given.
func quality(s string) float64 {
	if s == "" {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err == nil && q >= 0 && q <= 1 {
		return q
	}
	return 0
}
