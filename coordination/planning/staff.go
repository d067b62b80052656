package planning

import (
	"context"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

// StaffTerms are what holds for all people of an office.
type StaffTerms struct {
	Calendar  string              `json:"calendar,omitempty"` // of the office; lead times count its open days
	Calendars []schedule.Calendar `json:"calendars,omitempty"`
	Parts     []staff.DayPart     `json:"parts,omitempty"`
	Remedies  []staff.Remedy      `json:"remedies,omitempty"`
}

// Person is somebody who can be assigned, with what else takes his or her time.
type Person struct {
	staff.Person

	Bookings []schedule.Interval `json:"bookings,omitempty"`
}

func staffBook() register.Register[StaffTerms] { return register.Register[StaffTerms]{Book: BookStaff} }

func personBook() register.Register[Person] {
	return register.Register[Person]{Book: BookPerson, Keys: func(p Person) []register.Key {
		keys := []register.Key{{Name: "department", Value: p.Department}}
		for _, s := range p.Skills {
			if len(keys) < register.MaxKeys {
				keys = append(keys, register.Key{Name: "skill", Value: s.Name})
			}
		}
		return keys
	}}
}

func attendanceBook() register.Register[staff.Record] {
	return register.Register[staff.Record]{Book: BookAttendance, Keys: func(r staff.Record) []register.Key {
		return []register.Key{{Name: "person", Value: r.Person}}
	}}
}

// Staff returns the terms that hold for all people and their revision.
func (s *Service) Staff(ctx context.Context, tenant string) (StaffTerms, int64, error) {
	row, err := view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[StaffTerms], error) {
		return guard(ctx, tx, staffBook(), guardStaff)
	})
	return row.Value, row.Rev, err
}

// ConfigureStaff sets the terms that hold for all people. Calendars and parts of
// the day that people and records name must stay. Errors:
// *schedule.ValidationError.
func (s *Service) ConfigureStaff(ctx context.Context, tenant, by string, rev int64, terms StaffTerms) (int64, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (int64, error) {
		if err := stamp.check(); err != nil {
			return 0, err
		}
		row, err := guard(ctx, tx, staffBook(), guardStaff)
		if err != nil {
			return 0, err
		}
		if err := seen(&row, BookStaff, rev); err != nil {
			return 0, err
		}
		row.Value = terms
		roster, err := loadRoster(ctx, tx, &row.Value)
		if err != nil {
			return 0, err
		}
		if _, err := staff.Compile(roster); err != nil {
			return 0, err
		}
		ev, err := stamp.event("configured", terms)
		if err != nil {
			return 0, err
		}
		stored, err := staffBook().Put(ctx, tx, row, ev)
		return stored.Rev, err
	})
}

// PutPeople puts people in the place of those of the same id, or adds them, all or
// none. Errors: *schedule.ValidationError.
func (s *Service) PutPeople(ctx context.Context, tenant, by string, people []Person) error {
	stamp := s.Stamp(by)
	return s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx register.Tx) error { return s.PutPeopleTx(ctx, tx, stamp, people) })
}

// PutPeopleTx is PutPeople inside the caller's transaction.
func (s *Service) PutPeopleTx(ctx context.Context, tx register.Tx, stamp Stamp, people []Person) error {
	_, err := s.putPeople(ctx, tx, stamp, people, 0)
	return err
}

// PutPerson puts one person, at the revision that was seen, and returns the new
// one.
func (s *Service) PutPerson(ctx context.Context, tenant, by string, rev int64, p Person) (int64, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (int64, error) {
		return s.putPeople(ctx, tx, stamp, []Person{p}, rev)
	})
}

func (s *Service) putPeople(ctx context.Context, tx register.Tx, stamp Stamp, people []Person, rev int64) (int64, error) {
	if err := stamp.check(); err != nil {
		return 0, err
	}
	held, err := guard(ctx, tx, staffBook(), guardStaff)
	if err != nil {
		return 0, err
	}
	if err := checkPeople(&held.Value, people); err != nil {
		return 0, err
	}
	last := int64(0)
	for i := range people {
		row, err := find(ctx, tx, personBook(), people[i].ID)
		if err != nil {
			return 0, err
		}
		if err := seen(&row, BookPerson, rev); err != nil {
			return 0, err
		}
		row.Value = people[i]
		ev, err := stamp.event("put", people[i])
		if err != nil {
			return 0, err
		}
		if row, err = personBook().Put(ctx, tx, row, ev); err != nil {
			return 0, err
		}
		last = row.Rev
	}
	return last, release(ctx, tx, staffBook(), held)
}

// checkPeople checks people by themselves: nothing of a person depends on others.
func checkPeople(terms *StaffTerms, people []Person) error {
	r := &staff.Roster{Calendar: terms.Calendar, Calendars: terms.Calendars, Parts: terms.Parts}
	f := &schedule.Faults{}
	for i := range people {
		if n := len(people[i].ID); n > register.MaxID {
			f.Addf(fmt.Sprintf("/people/%d/id", i), "out_of_range", "is longer than %d bytes", register.MaxID)
		}
		r.People = append(r.People, people[i].Person)
		r.Bookings = append(r.Bookings, bookings(&people[i])...)
	}
	return errors.Join(f.Err(), r.Validate())
}

func bookings(p *Person) []staff.Booking {
	out := make([]staff.Booking, len(p.Bookings))
	for i, x := range p.Bookings {
		out[i] = staff.Booking{Person: p.ID, Interval: x}
	}
	return out
}

