package lifecycle

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Change is one thing in which two definitions differ.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// State or Edge is what changed; both are empty when the definition itself did.
	State string `json:"state,omitempty"`
	Edge  *Move  `json:"edge,omitempty"`
	// Field is what changed of a thing that both have, by its name in JSON.
	Field string `json:"field,omitempty"`
	// Old and New are the values of the field. Of a list they hold what was taken out and what was put in.
	Old []string `json:"old,omitempty"`
	New []string `json:"new,omitempty"`
}

// ChangeKind says how something changed.
type ChangeKind string

const (
	// Added is in the new definition only.
	Added ChangeKind = "added"
	// Removed is in the old definition only.
	Removed ChangeKind = "removed"
	// Changed is in both and not the same.
	Changed ChangeKind = "changed"
)

// String puts the change in one line.
func (c Change) String() string {
	what := "definition"

	switch {
	case c.State != "":
		what = "state " + c.State
	case c.Edge != nil:
		what = "edge " + c.Edge.String()
	}

	line := string(c.Kind) + " " + what

	if c.Field != "" {
		line += ": " + c.Field + " " + bracket(c.Old) + " to " + bracket(c.New)
	}

	return line
}

func bracket(values []string) string { return "[" + strings.Join(values, " ") + "]" }

// Diff lists what changed from the old definition to the new one: first of the definition itself, then of its states
// and of its edges, each in the order of the old definition, what was added last and in the order of the new one.
// States are told apart by their names. An edge is the same if it leads from the same state by the same event to the
// same state; failing that, the only remaining edge of that state and event, whose target then changed.
// Definitions that do not compile can be compared as well. Nothing differs if and only if the two are the same but
// for the order of their states, edges and lists.
func Diff(old, updated Definition) []Change {
	changes := append([]Change(nil), old.headline(updated)...)
	changes = append(changes, diffStates(old.States, updated.States)...)

	return append(changes, diffEdges(old.Edges, updated.Edges)...)
}

// headline compares what belongs to no state and no edge.
func (d Definition) headline(updated Definition) []Change {
	var found fieldChanges

	found.text("id", d.ID, updated.ID)
	found.text("version", strconv.Itoa(d.Version), strconv.Itoa(updated.Version))
	found.text("title", d.Title, updated.Title)
	found.text("mode", d.Mode.String(), updated.Mode.String())
	found.flag("emergency", d.Emergency, updated.Emergency)
	found.list("initial", d.Initial, updated.Initial)
	found.list("aliases", spellings(d.Aliases), spellings(updated.Aliases))

	return found.changes
}

// spellings writes the aliases as a list.
func spellings(aliases map[string]string) []string {
	list := make([]string, 0, len(aliases))
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		list = append(list, quote(alias)+"="+aliases[alias])
	}

	return list
}

// diffStates compares the states by name; of a name declared twice the first counts.
func diffStates(old, updated []State) []Change {
	var changes []Change

	for i, state := range old {
		at := named(updated, state.Name)

		switch {
		case named(old[:i], state.Name) != none:
		case at == none:
			changes = append(changes, Change{Kind: Removed, State: state.Name})
		default:
			found := fieldChanges{state: state.Name}
			found.text("category", string(state.Category), string(updated[at].Category))
			found.flag("terminal", state.Terminal, updated[at].Terminal)
			changes = append(changes, found.changes...)
		}
	}

	for i, state := range updated {
		if named(old, state.Name) == none && named(updated[:i], state.Name) == none {
			changes = append(changes, Change{Kind: Added, State: state.Name})
		}
	}

	return changes
}

// named is the place of the first state of that name, none without one.
func named(states []State, name string) int {
	return slices.IndexFunc(states, func(s State) bool { return s.Name == name })
}

// diffEdges pairs the edges and compares each pair.
func diffEdges(old, updated []Edge) []Change {
	var changes []Change

	partner, taken := pair(old, updated)

	for i, edge := range old {
		at := edge.move()

		if partner[i] == none {
			changes = append(changes, Change{Kind: Removed, Edge: &at})

			continue
		}

		changes = append(changes, edge.changes(updated[partner[i]])...)
	}

	for i, edge := range updated {
		if at := edge.move(); !taken[i] {
			changes = append(changes, Change{Kind: Added, Edge: &at})
		}
	}

	return changes
}

