package process

import "strings"

// Pairing says what Pair made of the events.
type Pairing struct {
	Paired        int // instances with start and complete
	CompleteAlone int // instances of zero length, as nothing says when they began
	StartAlone    int // instances that are under way
	Enabling      int // schedule and assign events, which are not instances
	Other         int // events of other transitions, or without one, which stay as they are
}

// pairKey tells activity instances apart.
type pairKey struct{ activity, instance uint32 }

// Pair makes activity instances of the events of a lifecycle log (definition
// D11): within a case, each complete ends the oldest open start of the same
// activity and instance name, and the instance has the resource that
// completed it. Transition names count in any letter case. A complete alone is
// an instance of zero length with flag NoStart, a start alone one with flag
// NoEnd; schedule and assign events say when work could begin and are no
// instances. Events of other transitions stay as they are.
//
// The events of the new log are in the order of the cases, with the positions
// of their last event in the old; names and columns are shared.
func (l *Log) Pair() (*Log, Pairing) {
	var about Pairing
	what := make([]string, l.Lifecycles.Len())
	for i := range what {
		what[i] = strings.ToLower(l.Lifecycles.Of(uint32(i)))
	}
	view := *l
	view.Events = make([]Event, 0, len(l.Events))
	for _, events := range l.ByCase().All() {
		view.Events = about.instances(view.Events, events, what)
	}
	return &view, about
}

// instances appends the instances of one case.
func (p *Pairing) instances(to, events []Event, what []string) []Event {
	open := make(map[pairKey][]int) // positions in to of starts, oldest first
	for _, e := range events {
		key := pairKey{e.Activity, e.Instance}
		switch what[e.Lifecycle] {
		case "start":
			e.End, e.Flags = e.Start, NoEnd
			open[key] = append(open[key], len(to))
			to = append(to, e)
			p.StartAlone++
		case "complete":
			waiting := open[key]
			if len(waiting) == 0 {
				e.Start, e.Flags = e.End, NoStart
				to = append(to, e)
				p.CompleteAlone++
				continue
			}
			begun := &to[waiting[0]]
			open[key] = waiting[1:]
			e.Start, e.Flags = begun.Start, 0
			*begun = e
			p.StartAlone--
			p.Paired++
		case "schedule", "assign":
			p.Enabling++
		default:
			p.Other++
			to = append(to, e)
		}
	}
	return to
}
