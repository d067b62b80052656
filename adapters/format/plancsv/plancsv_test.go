package plancsv_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/plancsv"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

func day(s string) schedule.Date {
	d, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

// faults are the problems as line, field and code.
func faults(r plancsv.Report) []string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%d %s %s", p.Line, p.Field, p.Code))
	}
	return out
}

func TestItems(t *testing.T) {
	t.Parallel()
	text := "\xef\xbb\xbfPart No;Description;UoM;Safety Stock;Vendor;Lead Time (days);MOQ;Price;Colour\r\n" +
		"HNG-1;\"Hinge; left\";pc;10;acme;15;5;250;red\r\n" +
		"HNG-1;;;;bolt & co;20;;;\r\n" +
		"NUT-2;M\xfcller nut;pc;;;;;;\r\n" +
		";;;;;;;;\r\n" +
		"BAD-1;x;pc;1.000;acme;;;;\r\n" +
		"BAD-2;x;pc;-1;acme;5;;;\r\n" +
		"HNG-1;Hinge right;pc;;third;3;;;\r\n" +
		"NUT-2;M\xfcller nut;pc;;;;;;\r\n" +
		"a;b;c;d;e;f;g;h;i;j\r\n"
	items, sources, report, err := plancsv.Items(strings.NewReader(text), plancsv.Options{})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]supply.Item{{ID: "HNG-1", Name: "Hinge; left", Unit: "pc", SafetyStock: 10}, {ID: "NUT-2", Name: "Müller nut", Unit: "pc"}}, items))
	require.Empty(t, cmp.Diff([]supply.Source{
		{Item: "HNG-1", Supplier: "acme", LeadDays: 15, Minimum: 5, UnitCost: 250}, {Item: "HNG-1", Supplier: "bolt & co", LeadDays: 20},
	}, sources))
	require.Equal(t, []string{
		"6 safety stock invalid", "6 lead days required", "7 safety stock out_of_range", "8 name duplicate", "9 item duplicate", "10  damaged",
	}, faults(report))
	require.Equal(t, []string{"Colour"}, report.Ignored)
	require.Equal(t, 8, report.Rows)
	require.Equal(t, 3, report.Read)
	require.Equal(t, 2, report.Recoded)
	require.Equal(t, "Vendor", report.Columns["supplier"])
}

func TestStock(t *testing.T) {
	t.Parallel()
	lots, report, err := plancsv.Stock(strings.NewReader(
		"item,quantity,place,lot,expires,blocked\nA,5,dock,L1,31.12.2026,\nA,7,dock,,,yes\nA,1,dock,,,\nB,,x,L2,,\nB,1,x,L3,2026-01-01,maybe\n"),
		plancsv.Options{Layout: "02.01.2006", Columns: map[string]string{"lot": "#4"}})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]supply.Lot{
		{ID: "L1", Item: "A", Place: "dock", Quantity: 5, Expires: day("2026-12-31")}, {ID: "A@dock", Item: "A", Place: "dock", Quantity: 7, Quarantined: true},
	}, lots))
	require.Equal(t, []string{"4 item duplicate", "5 quantity required", "6 expires invalid", "6 quarantined invalid"}, faults(report))
}

func TestPeople(t *testing.T) {
	t.Parallel()
	people, report, err := plancsv.People(strings.NewReader(
		"person,department,skills,skill,level,valid from,valid to\n"+
			"ann,plant,welding:2@2026-01-01..2026-12-31 | crane,,,,\n"+
			"bob,,,welding,1,,2026-06-30\nbob,,,crane,3,,\nbob,other,,crane,4,,\nbob,,,crane,3,,\n"+
			"cyd,,welding:x,,,,\ndee,,,welding,1,2026-02-01,2026-01-01\neve,,,,2,,\n"), plancsv.Options{})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]staff.Person{
		{ID: "ann", Department: "plant", Skills: []staff.Skill{{Name: "welding", Level: 2, From: day("2026-01-01"), To: day("2026-12-31")}, {Name: "crane"}}},
		{ID: "bob", Skills: []staff.Skill{{Name: "welding", Level: 1, To: day("2026-06-30")}, {Name: "crane", Level: 3}}},
	}, people))
	require.Equal(t, []string{
		"5 department duplicate", "6 skill duplicate", "7 skills invalid", "8 skill invalid", "9 skill required",
	}, faults(report))
}

