package retention

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Batch is a disposal: exactly these records, by exactly these people.
type Batch struct {
	ID        string      `json:"id"`
	Action    Action      `json:"action"` // Destroy or Transfer
	Requester string      `json:"requester"`
	Reason    string      `json:"reason"`
	Requested time.Time   `json:"requested"`
	Needed    int         `json:"needed"` // approvals: the most that a phase of an item asks for
	Scope     string      `json:"scope"`  // the digest of items and action, to which approvals are bound
	Items     []BatchItem `json:"items"`
	Approvals []Approval  `json:"approvals"`
	Withdrawn bool        `json:"withdrawn"`
	Receipt   *Receipt    `json:"receipt,omitempty"` // of a transfer, once it is there
}

// BatchItem is a record of a batch.
type BatchItem struct {
	Record archive.RecordID `json:"record"`
	Digest archive.Digest   `json:"digest"`
	Due    Date             `json:"due"`
	State  ItemState        `json:"state"`
}

// ItemState is how far a record of a batch is.
type ItemState string

// The states. Destroying is entered before a content is deleted and left when it
// is gone: a deletion that fails is repeated.
const (
	InDisposal  ItemState = "in-disposal"
	Destroying  ItemState = "destroying"
	Destroyed   ItemState = "destroyed"
	Transferred ItemState = "transferred"
)

// Approval is one person's yes to one scope.
type Approval struct {
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Scope string    `json:"scope"`
}

// ScopeDigest is the digest of what would be done: the action, and every record
// with its content, in byte order.
func ScopeDigest(action Action, items []BatchItem) string {
	lines := make([]string, 0, len(items))
	for _, i := range items {
		lines = append(lines, fmt.Sprintf("%q %s", i.Record, i.Digest))
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(string(action) + "\n" + strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:])
}

// Command is something a person does to a batch; the types below are all.
type Command interface{ command() string }

type (
	// Ask begins a batch of the records of Env.Facts.
	Ask struct {
		ID     string
		Action Action
		Reason string
	}
	// Approve says yes to the scope one has seen.
	Approve struct{ Scope string }
	// Withdraw ends a batch whose records stay.
	Withdraw struct{ Reason string }
	// Begin marks a record as going; its content may be deleted after the
	// transaction that stores it.
	Begin struct{ Record archive.RecordID }
	// Finish says that the content is gone.
	Finish struct{ Record archive.RecordID }
	// HandOver says that our copy of a record goes: the receipt that was taken names
	// every content of it.
	HandOver struct{ Record archive.RecordID }
)

func (Ask) command() string      { return "ask" }
func (Approve) command() string  { return "approve" }
func (Withdraw) command() string { return "withdraw" }
func (Begin) command() string    { return "begin" }
func (Finish) command() string   { return "finish" }
func (HandOver) command() string { return "hand over" }

// Env is what a decision rests on beside the batch, all of one transaction.
type Env struct {
	Now    time.Time
	Actor  string
	Office Office
	Facts  []Facts // of the records at hand: all of them for Ask, else the one that is named
	Phases map[archive.RecordID]Phase
}

// Event is what happened to a batch; the types below are all.
type Event interface {
	apply(b *Batch)
	kind() string
}

type (
	// Asked begins the batch.
	Asked struct {
		Batch Batch `json:"batch"`
	}
	// Approved adds an approval.
	Approved struct {
		Approval Approval `json:"approval"`
	}
	// WithdrawnEvent ends it.
	WithdrawnEvent struct {
		Reason string `json:"reason"`
	}
	// Moved changes the state of a record; a tombstone comes with the last one.
	Moved struct {
		Record    archive.RecordID `json:"record"`
		To        ItemState        `json:"to"`
		Tombstone *Tombstone       `json:"tombstone,omitempty"`
	}
)

// Tombstone is what stays of a record: enough to be referred to and to show what
// became of it.
type Tombstone struct {
	Record   archive.RecordID `json:"record"`
	Digest   archive.Digest   `json:"digest"`
	Batch    string           `json:"batch"`
	Scope    string           `json:"scope"`
	Action   Action           `json:"action"`
	By       string           `json:"by"`
	At       time.Time        `json:"at"`
	Receiver string           `json:"receiver,omitempty"`
}

func (Asked) kind() string          { return "asked" }
func (Approved) kind() string       { return "approved" }
func (WithdrawnEvent) kind() string { return "withdrawn" }
func (Moved) kind() string          { return "moved" }

