package csvlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// MaxColumns is how many columns a table may have.
const MaxColumns = 10_000

// Options say how a table is read.
type Options struct {
	File       string         // how problems name the file
	Zone       *time.Location // of times without an offset; nil makes them errors
	Columns    Columns
	Layout     string   // of times that package process does not read, as time.Parse has it: "02.01.2006 15:04"
	Delimiter  byte     // 0 takes it from the first row
	Null       []string // cells that mean "nothing", besides the empty one
	Attributes bool     // hand the columns without a field of their own to the sink
	Progress   func(offset int64)
}

// Read reads a table into a sink and says how it took the columns. It returns a
// *process.Problem where it had to stop, a *ColumnError if the columns are not
// clear, and an error of the sink as it is.
func Read(r io.Reader, sink process.Sink, options Options) (Mapping, error) {
	s := &reader{sink: sink, options: options, times: process.Times{Zone: options.Zone, Parse: inLayout(options.Layout)}}
	text, form, err := plaintext.Open(r)
	if err != nil {
		return s.mapping, s.stop(process.ReasonDamaged, err.Error())
	}
	s.table.window = plaintext.NewWindow(lineEnds(text), MaxRow, options.Progress)
	s.form = form
	s.mapping.Encoding = "utf-8"
	if form.Encoding != "" {
		s.mapping.Encoding = form.Encoding
	}
	for _, null := range options.Null {
		s.nulls = append(s.nulls, []byte(null))
	}
	if err := s.header(); err != nil {
		return s.mapping, err
	}
	return s.mapping, s.rows()
}

// reader reads one table.
type reader struct {
	table   table
	sink    process.Sink
	options Options
	mapping Mapping
	nulls   [][]byte
	rest    []int // columns that are handed on as attributes
	keys    [][]byte
	raw     process.Raw
	decoded []byte // cells that were not UTF-8
	mended  bool
	times   process.Times
	form    plaintext.Form
	starts  bool   // a start was there
	events  int    // rows handed on
	shapes  [2]int // lengths of the times of the row before, to see one that is cut
	cutOff  string // why the last row counts as cut, or ""
}

func (s *reader) here() process.Position {
	if s.table.window == nil {
		return process.Position{File: s.options.File}
	}
	return process.Position{File: s.options.File, Line: s.table.window.Line(), Offset: s.table.window.Offset()}
}

func (s *reader) problem(reason process.Reason, effect process.Effect, detail string) error {
	return s.sink.Problem(process.Problem{Position: s.here(), Reason: reason, Effect: effect, Detail: detail})
}

func (s *reader) stop(reason process.Reason, detail string) error {
	if err := s.finishText(); err != nil {
		return err
	}
	return process.Stop(s.sink, process.Problem{Position: s.here(), Reason: reason, Detail: detail})
}

// header reads the first row and maps the columns.
func (s *reader) header() error {
	s.table.delimiter = s.options.Delimiter
	line := s.preamble()
	if s.table.delimiter == 0 {
		s.table.delimiter = guessDelimiter(line)
	}
	s.mapping.Delimiter = s.table.delimiter
	switch err := s.table.next(); {
	case errors.Is(err, io.EOF):
		return s.stop(process.ReasonTruncated, "the file is empty")
	case err != nil:
		return s.stop(process.ReasonDamaged, "the first row, which names the columns, cannot be read: "+err.Error())
	}
	if len(s.table.cells) > MaxColumns {
		return s.stop(process.ReasonLimit, fmt.Sprintf("%d columns; at most %d are read", len(s.table.cells), MaxColumns))
	}
	for _, cell := range s.table.cells {
		s.mapping.Header = append(s.mapping.Header, strings.TrimSpace(string(s.text(cell))))
	}
	if err := s.mapping.mapColumns(s.options.Columns); err != nil {
		return err
	}
	s.mapRest()
	return nil
}

// preamble passes over blank lines and the line sep=… with which spreadsheets
// state the delimiter, and gives the line after them.
func (s *reader) preamble() []byte {
	w := s.table.window
	for {
		for bytes.IndexByte(w.Bytes(), '\n') < 0 && w.More() {
		}
		line, _, more := bytes.Cut(w.Bytes(), []byte{'\n'})
		text := bytes.TrimRight(line, "\r")
		stated := len(text) == len("sep=;") && bytes.HasPrefix(bytes.ToLower(text), []byte("sep="))
		if !more || !stated && len(bytes.TrimSpace(text)) > 0 {
			return line
		}
		if stated && s.options.Delimiter == 0 {
			s.table.delimiter = text[len(text)-1]
		}
		w.Skip(len(line) + 1)
	}
}

