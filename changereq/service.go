package changereq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
)

// Config is what a Service needs.
type Config struct {
	Store Store
	Now   func() time.Time
	NewID func() string

	// Lifecycles are the lifecycles that requests may live by; the first is the
	// default. None means those built in, of which normal is the first.
	Lifecycles []*Lifecycle

	// Policies are the approval policies that requests may be judged by, each
	// compiled with CompilePolicy. Versions stay registered as long as a request
	// pins them. None means DefaultPolicy.
	Policies []*approval.Judge

	// PolicyOf chooses the policy that a request pins when it is submitted. It
	// must be a pure function of the request. Nil means the first of Policies.
	PolicyOf func(Request) PolicyRef

	// People says who holds the roles and who is in the groups that a policy
	// names; what it does not answer nobody holds. Nil means that nobody keeps a
	// directory: then a role is held by whoever was vouched to hold it when
	// voting, and a share of a role cannot be reached.
	People func(ctx context.Context, tenant string, roles, groups []string) (approval.Directory, error)

	// Standing says who may speak for somebody on all requests at an instant, for
	// one principal, or for everybody if that is empty; see Standing. Nil means
	// that there are only the delegations that requests have themselves.
	Standing func(ctx context.Context, tenant, principal string, at time.Time) ([]Standing, error)

	// Signer signs votes and verifies signatures. Nil means that there are none.
	Signer Signer

	// Heads says which revision of an item is the newest released one; items it
	// does not know are left out. Nil means that nobody keeps revisions, and
	// then no base can be found to have moved.
	Heads func(ctx context.Context, tenant string, items []ItemID) (map[ItemID]string, error)

	// WhereUsed says which items use each of the given ones directly; see
	// FindUses. Nil means that nobody knows, and then only the items that the
	// request lists itself need an action, and only changes to the same item
	// conflict.
	WhereUsed func(ctx context.Context, tenant string, items []ItemID) (map[ItemID][]ItemID, error)

	// PlanEffect says what a change would do to plan and stock; nil means that no
	// plan is connected. It is asked by AskPlan alone.
	PlanEffect func(ctx context.Context, tenant string, p Proposal) (PlanEffect, error)

	// Matrix is the risk matrix of the office, nil for StandardMatrix. Discount
	// is the rate of present values in basis points a year; 0 adds amounts up as
	// they are.
	Matrix   *Matrix
	Discount int

	// Telling is what the office promises about its notices.
	Telling Telling

	// Revisions says what the registry of specifications holds of revisions;
	// those it does not know are left out. Nil means that there is no registry
	// to ask, and then a result is verified on the verifier's word alone.
	Revisions func(ctx context.Context, tenant string, refs []RevisionRef) (map[RevisionRef]Revision, error)

	// Calendar gives the freezes, the maintenance hours and the severities of
	// conflicts that hold for a tenant. Nil means none and the default severities.
	Calendar func(ctx context.Context, tenant string) (window.Rules, error)

	// Deadlines gives the limits that hold for a tenant. Nil means none.
	Deadlines func(ctx context.Context, tenant string) (Deadlines, error)
}

// Service runs commands on stored requests: it loads, decides and saves. It is
// safe for concurrent use.
type Service struct {
	cfg        Config
	lifecycles map[LifecycleRef]*Lifecycle
	standard   *Lifecycle
	policies   map[PolicyRef]*approval.Judge
}