func (e Asked) apply(b *Batch) {
	*b = e.Batch
	b.Items = slices.Clone(b.Items)
	b.Approvals = slices.Clone(b.Approvals)
}
func (e Approved) apply(b *Batch)     { b.Approvals = append(b.Approvals, e.Approval) }
func (WithdrawnEvent) apply(b *Batch) { b.Withdrawn = true }
func (e Moved) apply(b *Batch) {
	for i := range b.Items {
		if b.Items[i].Record == e.Record {
			b.Items[i].State = e.To
		}
	}
}

// Evolve returns the batch after an event; b is left as it is.
func Evolve(b Batch, ev Event) Batch {
	b.Items = slices.Clone(b.Items)
	b.Approvals = slices.Clone(b.Approvals)
	ev.apply(&b)
	return b
}

// Decide gives the event of a command, or says everything that stands against
// it: a *archive.RefusedError. What is no command at all is ErrInvalid.
func Decide(b Batch, cmd Command, env Env) (Event, error) {
	if blank(env.Actor) {
		return nil, fmt.Errorf("%w: somebody does this; say who", ErrInvalid)
	}
	c := conditions{command: cmd.command()}
	if ask, ok := cmd.(Ask); ok {
		return decideAsk(b, ask, env, &c)
	}
	c.needf(b.ID != "", "batch", "", "there is no such batch: ask for one")
	c.needf(!b.Withdrawn, "withdrawn", b.ID, "batch %s was withdrawn: ask for a new one", b.ID)
	switch cmd := cmd.(type) {
	case Approve:
		return decideApprove(b, cmd, env, &c)
	case Withdraw:
		c.needf(!slices.ContainsFunc(b.Items, func(i BatchItem) bool { return i.State == Destroying }), "destroying", b.ID, "a record is being destroyed: finish that first")
		c.needf(!blank(cmd.Reason), "reason", b.ID, "say why the batch is withdrawn")
		return WithdrawnEvent(cmd), c.err()
	case Begin:
		return decideBegin(b, cmd, env, &c)
	case Finish:
		return decideFinish(b, cmd, env, &c)
	case TakeReceipt:
		return decideReceipt(b, cmd, env, &c)
	case HandOver:
		return decideHandOver(b, cmd, env, &c)
	}
	return nil, fmt.Errorf("%w: %T is no command of a batch", ErrInvalid, cmd)
}

func decideAsk(b Batch, cmd Ask, env Env, c *conditions) (Event, error) {
	if blank(cmd.ID) || (cmd.Action != Destroy && cmd.Action != Transfer) || blank(cmd.Reason) || len(env.Facts) == 0 {
		return nil, fmt.Errorf("%w: a batch has an id, a reason, at least one record, and destroys or transfers", ErrInvalid)
	}
	c.needf(b.ID == "", "batch", b.ID, "batch %s is there already", b.ID)
	out := Batch{ID: cmd.ID, Action: cmd.Action, Requester: env.Actor, Reason: cmd.Reason, Requested: env.Now}
	seen := make(map[archive.RecordID]bool)
	for i := range env.Facts {
		f := &env.Facts[i]
		c.needf(!seen[f.Record], "twice", string(f.Record), "%q is in the batch twice", f.Record)
		seen[f.Record] = true
		for _, other := range f.Merged {
			c.needf(env.facts(other) != nil, "merged", string(other), "%q is one thing with %q: they go together, or not at all", other, f.Record)
		}
		c.free(f, cmd.Action, env)
		out.Needed = max(out.Needed, env.Phases[f.Record].Approvals, 1)
		out.Items = append(out.Items, BatchItem{Record: f.Record, Digest: f.Digest, Due: f.Standing.Due, State: InDisposal})
	}
	out.Scope = ScopeDigest(out.Action, out.Items)
	return Asked{Batch: out}, c.err()
}

// free needs a record to be due for the action and held by nothing, now.
func (c *conditions) free(f *Facts, action Action, env Env) {
	today := DateOf(env.Now, env.Office.Zone)
	switch s := f.Standing; {
	case s.Waiting != "":
		c.needf(false, "due", string(f.Record), "%q waits for %s", f.Record, s.Waiting)
	case s.Due == Date{}:
		c.needf(false, "due", string(f.Record), "%q has no end: it is permanent, or its clock stands still", f.Record)
	default:
		c.needf(s.DueOn(today), "due", string(f.Record), "%q is kept until %s", f.Record, s.Until)
		c.needf(s.Action == action, "action", string(f.Record), "%q is due to %s", f.Record, s.Action)
	}
	for _, h := range f.Held(env.Now) {
		c.needf(false, "held", h.ID, "%q is held by %s for %s: %s may release it", f.Record, h.ID, h.Matter, h.Issuer)
	}
}

