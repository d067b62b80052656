package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// The plan is the launch of a cordless drill: eight modules made in three
// plants, six gates, and what goes round them.

const hour = time.Hour

// plants are the calendars: each has its own hours and holidays.
func plants() []schedule.Calendar {
	d := func(month time.Month, day int) schedule.Date { return schedule.DateOf(2026, month, day) }
	shift := func(from, to int) schedule.Shift {
		return schedule.Shift{From: schedule.At(from, 0), To: schedule.At(to, 0)}
	}
	leipzig := schedule.WorkWeek("leipzig", "Europe/Berlin", shift(7, 11), shift(12, 16)).
		Holidays("holiday", d(time.April, 3), d(time.April, 6), d(time.May, 1), d(time.May, 14), d(time.May, 25))
	leipzig.Exceptions = append(leipzig.Exceptions, schedule.Exception{From: d(time.August, 3), To: d(time.August, 7), Reason: "works holidays"})
	brno := schedule.WorkWeek("brno", "Europe/Prague", shift(6, 14), shift(14, 22)).
		Holidays("holiday", d(time.April, 3), d(time.April, 6), d(time.May, 1), d(time.May, 8), d(time.July, 6))
	suzhou := schedule.WorkWeek("suzhou", "Asia/Shanghai", shift(8, 12), shift(13, 17)).
		Holidays("holiday", d(time.April, 6), d(time.May, 1), d(time.May, 4), d(time.May, 5), d(time.June, 19))
	suzhou.Week[time.Saturday] = []schedule.Shift{shift(8, 12)}
	return []schedule.Calendar{leipzig, brno, suzhou}
}

// module is a part of the product with the plant that makes it and the skill
// its design takes.
type module struct {
	name, plant, design string
	parts               []string
}

func modules() []module {
	return []module{
		{"housing", "suzhou", "plastics", strings.Fields("shell-left shell-right grip-overmould belt-clip screw-set trigger-cover label vent-grille lens boss-insert seal bumper led-ring chuck-collar badge rail slide-switch hinge-pin spring foot")},
		{"motor", "brno", "electrical", strings.Fields("rotor stator magnet-set shaft bearing-front bearing-rear winding-wire end-cap fan commutator-ring sleeve thermal-pad hall-sensor lead-set clip varnish insulator balance-ring washer key")},
		{"gearbox", "brno", "mechanical", strings.Fields("sun-gear planet-set ring-gear carrier output-shaft clutch-plate detent-ball spring-pack grease cover dowel circlip torque-ring selector lock-ring needle-bearing thrust-washer gasket bolt shim")},
		{"battery", "suzhou", "electrical", strings.Fields("cell-21700 holder nickel-strip bms-board connector thermistor case-top case-bottom latch fuse foam-pad wire-loom insulation label-un38 screw fuel-gauge button gasket contact-plate tape")},
		{"charger", "suzhou", "electrical", strings.Fields("transformer pcb mosfet capacitor heatsink cable plug-eu plug-uk plug-us enclosure led terminal fan controller fuse varistor ferrite screw foot label")},
		{"electronics", "leipzig", "firmware", strings.Fields("mcu driver-ic pcb-main trigger-pot shunt connector-6p crystal regulator esd-array led-white solder-paste conformal-coat resistor-kit capacitor-kit flash-ic shield flex-cable buzzer debug-header mosfet-low")},
		{"chuck", "brno", "mechanical", strings.Fields("jaw-set sleeve body nut ratchet screw-left spring ring bearing cap grease collar insert washer pin lock clip shaft-adapter tool key")},
		{"packaging", "leipzig", "logistics", strings.Fields("carton insert-foam manual quick-guide case-blow divider tape pallet stretch-film barcode-label desiccant blister sleeve corner-guard sticker zip-bag hang-tag warranty-card shipper strap")},
	}
}

// step is what is done for every module, in this order.
type step struct {
	name     string
	days     int
	skill    string // empty is the module's own
	level    int
	people   int
	parts    int   // how many of the module's parts it takes
	quantity int64 // of each
	plant    bool  // done where the module is made, else in Leipzig
	gate     int   // that it leads to
}

