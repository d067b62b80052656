package process

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Mode says what to do with a part of a log that is not as it should be.
type Mode uint8

// Lenient repairs or drops the part, counts it by reason, and goes on. Strict
// stops with the first *Problem that would change or drop an event.
const (
	Lenient Mode = iota
	Strict
)

// BuilderConfig says what a Builder keeps.
type BuilderConfig struct {
	Mode       Mode
	Attributes bool // keep what is not a column of its own; see Log.Attributes
	Lines      bool // keep the line of every event, 4 bytes each; see Log.Position
	MaxEvents  int  // 0 means as many as positions can tell apart, 4,294,967,295
	// Each, if not nil, gets every event instead of the Log, so that a stream of
	// any length is read in bounded memory: names are kept, events, columns and
	// descriptions are not. An error stops the reader.
	Each func(Event) error
}

// ErrLimit is returned when a log is larger than a stated limit.
var ErrLimit = errors.New("process: the log is larger than the limit")

// Builder is the Sink that makes a Log. It judges each event: one without a
// case, an activity or a time is dropped, an end before its start is clamped,
// and both are reported. It is not safe for use by several goroutines.
type Builder struct {
	config  BuilderConfig
	log     *Log
	seen    int // events
	starts  int // events with a start of their own
	missing Tally
}

// NewBuilder makes a Builder.
func NewBuilder(config BuilderConfig) *Builder {
	if config.MaxEvents <= 0 || config.MaxEvents > math.MaxUint32 {
		config.MaxEvents = math.MaxUint32
	}
	return &Builder{config: config, log: newLog()}
}

// Names are the names that events point to, as far as they are known.
func (b *Builder) Names() (activities, cases *Names) { return b.log.Activities, b.log.Cases }

// Log gives what was built. The Builder must not be used afterwards.
func (b *Builder) Log() *Log {
	b.reportAbsentStarts()
	b.log.reportUnknownObjects()
	b.log.reportEventsTwice()
	return b.log
}

// Problem counts a problem; in Strict mode one that changes or drops an event
// is returned.
func (b *Builder) Problem(p Problem) error {
	b.log.Report.Add(p)
	if b.config.Mode == Strict && p.Effect != Kept {
		return &p
	}
	return nil
}

// Event judges an event and keeps it.
func (b *Builder) Event(raw *Raw) error {
	if b.seen >= b.config.MaxEvents {
		return fmt.Errorf("%v: %w of %d events", raw.At, ErrLimit, b.config.MaxEvents)
	}
	if ok, err := b.complete(raw); !ok || err != nil {
		return err
	}
	l := b.log
	e := Event{
		Start: raw.Start.Micros, End: raw.End.Micros, Seq: uint32(b.seen),
		Case: id(l.Cases, raw.Case), Activity: l.Activities.ID(raw.Activity), Resource: id(l.Resources, raw.Resource),
		Instance: id(l.Instances, raw.Instance), Lifecycle: uint16(id(l.Lifecycles, raw.Lifecycle)),
	}
	if l.Lifecycles.Len() > math.MaxUint16 {
		return fmt.Errorf("%v: %w of %d names of lifecycle transitions", raw.At, ErrLimit, math.MaxUint16-1)
	}
	if err := b.times(&e, raw); err != nil {
		return err
	}
	if raw.Hand {
		e.Flags |= Hand
	}
	b.seen++
	if b.config.Each != nil {
		return b.config.Each(e)
	}
	if len(l.Events) == cap(l.Events) {
		l.Events = slices.Grow(l.Events, max(1024, len(l.Events)/2)) // half as many again: copies stay few
	}
	l.Events = append(l.Events, e)
	return b.beside(int(e.Seq), raw)
}

func id(n *Names, name []byte) uint32 {
	if name == nil {
		return None
	}
	return n.ID(name)
}

// complete says whether an event has what every event needs.
func (b *Builder) complete(raw *Raw) (bool, error) {
	var p Problem
	switch {
	case len(raw.Case) == 0 && len(raw.Objects) == 0:
		p = Problem{Reason: ReasonNoCase, Detail: "the event names no case"}
	case len(raw.Activity) == 0:
		p = Problem{Reason: ReasonNoActivity, Detail: "the event names no activity"}
	case !raw.HasEnd:
		p = Problem{Reason: ReasonNoTime, Detail: "the event has no time at which it happened or ended"}
	default:
		return true, nil
	}
	p.Position, p.Effect = raw.At, Dropped
	return false, b.Problem(p)
}