func decideApprove(b Batch, cmd Approve, env Env, c *conditions) (Event, error) {
	c.needf(env.Actor != b.Requester, "separation", b.ID, "%s asked for the batch and cannot approve it: somebody else has to", env.Actor)
	c.needf(cmd.Scope == b.Scope, "scope", b.ID, "the scope is %s, not the one that was looked at: look at the batch again", b.Scope)
	c.needf(!slices.ContainsFunc(b.Approvals, func(a Approval) bool { return a.By == env.Actor }), "twice", b.ID, "%s approved it already: another person has to", env.Actor)
	return Approved{Approval: Approval{By: env.Actor, At: env.Now, Scope: cmd.Scope}}, c.err()
}

// standing needs everything that has to be so when a record goes.
func (c *conditions) standing(b *Batch, record archive.RecordID, env Env) *BatchItem {
	item, f := b.item(record), env.facts(record)
	if item == nil || f == nil {
		c.needf(false, "scope", string(record), "%q is not in batch %s: ask for a new one", record, b.ID)
		return nil
	}
	people := b.approvers()
	needed := max(b.Needed, env.Phases[record].Approvals)
	c.needf(len(people) >= needed, "approved", b.ID, "%d of %d approvals by others than %s are there", len(people), needed, b.Requester)
	c.needf(f.Digest == item.Digest, "content", string(record), "the content of %q is not the one that was approved: ask for a new batch", record)
	c.needf(!f.touchedSince(b.Requested), "lapsed", string(record), "a hold on %q was issued or released, or it was merged, after the batch was asked for: ask for a new one", record)
	c.free(f, b.Action, env)
	return item
}

func (b *Batch) item(record archive.RecordID) *BatchItem {
	for i := range b.Items {
		if b.Items[i].Record == record {
			return &b.Items[i]
		}
	}
	return nil
}

func (e *Env) facts(record archive.RecordID) *Facts {
	for i := range e.Facts {
		if e.Facts[i].Record == record {
			return &e.Facts[i]
		}
	}
	return nil
}

func decideBegin(b Batch, cmd Begin, env Env, c *conditions) (Event, error) {
	item := c.standing(&b, cmd.Record, env)
	c.needf(b.Action == Destroy, "action", b.ID, "batch %s transfers; it destroys nothing before the receipt", b.ID)
	if item != nil {
		c.needf(item.State == InDisposal, "state", string(cmd.Record), "%q is %s already", cmd.Record, item.State)
	}
	return Moved{Record: cmd.Record, To: Destroying}, c.err()
}

// decideFinish asks for nothing but that it began: the content is gone, and to
// say so cannot be refused.
func decideFinish(b Batch, cmd Finish, env Env, c *conditions) (Event, error) {
	item := b.item(cmd.Record)
	if item == nil || item.State != Destroying {
		c.needf(false, "state", string(cmd.Record), "%q is not being destroyed", cmd.Record)
		return nil, c.err()
	}
	return Moved{Record: cmd.Record, To: Destroyed, Tombstone: b.tombstone(item, env, "")}, c.err()
}

func (b *Batch) tombstone(item *BatchItem, env Env, receiver string) *Tombstone {
	return &Tombstone{
		Record: item.Record, Digest: item.Digest, Batch: b.ID, Scope: b.Scope, Action: b.Action, By: env.Actor, At: env.Now, Receiver: receiver,
	}
}

// Certificate is what was done under a batch, for people: every record with its
// end, everybody who approved.
type Certificate struct {
	Batch     string      `json:"batch"`
	Action    Action      `json:"action"`
	Scope     string      `json:"scope"`
	Requester string      `json:"requester"`
	Approvals []Approval  `json:"approvals"`
	Done      []Tombstone `json:"done"`
	Open      []BatchItem `json:"open,omitempty"`    // records that did not go
	Receipt   *Receipt    `json:"receipt,omitempty"` // of a transfer
}

// Certify makes the certificate of a batch from its events.
func Certify(events []Event) Certificate {
	var b Batch
	var c Certificate
	for _, ev := range events {
		b = Evolve(b, ev)
		if m, ok := ev.(Moved); ok && m.Tombstone != nil {
			c.Done = append(c.Done, *m.Tombstone)
		}
	}
	c.Batch, c.Action, c.Scope, c.Requester, c.Approvals = b.ID, b.Action, b.Scope, b.Requester, b.Approvals
	c.Receipt = b.Receipt
	for _, i := range b.Items {
		if i.State != Destroyed && i.State != Transferred {
			c.Open = append(c.Open, i)
		}
	}
	return c
}
