package coordination

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination/register"
)

// Schedule is a retention schedule with all its versions, as it is kept.
type Schedule = register.Row[Versions[retention.Schedule]]

// Keeping is what happened to a record that its retention rests on, and its end.
type Keeping struct {
	Facts    []retention.Fact     `json:"facts,omitempty"` // triggers that happened
	Reviewed int                  `json:"reviewed,omitempty"`
	Batch    string               `json:"batch,omitempty"` // the disposal that its end belongs to
	Fate     retention.ItemState  `json:"fate,omitempty"`  // empty: it is here
	Stone    *retention.Tombstone `json:"stone,omitempty"`
	Cleared  bool                 `json:"cleared,omitempty"` // its contents were given up
}

// Retention is where a record stands: how long it is kept, what holds it, and what
// became of it.
type Retention struct {
	Record   archive.RecordID
	Standing retention.Standing
	Ruled    bool                // it has a class with a schedule; else the standing says nothing
	Holds    []retention.Hold    // in force
	Carried  []retention.Carried // how those came to it that do not cover it themselves
	Keeping  Keeping
	Rev      int64 // of the keeping, from 1
}

func schedules() register.Register[Versions[retention.Schedule]] {
	return register.Register[Versions[retention.Schedule]]{Book: "schedule", Evolve: versioned[retention.Schedule]}
}

// BookKeeping is the book of the keepings of records.
const BookKeeping = "keeping"

// keyFate is the key of the keepings of records that have gone.
const keyFate = "fate"

func keepings() register.Register[Keeping] {
	return register.Register[Keeping]{Book: BookKeeping, Keys: func(k Keeping) []register.Key {
		return slices.Concat(present("batch", k.Batch), present(keyFate, string(k.Fate)))
	}, Evolve: evolveKeeping}
}

// Moved is what the history of a keeping says when its record moves towards its end,
// with the disposal that takes it there.
type Moved struct {
	retention.Moved

	Batch string `json:"batch"`
}

// The kinds of the events of a keeping that are no state of a record in a disposal.
const (
	kindHappened = "happened"
	kindReviewed = "reviewed"
	kindCleared  = "cleared" // its contents are given up
)

func evolveKeeping(k Keeping, ev register.Event) (Keeping, error) {
	switch ev.Kind {
	case kindHappened:
		fact, err := last(retention.Fact{}, ev)
		k.Facts = append(slices.Clip(k.Facts), fact)
		return k, err
	case kindReviewed:
		k.Reviewed++
		return k, nil
	case kindCleared:
		k.Cleared = true
		return k, nil
	}
	m, err := last(Moved{}, ev)
	if err == nil && string(m.To) != ev.Kind {
		err = fmt.Errorf("%w: %q is no event of a keeping", ErrInvalid, ev.Kind)
	}
	return k.moved(m), err
}

// moved is the keeping of a record that moved towards its end.
func (k Keeping) moved(m Moved) Keeping {
	k.Batch, k.Fate = m.Batch, m.To
	if m.Tombstone != nil {
		k.Stone = m.Tombstone
	}
	return k
}

// The triggers that the office knows by itself; others are told with Trigger.
const (
	TriggerFiled    = "filed"    // when the record was filed
	TriggerDated    = "dated"    // the document's own date
	TriggerDeclared = "declared" // when the record was declared
	TriggerClosed   = "closed"   // when the aggregation was closed that the record is in
)

// The fields of a record that the condition of a hold can name beside those of its
// filing.
const (
	FieldSubject = "subject" // what the record is about
	FieldKind    = "kind"
)

// AddSchedule adds a version of a retention schedule: version 1 of a new one, or the
// next, in force from a later day on. Records that came under an earlier version are
// never due earlier by it unless it says who allowed that (retention.Schedule.Shortens).
func (d *Desk) AddSchedule(ctx context.Context, tenant, actor string, s retention.Schedule) (Schedule, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Schedule, error) {
		return d.AddScheduleTx(ctx, tx, actor, now, s)
	})
}

