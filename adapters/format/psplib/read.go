package psplib

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/coordkit/coordkit/schedule/level"
)

// Limits of a file.
const (
	MaxBytes = 16 << 20 // bytes of one file
	MaxJobs  = 50_000   // jobs with dummies
)

// ErrFormat is the class of every error about the text of a file.
var ErrFormat = errors.New("psplib: malformed file")

// FormatError says in which line of a file something else was expected. It
// unwraps to ErrFormat.
type FormatError struct {
	Line int    // from 1; 0 for the file as a whole
	Want string // what the format asks for there
}

// Error returns the line and the expectation.
func (e *FormatError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%v: %s", ErrFormat, e.Want)
	}
	return fmt.Sprintf("%v: line %d: %s", ErrFormat, e.Line, e.Want)
}

// Unwrap makes errors.Is(err, ErrFormat) true.
func (e *FormatError) Unwrap() error { return ErrFormat }

// ReadFile reads one file in the form its name ends in: .sm, .mm or .rcp.
func ReadFile(path string) (p *level.Problem, err error) {
	f, err := os.Open(path) //nolint:gosec // whoever calls names the file
	if err != nil {
		return nil, fmt.Errorf("psplib: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return Read(f, path)
}

// Read reads one file in the form its name ends in: .sm, .mm or .rcp.
func Read(r io.Reader, name string) (*level.Problem, error) {
	var p *level.Problem
	var err error
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".sm":
		p, err = ReadSM(r)
	case ".mm":
		p, err = ReadMM(r)
	case ".rcp":
		p, err = ReadRCP(r)
	default:
		err = &FormatError{Want: fmt.Sprintf("the name ends in %q; give a .sm, .mm or .rcp file", ext)}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// slurp reads a whole file up to the limit, with line ends of any system.
func slurp(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return "", fmt.Errorf("psplib: %w", err)
	}
	if len(b) > MaxBytes {
		return "", &FormatError{Want: fmt.Sprintf("a file of at most %d bytes", MaxBytes)}
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	return strings.TrimRight(text, "\x00\x1a \t\n"), nil // DOS ends a text with 0x1A
}

// checked returns a problem that the readers have put together, or what is
// wrong with it.
func checked(p *level.Problem) (*level.Problem, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("psplib: %w", err)
	}
	return p, nil
}
