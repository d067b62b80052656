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

// Closure is what a policy takes in, and what stands at its border.
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
)

// Closure takes in what the policy says from the given records. A start that is
// not held, or dated later than the policy's date, stands at the border.
func (g *Graph) Closure(p Policy, starts ...archive.RecordID) Closure {
	w := g.walk(p)
	w.start(starts)
	for len(w.next) > 0 {
		w.step()
	}
	for i := 0; i < len(w.out.Items); {
		i = w.families(i)
	}
	return w.out
}

func (w *walk) start(starts []archive.RecordID) {
	for _, id := range starts {
		end := archive.ToRecord(id)
		n, ok := w.g.nodes[end]
		switch {
		case ok:
			w.reach(n, fromStart, arrival{edge: -1})
		case !slices.Contains(w.strange, end):
			w.strange = append(w.strange, end)
			w.out.Border = append(w.out.Border, Border{End: end, Why: NotHeld})
		}
	}
}

// step follows what was reached last, all at one distance.
func (w *walk) step() {
	level := w.next
	w.next = nil
	for _, v := range level {
		w.follow(v)
	}
	w.distance++
}

// visit is a record reached in one way, by a path that goes that way: what is
// reached from here has come by it, not by the path by which the record was first
// taken in, which may have turned round.
type visit struct {
	node int32
	way  int8
	path []Step
}

// arrival is the edge by which a record was reached, and the visit it led from.
type arrival struct {
	from    visit
	edge    int32 // -1: a start
	inverse bool
}

// path is the path of an arrival.
func (w *walk) path(by arrival) []Step {
	if by.edge < 0 {
		return nil
	}
	e := &w.g.edges[by.edge]
	last := Step{Edge: e.ID, Type: e.Type, Inverse: by.inverse, From: archive.RecordID(w.g.ends[by.from.node].Value)}
	return append(slices.Clip(by.from.path), last)
}

// walk is one closure under way. What it knows of a node stands at the node's
// index.
type walk struct {
	g        *Graph
	policy   Policy
	rules    []*Rule // by index of the type
	limit    int
	distance int
	next     []visit
	seen     []uint8       // a bit for each way in which the node is followed
	item     []int32       // index among the items + 1; 0: not taken in; -1: at the border
	strange  []archive.End // starts that the graph did not know when the walk began: they stand at the border
	out      Closure
}

func (g *Graph) walk(p Policy) *walk {
	w := &walk{
		g: g, policy: p, rules: make([]*Rule, len(g.types)), limit: p.Limit,
		seen: make([]uint8, len(g.ends)), item: make([]int32, len(g.ends)),
	}
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

// reach takes a node in, or puts it at the border, and has it followed once for
// every way it is reached in.
func (w *walk) reach(n int32, way int8, by arrival) {
	if w.seen[n]>>way&1 == 1 || w.item[n] < 0 {
		return
	}
	if w.item[n] == 0 && w.refuse(n, by) {
		return
	}
	path := w.path(by)
	if w.item[n] == 0 {
		w.take(n, path, false)
	}
	w.seen[n] |= 1 << way
	w.next = append(w.next, visit{n, way, path})
}

// refuse puts a node at the border if something stands against taking it in.
func (w *walk) refuse(n int32, by arrival) bool {
	why := w.refusal(n)
	if why == "" {
		return false
	}
	w.item[n] = -1
	if slices.Contains(w.strange, w.g.ends[n]) {
		return true
	}
	b := Border{End: w.g.ends[n], Why: why}
	if by.edge >= 0 {
		b.Edge, b.From = w.g.edges[by.edge].ID, archive.RecordID(w.g.ends[by.from.node].Value)
	}
	w.out.Border = append(w.out.Border, b)
	return true
}

// take makes a node an item.
func (w *walk) take(n int32, path []Step, family bool) {
	w.out.Items = append(w.out.Items, Item{ID: archive.RecordID(w.g.ends[n].Value), Path: path, Family: family})
	w.item[n] = int32(len(w.out.Items))
}

func (w *walk) refusal(n int32) Why {
	switch end := w.g.ends[n]; {
	case end.Kind == archive.EndText:
		return Unresolved
	case end.Kind != archive.EndRecord:
		return External
	case !w.g.held[n]:
		return NotHeld
	case !w.policy.AsOf.IsZero() && w.g.dated[n].After(w.policy.AsOf):
		return LaterDate
	case len(w.out.Items) >= w.limit:
		w.out.Full = true
		return LimitMet
	}
	return ""
}

func (w *walk) follow(v visit) {
	var way int8
	step := func(inverse bool) func(half) {
		return func(h half) {
			if w.g.valid(h, w.policy.AsOf) {
				w.reach(h.other, way, arrival{from: v, edge: h.edge, inverse: inverse})
			}
		}
	}
	kinds(w.g.out[v.node], func(kind int32) (ok bool) {
		way, ok = w.wayOut(v.way, kind)
		return ok
	}, step(false))
	kinds(w.g.in[v.node], func(kind int32) (ok bool) {
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

// families takes in what belongs to the items from an index on, and returns the
// index of what belongs to those in turn.
func (w *walk) families(from int) int {
	until := len(w.out.Items)
	for i := from; i < until; i++ {
		n := w.g.nodes[archive.ToRecord(w.out.Items[i].ID)]
		for _, side := range [...]struct {
			list    []half
			inverse bool
		}{{w.g.out[n], false}, {w.g.in[n], true}} {
			for _, h := range side.list {
				if !w.g.types[h.kind].Family || w.item[h.other] != 0 || !w.g.valid(h, w.policy.AsOf) {
					continue
				}
				by := arrival{from: visit{node: n, path: w.out.Items[i].Path}, edge: h.edge, inverse: side.inverse}
				if !w.refuse(h.other, by) {
					w.take(h.other, w.path(by), true)
				}
			}
		}
	}
	return until
}
