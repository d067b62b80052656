package coordination

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/sampling"
)

// LogSource says which log is looked at: the content of a record of the archive,
// or without one the office's own journal.
type LogSource struct {
	Record archive.RecordID `json:"record,omitempty"`
	Room   Room             `json:"room,omitempty"` // of the journal; "" is all of it

	// Lifecycle looks at the change requests of the journal that live by it, and at the states they enter instead of
	// at all that happens to them; Room is then without meaning.
	Lifecycle string `json:"lifecycle,omitempty"`

	// Observations are sessions by hand that join the log. Their activities stand apart, under their name and ByHand:
	// figures of hand and of systems are never averaged.
	Observations []string `json:"observations,omitempty"`

	// How the content of a record is read. An empty Form is found out, and an empty Zone leaves times
	// without an offset out, with a report. Of a log of objects those of ObjectType are the cases, by default the
	// type with most links to events. Pair makes one instance of a start and its complete.
	Form       string     `json:"form,omitempty"`
	Zone       string     `json:"zone,omitempty"`
	Layout     string     `json:"layout,omitempty"` // of times in a table, as package time has it
	Columns    LogColumns `json:"columns,omitzero"`
	ObjectType string     `json:"object_type,omitempty"`
	Pair       bool       `json:"pair,omitempty"`

	// Roles put roles in the place of people, so that no name of a resource remains; roles of fewer than Least
	// people, and people without a role, become others or unknown. See sampling.Anonymise.
	Roles map[string]string `json:"roles,omitempty"`
	Least int               `json:"least,omitempty"`
}

// LogColumns name the columns of a table, or number them as "#3"; empty ones are
// guessed, and "-" means that there is none.
type LogColumns struct {
	Case     string `json:"case,omitempty"`
	Activity string `json:"activity,omitempty"`
	Start    string `json:"start,omitempty"`
	End      string `json:"end,omitempty"`
	Resource string `json:"resource,omitempty"`
	Group    string `json:"group,omitempty"`
	Cost     string `json:"cost,omitempty"`
}

// LogReader reads a log of any form into a sink and says in words which choices
// it made. adapters/format has one. Zone is nil if none was declared.
type LogReader func(r io.Reader, sink process.Sink, file string, zone *time.Location, how LogSource) (note string, err error)

// EventLog is a log that was read.
type EventLog struct {
	*process.Log

	Note     string // choices that were made
	Complete bool   // whether it was read to its end
}

// DefaultLogEvents is how many events of a log are read at most, where the
// configuration does not say.
const DefaultLogEvents = 5_000_000

// ReadLog reads a log. A content that breaks off is read as far as it goes; one
// of which nothing can be used is process.ErrMalformed, one with too many events
// process.ErrLimit, and a source that cannot be is ErrInvalid.
func (d *Desk) ReadLog(ctx context.Context, tenant string, source LogSource) (EventLog, error) {
	sessions, err := d.sessions(ctx, tenant, source.Observations)
	if err != nil {
		return EventLog{}, err
	}
	if source.Record == "" {
		log, err := d.journalLog(ctx, tenant, source, sessions)
		return EventLog{Log: anonymous(log, source), Complete: true}, err
	}
	if d.cfg.ReadLog == nil {
		return EventLog{}, fmt.Errorf("%w: this office reads no logs but its own journal", ErrInvalid)
	}
	zone, err := zoneOf(source.Zone)
	if err != nil {
		return EventLog{}, err
	}
	record, content, err := d.OpenContent(ctx, tenant, source.Record)
	if err != nil {
		return EventLog{}, err
	}
	out, err := d.readContent(content, cmp.Or(record.Name, string(record.ID)), zone, source, sessions)
	// What the reader left unread counts towards the digest as well.
	_, altered := io.Copy(io.Discard, content)
	if err := errors.Join(altered, content.Close()); err != nil {
		return EventLog{}, fmt.Errorf("log of record %q: %w", source.Record, err)
	}
	return out, err
}

