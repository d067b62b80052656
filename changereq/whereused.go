package changereq

import (
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Use is an item that a change reaches because it uses a changed one, directly
// or through others.
type Use struct {
	Item ItemID `json:"item"`

	// Path leads from the changed item to Item, each used by the next: why the
	// item is affected.
	Path []ItemID `json:"path"`
}

// Uses is what a search for uses found, by item.
type Uses struct {
	Uses []Use

	// Cut says that the search met one of its bounds, so that more items may be
	// affected than are listed. Nothing is presented or approved on such an answer.
	Cut bool
}

// WhereUsed is the newest recorded answer to the question what uses the changed
// items.
type WhereUsed struct {
	Uses []Use     `json:"uses,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// The bounds of a search for uses. A change of more than that is one to be
// split, or an item that needs a new number.
const (
	MaxUses     = 1000 // items found
	MaxUseDepth = 64   // items on a path
)

// FindUses walks from the items of the content that change to whatever uses
// them, level by level, and keeps a shortest path to each item it finds. usedIn
// answers for many items at once which items use each of them directly; it is
// asked for no item twice, so cycles end.
//
// An item that stays as it is after review passes nothing on: its owner signs
// that before the change is done. An item nobody has looked at may change, so
// the walk goes on through it.
func FindUses(c *Content, usedIn func(items []ItemID) (map[ItemID][]ItemID, error)) (Uses, error) {
	w := useWalk{content: c, asked: make(map[ItemID]bool), found: make(map[ItemID]bool)}
	for _, a := range c.Affected {
		if a.Action != ActionNone {
			w.asked[a.Item] = true
			w.next = append(w.next, []ItemID{a.Item})
		}
	}
	for len(w.next) > 0 && !w.out.Cut {
		level := w.next
		w.next = nil
		slices.SortFunc(level, func(a, b []ItemID) int { return compare(a[len(a)-1], b[len(b)-1]) })
		items := make([]ItemID, len(level))
		for i, path := range level {
			items[i] = path[len(path)-1]
		}
		users, err := usedIn(items)
		if err != nil {
			return Uses{}, err
		}
		for _, path := range level {
			w.step(path, users[path[len(path)-1]])
		}
	}
	slices.SortFunc(w.out.Uses, func(a, b Use) int { return compare(a.Item, b.Item) })
	return w.out, nil
}

// useWalk is a search for uses on its way.
type useWalk struct {
	content *Content
	asked   map[ItemID]bool // whose users were or will be asked for
	found   map[ItemID]bool
	next    [][]ItemID // paths to the items of the next level
	out     Uses
}

// step goes from the end of a path to its users.
func (w *useWalk) step(path, users []ItemID) {
	for _, user := range slices.Sorted(slices.Values(users)) {
		if w.found[user] || slices.Contains(path, user) {
			continue
		}
		if len(w.found) == MaxUses || len(path) == MaxUseDepth {
			w.out.Cut = true
			return
		}
		w.found[user] = true
		way := append(slices.Clone(path), user)
		w.out.Uses = append(w.out.Uses, Use{Item: user, Path: way})
		if a := w.content.affected(user); !w.asked[user] && (a == nil || a.Action != ActionNone) {
			w.asked[user] = true
			w.next = append(w.next, way)
		}
	}
}

// TraceUses looks up what uses the items that change and records the answer,
// whether or not somebody has said what happens to each item found. It is how
// the coordinator gets the list; presenting and approving look again.
type TraceUses struct{}

// Name of the command.
func (TraceUses) Name() string { return "trace-uses" }

func (TraceUses) validate(*fields) {}

func (TraceUses) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	if err := d.requireCategory("tracing uses", lifecycle.Intake, lifecycle.Assess, lifecycle.Decide); err != nil {
		return err
	}
	switch u := d.env.Uses; {
	case u == nil:
		return refused(d.command, unmet("where-used", "nobody here knows what uses an item: connect a bill of materials, or list the items by hand"))
	case u.Cut:
		return refused(d.command, tooManyUses())
	}
	d.noteUses()
	return nil
}

// noteUses records what the search found, so that the history says what was
// known when the brief was written and when it was decided.
func (d *deliberation) noteUses() {
	if u := d.env.Uses; u != nil && !u.Cut && len(d.req.changedItems()) > 0 {
		d.emit(ItemAffectedData{Uses: cloneEach(u.Uses, Use.clone)})
	}
}

func (u Use) clone() Use {
	u.Path = slices.Clone(u.Path)
	return u
}

func (w *WhereUsed) clone() *WhereUsed {
	if w == nil {
		return nil
	}
	x := *w
	x.Uses = cloneEach(w.Uses, Use.clone)
	return &x
}

func tooManyUses() Unmet {
	return unmet(guardDispositioned, "the change reaches more than %d items, or further than %d levels: split it, or give the changed item a new number",
		MaxUses, MaxUseDepth)
}

// maxNamedUses is how many items without an action a refusal names.
const maxNamedUses = 100

// undispositionedUses lists the items found by where-used that nobody has said
// anything about.
func (v *View) undispositionedUses() []Unmet {
	if v.Uses != nil && v.Uses.Cut {
		return []Unmet{tooManyUses()}
	}
	var out []Unmet
	more := 0
	for _, u := range v.uses() {
		if v.Request.Content.affected(u.Item) != nil {
			continue
		}
		if len(out) == maxNamedUses {
			more++
			continue
		}
		text := unmet(guardDispositioned, "%s uses what changes (%s) and nobody has said what happens to it: amend the request with an action for it", u.Item, u.way())
		text.Ref = string(u.Item)
		out = append(out, text)
	}
	if more > 0 {
		out = append(out, unmet(guardDispositioned, "%d more items use what changes and nobody has said what happens to them: trace the uses for the list", more))
	}
	return out
}

// uses are the uses looked up for this command, or else the recorded ones as
// far as the content still leads to them.
func (v *View) uses() []Use {
	if v.Uses != nil {
		return v.Uses.Uses
	}
	if v.Request.WhereUsed == nil {
		return nil
	}
	var out []Use
	for _, u := range v.Request.WhereUsed.Uses {
		if v.Request.Content.leadsTo(u) {
			out = append(out, u)
		}
	}
	return out
}

// leadsTo reports whether the path of a use still begins at an item that
// changes and passes none that stays as it is.
func (c *Content) leadsTo(u Use) bool {
	for i, item := range u.Path {
		a := c.affected(item)
		if i == 0 && a == nil || a != nil && a.Action == ActionNone && i < len(u.Path)-1 {
			return false
		}
	}
	return true
}

// way is the path in one line.
func (u Use) way() string {
	items := make([]string, len(u.Path))
	for i, item := range u.Path {
		items[i] = string(item)
	}
	return strings.Join(items, " → ")
}
