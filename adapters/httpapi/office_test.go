package httpapi_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

// office is a handler over a store in memory and what stands behind it.
type office struct {
	handler http.Handler
	store   coordination.Store
	desk    *coordination.Desk
}

// clock goes on by a second whenever it is looked at.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)} }

func (c *clock) tick() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Second)
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open opens an office; change may alter its configuration.
func open(tb testing.TB, change ...func(*httpapi.Config)) *office {
	tb.Helper()
	cfg := httpapi.Config{Store: memory.New(), Now: newClock().tick, Authenticator: httpapi.AuthenticatorFunc(authenticate)}
	for _, c := range change {
		c(&cfg)
	}
	if cfg.Desk == nil {
		desk, err := coordination.NewDesk(coordination.Config{Store: cfg.Store, Now: cfg.Now})
		require.NoError(tb, err)
		cfg.Desk = desk
	}
	h, err := httpapi.New(cfg)
	require.NoError(tb, err)
	if _, kept := cfg.Store.(*memory.DB); kept {
		tb.Cleanup(func() { everystore.CheckBooks(tb, context.Background(), cfg.Store, "a") })
	}
	return &office{handler: h, store: cfg.Store, desk: cfg.Desk}
}

// authenticate believes what the request says: tenant, actor and roles.
func authenticate(r *http.Request) (httpapi.Principal, error) {
	f := strings.Split(r.Header.Get("Authorization"), "|")
	if len(f) != 3 {
		return httpapi.Principal{}, httpapi.ErrUnauthenticated
	}
	return httpapi.Principal{Tenant: f[0], Actor: changereq.Actor{ID: f[1], Roles: strings.Split(f[2], ",")}}, nil
}

// as is the header by which an actor of the first office calls.
func as(actor string) string {
	roles := map[string]string{
		"carl": "coordinator", "pia": "product-manager", "ivan": "implementer", "vera": "verifier",
	}[actor]
	return "a|" + actor + "|" + roles
}

func logTo(h slog.Handler) func(*httpapi.Config) {
	return func(c *httpapi.Config) { c.Log = slog.New(h) }
}
