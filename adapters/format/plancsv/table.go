package plancsv

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/internal/plaintext"
)

// Limits of a table.
const (
	MaxBytes    = 128 << 20 // of text, unpacked
	MaxRows     = 1_000_000
	MaxCell     = 64 << 10
	maxColumns  = 1000
	maxProblems = 1000 // that are listed; more are counted
)

// ErrFormat is the class of errors about a table that cannot be read at all: no
// first row, a column that is missing or stands twice, more than the limits.
var ErrFormat = errors.New("plancsv: cannot read the table")

// Options say how a table is read.
type Options struct {
	// Columns says which column holds a field: its name in the first row, or #3
	// for the third; "-" for none.
	Columns   map[string]string
	Delimiter rune           // 0 takes it from the first row
	Layout    string         // of dates, as time.Parse has it; empty is 2006-01-02
	Zone      *time.Location // of times without an offset; nil makes them problems
}

// Problem is one thing that was wrong with a row.
type Problem struct {
	Line  int    // in the file, from 1
	Field string // empty if it is the row as such
	Value string // as it stands in the table, cut if it is long
	Code  string // required, invalid, unknown, duplicate, out_of_range, damaged
	Text  string // what is wrong and what to write
}

// Report says how a table was read.
type Report struct {
	Rows     int // with content, the first row not counted
	Read     int // that were used
	Problems []Problem
	More     int               // problems beyond those listed
	Columns  map[string]string // name of the column of each field found
	Ignored  []string          // columns that no field took
	Recoded  int               // cells that were not UTF-8
	Encoding string            // by the byte order mark, else utf-8
}

// field is something a table may have a column for.
type field struct {
	name   string
	needed bool
	names  []string // that tools give the column
}

// table is a text cut into rows, with the columns of fields known.
type table struct {
	csv     *csv.Reader
	options Options
	report  Report
	header  []string
	columns map[string]int
	row     []string
	line    int
	bad     bool // something was wrong with the row at hand
}

// open reads the first row and finds the columns.
func open(in io.Reader, o Options, fields []field) (*table, error) {
	text, form, err := plaintext.Open(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	t := &table{options: o, columns: make(map[string]int), report: Report{Columns: make(map[string]string), Encoding: form.Encoding}}
	if t.report.Encoding == "" {
		t.report.Encoding = "utf-8"
	}
	buffered := bufio.NewReaderSize(&limited{in: text, left: MaxBytes}, 64<<10)
	first, err := buffered.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	t.csv = csv.NewReader(buffered)
	t.csv.FieldsPerRecord, t.csv.ReuseRecord = -1, true
	if t.csv.Comma = o.Delimiter; o.Delimiter == 0 {
		t.csv.Comma = delimiter(first)
	}
	header, err := t.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: it is empty: the first row names the columns", ErrFormat)
	case err != nil:
		return nil, fmt.Errorf("%w: the first row: %w", ErrFormat, err)
	case len(header) > maxColumns:
		return nil, fmt.Errorf("%w: %d columns; at most %d are read", ErrFormat, len(header), maxColumns)
	}
	for _, h := range header {
		t.header = append(t.header, strings.TrimSpace(t.decode(h)))
	}
	return t, t.find(fields)
}

// limited fails when more than its limit is read.
type limited struct {
	in   io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		if n, err := l.in.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("the text is longer than %d bytes", int64(MaxBytes))
	}
	n, err := l.in.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err //nolint:wrapcheck // io.EOF is told by identity
}

