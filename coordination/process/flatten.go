package process

import (
	"cmp"
	"fmt"
	"slices"
)

// TypeCount is a type of objects with how many there are and how many links
// events have to them.
type TypeCount struct {
	Type    string
	Objects int
	Links   int
}

// Types lists the types of an object-centric log, by links, most first, then
// by name. A log of cases has none.
func (l *Log) Types() []TypeCount {
	counts := make([]TypeCount, l.types.Len())
	for _, t := range l.objects.types {
		counts[t].Objects++
	}
	for _, x := range l.links.list {
		counts[l.objects.typeOf(x.object)].Links++
	}
	var out []TypeCount
	for id, c := range counts {
		if id != int(None) {
			c.Type = l.types.Of(uint32(id))
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b TypeCount) int {
		return cmp.Or(cmp.Compare(b.Links, a.Links), cmp.Compare(a.Type, b.Type))
	})
	return out
}

// Flattening says what the view of one type of object leaves out and doubles.
type Flattening struct {
	Type          string
	Cases         int // objects of the type that have events
	WithoutEvents []string
	InSeveral     int // events that stand in more than one case
	Outside       int // events that have no object of the type
}

// Flatten gives the view in which each object of a type is a case. An event
// with two objects of the type stands in both cases; an object twice in an
// event is one membership. The view shares names and columns with the log, and
// Event.Seq is still the position there, so a doubled event comes twice.
func (l *Log) Flatten(objectType string) (*Log, Flattening, error) {
	about := Flattening{Type: objectType}
	want, ok := l.types.Find(objectType)
	if !ok {
		return nil, about, fmt.Errorf("process: the log has no objects of type %q", objectType)
	}
	view := *l
	view.Events = nil
	var members []uint32
	last := make([]uint32, l.Cases.Len()) // the event in which an object came last, counted from 1
	for n, e := range l.Events {
		from, to := span(l.links.ends, int(e.Seq))
		members = members[:0]
		for _, x := range l.links.list[from:to] {
			if l.objects.typeOf(x.object) == want && last[x.object] != uint32(n)+1 {
				last[x.object] = uint32(n) + 1
				members = append(members, x.object)
			}
		}
		switch {
		case len(members) == 0:
			about.Outside++
		case len(members) > 1:
			about.InSeveral++
		}
		for _, object := range members {
			e.Case = object
			view.Events = append(view.Events, e)
		}
	}
	about.count(l, &view, want)
	return &view, about, nil
}

// count finds the objects with and without events.
func (f *Flattening) count(l, view *Log, want uint32) {
	seen := make([]bool, l.Cases.Len())
	for _, e := range view.Events {
		seen[e.Case] = true
	}
	for i, id := range l.objects.ids {
		switch {
		case l.objects.types[i] != want:
		case seen[id]:
			f.Cases++
		default:
			f.WithoutEvents = append(f.WithoutEvents, l.Cases.Of(id))
		}
	}
}

// reportUnknownObjects reports links to objects that the log does not describe.
func (l *Log) reportUnknownObjects() {
	if l.types.Len() <= 1 {
		return
	}
	told := make(map[uint32]bool)
	for _, all := range [][]link{l.links.list, l.objects.links.list} {
		for _, x := range all {
			if _, known := l.objects.place[x.object]; !known && !told[x.object] {
				told[x.object] = true
				l.Report.Add(Problem{
					Reason: ReasonObject, Effect: Kept,
					Detail: fmt.Sprintf("%q is linked and described nowhere, so it is in no view", l.Cases.Of(x.object)),
				})
			}
		}
	}
}

// reportEventsTwice reports events of an object-centric log that have the id of
// one before them. They count: which of them is meant nobody can say.
func (l *Log) reportEventsTwice() {
	if l.types.Len() <= 1 {
		return
	}
	seen := make([]bool, l.Instances.Len())
	for _, e := range l.Events {
		if e.Instance == None {
			continue
		}
		if seen[e.Instance] {
			l.Report.Add(Problem{
				Position: l.Position(e), Reason: ReasonEventTwice, Effect: Kept,
				Detail: fmt.Sprintf("the event id %.80q stands before; both events count", l.Instance(e)),
			})
		}
		seen[e.Instance] = true
	}
}