// Person returns a person, or register.ErrNotFound.
func (s *Service) Person(ctx context.Context, tenant, id string) (register.Row[Person], error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[Person], error) {
		return personBook().Get(ctx, tx, id)
	})
}

// People returns a page of the people by id, or of those with a skill.
func (s *Service) People(ctx context.Context, tenant, skill, after string, limit int) ([]register.Row[Person], string, error) {
	q := register.Query{After: after, Limit: limit}
	if skill != "" {
		q.Key = "skill"
		q = q.Only(skill)
	}
	return list(ctx, s, tenant, personBook(), q)
}

// RecordAttendance adds records of where people are, all or none. Records are
// never changed: one that is wrong is corrected by a later one that names it and
// says why. A record that is there already as it is given is passed over, so that
// the same table can be read twice. By and At are those of the command. Errors:
// *schedule.ValidationError, *schedule.RefusedError, schedule.ErrConflict; see
// staff.Append.
func (s *Service) RecordAttendance(ctx context.Context, tenant, by string, records []staff.Record) (added int, err error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (int, error) {
		return s.RecordAttendanceTx(ctx, tx, stamp, records)
	})
}

// RecordAttendanceTx is RecordAttendance inside the caller's transaction.
func (s *Service) RecordAttendanceTx(ctx context.Context, tx register.Tx, stamp Stamp, records []staff.Record) (added int, err error) {
	if err := stamp.check(); err != nil {
		return 0, err
	}
	held, err := guard(ctx, tx, staffBook(), guardStaff)
	if err != nil {
		return 0, err
	}
	of := make(map[string][]staff.Record)
	for i, r := range records {
		r.By, r.At = stamp.By, stamp.At
		if err := s.knownPerson(ctx, tx, r.Person, fmt.Sprintf("/records/%d/person", i)); err != nil {
			return 0, err
		}
		row, err := find(ctx, tx, attendanceBook(), r.ID)
		if err != nil {
			return 0, err
		}
		if row.Rev != 0 && sameRecord(row.Value, r) {
			continue
		}
		if _, ok := of[r.Person]; !ok {
			if of[r.Person], err = recordsOf(ctx, tx, r.Person); err != nil {
				return 0, err
			}
		}
		if row.Rev != 0 { // somebody else's record, or another content under the id
			return 0, fmt.Errorf("%w: attendance record %q is there already and says otherwise: correct it by another one", schedule.ErrConflict, r.ID)
		}
		if of[r.Person], err = staff.Append(of[r.Person], r, held.Value.Parts); err != nil {
			return 0, err
		}
		row.Value = r
		ev, err := stamp.event("recorded", r)
		if err != nil {
			return 0, err
		}
		if _, err := attendanceBook().Put(ctx, tx, row, ev); err != nil {
			return 0, err
		}
		added++
	}
	if added == 0 {
		return 0, nil
	}
	return added, release(ctx, tx, staffBook(), held)
}

func (s *Service) knownPerson(ctx context.Context, tx register.Tx, id, at string) error {
	if id == "" {
		return invalidf(at, "required", "says who")
	}
	row, err := find(ctx, tx, personBook(), id)
	if err == nil && row.Rev == 0 {
		err = invalidf(at, "unknown", "names nobody of the office: %q", id)
	}
	return err
}

// sameRecord compares what records say, not who wrote them when.
func sameRecord(a, b staff.Record) bool {
	return a.Person == b.Person && a.Kind == b.Kind && a.State == b.State && a.Date == b.Date && a.Part == b.Part &&
		a.Start.Equal(b.Start) && a.Finish.Equal(b.Finish) && a.Corrects == b.Corrects && a.Void == b.Void && a.Reason == b.Reason
}

// recordsOf reads the attendance of one person.
func recordsOf(ctx context.Context, tx register.Tx, person string) ([]staff.Record, error) {
	rows, err := all(ctx, tx, attendanceBook(), register.Query{Key: "person"}.Only(person))
	out := make([]staff.Record, len(rows))
	for i := range rows {
		out[i] = rows[i].Value
	}
	return out, err
}

// Attendance returns a page of the records of a person, by id.
func (s *Service) Attendance(ctx context.Context, tenant, person, after string, limit int) ([]staff.Record, string, error) {
	q := register.Query{Key: "person", After: after, Limit: limit}
	rows, next, err := list(ctx, s, tenant, attendanceBook(), q.Only(person))
	var out []staff.Record
	for i := range rows {
		out = append(out, rows[i].Value)
	}
	return out, next, err
}

// loadRoster reads everything that is known of people; the guard is read before.
func loadRoster(ctx context.Context, tx register.Tx, terms *StaffTerms) (*staff.Roster, error) {
	r := &staff.Roster{Calendar: terms.Calendar, Calendars: terms.Calendars, Parts: terms.Parts, Remedies: terms.Remedies}
	people, err := all(ctx, tx, personBook(), register.Query{})
	if err != nil {
		return nil, err
	}
	for i := range people {
		r.People = append(r.People, people[i].Value.Person)
		r.Bookings = append(r.Bookings, bookings(&people[i].Value)...)
	}
	records, err := all(ctx, tx, attendanceBook(), register.Query{})
	for i := range records {
		r.Attendance = append(r.Attendance, records[i].Value)
	}
	return r, err
}
