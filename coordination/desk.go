package coordination

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/window"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/internal/uuid7"
)

// Config is what a Desk needs. Only Store is mandatory.
type Config struct {
	Store Store
	Now   func() time.Time // nil: time.Now
	NewID func() string    // nil: UUIDs of version 7

	// Blobs keeps the contents that are uploaded; nil: the office has only those
	// that are filed within a record. See adapters/blob.
	Blobs archive.Blobs

	// Office says how retention counts days; its zone is UTC if it has none.
	Office retention.Office

	// Lifecycles are the lifecycles that requests may live by; the first is the
	// default. None means those built in, of which normal is the first.
	Lifecycles []*changereq.Lifecycle

	// Policies are the approval policies that requests may be judged by, PolicyOf
	// chooses among them, People is the directory that they name people by, Standing
	// knows deputies, and Signer signs votes; see changereq.Config.
	Policies []*approval.Judge
	PolicyOf func(changereq.Request) changereq.PolicyRef
	People   func(ctx context.Context, tenant string, roles, groups []string) (approval.Directory, error)
	Standing func(ctx context.Context, tenant, principal string, at time.Time) ([]changereq.Standing, error)
	Signer   changereq.Signer

	// Heads says which revision of an item is the newest released one; see
	// changereq.Config.
	Heads func(ctx context.Context, tenant string, items []changereq.ItemID) (map[changereq.ItemID]string, error)

	// PlanEffect says what a change would do to plan and stock; nil asks the stored
	// plan that a request names, whose costs are in the Currency (ISO 4217). Matrix
	// rates risks, and Discount is the rate of present values in basis points a
	// year; see changereq.Config.
	PlanEffect func(ctx context.Context, tenant string, p changereq.Proposal) (changereq.PlanEffect, error)
	Currency   string
	Matrix     *changereq.Matrix
	Discount   int

	// Telling is what the office promises about its notices.
	Telling changereq.Telling

	// WhereUsed says which items use others directly, and Revisions what the
	// registry of specifications holds; see changereq.Config.
	WhereUsed func(ctx context.Context, tenant string, items []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error)
	Revisions func(
		ctx context.Context, tenant string, refs []changereq.RevisionRef,
	) (map[changereq.RevisionRef]changereq.Revision, error)

	// Calendar gives the freezes and maintenance hours of a tenant; see
	// changereq.Config.
	Calendar func(ctx context.Context, tenant string) (window.Rules, error)

	// Deadlines gives the limits of a tenant; see changereq.Config.
	Deadlines func(ctx context.Context, tenant string) (changereq.Deadlines, error)

	// ReadLog reads the event logs that records hold; nil: this office looks at
	// its own journal alone. MaxLogEvents is how many events of a log are read at
	// most; 0 is DefaultLogEvents.
	ReadLog      LogReader
	MaxLogEvents int
	// Searcher finds records by their words: search.Indexes in memory, or
	// adapters/search. Nil: there is no search. Desk.Index has it follow the journal.
	Searcher search.Searcher

	// Eraser erases personal values of what is sealed: an *audit.Sealer over the same
	// store. Nil: nothing can be erased.
	Eraser Eraser

	// Sight gives what a reader may see of a tenant's records. Searches, dossiers and
	// what he reads by Desk.Reading are for him as if there were nothing else. Nil:
	// everybody sees everything.
	Sight func(ctx context.Context, tenant, reader string) (func(archive.RecordID) bool, error)

	// Marking gives what records are marked with, those of them that are, and
	// Clearance for which markings a reader is cleared. The search index keeps the
	// markings, so that a search reads nothing of what it may not show: for one who may see little
	// that is many times faster than Sight, which is asked of each record. It knows a
	// marking that changed from the next Desk.IndexRecords on; Sight, where it is
	// given as well, at once. Nil: the index tells by no markings.
	Marking   func(ctx context.Context, tenant string, ids []archive.RecordID) (map[archive.RecordID]string, error)
	Clearance func(ctx context.Context, tenant, reader string) (func(marking string) bool, error)
}

