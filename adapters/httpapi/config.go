package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/coordination/process/view"
	"github.com/coordkit/coordkit/internal/uuid7"
)

// ErrConfig says that New was given too little to build a handler.
var ErrConfig = errors.New("httpapi: incomplete configuration")

// Config is what New needs. Desk, Store and Authenticator are mandatory.
type Config struct {
	Desk          *coordination.Desk
	Store         coordination.Store // the one that Desk works on
	Authenticator Authenticator
	Authorizer    Authorizer // nil: whoever is authenticated may ask for anything

	Log    *slog.Logger // nil: nothing is logged
	Limits Limits
	Now    func() time.Time // nil: time.Now
	NewID  func() string    // of requests and records; nil: UUIDs of version 7

	// Challenge is the WWW-Authenticate header of a 401; empty is Bearer.
	Challenge string

	// Draw writes the picture of a lifecycle, with what is wrong marked where it is
	// wrong, as text in the format "mermaid" or "dot"; nil: there are no pictures.
	// adapters/diagram has both.
	Draw func(def lifecycle.Definition, findings []lifecycle.Finding, format string) string

	// DrawProcess writes the map of a process under a title as text in the format
	// "mermaid" or "dot"; nil: there are no pictures.
	DrawProcess func(m view.Map, title, format string) string
	// Evidence keeps the logs of the journals; nil: nothing is proved. Who runs the
	// service has it seal and sign, now and then.
	Evidence *audit.Sealer

	// Dossiers hands dossiers over; nil: none are drawn up.
	Dossiers *handover.Service

	// Imports has whole archives taken in over HTTP, with histories that were made
	// elsewhere: have the Authorizer say by whom. False: there is no such operation.
	Imports bool

	// Plans and Tables read and write the files of other programs; nil: there are
	// none. Package planfiles below this one has those that coordkit knows.
	Plans  map[string]PlanFormat // by name, such as mspdi
	Tables *TableFormat

	// Health says whether the service can serve; nil: it can.
	Health func(context.Context) error

	// Transient recognises errors of the store that a later try may not meet;
	// they become 503. nil: none are.
	Transient func(error) bool
}

// Limits bound what one request may cost. Zero fields mean the defaults.
type Limits struct {
	Body   int64         // bytes of a JSON body; 0 is 1 MiB
	Filing int64         // bytes of a body that files a record, content in base64; 0 is 1.5 MiB
	Upload int64         // bytes of an uploaded content; 0 is 256 MiB
	Stall  time.Duration // how long an upload may pause before it is cut off; 0 is a minute
	Bulk   int64         // bytes of a body that brings a plan, a list or a file of them; 0 is 32 MiB
	Replay time.Duration // how long a reply is kept under its Idempotency-Key; 0 is 24 h
}

func (l Limits) withDefaults() Limits {
	if l.Body == 0 {
		l.Body = 1 << 20
	}
	if l.Filing == 0 {
		l.Filing = 3 << 19
	}
	if l.Upload == 0 {
		l.Upload = 256 << 20
	}
	if l.Stall == 0 {
		l.Stall = time.Minute
	}
	if l.Bulk == 0 {
		l.Bulk = 32 << 20
	}
	if l.Replay == 0 {
		l.Replay = 24 * time.Hour
	}
	return l
}

func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Desk == nil:
		return c, fmt.Errorf("%w: Desk is nil", ErrConfig)
	case c.Store == nil:
		return c, fmt.Errorf("%w: Store is nil", ErrConfig)
	case c.Authenticator == nil:
		return c, fmt.Errorf("%w: Authenticator is nil: say who may call", ErrConfig)
	case c.Limits.Body < 0 || c.Limits.Filing < 0 || c.Limits.Bulk < 0 || c.Limits.Upload < 0 || c.Limits.Stall < 0 || c.Limits.Replay < 0:
		return c, fmt.Errorf("%w: Limits are negative", ErrConfig)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = uuid7.New(c.Now).Next
	}
	if c.Challenge == "" {
		c.Challenge = "Bearer"
	}
	if c.Transient == nil {
		c.Transient = func(error) bool { return false }
	}
	c.Limits = c.Limits.withDefaults()
	return c, nil
}

// New returns a handler that serves the contract: /v1, /healthz and
// /openapi.yaml. It is safe for concurrent use and starts no goroutine.
func New(cfg Config) (http.Handler, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	spec, err := loaded()
	if err != nil {
		return nil, err
	}
	a := &api{cfg: cfg, desk: cfg.Desk}
	check := newContract(a, spec)
	HandlerWithOptions(
		NewStrictHandlerWithOptions(a, nil, StrictHTTPServerOptions{RequestErrorHandlerFunc: a.badRequest, ResponseErrorHandlerFunc: a.fail}),
		StdHTTPServerOptions{BaseRouter: check, ErrorHandlerFunc: a.badRequest},
	)
	if check.err != nil {
		return nil, check.err
	}
	return &chain{api: a, next: check.mux}, nil
}

// api answers the operations of the contract. Its methods stand in the files
// named after what they are about.
type api struct {
	cfg  Config
	desk *coordination.Desk
}

var _ StrictServerInterface = (*api)(nil)

func (a *api) now() time.Time { return a.cfg.Now().UTC().Truncate(time.Microsecond) }