// mapRest finds the columns that are handed on as attributes.
func (s *reader) mapRest() {
	if !s.options.Attributes {
		return
	}
	taken := make(map[int]bool)
	for _, f := range s.mapping.fields() {
		taken[f.column.Index] = true
	}
	for i, name := range s.mapping.Header {
		if !taken[i] {
			s.rest = append(s.rest, i)
			s.keys = append(s.keys, []byte(name))
		}
	}
}

// rows reads all rows after the first.
func (s *reader) rows() error {
	for {
		err := s.table.next()
		switch {
		case errors.Is(err, io.EOF):
			return s.finish()
		case errors.Is(err, errOpenQuote):
			s.table.resume()
			err = s.problem(process.ReasonOpenQuote, process.Dropped, "a quote opens on this line and does not close; the line is passed over")
		case errors.Is(err, errLongRow):
			err = s.passLong()
		case err != nil:
			reason := process.ReasonDamaged
			if errors.Is(err, io.ErrUnexpectedEOF) {
				reason = process.ReasonTruncated
			}
			return s.stop(reason, "the file cannot be read on: "+err.Error())
		default:
			err = s.row()
		}
		if err != nil {
			return err
		}
	}
}

// finish says what is known only at the end.
func (s *reader) finish() error {
	if err := s.finishText(); err != nil {
		return err
	}
	if s.mapping.Start.Index >= 0 && !s.starts && s.events > 0 {
		p := process.Problem{
			Position: process.Position{File: s.options.File}, Reason: process.ReasonStartsAbsent, Effect: process.Kept,
			Detail: fmt.Sprintf("column %q is empty throughout; every event is a point", s.mapping.Start.Name),
		}
		if err := s.sink.Problem(p); err != nil {
			return err
		}
	}
	if s.cutOff != "" {
		return s.stop(process.ReasonTruncated, s.cutOff)
	}
	return nil
}

// inLayout gives a parser for times in a declared layout of package time.
func inLayout(layout string) func([]byte, *time.Location) (process.Stamp, error) {
	if layout == "" {
		return nil
	}
	hasOffset := strings.Contains(layout, "07")
	return func(text []byte, zone *time.Location) (process.Stamp, error) {
		in := zone
		if in == nil {
			in = time.UTC
		}
		at, err := time.ParseInLocation(layout, string(bytes.TrimSpace(text)), in)
		if err != nil {
			return process.Stamp{}, err
		}
		if !hasOffset && zone == nil {
			return process.Stamp{}, process.ErrNoZone
		}
		_, seconds := at.Zone()
		return process.Stamp{Micros: at.UnixMicro(), Offset: int16(seconds / 60), Naive: !hasOffset}, nil
	}
}

// passLong passes over a row that is longer than MaxRow.
func (s *reader) passLong() error {
	detail := fmt.Sprintf("the row is longer than %d bytes and is passed over", MaxRow)
	if err := s.problem(process.ReasonLimit, process.Dropped, detail); err != nil {
		return err
	}
	if s.table.resume(); s.table.length > 0 {
		return nil
	}
	w := s.table.window
	for {
		b := w.Bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			w.Skip(i + 1)
			return nil
		}
		w.Skip(len(b))
		if !w.More() {
			return nil // the reason comes with the next row
		}
	}
}