// New checks the configuration and returns a service.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Now == nil || cfg.NewID == nil {
		return nil, fmt.Errorf("%w: a service needs Store, Now and NewID", ErrInvalid)
	}
	if err := cfg.judging(); err != nil {
		return nil, err
	}
	if len(cfg.Lifecycles) == 0 {
		cfg.Lifecycles = BuiltIn()
	}
	s := &Service{cfg: cfg, standard: cfg.Lifecycles[0], lifecycles: make(map[LifecycleRef]*Lifecycle)}
	for _, lc := range cfg.Lifecycles {
		if s.lifecycles[lc.Ref()] != nil {
			return nil, fmt.Errorf("%w: lifecycle %s version %d is given twice", ErrInvalid, lc.Ref().ID, lc.Ref().Version)
		}
		s.lifecycles[lc.Ref()] = lc
	}
	if len(cfg.Policies) == 0 {
		s.cfg.Policies = []*approval.Judge{defaultJudge()}
	}
	s.policies = make(map[PolicyRef]*approval.Judge)
	for _, j := range s.cfg.Policies {
		p := j.Policy()
		ref := PolicyRef{ID: p.ID, Version: p.Version}
		if s.policies[ref] != nil {
			return nil, fmt.Errorf("%w: policy %s version %d is given twice", ErrInvalid, ref.ID, ref.Version)
		}
		s.policies[ref] = j
	}
	return s, nil
}

// Do gives one command and returns the request as it is afterwards. rev is the
// revision the actor has seen, 0 for whatever there is; another one stored is
// ErrConflict. See Decide for the other errors. Nothing is changed on error.
func (s *Service) Do(ctx context.Context, tenant string, actor Actor, id ID, rev int64, cmd Command) (Request, error) {
	order := s.Prepare(tenant, actor, id, rev, cmd)
	var out Request
	err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, _, err = s.DoTx(ctx, tx, order)
		return err
	})
	if err != nil {
		return Request{}, err
	}
	return out, nil
}

// Order is a command made ready to run: whose it is, what it is about, and the
// time and id it will use, so that running it again gives the same events.
type Order struct {
	Tenant  string
	Actor   Actor
	ID      ID
	Rev     int64
	Command Command
	Now     time.Time

	together ID // the bundle whose members all get the command
}

// Prepare reads the clock once and takes an id if the command opens a request
// without one.
func (s *Service) Prepare(tenant string, actor Actor, id ID, rev int64, cmd Command) Order {
	switch c := cmd.(type) {
	case Open:
		if c.ID == "" {
			c.ID = ID(s.cfg.NewID())
		}
		id, cmd = c.ID, c
	case Import:
		id = c.ID
	}
	return Order{Tenant: tenant, Actor: actor, ID: id, Rev: rev, Command: cmd, Now: Instant(s.cfg.Now())}
}

// DoTx runs an order inside the caller's transaction and also returns the
// events it led to. A command that changes nothing gives no events and stores
// nothing.
func (s *Service) DoTx(ctx context.Context, tx Tx, o Order) (Request, []Event, error) {
	if err := Validate(o.Command); err != nil { // before anything is read or locked
		return Request{}, nil, err
	}
	r, err := tx.ChangeRequest(ctx, o.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Request{}, nil, err
	}
	if o.Rev != 0 && o.Rev != r.Rev && r.Events > 0 {
		return Request{}, nil, &ConflictError{ID: o.ID, Have: r.Rev, Want: o.Rev}
	}
	lc, err := s.lifecycleFor(r, o.Command)
	if err != nil {
		return Request{}, nil, err
	}
	env, err := s.lookUp(ctx, tx, r, o)
	if err != nil {
		return Request{}, nil, err
	}
	if env, err = s.lookUpPolicy(ctx, o.Tenant, &r, o.Command, env); err != nil {
		return Request{}, nil, err
	}
	if env, err = s.sign(ctx, o.Tenant, lc, r, o.Command, env); err != nil {
		return Request{}, nil, err
	}
	r, events, err := decide(lc, r, o.Command, env)
	if err != nil {
		return Request{}, nil, err
	}
	if len(events) == 0 {
		return r, nil, nil
	}
	r, err = tx.PutChangeRequest(ctx, r, events...)
	return r, events, err
}

// lifecycleFor finds the lifecycle that the request pins, or that the command
// asks a new request to live by.
func (s *Service) lifecycleFor(r Request, cmd Command) (*Lifecycle, error) {
	ref := r.Lifecycle
	switch c := cmd.(type) {
	case Open:
		ref = c.Lifecycle
	case Import:
		ref = c.Lifecycle
	}
	if ref == (LifecycleRef{}) {
		return s.standard, nil
	}
	lc := s.lifecycles[ref]
	if _, opens := cmd.(Open); opens && ref.Version == 0 {
		lc = s.newest(ref.ID)
	}
	if lc == nil {
		return nil, &ValidationError{Fields: []Field{{
			Pointer: "/lifecycle", Code: "unknown", Text: "is not a lifecycle of this office",
		}}}
	}
	return lc, nil
}

