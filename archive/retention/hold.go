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
	Class        string
	Aggregations []string // from the one it is in to the outermost
	Fields       map[string]string
	Standing     Standing
	Holds        []Hold // every hold of the tenant, or at least every one that may cover the record
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

// Held gives the holds in force that cover the record at a time, in their order.
func (f *Facts) Held(at time.Time) []Hold {
	var out []Hold
	for i := range f.Holds {
		if f.Holds[i].InForce(at) && f.Holds[i].Scope.Covers(f) {
			out = append(out, f.Holds[i])
		}
	}
	return out
}

// touchedSince reports whether a hold on the record was issued or released after
// a time: then nothing that was approved by then holds any more.
func (f *Facts) touchedSince(at time.Time) bool {
	return slices.ContainsFunc(f.Holds, func(h Hold) bool {
		return h.Scope.Covers(f) && (h.Issued.After(at) || h.Released.After(at))
	})
}

// Stops are the stretches for which holds stopped the clock of the record.
func (f *Facts) Stops(o Office) []Stop {
	var out []Stop
	for i := range f.Holds {
		h := &f.Holds[i]
		if !h.StopClock || !h.Scope.Covers(f) {
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
	for _, info := range archive.ReferenceTypes() {
		switch info.Hold {
		case archive.CarryBoth:
			p.Follow = append(p.Follow, reference.Rule{Type: info.Type, Reach: archive.Reach{Out: archive.Unbounded, In: carryBack}})
		case archive.CarryDown:
			p.Follow = append(p.Follow, reference.Rule{Type: info.Type, Reach: archive.Reach{Out: archive.Unbounded}})
		case archive.CarryOption:
			if option {
				p.Follow = append(p.Follow, reference.Rule{Type: info.Type, Reach: archive.Reach{Out: archive.Unbounded, In: carryBack}})
			}
		case archive.CarryNone:
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