// row takes the row at hand.
func (s *reader) row() error {
	cells := s.table.cells
	if len(cells) == 1 && len(bytes.TrimSpace(cells[0])) == 0 {
		return nil // a blank line
	}
	if n := len(s.mapping.Header); len(cells) > n && !s.table.astray() && len(bytes.Join(cells[n:], nil)) == 0 {
		detail := fmt.Sprintf("the row has %d cells, %d of them empty behind the last column; they are passed over", len(cells), len(cells)-n)
		if err := s.problem(process.ReasonRagged, process.Kept, detail); err != nil {
			return err
		}
		s.table.cells = cells[:n]
		cells = s.table.cells
	}
	if len(cells) != len(s.mapping.Header) || s.table.astray() {
		return s.raggedRow(len(cells))
	}
	if s.isCut() {
		s.cutOff = "the last row ends within a time"
		return nil
	}
	s.decoded, s.mended = s.decoded[:0], false
	s.times.Next()
	m, raw := &s.mapping, &s.raw
	raw.At = s.here()
	raw.Case, raw.Activity = s.cell(m.Case), s.cell(m.Activity)
	raw.Resource, raw.Group = s.cell(m.Resource), s.cell(m.Group)
	raw.Lifecycle, raw.Instance = s.cell(m.Lifecycle), s.cell(m.Instance)
	raw.Cost, raw.Currency = s.cell(m.Cost), s.cell(m.Currency)
	var ok bool
	var err error
	if raw.End, raw.HasEnd, ok, err = s.time(m.End); !ok || err != nil {
		return err
	}
	if raw.Start, raw.HasStart, ok, err = s.time(m.Start); !ok || err != nil {
		return err
	}
	s.starts = s.starts || raw.HasStart
	s.attributes()
	if s.mended {
		if err := s.problem(process.ReasonEncoding, process.Repaired, "a cell is not UTF-8 and was read as Windows-1252"); err != nil {
			return err
		}
	}
	s.events++
	return s.sink.Event(raw)
}

// raggedRow drops a row whose cells do not match the columns. If it has
// several lines, a stray quote has joined rows: then only the first is lost.
func (s *reader) raggedRow(n int) error {
	detail := fmt.Sprintf("the row has %d cells; want %d", n, len(s.mapping.Header))
	if s.table.lines() {
		s.table.resume()
		detail += "; it has several lines, so a quote may be astray: only the first is passed over"
	} else if s.last() && n < len(s.mapping.Header) {
		s.cutOff = "the last row has no end of line and " + detail[len("the row has "):]
		return nil
	}
	return s.problem(process.ReasonRagged, process.Dropped, detail)
}

// last says whether the row at hand is the last and has no end of line.
func (s *reader) last() bool {
	b := s.table.window.Bytes()
	return s.table.ended && s.table.length == len(b) && len(b) > 0 && b[len(b)-1] != '\n'
}

// isCut says whether the file ends within the time that its last row ends with:
// the row has no end of line, and its last cell is a shorter time than that of
// the row before.
func (s *reader) isCut() bool {
	cells, last := s.table.cells, len(s.table.cells)-1
	cut := false
	for i, column := range []Column{s.mapping.End, s.mapping.Start} {
		if column.Index != last {
			continue
		}
		n := len(cells[last])
		cut = s.shapes[i] > n && n > 0 && s.last()
		s.shapes[i] = n
	}
	return cut
}

// cell gives the text of a column, or nil if it is empty, null or unmapped.
func (s *reader) cell(c Column) []byte {
	if c.Index < 0 {
		return nil
	}
	cell := s.table.cells[c.Index]
	if len(cell) == 0 {
		return nil
	}
	for _, null := range s.nulls {
		if bytes.Equal(cell, null) {
			return nil
		}
	}
	return s.text(cell)
}

// text gives a cell as UTF-8.
func (s *reader) text(cell []byte) []byte {
	if utf8.Valid(cell) {
		return cell
	}
	s.mended = true
	from := len(s.decoded)
	s.decoded = plaintext.AppendWindows1252(s.decoded, cell)
	return s.decoded[from:len(s.decoded):len(s.decoded)]
}

// time reads a time. ok is false if the row was dropped for it.
func (s *reader) time(c Column) (stamp process.Stamp, has, ok bool, err error) {
	cell := s.cell(c)
	if len(bytes.TrimSpace(cell)) == 0 {
		return stamp, false, true, nil
	}
	stamp, ok, err = s.times.Read(cell, c.Name, s.here(), process.Dropped, s.sink)
	return stamp, ok, ok, err
}

func (s *reader) attributes() {
	s.raw.Attributes = s.raw.Attributes[:0]
	for i, column := range s.rest {
		cell := s.table.cells[column]
		if len(cell) == 0 {
			continue
		}
		s.raw.Attributes = append(s.raw.Attributes, process.RawAttribute{Key: s.keys[i], Value: s.text(cell)})
	}
}

// finishText reports what is known only at the end, once.
func (s *reader) finishText() error {
	mended := s.form.Mended()
	s.form = plaintext.Form{}
	return errors.Join(process.ReportMended(s.sink, s.options.File, mended), s.times.Finish(s.sink))
}