// newest is the lifecycle of that id with the highest version, nil without one.
func (s *Service) newest(id string) *Lifecycle {
	var out *Lifecycle
	for _, lc := range s.cfg.Lifecycles {
		if lc.def.ID == id && (out == nil || lc.def.Version > out.def.Version) {
			out = lc
		}
	}
	return out
}

// Lifecycle returns the lifecycle of that id and version, the newest for version
// 0, or ErrNotFound.
func (s *Service) Lifecycle(ref LifecycleRef) (*Lifecycle, error) {
	lc := s.lifecycles[ref]
	if ref.Version == 0 {
		lc = s.newest(ref.ID)
	}
	if lc == nil {
		return nil, ErrNotFound
	}
	return lc, nil
}

// Lifecycles lists the lifecycles that requests may live by, the default first.
func (s *Service) Lifecycles() []*Lifecycle { return slices.Clone(s.cfg.Lifecycles) }

// lookUp reads what the rules of this command need beyond the request.
func (s *Service) lookUp(ctx context.Context, tx Tx, r Request, o Order) (Env, error) {
	env := Env{Now: o.Now, Actor: o.Actor, Together: o.together, Matrix: s.cfg.Matrix, Discount: s.cfg.Discount, Telling: s.cfg.Telling}
	var err error
	if env.Template, err = lookUpTemplate(ctx, tx, &r); err != nil {
		return env, err
	}
	if env.Linked, err = lookUpLinks(ctx, tx, &r, o.Command); err != nil {
		return env, err
	}
	switch c := o.Command.(type) {
	case Open:
		if r.Events > 0 {
			return env, nil // refused anyway: take no number
		}
		series := fmt.Sprintf("CR-%04d", o.Now.Year())
		n, err := tx.NextChangeNumber(ctx, series)
		env.Number = fmt.Sprintf("%s-%04d", series, n)
		return env, err
	case Migrate:
		env.Target = s.lifecycles[c.To]
	case Move:
		env, err := s.lookUpMove(ctx, tx, &r, o, c, env)
		if err != nil {
			return env, err
		}
		return s.lookUpImpact(ctx, &r, o, env)
	}
	return s.lookUpImpact(ctx, &r, o, env)
}

// lookUpTemplate reads the request that this one names as its template. What is
// not there is no template.
func lookUpTemplate(ctx context.Context, tx Tx, r *Request) (*Request, error) {
	id := r.Content.FromTemplate
	if id == "" || id == r.ID {
		return nil, nil //nolint:nilnil // no template is an answer
	}
	switch t, err := tx.ChangeRequest(ctx, id); {
	case err == nil:
		return &t, nil
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	return nil, nil //nolint:nilnil // as above
}

func (s *Service) lookUpMove(ctx context.Context, tx Tx, r *Request, o Order, c Move, env Env) (Env, error) {
	if c.Successor != "" {
		switch next, err := tx.ChangeRequest(ctx, c.Successor); {
		case err == nil:
			env.Successor = &next
		case !errors.Is(err, ErrNotFound):
			return env, err
		}
	}
	items := r.changedItems()
	if s.cfg.Heads != nil && len(items) > 0 {
		var err error
		if env.Heads, err = s.cfg.Heads(ctx, o.Tenant, items); err != nil {
			return env, err
		}
	}
	if r.Category != lifecycle.Decide {
		return env, nil
	}
	var err error
	env.Conflicts, err = s.obstructions(ctx, tx, r, plan{o.Tenant, c.Window, c.Implementer}, locking)
	return env, err
}

// changedItems are the affected items that are not left as they are.
func (r *Request) changedItems() []ItemID {
	var out []ItemID
	for _, a := range r.Content.Affected {
		if a.Action != ActionNone {
			out = append(out, a.Item)
		}
	}
	return out
}
