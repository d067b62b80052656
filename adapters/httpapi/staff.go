package httpapi

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

func rowOf[T any](id string, rev int64, v T) register.Row[T] {
	return register.Row[T]{ID: id, Rev: rev, Value: v}
}

// GetStaff returns what holds for all people.
func (a *api) GetStaff(ctx context.Context, _ GetStaffRequestObject) (GetStaffResponseObject, error) {
	terms, rev, err := a.desk.Planning().Staff(ctx, principalOf(ctx).Tenant)
	return GetStaff200JSONResponse{Body: staffTermsTo(terms), Headers: GetStaff200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// ConfigureStaff sets it.
func (a *api) ConfigureStaff(ctx context.Context, in ConfigureStaffRequestObject) (ConfigureStaffResponseObject, error) {
	var r planReader
	terms := r.staffTerms(*in.Body)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	rev, err := a.desk.Planning().ConfigureStaff(ctx, p.Tenant, p.Actor.ID, termsRev(in.Params.IfMatch), terms)
	return ConfigureStaff200JSONResponse{Body: staffTermsTo(terms), Headers: ConfigureStaff200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// ListPeople lists people.
func (a *api) ListPeople(ctx context.Context, in ListPeopleRequestObject) (ListPeopleResponseObject, error) {
	page, next, err := a.desk.Planning().People(ctx, principalOf(ctx).Tenant, value(in.Params.Skill), value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListPeople200JSONResponse{Items: listed(page, personTo), NextPageToken: text(next)}, nil
}

// PutPeople puts people, all or none.
func (a *api) PutPeople(ctx context.Context, in PutPeopleRequestObject) (PutPeopleResponseObject, error) {
	var r planReader
	people := make([]planning.Person, len(in.Body.People))
	for i, x := range in.Body.People {
		people[i] = r.person(fmt.Sprintf("/people/%d", i), x)
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	err := a.desk.Planning().PutPeople(ctx, p.Tenant, p.Actor.ID, people)
	return PutPeople200JSONResponse{Stored: narrow(len(people))}, err
}

// GetPerson returns a person.
func (a *api) GetPerson(ctx context.Context, in GetPersonRequestObject) (GetPersonResponseObject, error) {
	row, err := a.desk.Planning().Person(ctx, principalOf(ctx).Tenant, in.ID)
	return GetPerson200JSONResponse{Body: personTo(row), Headers: GetPerson200ResponseHeaders{ETag: etagOf(row.Rev)}}, err
}

// PutPerson changes a person.
func (a *api) PutPerson(ctx context.Context, in PutPersonRequestObject) (PutPersonResponseObject, error) {
	var r planReader
	person := r.person("", *in.Body)
	if in.Body.ID != in.ID {
		r.faults.Addf("/id", codeInvalid, "must be that of the path")
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p, s := principalOf(ctx), a.desk.Planning()
	if _, err := s.Person(ctx, p.Tenant, in.ID); err != nil {
		return nil, err
	}
	rev, err := s.PutPerson(ctx, p.Tenant, p.Actor.ID, revOf(in.Params.IfMatch), person)
	return PutPerson200JSONResponse{Body: personTo(rowOf(in.ID, rev, person)), Headers: PutPerson200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// RecordAttendance adds records.
func (a *api) RecordAttendance(ctx context.Context, in RecordAttendanceRequestObject) (RecordAttendanceResponseObject, error) {
	var r planReader
	records := make([]staff.Record, len(in.Body.Records))
	for i, x := range in.Body.Records {
		records[i] = r.record(fmt.Sprintf("/records/%d", i), x)
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	n, err := a.desk.Planning().RecordAttendance(ctx, p.Tenant, p.Actor.ID, records)
	return RecordAttendance200JSONResponse{Stored: narrow(n)}, err
}

// ListAttendance lists the records of a person.
func (a *api) ListAttendance(ctx context.Context, in ListAttendanceRequestObject) (ListAttendanceResponseObject, error) {
	page, next, err := a.desk.Planning().Attendance(ctx, principalOf(ctx).Tenant, in.ID, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListAttendance200JSONResponse{Items: listed(page, recordOfPersonTo), NextPageToken: text(next)}, nil
}

func (r *planReader) staffTerms(in StaffTermsInput) planning.StaffTerms {
	out := planning.StaffTerms{Calendar: value(in.Calendar), Calendars: r.calendars(in.Calendars)}
	for i, x := range in.Parts {
		at := fmt.Sprintf("/parts/%d", i)
		out.Parts = append(out.Parts, staff.DayPart{Name: x.Name, From: r.clock(at+"/from", x.From), To: r.clock(at+"/to", x.To)})
	}
	out.Remedies = eachOf(in.Remedies, func(x StaffRemedyInput) staff.Remedy {
		return staff.Remedy{
			Kind: schedule.ActionKind(x.Kind), Skill: x.Skill, Level: int(value(x.Level)), From: value(x.From), People: int(value(x.People)),
			LeadDays: int(value(x.LeadDays)), Cost: value(x.Cost),
		}
	})
	return out
}

func staffTermsTo(t planning.StaffTerms) StaffTerms {
	return StaffTerms{
		Calendar: text(t.Calendar), Calendars: eachOf(t.Calendars, calendarTo),
		Parts: eachOf(t.Parts, func(p staff.DayPart) DayPart { return DayPart{Name: p.Name, From: p.From.String(), To: p.To.String()} }),
		Remedies: eachOf(t.Remedies, func(x staff.Remedy) StaffRemedy {
			return StaffRemedy{
				Kind: string(x.Kind), Skill: x.Skill, Level: optional(narrow(x.Level)), From: text(x.From), People: optional(narrow(x.People)),
				LeadDays: optional(narrow(x.LeadDays)), Cost: optional(x.Cost),
			}
		}),
	}
}

func (r *planReader) skills(at string, in []SkillInput) []staff.Skill {
	var out []staff.Skill
	for k, x := range in {
		p := fmt.Sprintf("%s/skills/%d", at, k)
		out = append(out, staff.Skill{Name: x.Name, Level: int(value(x.Level)), From: r.date(p+"/from", x.From), To: r.date(p+"/to", x.To)})
	}
	return out
}

func (r *planReader) person(at string, in PersonInput) planning.Person {
	return planning.Person{
		Person: staff.Person{
			ID: in.ID, Department: value(in.Department), Calendar: value(in.Calendar), Efficiency: int(value(in.Efficiency)), Skills: r.skills(at, in.Skills),
		},
		Bookings: eachOf(in.Bookings, func(x BookedTimeInput) schedule.Interval {
			return schedule.Interval{Start: moment(&x.Start), Finish: moment(&x.Finish)}
		}),
	}
}

func personTo(row register.Row[planning.Person]) Person {
	p := row.Value
	return Person{
		ID: p.ID, Rev: row.Rev, Department: text(p.Department), Calendar: text(p.Calendar), Efficiency: optional(narrow(p.Efficiency)),
		Skills: eachOf(p.Skills, func(s staff.Skill) Skill {
			return Skill{Name: s.Name, Level: optional(narrow(s.Level)), From: day(s.From), To: day(s.To)}
		}),
		Bookings: eachOf(p.Bookings, func(x schedule.Interval) BookedTime { return BookedTime{Start: x.Start, Finish: x.Finish} }),
	}
}

func (r *planReader) record(at string, x AttendanceRecordInput) staff.Record {
	return staff.Record{
		ID: x.ID, Person: x.Person, Kind: staff.Kind(x.Kind), State: staff.State(x.State), Date: r.date(at+"/date", x.Date), Part: value(x.Part),
		Interval: schedule.Interval{Start: moment(x.Start), Finish: moment(x.Finish)}, Corrects: value(x.Corrects), Void: value(x.Void), Reason: value(x.Reason),
	}
}

func recordOfPersonTo(r staff.Record) AttendanceRecord {
	return AttendanceRecord{
		ID: r.ID, Person: r.Person, Kind: string(r.Kind), State: string(r.State), Start: optionalTime(r.Start), Finish: optionalTime(r.Finish), Date: day(r.Date),
		Part: text(r.Part), Corrects: text(r.Corrects), Void: optional(r.Void), Reason: text(r.Reason), By: r.By, At: r.At,
	}
}