func steps() []step {
	return []step{
		{name: "concept", days: 4, level: 2, people: 1, gate: 1},
		{name: "detailed design", days: 9, level: 2, people: 1, gate: 2},
		{name: "prototype parts", days: 6, skill: "toolmaking", level: 1, people: 1, parts: 6, quantity: 5, plant: true, gate: 2},
		{name: "prototype test", days: 4, skill: "testing", level: 1, people: 1, gate: 2},
		{name: "tool design", days: 6, skill: "toolmaking", level: 2, people: 1, gate: 3},
		{name: "tooling", days: 12, skill: "toolmaking", level: 2, people: 1, parts: 2, quantity: 2, plant: true, gate: 3},
		{name: "first articles", days: 4, skill: "production", level: 1, people: 2, parts: 12, quantity: 20, plant: true, gate: 3},
		{name: "measuring", days: 3, skill: "quality", level: 2, people: 1, gate: 3},
		{name: "process release", days: 2, skill: "quality", level: 2, people: 1, plant: true, gate: 4},
		{name: "pilot lot", days: 4, skill: "production", level: 1, people: 2, parts: 20, quantity: 200, plant: true, gate: 4},
		{name: "pilot audit", days: 2, skill: "quality", level: 1, people: 1, gate: 4},
	}
}

// extra is an activity of the product as a whole.
type extra struct {
	id, name, after string
	days            int
	skill           string
	level, people   int
	gate            int
	document        string // a document it needs, with the days from the start until it is there
	expected        int
	approval        string
}

func extras() []extra {
	return []extra{
		{id: "market-study", name: "market study", days: 10, skill: "marketing", level: 1, people: 1, gate: 1},
		{id: "requirements", name: "requirements", after: "market-study", days: 5, skill: "product", level: 2, people: 1, gate: 1, document: "SPEC-100 draft", expected: 8},
		{id: "patents", name: "patent search", days: 8, skill: "product", level: 1, people: 1, gate: 1},
		{id: "budget", name: "budget", after: "requirements", days: 2, skill: "product", level: 2, people: 1, gate: 1, approval: "AP-11 budget"},
		{id: "firmware-alpha", name: "firmware alpha", after: "G1", days: 15, skill: "firmware", level: 2, people: 2, gate: 2},
		{id: "system-proto", name: "system prototype", after: "M:prototype test", days: 5, skill: "testing", level: 2, people: 2, gate: 2},
		{id: "drop-test", name: "drop test", after: "system-proto", days: 3, skill: "testing", level: 2, people: 1, gate: 2},
		{id: "firmware-beta", name: "firmware beta", after: "G2", days: 15, skill: "firmware", level: 2, people: 2, gate: 3},
		{id: "suppliers", name: "supplier contracts", after: "G2", days: 10, skill: "purchasing", level: 2, people: 1, gate: 3, approval: "AP-23 contracts"},
		{id: "line-design", name: "line design", after: "G2", days: 8, skill: "production", level: 2, people: 1, gate: 3},
		{id: "line-build", name: "line building", after: "line-design", days: 12, skill: "toolmaking", level: 1, people: 2, gate: 3},
		{id: "emc", name: "EMC test", after: "G3", days: 5, skill: "certification", level: 2, people: 1, gate: 4, document: "TR-7 test plan", expected: 95},
		{id: "safety", name: "safety certificate", after: "G3", days: 15, skill: "certification", level: 2, people: 1, gate: 4, document: "DOC-31 risk file", expected: 100},
		{id: "un38", name: "battery transport test", after: "G3", days: 12, skill: "certification", level: 1, people: 1, gate: 4},
		{id: "firmware-rc", name: "firmware release", after: "G3", days: 10, skill: "firmware", level: 3, people: 1, gate: 4},
		{id: "endurance", name: "endurance test", after: "G3", days: 20, skill: "testing", level: 1, people: 1, gate: 4},
		{id: "line-ramp", name: "line run-in", after: "G3", days: 8, skill: "production", level: 2, people: 2, gate: 4},
		{id: "manual", name: "manual in nine languages", after: "G3", days: 15, skill: "documentation", level: 1, people: 1, gate: 5},
		{id: "photos", name: "photographs", after: "G3", days: 4, skill: "marketing", level: 1, people: 1, gate: 5},
		{id: "campaign", name: "campaign", after: "photos", days: 15, skill: "marketing", level: 2, people: 2, gate: 5},
		{id: "web", name: "product pages", after: "photos", days: 8, skill: "marketing", level: 1, people: 1, gate: 5},
		{id: "sales-training", name: "sales training", after: "G4", days: 4, skill: "sales", level: 2, people: 2, gate: 5},
		{id: "service-training", name: "service training", after: "G4", days: 5, skill: "service", level: 2, people: 1, gate: 5},
		{id: "spares", name: "spare parts stock", after: "G4", days: 6, skill: "logistics", level: 1, people: 1, gate: 5},
		{id: "series-1", name: "first series lot", after: "G4", days: 8, skill: "production", level: 1, people: 4, gate: 5},
		{id: "packing", name: "packing", after: "series-1", days: 4, skill: "logistics", level: 1, people: 2, gate: 5},
		{id: "shipping", name: "shipping to depots", after: "packing", days: 10, skill: "logistics", level: 1, people: 1, gate: 5, document: "CE-9 declaration", expected: 170},
		{id: "launch-event", name: "launch event", after: "G5", days: 2, skill: "marketing", level: 2, people: 2, gate: 6},
	}
}

