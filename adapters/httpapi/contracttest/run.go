package contracttest

import (
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// Caller is who a request is to come from.
type Caller struct {
	Tenant string
	Actor  string
	Roles  []string
}

// Config says how Run speaks to the handler.
type Config struct {
	// Sign makes a request one of the caller's, for instance by a header that
	// the handler's Authenticator understands. Mandatory.
	Sign func(r *http.Request, c Caller)

	// Tenants are two offices that the handler serves; none are a and b.
	Tenants [2]string
}

// Run fuzzes handlers that open makes, each over an empty store. The flags of
// rapid (-rapid.checks, -rapid.steps) say how much.
func Run(t *testing.T, open func() http.Handler, cfg Config) {
	t.Helper()
	if cfg.Sign == nil {
		t.Fatal("contracttest: Config.Sign is nil: say how to sign requests")
	}
	run(t, open, cfg)
}

func run(tb rapid.TB, open func() http.Handler, cfg Config) {
	tb.Helper()
	if cfg.Tenants == [2]string{} {
		cfg.Tenants = [2]string{"a", "b"}
	}
	c, err := loaded()
	if err != nil {
		tb.Fatalf("contracttest: %v", err)
	}
	commands := c.commands()
	rapid.Check(tb, func(t *rapid.T) {
		m := &machine{contract: c, commands: commands, cfg: cfg, handler: open(), known: make(map[string]*request)}
		t.Repeat(map[string]func(*rapid.T){
			"open":         m.on(m.open),
			"file":         m.on(m.file),
			"refer":        m.on(m.refer),
			"advance":      m.on(m.advance),
			"command":      m.on(m.command),
			"bundle":       m.on(m.bundle),
			"watch":        m.on(m.watch),
			"stale":        m.on(m.stale),
			"replay":       m.on(m.replay),
			"spoil body":   m.on(m.spoilBody),
			"spoil rest":   m.on(m.spoilRest),
			"read":         m.on(m.read),
			"walk a list":  m.on(m.walk),
			"walk journal": m.on(m.walkJournal),
			"other tenant": m.on(m.otherTenant),
		})
	})
}

// command is an operation that changes a request.
type command struct {
	id, method, path string
	schema           *openapi3.Schema // of the body; nil without one
}

// commands lists the operations that change a request, in the order of paths.
func (c *contract) commands() []command {
	var out []command
	for _, path := range c.spec.Paths.InMatchingOrder() {
		item := c.spec.Paths.Value(path)
		for _, method := range []string{http.MethodDelete, http.MethodPost, http.MethodPut} {
			op := item.GetOperation(method)
			if op == nil || op.Tags[0] != "Change requests" && op.Tags[0] != "Approval" || op.OperationID == "openChangeRequest" {
				continue
			}
			cmd := command{id: op.OperationID, method: method, path: path}
			if op.RequestBody != nil {
				cmd.schema = op.RequestBody.Value.Content.Get("application/json").Schema.Value
			}
			out = append(out, cmd)
		}
	}
	return out
}