// AddScheduleTx is AddSchedule inside the caller's transaction.
func (d *Desk) AddScheduleTx(ctx context.Context, tx Tx, actor string, now time.Time, s retention.Schedule) (Schedule, error) {
	row, _, err := lookup(ctx, tx, schedules(), s.ID)
	if err != nil {
		return row, err
	}
	n := len(row.Value.Versions)
	if s.Version == 0 {
		s.Version = n + 1
	}
	if s.Version != n+1 {
		return row, unseen(schedules(), row, int64(s.Version))
	}
	if err := s.Check(); err != nil {
		return row, err
	}
	if n > 0 && s.From.Compare(row.Value.Versions[n-1].From) <= 0 {
		return row, refused("version", "from", s.ID, "version %d is in force from %s on: a later version is from a later day on", n, row.Value.Versions[n-1].From)
	}
	if n > 0 && !d.ahead(s.From, now) {
		return row, refused("version", "past", s.ID, "a later version is in force from tomorrow on at the earliest: what records came under stays so")
	}
	row.Value.Versions = append(slices.Clip(row.Value.Versions), s)
	return record(ctx, tx, schedules(), row, "versioned", actor, now, s)
}

// ahead reports whether a day is to come.
func (d *Desk) ahead(day retention.Date, now time.Time) bool {
	return day.Compare(retention.DateOf(now, d.cfg.Office.Zone)) > 0
}

// Schedules returns a page of the retention schedules, by id.
func (d *Desk) Schedules(ctx context.Context, tenant string, q register.Query) ([]Schedule, string, error) {
	return pageOf(ctx, d, tenant, schedules(), q)
}

// Trigger records that something happened to a record that a schedule waits for. Of
// several of one name the latest counts.
func (d *Desk) Trigger(ctx context.Context, tenant, actor string, id archive.RecordID, fact retention.Fact) (Retention, error) {
	return d.keep(ctx, tenant, func(ctx context.Context, tx Tx, now time.Time) (Retention, error) {
		return d.TriggerTx(ctx, tx, actor, now, id, fact)
	})
}

// TriggerTx is Trigger inside the caller's transaction.
func (d *Desk) TriggerTx(ctx context.Context, tx Tx, actor string, now time.Time, id archive.RecordID, fact retention.Fact) (Retention, error) {
	row, err := keepingOf(ctx, tx, id)
	if err != nil {
		return Retention{}, err
	}
	fact.At = fact.At.UTC().Truncate(time.Microsecond)
	switch {
	case strings.TrimSpace(fact.Trigger) == "":
		err = &archive.ValidationError{Fields: []archive.Field{{Pointer: "/trigger", Code: "required", Text: "is empty: fill it in"}}}
	case fact.At.After(now):
		err = &archive.ValidationError{Fields: []archive.Field{{Pointer: "/at", Code: "out_of_range", Text: "is not over: record what has happened"}}}
	}
	if err != nil {
		return Retention{}, err
	}
	row.Value.Facts = append(slices.Clip(row.Value.Facts), fact)
	if _, err := record(ctx, tx, keepings(), row, kindHappened, actor, now, fact); err != nil {
		return Retention{}, err
	}
	return d.retentionTx(ctx, tx, id, now)
}

// Review closes the phase of a record that is due for review: the next one runs. It
// destroys nothing.
func (d *Desk) Review(ctx context.Context, tenant, actor string, id archive.RecordID, reason string) (Retention, error) {
	return d.keep(ctx, tenant, func(ctx context.Context, tx Tx, now time.Time) (Retention, error) {
		return d.ReviewTx(ctx, tx, actor, now, id, reason)
	})
}

