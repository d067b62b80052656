package accounting

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes the report as a table (RFC 4180) with a row for each figure:
// section, name, n, of, median_us, p90_us; what a figure does not have is empty.
// A name that a spreadsheet would take for a formula gets an apostrophe in
// front.
func (r Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{
		{"section", "name", "n", "of", "median_us", "p90_us"},
		{"as_of", r.AsOf.UTC().Format(time.RFC3339Nano), "", "", "", ""},
		{"requests", "", strconv.Itoa(r.Requests), "", "", ""},
	}
	for _, c := range r.States {
		rows = append(rows, []string{"state", plain(c.Name), strconv.Itoa(c.N), "", "", ""})
	}
	for _, c := range r.Outcomes {
		rows = append(rows, []string{"outcome", plain(c.Name), strconv.Itoa(c.N), "", "", ""})
	}
	for _, section := range []struct {
		name string
		list []Spread
	}{{"age", r.Ages}, {"lead", r.Leads}, {"approver", r.Approvers}} {
		for _, s := range section.list {
			row := []string{section.name, plain(s.Name), strconv.Itoa(s.N), "", "", ""}
			if s.N > 0 {
				row[4], row[5] = strconv.FormatInt(s.Median, 10), strconv.FormatInt(s.P90, 10)
			}
			rows = append(rows, row)
		}
	}
	for _, s := range r.Shares {
		rows = append(rows, []string{"share", plain(s.Name), strconv.Itoa(s.N), strconv.Itoa(s.Of), "", ""})
	}
	return out.WriteAll(rows)
}

// plain keeps a name from being run as a formula.
func plain(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r\n", rune(name[0])) {
		return "'" + name
	}
	return name
}