// times sets start and end with their flags.
func (b *Builder) times(e *Event, raw *Raw) error {
	switch {
	case !raw.HasStart:
		e.Start, e.Flags = e.End, NoStart
		if b.missing.Count++; len(b.missing.First) < ListedProblems {
			b.missing.First = append(b.missing.First, Problem{
				Position: raw.At, Reason: ReasonStartAbsent, Effect: Kept, Detail: "the start is unknown; the event counts as a point at its end",
			})
		}
	case e.End < e.Start:
		p := Problem{Position: raw.At, Reason: ReasonEndBeforeStart, Effect: Repaired, Detail: fmt.Sprintf(
			"the end %s lies before the start %s; the event counts as a point at its end",
			Time(e.End).Format(clockLayout), Time(e.Start).Format(clockLayout))}
		e.Start = e.End
		e.Flags |= Clamped
		b.starts++
		return b.Problem(p)
	default:
		b.starts++
	}
	return nil
}

// clockLayout shows a time in a message, in UTC.
const clockLayout = "2006-01-02T15:04:05.999999Z"

// beside fills the columns that only some logs have.
func (b *Builder) beside(at int, raw *Raw) error {
	l := b.log
	if raw.Group != nil {
		l.groups.set(at, l.groupNames.ID(raw.Group))
	}
	o := offset{start: raw.Start.Offset, end: raw.End.Offset}
	if !raw.HasStart {
		o.start = o.end
	}
	if o != (offset{}) {
		l.offsets.set(at, o)
	}
	if len(raw.Objects) > 0 {
		before := len(l.links.list)
		b.link(&l.links, raw.Objects)
		l.links.ends = reach(l.links.ends, at, before, len(l.links.list))
	}
	if b.config.Attributes && len(raw.Attributes) > 0 {
		before := len(l.attrs.list)
		b.describe(&l.attrs, raw.Attributes)
		l.attrs.ends = reach(l.attrs.ends, at, before, len(l.attrs.list))
	}
	if b.config.Lines {
		l.file = raw.At.File
		l.lines.set(at, uint32(min(raw.At.Line, math.MaxUint32)))
	}
	if len(trimSpaces(raw.Cost)) == 0 {
		return nil
	}
	micros, err := ParseCost(raw.Cost)
	if err != nil {
		return b.Problem(Problem{Position: raw.At, Reason: ReasonValue, Effect: Repaired, Detail: err.Error() + "; the event counts without a cost"})
	}
	l.costs.set(at, cost{micros: micros, currency: id(l.currencies, raw.Currency), there: true})
	return nil
}

func (b *Builder) link(to *links, raw []RawLink) {
	for _, r := range raw {
		to.list = append(to.list, link{object: b.log.Cases.ID(r.Object), qualifier: id(b.log.qualifiers, r.Qualifier)})
	}
}

func (b *Builder) describe(to *attributes, raw []RawAttribute) {
	for _, r := range raw {
		to.list = append(to.list, attribute{
			key: b.log.keys.ID(r.Key), value: b.log.values.ID(r.Value), kind: r.Kind, depth: r.Depth, timed: r.Timed, since: r.Time.Micros,
		})
	}
}

// Object keeps what is said of an object or a case. Of an object described
// twice the first description counts, and the second is reported.
func (b *Builder) Object(raw *RawObject) error {
	if len(raw.ID) == 0 {
		return b.Problem(Problem{Position: raw.At, Reason: ReasonNoCase, Effect: Dropped, Detail: "the object has no id"})
	}
	if b.config.Each != nil {
		return nil
	}
	l, o := b.log, &b.log.objects
	object := l.Cases.ID(raw.ID)
	if _, twice := o.place[object]; twice {
		return b.Problem(Problem{
			Position: raw.At, Reason: ReasonCaseTwice, Effect: Kept,
			Detail: fmt.Sprintf("%q is described before; its events are those of one case, the first description counts", raw.ID),
		})
	}
	if o.place == nil {
		o.place = make(map[uint32]int)
	}
	at := len(o.ids)
	o.place[object] = at
	o.ids = append(o.ids, object)
	o.types = append(o.types, id(l.types, raw.Type))
	if raw.Type != nil || b.config.Attributes {
		b.describe(&o.attrs, raw.Attributes)
	}
	o.attrs.ends = append(o.attrs.ends, uint32(len(o.attrs.list)))
	b.link(&o.links, raw.Objects)
	o.links.ends = append(o.links.ends, uint32(len(o.links.list)))
	return nil
}

