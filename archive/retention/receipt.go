package retention

import (
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Receipt is what a receiver says that he has: for each record of a batch, the digest of
// every content. Nothing of ours goes before he has said so.
type Receipt struct {
	Receiver string     `json:"receiver"`
	At       time.Time  `json:"at"`
	By       string     `json:"by"` // who brought it here
	Items    []Received `json:"items"`
}

// Received is what a receipt says of one record.
type Received struct {
	Record  archive.RecordID `json:"record"`
	Digests []archive.Digest `json:"digests"` // in any order
}

// item is what the receipt says of a record; nil if it says nothing.
func (r *Receipt) item(record archive.RecordID) *Received {
	if r == nil {
		return nil
	}
	for i := range r.Items {
		if r.Items[i].Record == record {
			return &r.Items[i]
		}
	}
	return nil
}

// TakeReceipt keeps the receipt of whoever receives a batch that transfers. It has to
// name every record that has not gone, and no other, with every content that the record
// has, and no other; a later receipt takes the place of an earlier one. Env.Facts are of
// the records that have not gone.
type TakeReceipt struct {
	Receiver string
	Items    []Received
}

func (TakeReceipt) command() string { return "take receipt" }

// Receipted keeps a receipt.
type Receipted struct {
	Receipt Receipt `json:"receipt"`
}

func (Receipted) kind() string { return "receipted" }

func (e Receipted) apply(b *Batch) { b.Receipt = &e.Receipt }

func decideReceipt(b Batch, cmd TakeReceipt, env Env, c *conditions) (Event, error) {
	c.needf(b.Action == Transfer, "action", b.ID, "batch %s destroys: it needs no receipt", b.ID)
	c.needf(!blank(cmd.Receiver), "receiver", b.ID, "say who received it")
	got := len(b.approvers())
	c.needf(got >= b.Needed, "approved", b.ID, "%d of %d approvals by others than %s are there: nothing is handed over before", got, b.Needed, b.Requester)
	out := Receipt{Receiver: strings.TrimSpace(cmd.Receiver), At: env.Now, By: env.Actor}
	for _, r := range cmd.Items {
		item := b.item(r.Record)
		switch {
		case out.item(r.Record) != nil:
			c.needf(false, "twice", string(r.Record), "the receipt names %q twice", r.Record)
			continue
		case item == nil:
			c.needf(false, "scope", string(r.Record), "the receipt names %q, which is not in batch %s", r.Record, b.ID)
		case item.State != InDisposal:
			c.needf(false, "state", string(r.Record), "the receipt names %q, which is %s already", r.Record, item.State)
		default:
			c.receipted(&r, env.facts(r.Record))
		}
		digests := slices.Clone(r.Digests)
		slices.Sort(digests)
		out.Items = append(out.Items, Received{Record: r.Record, Digests: digests})
	}
	for _, i := range b.Items {
		if i.State == InDisposal {
			c.needf(out.item(i.Record) != nil, "missing", string(i.Record), "the receipt misses %q: the receiver has to say that he has it", i.Record)
		}
	}
	return Receipted{Receipt: out}, c.err()
}

// receipted needs what a receipt says of a record to be just what the record has.
func (c *conditions) receipted(r *Received, f *Facts) {
	record := string(r.Record)
	if f == nil {
		c.needf(false, "receipt", record, "nothing is known of %q", r.Record)
		return
	}
	for _, d := range f.Contents {
		c.needf(slices.Contains(r.Digests, d), "missing", record, "the receipt of %q misses content %s: the receiver has to say that he has it", r.Record, d)
	}
	for i, d := range r.Digests {
		c.needf(slices.Contains(f.Contents, d), "misstated", record, "the receipt names content %s, which %q does not have", d, r.Record)
		c.needf(!slices.Contains(r.Digests[:i], d), "twice", record, "the receipt of %q names content %s twice", r.Record, d)
	}
}

// approvers are those who said yes to just this scope, whoever asked aside.
func (b *Batch) approvers() map[string]bool {
	people := make(map[string]bool)
	for _, a := range b.Approvals {
		if a.By != b.Requester && a.Scope == b.Scope && ScopeDigest(b.Action, b.Items) == b.Scope {
			people[a.By] = true
		}
	}
	return people
}

func decideHandOver(b Batch, cmd HandOver, env Env, c *conditions) (Event, error) {
	item := c.standing(&b, cmd.Record, env)
	c.needf(b.Action == Transfer, "action", b.ID, "batch %s destroys; it hands nothing over", b.ID)
	if item == nil || b.Action != Transfer {
		return nil, c.err()
	}
	c.needf(item.State == InDisposal, "state", string(cmd.Record), "%q is %s already", cmd.Record, item.State)
	got := b.Receipt.item(cmd.Record)
	c.needf(got != nil, "receipt", string(cmd.Record), "there is no receipt of %q: the receiver has to say first that he has it", cmd.Record)
	if got == nil {
		return nil, c.err()
	}
	c.receipted(got, env.facts(cmd.Record)) // what was made of it since is not on the receipt
	return Moved{Record: cmd.Record, To: Transferred, Tombstone: b.tombstone(item, env, b.Receipt.Receiver)}, c.err()
}
