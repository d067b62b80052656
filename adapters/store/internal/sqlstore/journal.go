package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// append writes entries to the journal. taken is what it means that one of them
// is already there.
func (t *Tx) append(ctx context.Context, entries []coordination.Entry, taken error) error {
	if len(entries) == 0 {
		return nil
	}
	if err := t.reachEnd(ctx); err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		w := Write{SQL: appendEntry, Row: true, Taken: taken, Args: append(make([]any, 0, 10),
			t.tenant, string(e.Room), e.Entity, e.Seq, e.Kind, e.At.UnixMicro(), e.Actor, string(e.Data))}
		if t.dialect.OneWriter {
			t.end.position++
			w.SQL, w.Args = appendEntryNumbered, append(w.Args, t.end.position, t.end.recorded)
		}
		if err := t.run.Exec(ctx, w); err != nil { // nothing reads a single entry
			return err
		}
		t.appended++
	}
	return nil
}

// reachEnd finds where the one writer goes on numbering the journal: once in a unit
// of work, but always anew where somebody else may take back what was appended. The
// time of the entries of a unit is one, and never earlier than that of those before.
func (t *Tx) reachEnd(ctx context.Context) error {
	if !t.dialect.OneWriter || (t.end.known && t.mode != Joined) {
		return nil
	}
	t.end = journalEnd{known: true}
	_, err := t.one(ctx, lastEntry, []any{t.tenant}, func(row Row) error {
		return row.Scan(&t.end.position, &t.end.recorded)
	})
	t.end.recorded = max(t.end.recorded, t.now().UnixMicro())
	return err
}

// journalEnd is the position and the time of the newest entry of the journal.
type journalEnd struct {
	known              bool
	position, recorded int64
}

// gap says that events do not continue what is stored.
func gap(invalid error, stored, now int64) error {
	return fmt.Errorf("%w: the events do not lead from event %d of the stored history to event %d: pass each once", invalid, stored, now)
}

// entriesOf makes the entries of events that must end at the number last of
// their entity. It refuses what some engine could not give back as it was.
func entriesOf[E any](
	events []E, entry func(E) (coordination.Entry, error), entity string, last int64, invalid error,
) ([]coordination.Entry, error) {
	out := make([]coordination.Entry, len(events))
	for i, ev := range events {
		e, err := entry(ev)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: event %d: %w", invalid, i, err)
		case e.Entity != entity || e.Seq != last-int64(len(events)-1-i):
			return nil, fmt.Errorf("%w: event %d is not event %d of %q", invalid, i, last-int64(len(events)-1-i), entity)
		case !allStorable(e.Kind, e.Actor, string(e.Data)):
			return nil, fmt.Errorf("%w: event %d holds text that is not valid UTF-8 or has a NUL character: remove it", invalid, i)
		case !exact(e.At):
			return nil, fmt.Errorf("%w: event %d is not at a whole microsecond in UTC: truncate its time", invalid, i)
		}
		out[i] = e
	}
	return out, nil
}

var errNoData = errors.New("it has no data")

func changeRequestEntries(r *changereq.Request, ev []changereq.Event) ([]coordination.Entry, error) {
	return entriesOf(ev, func(e changereq.Event) (coordination.Entry, error) {
		if e.Data == nil {
			return coordination.Entry{}, errNoData
		}
		return coordination.ChangeRequestEntry(e)
	}, string(r.ID), r.Events, changereq.ErrInvalid)
}

func recordEntries(r *archive.Record, ev []archive.Event) ([]coordination.Entry, error) {
	return entriesOf(ev, func(e archive.Event) (coordination.Entry, error) {
		if e.Data == nil {
			return coordination.Entry{}, errNoData
		}
		return coordination.RecordEntry(e)
	}, string(r.ID), r.Events, archive.ErrInvalid)
}

func obligationEntries(o *notice.Obligation, ev []notice.Event) ([]coordination.Entry, error) {
	return entriesOf(ev, func(e notice.Event) (coordination.Entry, error) {
		if e.Data == nil {
			return coordination.Entry{}, errNoData
		}
		return coordination.ObligationEntry(e)
	}, o.ID, o.Events, notice.ErrInvalid)
}

// ChangeRequestEvents implements changereq.Tx.
func (t *Tx) ChangeRequestEvents(ctx context.Context, id changereq.ID, after int64, limit int) ([]changereq.Event, int64, error) {
	return eventsOf(ctx, t, coordination.RoomChangeRequest, string(id), after, changereq.ClampLimit(limit),
		coordination.Entry.ChangeRequestEvent)
}

// RecordEvents implements archive.Tx.
func (t *Tx) RecordEvents(ctx context.Context, id archive.RecordID, after int64, limit int) ([]archive.Event, int64, error) {
	return eventsOf(ctx, t, coordination.RoomArchive, string(id), after, archive.ClampLimit(limit), coordination.Entry.RecordEvent)
}

// ObligationEvents implements notice.Tx.
func (t *Tx) ObligationEvents(ctx context.Context, id string, after int64, limit int) ([]notice.Event, int64, error) {
	return eventsOf(ctx, t, coordination.RoomNotice, id, after, notice.ClampLimit(limit), coordination.Entry.ObligationEvent)
}

