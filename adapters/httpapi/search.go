package httpapi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/cursor"
)

// SearchRecords finds records by their words.
func (a *api) SearchRecords(ctx context.Context, in SearchRecordsRequestObject) (SearchRecordsResponseObject, error) {
	q, filter := searchFrom(in.Params)
	if token := value(in.Params.PageToken); token != "" {
		key, err := cursor.Decode(token, filter, 3)
		if err == nil {
			q.After, err = searchKey(key)
		}
		if err != nil {
			return nil, malformed(Fault{In: new("query"), Name: new("page_token"), Code: codeInvalid})
		}
	}
	p := principalOf(ctx)
	r, err := a.desk.Search(ctx, p.Tenant, p.Actor.ID, q)
	if err != nil {
		return nil, err
	}
	out := searchTo(&r)
	if r.Next != nil {
		out.NextPageToken = new(cursor.Encode(filter, strconv.FormatBool(r.Next.Titled), strconv.FormatInt(r.Next.Dated.UnixMicro(), 10), string(r.Next.ID)))
	}
	return SearchRecords200JSONResponse(out), nil
}

// searchFrom reads a query, and its filters as one text.
func searchFrom(p SearchRecordsParams) (q search.Query, filter string) {
	q = search.Query{
		Text: value(p.Q), From: value(instantFrom(p.From)), To: value(instantFrom(p.To)), AsOf: value(instantFrom(p.AsOf)),
		AsKnownAt: value(instantFrom(p.AsKnownAt)), Limit: int(value(p.PageSize)),
	}
	if p.Kind != nil {
		q.Kinds = []archive.Kind{archive.Kind(*p.Kind)}
	}
	for name, asked := range map[string]*string{
		coordination.FacetSubject: p.Subject, coordination.FacetMediaType: p.MediaType, coordination.FacetFiledBy: p.FiledBy,
	} {
		if asked != nil {
			if q.Facets == nil {
				q.Facets = make(map[string]string)
			}
			q.Facets[name] = *asked
		}
	}
	return q, fmt.Sprintf("search %q %q %v %v %v %v %q", q.Text, q.Kinds, q.From, q.To, q.AsOf, q.AsKnownAt, q.Facets) // maps are printed by key
}

func searchKey(key []string) (*search.Key, error) {
	titled, err := strconv.ParseBool(key[0])
	if err != nil {
		return nil, cursor.ErrMalformed
	}
	dated, err := strconv.ParseInt(key[1], 10, 64)
	if err != nil {
		return nil, cursor.ErrMalformed
	}
	return &search.Key{Titled: titled, Dated: time.UnixMicro(dated).UTC(), ID: archive.RecordID(key[2])}, nil
}

func searchTo(r *search.Result) SearchPage {
	out := SearchPage{Items: listed(r.Hits, hitTo), Total: int64(r.Total), More: r.More, Facets: []SearchFacet{}}
	for _, name := range slices.Sorted(maps.Keys(r.Facets)) {
		out.Facets = append(out.Facets, SearchFacet{Name: name, Values: listed(r.Facets[name], func(c search.Count) SearchCount {
			return SearchCount{Value: c.Value, N: int64(c.N)}
		})})
	}
	return out
}

func hitTo(h search.Hit) SearchHit {
	return SearchHit{
		ID: string(h.Key.ID), Title: h.Title, Titled: h.Key.Titled, Dated: h.Key.Dated,
		Snippet: SearchSnippet{Text: h.Snippet.Text, Marks: listed(h.Snippet.Marks, func(m [2]int) SearchMark {
			return SearchMark{Start: int64(m[0]), End: int64(m[1])}
		})},
	}
}
