package changereq

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
)

// Window is the half-open time [Start, End) in which a change is carried out.
type Window = window.Window

// Conflict is something in the way of a window: another request, a freeze, or
// maintenance hours that it leaves. See package window.
type Conflict = window.Conflict

// Slot is the window that the request claims for itself, or nil: one that is
// approved or authorised, scheduled and not held claims its window until the
// work is done.
// Backends find requests by it; see Tx.ChangeWindows.
func (r *Request) Slot() *Window {
	if r.Window == nil || r.Window.Empty() || r.Held != nil ||
		!r.Decision.Verdict.Approves() && r.Authorisation == nil ||
		r.Category != lifecycle.Decide && r.Category != lifecycle.Build {
		return nil
	}
	return r.Window
}

// Conflicts lists what stands in the way of carrying r out in a window by that
// implementer: the calendar, and those among others that claim a slot. related
// says which items depend on an item, and may be nil.
func Conflicts(rules window.Rules, r *Request, w Window, implementer string, others []Request, related map[ItemID][]ItemID) []Conflict {
	bookings := make([]window.Booking, 0, len(others))
	for i := range others {
		if slot := others[i].Slot(); slot != nil {
			bookings = append(bookings, others[i].booking(*slot, others[i].Implementer))
		}
	}
	depend := make(map[string][]string, len(related))
	for item, list := range related {
		depend[string(item)] = words(list)
	}
	return rules.Conflicts(r.booking(w, implementer), bookings, depend)
}

func (r *Request) booking(w Window, implementer string) window.Booking {
	return window.Booking{ID: string(r.ID), Number: r.Number, Window: w, Items: words(r.changedItems()), Implementer: implementer}
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// schedulingStates are the states that a move under the guard "clear" leaves
// without beginning the work: there a request gets its window.
func schedulingStates(def lifecycle.Definition) map[string]bool {
	out := make(map[string]bool)
	for _, e := range def.Edges {
		i := slices.IndexFunc(def.States, func(s lifecycle.State) bool { return s.Name == e.To })
		if slices.Contains(e.Guards, guardClear) && i >= 0 && def.States[i].Category != lifecycle.Build {
			out[e.From] = true
		}
	}
	return out
}

// book completes a move by what it means for the window: scheduling and starting
// keep the conflicts that stood, and going back to where requests are scheduled,
// or losing the approval, gives the window up.
func (d *deliberation) book(move *MovedData) {
	switch {
	case move.Window != nil || move.Category == lifecycle.Build && d.req.Category == lifecycle.Decide:
		move.Conflicts = d.env.Conflicts
	case d.req.Window != nil:
		move.FreesWindow = move.ClearsDecision || d.lc.scheduling[move.To]
	}
}

func (r Request) booked(d MovedData) Request {
	switch {
	case d.FreesWindow:
		r.Window, r.Implementer, r.Conflicts = nil, "", nil
	case d.Window != nil:
		r.Window, r.Implementer = clonePtr(d.Window), d.Implementer
		r.Conflicts = slices.Clone(d.Conflicts)
	case len(d.Conflicts) > 0:
		r.Conflicts = slices.Clone(d.Conflicts)
	}
	return r
}

// unobstructed is the guard "clear". It keeps a schedule inside the window that
// was approved. Scheduling is refused by conflicts that block, starting also by
// those that hold; the others are recorded.
func unobstructed(v *View) []Unmet {
	var out []Unmet
	asked := v.Request.Content.Window
	if w := v.window(); w != nil && asked != nil && !asked.Contains(*w) {
		out = append(out, unmet(guardClear, "the window leaves the approved one from %s to %s: choose another, or amend the request",
			asked.Start.Format(time.RFC3339), asked.End.Format(time.RFC3339)))
	}
	for _, c := range v.Conflicts {
		if c.Severity == window.Block || c.Severity == window.Hold && v.Window == nil {
			out = append(out, conflictUnmet(c))
		}
	}
	return out
}

func conflictUnmet(c Conflict) Unmet {
	from, to := c.Window.Start.Format(time.RFC3339), c.Window.End.Format(time.RFC3339)
	var u Unmet
	switch c.Kind {
	case window.SameItem:
		u = unmet(guardClear, "%s changes %s from %s to %s: choose another window or move that change", c.Number, c.Item, from, to)
	case window.RelatedItem:
		u = unmet(guardClear, "%s changes %s, to which %s is related, from %s to %s: choose another window or move that change",
			c.Number, c.Other, c.Item, from, to)
	case window.SameImplementer:
		u = unmet(guardClear, "%s works on %s from %s to %s: name somebody else or choose another window", c.Implementer, c.Number, from, to)
	case window.FreezeTime:
		u = unmet(guardClear, "nothing is changed from %s to %s (%s): choose another window", from, to, c.Name)
	case window.OutsideMaintenance:
		u = unmet(guardClear, "the window leaves the hours of %s: choose one inside them", c.Name)
	}
	u.Ref = c.With
	return u
}

// window is the one asked for now, or the one already set.
func (v *View) window() *Window {
	if v.Window != nil {
		return v.Window
	}
	return v.Request.Window
}
