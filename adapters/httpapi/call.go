package httpapi

import (
	"context"
	"net/http"
)

// call is what is known about one request on its way through. It rides on the
// request's context from the chain to the operation and leaves as parameters.
type call struct {
	id        string // Request-Id
	op        *operation
	principal Principal
	body      []byte // as it was sent
	matched   bool   // If-Match was sent
	accept    string // what the caller would read
	head      bool   // only the headers of the reply are wanted
}

type callKey struct{}

func withCall(r *http.Request, c *call) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callKey{}, c))
}

// callOf returns the call; outside the chain it is one without a principal.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

func principalOf(ctx context.Context) Principal { return callOf(ctx).principal }