// delimiter takes what the first line has most of outside quotes.
func delimiter(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	best, most := ',', 0
	for _, d := range ",;\t" {
		n, quoted := 0, false
		for _, c := range string(line) {
			switch c {
			case '"':
				quoted = !quoted
			case d:
				if !quoted {
					n++
				}
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}

// plain is the form in which names of columns are compared.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.()\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// find gives each field its column.
func (t *table) find(fields []field) error {
	taken := make(map[int]string)
	for name := range t.options.Columns {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			return fmt.Errorf("%w: there is no field %q; the fields are %s", ErrFormat, name, names(fields))
		}
	}
	for _, f := range fields {
		at, err := t.column(f)
		switch {
		case err != nil:
			return err
		case at < 0 && f.needed:
			return fmt.Errorf("%w: no column for the field %q: name one so, or say which; there are %q", ErrFormat, f.name, t.header)
		case at < 0:
			continue
		case taken[at] != "":
			return fmt.Errorf("%w: column %q would be both %s and %s: say which", ErrFormat, t.header[at], taken[at], f.name)
		}
		taken[at], t.columns[f.name], t.report.Columns[f.name] = f.name, at, t.header[at]
	}
	for i, h := range t.header {
		if taken[i] == "" {
			t.report.Ignored = append(t.report.Ignored, h)
		}
	}
	return nil
}

func names(fields []field) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return strings.Join(out, ", ")
}

func (t *table) column(f field) (int, error) {
	declared, said := t.options.Columns[f.name]
	if declared == "-" {
		return -1, nil
	}
	wanted := append([]string{f.name}, f.names...)
	if said {
		if n, err := strconv.Atoi(strings.TrimPrefix(declared, "#")); err == nil && strings.HasPrefix(declared, "#") && n >= 1 && n <= len(t.header) {
			return n - 1, nil
		}
		wanted = []string{declared}
	}
	for _, name := range wanted {
		var fit []int
		for i, h := range t.header {
			if plain(h) == plain(name) {
				fit = append(fit, i)
			}
		}
		if len(fit) > 1 {
			return -1, fmt.Errorf("%w: columns %d and %d may both be the field %q: say which, such as #%d", ErrFormat, fit[0]+1, fit[1]+1, f.name, fit[0]+1)
		}
		if len(fit) == 1 {
			return fit[0], nil
		}
	}
	if said {
		return -1, fmt.Errorf("%w: there is no column %q for the field %q; there are %q", ErrFormat, declared, f.name, t.header)
	}
	return -1, nil
}

// next goes to the next row with content; false at the end. Rows that are
// damaged or have more cells than columns are reported and passed over.
func (t *table) next() (bool, error) {
	for {
		row, err := t.csv.Read()
		var damaged *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return false, nil
		case errors.As(err, &damaged):
			t.line = damaged.StartLine
			t.report.Rows++
			text := "a quote stands where none may: double it inside a quoted cell"
			if damaged.Line > damaged.StartLine {
				text = fmt.Sprintf("a quote opens here and closes nowhere it may; the lines up to %d were not read", damaged.Line)
			}
			t.problemf("", "", "damaged", "%s", text)
			continue
		case err != nil:
			return false, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		t.row, t.bad = row, false
		t.line, _ = t.csv.FieldPos(0)
		if blank(row) {
			continue
		}
		if t.report.Rows++; t.report.Rows > MaxRows {
			return false, fmt.Errorf("%w: more than %d rows", ErrFormat, MaxRows)
		}
		if len(row) > len(t.header) {
			t.problemf("", "", "damaged", "the row has %d cells and there are %d columns: quote cells that hold the delimiter", len(row), len(t.header))
			continue
		}
		return true, nil
	}
}

func blank(row []string) bool {
	return !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// problemf notes what is wrong with the row at hand.
func (t *table) problemf(field, value, code, format string, args ...any) {
	t.bad = true
	if len(t.report.Problems) == maxProblems {
		t.report.More++
		return
	}
	if r := []rune(value); len(r) > 60 {
		value = string(r[:60]) + "…"
	}
	t.report.Problems = append(t.report.Problems, Problem{Line: t.line, Field: field, Value: value, Code: code, Text: fmt.Sprintf(format, args...)})
}

// used counts the row at hand if nothing was wrong with it, and says so.
func (t *table) used() bool {
	if !t.bad {
		t.report.Read++
	}
	return !t.bad
}

// decode reads a cell that is not UTF-8 as Windows-1252.
func (t *table) decode(cell string) string {
	if utf8.ValidString(cell) {
		return cell
	}
	t.report.Recoded++
	return string(plaintext.AppendWindows1252(nil, []byte(cell)))
}