func TestAttendance(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	text := "employee,leave type,status,date,half day,from,to\n" +
		"ann,Leave,approved,2026-03-02,morning,,\nann,leave,,,,2026-03-03 08:00,2026-03-03 12:00\n" +
		"ann,holiday,,2026-03-02,,,\nbob,sick,maybe,2026-03-02,,,\nbob,sick,,,,2026-03-04 08:00,2026-03-03 08:00\nbob,sick,,,,,\nbob,sick,,2026-03-02,,2026-03-02 08:00,\n" +
		"ann,Leave,approved,2026-03-02,morning,,\n"
	records, report, err := plancsv.Attendance(strings.NewReader(text), plancsv.Options{Zone: berlin})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]staff.Record{
		{ID: "ann/leave/2026-03-02/morning/approved", Person: "ann", Kind: staff.Leave, State: staff.Approved, Date: day("2026-03-02"), Part: "morning"},
		{
			ID: "ann/leave/20260303T070000Z-20260303T110000Z//recorded", Person: "ann", Kind: staff.Leave, State: staff.Recorded,
			Interval: schedule.Interval{Start: at("2026-03-03 07:00"), Finish: at("2026-03-03 11:00")},
		},
	}, records))
	require.Equal(t, []string{
		"4 kind unknown", "5 state unknown", "6 finish invalid", "7 start required", "8 date invalid", "9 record duplicate",
	}, faults(report))

	_, report, err = plancsv.Attendance(strings.NewReader(text), plancsv.Options{})
	require.NoError(t, err)
	require.Contains(t, faults(report), "3 start invalid", "a time without a zone is not guessed")
}

func TestActivities(t *testing.T) {
	t.Parallel()
	activities, relations, report, err := plancsv.Activities(strings.NewReader(
		"id,name,kind,duration,predecessors,start,finish,deadline,materials,people,documents,approvals\n"+
			"a,Dig,task,40h,,2026-03-02T08:00:00+01:00,2026-03-06T16:00:00+01:00,,cable:500@dock | pipe:3,weld:2*3 handover; crane,PLAN-1=met,\n"+
			"b,Lay,,PT16H,a SS +8h elapsed,,,,,,,APR-1@2026-03-01T00:00:00Z/2026-02-20T00:00:00Z\n"+
			"c,,milestone,,a; b FS -2h working site one,,,,,,,\n"+
			"d,,,,zz,,,,,,,\ne,,,,d FF,,,,,,,\nf,,,,a SS 8h,,,,,,,\ng,,phase,5 days,,,,,cable,weld*0,,APR@soon\n"), plancsv.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{
		"7 predecessors invalid", "8 duration invalid", "8 kind unknown", "8 materials invalid", "8 people invalid", "8 approvals invalid",
		"5 predecessors unknown", "6 predecessors unknown",
	}, faults(report))
	require.Equal(t, 3, report.Read)
	require.Len(t, activities, 3)
	require.Empty(t, cmp.Diff(schedule.Activity{
		ID: "a", Name: "Dig", Duration: 40 * time.Hour, Planned: schedule.Dates{Start: at("2026-03-02 07:00"), Finish: at("2026-03-06 15:00")},
		Needs: []schedule.Requirement{
			{Material: &schedule.Material{Item: "cable", Quantity: 500, Place: "dock"}},
			{Material: &schedule.Material{Item: "pipe", Quantity: 3}},
			{Staff: &schedule.Staff{Skill: "weld", Level: 2, Count: 3, Handover: true}},
			{Staff: &schedule.Staff{Skill: "crane", Count: 1}},
			{Prerequisite: &schedule.Prerequisite{Kind: schedule.Document, Ref: "PLAN-1", Met: true}},
		},
	}, activities[0]))
	require.Empty(t, cmp.Diff([]schedule.Relation{
		{From: "a", To: "b", Kind: schedule.StartStart, Lag: schedule.Lag{Time: 8 * time.Hour, In: schedule.Elapsed}},
		{From: "a", To: "c"},
		{From: "b", To: "c", Lag: schedule.Lag{Time: -2 * time.Hour, In: schedule.Working, Calendar: "site one"}},
	}, relations))
}

