package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// The ways in which a caller can be turned away; hooks return errors that wrap
// them. Test with errors.Is.
var (
	ErrUnauthenticated = errors.New("httpapi: unauthenticated")
	ErrForbidden       = errors.New("httpapi: forbidden")
)

// Principal is who calls: an actor with the roles that the embedding service
// vouches for, working for one tenant.
type Principal struct {
	Tenant string
	Actor  changereq.Actor
}

// Authenticator finds out who calls. An error that wraps ErrUnauthenticated
// means that there are no credentials that hold; any other error is a failure
// of the service. It is called for every operation that needs a caller, before
// anything else of the request is looked at, and must be safe for concurrent use.
type Authenticator interface {
	Authenticate(r *http.Request) (Principal, error)
}

// AuthenticatorFunc is a function as an Authenticator.
type AuthenticatorFunc func(r *http.Request) (Principal, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(r *http.Request) (Principal, error) { return f(r) }

// Authorizer says whether a principal may use an operation, named by its
// operationId, on a resource, named by the id in the path or empty. An error
// that wraps ErrForbidden is a 403; one that wraps changereq.ErrNotFound hides
// that the resource exists. It must be safe for concurrent use.
type Authorizer interface {
	Authorize(ctx context.Context, p Principal, operation, resource string) error
}

// AuthorizerFunc is a function as an Authorizer.
type AuthorizerFunc func(ctx context.Context, p Principal, operation, resource string) error

// Authorize calls f.
func (f AuthorizerFunc) Authorize(ctx context.Context, p Principal, operation, resource string) error {
	return f(ctx, p, operation, resource)
}

const maxPrincipal = 200

// authenticate asks the hook and refuses principals that the office could not
// tell apart or keep.
func (a *api) authenticate(r *http.Request) (Principal, error) {
	p, err := a.cfg.Authenticator.Authenticate(r)
	switch {
	case err != nil:
		return Principal{}, err
	case !nameable(p.Actor.ID):
		return Principal{}, ErrUnauthenticated
	case !nameable(p.Tenant):
		return Principal{}, errNoTenant
	}
	return p, nil
}

// nameable reports whether s can stand for somebody in the journal.
func nameable(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxPrincipal &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// show hides a thing from a caller who may not see it, or what it is about: whatever is
// asked of it, it is answered as if the office had none of that id.
func (a *api) show(r *http.Request, c *call) error {
	root, _, one := strings.Cut(c.op.route.Path, "{id}")
	if !one {
		return nil
	}
	reading, err := a.desk.Reading(r.Context(), c.principal.Tenant, c.principal.Actor.ID)
	if err != nil || reading.Whole() {
		return err
	}
	switch id := r.PathValue("id"); root {
	case recordPath:
		err = a.showRecord(r.Context(), reading, c.principal.Tenant, archive.RecordID(id))
	case "/v1/disposals/":
		_, err = reading.Disposal(r.Context(), id)
	case "/v1/holds/":
		_, err = reading.Hold(r.Context(), id)
	case "/v1/paper-items/":
		_, err = reading.Item(r.Context(), paper.Barcode(id))
	}
	return err
}

// showRecord hides a record, and one for which another stands that is hidden.
func (a *api) showRecord(ctx context.Context, reading coordination.Reading, tenant string, id archive.RecordID) error {
	if !reading.Sees(id) {
		return archive.ErrNotFound
	}
	stands, err := a.desk.Record(ctx, tenant, id)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return nil // whoever looks for it says so
	case err == nil && !reading.Sees(stands.ID):
		return archive.ErrNotFound
	}
	return err
}

func (a *api) authorize(r *http.Request, c *call) error {
	if a.cfg.Authorizer == nil || !c.op.secured {
		return nil
	}
	return a.cfg.Authorizer.Authorize(r.Context(), c.principal, c.op.id, r.PathValue("id"))
}