// readContent reads the content of a record.
func (d *Desk) readContent(
	content io.Reader, file string, zone *time.Location, source LogSource, sessions []sampling.Session,
) (EventLog, error) {
	b := process.NewBuilder(process.BuilderConfig{
		Attributes: true, Lines: true, MaxEvents: cmp.Or(d.cfg.MaxLogEvents, DefaultLogEvents),
	})
	out := EventLog{}
	var err error
	out.Note, err = d.cfg.ReadLog(content, b, file, zone, source)
	_, stopped := errors.AsType[*process.Problem](err)
	out.Complete = err == nil
	if err == nil || stopped {
		err = errors.Join(joinByHand(b, sessions), emptyOf(err, b))
	}
	if err != nil {
		return EventLog{}, unreadable(err)
	}
	out.Log = b.Log()
	if err := out.view(source); err != nil {
		return EventLog{}, err
	}
	if len(out.Events) == 0 {
		return EventLog{}, fmt.Errorf("%w: no event of record %q could be used", process.ErrMalformed, source.Record)
	}
	out.Log = anonymous(out.Log, source)
	return out, nil
}

// unreadable puts an error of a reader into the class of logs that cannot be
// read, unless it is in one already.
func unreadable(err error) error {
	if errors.Is(err, process.ErrMalformed) || errors.Is(err, process.ErrLimit) {
		return err
	}
	return fmt.Errorf("%w: %w", process.ErrMalformed, err)
}

// view takes the cases of a log of objects, and pairs where that was asked for.
func (l *EventLog) view(source LogSource) error {
	if types := l.Types(); len(types) > 0 {
		view, about, err := l.Flatten(cmp.Or(source.ObjectType, types[0].Type))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		l.Note = join(l.Note, fmt.Sprintf("cases: the objects of type %q; %d events in several of them, %d events outside, %d objects without events",
			about.Type, about.InSeveral, about.Outside, len(about.WithoutEvents)))
		l.Log = view
	}
	if source.Pair {
		paired, about := l.Pair()
		l.Note = join(l.Note, fmt.Sprintf("pairs: %d instances from start and complete, %d complete alone, %d start alone, %d other events",
			about.Paired, about.CompleteAlone, about.StartAlone, about.Other))
		l.Log = paired
	}
	return nil
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func anonymous(log *process.Log, source LogSource) *process.Log {
	if log == nil || source.Roles == nil {
		return log
	}
	return sampling.Anonymise(log, source.Roles, source.Least)
}

func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // none was declared
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no such zone: use a name like UTC or Europe/Berlin", process.ErrNoZone)
	}
	return zone, nil
}

// ByHand marks the activities that people observed, in a log that they share with
// those of systems.
const ByHand = " (by hand)"

// sessions reads the sessions that join a log.
func (d *Desk) sessions(ctx context.Context, tenant string, ids []string) ([]sampling.Session, error) {
	var out []sampling.Session
	for _, id := range ids {
		o, err := d.Observation(ctx, tenant, id)
		if err != nil {
			return nil, err
		}
		for i := range o.Value.Timings {
			o.Value.Timings[i].Activity += ByHand
		}
		out = append(out, o.Value)
	}
	return out, nil
}

// joinByHand hands sessions to the sink that has a log.
func joinByHand(sink process.Sink, sessions []sampling.Session) error {
	for i := range sessions {
		if err := sessions[i].Emit(sink); err != nil {
			return err
		}
	}
	return nil
}

// emptyOf is why a reader stopped, if nothing came before.
func emptyOf(stopped error, b *process.Builder) error {
	if activities, _ := b.Names(); activities.Len() > 1 {
		return nil
	}
	return stopped
}

// journalLog makes a log of the journal.
func (d *Desk) journalLog(ctx context.Context, tenant string, source LogSource, sessions []sampling.Session) (*process.Log, error) {
	b := process.NewBuilder(process.BuilderConfig{MaxEvents: cmp.Or(d.cfg.MaxLogEvents, DefaultLogEvents)})
	observe, q := Observe, JournalQuery{Room: source.Room, Limit: MaxLimit}
	if source.Lifecycle != "" {
		states := &StateObserver{Lifecycle: source.Lifecycle}
		observe, q.Room = states.Observe, RoomChangeRequest
	}
	for {
		page, next, err := d.Journal(ctx, tenant, q)
		if err != nil {
			return nil, err
		}
		if err := observe(page, b); err != nil {
			return nil, err
		}
		if next == q.After {
			err := joinByHand(b, sessions)
			return b.Log(), err
		}
		q.After = next
	}
}
