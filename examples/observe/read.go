package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/coordkit/coordkit/adapters/format"
	"github.com/coordkit/coordkit/coordination/process"
)

// formatAuto asks to find out.
const formatAuto = "auto"

func knownFormat(name string) bool {
	switch name {
	case formatAuto, format.XES, format.CSV, format.OCEL, format.Lines:
		return true
	}

	return false
}

// What is wrong with a file besides what the readers find.
var errNothing = errors.New("no event of it could be used")

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

	bar := newProgress(in, stderr, path)
	defer bar.done()

	mode := process.Lenient
	if asked.strict {
		mode = process.Strict
	}

	b := process.NewBuilder(process.BuilderConfig{Mode: mode, Lines: true})
	options := format.Options{File: path, Zone: asked.zone, Columns: asked.columns, Layout: asked.layout}

	if asked.format != formatAuto {
		options.Form = asked.format
	}

	found, err := format.Read(bar, b, options)
	src := &source{format: found.Form}

	if found.Mapping != nil {
		src.notes = append(src.notes, "columns: "+found.Mapping.String())
	}

	if errors.Is(err, format.ErrForm) {
		return nil, err
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