// reportAbsentStarts says once of a point log that it has no starts, and of
// single events in other logs that theirs is missing.
func (b *Builder) reportAbsentStarts() {
	if b.starts == 0 || b.missing.Count == 0 {
		return
	}
	t := b.log.Report.tally(ReasonStartAbsent, Kept)
	t.Count += b.missing.Count
	t.First = append(t.First, b.missing.First...)
	b.missing = Tally{}
}

// Duplicates counts events that equal another of their case in all columns of
// the record. They stay in the log: two equal lines may be two equal deeds.
func (l *Log) Duplicates(cases *Cases) Report {
	var report Report
	for _, events := range cases.All() {
		for i := 0; i < len(events); {
			j := i + 1
			for j < len(events) && events[j].Start == events[i].Start && events[j].End == events[i].End {
				j++
			}
			if j > i+1 {
				l.reportEqual(&report, events[i:j])
			}
			i = j
		}
	}
	return report
}

// reportEqual looks for duplicates among events of one case and one time.
func (l *Log) reportEqual(to *Report, events []Event) {
	seen := make(map[Event]struct{}, len(events))
	for _, e := range events {
		alike := e
		alike.Seq = 0
		if _, ok := seen[alike]; ok {
			to.Add(Problem{Position: l.Position(e), Reason: ReasonDuplicate, Effect: Kept, Detail: l.duplicate(e)})
		}
		seen[alike] = struct{}{}
	}
}

func (l *Log) duplicate(e Event) string {
	return fmt.Sprintf("event %d, %q of case %q at %s, equals one before it; both count",
		e.Seq+1, l.Activity(e), l.Case(e), Time(e.End).Format(clockLayout))
}

// ByCase groups the events by case and orders each case by Event.Before.
// Events without a case of their own are left out.
func (l *Log) ByCase() *Cases { return groupByCase(l.Events, l.Cases.Len()) }

// Cases are the events of a log by case.
type Cases struct {
	events []Event
	from   []int // where the events of a case id begin; one more entry at the end
	ids    []uint32
}

// groupByCase sorts by counting, and sorts within a case only where the input
// is not in order. A log that is in order already is not copied.
func groupByCase(events []Event, names int) *Cases {
	c := &Cases{from: make([]int, names+1)}
	for _, e := range events {
		c.from[e.Case+1]++
	}
	c.from[1] = 0 // None
	for i := 1; i < len(c.from); i++ {
		if c.from[i] > 0 {
			c.ids = append(c.ids, uint32(i-1))
		}
		c.from[i] += c.from[i-1]
	}
	if inOrder(events) {
		c.events = events
		return c
	}
	c.events = make([]Event, c.from[len(c.from)-1])
	next := slices.Clone(c.from)
	for _, e := range events {
		if e.Case != None {
			c.events[next[e.Case]] = e
			next[e.Case]++
		}
	}
	for _, id := range c.ids {
		sortEvents(c.Of(id))
	}
	return c
}

// insertUpTo is up to how many events are sorted by insertion, which is quick
// for the few that a case has, the more so as most are in order.
const insertUpTo = 40

// sortEvents puts the events of a case in order.
func sortEvents(events []Event) {
	if len(events) > insertUpTo {
		if !slices.IsSortedFunc(events, compareEvents) {
			slices.SortFunc(events, compareEvents)
		}
		return
	}
	for i := 1; i < len(events); i++ {
		e, j := events[i], i
		for ; j > 0 && e.Before(events[j-1]); j-- {
			events[j] = events[j-1]
		}
		events[j] = e
	}
}

func inOrder(events []Event) bool {
	for i, e := range events {
		if e.Case == None {
			return false
		}
		if i > 0 && (events[i-1].Case > e.Case || events[i-1].Case == e.Case && e.Before(events[i-1])) {
			return false
		}
	}
	return true
}

// Len is the number of cases that have events.
func (c *Cases) Len() int { return len(c.ids) }

// Of gives the events of a case in order. They must not be changed.
func (c *Cases) Of(id uint32) []Event { return c.events[c.from[id]:c.from[id+1]] }

// All yields the cases that have events, in the order in which the log first
// names them, with their events in order.
func (c *Cases) All() func(yield func(uint32, []Event) bool) {
	return func(yield func(uint32, []Event) bool) {
		for _, id := range c.ids {
			if !yield(id, c.Of(id)) {
				return
			}
		}
	}
}