// ReviewTx is Review inside the caller's transaction.
func (d *Desk) ReviewTx(ctx context.Context, tx Tx, actor string, now time.Time, id archive.RecordID, reason string) (Retention, error) {
	row, err := keepingOf(ctx, tx, id)
	if err != nil {
		return Retention{}, err
	}
	holds, err := everyHold(ctx, tx)
	if err != nil {
		return Retention{}, err
	}
	f, _, _, err := d.factsOf(ctx, tx, id, now, now, holds)
	if err != nil {
		return Retention{}, err
	}
	if f.Standing.Action != retention.Review || !f.Standing.DueOn(retention.DateOf(now, d.cfg.Office.Zone)) {
		return Retention{}, refused("review", "due", string(id), "%q is not due for review", id)
	}
	if f.Rules != id {
		return Retention{}, refused("review", "merged", string(f.Rules), "%q is one thing with %q, which is kept longer: review that", id, f.Rules)
	}
	row.Value.Reviewed++
	if _, err := record(ctx, tx, keepings(), row, kindReviewed, actor, now, struct {
		Phase  int    `json:"phase"`
		Reason string `json:"reason"`
	}{f.Standing.Phase, reason}); err != nil {
		return Retention{}, err
	}
	return d.retentionTx(ctx, tx, id, now)
}

// keepingOf reads the keeping of a record that is still here.
func keepingOf(ctx context.Context, tx Tx, id archive.RecordID) (register.Row[Keeping], error) {
	if _, err := tx.Record(ctx, id); err != nil {
		return register.Row[Keeping]{}, err
	}
	row, _, err := lookup(ctx, tx, keepings(), string(id))
	if err == nil && row.Value.Fate != "" {
		err = refused("keep", "gone", string(id), "%q is %s under batch %s", id, row.Value.Fate, row.Value.Batch)
	}
	return row, err
}

// keep runs a command on the keeping of a record in a unit of work of its own.
func (d *Desk) keep(ctx context.Context, tenant string, run func(context.Context, Tx, time.Time) (Retention, error)) (Retention, error) {
	now := d.now()
	var out Retention
	err := d.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = run(ctx, tx, now)
		return err
	})
	return out, err
}

// Retention computes where a record stands now; it is stored nowhere.
func (d *Desk) Retention(ctx context.Context, tenant string, id archive.RecordID) (Retention, error) {
	now := d.now()
	var out Retention
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.retentionTx(ctx, tx, id, now)
		return err
	})
	return out, err
}

func (d *Desk) retentionTx(ctx context.Context, tx Tx, id archive.RecordID, now time.Time) (Retention, error) {
	holds, err := everyHold(ctx, tx)
	if err != nil {
		return Retention{}, err
	}
	f, _, row, err := d.factsOf(ctx, tx, id, now, now, holds)
	if err != nil {
		return Retention{}, err
	}
	return standingAt(&f, row, now), nil
}

// standingAt is where a record stands by what is known of it.
func standingAt(f *retention.Facts, row register.Row[Keeping], now time.Time) Retention {
	held := f.Held(now)
	return Retention{
		Record: f.Record, Standing: f.Standing, Ruled: f.Standing.Action != "", Holds: held, Keeping: row.Value, Rev: row.Rev + 1,
		Carried: slices.DeleteFunc(f.Carried, func(c retention.Carried) bool {
			return !slices.ContainsFunc(held, func(h retention.Hold) bool { return h.ID == c.Hold })
		}),
	}
}

// DueRecords returns a page of the records whose time is over and with which something
// may be done, by id, with the holds that stand against it. A page may be short or
// empty: only next says whether there is more. Nothing happens to them by itself.
func (d *Desk) DueRecords(ctx context.Context, tenant, after string, limit int) (page []Retention, next string, err error) {
	now := d.now()
	today := retention.DateOf(now, d.cfg.Office.Zone)
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		holds, err := everyHold(ctx, tx)
		if err != nil {
			return err
		}
		rows, more, err := filings().List(ctx, tx, register.Query{After: after, Limit: limit})
		if err != nil {
			return err
		}
		page, next = nil, more
		for i := range rows {
			f, _, keeping, err := d.factsOf(ctx, tx, rows[i].Value.Record, now, now, holds)
			if err != nil {
				return err
			}
			if f.Standing.DueOn(today) && keeping.Value.Stone == nil {
				page = append(page, standingAt(&f, keeping, now))
			}
		}
		return nil
	})
	return page, next, err
}