// Desk is the coordinator's desk: it runs each command in one unit of work over
// all rooms, so that what must happen together happens together or not at all.
// It is safe for concurrent use and starts no goroutine.
type Desk struct {
	cfg     Config
	changes *changereq.Service
	file    *archive.Service
	notices *notice.Service
	plans   *planning.Service
}

// NewDesk checks the configuration and returns a desk.
func NewDesk(cfg Config) (*Desk, error) {
	if cfg.Store == nil {
		return nil, fmt.Errorf("%w: a desk needs a store", ErrInvalid)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = uuid7.New(cfg.Now).Next
	}
	if cfg.Office.Zone == nil {
		cfg.Office.Zone = time.UTC
	}
	plans, err := planning.New(planning.Config{Store: Registers(cfg.Store), Now: cfg.Now})
	if err != nil {
		return nil, err
	}
	d := &Desk{cfg: cfg, plans: plans}
	if cfg.PlanEffect == nil {
		cfg.PlanEffect = d.planEffect
	}
	d.changes, err = changereq.New(changereq.Config{
		Store: ChangeRequests(cfg.Store), Now: cfg.Now, NewID: cfg.NewID, Lifecycles: cfg.Lifecycles, Heads: cfg.Heads,
		Calendar: cfg.Calendar, Deadlines: cfg.Deadlines,
		WhereUsed: cfg.WhereUsed, Revisions: cfg.Revisions, PlanEffect: cfg.PlanEffect, Matrix: cfg.Matrix, Discount: cfg.Discount,
		Policies: cfg.Policies, PolicyOf: cfg.PolicyOf, People: cfg.People, Standing: cfg.Standing, Signer: cfg.Signer,
		Telling: cfg.Telling,
	})
	if err != nil {
		return nil, err
	}
	d.file, err = archive.New(archive.Config{Store: Archive(cfg.Store), Now: cfg.Now, NewID: cfg.NewID, Blobs: cfg.Blobs})
	if err != nil {
		return nil, err
	}
	d.notices, err = notice.New(Notices(cfg.Store), cfg.Now)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Do gives one command about a change request and returns the request as it is
// afterwards. In the same unit of work every decision files a copy of the
// request and of the brief with references both ways, every obligation becomes
// a notice owed, and the journal records all of it.
//
// rev is the revision the actor has seen, 0 for whatever there is. The errors
// are those of changereq.Service.Do.
func (d *Desk) Do(
	ctx context.Context, tenant string, actor changereq.Actor, id changereq.ID, rev int64, cmd changereq.Command,
) (changereq.Request, error) {
	order := d.Prepare(tenant, actor, id, rev, cmd)
	var out changereq.Request
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.DoTx(ctx, tx, order)
		return err
	})
	if err != nil {
		return changereq.Request{}, err
	}
	return out, nil
}

// Open drafts a change request; it is Do with a changereq.Open.
func (d *Desk) Open(ctx context.Context, tenant string, actor changereq.Actor, cmd changereq.Open) (changereq.Request, error) {
	return d.Do(ctx, tenant, actor, cmd.ID, 0, cmd)
}

// Prepare makes a command ready for DoTx: it reads the clock and takes an id
// once, before a transaction that may run more than once.
func (d *Desk) Prepare(
	tenant string, actor changereq.Actor, id changereq.ID, rev int64, cmd changereq.Command,
) changereq.Order {
	return d.changes.Prepare(tenant, actor, id, rev, cmd)
}

// DoTx runs a prepared command inside the caller's transaction, which must be
// of the order's tenant. The caller's rows and the office's commit together.
func (d *Desk) DoTx(ctx context.Context, tx Tx, order changereq.Order) (changereq.Request, error) {
	r, events, err := d.changes.DoTx(ctx, tx, order)
	if err != nil {
		return changereq.Request{}, err
	}
	for _, ev := range events {
		if err := d.follow(ctx, tx, &r, ev); err != nil {
			return changereq.Request{}, err
		}
	}
	return r, nil
}