// eventsOf reads a page of the events of an entity; next is 0 at the end.
func eventsOf[E any](
	ctx context.Context, t *Tx, room coordination.Room, entity string, after int64, limit int,
	event func(coordination.Entry) (E, error),
) (out []E, next int64, err error) {
	if !storable(entity) {
		return nil, 0, nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, 0, err
	}
	read := eventReader(room)
	err = t.run.Query(ctx, entityEvents, []any{t.tenant, entity, string(room), after, limit + 1}, func(row Row) error {
		if len(out) == limit {
			next = after
			return nil
		}
		e, err := read(row)
		if err != nil {
			return err
		}
		after = e.Seq
		ev, err := event(e)
		out = append(out, ev)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return out, next, nil
}

// eventReader reads entries as the history of their entity has them: without their place
// in the journal. As the other readers of rows it scans each row into the same variables.
func eventReader(room coordination.Room) func(Row) (coordination.Entry, error) {
	var (
		e    = coordination.Entry{Room: room}
		at   int64
		data []byte
		to   = []any{&e.Entity, &e.Seq, &e.Kind, &at, &e.Actor, &data}
	)
	return func(row Row) (coordination.Entry, error) {
		data = nil
		err := row.Scan(to...)
		e.At, e.Data = instant(at), data
		return e, err
	}
}

// RecordHistories implements archive.Tx.
func (t *Tx) RecordHistories(ctx context.Context, ids []archive.RecordID) ([]archive.Event, error) {
	if err := archive.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	out, err := historiesOf(ctx, t, coordination.RoomArchive, storableOnes(ids), archive.MaxEvents+1, coordination.Entry.RecordEvent)
	if err == nil {
		err = archive.CheckHistories(len(out))
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// historiesOf reads all events of several entities, up to a limit.
func historiesOf[E any](
	ctx context.Context, t *Tx, room coordination.Room, entities []string, limit int, event func(coordination.Entry) (E, error),
) (out []E, err error) {
	if len(entities) == 0 {
		return nil, nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	query := histories
	if !t.dialect.OneWriter {
		query = historiesArray
	}
	list, err := t.list(entities)
	if err != nil {
		return nil, err
	}
	read := eventReader(room)
	err = t.run.Query(ctx, query, []any{t.tenant, string(room), list, limit}, func(row Row) error {
		e, err := read(row)
		if err != nil {
			return err
		}
		ev, err := event(e)
		out = append(out, ev)
		return err
	})
	return out, err
}

// reach is how many positions one page of a room's entries looks at, however
// few of them are of that room.
const reach = 10_000

// JournalEntries implements coordination.Tx. The end of the journal is read
// first: what is committed in between is then left to the next page. What this
// unit has written is no part of it yet; a lone writer has it numbered behind
// everything else.
func (t *Tx) JournalEntries(ctx context.Context, q coordination.JournalQuery) (out []coordination.Entry, next int64, err error) {
	if err := t.flush(ctx); err != nil {
		return nil, q.After, err
	}
	end := int64(0)
	if _, err := t.one(ctx, lastPosition, []any{t.tenant}, func(row Row) error { return row.Scan(&end) }); err != nil {
		return nil, q.After, err
	}
	if t.dialect.OneWriter {
		end -= t.appended
	}
	if end <= q.After {
		return nil, q.After, nil
	}
	if !allStorable(string(q.Room), q.Entity) {
		return nil, end, nil
	}
	limit := coordination.ClampLimit(q.Limit)
	query, args := journalEntries, []any{t.tenant, q.After, end, limit}
	switch {
	case q.Entity != "":
		query, args = journalEntriesOfEntity, []any{t.tenant, q.Entity, string(q.Room), q.After, end, limit}
	case q.Room != "":
		end = min(end, max(q.After, 0)+reach)
		query, args = journalEntriesOfRoom, []any{t.tenant, q.After, end, string(q.Room), limit}
	}
	if query == journalEntries {
		out = make([]coordination.Entry, 0, min(int64(limit), end-max(q.After, 0)))
	}
	read := entryReader()
	err = t.run.Query(ctx, query, args, func(row Row) error {
		e, err := read(row)
		out = append(out, e)
		return err
	})
	switch {
	case err != nil:
		return nil, q.After, err
	case len(out) == limit:
		return out, out[limit-1].Position, nil
	case len(out) == 0:
		return nil, end, nil
	}
	return out, end, nil
}

// RedactEntry implements coordination.Tx.
func (t *Tx) RedactEntry(ctx context.Context, position int64, actor string, data json.RawMessage) error {
	if err := t.writable(); err != nil {
		return err
	}
	page, _, err := t.JournalEntries(ctx, coordination.JournalQuery{After: position - 1, Limit: 1})
	if err != nil {
		return err
	}
	if position < 1 || len(page) == 0 || page[0].Position != position {
		return fmt.Errorf("%w: the journal has no entry at position %d", coordination.ErrNotFound, position)
	}
	e, err := page[0].Redacted(actor, data)
	if err != nil {
		return err
	}
	return t.write(ctx, key{string(e.Room), e.Entity}, Write{SQL: redactEntry, One: true, Args: []any{e.Actor, string(e.Data), t.tenant, position}})
}

func entryReader() func(Row) (coordination.Entry, error) {
	var (
		e            coordination.Entry
		room         string
		recorded, at int64
		data         []byte
		to           = []any{&e.Position, &recorded, &room, &e.Entity, &e.Seq, &e.Kind, &at, &e.Actor, &data}
	)
	return func(row Row) (coordination.Entry, error) {
		data = nil
		err := row.Scan(to...)
		e.Room, e.Recorded, e.At, e.Data = coordination.Room(room), instant(recorded), instant(at), data
		return e, err
	}
}
