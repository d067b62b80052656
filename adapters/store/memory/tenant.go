package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// tenant holds all that one tenant has stored.
type tenant struct {
	turn chan struct{} // holds one element while somebody commits

	mu       sync.RWMutex // guards what follows, held only for moments
	commits  uint64       // the number of the newest commit
	open     []epoch      // the open transactions, by the commit they see, oldest first
	journal  journal
	recorded int64 // of the newest journal entry, in Unix microseconds

	// joined is for each record the newest commit that put an edge at it on which
	// units may rest that are open: none of them began after the newest of all.
	joined     map[string]uint64
	lastJoined uint64

	requests    *table[changereq.Request, changereq.Event]
	records     *table[*filed, deed]
	references  *table[archive.Reference, none]
	contents    *table[[]byte, none]
	obligations *table[claimable, notice.Event]
	bundles     *table[bundle.Bundle, bundle.Event]
	sheets      *table[register.Sheet, register.Event]
	found       *table[finding, none]
	counters    *table[int64, none]
	items       *table[none, none]
	replies     *table[coordination.Reply, none]
}

// none stands where a table has no values or no events.
type none struct{}

// epoch counts the open transactions that began after the same commit.
type epoch struct {
	commit uint64
	count  int
}

func newTenant() *tenant {
	return &tenant{
		turn:        make(chan struct{}, 1),
		joined:      make(map[string]uint64),
		requests:    newTable[changereq.Request, changereq.Event](placeRequest(), requestKind()),
		records:     newTable[*filed, deed](placeRecord(), recordKind()),
		references:  newTable[archive.Reference, none](placeReference(), nil),
		contents:    newTable[[]byte, none](layout[[]byte]{}, nil),
		obligations: newTable[claimable, notice.Event](placeObligation(), obligationKind()),
		bundles:     newTable[bundle.Bundle, bundle.Event](placeBundle(), bundleKind()),
		sheets:      newTable[register.Sheet, register.Event](placeSheet(), sheetKind()),
		found:       newTable[finding, none](placeFinding(), nil),
		counters:    newTable[int64, none](layout[int64]{}, nil),
		items:       newTable[none, none](layout[none]{}, nil),
		replies:     newTable[coordination.Reply, none](placeReply(), nil),
	}
}

// begin opens a transaction on what is committed now.
func (t *tenant) begin(readOnly bool) *tx {
	x := newTx(t, readOnly)
	t.mu.Lock()
	defer t.mu.Unlock()
	x.commit, x.journal = t.commits, t.journal
	if n := len(t.open); n > 0 && t.open[n-1].commit == t.commits {
		t.open[n-1].count++
	} else {
		t.open = append(t.open, epoch{commit: t.commits, count: 1})
	}
	return x
}

// end closes a transaction; closing it again does nothing.
func (t *tenant) end(x *tx) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.close(x)
}

func (t *tenant) close(x *tx) {
	if x.ended {
		return
	}
	x.ended = true
	i, _ := slices.BinarySearchFunc(t.open, x.commit, func(e epoch, commit uint64) int {
		return cmp.Compare(e.commit, commit)
	})
	t.open[i].count--
	gone := 0
	for gone < len(t.open) && t.open[gone].count == 0 {
		gone++
	}
	if gone > 0 {
		t.open = slices.Delete(t.open, 0, gone)
		t.prune()
	}
}

// commit makes the stage of x the newest state. It reports false, and stores
// nothing, if something that x looked at is no longer so. The caller has the
// turn.
func (t *tenant) commit(ctx context.Context, x *tx) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	stages := x.stages()
	for _, s := range stages {
		if !s.holds() {
			return false, nil
		}
	}
	if t.joinedSince(x) {
		return false, nil
	}
	t.close(x)
	t.commits++
	for _, s := range stages {
		s.apply(t.commits)
	}
	t.join(x.joined)
	t.record(x.log)
	for at, e := range x.redacted {
		at.replace(e)
	}
	t.prune()
	return true, nil
}

// joinedSince reports whether somebody has put an edge at a record that x has read by
// id.
func (t *tenant) joinedSince(x *tx) bool {
	if t.lastJoined <= x.commit {
		return false
	}
	for i := range x.records.touched.list {
		if w := &x.records.touched.list[i]; w.noted && t.joined[w.id] > x.commit {
			return true
		}
	}
	return false
}

// join notes for who is at work beside this commit at which records it puts edges.
func (t *tenant) join(records []string) {
	if len(t.open) == 0 || len(records) == 0 {
		return
	}
	for _, id := range records {
		t.joined[id] = t.commits
	}
	t.lastJoined = t.commits
}

// record gives the entries of a commit their positions. The time never falls
// along them, whatever the clock does.
func (t *tenant) record(log []journaled) {
	if len(log) == 0 {
		return
	}
	t.recorded = max(t.recorded, now())
	for _, e := range log {
		e.stamp(t.journal.add(e), t.recorded)
	}
}

// prune forgets the versions that no open transaction can see.
func (t *tenant) prune() {
	oldest := t.commits
	if len(t.open) > 0 {
		oldest = t.open[0].commit
	}
	if t.lastJoined <= oldest {
		clear(t.joined)
	}
	t.requests.prune(oldest)
	t.records.prune(oldest)
	t.references.prune(oldest)
	t.contents.prune(oldest)
	t.obligations.prune(oldest)
	t.bundles.prune(oldest)
	t.sheets.prune(oldest)
	t.found.prune(oldest)
	t.counters.prune(oldest)
	t.items.prune(oldest)
	t.replies.prune(oldest)
}
