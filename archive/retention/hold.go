package retention

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// Hold keeps records for a matter, whatever their schedules say.
type Hold struct {
	ID        string    `json:"id"`
	Matter    string    `json:"matter"`
	Custodian string    `json:"custodian,omitempty"`
	Issuer    string    `json:"issuer"`
	Reason    string    `json:"reason"`
	Scope     Scope     `json:"scope"`
	Carry     Carry     `json:"carry,omitzero"`
	StopClock bool      `json:"stop_clock,omitempty"` // the days it stands do not count
	Issued    time.Time `json:"issued"`
	Released  time.Time `json:"released,omitzero"` // zero: in force
}

// Scope is what a hold covers: the records it names, those of the classes and
// aggregations it names, and those that fit one of its conditions, added up.
type Scope struct {
	Records      []archive.RecordID `json:"records,omitempty"`
	Classes      []string           `json:"classes,omitempty"`
	Aggregations []string           `json:"aggregations,omitempty"`
	Conditions   []Condition        `json:"conditions,omitempty"`
}

// Carry says over which references a hold goes from the records within its scope to
// others, and from those further. It goes over those that are there when it matters,
// also where they were added after the hold was issued.
type Carry struct {
	References bool `json:"references,omitempty"` // those that carry holds: to parts, renditions, attachments
	Optional   bool `json:"optional,omitempty"`   // also those that can: supersedes, decidedIn, evidences
}

// Along reports whether a hold goes along a reference of a type, Outward from its source
// to its target, Inward from its target to its source. Between records that were merged
// every hold goes both ways: they are one thing.
func (c Carry) Along(info archive.TypeInfo, d archive.Direction) bool {
	if info.Type == archive.MergedInto {
		return true
	}
	switch info.Hold {
	case archive.CarryBoth:
		return c.References
	case archive.CarryDown:
		return c.References && d == archive.Outward
	case archive.CarryOption:
		return c.References && c.Optional
	case archive.CarryNone:
	}
	return false
}

// Carried is how a hold comes to a record that is not within its scope.
type Carried struct {
	Hold string
	Path []archive.Reference // from a record within the scope to this one, the shortest
}

// Condition is a test of a record's metadata. It is looked at in the transition
// that it could forbid, not by a sweep, which would leave a gap.
type Condition struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Facts is what is known of a record in the transaction that decides.
type Facts struct {
	Record       archive.RecordID
	Digest       archive.Digest
	Contents     []archive.Digest // all that it has, Digest among them
	Class        string
	Aggregations []string // from the one it is in to the outermost
	Fields       map[string]string
	Standing     Standing
	Holds        []Hold    // every hold of the tenant, or at least every one that may cover the record
	Carried      []Carried // those of them that come to it from other records
	// Merged are the records that are one thing with it and are still here, in byte
	// order, Joined when the last of them was merged, and Rules the one of them, itself
	// included, whose standing it is.
	Merged []archive.RecordID
	Joined time.Time
	Rules  archive.RecordID
}

// under reports whether a hold covers the record or comes to it.
func (f *Facts) under(h *Hold) bool {
	return h.Scope.Covers(f) || slices.ContainsFunc(f.Carried, func(c Carried) bool { return c.Hold == h.ID })
}

// InForce reports whether the hold stands at a time.
func (h *Hold) InForce(at time.Time) bool {
	return !at.Before(h.Issued) && (h.Released.IsZero() || at.Before(h.Released))
}

// Covers reports whether a record is within the scope, now.
func (s *Scope) Covers(f *Facts) bool {
	return slices.Contains(s.Records, f.Record) || slices.Contains(s.Classes, f.Class) ||
		slices.ContainsFunc(f.Aggregations, func(a string) bool { return slices.Contains(s.Aggregations, a) }) ||
		slices.ContainsFunc(s.Conditions, func(c Condition) bool {
			value, ok := f.Fields[c.Field]
			return ok && value == c.Value
		})
}

// Held gives the holds in force that cover the record at a time, or come to it, in
// their order.
func (f *Facts) Held(at time.Time) []Hold {
	var out []Hold
	for i := range f.Holds {
		if f.Holds[i].InForce(at) && f.under(&f.Holds[i]) {
			out = append(out, f.Holds[i])
		}
	}
	return out
}

// touchedSince reports whether a hold on the record was issued or released after
// a time, or it was merged: then nothing that was approved by then holds any more.
func (f *Facts) touchedSince(at time.Time) bool {
	return f.Joined.After(at) || slices.ContainsFunc(f.Holds, func(h Hold) bool {
		return (h.Issued.After(at) || h.Released.After(at)) && f.under(&h)
	})
}

// Stops are the stretches for which holds stopped the clock of the record. One that
// covers it now, or comes to it now, counts from its beginning.
func (f *Facts) Stops(o Office) []Stop {
	var out []Stop
	for i := range f.Holds {
		h := &f.Holds[i]
		if !h.StopClock || !f.under(h) {
			continue
		}
		s := Stop{From: DateOf(h.Issued, o.Zone)}
		if !h.Released.IsZero() {
			s.To = DateOf(h.Released, o.Zone)
		}
		out = append(out, s)
	}
	return out
}

// Spread gives the records that a hold on some records takes in along references,
// the records themselves included, in byte order: both ways over types that
// carry both ways, downward over those that carry down, and over the optional ones if
// option is set.
func Spread(g *reference.Graph, option bool, records ...archive.RecordID) []archive.RecordID {
	p := reference.Policy{Name: "hold"}
	carry := Carry{References: true, Optional: option}
	for _, info := range archive.ReferenceTypes() {
		var reach archive.Reach
		if carry.Along(info, archive.Outward) {
			reach.Out = archive.Unbounded
		}
		if carry.Along(info, archive.Inward) {
			reach.In = carryBack
		}
		if reach != (archive.Reach{}) {
			p.Follow = append(p.Follow, reference.Rule{Type: info.Type, Reach: reach})
		}
	}
	var out []archive.RecordID
	for _, item := range g.Closure(p, records...).Items {
		out = append(out, item.ID)
	}
	slices.Sort(out)
	return out
}

// carryBack is without bound in all but name: a hold, unlike a dossier, turns
// round, for a paper and its scan and the scan's other paper are all held.
const carryBack = 1 << 30