// factsOf is what a decision about the end of a record rests on, each sheet read by
// id; the holds are a list, which the caller has to guard. The phase is the one that
// runs. Holds that come to the record over references are those that stood since a time.
func (d *Desk) factsOf(
	ctx context.Context, tx Tx, id archive.RecordID, now, since time.Time, holds []retention.Hold,
) (retention.Facts, retention.Phase, register.Row[Keeping], error) {
	row, r, err := filingOf(ctx, tx, id)
	if err != nil {
		return retention.Facts{}, retention.Phase{}, register.Row[Keeping]{}, err
	}
	keeping, _, err := lookup(ctx, tx, keepings(), string(id))
	if err != nil {
		return retention.Facts{}, retention.Phase{}, keeping, err
	}
	f, err := describe(ctx, tx, &row.Value, &r)
	if err != nil {
		return f, retention.Phase{}, keeping, err
	}
	f.Holds = holds
	if f.Carried, err = carriedTo(ctx, tx, &f, &r, holds, since); err != nil {
		return f, retention.Phase{}, keeping, err
	}
	var phase retention.Phase
	if f.Standing, phase, err = d.standing(ctx, tx, &row.Value, &r, &keeping.Value, f.Stops(d.cfg.Office), now); err != nil {
		return f, phase, keeping, err
	}
	phase, err = d.together(ctx, tx, &f, phase, &r, now)
	return f, phase, keeping, err
}

// standing is where a record stands by itself, and the phase that runs.
func (d *Desk) standing(
	ctx context.Context, tx Tx, f *fileplan.Filing, r *archive.Record, k *Keeping, stops []retention.Stop, now time.Time,
) (retention.Standing, retention.Phase, error) {
	rules, err := d.rulesOf(ctx, tx, f)
	if err != nil {
		return retention.Standing{}, retention.Phase{}, err
	}
	facts := slices.Concat(k.Facts, []retention.Fact{{Trigger: TriggerFiled, At: r.Filed}, {Trigger: TriggerDated, At: r.Dated}})
	if !f.Declared.IsZero() {
		facts = append(facts, retention.Fact{Trigger: TriggerDeclared, At: f.Declared})
	}
	closed, err := closing(ctx, tx, f.Aggregation)
	if err != nil {
		return retention.Standing{}, retention.Phase{}, err
	}
	if !closed.IsZero() {
		facts = append(facts, retention.Fact{Trigger: TriggerClosed, At: closed})
	}
	standing, phase, _ := retention.InForce(d.cfg.Office, rules, retention.DateOf(now, d.cfg.Office.Zone), facts, stops, k.Reviewed)
	return standing, phase, nil
}

// describe is a record as holds look at it: its class, the aggregations it is in from
// the inmost, and its fields.
func describe(ctx context.Context, tx Tx, f *fileplan.Filing, r *archive.Record) (retention.Facts, error) {
	out := retention.Facts{
		Record: r.ID, Digest: f.Current(), Contents: f.Contents(), Class: f.Class,
		Fields: map[string]string{FieldSubject: string(r.Subject), FieldKind: string(r.Kind)},
	}
	for name, value := range f.Fields {
		if _, taken := out.Fields[name]; !taken {
			out.Fields[name] = value
		}
	}
	above, err := aggregationsFrom(ctx, tx, f.Aggregation)
	for id := f.Aggregation; id != "" && len(out.Aggregations) <= len(above); id = above[id].Parent {
		out.Aggregations = append(out.Aggregations, id)
	}
	return out, err
}

// closing is when the aggregation was closed that a record is in, or the nearest one
// above it that is.
func closing(ctx context.Context, tx Tx, id string) (time.Time, error) {
	above, err := aggregationsFrom(ctx, tx, id)
	for ; err == nil && id != ""; id = above[id].Parent {
		if closed := above[id].Closed; !closed.IsZero() {
			return closed, nil
		}
	}
	return time.Time{}, err
}
