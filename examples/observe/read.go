package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/adapters/format/ocel"
	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// Formats as -format names them; ocel is one of two forms, which the content decides.
const (
	formatAuto     = "auto"
	formatXES      = "xes"
	formatCSV      = "csv"
	formatOCEL     = "ocel"
	formatOCELJSON = "ocel-json"
	formatOCELXML  = "ocel-xml"
	formatLines    = "jsonl"
)

func knownFormat(name string) bool {
	switch name {
	case formatAuto, formatXES, formatCSV, formatOCEL, formatLines:
		return true
	}

	return false
}

// What is wrong with a file besides what the readers find.
var (
	errForm    = errors.New("this is no event log")
	errNothing = errors.New("no event of it could be used")
)

// source is a log with how it was read.
type source struct {
	log    *process.Log
	format string
	notes  []string // choices the reader made, for people
}

// readLog reads a file. With an error that is a *process.Problem comes what could be read before.
func readLog(path string, asked request, stderr io.Writer) (*source, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // only read from

	format, err := sniff(in, asked.format)
	if err != nil {
		return nil, err
	}

	bar := newProgress(in, stderr, path)
	defer bar.done()

	mode := process.Lenient
	if asked.strict {
		mode = process.Strict
	}

	b := process.NewBuilder(process.BuilderConfig{Mode: mode, Lines: true})
	src := &source{format: format}

	switch format {
	case formatXES:
		err = xes.Read(bar, b, xes.Options{File: path, Zone: asked.zone})
	case formatCSV:
		var mapping csvlog.Mapping

		mapping, err = csvlog.Read(bar, b, csvlog.Options{File: path, Zone: asked.zone, Columns: asked.columns, Layout: asked.layout})
		src.notes = append(src.notes, "columns: "+mapping.String())
	case formatOCELJSON:
		err = ocel.ReadJSON(bar, b, ocel.Options{File: path, Zone: asked.zone})
	case formatOCELXML:
		err = ocel.ReadXML(bar, b, ocel.Options{File: path, Zone: asked.zone})
	case formatLines:
		err = jsonlog.Read(bar, b, jsonlog.Options{File: path, Zone: asked.zone})
	}

	src.log = b.Log()
	if err != nil {
		err = fmt.Errorf("reading: %w", err)
	}

	return src, errors.Join(err, src.view(asked))
}

// view takes the cases of an object-centric log, and pairs where that was asked for.
func (s *source) view(asked request) error {
	types := s.log.Types()
	if len(types) > 0 {
		name := asked.objectType
		if name == "" {
			name = types[0].Type
		}

		view, about, err := s.log.Flatten(name)
		if err != nil {
			return err
		}

		s.notes = append(s.notes, fmt.Sprintf(
			"cases: the objects of type %q; %d events in several of them, %d events outside, %d objects without events",
			name, about.InSeveral, about.Outside, len(about.WithoutEvents)))
		s.log = view
	}

	if asked.pair {
		paired, about := s.log.Pair()
		s.notes = append(s.notes, fmt.Sprintf("pairs: %d instances from start and complete, %d complete alone, %d start alone, %d other events",
			about.Paired, about.CompleteAlone, about.StartAlone, about.Other))
		s.log = paired
	}

	return nil
}

// sniff finds out the format from the beginning of a file.
func sniff(in io.ReadSeeker, asked string) (string, error) {
	text, _, err := plaintext.Open(in)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errForm, err)
	}

	head := make([]byte, 64<<10)
	n, err := io.ReadFull(text, head)
	head = head[:n]

	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && n == 0 {
		return "", fmt.Errorf("%w: %w", errForm, err)
	}

	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return "", err
	}

	found, err := recognise(head)
	if asked == formatAuto {
		return found, err
	}

	if asked == formatOCEL && found != formatOCELXML {
		return formatOCELJSON, nil
	}

	if asked == formatOCEL {
		return formatOCELXML, nil
	}

	return asked, nil
}

// recognise tells formats apart by their first bytes.
func recognise(head []byte) (string, error) {
	switch {
	case bytes.HasPrefix(head, []byte("SQLite format 3")):
		return "", fmt.Errorf("%w: a SQLite database; export it as OCEL JSON or XML", errForm)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "", fmt.Errorf("%w: a ZIP archive or a spreadsheet; unpack it or save it as CSV", errForm)
	case bytes.IndexByte(head, 0) >= 0:
		return "", fmt.Errorf("%w: the file is binary", errForm)
	}

	head = bytes.TrimSpace(head)
	if len(head) == 0 {
		return "", fmt.Errorf("%w: the file is empty", errForm)
	}

	switch head[0] {
	case '<':
		if bytes.Contains(head, []byte("<object-types")) || bytes.Contains(head, []byte("<event-types")) {
			return formatOCELXML, nil
		}

		return formatXES, nil
	case '{':
		line, _, _ := bytes.Cut(head, []byte{'\n'})
		if bytes.Contains(line, []byte(`"activity"`)) {
			return formatLines, nil
		}

		return formatOCELJSON, nil
	}

	return formatCSV, nil
}