// gateNames are the gates, first to last.
func gateNames() []string {
	return []string{"G0 start", "G1 concept", "G2 design", "G3 tooling", "G4 pilot", "G5 series", "G6 launch"}
}

// launchPlan makes the plan: eleven steps of eight modules, what concerns the
// whole product, and six gates.
func launchPlan(start time.Time) *schedule.Plan {
	p := &schedule.Plan{ID: "drill", Start: start, Calendar: "leipzig", Calendars: plants(), Frozen: 5 * 24 * hour}
	relate := func(from, to string) { p.Relations = append(p.Relations, schedule.Relation{From: from, To: to}) }
	gate := func(n int) string { return fmt.Sprintf("G%d", n) }
	for _, m := range modules() {
		before := ""
		for _, s := range steps() {
			a := moduleStep(m, s)
			p.Activities = append(p.Activities, a)
			if before != "" {
				relate(before, a.ID)
			}
			if s.gate > 1 {
				relate(gate(s.gate-1), a.ID)
			}
			relate(a.ID, gate(s.gate))
			before = a.ID
		}
	}
	for _, x := range extras() {
		p.Activities = append(p.Activities, x.activity(start))
		switch {
		case strings.HasPrefix(x.after, "M:"):
			for _, m := range modules() {
				if m.name != "packaging" {
					relate(m.name+"/"+strings.TrimPrefix(x.after, "M:"), x.id)
				}
			}
		case x.after != "":
			relate(x.after, x.id)
		}
		relate(x.id, gate(x.gate))
	}
	for n, name := range gateNames()[1:] {
		g := schedule.Activity{ID: gate(n + 1), Name: name, Kind: schedule.Gate}
		if n == 5 {
			g.FinishBy.NotAfter = start.AddDate(0, 0, 210)
		}
		p.Activities = append(p.Activities, g)
		if n > 0 {
			relate(gate(n), gate(n+1))
		}
	}
	return p
}

func moduleStep(m module, s step) schedule.Activity {
	a := schedule.Activity{ID: m.name + "/" + s.name, Name: m.name + ": " + s.name, Duration: time.Duration(s.days) * 8 * hour}
	place := ""
	if s.plant {
		a.Calendar, place = m.plant, m.plant
	}
	skill := s.skill
	if skill == "" {
		skill = m.design
	}
	if s.plant && s.skill != "" {
		skill += "-" + m.plant // people work in their own plant
	}
	a.Needs = append(a.Needs, schedule.Requirement{Staff: &schedule.Staff{Skill: skill, Level: s.level, Count: s.people}})
	for _, part := range m.parts[:s.parts] {
		q := s.quantity
		if s.name == "pilot lot" {
			q += 20 * int64(len(part)%4)
		}
		a.Needs = append(a.Needs, schedule.Requirement{Material: &schedule.Material{Item: m.name + "/" + part, Quantity: q, Place: place}})
	}
	return a
}

func (x extra) activity(start time.Time) schedule.Activity {
	a := schedule.Activity{ID: x.id, Name: x.name, Duration: time.Duration(x.days) * 8 * hour}
	a.Needs = append(a.Needs, schedule.Requirement{Staff: &schedule.Staff{Skill: x.skill, Level: x.level, Count: x.people}})
	if x.document != "" {
		a.Needs = append(a.Needs, schedule.Requirement{Prerequisite: &schedule.Prerequisite{Kind: schedule.Document, Ref: x.document, ExpectedBy: start.AddDate(0, 0, x.expected)}})
	}
	if x.approval != "" {
		a.Needs = append(a.Needs, schedule.Requirement{Prerequisite: &schedule.Prerequisite{
			Kind: schedule.Approval, Ref: x.approval, ExpectedBy: start.AddDate(0, 0, 30), ActBy: start.AddDate(0, 0, 9),
		}})
	}
	return a
}