// TestRefusedWhole: what makes a whole table unreadable is an error, not silence.
func TestRefusedWhole(t *testing.T) {
	t.Parallel()
	for text, options := range map[string]plancsv.Options{
		"":                              {},
		"colour,size\nred,1\n":          {},
		"item,Item\nA,B\n":              {},
		"item,name\nA,B\n":              {Columns: map[string]string{"name": "Title"}},
		"item,label\nA,B\n":             {Columns: map[string]string{"label": "label"}},
		"part,description,x\n1,2,3\n":   {Columns: map[string]string{"name": "part"}},
		"\"item\n":                      {},
		"\x1f\x8b\x08broken":            {},
		strings.Repeat("x,", 2000) + "": {},
	} {
		_, _, _, err := plancsv.Items(strings.NewReader(text), options)
		require.ErrorIs(t, err, plancsv.ErrFormat, "%q", text)
	}
	_, _, err := plancsv.Stock(io.MultiReader(strings.NewReader("item,quantity\n"), iotest.ErrReader(io.ErrClosedPipe)), plancsv.Options{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestDamagedRows(t *testing.T) {
	t.Parallel()
	items, _, report, err := plancsv.Items(strings.NewReader("item,name\nA,x\nB,\"y\"z\"\nC,ok\nD,\"never\nE,closed\n"), plancsv.Options{})
	require.NoError(t, err)
	require.Len(t, items, 2)
	require.Equal(t, []string{"3  damaged", "5  damaged"}, faults(report))
	require.Contains(t, report.Problems[1].Text, "the lines up to 6 were not read")

	var many strings.Builder
	many.WriteString("item\n")
	for range 1500 {
		many.WriteString("A\n")
	}
	_, _, report, err = plancsv.Items(strings.NewReader(many.String()), plancsv.Options{})
	require.NoError(t, err)
	require.Len(t, report.Problems, 1000)
	require.Equal(t, 499, report.More)
}

func anyTime(t *rapid.T, name string) time.Time {
	if rapid.Bool().Draw(t, name+" none") {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), 0).UTC()
}

func anyPlan(t *rapid.T) schedule.Plan {
	id := rapid.StringMatching(`[A-Za-zä,"'=@:+*#][A-Za-z0-9ä ,"'/+-]{0,8}[a-z]`)
	var p schedule.Plan
	seen := make(map[string]bool)
	for range rapid.IntRange(1, 6).Draw(t, "activities") {
		name := id.Draw(t, "id")
		if seen[name] {
			continue
		}
		seen[name] = true
		a := schedule.Activity{
			ID: name, Name: rapid.StringMatching(`[a-z;|\n",ß ]{0,9}[a-z]`).Draw(t, "name"),
			Duration: time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "duration")).Truncate(time.Microsecond), Solid: rapid.Bool().Draw(t, "solid"),
			Priority: rapid.IntRange(-9, 9).Draw(t, "priority"),
			StartBy:  schedule.Bounds{NotBefore: anyTime(t, "not before")}, FinishBy: schedule.Bounds{NotAfter: anyTime(t, "deadline")},
			Actual: schedule.Actual{Start: anyTime(t, "actual"), Cancelled: rapid.Bool().Draw(t, "cancelled")},
		}
		a.Name = strings.TrimSpace(a.Name)
		if s := anyTime(t, "planned"); !s.IsZero() {
			a.Planned = schedule.Dates{Start: s, Finish: s.Add(time.Hour)}
		}
		for range rapid.IntRange(0, 2).Draw(t, "materials") {
			a.Needs = append(a.Needs, schedule.Requirement{Material: &schedule.Material{
				Item: rapid.StringMatching(`[a-z:][a-z:@]{0,5}[a-z]`).Draw(t, "item"), Quantity: rapid.Int64Range(1, 1<<40).Draw(t, "quantity"), Place: rapid.SampledFrom([]string{"", "dock 1"}).Draw(t, "place"),
			}})
		}
		for range rapid.IntRange(0, 2).Draw(t, "people") {
			a.Needs = append(a.Needs, schedule.Requirement{Staff: &schedule.Staff{
				Skill: id.Draw(t, "skill"), Level: rapid.IntRange(0, 3).Draw(t, "level"), Count: rapid.IntRange(1, 9).Draw(t, "count"), Handover: rapid.Bool().Draw(t, "handover"),
			}})
		}
		for _, kind := range []schedule.PrerequisiteKind{schedule.Document, schedule.Approval} {
			x := schedule.Prerequisite{Kind: kind, Ref: rapid.StringMatching(`[a-z]{1,3}[:/][a-z]`).Draw(t, "ref"), Met: rapid.Bool().Draw(t, "met")}
			if !x.Met {
				x.ExpectedBy = anyTime(t, "expected")
				if !x.ExpectedBy.IsZero() {
					x.ActBy = anyTime(t, "act by")
				}
			}
			a.Needs = append(a.Needs, schedule.Requirement{Prerequisite: &x})
		}
		p.Activities = append(p.Activities, a)
	}
	for i := range p.Activities {
		for k := range i {
			if rapid.IntRange(0, 2).Draw(t, "related") == 0 {
				r := schedule.Relation{From: p.Activities[k].ID, To: p.Activities[i].ID, Kind: schedule.Kind(rapid.IntRange(0, 3).Draw(t, "kind"))}
				if lag := rapid.Int64Range(-9, 9).Draw(t, "lag"); lag != 0 {
					r.Lag = schedule.Lag{Time: time.Duration(lag) * time.Minute, In: schedule.Working, Calendar: rapid.SampledFrom([]string{"", "site a"}).Draw(t, "lag calendar")}
				}
				p.Relations = append(p.Relations, r)
			}
		}
	}
	return p
}

