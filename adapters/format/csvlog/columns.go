package csvlog

import (
	"fmt"
	"strconv"
	"strings"
)

// Columns say which column holds what: the name in the first row, or "#3" for
// the third column, which also tells two columns of one name apart. An empty
// field is guessed; "-" means the table has none.
type Columns struct {
	Case, Activity                       string
	End                                  string // when it ended or, in a table of points, happened
	Start                                string
	Resource, Group, Lifecycle, Instance string
	Cost, Currency                       string
}

// Column is where a field was found.
type Column struct {
	Index   int    // from 0; -1 if the table has none
	Name    string // in the first row
	Guessed bool
}

// Mapping is how a table was read.
type Mapping struct {
	Delimiter byte
	Encoding  string // "utf-8" unless a byte order mark says otherwise
	Header    []string

	Case, Activity, Start, End, Resource, Group, Lifecycle, Instance, Cost, Currency Column
}

// String shows the mapping in one line.
func (m Mapping) String() string {
	var out []string
	for _, f := range m.fields() {
		if f.column.Index < 0 {
			continue
		}
		how := ""
		if f.column.Guessed {
			how = " (guessed)"
		}
		out = append(out, fmt.Sprintf("%s = column %d %q%s", f.name, f.column.Index+1, f.column.Name, how))
	}
	return fmt.Sprintf("%s; delimiter %q", strings.Join(out, ", "), m.Delimiter)
}

// mapped is a field with what may name its column.
type mapped struct {
	name     string
	declared string
	column   *Column
	needed   bool
	names    []string // the surest first
}

// fields lists the fields of a mapping with the names that tools give them.
func (m *Mapping) fields() []mapped {
	return []mapped{
		{name: "case", column: &m.Case, needed: true, names: []string{
			"case:concept:name", "case id", "case", "case name", "case identifier", "case number", "trace id", "trace",
			"process instance id", "process instance", "ticket id", "order id", "id",
		}},
		{name: "activity", column: &m.Activity, needed: true, names: []string{
			"concept:name", "activity", "activity name", "activity id", "task", "task name", "event name", "event", "action", "operation", "step",
		}},
		{name: "start", column: &m.Start, names: []string{
			"start timestamp", "start time", "time:start", "started at", "start datetime", "start date", "begin time", "start", "begin",
		}},
		{name: "end", column: &m.End, names: []string{
			"time:timestamp", "end timestamp", "end time", "complete timestamp", "completed timestamp", "completion timestamp",
			"complete time", "completion time", "completed at", "finish time", "finished at", "end datetime", "end date", "end", "timestamp", "event time",
			"event timestamp", "time stamp", "date time", "time", "date",
		}},
		{name: "resource", column: &m.Resource, names: []string{
			"org:resource", "resource", "resource id", "resource name", "user", "performer", "originator", "actor", "employee",
		}},
		{name: "group", column: &m.Group, names: []string{"org:role", "org:group", "role", "department", "group", "team"}},
		{name: "lifecycle", column: &m.Lifecycle, names: []string{"lifecycle:transition", "lifecycle", "transition"}},
		{name: "instance", column: &m.Instance, names: []string{
			"concept:instance", "activity instance id", "activity instance", "instance id", "instance",
		}},
		{name: "cost", column: &m.Cost, names: []string{"cost:total", "cost", "costs", "total cost", "event cost", "activity cost"}},
		{name: "currency", column: &m.Currency, names: []string{"cost:currency", "currency"}},
	}
}

// normal is the form in which names of columns are compared: small letters
// without what separates words.
func normal(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.\t\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// ColumnError says that no column, or more than one, fits a field.
type ColumnError struct {
	Field      string
	Declared   string   // what was asked for; "" if the column was to be guessed
	Candidates []string // columns that fit equally well
	Header     []string
}

// Error names the columns there are.
func (e *ColumnError) Error() string {
	switch {
	case len(e.Candidates) > 1:
		return fmt.Sprintf("csvlog: %d columns may be the %s: %s; declare one by name or as #number",
			len(e.Candidates), e.Field, strings.Join(e.Candidates, ", "))
	case e.Declared != "":
		return fmt.Sprintf("csvlog: there is no column %q for the %s; the table has %q", e.Declared, e.Field, e.Header)
	}
	return fmt.Sprintf("csvlog: no column looks like the %s; declare it; the table has %q", e.Field, e.Header)
}

// mapColumns finds a column for each field.
func (m *Mapping) mapColumns(declared Columns) error {
	asked := map[string]string{
		"case": declared.Case, "activity": declared.Activity, "start": declared.Start, "end": declared.End, "resource": declared.Resource,
		"group": declared.Group, "lifecycle": declared.Lifecycle, "instance": declared.Instance,
		"cost": declared.Cost, "currency": declared.Currency,
	}
	for _, f := range m.fields() {
		f.declared = asked[f.name]
		column, err := m.find(f)
		if err != nil {
			return err
		}
		*f.column = column
	}
	switch {
	case m.End.Index >= 0:
	case m.Start.Index >= 0: // the only time there is
		m.End, m.Start = m.Start, Column{Index: -1}
	default:
		return &ColumnError{Field: "time", Declared: declared.End, Header: m.Header}
	}
	return nil
}

func (m *Mapping) find(f mapped) (Column, error) {
	none := Column{Index: -1}
	switch {
	case f.declared == "-":
		return none, nil
	case f.declared != "":
		return m.declared(f)
	}
	for _, name := range f.names {
		var fit []int
		for i, h := range m.Header {
			if normal(h) == normal(name) {
				fit = append(fit, i)
			}
		}
		switch {
		case len(fit) == 1:
			return Column{Index: fit[0], Name: m.Header[fit[0]], Guessed: true}, nil
		case len(fit) > 1:
			return none, m.ambiguous(f, fit)
		}
	}
	if f.needed {
		return none, &ColumnError{Field: f.name, Header: m.Header}
	}
	return none, nil
}

func (m *Mapping) declared(f mapped) (Column, error) {
	var fit []int
	for i, h := range m.Header {
		if h == f.declared {
			fit = append(fit, i)
		}
	}
	switch {
	case len(fit) == 1:
		return Column{Index: fit[0], Name: m.Header[fit[0]]}, nil
	case len(fit) > 1:
		return Column{Index: -1}, m.ambiguous(f, fit)
	}
	if number, isNumber := strings.CutPrefix(f.declared, "#"); isNumber {
		if i, err := strconv.Atoi(number); err == nil && i >= 1 && i <= len(m.Header) {
			return Column{Index: i - 1, Name: m.Header[i-1]}, nil
		}
	}
	return Column{Index: -1}, &ColumnError{Field: f.name, Declared: f.declared, Header: m.Header}
}

func (m *Mapping) ambiguous(f mapped, fit []int) error {
	e := &ColumnError{Field: f.name, Declared: f.declared, Header: m.Header}
	for _, i := range fit {
		e.Candidates = append(e.Candidates, fmt.Sprintf("#%d %q", i+1, m.Header[i]))
	}
	return e
}