// pair finds for every old edge the updated one that it became, none without one. Edges that did not change at all
// come first, then those of the same ends, then those that are alone with their state and event.
func pair(old, updated []Edge) (partner []int, taken []bool) {
	partner, taken = slices.Repeat([]int{none}, len(old)), make([]bool, len(updated))

	for _, same := range []func(a, b Edge) bool{
		func(a, b Edge) bool { return a.move() == b.move() && len(a.changes(b)) == 0 },
		func(a, b Edge) bool { return a.move() == b.move() },
	} {
		open := make(map[Move][]int)

		for i, edge := range updated {
			if !taken[i] {
				open[edge.move()] = append(open[edge.move()], i)
			}
		}

		for i, edge := range old {
			if partner[i] != none {
				continue
			}

			candidates := open[edge.move()]
			if at := slices.IndexFunc(candidates, func(j int) bool { return same(edge, updated[j]) }); at != none {
				partner[i], taken[candidates[at]] = candidates[at], true
				open[edge.move()] = slices.Delete(candidates, at, at+1)
			}
		}
	}

	pairAlone(old, updated, partner, taken)

	return partner, taken
}

// pairAlone pairs what is left of a state and event if it is one edge on each side.
func pairAlone(old, updated []Edge, partner []int, taken []bool) {
	type source struct{ from, event string }

	type rest struct{ old, updated []int }

	left := make(map[source]*rest)
	at := func(e Edge) *rest {
		key := source{e.From, e.Event}
		if left[key] == nil {
			left[key] = &rest{}
		}

		return left[key]
	}

	for i, edge := range old {
		if partner[i] == none {
			at(edge).old = append(at(edge).old, i)
		}
	}

	for i, edge := range updated {
		if !taken[i] {
			at(edge).updated = append(at(edge).updated, i)
		}
	}

	for _, both := range left {
		if len(both.old) == 1 && len(both.updated) == 1 {
			partner[both.old[0]], taken[both.updated[0]] = both.updated[0], true
		}
	}
}

// changes compares two edges of the same state and event.
func (e Edge) changes(updated Edge) []Change {
	at := e.move()
	found := fieldChanges{edge: &at}

	found.text("to", e.To, updated.To)
	found.list("guards", e.Guards, updated.Guards)
	found.list("roles", e.Roles, updated.Roles)
	found.flag("auto", e.Auto, updated.Auto)
	found.flag("reason_required", e.ReasonRequired, updated.ReasonRequired)
	found.flag("reopen", e.Reopen, updated.Reopen)
	found.flag("tells", e.Tells, updated.Tells)
	found.text("outcome", e.Outcome, updated.Outcome)

	return found.changes
}

// fieldChanges collects the fields in which one thing changed.
type fieldChanges struct {
	state   string
	edge    *Move
	changes []Change
}

func (c *fieldChanges) text(field, old, updated string) {
	if old != updated {
		c.add(field, []string{old}, []string{updated})
	}
}

func (c *fieldChanges) flag(field string, old, updated bool) {
	c.text(field, strconv.FormatBool(old), strconv.FormatBool(updated))
}

// list compares lists as sets that count repetitions.
func (c *fieldChanges) list(field string, old, updated []string) {
	out, in := without(old, updated), without(updated, old)
	if len(out) > 0 || len(in) > 0 {
		c.add(field, out, in)
	}
}

func (c *fieldChanges) add(field string, old, updated []string) {
	c.changes = append(c.changes, Change{Kind: Changed, State: c.state, Edge: c.edge, Field: field, Old: old, New: updated})
}

// without is the list less one for each item of the other.
func without(list, other []string) []string {
	count := make(map[string]int, len(other))
	for _, item := range other {
		count[item]++
	}

	var rest []string

	for _, item := range list {
		if count[item]--; count[item] < 0 {
			rest = append(rest, item)
		}
	}

	return rest
}
