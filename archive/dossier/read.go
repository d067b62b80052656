package dossier

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/archive"
)

// MisfitError is the first place of a dossier that does not fit the rest of it. It unwraps
// to archive.ErrAltered.
type MisfitError struct {
	File string
	Line int // from 1; 0: the file as a whole
	Text string
}

// Error names the place.
func (m *MisfitError) Error() string {
	if m.Line == 0 {
		return fmt.Sprintf("dossier: %s: %s", m.File, m.Text)
	}
	return fmt.Sprintf("dossier: %s:%d: %s", m.File, m.Line, m.Text)
}

// Unwrap gives archive.ErrAltered.
func (*MisfitError) Unwrap() error { return archive.ErrAltered }

func misfit(file string, line int, format string, args ...any) error {
	return &MisfitError{File: file, Line: line, Text: fmt.Sprintf(format, args...)}
}

// Source is a dossier as somebody has it: a bag.
type Source struct {
	// Open opens a file of the bag, payload below data/ or tag file. One that is not
	// there is fs.ErrNotExist.
	Open    func(path string) (io.ReadCloser, error)
	Payload []BagFile // with the digests of the bag's manifests
}

// Contents says how much a dossier holds.
type Contents struct {
	Records, Files, References, Withheld, Tombstones, Outcomes, Events int
	Continues                                                          bool // an earlier dossier has some of it
}

// WrittenEvent is an entry of the journal as a dossier tells of it: with the paths of
// its canonical text and of its proof.
type WrittenEvent struct {
	Position int64            `json:"position"`
	Record   archive.RecordID `json:"record"`
	Kind     string           `json:"kind"`
	Actor    Opening          `json:"actor"`
	Data     Opening          `json:"data"`
	Entry    string           `json:"entry"`
	Proof    string           `json:"proof"`
}

// Limits on what is read of a dossier.
const (
	maxRow  = 16 << 20  // bytes of a line
	maxRows = 1_000_000 // lines of a file
)

// Is reports whether a bag says that it is a dossier.
func (s Source) Is() bool {
	for _, name := range []string{"VERIFY.md", recordsFile} {
		f, err := s.Open(name)
		if err != nil {
			return false
		}
		_ = f.Close() // nothing was read
	}
	return true
}

// Read reads a dossier and holds its lists against each other and against its payload:
// numbers, digests, folders, the path of references that led to each record, what was
// withheld and what is gone. Each entry of the journal is given to proved, with its
// line and the digest of the record it is about, which is empty for a record that only
// an earlier dossier has. The first place that does not fit is a *MisfitError, also where a
// file cannot be read; an error of proved is returned as it is. Whether the digests are
// those of the bytes is the bag's to say.
func (s Source) Read(proved func(ev *WrittenEvent, line int, digest archive.Digest) error) (Contents, error) {
	r := newReading(s)
	for _, step := range []func() error{
		r.readRecords, r.readBates, r.readReferences, r.readWithheld, r.paths, r.readTombstones,
		r.readNumbered(custodyFile), r.readOutcomes, r.readNumbered(chronologyFile),
	} {
		if err := step(); err != nil {
			return r.contents, err
		}
	}
	return r.contents, r.readEvents(proved)
}

// The files that are read.
const (
	recordsFile    = "metadata/records.jsonl"
	batesFile      = "metadata/bates.jsonl"
	referencesFile = "metadata/references.jsonl"
	withheldFile   = "metadata/withheld.jsonl"
	tombstonesFile = "metadata/tombstones.jsonl"
	custodyFile    = "metadata/custody.jsonl"
	outcomesFile   = "metadata/outcomes.jsonl"
	chronologyFile = "metadata/chronology.jsonl"
	eventsFile     = "metadata/events.jsonl"
)

// rows calls each with the rows of a file; an optional one may be missing.
func rows[T any](s Source, name string, optional bool, each func(row *T, line int) error) (n int, err error) {
	f, err := s.Open(name)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, misfit(name, 0, "cannot be opened: %v", err)
	}
	defer func() { _ = f.Close() }() // only read from
	for in := bufio.NewReaderSize(f, 1<<16); ; {
		raw, err := oneRow(in)
		if errors.Is(err, io.EOF) && len(raw) == 0 {
			return n, nil
		}
		n++
		if err != nil {
			return n, misfit(name, n, "cannot be read: %v", err)
		}
		if n > maxRows {
			return n, misfit(name, n, "is one of more than %d lines", maxRows)
		}
		row := new(T)
		if err := json.Unmarshal(raw, row); err != nil {
			return n, misfit(name, n, "is no line of this file: %v", err)
		}
		if err := each(row, n); err != nil {
			return n, err
		}
	}
}

var errRow = fmt.Errorf("is longer than %d bytes, or has no end", maxRow)

// oneRow reads a line with its end; io.EOF comes with nothing.
func oneRow(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice('\n')
		out = append(out, part...)
		switch {
		case err == nil:
			return out, nil
		case errors.Is(err, io.EOF) && len(out) > 0, len(out) > maxRow:
			return out, errRow
		case !errors.Is(err, bufio.ErrBufferFull):
			return out, err
		}
	}
}

// count reads the number at the end of a Bates number.
func count(bates string) (int64, bool) {
	n, err := strconv.ParseInt(bates[len(strings.TrimRight(bates, "0123456789")):], 10, 64)
	return n, err == nil
}
