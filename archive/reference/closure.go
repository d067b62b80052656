package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Policy says what a closure takes in.
//
// A type is followed along (Out) and against (In) its direction from every record
// that is fewer steps from the start than the reach says. Of the types without
// bound either way, such as supersedes, a path does not turn round: having gone to what a record superseded it does not
// come back to what else superseded that. Without this nearly everything belongs to nearly everything.
// Against types of Notes a closure goes from every record, however it was reached, so
// that nothing is taken in without what amends or corrects it; from there only
// more such notes follow. In the end the families of all records are completed.
type Policy struct {
	Name   string
	AsOf   time.Time // only edges valid then, only records dated by then; zero: all
	Follow []Rule    // a type that has no rule is not followed
	Limit  int       // of records; 0 is DefaultLimit
}

// Rule is how a policy follows one type.
type Rule struct {
	Type archive.ReferenceType
	archive.Reach

	Notes bool
}

// DefaultLimit is the most records a closure takes in unless a policy says
// otherwise.
const DefaultLimit = 100_000

// Standard is the policy of the table of types.
func Standard(asOf time.Time) Policy {
	p := Policy{Name: "standard", AsOf: asOf}
	for _, info := range archive.ReferenceTypes() {
		if info.Dossier != (archive.Reach{}) {
			p.Follow = append(p.Follow, Rule{Type: info.Type, Reach: info.Dossier, Notes: info.Type == archive.Amends || info.Type == archive.Corrects})
		}
	}
	return p
}

// Closure is what a policy takes in, and what stands at its border. Paths with a
// common beginning may have it in the same memory: they are not to be changed.
type Closure struct {
	Items  []Item   // nearest first, ties in the order of their paths
	Border []Border // what was reached and not taken in, in the order of reaching
	Full   bool     // the limit was met: there is more
}

// Item is a record that was taken in.
type Item struct {
	ID     archive.RecordID
	Path   []Step // from a start; empty for a start itself
	Family bool   // taken in to complete a family
}

// Step is one edge of a path.
type Step struct {
	Edge    string // its id
	Type    archive.ReferenceType
	Inverse bool             // it was followed against its direction
	From    archive.RecordID // the record it was followed from
}

// Reason writes the path for people: "seed › supersedes › amends⁻¹".
func (i Item) Reason() string {
	var b strings.Builder
	b.WriteString("seed")
	for _, s := range i.Path {
		b.WriteString(" › ")
		b.WriteString(string(s.Type))
		if s.Inverse {
			b.WriteString("⁻¹")
		}
	}
	return b.String()
}

// Border is an end that was reached and not taken in.
type Border struct {
	End  archive.End
	Why  Why
	Edge string           // the id of the edge that leads there; empty for a start
	From archive.RecordID // where that edge was followed from
}

// Why says why an end was not taken in.
type Why string

// The reasons.
const (
	NotHeld    Why = "not-held"   // a record that the archive does not hold
	External   Why = "external"   // an address or a thing outside the archive
	Unresolved Why = "unresolved" // a text that nobody has resolved
	LaterDate  Why = "later-date" // a record dated after the date of the dossier
	LimitMet   Why = "limit-met"  // the closure was full
)

// The ways in which a record can be reached; each goes on in its own directions.
const (
	fromStart int8 = iota
	along
	against
	noted
	kin     // to complete a family
	refused // it stands at the border
)

// Closure takes in what the policy says from the given records. A start that is
// not held, or dated later than the policy's date, stands at the border.
func (g *Graph) Closure(p Policy, starts ...archive.RecordID) Closure {
	w := g.walk(p)
	w.start(starts)
	for w.followed < len(w.visits) {
		w.step()
	}
	for w.completed < len(w.items) {
		w.families()
	}
	return w.closure()
}

// visit is a record reached in one way, from another visit over an edge: what is
// reached from here has come by that path, not by the one by which the record was first
// taken in, which may have turned round.
type visit struct {
	node    int32
	from    int32 // index of a visit; -1: a start
	edge    int32
	inverse bool // against the direction of the edge
	way     int8
}

// walk is one closure under way. What it knows of a node stands at the node's
// index.
type walk struct {
	g         *Graph
	policy    Policy
	rules     []*Rule // by index of the type
	limit     int
	distance  int
	visits    []visit
	followed  int           // of the visits, those that were gone on from
	items     []int32       // index of the visit by which each was taken in
	completed int           // of the items, those whose families were taken in
	seen      []uint8       // by node: a bit for each way in which it was reached
	strange   []archive.End // starts that the graph did not know when the walk began: they stand at the border
	border    []Border
	full      bool
}

func (g *Graph) walk(p Policy) *walk {
	w := &walk{g: g, policy: p, rules: make([]*Rule, len(g.types)), limit: p.Limit, seen: make([]uint8, len(g.nodes))}
	if w.limit <= 0 {
		w.limit = DefaultLimit
	}
	for i := range p.Follow {
		if kind := g.kindOf(p.Follow[i].Type); kind >= 0 {
			w.rules[kind] = &p.Follow[i]
		}
	}
	return w
}

func (w *walk) start(starts []archive.RecordID) {
	for _, id := range starts {
		end := archive.ToRecord(id)
		n, ok := w.g.index[end]
		switch {
		case ok:
			w.reach(visit{node: n, from: -1, way: fromStart})
		case !slices.Contains(w.strange, end):
			w.strange = append(w.strange, end)
			w.border = append(w.border, Border{End: end, Why: NotHeld})
		}
	}
}

// step follows what was reached last, all at one distance.
func (w *walk) step() {
	for until := len(w.visits); w.followed < until; w.followed++ {
		w.follow(int32(w.followed))
	}
	w.distance++
}