// follow does in the other rooms what an event of a change request calls for.
func (d *Desk) follow(ctx context.Context, tx Tx, r *changereq.Request, ev changereq.Event) error {
	switch data := ev.Data.(type) {
	case changereq.DecidedData:
		return d.fileDecision(ctx, tx, r, ev, data)
	case changereq.ObligationOwedData:
		o := data.Obligation
		_, err := d.notices.OweTx(ctx, tx, ev.Actor, ev.At, notice.Owe{
			ID: o.ID, Recipient: o.Recipient, About: about(r.ID, o.About), Subject: o.Subject,
			Digest: string(o.Digest), Due: o.Due, Acknowledge: o.Acknowledge,
		})
		return err
	case changereq.ObligationChangedData:
		_, err := d.notices.SettleTx(ctx, tx, ev.Actor, ev.At, data.Obligation, notice.Settle{
			State: notice.State(data.State), Evidence: data.Evidence, Reason: data.Reason, AnswerBy: data.AnswerBy,
		})
		if err == nil && data.State == changereq.ObligationDisputed {
			err = d.fileDispute(ctx, tx, r, ev, data)
		}
		return err
	}
	return nil
}

// ChangeRequestRef is how other rooms refer to a change request.
func ChangeRequestRef(id changereq.ID) archive.Ref { return archive.Ref("changereq:" + string(id)) }

// Answer gives a command about one obligation (changereq.RecordSent,
// RecordSilence, Acknowledge, Dispute or Waive) to the request that owes it. rev is the
// revision of the obligation the actor has seen, 0 for whatever there is.
func (d *Desk) Answer(
	ctx context.Context, tenant string, actor changereq.Actor, obligation string, rev int64, cmd changereq.Command,
) (notice.Obligation, error) {
	if named := answers(cmd); named != obligation {
		return notice.Obligation{}, fmt.Errorf("%w: the command answers obligation %q, not %q", notice.ErrInvalid, named, obligation)
	}
	owed, err := d.Obligation(ctx, tenant, obligation) // whose it is never changes
	if err != nil {
		return notice.Obligation{}, err
	}
	order := d.Prepare(tenant, actor, requestOf(owed), 0, cmd)
	err = d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		if err := unchanged(ctx, tx, order.ID, obligation, rev); err != nil {
			return err
		}
		if _, err := d.DoTx(ctx, tx, order); err != nil {
			return err
		}
		var err error
		owed, err = tx.Obligation(ctx, obligation)
		return err
	})
	if err != nil {
		return notice.Obligation{}, err
	}
	return owed, nil
}

// answers is the obligation that a command is about, empty for any other command.
func answers(cmd changereq.Command) string {
	switch c := cmd.(type) {
	case changereq.RecordSent:
		return c.Obligation
	case changereq.RecordSilence:
		return c.Obligation
	case changereq.Acknowledge:
		return c.Obligation
	case changereq.Dispute:
		return c.Obligation
	case changereq.Waive:
		return c.Obligation
	}
	return ""
}

// unchanged refuses if the obligation is not at the revision that was seen. It
// reads the request first: every unit of work locks requests before
// obligations, so that no two wait for each other.
func unchanged(ctx context.Context, tx Tx, request changereq.ID, obligation string, rev int64) error {
	if _, err := tx.ChangeRequest(ctx, request); err != nil {
		return err
	}
	o, err := tx.Obligation(ctx, obligation)
	if err == nil && rev != 0 && rev != o.Rev {
		err = fmt.Errorf("%w: obligation %q is at revision %d, not %d; read it again", notice.ErrConflict, obligation, o.Rev, rev)
	}
	return err
}

// about says what an obligation of a request tells of; requestOf reads it back.
func about(id changereq.ID, event int64) string {
	return string(ChangeRequestRef(id)) + "#" + strconv.FormatInt(event, 10)
}

func requestOf(o notice.Obligation) changereq.ID {
	ref, _, _ := strings.Cut(o.About, "#")
	return changereq.ID(strings.TrimPrefix(ref, string(ChangeRequestRef(""))))
}
