package memory

import (
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// tx is one transaction: what was committed when it began, and the stage of
// what it does itself. One goroutine uses it.
type tx struct {
	tenant   *tenant
	readOnly bool
	ended    bool   // guarded by the tenant's lock
	commit   uint64 // the commit after which it began
	journal  journal
	log      []journaled // the entries that the transaction adds
	redacted map[journaled]coordination.Entry
	joined   []string // the records at which it puts edges that others may rest on

	requests    stage[changereq.Request, changereq.Event]
	records     stage[*filed, deed]
	references  stage[archive.Reference, none]
	contents    stage[[]byte, none]
	obligations stage[claimable, notice.Event]
	bundles     stage[bundle.Bundle, bundle.Event]
	sheets      stage[register.Sheet, register.Event]
	found       stage[finding, none]
	counters    stage[int64, none]
	items       stage[none, none]
	replies     stage[coordination.Reply, none]
}

var _ coordination.Tx = (*tx)(nil)

func newTx(t *tenant, readOnly bool) *tx {
	x := &tx{tenant: t, readOnly: readOnly}
	x.requests.x, x.requests.table = x, t.requests
	x.records.x, x.records.table = x, t.records
	x.references.x, x.references.table = x, t.references
	x.contents.x, x.contents.table = x, t.contents
	x.obligations.x, x.obligations.table = x, t.obligations
	x.bundles.x, x.bundles.table = x, t.bundles
	x.sheets.x, x.sheets.table = x, t.sheets
	x.found.x, x.found.table = x, t.found
	x.counters.x, x.counters.table = x, t.counters
	x.items.x, x.items.table = x, t.items
	x.replies.x, x.replies.table = x, t.replies
	return x
}

// stager is a stage of any kind of row.
type stager interface {
	holds() bool
	apply(commit uint64)
}

func (x *tx) stages() [11]stager {
	return [...]stager{
		&x.requests, &x.records, &x.references, &x.contents, &x.obligations, &x.bundles, &x.sheets, &x.found, &x.counters, &x.items, &x.replies,
	}
}

// writable refuses to write in a View.
func (x *tx) writable() error {
	if x.readOnly {
		return coordination.ErrReadOnly
	}
	return nil
}