// reach takes a node in, or puts it at the border, and has it followed once for
// every way it is reached in.
func (w *walk) reach(v visit) {
	seen := &w.seen[v.node]
	switch {
	case *seen&(1<<v.way|1<<refused) != 0:
		return
	case *seen != 0:
	case w.refuse(v):
		*seen = 1 << refused
		return
	default:
		w.items = append(w.items, int32(len(w.visits)))
	}
	*seen |= 1 << v.way
	w.visits = append(w.visits, v)
}

// refuse puts a node at the border if something stands against taking it in.
func (w *walk) refuse(v visit) bool {
	n := &w.g.nodes[v.node]
	why := w.refusal(n)
	if why == "" || slices.Contains(w.strange, n.end) {
		return why != ""
	}
	b := Border{End: n.end, Why: why}
	if v.from >= 0 {
		b.Edge, b.From = w.g.edges[v.edge].ID, w.record(v.from)
	}
	w.border = append(w.border, b)
	return true
}

// record is the record of a visit.
func (w *walk) record(visit int32) archive.RecordID {
	return archive.RecordID(w.g.nodes[w.visits[visit].node].end.Value)
}

// closure is what the walk has found.
func (w *walk) closure() Closure {
	paths := w.paths()
	out := Closure{Items: slices.Grow([]Item(nil), len(w.items)), Border: w.border, Full: w.full}
	for _, at := range w.items {
		out.Items = append(out.Items, Item{ID: w.record(at), Path: paths[at], Family: w.visits[at].way == kin})
	}
	return out
}

// paths are the paths by which the items were reached, by visit. One that goes on from
// another one has it as its beginning, in the same memory if it was the last to do so.
func (w *walk) paths() [][]Step {
	depth := make([]int32, len(w.visits))
	for i, v := range w.visits {
		if v.from >= 0 {
			depth[i] = depth[v.from] + 1
		}
	}
	paths := make([][]Step, len(w.visits))
	for _, at := range slices.Backward(w.items) {
		if paths[at] != nil {
			continue
		}
		steps := make([]Step, depth[at])
		for n := depth[at]; n > 0; n-- {
			if paths[at] != nil {
				copy(steps, paths[at])
				break
			}
			v := &w.visits[at]
			e := w.g.edges[v.edge]
			steps[n-1] = Step{Edge: e.ID, Type: e.Type, Inverse: v.inverse, From: w.record(v.from)}
			paths[at], at = steps[:n:n], v.from
		}
	}
	return paths
}

func (w *walk) refusal(n *node) Why {
	switch {
	case n.end.Kind == archive.EndText:
		return Unresolved
	case n.end.Kind != archive.EndRecord:
		return External
	case !n.held:
		return NotHeld
	case !w.policy.AsOf.IsZero() && n.dated.After(w.policy.AsOf):
		return LaterDate
	case len(w.items) >= w.limit:
		w.full = true
		return LimitMet
	}
	return ""
}

// follow goes on from a visit.
func (w *walk) follow(from int32) {
	v := w.visits[from]
	var way int8
	step := func(inverse bool) func(half) {
		return func(h half) {
			if w.g.valid(h, w.policy.AsOf) {
				w.reach(visit{node: h.other, from: from, edge: h.edge, inverse: inverse, way: way})
			}
		}
	}
	n := &w.g.nodes[v.node]
	kinds(n.out, func(kind int32) (ok bool) {
		way, ok = w.wayOut(v.way, kind)
		return ok
	}, step(false))
	kinds(n.in, func(kind int32) (ok bool) {
		way, ok = w.wayIn(v.way, kind)
		return ok
	}, step(true))
}

// endless reports whether a rule has no bound either way, so that paths must not
// turn round on it.
func endless(r *Rule) bool { return r.Out == archive.Unbounded && r.In == archive.Unbounded }

func (w *walk) wayOut(way int8, kind int32) (int8, bool) {
	r := w.rules[kind]
	switch {
	case r == nil:
		return 0, false
	case w.g.both[kind]:
		return w.symmetric(way, r)
	case way == noted || !w.within(r.Out):
		return 0, false
	case !endless(r):
		return way, true
	}
	return along, way != against
}

func (w *walk) wayIn(way int8, kind int32) (int8, bool) {
	r := w.rules[kind]
	switch {
	case r == nil:
		return 0, false
	case w.g.both[kind]:
		return w.symmetric(way, r)
	case !w.within(r.In):
		return 0, false
	case r.Notes && (way == along || way == noted):
		return noted, true
	case way == noted:
		return 0, false
	case !endless(r):
		return way, true
	}
	return against, way != along
}

// symmetric edges are followed as far as either reach says.
func (w *walk) symmetric(way int8, r *Rule) (int8, bool) {
	return way, way != noted && (w.within(r.Out) || w.within(r.In))
}

func (w *walk) within(reach int) bool { return reach == archive.Unbounded || w.distance < reach }

// families takes in what belongs to the items that were taken in last.
func (w *walk) families() {
	for until := len(w.items); w.completed < until; w.completed++ {
		from := w.items[w.completed]
		n := &w.g.nodes[w.visits[from].node]
		for _, side := range [...]struct {
			list    []half
			inverse bool
		}{{n.out, false}, {n.in, true}} {
			for _, h := range side.list {
				if w.seen[h.other] == 0 && w.g.types[h.kind].Family && w.g.valid(h, w.policy.AsOf) {
					w.reach(visit{node: h.other, from: from, edge: h.edge, inverse: side.inverse, way: kin})
				}
			}
		}
	}
}
