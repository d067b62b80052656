package changereq

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Linked is what the rules look at of a request that another one requires or
// supersedes, directly or along a chain.
type Linked struct {
	ID         ID
	Number     string
	State      string
	Category   lifecycle.Category
	Outcome    Outcome
	Bundle     ID // the atomic bundle that it belongs to; empty if none
	Requires   []ID
	Supersedes []ID
}

// LinkedTo is how a request looks to those that link to it.
func LinkedTo(r *Request) Linked {
	return Linked{
		ID: r.ID, Number: r.Number, State: r.State, Category: r.Category, Outcome: r.Outcome, Bundle: r.atomicOf(),
		Requires: r.Content.Requires, Supersedes: r.Content.Supersedes,
	}
}

// farEnough: what requires a request may begin once its work is done and is
// being verified, or it is closed as implemented.
func (l Linked) farEnough() bool {
	return (l.Category == lifecycle.Verify || l.Category == lifecycle.Done) && (l.Outcome == "" || l.Outcome == OutcomeImplemented)
}

// maxLinked bounds how many requests may hang together by links.
const maxLinked = 1000

// linksHold refuses content that requires what is not there, or by which a
// request would come to require or supersede itself. It names the whole circle.
func (d *deliberation) linksHold(number string, c *Content) []Unmet {
	var out []Unmet
	for _, id := range c.Requires {
		if _, known := d.env.Linked[id]; !known && id != d.req.ID && d.env.Linked != nil {
			out = append(out, linkUnmet("requires", id, "%s is required and does not exist: open it first", id))
		}
	}
	for _, graph := range []struct {
		word string
		own  []ID
		next func(Linked) []ID
	}{
		{"requires", c.Requires, func(l Linked) []ID { return l.Requires }},
		{"supersedes", c.Supersedes, func(l Linked) []ID { return l.Supersedes }},
	} {
		if circle := d.circle(graph.own, graph.next); circle != nil {
			names := make([]string, 0, len(circle)+2)
			names = append(names, number)
			for _, id := range circle {
				names = append(names, d.env.Linked[id].Number)
			}
			names = append(names, number)
			out = append(out, linkUnmet(graph.word, slices.Concat(circle, []ID{d.req.ID})[0],
				"it would come to stand before itself: %s: take one of these links out", strings.Join(names, " "+graph.word+" ")))
		}
	}
	return out
}

func linkUnmet(condition string, ref ID, format string, args ...any) Unmet {
	u := unmet(condition, format, args...)
	u.Ref = string(ref)
	return u
}

// circle returns the requests on the way from the request's own links back to
// itself, none for a link to itself, or nil if there is no such way.
func (d *deliberation) circle(own []ID, next func(Linked) []ID) []ID {
	from := make(map[ID]ID) // by which request each was reached
	var queue []ID
	reach := func(ids []ID, by ID) bool {
		for _, id := range ids {
			if id == d.req.ID {
				return true
			}
			if _, seen := from[id]; !seen {
				from[id] = by
				queue = append(queue, id)
			}
		}
		return false
	}
	if reach(own, "") {
		return []ID{}
	}
	for len(queue) > 0 {
		last := queue[0]
		queue = queue[1:]
		if l, known := d.env.Linked[last]; known && reach(next(l), last) {
			var way []ID
			for at := last; at != ""; at = from[at] {
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
	}
	return nil
}

// requiredDone says which required requests are not far enough for the work to
// begin. One that was not looked up is not.
func (d *deliberation) requiredDone() []Unmet {
	var out []Unmet
	for _, id := range d.req.Content.Requires {
		switch l, known := d.env.Linked[id]; {
		case !known:
			out = append(out, linkUnmet("requires", id, "%s is required and does not exist: open it, or amend the request", id))
		case l.farEnough() || l.Bundle != "" && l.Bundle == d.env.Together:
		case l.Category == lifecycle.Void || l.Outcome != "":
			out = append(out, linkUnmet("requires", id, "%s is required and will not be carried out: amend the request", l.Number))
		default:
			out = append(out, linkUnmet("requires", id, "%s is required and in state %s: its work has to be done first", l.Number, l.State))
		}
	}
	return out
}

// lookUpLinks reads, by id, what the links of a request lead to when they are
// new, and what it requires when it may begin. What was read is still so at
// commit: of two that would close a circle between them, one sees the other.
func lookUpLinks(ctx context.Context, tx Tx, r *Request, cmd Command) (map[ID]Linked, error) {
	switch c := cmd.(type) {
	case Open:
		return walkLinks(ctx, tx, c.ID, c.Content.Requires, c.Content.Supersedes)
	case Amend:
		n := c.Content.normal()
		if slices.Equal(n.Requires, r.Content.Requires) && slices.Equal(n.Supersedes, r.Content.Supersedes) {
			return readLinks(ctx, tx, r.Content.Requires)
		}
		return walkLinks(ctx, tx, r.ID, n.Requires, n.Supersedes)
	case Move, RecordDecision:
		return readLinks(ctx, tx, r.Content.Requires)
	}
	return map[ID]Linked{}, nil
}

// readLinks reads those requests and no further.
func readLinks(ctx context.Context, tx Tx, ids []ID) (map[ID]Linked, error) {
	out := make(map[ID]Linked, len(ids))
	for _, id := range ids {
		switch r, err := tx.ChangeRequest(ctx, id); {
		case err == nil:
			out[id] = LinkedTo(&r)
		case !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return out, nil
}

// walkLinks reads all that the links lead to, the request itself left out.
func walkLinks(ctx context.Context, tx Tx, self ID, requires, supersedes []ID) (map[ID]Linked, error) {
	out := make(map[ID]Linked)
	queue := slices.Concat(requires, supersedes)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if _, known := out[id]; known || id == self {
			continue
		}
		found, err := readLinks(ctx, tx, []ID{id})
		if err != nil {
			return nil, err
		}
		l, known := found[id]
		if !known {
			continue
		}
		if out[id] = l; len(out) > maxLinked {
			return nil, refused("link", unmet("requires", "more than %d requests hang together: link to fewer", maxLinked))
		}
		queue = append(queue, slices.Concat(l.Requires, l.Supersedes)...)
	}
	return out, nil
}