// TestRoundTrip: what is written is read back, or its writing is refused.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := anyPlan(rt)
		var b bytes.Buffer
		dropped, err := plancsv.WriteActivities(&b, &p)
		require.NoError(rt, err)
		require.Empty(rt, dropped)
		activities, relations, report, err := plancsv.Activities(&b, plancsv.Options{})
		require.NoError(rt, err)
		require.Empty(rt, report.Problems)
		require.Empty(rt, report.Ignored)
		require.Empty(rt, cmp.Diff(p.Activities, activities))
		require.Empty(rt, cmp.Diff(p.Relations, relations))
	})
}

func TestWriteReports(t *testing.T) {
	t.Parallel()
	p := schedule.Plan{
		Start: at("2026-03-02 08:00"), Calendar: "c", Calendars: []schedule.Calendar{{ID: "c"}}, Frozen: time.Hour, Baselines: []schedule.Baseline{{Name: "B1"}},
		Activities: []schedule.Activity{{ID: "a", Needs: []schedule.Requirement{{Staff: &schedule.Staff{Skill: "x", Count: 1}}, {Material: &schedule.Material{Item: "i", Quantity: 1}}}}},
	}
	dropped, err := plancsv.WriteActivities(io.Discard, &p)
	require.NoError(t, err)
	require.Len(t, dropped, 6)
	p.Activities[0].Needs[0].Staff.Skill = "x|y"
	_, err = plancsv.WriteActivities(io.Discard, &p)
	require.ErrorIs(t, err, plancsv.ErrUnwritable)
	p.Activities[0] = schedule.Activity{ID: "a", Name: " blank"}
	_, err = plancsv.WriteActivities(io.Discard, &p)
	require.ErrorIs(t, err, plancsv.ErrUnwritable)
	p.Activities[0].Name = ""
	_, err = plancsv.WriteActivities(failing{}, &p)
	require.ErrorIs(t, err, io.ErrShortWrite)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// FuzzRead: every row is read or reported, nothing panics, and what is valid for
// the rooms is what comes out.
func FuzzRead(f *testing.F) {
	f.Add([]byte("item,quantity,person,kind,activity\nA,1,p,leave,x\n"))
	f.Add([]byte("\xff\xfei\x00t\x00e\x00m\x00\n\x00A\x00"))
	f.Add([]byte("activity;predecessors;materials;people;approvals\na;;i:1@p;s:1*2 handover;A@2026-03-04T08:00:00Z\nb;\"a SS +8h elapsed\";;;\n"))
	f.Add([]byte("person,skills,date,kind,start,finish\np,\"w:2@2026-01-01..\",2026-03-02,sick,,\n"))
	f.Add([]byte("item,name\n\"A,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := plancsv.Options{Zone: time.UTC}
		check := func(n int, r plancsv.Report, err error) {
			if err != nil {
				require.ErrorIs(t, err, plancsv.ErrFormat)
				return
			}
			require.LessOrEqual(t, n, r.Read)
			require.LessOrEqual(t, r.Read, r.Rows)
			require.True(t, r.Read == r.Rows || len(r.Problems) > 0, "%+v", r)
		}
		items, sources, r, err := plancsv.Items(bytes.NewReader(data), o)
		check(len(items), r, err)
		require.NoError(t, (&supply.Book{Items: withoutAlternates(items), Sources: sources}).Validate())
		lots, r, err := plancsv.Stock(bytes.NewReader(data), o)
		check(len(lots), r, err)
		people, r, err := plancsv.People(bytes.NewReader(data), o)
		check(len(people), r, err)
		for i := range people {
			people[i].Calendar = ""
		}
		require.NoError(t, (&staff.Roster{People: people}).Validate())
		records, r, err := plancsv.Attendance(bytes.NewReader(data), o)
		check(len(records), r, err)
		activities, relations, r, err := plancsv.Activities(bytes.NewReader(data), o)
		check(len(activities), r, err)
		p := schedule.Plan{Activities: activities, Relations: relations}
		if _, err := plancsv.WriteActivities(io.Discard, &p); err != nil {
			require.ErrorIs(t, err, plancsv.ErrUnwritable)
		}
	})
}

func withoutAlternates(items []supply.Item) []supply.Item {
	for i := range items {
		items[i].Alternates = nil
	}
	return items
}

func ExampleStock() {
	lots, report, err := plancsv.Stock(strings.NewReader("Material;Qty;Warehouse\nHNG-1;40;dock\nNUT-2;1.000;dock\n"), plancsv.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(lots[0].Item, lots[0].Quantity)
	for _, p := range report.Problems {
		fmt.Printf("line %d, %s %q: %s\n", p.Line, p.Field, p.Value, p.Text)
	}
	// Output:
	// HNG-1 40
	// line 3, quantity "1.000": is no whole number: write digits alone, without separators, in the smallest unit
}
