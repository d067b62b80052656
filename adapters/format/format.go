// Package format reads an event log in whichever of the forms it is that the
// packages below it know: XES, OCEL 2.0 in JSON and XML, a table, JSON lines, each
// also gzipped. The first bytes decide, never a name.
package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/adapters/format/ocel"
	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// The forms, as Options.Form asks for them and Found.Form tells them. OCEL asks
// for either of its two.
const (
	XES      = "xes"
	CSV      = "csv"
	OCEL     = "ocel"
	OCELJSON = "ocel-json"
	OCELXML  = "ocel-xml"
	Lines    = "jsonl"
)

// ErrForm is returned for what is no event log in any of the forms.
var ErrForm = errors.New("format: this is no event log")

// Options say how a log is read. Those that a form has no use for are ignored.
type Options struct {
	File       string         // how problems name the file
	Form       string         // "" finds out
	Zone       *time.Location // of times without an offset; nil makes them errors
	Columns    csvlog.Columns // of a table
	Layout     string         // of the times of a table; see csvlog.Options
	Classifier string         // of XES; see xes.Options
	Attributes bool           // hand on what has no column of its own
}

// Found says how a log was read.
type Found struct {
	Form    string
	Mapping *csvlog.Mapping // of a table
}

// headSize is how much of a log is looked at to find out its form.
const headSize = 64 << 10

// Read reads a log into a sink. It returns ErrForm for what is no log, a
// *process.Problem where a reader had to stop, a *csvlog.ColumnError for a table
// whose columns are not clear, and an error of the sink as it is.
func Read(r io.Reader, sink process.Sink, options Options) (Found, error) {
	in := bufio.NewReaderSize(r, headSize)
	form, err := sniff(in, options.Form)
	if err != nil {
		return Found{}, err
	}
	found := Found{Form: form}
	switch form {
	case XES:
		err = xes.Read(in, sink, xes.Options{
			File: options.File, Zone: options.Zone, Classifier: options.Classifier, Attributes: options.Attributes,
		})
	case CSV:
		var mapping csvlog.Mapping
		mapping, err = csvlog.Read(in, sink, csvlog.Options{
			File: options.File, Zone: options.Zone, Columns: options.Columns, Layout: options.Layout, Attributes: options.Attributes,
		})
		found.Mapping = &mapping
	case OCELJSON:
		err = ocel.ReadJSON(in, sink, ocel.Options{File: options.File, Zone: options.Zone})
	case OCELXML:
		err = ocel.ReadXML(in, sink, ocel.Options{File: options.File, Zone: options.Zone})
	case Lines:
		err = jsonlog.Read(in, sink, jsonlog.Options{File: options.File, Zone: options.Zone})
	default:
		err = fmt.Errorf("%w: there is no form %q; want xes, csv, ocel or jsonl", ErrForm, form)
	}
	return found, err
}

// sniff finds out the form from the beginning of a log, which stays unread.
func sniff(in *bufio.Reader, asked string) (string, error) {
	if asked != "" && asked != OCEL {
		return asked, nil
	}
	raw, err := in.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("format: %w", err)
	}
	text, _, err := plaintext.Open(bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrForm, err)
	}
	head := make([]byte, headSize)
	n, _ := io.ReadFull(text, head) // what is wrong behind it the reader meets again
	found, err := recognise(head[:n])
	switch {
	case asked == "":
		return found, err
	case found == OCELXML:
		return found, nil
	}
	return OCELJSON, nil
}

// recognise tells the forms apart by their first bytes.
func recognise(head []byte) (string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3")):
		return "", fmt.Errorf("%w: a SQLite database; export it as OCEL JSON or XML", ErrForm)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "", fmt.Errorf("%w: a ZIP archive or a spreadsheet; unpack it or save it as CSV", ErrForm)
	case bytes.IndexByte(head, 0) >= 0:
		return "", fmt.Errorf("%w: the file is binary", ErrForm)
	}
	head = bytes.TrimSpace(head)
	if len(head) == 0 {
		return "", fmt.Errorf("%w: the file is empty", ErrForm)
	}
	switch head[0] {
	case '<':
		if bytes.Contains(head, []byte("<object-types")) || bytes.Contains(head, []byte("<event-types")) {
			return OCELXML, nil
		}
		return XES, nil
	case '{':
		line, _, _ := bytes.Cut(head, []byte{'\n'})
		if bytes.Contains(line, []byte(`"activity"`)) {
			return Lines, nil
		}
		return OCELJSON, nil
	}
	return CSV, nil
}
